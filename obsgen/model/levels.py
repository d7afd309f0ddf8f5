"""
Levels of a measure that tell a limit from others: just short of it, just beyond, and well apart.

Just is 1 % of the limit, or of what the domain leaves on either side where that is less, or the
smallest step that the measure can take; well apart is 0.8 and 1.2 times the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.model.proofs import Domain, Unprovable

_JUST: Final = Fraction(1, 100)
_APART: Final = Fraction(1, 5)
_UP: Final = frozenset({">", ">="})
_STRICT: Final = frozenset({">", "<"})

_NEVER: Final[dict[str, Callable[[Fraction, Domain], bool]]] = {
    ">": lambda limit, d: d.high is not None and limit >= d.high,
    ">=": lambda limit, d: d.high is not None and limit > d.high,
    "<": lambda limit, d: d.low is not None and limit <= d.low,
    "<=": lambda limit, d: d.low is not None and limit < d.low,
    "==": lambda limit, d: not d.holds(limit),
    "!=": lambda limit, d: False,
}
_ALWAYS: Final[dict[str, Callable[[Fraction, Domain], bool]]] = {
    ">": lambda limit, d: d.low is not None and limit < d.low,
    ">=": lambda limit, d: d.low is not None and limit <= d.low,
    "<": lambda limit, d: d.high is not None and limit > d.high,
    "<=": lambda limit, d: d.high is not None and limit >= d.high,
    "==": lambda limit, d: False,
    "!=": lambda limit, d: not d.holds(limit),
}


class Step(NamedTuple):
    """A level at which a measure is played, and whether the condition holds there."""

    level: Fraction
    fires: bool


class Levels(NamedTuple):
    """
    How a condition is played.

    Attributes:
        steps: One after the other; the first and the last are quiet.
        quiet, firing: The levels nearest to the limit on either side.
        at_rest: A level well apart at which the condition does not hold.
        tripping: One at which it does.
    """

    steps: tuple[Step, ...]
    quiet: Fraction
    firing: Fraction
    at_rest: Fraction
    tripping: Fraction


def never_holds(comparison: str, limit: Fraction, domain: Domain) -> bool:
    """Say whether no value of the domain is beyond the limit."""
    return _NEVER[comparison](limit, domain)


def always_holds(comparison: str, limit: Fraction, domain: Domain) -> bool:
    """Say whether every value of the domain is beyond the limit."""
    return _ALWAYS[comparison](limit, domain)


def levels_of(comparison: str, limit: Fraction, domain: Domain) -> Levels | Unprovable:
    """
    Return levels on both sides of a limit that some value of the domain trips, and some does not.

    >>> found = levels_of(">", Fraction(5), Domain(low=Fraction(0)))
    >>> [float(step.level) for step in found.steps]
    [4.0, 4.95, 5.05, 6.0, 4.0]
    """
    if never_holds(comparison, limit, domain):
        return Unprovable("no value of the measure is beyond the limit")
    if always_holds(comparison, limit, domain):
        return Unprovable("every value of the measure is beyond the limit")
    if domain.grid is not None:
        domain = domain._replace(step=domain.grid)
    if comparison in {"==", "!="}:
        return _of_equality(comparison, limit, domain)
    sides = _Sides(limit, domain, is_up=comparison in _UP)
    meets_limit = comparison not in _STRICT
    if domain.step is not None:
        beyond = sides.on_grid(strict=not meets_limit)
        short = sides.grid_before(beyond)
        return _levels(sides, short, beyond, met=None)
    if not sides.exact_limit and (sides.room_short == 0 or sides.room_beyond == 0):
        return Unprovable("only one value of the measure lies on one side of the limit")
    just = sides.just
    short = limit - sides.sign * just if sides.room_short != 0 else limit
    beyond = limit + sides.sign * just if sides.room_beyond != 0 else limit
    met = Step(limit, meets_limit) if sides.exact_limit else None
    return _levels(sides, short, beyond, met)


class _Sides(NamedTuple):
    """The room that a domain leaves on the quiet and on the firing side of a limit."""

    limit: Fraction
    domain: Domain
    is_up: bool

    @property
    def sign(self) -> int:
        return 1 if self.is_up else -1

    @property
    def exact_limit(self) -> bool:
        return self.domain.is_exact(self.limit)

    @property
    def room_beyond(self) -> Fraction | None:
        bound = self.domain.high if self.is_up else self.domain.low
        return None if bound is None else abs(Fraction(bound) - self.limit)

    @property
    def room_short(self) -> Fraction | None:
        bound = self.domain.low if self.is_up else self.domain.high
        return None if bound is None else abs(Fraction(bound) - self.limit)

    @property
    def just(self) -> Fraction:
        rooms = [abs(self.limit), self.room_beyond, self.room_short]
        known = [room for room in rooms if room]
        return min(known) * _JUST if known else Fraction(1)

    def clamped(self, level: Fraction) -> Fraction:
        low, high = self.domain.low, self.domain.high
        if low is not None:
            level = max(level, Fraction(low))
        return level if high is None else min(level, Fraction(high))

    def apart(self, level: Fraction, *, beyond: bool) -> Fraction:
        """Return the level well apart on the side of *level*, and never nearer than that."""
        sign = self.sign if beyond else -self.sign
        found = self.limit + sign * abs(self.limit) * _APART
        if self.domain.step is not None:
            found = self._rounded(found, up=sign > 0)
        found = self.clamped(found)
        return max(found, level) if sign > 0 else min(found, level)

    def on_grid(self, *, strict: bool) -> Fraction:
        """Return the first value that is beyond the limit."""
        found = self._rounded(self.limit, up=self.is_up)
        step = Fraction(self.domain.step or 1)
        return found + self.sign * step if strict and found == self.limit else found

    def grid_before(self, level: Fraction) -> Fraction:
        return level - self.sign * Fraction(self.domain.step or 1)

    def _rounded(self, level: Fraction, *, up: bool) -> Fraction:
        step = Fraction(self.domain.step or 1)
        return -(-level // step) * step if up else level // step * step


def _levels(sides: _Sides, short: Fraction, beyond: Fraction, met: Step | None) -> Levels:
    at_rest = sides.apart(short, beyond=False)
    tripping = sides.apart(beyond, beyond=True)
    wanted = [Step(at_rest, fires=False), Step(short, fires=False)]
    if met is not None:
        wanted.append(met)
    wanted += [Step(beyond, fires=True), Step(tripping, fires=True), Step(at_rest, fires=False)]
    steps: list[Step] = []
    for step in wanted:
        if not steps or step != steps[-1]:
            steps.append(step)
    return Levels(
        steps=tuple(steps), quiet=short, firing=beyond, at_rest=at_rest, tripping=tripping
    )


def _of_equality(comparison: str, limit: Fraction, domain: Domain) -> Levels | Unprovable:
    """A value that is met exactly, and its neighbours on both sides as far as the domain goes."""
    if not domain.is_exact(limit):
        return Unprovable("the measure never equals a number to the last bit, save by chance")
    if not domain.holds(limit):
        return Unprovable(f"it would take more than {1 / Fraction(domain.step or 1)} series")
    sides = _Sides(limit, domain, is_up=True)
    just = Fraction(domain.step) if domain.step is not None else sides.just
    others = [
        level
        for level in (limit - just, limit + just, sides.apart(limit + just, beyond=True))
        if sides.clamped(level) == level
    ]
    if not others:
        return Unprovable("the measure has no other value")
    others = list(dict.fromkeys(others))
    equal, other = Step(limit, fires=True), [Step(level, fires=False) for level in others]
    steps = (*other[:1], equal, *(other[1:2] or other[:1]), *other[2:])
    at_rest, tripping, quiet, firing = others[-1], limit, others[0], limit
    if comparison == "!=":
        away = [Step(level, fires=True) for level in others]
        rest = Step(limit, fires=False)
        steps = (rest, *(step for each in away for step in (each, rest)))
        at_rest, tripping, quiet, firing = limit, others[-1], limit, others[0]
    return Levels(steps=steps, quiet=quiet, firing=firing, at_rest=at_rest, tripping=tripping)
