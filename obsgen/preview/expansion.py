"""Repeated panels and rows: one for each value of a variable, and what is below moves down."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from obsgen.preview.variables import Chosen

COLUMNS: Final = 24
_MOST_IN_A_ROW: Final = 4

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """
    A panel at its place on the grid.

    Attributes:
        number: Of the panel among all that the JSON has, rows left out.
        scope: The variables that have a value of their own here: (name, value).
    """

    panel: Json
    number: int
    x: int
    y: int
    width: int
    height: int
    scope: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """
    Panels below one another; a collapsed row is a block of its own.

    Attributes:
        title: Of the row, or empty for none.
        has_row: It has a header.
    """

    title: str
    panels: tuple[Placed, ...]
    is_collapsed: bool = False
    has_row: bool = False


@dataclass(slots=True)
class _Open:
    row: Json | None
    panels: list[tuple[int, Json]] = field(default_factory=list)


def blocks(panels: Sequence[Json], variables: Mapping[str, Chosen]) -> Iterator[Block]:
    """Yield a dashboard's rows with their panels, everything repeated that is to be."""
    for section in _sections(panels):
        if section.row is None:
            yield Block("", _flow(section.panels, variables, ()))
            continue
        title = str(section.row.get("title") or "")
        is_collapsed = bool(section.row.get("collapsed"))
        name = section.row.get("repeat")
        for value in _values(name, variables):
            scope = ((str(name), value),) if name else ()
            own = title.replace(f"${name}", value).replace(f"${{{name}}}", value) if name else title
            yield Block(own, _flow(section.panels, variables, scope), is_collapsed, has_row=True)


def _sections(panels: Sequence[Json]) -> list[_Open]:
    found = [_Open(None)]
    number = 0
    for panel in panels:
        if panel.get("type") != "row":
            found[-1].panels.append((number, panel))
            number += 1
            continue
        found.append(_Open(panel))
        for inner in panel.get("panels") or ():
            found[-1].panels.append((number, inner))
            number += 1
    return [section for section in found if section.panels or section.row is not None]


def _values(name: object, variables: Mapping[str, Chosen]) -> tuple[str, ...]:
    variable = variables.get(str(name)) if name else None
    return ("",) if variable is None else variable.values or ("",)


def _flow(
    panels: Sequence[tuple[int, Json]],
    variables: Mapping[str, Chosen],
    scope: tuple[tuple[str, str], ...],
) -> tuple[Placed, ...]:
    """Return panels with their places, seen from the top of their block."""
    top = min((_grid(panel)["y"] for _, panel in panels), default=0)
    found: list[Placed] = []
    pushes: list[tuple[int, int]] = []
    for number, panel in sorted(
        panels, key=lambda pair: (_grid(pair[1])["y"], _grid(pair[1])["x"])
    ):
        grid = _grid(panel)
        y = grid["y"] - top + sum(push for below, push in pushes if grid["y"] >= below)
        name = panel.get("repeat")
        if not name or str(name) not in variables:
            found.append(Placed(panel, number, grid["x"], y, grid["w"], grid["h"], scope))
            continue
        values = _values(name, variables)
        every = _repeated(panel, number, y, str(name), values, scope)
        found += every
        lowest = max(one.y + one.height for one in every)
        # Nothing stands beside what is repeated: the layout gives it rows of its own.
        pushes.append((grid["y"] + grid["h"], lowest - y - grid["h"]))
    return tuple(found)


def _repeated(
    panel: Json,
    number: int,
    y: int,
    name: str,
    values: Sequence[str],
    scope: tuple[tuple[str, str], ...],
) -> list[Placed]:
    grid = _grid(panel)
    if panel.get("repeatDirection") == "v":
        return [
            Placed(
                panel,
                number,
                grid["x"],
                y + n * grid["h"],
                grid["w"],
                grid["h"],
                (*scope, (name, v)),
            )
            for n, v in enumerate(values)
        ]
    most = int(panel.get("maxPerRow") or _MOST_IN_A_ROW)
    # Grafana fills rows evenly, so that all are as wide.
    width = COLUMNS // max(1, min(len(values), most))
    in_a_row = COLUMNS // width
    return [
        Placed(
            panel,
            number,
            n % in_a_row * width,
            y + n // in_a_row * grid["h"],
            width,
            grid["h"],
            (*scope, (name, value)),
        )
        for n, value in enumerate(values)
    ]


def _grid(panel: Json) -> dict[str, int]:
    grid = panel.get("gridPos") or {}
    ends = {"x": 0, "y": 0, "w": COLUMNS // 2, "h": 8}
    return {name: math.floor(grid.get(name, usual)) for name, usual in ends.items()}
