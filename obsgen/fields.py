"""Fields of foreign configurations that specs pass on: what those of every product share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from obsgen.artefacts import Json
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.schema.shared import flag, text
from obsgen.source import Node, Scalar
from obsgen.versions import Version, needs, version_text


class FieldReader(Protocol):
    """Given to every field's `read`."""

    @property
    def subject(self) -> str:
        """What is read, for messages: receiver `oncall`."""
        ...

    @property
    def version(self) -> Version:
        """The version of the product that the output is for."""
        ...

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        ...


_Reader = TypeVar("_Reader", bound=FieldReader)
_Reader_contra = TypeVar("_Reader_contra", bound=FieldReader, contravariant=True)


class Shape(Protocol[_Reader_contra]):
    """What a field may hold."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON Schema."""
        ...

    def read(self, node: Node, reader: _Reader_contra, /) -> Json:
        """Return the value, or None where there is none to write."""
        ...


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""

    description: str

    @property
    def schema(self) -> Mapping[str, Any]:
        """A boolean."""
        return flag(self.description)

    def read(self, node: Node, _reader: FieldReader, /) -> Json:
        """Return the boolean."""
        return node.is_true if isinstance(node, Scalar) and node.is_boolean else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Generic[_Reader]):
    """
    What reads the configuration.

    Attributes:
        name: As people write it: Alertmanager.
        key: Where the Project says its version.
        newer: The finding that it does not know a field yet.
        place: Names a field for messages.
    """

    name: str
    key: str
    newer: Code
    place: Callable[[Node, _Reader], str]


@dataclass(frozen=True, slots=True)
class Gated(Generic[_Reader]):
    """A field that younger versions of a product have."""

    product: ClassVar[Product[Any]]

    version: Version
    shape: Shape[_Reader]

    @property
    def schema(self) -> Mapping[str, Any]:
        """The field's own, with the version in its description."""
        own = self.shape.schema
        words = f"{own.get('description', '')} ({self.product.name} {version_text(self.version)})"
        return {**own, "description": words.strip()}

    def read(self, node: Node, reader: _Reader, /) -> Json:
        """Return the value if the target knows the field."""
        if reader.version >= self.version:
            return self.shape.read(node, reader)
        product = self.product
        where = product.place(node, reader)
        message = needs(where, product.name, self.version, reader.version)
        hint = f"leave it out, or raise `{product.key}: {{version: …}}` in the Project"
        reader.report(finding(product.newer, node.origin.key(), message, hint))
        return None


def texts_by_name(description: str, example: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the JSON Schema of a mapping of texts with names of the author's choice."""
    return {
        "type": "object",
        "additionalProperties": text(),
        "description": description,
        "examples": [dict(example)],
    }
