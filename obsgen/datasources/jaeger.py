"""
`jaeger`: traces.

Grafana documentation, "Jaeger data source".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._traces import FIELDS, trace_settings
from obsgen.model import DatasourceReader, Schema
from obsgen.source import MappingNode


class JaegerDatasource:
    """Traces."""

    key: Final = "jaeger"
    title: Final = "Jaeger"
    address: Final = "http://jaeger:16686"
    fields: Final[Mapping[str, Schema]] = FIELDS
    required: Final[tuple[str, ...]] = ()

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return its settings."""
        return trace_settings(node, reader)


KIND: Final = JaegerDatasource()
