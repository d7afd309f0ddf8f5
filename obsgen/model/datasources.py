"""What a kind of datasource promises, and what it may ask of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from obsgen.artefacts import Json
from obsgen.diagnostics import Diagnostic, Origin
from obsgen.schema.shared import Schema
from obsgen.source import MappingNode, Node
from obsgen.units import Duration


class DatasourceReader(Protocol):
    """Given to every kind's `read`; each method returns nothing after reporting why."""

    @property
    def scrape_interval(self) -> Duration:
        """How often the Project's Prometheus scrapes."""
        ...

    @property
    def prometheus_version(self) -> tuple[int, int]:
        """The Project's Prometheus."""
        ...

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        ...

    def wrong(self, origin: Origin, message: str, hint: str) -> None:
        """Report a setting that Grafana would not understand."""
        ...

    def uid(self, key: str) -> str:
        """Return the uid of the Project's datasource of a kind, or empty where it has none."""
        ...

    def reference(self, node: Node | None, kinds: tuple[str, ...]) -> str:
        """Return the uid of the datasource that `to:` names, which is to be of one of the kinds."""
        ...


class DatasourceKind(Protocol):
    """
    A kind of datasource: the key under `datasources:`, and Grafana's type.

    Attributes:
        title: What the datasource is called where its author says nothing.
        address: Where it is, likewise.
        fields: Its own settings, as JSON Schema; the common ones are not among them.
        required: Those that must be given.
    """

    key: str
    title: str
    address: str
    fields: Mapping[str, Schema]
    required: tuple[str, ...]

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return `jsonData`, in Grafana's own words."""
        ...
