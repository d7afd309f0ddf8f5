"""
`tempo`: traces.

Grafana documentation, "Configure the Tempo data source".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import flag_of
from obsgen.datasources._traces import FIELDS, trace_settings
from obsgen.model import DatasourceReader, Schema
from obsgen.schema.shared import flag
from obsgen.source import MappingNode


class TempoDatasource:
    """Traces."""

    key: Final = "tempo"
    title: Final = "Tempo"
    address: Final = "http://tempo:3200"
    fields: Final[Mapping[str, Schema]] = {
        **FIELDS,
        "service_map": flag(
            "A map of services, of the metrics that Tempo makes of spans; not unless told."
        ),
    }
    required: Final[tuple[str, ...]] = ()

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return its settings."""
        settings = trace_settings(node, reader)
        if flag_of(node, "service_map", default=False):
            settings["serviceMap"] = {"datasourceUid": reader.uid("prometheus")}
        return settings


KIND: Final = TempoDatasource()
