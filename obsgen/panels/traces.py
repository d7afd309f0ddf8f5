"""`traces`: the traces that Tempo or Jaeger finds, or one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import ForeignTarget, Json, Panel
from obsgen.catalogue import Metric
from obsgen.diagnostics import Origin
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._questions import read_count, read_question, read_source
from obsgen.panels._takes import NOTHING
from obsgen.panels.stat import COLOR
from obsgen.panels.table import CUSTOM, options
from obsgen.promql.lexer import VARIABLE
from obsgen.schema.shared import TAG_PATTERN, mapping, ref, text
from obsgen.source import MappingNode, Node, Scalar

_SOURCES: Final = ("tempo", "jaeger")
_TRACE_ID: Final = re.compile(rf"[0-9A-Fa-f]{{1,32}}|{VARIABLE.pattern}", re.ASCII)

# Grafana's own limits of a search: traces, and spans of each of them.
_LIMIT: Final = 20
_MOST: Final = 1000
_SPANS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """
    Traces: a table of those that a search finds, or one as Grafana draws it.

    Attributes:
        query: In the words of Grafana's query model of the source.
        words: What is searched, for the description.
        is_one: The query is the id of a trace.
    """

    source: str
    query: Mapping[str, Json]
    words: str
    is_one: bool
    origin: Origin

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: traces are no metrics."""
        return ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel; the ids in the table lead to the traces."""
        target = ForeignTarget(datasource=self.source, query=self.query, origin=self.origin)
        found = f"Traces that match {self.words}, the newest first."
        made = "One trace, span by span." if self.is_one else found
        return Panel(
            type="traces" if self.is_one else "table",
            title=common.title or ("Trace" if self.is_one else "Traces"),
            description=common.description or made,
            width=columns_of(common.width or Fraction(1)),
            height=common.height or (_ONE_HEIGHT if self.is_one else _TABLE_HEIGHT),
            foreign=(target,),
            options={} if self.is_one else options(sort_by="Start time"),
            custom={} if self.is_one else CUSTOM,
            color={} if self.is_one else COLOR,
            links=links_of(common, context),
            time=common.time,
            origin=common.origin,
        )


_TABLE_HEIGHT: Final = 8
_ONE_HEIGHT: Final = 16


class TracesKind:
    """Reads `traces: {tempo: TRACEQL}`, `traces: {jaeger: {service: …}}` and the id of a trace."""

    key: Final = "traces"
    takes: Final = NOTHING
    schema: Final[Mapping[str, Any]] = mapping(
        {
            "tempo": text(
                "TraceQL, or the id of one trace; variables as `${name}`.",
                examples=['{resource.service.name="cart" && duration>1s}', "${trace}"],
            ),
            "jaeger": {
                **mapping(
                    {
                        "service": text("Whose traces."),
                        "operation": text("Only those that hold this operation."),
                        "tags": {
                            "type": "object",
                            "propertyNames": {"pattern": TAG_PATTERN},
                            "additionalProperties": text(),
                            "description": "Only those with a span that has these tags.",
                            "examples": [{"http.status_code": 500}],
                        },
                        "min_duration": ref("duration", "Only those that took at least so long."),
                        "max_duration": ref("duration", "Only those that took at most so long."),
                    },
                    required=("service",),
                ),
                "type": ["object", "string"],
                "description": "A search, or the id of one trace.",
                "examples": [{"service": "cart", "tags": {"error": True}}, "${trace}"],
            },
            "limit": text(f"At most so many traces; {_LIMIT} unless said.", examples=[_LIMIT]),
        },
        description="Traces of Tempo or Jaeger: a table of what is found, or one trace.",
        examples=[
            {"tempo": '{resource.service.name="cart" && status=error}'},
            {"jaeger": {"service": "cart", "min_duration": "1s"}, "limit": 50},
        ],
    )

    def read(self, node: Node, reader: Reader) -> Traces | None:
        """Read the search, or the id."""
        source = read_source(node, _SOURCES, self.key, reader)
        if source is None or not isinstance(node, MappingNode):
            return None
        limit = read_count(node.get("limit"), _LIMIT, _MOST, reader)
        read = {"tempo": _tempo, "jaeger": _jaeger}[source[0]]
        return read(source[1], limit, reader)


def _tempo(node: Node, limit: int, reader: Reader) -> Traces | None:
    question = read_question("tempo", node, reader)
    if question is None:
        return None
    text = question.text.strip()
    query: dict[str, Json] = {
        "query": text,
        "queryType": "traceql",
        "tableType": "traces",
        "limit": limit,
        "spss": _SPANS,
        "filters": [],
    }
    return Traces(
        source="tempo",
        query=query,
        words=f"`{text}`",
        is_one=_is_id(text),
        origin=node.origin,
    )


def _jaeger(node: Node, limit: int, reader: Reader) -> Traces | None:
    if isinstance(node, Scalar):
        trace = reader.text(node)
        query: dict[str, Json] = {"query": trace}
        return _of_jaeger(node, query, trace, is_one=True) if trace else None
    if not isinstance(node, MappingNode) or not reader.text(node.get("service")):
        return None
    search = dict(_search(node, reader))
    query = {"queryType": "search", **search, "limit": limit}
    asked = ", ".join(f"{_SPOKEN.get(key, key)} `{value}`" for key, value in search.items())
    return _of_jaeger(node, query, asked, is_one=False)


_SPOKEN: Final = {"minDuration": "at least", "maxDuration": "at most"}


def _of_jaeger(node: Node, query: Mapping[str, Json], words: str, *, is_one: bool) -> Traces:
    return Traces(source="jaeger", query=query, words=words, is_one=is_one, origin=node.origin)


def _search(node: MappingNode, reader: Reader) -> Iterator[tuple[str, Json]]:
    """Yield the fields of a search (Grafana's Jaeger datasource, `JaegerQuery`)."""
    yield "service", reader.text(node.get("service"))
    if operation := reader.text(node.get("operation")):
        yield "operation", operation
    if tags := " ".join(_tags(node.get("tags"), reader)):
        yield "tags", tags
    for key, name in (("min_duration", "minDuration"), ("max_duration", "maxDuration")):
        duration = reader.duration(node.get(key))
        if duration is not None:
            yield name, str(duration)


def _tags(node: Node | None, reader: Reader) -> Iterator[str]:
    """Yield tags as logfmt, which Grafana reads them as."""
    for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
        value = reader.text(entry.value)
        is_plain = bool(re.fullmatch(r"[^\s\"=]+", value))
        escaped = value.replace("\\", r"\\").replace('"', r"\"")
        yield f"{key}={value}" if is_plain else f'{key}="{escaped}"'


def _is_id(text: str) -> bool:
    """Say whether a query is no search: the id of a trace, or a variable that holds one."""
    return _TRACE_ID.fullmatch(text) is not None


KIND: Final = TracesKind()
