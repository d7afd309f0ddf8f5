"""
Proofs of budgets of money: a counter is played, and what is spent of it is counted by hand.

A test evaluates far more seldom than every tile. Each evaluation counts the one tile that it sees,
and the coarse tile of the same moment is this one: what is spent is a sum over evaluations, and
every limit is met as it would be if all tiles were seen. Time itself goes on as ever: a test begins
with 1970, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from obsgen import names
from obsgen.alerts._spend_played import cost_player
from obsgen.alerts._spend_rules import first_of
from obsgen.artefacts import AlertingRule, Expected, RuleTest
from obsgen.model import (
    LEAST_ELAPSED,
    Alert,
    Context,
    LimitPart,
    Proof,
    Spend,
    Unprovable,
    fired,
    limit_parts,
)
from obsgen.units import Duration, shown_in

Flow = tuple[int, Fraction]
"""So many evaluations, and the money that each of them counts."""

_EVALUATIONS: Final = 60
"""At least about so many evaluations see a period pass."""
_PARTS: Final = tuple(
    map(Duration.parse, ("5m", "10m", "15m", "30m", "1h", "2h", "3h", "6h", "12h", "1d"))
)
_EARLY: Final = Fraction(1, 20)
_MOST: Final = 4000
_WAITS: Final = 2
_JUST: Final = Fraction(1, 128)
"""A power of two, so that sums of it are exact."""
_CLOSE: Final = Fraction(1, 10**9)
_EXACT_BITS: Final = 2**40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a level of a budget compares."""

    spend: Spend
    share: Decimal
    shown: Literal["spent", "projected"]


def spend_proofs(told: Told, alert: Alert, rule: AlertingRule, context: Context) -> Iterator[Proof]:
    """Yield the proof of a level, one for each of its limits."""
    for part in limit_parts(told.spend.share(told.share), context.query()):
        yield Proof(rule=rule, test=partial(_tested, told, part, alert, rule, context))


def _tested(
    told: Told, part: LimitPart, alert: Alert, rule: AlertingRule, context: Context
) -> RuleTest | Unprovable:
    player = cost_player(told.spend, part.query, context)
    if isinstance(player, Unprovable):
        return player
    stage = _Stage(told, alert)
    if stage.length > _MOST:
        return Unprovable(f"a period of {told.spend.period} has too many parts to play")
    is_exact = player.is_exact and told.shown == "spent" and ends_in_binary(part.limit)
    flows = stage.flows(part.limit, is_exact=is_exact)
    counts = [money for evaluations, money in flows for _ in range(evaluations)]
    agreed = _states(_Ledger(told, stage, counts), part.limit, is_exact=is_exact)
    if not any(agreed):
        return Unprovable("what is played does not surely fire")
    points = sorted({*_turns(agreed), *_ends(flows, agreed)})
    shown = shown_in(part.limit, told.spend.unit)
    return RuleTest(
        name=f"{alert.name}: quiet before {shown} are {told.shown}{player.words}, firing from then",
        alert=alert.name,
        selects={names.LEVEL_LABEL: rule.labels[names.LEVEL_LABEL]},
        interval=player.interval,
        series=player.series(flows, stage.evaluation),
        expected=tuple(
            Expected(
                at=Duration(point * stage.evaluation.ms),
                alerts=({**player.groups, **rule.labels},) if agreed[point] else (),
            )
            for point in points
        ),
        evaluation_interval=stage.evaluation,
        origin=rule.origin,
    )


# --- what is played ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stage:
    """When a test evaluates, and what is spent when."""

    told: Told
    alert: Alert

    @cached_property
    def evaluation(self) -> Duration:
        """A part of a day, of which a period has some hundreds."""
        longest = self.told.spend.period.longest.ms // _EVALUATIONS
        if self.told.spend.pace is not None and self.told.shown == "projected":
            longest = min(longest, first_of(self.told.spend.pace).ms)
        return max((d for d in _PARTS if d.ms <= longest), default=_PARTS[0])

    @cached_property
    def idle(self) -> int:
        """Evaluations before the period that is played: one that has nearly all of it left."""
        period = self.told.spend.period
        if period.calendar is None:
            return 0
        first, following = period.bounds(0)
        is_early = -first <= (following - first) * _EARLY
        return 0 if is_early else self.evaluations(Duration(following * 1000))

    @cached_property
    def whole(self) -> int:
        """Evaluations of the period that is played."""
        period = self.told.spend.period
        if period.calendar is None:
            return self.evaluations(period.length)
        began = self.idle * self.evaluation.ms // 1000
        return self.evaluations(Duration((period.bounds(began)[1] - began) * 1000))

    @property
    def waits(self) -> int:
        """Evaluations by which each step outlasts what it must show."""
        longest = max(self.alert.for_, self.alert.keep_firing_for)
        return self.evaluations(longest) + _WAITS

    @property
    def length(self) -> int:
        """Evaluations of the test."""
        return self.idle + 2 * self.whole + 4 * self.waits

    def evaluations(self, length: Duration) -> int:
        """Return how many evaluations a length of time has, a begun one counted."""
        return -(-length.ms // self.evaluation.ms)

    def flows(self, limit: Fraction, *, is_exact: bool) -> tuple[Flow, ...]:
        """Return what is spent: first nothing, in the end nothing until the period has passed."""
        idle: Flow = (self.idle, Fraction(0))
        if self.told.shown == "spent":
            return (idle, *self._staircase(limit, is_exact=is_exact))
        if self.told.spend.pace is None:
            return (idle, *self._two_steps(limit))
        return (idle, *self._slowing(limit, self.told.spend.pace))

    def _staircase(self, limit: Fraction, *, is_exact: bool) -> Iterator[Flow]:
        shares = [Fraction(1, 2), 1 - _JUST, *([Fraction(1)] if is_exact else ()), 1 + _JUST]
        before = Fraction(0)
        for share in shares:
            yield 1, (share - before) * limit
            yield self.waits, Fraction(0)
            before = share
        gone = len(shares) * (1 + self.waits)
        is_rolling = self.told.spend.period.calendar is None
        yield max(0, self.whole - (0 if is_rolling else gone)) + self.waits, Fraction(0)

    def _two_steps(self, limit: Fraction) -> Iterator[Flow]:
        # Projected is spent / elapsed: 3/10 of the limit are too much until 3/10 of the period are
        # over; half way on, 6/10 are until 6/10 are.
        half = self.whole // 2
        for rest in (half - 1, self.whole - half + self.waits):
            yield 1, limit * 3 / 10
            yield rest, Fraction(0)

    def _slowing(self, limit: Fraction, pace: Duration) -> Iterator[Flow]:
        # At first a bit more than the limit allows, until the pace is known; then half of it.
        busy = max(self.whole // 2, self.evaluations(pace)) + self.waits
        even = limit / self.whole
        yield busy, even * (1 + 8 * _JUST)
        yield self.evaluations(pace) + self.waits, even / 2
        yield self.whole + self.waits, Fraction(0)


# --- what is counted ---------------------------------------------------------------------------


class _Ledger:
    """What a budget tells at each evaluation; nothing is counted at the first."""

    def __init__(self, told: Told, stage: _Stage, counts: Iterable[Fraction]) -> None:
        self.spend = told.spend
        self.shown = told.shown
        self.stage = stage
        self._until = [Fraction(0), *accumulate(counts)]
        self.length = len(self._until)

    def value(self, index: int) -> Fraction | None:
        """Return what is compared at an evaluation; None where nothing is told."""
        if index == 0:
            return None
        return self._spent(index) if self.shown == "spent" else self._projected(index)

    def _spent(self, index: int) -> Fraction:
        period = self.spend.period
        if period.calendar is None:
            return self._recent(index, period.length)
        first, _ = self._bounds(index)
        # The tile of an evaluation begins before it: one that ends with the period belongs to it.
        before = max(0, first * 1000 // self.stage.evaluation.ms)
        return self._until[index] - self._until[before]

    def _projected(self, index: int) -> Fraction | None:
        period, pace = self.spend.period, self.spend.pace
        if pace is not None and not self._has_history(index, pace):
            return None
        if period.calendar is None:
            assert pace is not None
            return self._recent(index, pace) * period.ms / pace.ms
        first, following = self._bounds(index)
        now = Fraction(index * self.stage.evaluation.ms, 1000)
        elapsed = (now - first) / (following - first)
        if pace is None:
            return self._spent(index) / elapsed if elapsed >= LEAST_ELAPSED else None
        left = following - now
        return self._spent(index) + self._recent(index, pace) * left * 1000 / pace.ms

    def _recent(self, index: int, window: Duration) -> Fraction:
        first = index - self.stage.evaluations(window)
        return self._until[index] - self._until[max(0, first)]

    def _has_history(self, index: int, pace: Duration) -> bool:
        """Say whether something was counted in the first tenth of the time that tells the pace."""
        end = index * self.stage.evaluation.ms - (pace.ms - first_of(pace).ms)
        last = end // self.stage.evaluation.ms
        return last >= 1 and last * self.stage.evaluation.ms > end - first_of(pace).ms

    def _bounds(self, index: int) -> tuple[int, int]:
        begins = index * self.stage.evaluation.ms - names.COARSE_TILE.ms
        return self.spend.period.bounds(begins // 1000)


class _Reading(NamedTuple):
    holds: bool
    is_close: bool


def _states(ledger: _Ledger, limit: Fraction, *, is_exact: bool) -> list[bool | None]:
    """Return whether the alert fires at each evaluation; None where rounding would decide."""
    alert, evaluation = ledger.stage.alert, ledger.stage.evaluation
    told = [
        _reading(ledger.value(index), limit, is_exact=is_exact) for index in range(ledger.length)
    ]
    runs = []
    for doubtful in (False, True):
        held = (
            frozenset({""} if (doubtful if each.is_close else each.holds) else ()) for each in told
        )
        waits, keeps = alert.for_, alert.keep_firing_for
        runs.append(fired(held, evaluation, for_=waits, keep_firing_for=keeps))
    return [bool(one) if one == other else None for one, other in zip(*runs, strict=True)]


def _reading(value: Fraction | None, limit: Fraction, *, is_exact: bool) -> _Reading:
    if value is None:
        return _Reading(holds=False, is_close=False)
    is_close = abs(value - limit) <= limit * _CLOSE and not (is_exact and value == limit)
    return _Reading(holds=value >= limit, is_close=is_close)


def ends_in_binary(value: Fraction) -> bool:
    """Say whether sums of 128ths of a value are exact in floating-point arithmetic."""
    return value.denominator & (value.denominator - 1) == 0 and value.numerator < _EXACT_BITS


def _turns(agreed: list[bool | None]) -> Iterator[int]:
    for index in range(1, len(agreed)):
        before, now = agreed[index - 1], agreed[index]
        if before is not None and now is not None and before != now:
            yield from (index - 1, index)


def _ends(flows: Iterable[Flow], agreed: list[bool | None]) -> Iterator[int]:
    for end in accumulate(evaluations for evaluations, _ in flows):
        if agreed[end] is not None:
            yield end
