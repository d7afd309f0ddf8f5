"""`table`: labels and current values, a row for each label set, a column for each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.names import target_letter
from obsgen.panels._heads import with_heads
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._takes import COLUMNS
from obsgen.panels.stat import COLOR
from obsgen.source import Node

# Shape: Grafana's Table panel, `TableFieldOptions`; values: its defaults.
CUSTOM: Final[Mapping[str, Json]] = {"align": "auto", "inspect": False}
OPTIONS: Final[Mapping[str, Json]] = {"showHeader": True, "frameIndex": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(MeasuredBody):
    """The measures side by side, joined on their labels."""

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel, the largest of the first measure on top."""
        window = str(context.project.default_window)
        asking = Asking(window=window, width=Fraction(1, 3), height=8, as_table=True)
        framed = self.framed("table", common, context, asking)
        headers = headers_of([target.column for target in framed.targets])
        targets = tuple(
            replace(target, column=header)
            for target, header in zip(framed.targets, headers, strict=True)
        )
        transformations = joined(headers, labels=self._labels())
        return replace(
            framed,
            targets=targets,
            options=options(sort_by=headers[0]),
            custom=CUSTOM,
            color=COLOR,
            overrides=tuple(map(colored, headers)) if common.thresholds else (),
            # Whoever goes on transforming names labels as they are.
            transformations=transformations
            if common.transformations
            else with_heads(transformations),
        )

    def _labels(self) -> tuple[str, ...]:
        """Return the labels of all measures; nothing where those of one are open."""
        found: dict[str, None] = {}
        for measure in self.measures:
            if measure.labels is None:
                return ()
            found.update(dict.fromkeys(sorted(measure.labels)))
        return tuple(found)


def colored(header: str) -> Mapping[str, Json]:
    """Return the override that paints a column's values; labels are judged by no threshold."""
    cells: dict[str, Json] = {"id": "custom.cellOptions", "value": {"type": "color-text"}}
    return {"matcher": {"id": "byName", "options": header}, "properties": [cells]}


def options(*, sort_by: str, descending: bool = True) -> dict[str, Json]:
    """Return the options of a table that is sorted by a column (Table panel, `Options`)."""
    return {**OPTIONS, "sortBy": [{"displayName": sort_by, "desc": descending}]}


def headers_of(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns with a number where one stands twice."""
    seen: dict[str, int] = {}
    headers = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        headers.append(column if seen[column] == 1 else f"{column} ({seen[column]})")
    return tuple(headers)


def joined(
    headers: Sequence[str],
    *,
    labels: Sequence[str] = (),
    hidden: Sequence[str] = (),
    fields: Sequence[str] = (),
) -> tuple[Mapping[str, Json], ...]:
    """
    Return the transformations that make one table of one instant query a column.

    Grafana joins rows whose common fields agree; the metric's name differs from query to query
    and would keep them apart, the time is the same for all and is hidden only afterwards.

    Args:
        headers: A column a query, in their order.
        labels: The label columns, in the order in which they stand, before the values.
        hidden: Headers and labels that are not shown.
        fields: How Grafana calls the values, where it does not as with Prometheus.
    """
    values = tuple(fields) or value_fields(len(headers))
    shown = [*labels, *values]
    renamed = dict(zip(values, headers, strict=True))
    excluded = [field for field in shown if renamed.get(field, field) in hidden]
    excluded += [field for field in hidden if field not in headers]
    organize: dict[str, Json] = {
        "excludeByName": dict.fromkeys(("Time", "__name__", *excluded), True),
        "indexByName": {field: place for place, field in enumerate(shown)} if labels else {},
        "renameByName": dict(renamed),
    }
    together: tuple[Mapping[str, Json], ...] = (
        {"id": "filterFieldsByName", "options": {"exclude": {"names": ["__name__"]}}},
        {"id": "merge", "options": {}},
    )
    alone: tuple[Mapping[str, Json], ...] = ()
    return (
        *(together if len(headers) > 1 else alone),
        {"id": "organize", "options": organize},
    )


def value_fields(count: int) -> tuple[str, ...]:
    """Return how Grafana calls the values of so many instant table queries."""
    if count == 1:
        return ("Value",)
    return tuple(f"Value #{target_letter(index)}" for index in range(count))


class TableKind:
    """Reads `table: MEASURE` and `table: [MEASURE, …]`."""

    key: Final = "table"
    takes: Final = COLUMNS
    schema: Final[Mapping[str, Any]] = measures_schema(
        "Current values by label: a measure a column, joined on their labels.",
        [{"rate": "http_requests_total", "by": ["route"]}],
    )

    def read(self, node: Node, reader: Reader) -> Table | None:
        """Read the measures."""
        measures = reader.measures(node)
        return Table(measures=measures) if measures else None


KIND: Final = TableKind()
