"""Gauges that are one of some states, as panels that name the states tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from obsgen.preview.simulated.rules import words
from obsgen.simulate.habits import Habit

Json = Mapping[str, Any]
States = tuple[str, Fraction, Fraction]
"""A word of a query that may be a metric, its lowest and its highest state."""


def states_of(dashboards: Iterable[Json]) -> tuple[States, ...]:
    """Return what panels with texts for single numbers ask for, with the ends of the numbers."""
    return tuple(
        (name, min(numbers), max(numbers))
        for dashboard in dashboards
        for panel in _panels(dashboard.get("panels") or ())
        if (numbers := tuple(_numbers(panel)))
        for target in panel.get("targets") or ()
        for name in sorted(words(str(target.get("expr") or "")))
    )


def stately(habit: Habit, low: Fraction, high: Fraction) -> Habit:
    """Return the habit of a gauge that is a whole number of *low* to *high*."""
    # A gauge never quite reaches its end, and is counted in whole numbers.
    return habit if habit.is_ranged else habit.within(low, high + 1)


def _panels(panels: Sequence[Json]) -> Iterator[Json]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels") or ())


def _numbers(panel: Json) -> Iterator[Fraction]:
    defaults = (panel.get("fieldConfig") or {}).get("defaults") or {}
    for mapping in defaults.get("mappings") or ():
        if mapping.get("type") == "value":
            keys = map(str, mapping.get("options") or {})
            yield from (Fraction(key) for key in keys if key.lstrip("-").isdecimal())
