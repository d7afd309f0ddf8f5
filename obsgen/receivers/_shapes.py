"""Shapes of fields that few integrations have: addresses, choices, trees, lists by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Shape, Since, Text
from obsgen.receivers._findings import (
    FIELD_VALUE,
    NEWER_ALERTMANAGER,
    place,
    report_named_secret,
    report_open_secret,
)
from obsgen.receivers._templates import check_template
from obsgen.schema.shared import listed, text
from obsgen.secrets import looks_secret
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.versions import needs

# What Go's `net/url` takes as an absolute web address: a host that is written out, escapes that are
# complete, no control characters.
_ADDRESS: Final = re.compile(
    r"https?://(?:[0-9A-Za-z._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?"
    r"(?:[/?#](?:[^%\x00-\x20\x7f]|%[0-9A-Fa-f]{2})*)?"
)
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True)
class Address:
    """
    A web address.

    Attributes:
        run_since: The first Alertmanager that runs it as a Go template; None where none does.
    """

    description: str
    example: str
    run_since: tuple[int, int] | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text."""
        return text(self.description, examples=[self.example])

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the address."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        report_open_secret(node, reader)
        if "{{" in node.text and self.run_since is not None:
            if reader.version >= self.run_since:
                check_template(node, reader, self.run_since)
                return node.text
            what = f"{place(node, reader)} with a template"
            message = needs(what, "Alertmanager", self.run_since, reader.version)
            hint = "write the address out, or raise `alertmanager: {version: …}` in the Project"
            reader.report(finding(NEWER_ALERTMANAGER, node.origin, message, hint))
        elif not _ADDRESS.fullmatch(node.text) and not looks_secret(node.text):
            message = f"{place(node, reader)} takes a web address, found {node.word}"
            hint = f"write the whole address: `{self.example}`"
            reader.report(finding(FIELD_VALUE, node.origin, message, hint))
        return node.text


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One of some words.

    Attributes:
        run_since: The first Alertmanager that runs a Go template here; None where none does.
    """

    description: str
    words: tuple[str, ...]
    run_since: tuple[int, int] | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text."""
        return text(f"{self.description} {self._known}.", examples=list(self.words))

    @property
    def _known(self) -> str:
        return "One of " + ", ".join(f"`{word}`" for word in self.words if word)

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the word."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        report_open_secret(node, reader)
        if node.text in self.words:
            return node.text
        if "{{" in node.text and self.run_since is not None:
            check_template(node, reader, self.run_since)
            return node.text
        if not looks_secret(node.text):
            message = f"{place(node, reader)} does not know {node.word}"
            hint = f"write {self._known[:1].lower()}{self._known[1:]}"
            reader.report(finding(FIELD_VALUE, node.origin, message, hint))
        return None


@dataclass(frozen=True, slots=True)
class Tree:
    """
    Names of the author's choice with texts, numbers, lists and mappings.

    Attributes:
        nested: The first Alertmanager that takes more than texts.
        run_since: The first Alertmanager that runs the texts as Go templates.
    """

    description: str
    example: Mapping[str, Any]
    nested: tuple[int, int] = (0, 0)
    run_since: tuple[int, int] = (0, 0)

    @property
    def schema(self) -> Mapping[str, Any]:
        """A mapping that holds anything."""
        return {
            "type": "object",
            "additionalProperties": {},
            "description": self.description,
            "examples": [dict(self.example)],
        }

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the values; texts alone where the target takes no more."""
        found: dict[str, Json] = {}
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            if reader.version >= self.nested:
                found[key] = self._tree(key, entry.value, reader)
            elif isinstance(entry.value, Scalar):
                found[key] = _open(key, entry.value, reader, self.run_since)
            else:
                what = f"{place(entry.value, reader)} holds {entry.value.word}, which"
                message = needs(what, "Alertmanager", self.nested, reader.version)
                hint = "write a text, or raise `alertmanager: {version: …}` in the Project"
                reader.report(finding(NEWER_ALERTMANAGER, entry.key.origin, message, hint))
        return found

    def _tree(self, key: str, node: Node, reader: ReceiverReader) -> Json:
        if isinstance(node, MappingNode):
            return {name: self._tree(name, e.value, reader) for name, e in node.entries.items()}
        if isinstance(node, Sequence):
            return [self._tree(key, item, reader) for item in node.items]
        if node.is_null:
            return None
        if node.is_boolean:
            return node.is_true
        if node.is_number and _NUMBER.fullmatch(node.text):
            return Decimal(node.text)
        return _open(key, node, reader, self.run_since)


def _open(
    key: str, node: Scalar, reader: ReceiverReader, run_since: tuple[int, int] | None
) -> Json:
    value = Text("", run_since=run_since).read(node, reader)
    report_named_secret(key, value if isinstance(value, str) else "", node, reader)
    return value


@dataclass(frozen=True, slots=True)
class Either:
    """A text, or in younger Alertmanagers a mapping."""

    text: Text
    mapping: Since

    @property
    def schema(self) -> Mapping[str, Any]:
        """Both: JSON Schema looks at the properties only where there are some."""
        inner = dict(self.mapping.schema)
        inner["type"] = [*self.text.schema["type"], "object"]
        inner["description"] = f"{self.text.description} {inner['description']}"
        return {**inner, "examples": [self.text.example]}

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return what is there."""
        shape: Shape = self.mapping if isinstance(node, MappingNode) else self.text
        return shape.read(node, reader)


@dataclass(frozen=True, slots=True)
class ListsByName:
    """Names of the author's choice with lists of texts, which may not hold secrets."""

    description: str
    example: Mapping[str, Any]

    @property
    def schema(self) -> Mapping[str, Any]:
        """A mapping of lists."""
        return {
            "type": "object",
            "additionalProperties": listed(text()),
            "description": self.description,
            "examples": [dict(self.example)],
        }

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the lists."""
        found: dict[str, Json] = {}
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            items = entry.value.items if isinstance(entry.value, Sequence) else ()
            read = [_open(key, item, reader, None) for item in items if isinstance(item, Scalar)]
            found[key] = [value for value in read if value is not None]
        return found


@dataclass(frozen=True, slots=True)
class FieldsByName:
    """Names of the author's choice that all have the same fields."""

    fields: Fields
    example: Mapping[str, Any]
    refused: frozenset[str] = field(default_factory=frozenset)

    @property
    def schema(self) -> Mapping[str, Any]:
        """A mapping of mappings."""
        return {
            "type": "object",
            "additionalProperties": self.fields.schema,
            "description": self.fields.description,
            "examples": [dict(self.example)],
        }

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the fields by name."""
        found: dict[str, Json] = {}
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            if key.lower() in self.refused:
                message = f"{place(entry.value, reader)} cannot be set: Alertmanager does so itself"
                reader.report(finding(FIELD_VALUE, entry.key.origin, message, "leave it out"))
            values = entry.value.get("values") if isinstance(entry.value, MappingNode) else None
            for item in values.items if isinstance(values, Sequence) else ():
                if isinstance(item, Scalar):
                    report_named_secret(key, item.text, item, reader)
            found[key] = self.fields.read(entry.value, reader)
        return found
