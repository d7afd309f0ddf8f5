"""What most integrations are: fields, what they say about each other, and a message if none is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, over
from obsgen.source import MappingNode

Defaults = Callable[[MappingNode, MappingNode | None, ReceiverReader], Mapping[str, Json]]
Rules = Callable[[MappingNode, MappingNode | None, ReceiverReader], None]


def always(values: Mapping[str, Json]) -> Defaults:
    """Return defaults that depend on nothing."""
    return lambda *_: values


_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """
    One kind of integration.

    Attributes:
        key: The word of the specs; Alertmanager's is `<key>_configs`, and `<key>_…` in `global`.
        since: The first Alertmanager that has it.
        fields: Its fields.
        shared_fields: What `shared` may say of it.
        rules: Reports what fields say about each other, and about those of `shared`.
        defaults: What is written where the author says nothing.
    """

    key: str
    since: tuple[int, int]
    fields: Fields
    rules: Rules
    defaults: Defaults
    shared_fields: Fields | None = None

    @property
    def config_key(self) -> str:
        """Alertmanager's word."""
        return f"{self.key}_configs"

    @property
    def shared_keys(self) -> tuple[str, ...]:
        """The words under which `shared` may speak of it."""
        return (self.key,) if self.shared_fields is not None else ()

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema of the fields."""
        return self.fields.schema

    @property
    def shared(self) -> Mapping[str, Any]:
        """JSON Schema of what `shared` may say."""
        return self.shared_fields.schema if self.shared_fields is not None else _NOTHING

    def read(
        self, node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
    ) -> Mapping[str, Json]:
        """Return the fields that have a value, and after them the defaults."""
        found = self.fields.read(node, reader)
        self.rules(node, shared, reader)
        return over(found, self.defaults(node, shared, reader))

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        """Return what `shared` adds to Alertmanager's `global`."""
        if self.shared_fields is None:
            return {}
        found = self.shared_fields.read(shared, reader)
        return {f"{self.key}_{key}": value for key, value in found.items()}
