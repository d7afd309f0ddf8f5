"""
The fields of probes: their schema and how they are read, stated once.

A shape that meets a node of another type gives nothing: JSON Schema has reported it already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from obsgen import fields
from obsgen.artefacts import Json
from obsgen.fields import Gated, Product, texts_by_name
from obsgen.model import ProbeReader
from obsgen.probes._findings import (
    NEWER_EXPORTER,
    is_open_secret,
    place,
    report_secret,
    report_value,
)
from obsgen.schema.shared import listed, mapping, text
from obsgen.secrets import names_secret
from obsgen.source import MappingNode, Node, Scalar, Sequence

_SECRET_HINT: Final = "name the file that holds it, as in `basic_auth: {username, password_file}`"


@dataclass(frozen=True, slots=True)
class Text:
    """
    A text.

    Attributes:
        form: A pattern that it must match in whole, or empty.
    """

    description: str
    example: str = ""
    form: str = ""

    @property
    def schema(self) -> Mapping[str, Any]:
        """Any scalar, read as its own text."""
        return text(self.description, examples=[self.example] if self.example else ())

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the text, after a look for secrets."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if is_open_secret(node, reader, _SECRET_HINT):
            return None
        if self.form and not re.fullmatch(self.form, node.text, re.ASCII):
            report_value(node, reader, f"cannot be {node.word}", f"for example `{self.example}`")
            return None
        return node.text


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words."""

    description: str
    words: tuple[str, ...]

    @property
    def schema(self) -> Mapping[str, Any]:
        """Any scalar: the reader knows how to say what it takes."""
        return text(self.description, examples=[self.words[0]])

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the word."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if node.text in self.words:
            return node.text
        known = ", ".join(f"`{word}`" for word in self.words)
        report_value(node, reader, f"cannot be {node.word}", f"it takes one of {known}")
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, both taken."""

    description: str
    low: int
    high: int

    @property
    def schema(self) -> Mapping[str, Any]:
        """A number, quoted or not."""
        return {
            "type": ["integer", "string"],
            "description": self.description,
            "examples": [self.low],
        }

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the number."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        is_whole = re.fullmatch(r"\d{1,9}", node.text, re.ASCII) is not None
        if is_whole and self.low <= int(node.text) <= self.high:
            return int(node.text)
        hint = f"write a whole number from {self.low} to {self.high}"
        report_value(node, reader, f"cannot be {node.word}", hint)
        return None


@dataclass(frozen=True, slots=True)
class Several:
    """A list; one item may stand alone."""

    item: Text | Word | Whole

    @property
    def schema(self) -> Mapping[str, Any]:
        """A list or a scalar."""
        own = self.item.schema
        examples = [[example] for example in own.get("examples", ())]
        as_list = listed(own, description=self.item.description, examples=examples)
        return {**as_list, "type": ["array", *own["type"]]}

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the items; nothing for an empty list, which would demand nothing."""
        if isinstance(node, Sequence) and not node.items:
            report_value(node, reader, "is an empty list", "leave it out, or write an item")
        items = node.items if isinstance(node, Sequence) else (node,)
        read = (self.item.read(item, reader) for item in items)
        return [value for value in read if value is not None] or None


@dataclass(frozen=True, slots=True)
class TextMap:
    """Texts by names of the author's choice; one that is a secret by its name is refused."""

    description: str
    example: Mapping[str, str]

    @property
    def schema(self) -> Mapping[str, Any]:
        """A mapping that holds any keys."""
        return texts_by_name(self.description, self.example)

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the texts."""
        found: dict[str, Json] = {}
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            if names_secret(key):
                report_secret(entry.value, reader, "is a secret by its name", _SECRET_HINT)
            elif (value := Text("").read(entry.value, reader)) is not None:
                found[key] = value
        return dict(sorted(found.items())) or None


@dataclass(frozen=True, slots=True)
class Refused:
    """A field of the exporter that would hold a secret: its `_file` sibling is the way."""

    instead: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """Any scalar: the reader says why not."""
        words = f"Refused: a secret is never written into a spec. Write `{self.instead}`."
        return {**text(words), "deprecated": True}

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Report the secret."""
        report_secret(node, reader, "is written out", f"write `{self.instead}: /path/to/file`")
        return None


Shape = fields.Shape[ProbeReader]
Flag = fields.Flag


@dataclass(frozen=True, slots=True)
class Since(Gated[ProbeReader]):
    """A field that younger exporters have."""

    product: ClassVar[Product[ProbeReader]] = Product(
        name="blackbox exporter", key="blackbox", newer=NEWER_EXPORTER, place=place
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A closed mapping."""

    description: str
    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    example: Mapping[str, Any] | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        """The mapping with all its fields."""
        properties = {key: shape.schema for key, shape in self.fields.items()}
        examples = [dict(self.example)] if self.example else ()
        return mapping(
            properties, required=self.required, description=self.description, examples=examples
        )

    def read(self, node: Node, reader: ProbeReader) -> dict[str, Json]:
        """Return the fields that have a value, in the order in which they are declared here."""
        found: dict[str, Json] = {}
        entries = node.entries if isinstance(node, MappingNode) else {}
        for key, shape in self.fields.items():
            value = shape.read(entries[key].value, reader) if key in entries else None
            if value is not None:
                found[key] = value
        return found


def renamed(found: Mapping[str, Json], names: Mapping[str, str]) -> dict[str, Json]:
    """
    Return what was read under the exporter's names.

    >>> renamed({"status": [200], "method": "GET"}, {"status": "valid_status_codes"})
    {'valid_status_codes': [200], 'method': 'GET'}
    """
    return {names.get(key, key): value for key, value in found.items()}
