"""`log_table`: log lines by field, counted, with averages of numbers in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import ForeignTarget, Json, Panel
from obsgen.artefacts.grafana_units import unit_id
from obsgen.catalogue import Metric
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.names import target_letter
from obsgen.panels._heads import head, with_heads
from obsgen.panels._log_columns import COLUMNS_SCHEMA, LINES, Column, read_columns
from obsgen.panels._log_fields import field_name, fields_schema, read_fields
from obsgen.panels._log_queries import aggregated, counted_lines, terms
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._questions import Question, read_count, read_question, read_source
from obsgen.panels._takes import COLUMNS
from obsgen.panels.logs import SOURCE_KEYS, SOURCES
from obsgen.panels.stat import COLOR
from obsgen.panels.table import CUSTOM, joined, options
from obsgen.schema.shared import mapping, text
from obsgen.source import MappingNode, Node
from obsgen.units import COUNT

_TOP: Final = 10
_MOST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTable:
    """A row for each value of the fields, the largest of the first column on top."""

    question: Question
    by: tuple[str, ...]
    columns: tuple[Column, ...]
    top: int

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: lines are no metrics."""
        return ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        by = " and ".join(map(field_name, self.by))
        shown = ", ".join(column.words for column in self.columns)
        foreign, transformations = {
            "loki": self._loki,
            "elasticsearch": self._elasticsearch,
        }[self.question.source]()
        return Panel(
            type="table",
            title=common.title or f"Log lines by {by}",
            description=common.description
            or f"Log lines by {by}: {shown}. The {self.top} largest within the time range.",
            width=columns_of(common.width or Fraction(1, 2)),
            height=common.height or 8,
            foreign=foreign,
            unit=COUNT,
            options=options(sort_by=self.columns[0].header),
            custom=CUSTOM,
            color=COLOR,
            overrides=tuple(self._units()),
            transformations=transformations,
            links=links_of(common, context),
            time=common.time,
            origin=common.origin,
        )

    def _units(self) -> Iterator[Mapping[str, Json]]:
        for column in self.columns:
            if column.unit is not None:
                yield {
                    "matcher": {"id": "byName", "options": column.header},
                    "properties": [{"id": "unit", "value": unit_id(column.unit)}],
                }

    def _elasticsearch(self) -> tuple[tuple[ForeignTarget, ...], _Steps]:
        """Return one query that gives all columns, and the steps that name them."""
        metrics: list[Json] = [column.metric(place) for place, column in enumerate(self.columns, 1)]
        first = self.columns[0]
        order_by = "_count" if first.operation == LINES else "1"
        query: dict[str, Json] = {
            "query": self.question.text,
            "metrics": metrics,
            "bucketAggs": terms(self.by, self.top, order_by, first_id=len(metrics) + 1),
        }
        names = {field: head(field_name(field)) for field in self.by}
        names |= {column.name_among(self.columns): column.header for column in self.columns}
        places: dict[str, Json] = {name: place for place, name in enumerate(names)}
        organize: dict[str, Json] = {
            "excludeByName": {},
            "indexByName": places,
            "renameByName": dict(names),
        }
        target = ForeignTarget(datasource="elasticsearch", query=query, origin=self.question.origin)
        return (target,), ({"id": "organize", "options": organize},)

    def _loki(self) -> tuple[tuple[ForeignTarget, ...], _Steps]:
        """Return a query for each column, and the steps that join them."""
        targets = tuple(
            ForeignTarget(
                datasource="loki",
                query={"expr": self._logql(column), "queryType": "instant", "editorMode": "code"},
                origin=self.question.origin,
            )
            for column in self.columns
        )
        fields = tuple(f"Value #{target_letter(place)}" for place in range(len(targets)))
        headers = [column.header for column in self.columns]
        largest: Mapping[str, Json] = {
            "id": "sortBy",
            "options": {"fields": {}, "sort": [{"field": headers[0], "desc": True}]},
        }
        most: Mapping[str, Json] = {"id": "limit", "options": {"limitField": self.top}}
        return targets, (*with_heads(joined(headers, labels=self.by, fields=fields)), largest, most)

    def _logql(self, column: Column) -> str:
        if column.operation == LINES:
            return counted_lines(self.question.text, self.by)
        return aggregated(column.operation, column.field, self.question.text, self.by)


_Steps = tuple[Mapping[str, Json], ...]


class LogTableKind:
    """Reads `log_table: {elasticsearch: LUCENE, by: [FIELD], show: [count, {avg: FIELD}]}`."""

    key: Final = "log_table"
    takes: Final = COLUMNS
    schema: Final[Mapping[str, Any]] = mapping(
        {
            **SOURCE_KEYS,
            "by": fields_schema("Labels or fields: a row for each of their values."),
            "show": COLUMNS_SCHEMA,
            "top": text(f"Only so many rows; {_TOP} unless said.", examples=[_TOP]),
        },
        required=("by",),
        description="Lines of Loki or Elasticsearch by field, counted within the time range.",
        examples=[
            {"elasticsearch": "level:ERROR", "by": ["error_type.keyword"]},
            {
                "elasticsearch": "duration_ms:>=1000",
                "by": ["path.keyword"],
                "show": ["count", {"avg": "duration_ms", "unit": "ms"}],
            },
        ],
    )

    def read(self, node: Node, reader: Reader) -> LogTable | None:
        """Read the query, the fields and the columns."""
        source = read_source(node, SOURCES, self.key, reader)
        if source is None or not isinstance(node, MappingNode):
            return None
        question = read_question(*source, reader)
        by = read_fields(node.get("by"), source[0], reader)
        columns = read_columns(node.get("show"), source[0], reader)
        top = read_count(node.get("top"), _TOP, _MOST, reader)
        if question is None or not by or not columns:
            return None
        return LogTable(question=question, by=by, columns=columns, top=top)


KIND: Final = LogTableKind()
