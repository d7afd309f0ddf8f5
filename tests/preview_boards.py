"""
Dashboards in Grafana's JSON, written by hand, and the series that they show.

All types of panels are here, whether or not specs can ask for them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from oracles import Server, running_prometheus
from remote_write import RECEIVER, Series, write

NOW: Final = 1_700_049_600_000
"""2023-11-15 12:00 UTC."""
MINUTE: Final = 60_000
HOURS: Final = 7
EVIL: Final = "<script>alert(1)</script>"
SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}

_numbers = itertools.count(1)


@contextmanager
def a_prometheus(folder: Path) -> Iterator[Server]:
    """Run a Prometheus that has the series of the boards below."""
    config = folder / "prometheus.yml"
    config.write_text("global: {scrape_interval: 1h}\n")
    with running_prometheus(config, *RECEIVER) as server:
        write(server.url, list(_series()))
        yield server


def _series() -> Iterator[Series]:
    times = range(NOW - HOURS * 60 * MINUTE, NOW + 1, MINUTE)

    def one(name: str, make: Any, **labels: str) -> Series:
        values = [make(n) for n in range(len(times))]
        return Series(labels={"__name__": name, **labels}, times=list(times), values=values)

    for place, code in enumerate(("200", "404", EVIL)):
        yield one("requests_total", lambda n, p=place: n * 60.0 / (p + 1) ** 2, code=code)
    for place, host in enumerate(("a", "b", "c")):
        yield one("load_ratio", lambda n, p=place: 0.5 + 0.3 * math.sin(n / 40 + p), host=host)
        yield one("memory_bytes", lambda n, p=place: (p + 1) * 2.0**30 + n * 1e6, host=host)
        yield one("up", lambda n, p=place: float(p != 1 or not 200 < n < 260), host=host)
    for le, share in (("0.1", 0.5), ("0.5", 0.8), ("1", 0.95), ("+Inf", 1.0)):
        yield one("duration_seconds_bucket", lambda n, s=share: n * 30.0 * s, le=le)
    state = {"alertname": "TooSlow", "severity": "critical", "team": EVIL}
    firing = [at for at in times if at > NOW - 40 * MINUTE]
    yield Series(
        labels={"__name__": "ALERTS", "alertstate": "firing", **state},
        times=firing,
        values=[1.0] * len(firing),
    )
    yield Series(
        labels={"__name__": "ALERTS_FOR_STATE", **state},
        times=firing,
        values=[firing[0] / 1000] * len(firing),
    )


def target(expr: str, legend: str = "__auto", ref: str = "A", **more: Any) -> dict[str, Any]:
    usual = {"refId": ref, "datasource": SOURCE, "expr": expr, "legendFormat": legend}
    return {**usual, "format": "time_series", "instant": False, "range": True, **more}


def instant(expr: str, legend: str = "__auto", ref: str = "A", **more: Any) -> dict[str, Any]:
    return target(expr, legend, ref, **{"instant": True, "range": False, **more})


def panel(kind: str, title: str, *targets: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a panel; `at` is its place: x, y, width, height."""
    x, y, w, h = more.pop("at", (0, 0, 12, 8))
    defaults, custom = more.pop("defaults", {}), more.pop("custom", {})
    config = {"defaults": {"custom": custom, **defaults}, "overrides": more.pop("overrides", [])}
    return {
        "id": next(_numbers),
        "type": kind,
        "title": title,
        "description": "What it means.",
        "gridPos": {"x": x, "y": y, "w": w, "h": h},
        "datasource": SOURCE,
        "targets": list(targets),
        "fieldConfig": config,
        "options": more.pop("options", {}),
        **more,
    }


def row(title: str, y: int, *inner: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    grid = {"x": 0, "y": y, "w": 24, "h": 1}
    panels = list(inner)
    usual = {"id": next(_numbers), "type": "row", "title": title, "gridPos": grid}
    return {**usual, "collapsed": bool(panels), "panels": panels, **more}


def board(*panels: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    usual = {
        "uid": "board",
        "title": "Board",
        "tags": ["obsgen"],
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [DATASOURCE]},
        "annotations": {"list": []},
    }
    return {**usual, "panels": list(panels), **more}


DATASOURCE: Final = {
    "name": "datasource",
    "type": "datasource",
    "label": "Data source",
    "query": "prometheus",
    "current": {"text": "Prometheus", "value": "prometheus"},
}
LAST: Final = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
STEPS: Final = {
    "mode": "absolute",
    "steps": [
        {"color": "green", "value": None},
        {"color": "yellow", "value": 0.5},
        {"color": "red", "value": 0.75},
    ],
}
LEGEND: Final = {
    "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["max"]}
}
UP_OR_DOWN: Final = [
    {
        "type": "value",
        "options": {
            "0": {"text": "down", "color": "red", "index": 0},
            "1": {"text": "up", "color": "green", "index": 1},
        },
    }
]
RATE: Final = "sum by (code) (rate(requests_total[$__rate_interval]))"
FIRING: Final = {
    "name": "Alerts",
    "datasource": SOURCE,
    "enable": True,
    "iconColor": "red",
    "expr": 'ALERTS{alertstate="firing"}',
    "titleFormat": "{{alertname}}",
    "textFormat": "{{team}}",
}


def charts() -> Sequence[Mapping[str, Any]]:
    """Return panels of the types that are plotted."""
    shares = {"unit": "percentunit", "min": 0, "max": 1, "thresholds": STEPS}
    by_value = {**shares, "color": {"mode": "thresholds"}}
    stacked = {"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 40}
    lines = {"thresholdsStyle": {"mode": "dashed+area"}, "lineWidth": 2}
    buckets = "sum by (le) (rate(duration_seconds_bucket[$__rate_interval]))"
    return (
        panel(
            "timeseries",
            "Requests",
            target(RATE),
            at=(0, 0, 12, 8),
            options=LEGEND,
            defaults={"unit": "reqps"},
            custom=stacked,
        ),
        panel(
            "timeseries",
            "Load",
            target("load_ratio", "{{host}}"),
            at=(12, 0, 12, 8),
            defaults=shares,
            custom=lines,
        ),
        panel(
            "timeseries",
            "Bars",
            target("memory_bytes", "{{host}}"),
            at=(0, 8, 8, 7),
            defaults={"unit": "bytes"},
            custom={"drawStyle": "bars", **stacked},
        ),
        panel(
            "heatmap",
            "Durations",
            target(buckets, "{{le}}", format="heatmap"),
            at=(8, 8, 8, 7),
            options={
                "calculate": False,
                "yAxis": {"unit": "s"},
                "color": {"mode": "scheme", "scheme": "Oranges"},
            },
        ),
        panel(
            "state-timeline",
            "Up",
            target("up", "{{host}}"),
            at=(16, 8, 8, 7),
            defaults={"mappings": UP_OR_DOWN, "color": {"mode": "thresholds"}},
        ),
        panel(
            "histogram",
            "Spread",
            target("load_ratio", "{{host}}"),
            at=(0, 15, 8, 7),
            defaults={"unit": "percentunit"},
        ),
        panel(
            "piechart",
            "Shares",
            instant("sum by (code) (requests_total)"),
            at=(8, 15, 8, 7),
            options={
                **LAST,
                "pieType": "donut",
                "displayLabels": ["percent"],
                "legend": {
                    "displayMode": "list",
                    "placement": "right",
                    "showLegend": True,
                    "values": ["value"],
                },
            },
        ),
        panel(
            "gauge",
            "Now",
            instant("load_ratio", "{{host}}"),
            at=(16, 15, 8, 7),
            defaults=by_value,
            options=LAST,
        ),
    )


def lists() -> Sequence[Mapping[str, Any]]:
    """Return panels of the types that are written."""
    shares = {
        "unit": "percentunit",
        "min": 0,
        "max": 1,
        "thresholds": STEPS,
        "color": {"mode": "thresholds"},
    }
    table = {"format": "table"}
    memory = instant("memory_bytes", "", "B", **table)
    organize = {
        "id": "organize",
        "options": {
            "excludeByName": {"Time": True, "__name__": True},
            "indexByName": {"host": 0},
            "renameByName": {"Value #A": "Load", "Value #B": "Memory"},
        },
    }
    names = {"id": "filterFieldsByName", "options": {"exclude": {"names": ["__name__"]}}}
    overrides = [
        {
            "matcher": {"id": "byName", "options": "Memory"},
            "properties": [{"id": "unit", "value": "bytes"}],
        },
        {
            "matcher": {"id": "byName", "options": "Load"},
            "properties": [
                {"id": "custom.cellOptions", "value": {"type": "gauge", "mode": "lcd"}},
                {
                    "id": "links",
                    "value": [{"title": "Board", "url": "/d/board?var-host=${__data.fields.host}"}],
                },
            ],
        },
    ]
    return (
        panel(
            "stat",
            "One",
            target("load_ratio{host='a'}", "a"),
            at=(0, 0, 4, 4),
            defaults=shares,
            options={**LAST, "colorMode": "value", "graphMode": "area"},
        ),
        panel(
            "stat",
            "Each",
            target("load_ratio", "{{host}}"),
            at=(4, 0, 8, 4),
            defaults=shares,
            options={**LAST, "colorMode": "background", "graphMode": "area"},
        ),
        panel(
            "bargauge",
            "Bars",
            instant("load_ratio", "{{host}}"),
            at=(12, 0, 12, 4),
            defaults=shares,
            options={**LAST, "orientation": "horizontal", "displayMode": "gradient"},
        ),
        panel(
            "table",
            "Hosts",
            instant("load_ratio", "", "A", **table),
            memory,
            at=(0, 4, 12, 7),
            defaults=shares,
            overrides=overrides,
            transformations=[names, {"id": "merge", "options": {}}, organize],
        ),
        panel("alertlist", "Alerts", at=(12, 4, 12, 7), options={"stateFilter": {"firing": True}}),
        panel(
            "text",
            "Notes",
            at=(0, 11, 12, 5),
            options={
                "mode": "markdown",
                "content": f"# Hello\n\n*{EVIL}* [bad](javascript:alert(1))",
            },
        ),
        panel(
            "logs",
            "Logs",
            {"refId": "A", "expr": '{app="x"} |= "error"'},
            at=(12, 11, 6, 5),
            datasource={"type": "loki", "uid": "${loki_datasource}"},
        ),
        panel(
            "traces",
            "Traces",
            {"refId": "A", "query": "{}"},
            at=(18, 11, 6, 5),
            datasource={"type": "tempo", "uid": "${tempo_datasource}"},
        ),
        row(
            "More",
            16,
            panel("timeseries", "Within", target("load_ratio", "{{host}}"), at=(0, 17, 24, 6)),
        ),
    )
