"""A whole preview: dashboards as they ship, drawn one after the other, as pages."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Compiled, Dashboard, strings_in
from obsgen.diagnostics import Origin
from obsgen.model import Service
from obsgen.outputs.grafana.normalise import dashboard_json
from obsgen.preview import ranges
from obsgen.preview.drawing import DrawnDashboard, Problem, View, draw
from obsgen.preview.links import Addresses, Sheet
from obsgen.preview.page import INDEX, dashboard_page, index_page
from obsgen.preview.server import Prometheus
from obsgen.preview.simulated.rules import ALERTS
from obsgen.preview.simulated.scenes import NOW, SCRAPE_MS
from obsgen.preview.simulated.server import Plan, simulated
from obsgen.preview.simulated.states import states_of

Json = Mapping[str, Any]
Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]

HISTORY: Final = 6 * ranges.HOUR
"""How much is simulated, unless more is asked for."""
MOST_HISTORY: Final = 2 * ranges.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    How pages look.

    Attributes:
        is_served: They reload when the specs have changed.
    """

    is_light: bool = False
    is_served: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A panel without data, and where in the specs it comes from."""

    dashboard: str
    problem: Problem
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What was drawn.

    Attributes:
        pages: By file names, the index among them.
        sheets: What is on them, without the index.
    """

    pages: Mapping[str, str]
    sheets: tuple[Sheet, ...]
    found: tuple[Found, ...]


def chosen(compiled: Compiled, wanted: Sequence[str]) -> tuple[tuple[Dashboard, ...], str]:
    """Return the dashboards that are named by uid or title, and the first name that none has."""
    if not wanted:
        return compiled.dashboards, ""
    for name in wanted:
        if not any(name in {d.uid, d.title} for d in compiled.dashboards):
            return (), name
    return tuple(d for d in compiled.dashboards if {d.uid, d.title} & set(wanted)), ""


def plan(
    compiled: Compiled, services: tuple[Service, ...], dashboards: Sequence[Json], start: str
) -> Plan:
    """Return what has to be simulated for dashboards, drawn from *start* on (`now-6h`)."""
    span = ranges.time_range(start, "now", NOW) if start else None
    texts = tuple(strings_in(list(dashboards)))
    return Plan(
        services=services,
        rule_files=compiled.rule_files,
        probes=compiled.prometheus.probes,
        # Lists of alerts ask for them without a query of their own.
        queries=(*texts, *(ALERTS for text in texts if text == "alertlist")),
        states=states_of(dashboards),
        range_ms=min(MOST_HISTORY, max(ranges.HOUR, span.ms if span else HISTORY)),
    )


def shipped(compiled: Compiled, dashboards: Sequence[Dashboard]) -> tuple[Json, ...]:
    """Return the JSON of dashboards, as it ships."""
    return tuple(dashboard_json(one, compiled.datasources) for one in dashboards)


@contextlib.contextmanager
def simulation(wanted: Plan, progress: Progress) -> Iterator[tuple[Prometheus, View]]:
    """
    Run a Prometheus with simulated data until the context ends.

    Raises:
        ToolError, HttpError: it does not run.
    """
    with simulated(wanted, progress) as server:
        hours = ranges.shown(wanted.range_ms)
        yield (
            server,
            View(
                now=NOW,
                source=f"Simulated data, {hours}",
                scrape=SCRAPE_MS,
                longest=wanted.range_ms,
            ),
        )


def drawn(
    dashboards: Sequence[Dashboard],
    documents: Sequence[Json],
    server: Prometheus,
    view: View,
    look: Look,
    progress: Progress,
) -> Preview:
    """
    Draw dashboards.

    Args:
        documents: Their JSON.

    Raises:
        HttpError, ApiUnreadable: there is no Prometheus any more.
    """
    sheets = tuple(
        Sheet(one.uid, one.title, one.folder, tuple(document.get("tags") or ()))
        for one, document in zip(dashboards, documents, strict=True)
    )
    addresses = Addresses(sheets)
    pages, found = {}, list[Found]()
    total = sum(len(one.panels) for one in dashboards)
    with progress("drawing panels", total) as advance:
        for one, document, sheet in zip(dashboards, documents, sheets, strict=True):
            picture = draw(document, server, view, addresses, advance)
            pages[sheet.file] = dashboard_page(
                picture,
                one.folder,
                view.source,
                is_light=look.is_light,
                is_served=look.is_served,
            )
            found += _found(one, picture)
    pages[INDEX] = index_page(sheets, view.source, is_light=look.is_light, is_served=look.is_served)
    return Preview(pages=pages, sheets=sheets, found=tuple(found))


def _found(dashboard: Dashboard, picture: DrawnDashboard) -> Iterator[Found]:
    panels = dashboard.panels
    for problem in picture.problems:
        is_panel = 0 <= problem.number < len(panels)
        origin = panels[problem.number].origin if is_panel else dashboard.origin
        yield Found(dashboard.title, problem, origin if origin.file else dashboard.origin)
