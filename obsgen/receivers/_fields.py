"""
The fields of integrations: their schema and how they are read, stated once.

A shape that meets a node of another type gives nothing: JSON Schema has reported it already.
Secrets are looked for in every text that is read, and below every key that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

from obsgen import fields
from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.fields import Gated, Product, texts_by_name
from obsgen.model import ReceiverReader
from obsgen.receivers._findings import (
    FIELD_VALUE,
    NEWER_ALERTMANAGER,
    place,
    report_named_secret,
    report_open_secret,
    report_secrets,
)
from obsgen.receivers._templates import check_template
from obsgen.schema.shared import listed, mapping, ref, text
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration


@dataclass(frozen=True, slots=True)
class Text:
    """
    A text.

    Attributes:
        run_since: The first Alertmanager that runs it as a Go template; None where none does.
        is_public: It is an identifier that looks like a token and is none.
    """

    description: str
    example: str = ""
    run_since: tuple[int, int] | None = (0, 0)
    is_public: bool = False

    @property
    def schema(self) -> Mapping[str, Any]:
        """Any scalar, read as its own text."""
        return text(self.description, examples=[self.example] if self.example else ())

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the text, after a look for secrets and at the template."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if not self.is_public:
            report_open_secret(node, reader)
        check_template(node, reader, self.run_since)
        return node.text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, 0 or more; with *is_signed* also one below."""

    description: str
    example: int = 0
    is_signed: bool = False

    @property
    def schema(self) -> Mapping[str, Any]:
        """A number, quoted or not."""
        return {
            "type": ["integer", "string"],
            **({} if self.is_signed else {"minimum": 0}),
            "description": self.description,
            "examples": [self.example],
        }

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the number."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        pattern = _SIGNED if self.is_signed else _UNSIGNED
        if pattern.fullmatch(node.text):
            return int(node.text)
        message = f"{place(node, reader)} takes a whole number, found {node.word}"
        reader.report(finding(FIELD_VALUE, node.origin, message, f"for example {self.example}"))
        return None


# What Alertmanager's integers of 64 bits hold for certain.
_UNSIGNED: Final = re.compile("[0-9]{1,18}")
_SIGNED: Final = re.compile("-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time; hours are its largest unit: most fields are read by Go, not Prometheus."""

    description: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """A duration."""
        return ref("duration", self.description)

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the duration as Alertmanager writes it."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        try:
            return _go_duration(Duration.parse(node.text))
        except ValueError:
            message = f"{place(node, reader)} takes a length of time, found {node.word}"
            reader.report(finding(FIELD_VALUE, node.origin, message, "for example `10s`"))
            return None


def _go_duration(span: Duration) -> str:
    hours, rest = divmod(span.ms, _HOUR_MS)
    rest_text = str(Duration(rest)) if rest else ""
    return f"{hours}h{rest_text}" if hours else str(span)


_HOUR_MS: Final = 3_600_000


class _Item(Protocol):
    """What each text of a list is."""

    @property
    def description(self) -> str: ...

    @property
    def example(self) -> str: ...

    @property
    def schema(self) -> Mapping[str, Any]: ...

    def read(self, node: Node, reader: ReceiverReader, /) -> Json: ...


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts."""

    item: _Item

    @property
    def schema(self) -> Mapping[str, Any]:
        """A list."""
        examples = [[self.item.example]] if self.item.example else ()
        return listed(self.item.schema, description=self.item.description, examples=examples)

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the texts."""
        items = node.items if isinstance(node, Sequence) else ()
        return [t for t in (self.item.read(item, reader) for item in items) if t is not None]


@dataclass(frozen=True, slots=True)
class TextMap:
    """Texts by names of the author's choice."""

    description: str
    example: Mapping[str, str]

    @property
    def schema(self) -> Mapping[str, Any]:
        """A mapping that holds any keys."""
        return texts_by_name(self.description, self.example)

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the texts; `X-Auth-Token` holds a secret, unless a template or a placeholder."""
        found: dict[str, Json] = {}
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            value = Text("").read(entry.value, reader)
            if isinstance(value, str):
                report_named_secret(key, value, entry.value, reader)
                found[key] = value
        return found


Shape = fields.Shape[ReceiverReader]
Flag = fields.Flag


@dataclass(frozen=True, slots=True)
class Since(Gated[ReceiverReader]):
    """A field that younger Alertmanagers have."""

    product: ClassVar[Product[ReceiverReader]] = Product(
        name="Alertmanager", key="alertmanager", newer=NEWER_ALERTMANAGER, place=place
    )


Check = Callable[[MappingNode, ReceiverReader], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """
    A closed mapping.

    Attributes:
        required: What JSON Schema asks for; an empty text is refused here.
        check: Reports what no field can see alone.
    """

    description: str
    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    check: Check | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        """The mapping with all its fields."""
        properties = {key: shape.schema for key, shape in self.fields.items()}
        return mapping(properties, required=self.required, description=self.description)

    def read(self, node: Node, reader: ReceiverReader) -> dict[str, Json]:
        """Return the fields that have a value, in the order of the spec."""
        found: dict[str, Json] = {}
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            shape = self.fields.get(key)
            if shape is None:
                report_secrets(key, entry.value, reader)
                continue
            if key in self.required and isinstance(entry.value, Scalar) and not entry.value.text:
                message = f"{place(entry.value, reader)} is empty"
                reader.report(finding(FIELD_VALUE, entry.value.origin, message, "write a text"))
            value = shape.read(entry.value, reader)
            if value is not None:
                found[key] = value
        if self.check is not None and isinstance(node, MappingNode):
            self.check(node, reader)
        return found


@dataclass(frozen=True, slots=True)
class Items:
    """A list of mappings."""

    item: Fields

    @property
    def schema(self) -> Mapping[str, Any]:
        """A list."""
        return listed(self.item.schema, description=self.item.description)

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the items."""
        items = node.items if isinstance(node, Sequence) else ()
        return [dict(self.item.read(item, reader)) for item in items]


def over(own: Mapping[str, Json], defaults: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what the author wrote, and after it the defaults for the rest."""
    return {**own, **{key: value for key, value in defaults.items() if key not in own}}
