"""
Dashboards built in a second, and how large they are beside grafanalib's own of the same panels.

The other side is what an author gets who writes the same panels with grafanalib's own classes: the
same titles, descriptions, queries, legends, units, thresholds and places, and its defaults for all
else.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from grafanalib import _gen, core

from benchmarks.services import specs
from benchmarks.table import Figure
from obsgen import Options, build
from obsgen.artefacts import Compiled, Dashboard, Panel, Target
from obsgen.artefacts.grafana_units import unit_id
from obsgen.diagnostics import has_errors
from obsgen.outputs import grafana

_SERVICES: Final = 50
_AIM: Final = 1 / 3
_PROJECT: Final = "specs/project.yaml"
_ONLY: Final = b"kind: Project\noutputs: [grafana]\n"

_CLASSES: Final = {
    "timeseries": core.TimeSeries,
    "stat": core.Stat,
    "gauge": core.GaugePanel,
    "bargauge": core.BarGauge,
    "table": core.Table,
    "heatmap": core.Heatmap,
    "state-timeline": core.StateTimeline,
    "histogram": core.Histogram,
    "piechart": core.PieChartv2,
    "logs": core.Logs,
}
"""grafanalib's class for each type of panel."""


class _Encoder(_gen.DashboardEncoder):  # type: ignore[misc] # grafanalib has no types
    """Its own encoder, which does not know exact numbers."""

    def default(self, o: Any) -> Any:
        return float(o) if isinstance(o, Decimal) else super().default(o)


def figures() -> list[Figure]:
    """Return the speed, with the specs and from what is compiled, and the size."""
    _compiled(1, seed=1)  # imports
    gc.collect()
    gc.disable()  # as the command does
    start = time.perf_counter()
    compiled = _compiled(_SERVICES, seed=2)
    of_specs = time.perf_counter() - start
    start = time.perf_counter()
    own = sum(len(data) for data in written(compiled))
    of_compiled = time.perf_counter() - start
    gc.enable()
    count = len(compiled.dashboards)
    other = sum(len(by_grafanalib(dashboard)) for dashboard in compiled.dashboards)
    panels = sum(len(dashboard.panels) for dashboard in compiled.dashboards)
    return [
        Figure(
            what=f"{count:,} dashboards of {panels:,} panels, with rules and checks",
            measured=f"{count / (of_specs + of_compiled):.0f} dashboards/s",
        ),
        Figure(
            what="dashboards alone, from what is compiled",
            measured=f"{count / of_compiled:.0f} dashboards/s",
        ),
        Figure(what="bytes a dashboard, grafanalib's own", measured=f"{other // count:,}"),
        Figure(
            what="bytes a dashboard",
            measured=f"{own // count:,}",
            ratio=own / other,
            at_most=round(_AIM, 2),
        ),
    ]


def _compiled(count: int, *, seed: int) -> Compiled:
    """Return what the dashboards are written from; nothing else is written."""
    texts = dict(specs(count, seed=seed))
    texts[_PROJECT] = texts[_PROJECT].replace(b"kind: Project\n", _ONLY)
    options = Options(requires_project=True, with_files=False, with_tests=False)
    built = build(texts, options)
    assert not has_errors(built.diagnostics)
    return built.compiled[0]


def written(compiled: Compiled) -> Iterator[bytes]:
    """Yield the files of the dashboards."""
    for file in grafana.files(compiled):
        if file.path.startswith("grafana/dashboards/"):
            yield file.data


def by_grafanalib(dashboard: Dashboard) -> bytes:
    """Return what grafanalib's own classes write of the same panels, as its command does."""
    made = core.Dashboard(
        title=dashboard.title,
        description=dashboard.description,
        uid=dashboard.uid,
        tags=list(dashboard.tags),
        refresh=dashboard.refresh,
        time=core.Time(dashboard.time, "now"),
        links=[
            core.DashboardLink(title=link.title, uri=link.url, tags=[link.tag])
            for link in dashboard.links
        ],
        templating=core.Templating(
            [
                core.Template(
                    name=variable.name,
                    label=variable.label,
                    query=variable.query,
                    dataSource="${datasource}",
                    multi=variable.multi,
                )
                for variable in dashboard.variables
            ]
        ),
        annotations=core.Annotations(
            [
                {"name": each.name, "expr": each.expr, "iconColor": each.color}
                for each in dashboard.annotations
            ]
        ),
        panels=[panel for section in dashboard.sections for panel in _panels(section.panels)],
    ).auto_panel_ids()
    text = json.dumps(made.to_json_data(), sort_keys=True, indent=2, cls=_Encoder)
    return text.encode()


def _panels(panels: Sequence[Panel]) -> Iterator[Any]:
    for panel in panels:
        place = core.GridPos(h=panel.height, w=panel.width, x=0, y=0)
        if panel.type not in _CLASSES:
            content = str(panel.options.get("content", ""))
            yield core.Text(title=panel.title, content=content, gridPos=place)
            continue
        yield _CLASSES[panel.type](
            title=panel.title,
            description=panel.description,
            dataSource="${datasource}",
            targets=[_target(target, number) for number, target in enumerate(panel.targets)],
            gridPos=place,
            **_looks(panel),
        )


def _looks(panel: Panel) -> dict[str, Any]:
    """Return unit and thresholds, by the words that each class has for them."""
    fields = {attribute.name for attribute in _CLASSES[panel.type].__attrs_attrs__}
    looks: dict[str, Any] = {}
    unit = next((word for word in ("unit", "format") if word in fields), "")
    if unit and panel.unit is not None:
        looks[unit] = unit_id(panel.unit)
    if "thresholds" in fields and panel.thresholds:
        looks["thresholds"] = [
            core.Threshold(color=step.color, index=number, value=float(step.value or 0))
            for number, step in enumerate(panel.thresholds)
        ]
    if "overrides" in fields and panel.overrides:
        looks["overrides"] = [dict(override) for override in panel.overrides]
    return looks


def _target(target: Target, number: int) -> Any:
    return core.Target(
        expr=target.expr,
        legendFormat=target.legend,
        instant=target.instant,
        format="table" if target.as_table else "time_series",
        refId=chr(ord("A") + number),
    )
