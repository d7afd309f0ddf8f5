"""
`prometheus`: where all metrics are; every project has one.

Grafana documentation, "Configure the Prometheus data source". `timeInterval` is what
`$__rate_interval` is made of, so it is the scrape interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import flag_of, text_of
from obsgen.datasources._targets import destination, trace_schema
from obsgen.model import DatasourceReader, Schema
from obsgen.schema.shared import flag, one_of_words, text
from obsgen.source import MappingNode
from obsgen.versions import version_text

_DEFAULT: Final = "prometheus"


class PrometheusDatasource:
    """Metrics."""

    key: Final = "prometheus"
    title: Final = "Prometheus"
    address: Final = "http://prometheus:9090"
    fields: Final[Mapping[str, Schema]] = {
        "implementation": one_of_words(
            ("prometheus", "mimir", "thanos", "cortex"), "What answers; prometheus unless given."
        ),
        "manage_alerts": flag("Grafana's alerting pages show its rules; they do unless told."),
        "exemplars": trace_schema(
            "What a click on an exemplar opens.",
            {"label": "trace_id", "to": "tempo"},
            label=text("The exemplar's label that holds the trace's id.", examples=["trace_id"]),
        ),
    }
    required: Final[tuple[str, ...]] = ()

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return its settings; silences are made in the Project's Alertmanager, if there is one."""
        implementation = text_of(node, "implementation") or _DEFAULT
        settings: dict[str, Json] = {
            "httpMethod": "POST",
            "timeInterval": str(reader.scrape_interval),
            "prometheusType": implementation.capitalize(),
        }
        if implementation == _DEFAULT:
            settings["prometheusVersion"] = f"{version_text(reader.prometheus_version)}.0"
        settings["manageAlerts"] = flag_of(node, "manage_alerts", default=True)
        if uid := reader.uid("alertmanager"):
            settings["alertmanagerUid"] = uid
        exemplars = node.get("exemplars")
        if (place := destination(exemplars, reader)) is not None:
            name = text_of(exemplars, "label") or "trace_id"
            uid, url = place
            found = {"datasourceUid": uid} if uid else {"url": url}
            settings["exemplarTraceIdDestinations"] = [{"name": name, **found}]
        return settings


KIND: Final = PrometheusDatasource()
