"""
What all stores of traces have: ways from a span to its logs and to metrics.

Grafana documentation, "Configure trace to logs", "Configure trace to metrics".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import flag_of, text_of, texts_by_name, texts_of
from obsgen.datasources._targets import LOGS, tags
from obsgen.model import DatasourceReader, Schema
from obsgen.promql import PromqlError, parse
from obsgen.promql.variables import substitute_variables
from obsgen.schema.shared import flag, mapping, ref, text
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration

_AROUND: Final = Duration.parse("5m")
_PROMETHEUS: Final = "prometheus"

_MAPPED: Final = texts_by_name(
    "What the attributes of a span are called there; Grafana's usual ones unless given.",
    {"service.name": "service"},
)
_SPAN: Final = ref("duration", "How long before and after the span; 5m unless given.")

FIELDS: Final[Mapping[str, Schema]] = {
    "logs": mapping(
        {
            "to": text("The datasource that has the logs.", examples=["loki"]),
            "tags": _MAPPED,
            "around": _SPAN,
            "by_trace_id": flag("Only lines that hold the id of the trace; so unless told."),
            "query": text(
                "A query of one's own; Grafana fills in `${__tags}` and `${__trace.traceId}`.",
                examples=['{${__tags}} |= "${__trace.traceId}"'],
            ),
        },
        required=("to",),
        description="The logs of a span.",
        examples=[{"to": "loki", "tags": {"service.name": "service"}}],
    ),
    "metrics": mapping(
        {
            "tags": _MAPPED,
            "around": _SPAN,
            "queries": texts_by_name(
                "Queries by what they are called; `$__tags` stands for the span's labels.",
                {"Requests": "sum(rate(http_requests_total{$__tags}[5m]))"},
            ),
        },
        required=("queries",),
        description="What metrics say about a span.",
    ),
    "node_graph": flag("A graph of the spans above their list; not unless told."),
}


@dataclass(frozen=True, slots=True)
class _Link:
    """One way from spans to elsewhere."""

    node: MappingNode
    reader: DatasourceReader

    def settings(self, uid: str) -> dict[str, Json]:
        """Return what both ways have in common."""
        around = self._around()
        found: dict[str, Json] = {
            "datasourceUid": uid,
            "spanStartTimeShift": f"-{around}",
            "spanEndTimeShift": str(around),
        }
        if given := texts_of(self.node, "tags"):
            found["tags"] = tags({name: value.text or name for name, value in given.items()})
        return found

    def _around(self) -> Duration:
        node = self.node.get("around")
        if not isinstance(node, Scalar):
            return _AROUND
        try:
            return Duration.parse(node.text)
        except ValueError:
            hint = "write `around: 5m`"
            self.reader.wrong(node.origin, f"`around` cannot be {node.word}", hint)
            return _AROUND


def trace_settings(node: MappingNode, reader: DatasourceReader) -> dict[str, Json]:
    """Return the settings that all stores of traces share."""
    found: dict[str, Json] = {}
    if logs := _to_logs(node.get("logs"), reader):
        found["tracesToLogsV2"] = logs
    if metrics := _to_metrics(node.get("metrics"), reader):
        found["tracesToMetrics"] = metrics
    if flag_of(node, "node_graph", default=False):
        found["nodeGraph"] = {"enabled": True}
    return found


def _to_logs(node: Node | None, reader: DatasourceReader) -> dict[str, Json]:
    if not isinstance(node, MappingNode):
        return {}
    uid = reader.reference(node.get("to"), LOGS)
    if not uid:
        return {}
    query = text_of(node, "query")
    own: dict[str, Json] = {"customQuery": True, "query": query} if query else {}
    return {
        **_Link(node, reader).settings(uid),
        "filterByTraceID": flag_of(node, "by_trace_id", default=not query),
        "filterBySpanID": False,
        **own,
    }


def _to_metrics(node: Node | None, reader: DatasourceReader) -> dict[str, Json]:
    if not isinstance(node, MappingNode):
        return {}
    queries: list[Json] = []
    for name, query in texts_of(node, "queries").items():
        try:
            parse(substitute_variables(query.text))
        except PromqlError as error:
            place = query.origin.characters(*error.span)
            hint = error.hint or "write PromQL, as in `sum(rate(http_requests_total{$__tags}[5m]))`"
            reader.wrong(place, f"query `{name}` is no PromQL: {error.message}", hint)
        else:
            queries.append({"name": name, "query": query.text})
    return {**_Link(node, reader).settings(reader.uid(_PROMETHEUS)), "queries": queries}
