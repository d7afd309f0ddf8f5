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
        return str(_whole(Duration(divided_ms(Duration.parse(match[0]).ms, speed))))

    return _LENGTH.sub(shorter, text)


def _whole(length: Duration) -> Duration:
    """Leave out what is below a second where there is more: time ranges are in one unit."""
    return Duration(length.ms // 1_000 * 1_000) if length.ms > 1_000 else length
