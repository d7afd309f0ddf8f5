"""
`elasticsearch`: logs, with links from one of their fields to traces.

Grafana documentation, "Configure the Elasticsearch data source".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import text_of
from obsgen.datasources._targets import destination, linked, trace_schema
from obsgen.model import DatasourceReader, Schema
from obsgen.schema.shared import one_of_words, text
from obsgen.source import MappingNode, Node


class ElasticsearchDatasource:
    """Logs."""

    key: Final = "elasticsearch"
    title: Final = "Elasticsearch"
    address: Final = "http://elasticsearch:9200"
    fields: Final[Mapping[str, Schema]] = {
        "index": text("The index, or a pattern of indices.", examples=["logs-*"]),
        "rolls": one_of_words(
            ("hourly", "daily", "weekly", "monthly", "yearly"),
            "How often a new index begins, where its date stands in `index`: [logs-]YYYY.MM.DD.",
        ),
        "time_field": text("The field with the time; @timestamp unless given."),
        "message_field": text("The field with the message.", examples=["message"]),
        "level_field": text("The field with the level.", examples=["level"]),
        "trace_ids": trace_schema(
            "The field that holds the id of a trace, and what a click on it opens.",
            {"field": "trace_id", "to": "jaeger"},
            field=text("The field.", examples=["trace_id"]),
        ),
    }
    required: Final = ("index",)

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return its settings."""
        settings: dict[str, Json] = {"index": text_of(node, "index")}
        if rolls := text_of(node, "rolls"):
            settings["interval"] = rolls.capitalize()
        settings["timeField"] = text_of(node, "time_field") or "@timestamp"
        for key, word in (("message_field", "logMessageField"), ("level_field", "logLevelField")):
            if field := text_of(node, key):
                settings[word] = field
        links = _links(node.get("trace_ids"), reader)
        if links:
            settings["dataLinks"] = links
        return settings


def _links(node: Node | None, reader: DatasourceReader) -> list[Json]:
    place = destination(node, reader)
    if place is None or not isinstance(node, MappingNode):
        return []
    field = text_of(node, "field") or "trace_id"
    return [{"field": field, **linked(place), "urlDisplayLabel": "Trace"}]


KIND: Final = ElasticsearchDatasource()
