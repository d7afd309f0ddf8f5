"""
Kinds of events: what all metrics of a process have in common.

Whatever arrives is of one of a few kinds, and every metric counts it, each under the labels that it
has. A kind has the same word for a label in every metric that has the label with the same words: so
requests by route and durations by route, whatever else their labels are, are the same events, and
what is divided by label agrees. The n-th kind is met an n-th as often as the first (Zipf's law);
beside the usual ones there are a few that are turned away (`4xx`, `denied`): seldom, though no
failures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Final

from obsgen.simulate.chance import PPM, Chance

Labels = Mapping[str, str]

KINDS: Final = 8
"""Unless a label has more words than that."""

_REFUSED: Final = re.compile(r"4\d\d|denied|refused|unauthorized|forbidden|blocked")
_TURNED_AWAY: Final = 4
"""So many kinds have a twin that is turned away."""
_SELDOM: Final = 100
_FIRST_WEIGHT: Final = 100_000


class Mix:
    """Shares events out among kinds."""

    def __init__(self, weights: Sequence[int], chance: Chance) -> None:
        self._weights = weights
        self._total = sum(weights)
        self._around = chance.around

    def share(self, events: int) -> list[int]:
        """Return how many there are of each kind; none is lost."""
        found = [0] * len(self._weights)
        left, total = events, self._total
        # The first kind, of which there are most, takes what the others leave.
        for kind in range(len(found) - 1, 0, -1):
            if not left:
                return found
            own = self._weights[kind]
            part = min(left, self._around(left * own * PPM // total))
            found[kind] = part
            left -= part
            total -= own
        found[0] = left
        return found


def mixes(kinds: int, chance: Chance) -> tuple[Mix, Mix]:
    """Return the mix of what goes well, what is turned away among it, and of what fails."""
    well, badly = _weights(kinds)
    return Mix(well, chance), Mix(badly, chance)


def shares(kinds: int) -> tuple[list[Fraction], list[Fraction]]:
    """Return the share of each kind in the two mixes."""
    well, badly = ([Fraction(own, sum(weights)) for own in weights] for weights in _weights(kinds))
    return well, badly


def _weights(kinds: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    usual = tuple(_FIRST_WEIGHT // n for n in range(1, kinds + 1))
    return (*usual, *(weight // _SELDOM for weight in usual[:_TURNED_AWAY])), usual


def healthy_sets(words: Mapping[str, tuple[str, ...]], kinds: int) -> list[Labels]:
    """Return the label set of each kind, and then of those that are turned away."""
    usual = {label: _not_refused(own) or own for label, own in words.items()}
    found = failing_sets(usual, kinds)
    for twin in range(min(_TURNED_AWAY, len(found))):
        refused = {
            label: refused[twin % len(refused)]
            for label, own in words.items()
            if (refused := tuple(word for word in own if _REFUSED.fullmatch(word)))
            and _not_refused(own)
        }
        found.append(_plain({**found[twin], **refused}))
    return found


def failing_sets(words: Mapping[str, tuple[str, ...]], kinds: int) -> list[Labels]:
    """Return the label set of each kind; none where a label has no word at all."""
    if not all(words.values()):
        return []
    turns = {label: _turn(label, len(own), max(KINDS, len(own))) for label, own in words.items()}
    return [
        _plain({label: own[turns[label][kind % len(turns[label])]] for label, own in words.items()})
        for kind in range(kinds)
    ]


def most_like(own: Labels, others: Sequence[Labels]) -> int:
    """Return the place of the label set that has most in common with one: the first of such."""
    return max(range(len(others)), key=lambda place: len(own.items() & others[place].items()))


def _not_refused(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if not _REFUSED.fullmatch(word))


def _plain(labels: Labels) -> Labels:
    """Return labels in order; an empty one is none."""
    return {label: value for label, value in sorted(labels.items()) if value}


@cache
def _turn(label: str, words: int, kinds: int) -> tuple[int, ...]:
    """
    Return the word of each kind: every word in turn, in an order of the label's own.

    Words take as many kinds each, as far as that goes out even, and the first kind has the first.
    """
    chance = Chance(0, "label", label, words)
    found = [0, *_shuffled(list(range(1, words)), chance)]
    while len(found) < kinds:
        found += _shuffled(list(range(words)), chance)
    return tuple(found[:kinds])


def _shuffled(places: list[int], chance: Chance) -> list[int]:
    """Return them in another order (Fisher and Yates)."""
    for last in range(len(places) - 1, 0, -1):
        other = chance.below(last + 1)
        places[last], places[other] = places[other], places[last]
    return places
