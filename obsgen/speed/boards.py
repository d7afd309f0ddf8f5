"""Dashboards whose times are divided: queries, time ranges, steps."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Annotation, Dashboard, GrafanaDatasource, Panel, Section, Target
from obsgen.speed.queries import divided_ms, divided_query
from obsgen.units import Duration

FASTEST_REFRESH: Final = Duration(5_000)
"""Grafana asks no more often than so (`min_refresh_interval`)."""

_SECOND: Final = 1_000
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_LENGTH: Final = re.compile(r"(?<![\w.])(?:[0-9]+(?:ms|[smhdwy]))+(?!\w)")


def divided_dashboard(dashboard: Dashboard, speed: int) -> Dashboard:
    """Return a dashboard of the divided rules; its title says so."""
    return replace(
        dashboard,
        title=f"{dashboard.title} (×{speed})",
        sections=tuple(_section(section, speed) for section in dashboard.sections),
        intervals=tuple(_length(each, speed) for each in dashboard.intervals),
        annotations=tuple(_annotation(each, speed) for each in dashboard.annotations),
        time=_length(dashboard.time, speed),
        refresh=_refresh(dashboard.refresh, speed),
    )


def divided_datasource(datasource: GrafanaDatasource, speed: int) -> GrafanaDatasource:
    """Return a datasource that knows how often its Prometheus scrapes."""
    interval = Duration(divided_ms(datasource.scrape_interval.ms, speed))
    return replace(datasource, scrape_interval=interval)


def _section(section: Section, speed: int) -> Section:
    return replace(section, panels=tuple(_panel(panel, speed) for panel in section.panels))


def _panel(panel: Panel, speed: int) -> Panel:
    return replace(
        panel,
        targets=tuple(_target(target, speed) for target in panel.targets),
        time=_length(panel.time, speed),
        min_interval=_length(panel.min_interval, speed),
    )


def _target(target: Target, speed: int) -> Target:
    return replace(target, expr=divided_query(target.expr, speed))


def _annotation(annotation: Annotation, speed: int) -> Annotation:
    return replace(
        annotation,
        expr=divided_query(annotation.expr, speed),
        step=_length(annotation.step or "60s", speed),
    )


def _refresh(text: str, speed: int) -> str:
    try:
        asked = Duration.parse(text)
    except ValueError:
        return text
    return str(max(min(asked, FASTEST_REFRESH), Duration(divided_ms(asked.ms, speed))))


def _length(text: str, speed: int) -> str:
    """
    Divide the lengths in Grafana's own words; `now/d` has none.

    >>> _length("now-6h", 60), _length("30d", 60), _length("now/d", 60), _length("", 60)
    ('now-6m', '12h', 'now/d', '')
    """

    def shorter(match: re.Match[str]) -> str:
        return _in_one_unit(divided_ms(Duration.parse(match[0]).ms, speed))

    return _LENGTH.sub(shorter, text)


def _in_one_unit(ms: int) -> str:
    """
    Write a length as Grafana reads times: one number and one unit, to the second from one on.

    >>> _in_one_unit(10_080_000), _in_one_unit(86_400_000), _in_one_unit(5_250), _in_one_unit(250)
    ('168m', '1d', '5s', '250ms')
    """
    if ms < _SECOND:
        return f"{ms}ms"
    seconds = ms // _SECOND
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"
