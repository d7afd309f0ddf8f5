"""`log_counts`: how many log lines come over time, by label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import ForeignTarget, Json, Panel
from obsgen.catalogue import Metric
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._levels import level_colors
from obsgen.panels._log_fields import field_name, fields_schema, read_fields
from obsgen.panels._log_queries import counted_lines, terms
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._questions import Question, read_count, read_question, read_source
from obsgen.panels._takes import LINE_COUNTS
from obsgen.panels._thresholds import thresholds_of
from obsgen.panels.logs import SOURCE_KEYS, SOURCES
from obsgen.panels.timeseries import COLOR, CUSTOM, OPTIONS, STACKED
from obsgen.schema.shared import mapping, text
from obsgen.source import MappingNode, Node
from obsgen.units import COUNT

BARS: Final[Mapping[str, Json]] = {
    **CUSTOM,
    "drawStyle": "bars",
    "lineWidth": 0,
    "fillOpacity": 80,
    **STACKED,
}
_TOP: Final = 10
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """Bars of lines, stacked: one colour for each value of the fields."""

    question: Question
    by: tuple[str, ...]
    top: int

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: lines are no metrics."""
        return ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        by = " and ".join(map(field_name, self.by))
        title = f"Log lines by {by}" if by else "Log lines"
        return Panel(
            type="timeseries",
            title=common.title or title,
            description=common.description or f"{title}: how many came in each step of time.",
            width=columns_of(common.width or Fraction(1, 2)),
            height=common.height or 8,
            foreign=(self._target(common.legend),),
            unit=COUNT,
            thresholds=thresholds_of(common, COUNT, context.report),
            options=OPTIONS,
            custom=BARS,
            color=COLOR,
            overrides=level_colors(self.by),
            links=links_of(common, context),
            time=common.time,
            origin=common.origin,
        )

    def _target(self, legend: str) -> ForeignTarget:
        asked = {"loki": self._loki, "elasticsearch": self._elasticsearch}[self.question.source]
        return ForeignTarget(
            datasource=self.question.source, query=asked(legend), origin=self.question.origin
        )

    def _loki(self, legend: str) -> dict[str, Json]:
        made = " ".join(f"{{{{{label}}}}}" for label in self.by) or "lines"
        return {
            "expr": counted_lines(self.question.text, self.by),
            "queryType": "range",
            "legendFormat": legend or made,
            "editorMode": "code",
        }

    def _elasticsearch(self, legend: str) -> dict[str, Json]:
        metric: dict[str, Json] = {"id": "1", "type": "count"}
        groups = terms(self.by, self.top, "_count", first_id=2)
        over_time: dict[str, Json] = {
            "id": str(len(groups) + 2),
            "type": "date_histogram",
            "settings": {"interval": "auto", "min_doc_count": "0"},
        }
        return {
            "query": self.question.text,
            "alias": legend,
            "metrics": [metric],
            "bucketAggs": [*groups, over_time],
        }


class LogCountsKind:
    """Reads `log_counts: {loki: LOGQL, by: [LABEL]}`."""

    key: Final = "log_counts"
    takes: Final = LINE_COUNTS
    schema: Final[Mapping[str, Any]] = mapping(
        {
            **SOURCE_KEYS,
            "by": fields_schema("Labels or fields: lines of each of their values for themselves."),
            "top": text(f"Of Elasticsearch's values, the {_TOP} most frequent.", examples=[_TOP]),
        },
        description="How many lines of Loki or Elasticsearch come over time.",
        examples=[{"loki": '{app="cart"}', "by": ["level"]}],
    )

    def read(self, node: Node, reader: Reader) -> LogCounts | None:
        """Read the query and by what its lines are counted."""
        source = read_source(node, SOURCES, self.key, reader)
        question = None if source is None else read_question(*source, reader)
        if question is None or not isinstance(node, MappingNode):
            return None
        return LogCounts(
            question=question,
            by=read_fields(node.get("by"), question.source, reader),
            top=read_count(node.get("top"), _TOP, _MOST, reader),
        )


KIND: Final = LogCountsKind()
