"""
Places on Grafana's grid: 24 columns, rows of 30 pixels and 8 between them.

Panels flow from left to right; what does not fit begins a new line. All panels of a line are as
high as the highest of them, so that the next line begins at one height and nothing overlaps.

A panel that Grafana repeats side by side has lines of its own: of whatever width it is, Grafana
spreads its repetitions over all columns, and moves down what stands below (documentation,
"Configure repeating panels").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import Panel, Section
from obsgen.names import COLUMNS

_DOWNWARDS: Final = "v"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands, in columns and grid rows."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A panel in its place."""

    panel: Panel
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSection:
    """A section in its place; *header* is None where it has no title."""

    section: Section
    header: Place | None
    panels: tuple[Placed, ...]


def placed(sections: Sequence[Section]) -> Iterator[PlacedSection]:
    """
    Yield the sections with all places; empty ones are left out.

    A collapsed section takes only its header's row: its panels stand below it when it is opened,
    and Grafana then moves what follows.
    """
    y = 0
    for section in sections:
        if not section.panels:
            continue
        header = None
        if section.title:
            header = Place(x=0, y=y, width=COLUMNS, height=1)
            y += 1
        panels = tuple(_flow(section.panels, y))
        if header is None or not section.collapsed:
            y = max(item.place.y + item.place.height for item in panels)
        yield PlacedSection(section=section, header=header, panels=panels)


def is_spread(panel: Panel) -> bool:
    """Say whether a panel is repeated side by side, and so takes whole lines."""
    return bool(panel.repeat) and panel.extra.get("repeatDirection") != _DOWNWARDS


def without_holes(section: Section) -> Section:
    """
    Return a section whose lines are all as wide as the grid: their panels share what was empty.

    A line with a panel that is repeated is left: how many there will be is not known.
    """
    found: list[Panel] = []
    for line in _lines(section.panels):
        empty = COLUMNS - sum(map(_width, line))
        if empty and not any(panel.repeat for panel in line):
            each, rest = divmod(empty, len(line))
            found += [
                replace(panel, width=_width(panel) + each + (place < rest))
                for place, panel in enumerate(line)
            ]
        else:
            found += line
    return replace(section, panels=tuple(found))


def _flow(panels: Sequence[Panel], y: int) -> Iterator[Placed]:
    for line in _lines(panels):
        height = max(1, *(panel.height for panel in line))
        x = 0
        for panel in line:
            width = _width(panel)
            yield Placed(panel=panel, place=Place(x=x, y=y, width=width, height=height))
            x += width
        y += height


def _lines(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    line: list[Panel] = []
    for panel in panels:
        if line and sum(map(_width, line)) + _width(panel) > COLUMNS:
            yield line
            line = []
        line.append(panel)
    if line:
        yield line


def _width(panel: Panel) -> int:
    return COLUMNS if is_spread(panel) else min(max(1, panel.width), COLUMNS)
