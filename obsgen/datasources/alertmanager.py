"""
`alertmanager`: silences and notifications, on Grafana's alerting pages.

Grafana documentation, "Alertmanager data source".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import flag_of, text_of
from obsgen.model import DatasourceReader, Schema
from obsgen.schema.shared import flag, one_of_words
from obsgen.source import MappingNode


class AlertmanagerDatasource:
    """Silences and what was notified."""

    key: Final = "alertmanager"
    title: Final = "Alertmanager"
    address: Final = "http://alertmanager:9093"
    fields: Final[Mapping[str, Schema]] = {
        "implementation": one_of_words(
            ("prometheus", "mimir", "cortex"), "What answers; prometheus unless given."
        ),
        "grafana_alerts": flag("It takes the alerts of Grafana's own rules too; not unless told."),
    }
    required: Final[tuple[str, ...]] = ()

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return its settings; Grafana itself would take it for a Mimir."""
        del reader
        return {
            "implementation": text_of(node, "implementation") or "prometheus",
            "handleGrafanaManagedAlerts": flag_of(node, "grafana_alerts", default=False),
        }


KIND: Final = AlertmanagerDatasource()
