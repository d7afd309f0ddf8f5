"""Lines of panels that fill the whole width, however many panels there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Panel, Section
from obsgen.names import COLUMNS

STATS_IN_A_ROW: Final = 8
"""Of three columns each: narrower ones do not hold their titles."""

_MOST_OPEN: Final = 25
"""So many panels are read, and asked as soon as a dashboard opens."""


def closed_beyond_the_first(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return the sections, those closed at first with which there would be too many panels."""
    found = []
    shown = 0
    for section in sections:
        is_closed = bool(section.title) and shown + len(section.panels) > _MOST_OPEN
        found.append(replace(section, collapsed=section.collapsed or is_closed))
        shown += 0 if found[-1].collapsed else len(section.panels)
    return tuple(found)


def in_rows(panels: Sequence[Panel], most: int) -> tuple[Panel, ...]:
    """
    Return the panels with widths that leave no hole: lines of about as many panels each.

    Args:
        most: In a line.
    """
    return _in_lines(panels, _counts(len(panels), most))


def in_pairs(panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """Return the panels with widths that leave no hole: two in a line, and three in the last."""
    pairs, rest = divmod(len(panels), 2)
    if pairs and rest:
        return _in_lines(panels, (*[2] * (pairs - 1), 3))
    return _in_lines(panels, (*[2] * pairs, *[1] * rest))


def _in_lines(panels: Sequence[Panel], counts: Sequence[int]) -> tuple[Panel, ...]:
    found: list[Panel] = []
    for count in counts:
        width, rest = divmod(COLUMNS, count)
        line = panels[len(found) : len(found) + count]
        found += [replace(panel, width=width + (place < rest)) for place, panel in enumerate(line)]
    return tuple(found)


def _counts(panels: int, most: int) -> tuple[int, ...]:
    """
    Return how many panels stand in each line.

    >>> _counts(7, 3), _counts(4, 3), _counts(0, 3)
    ((3, 2, 2), (2, 2), ())
    """
    lines = -(-panels // most)
    return tuple(panels // lines + (line < panels % lines) for line in range(lines))
