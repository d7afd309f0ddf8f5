"""Panels that lie on each other, or reach beyond the grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Dashboard, Panel
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import mapping_of
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_dashboards
from obsgen.diagnostics import Code, Diagnostic, Related, finding
from obsgen.grid import Place, is_spread, placed
from obsgen.names import COLUMNS

OVERLAP: Final = Code(
    "DSH668",
    "panels-overlap",
    why="of two panels in one place Grafana pushes one down, and everything below it with it; a "
    "panel beyond the 24 columns is cut off; one that is repeated side by side takes all of them",
    fix="Leave `gridPos` out and write `width:`; panels then flow over the grid.",
)
CODES: Final = (OVERLAP,)


@dataclass(frozen=True, slots=True)
class _Lying:
    """A panel, or the header of a section, where Grafana is told to put it."""

    title: str
    place: Place
    panel: Panel | None = None


def _look(subject: Subject, dashboard: Dashboard) -> Found:
    del subject
    for group in _groups(dashboard):
        for index, one in enumerate(group):
            yield from _beyond(dashboard, one)
            for other in group[:index]:
                if one.panel is not None and _is_on(one.place, other.place):
                    yield _finding(dashboard, one, _words(one, other), other)


def _words(one: _Lying, other: _Lying) -> str:
    for spread, beside in ((one, other), (other, one)):
        if spread.panel is not None and is_spread(spread.panel):
            return (
                f"the repetitions of panel `{spread.title}` take whole rows, and lie on "
                f"`{beside.title}`"
            )
    return f"panel `{one.title}` lies on `{other.title}`"


def _groups(dashboard: Dashboard) -> Iterator[list[_Lying]]:
    """Yield what is seen together: all that is open, and each collapsed section by itself."""
    open_: list[_Lying] = []
    for section in placed(dashboard.sections):
        if section.header is not None:
            open_.append(_Lying(section.section.title, section.header))
        inside = [
            _Lying(item.panel.title, _told(item.panel, item.place), item.panel)
            for item in section.panels
        ]
        if section.header is not None and section.section.collapsed:
            yield inside
        else:
            open_ += inside
    yield open_


def _told(panel: Panel, flowed: Place) -> Place:
    """Return where an author puts a panel in Grafana's own words, else where it flows to."""
    grid = mapping_of(panel.extra.get("gridPos"))
    keys = {"x": "x", "y": "y", "w": "width", "h": "height"}
    told = {
        name: int(value)
        for key, name in keys.items()
        if isinstance(value := grid.get(key), int | Decimal)
    }
    if "width" not in told and panel.width > COLUMNS:
        told["width"] = panel.width
    if is_spread(panel):
        told |= {"x": 0, "width": COLUMNS}
    return replace(flowed, **told)


def _beyond(dashboard: Dashboard, one: _Lying) -> Iterator[Diagnostic]:
    place = one.place
    if place.x < 0 or place.y < 0 or place.x + place.width > COLUMNS:
        message = (
            f"panel `{one.title}` reaches from column {place.x} to {place.x + place.width}, beyond "
            f"the {COLUMNS} of the grid"
        )
        yield _finding(dashboard, one, message)


def _is_on(one: Place, other: Place) -> bool:
    is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    is_below = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (is_beside or is_below)


def _finding(
    dashboard: Dashboard, one: _Lying, message: str, other: _Lying | None = None
) -> Diagnostic:
    related: tuple[Related, ...] = ()
    if other is not None and other.panel is not None and other.panel.origin.file:
        related = (Related("the other one stands here", other.panel.origin),)
    has_place = one.panel is not None and bool(one.panel.origin.file)
    origin = one.panel.origin if one.panel is not None and has_place else dashboard.origin
    hint = "leave `gridPos` out and write `width:`"
    return finding(OVERLAP, origin, message, hint, related=related)


KIND: Final = Check(
    run=of_dashboards(_look),
    examples=(
        Example(
            code=OVERLAP,
            wrong='- {"title": "Requests", "gridPos": {"x": 0, "y": 0, "w": 16, "h": 8}}\n'
            '- {"title": "Errors", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8}}',
            right='- {"title": "Requests", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}}\n'
            '- {"title": "Errors", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8}}',
        ),
    ),
)
