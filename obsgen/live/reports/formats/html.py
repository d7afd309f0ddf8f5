"""One page with everything in it: tables and charts, light and dark, as previews look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from itertools import groupby
from typing import Any

from obsgen.live.reports.document import Cell, Field, Part, Report
from obsgen.live.reports.figures import shown
from obsgen.live.reports.formats._charts import Drawn
from obsgen.preview.colors import of_palette
from obsgen.preview.markup import Html, html, normal, resource, script_json
from obsgen.preview.page import plotly_script, policy


def render(report: Report) -> str:
    """
    Return a report as a page.

    Raises:
        ExtraMissing: what draws charts is not installed.
    """
    script = Html(resource("theme.js") + resource("plots.js"))
    plotly = plotly_script()
    page = _Page(report)
    services = [
        {"name": name, "parts": [page.part(part) for part in parts]}
        for name, parts in groupby(report.parts, key=lambda part: part.service)
    ]
    environment = f" ({report.environment})" if report.environment else ""
    return str(
        html(
            _asset("report.html"),
            policy=policy((plotly, script), is_served=False),
            style=Html(resource("page.css") + _asset("report.css")),
            script=script,
            plotly=plotly,
            plots=script_json(page.plots),
            title=report.title,
            project=report.project + environment,
            source=report.source,
            label=report.span.label,
            zone=f"{report.span.local(report.span.end):%Z}",
            services=services,
        )
    )


def _asset(name: str) -> str:
    folder = resources.files("obsgen.live.reports").joinpath("assets", name)
    return normal(folder.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class _Page:
    report: Report
    plots: dict[str, Any] = field(default_factory=dict)

    def part(self, part: Part) -> Mapping[str, Any]:
        """Return a part for the template; its plots are kept."""
        return {
            "key": part.key,
            "title": part.title,
            "lines": part.lines,
            "fields": [{"title": f.title, "is_number": f.form != "text"} for f in part.fields],
            "rows": [
                [self._cell(c, f) for c, f in zip(row, part.fields, strict=True)]
                for row in part.rows
            ],
            "plots": list(self._plots(part)) if part.chart else [],
        }

    def _cell(self, cell: Cell, field_: Field) -> Mapping[str, Any]:
        return {
            "text": shown(cell, field_, self.report.span.zone),
            "is_number": field_.form not in {"text", "flag"},
            "is_empty": cell is None,
            "is_warning": field_.form == "flag" and bool(cell),
        }

    def _plots(self, part: Part) -> Iterator[Mapping[str, Any]]:
        chart = part.chart
        assert chart is not None
        fields = {one.key: one for one in part.fields}
        for place, key in enumerate(chart.y):
            values = part.column(key) if key in fields else ()
            if not any(isinstance(value, Decimal) for value in values):
                continue
            id_ = f"p{len(self.plots)}"
            drawn = Drawn(chart, fields[key], self.report, of_palette(place))
            self.plots[id_] = drawn.figure(part.column(chart.x), values)
            yield {"id": id_, "title": fields[key].title, "height": drawn.height(len(values))}
