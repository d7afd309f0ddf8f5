"""
What is recorded of a budget of money: the ledger, what is spent, what is left, what is projected.

The ledger counts a minute, and coarse tiles of 5m over it, as that of an SLO does; a period is a
sum of coarse tiles, never one range over raw counters.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import RecordingRule
from obsgen.counting.calendar import (
    coarse_gate,
    dated,
    elapsed_share,
    of_current,
    period_seconds,
    projected,
)
from obsgen.counting.money import Recorder, counted
from obsgen.counting.tiles import aggregated
from obsgen.matchers import Matcher
from obsgen.model import LEAST_ELAPSED, Context, Spend
from obsgen.promql.build import Expr, any_of, binary, number
from obsgen.units import Duration, number_text

_PLAUSIBLE: Final = Fraction(1, 100)
"""Such a part of the budget may be what a series had counted when it first appeared."""


def recorder_of(spend: Spend, context: Context) -> Recorder:
    """Return who records a budget."""
    return Recorder(
        labels={"service": context.service.name, names.SPEND_LABEL: spend.name},
        by=spend.by,
        environment=context.environment.labels,
        tile=context.project.tile,
        origin=spend.budget.origin,
    )


def spend_rules(spend: Spend, recorder: Recorder) -> Iterator[RecordingRule]:
    """Yield the rules in their order: each reads those before it."""
    tile, coarse = recorder.tile.length, names.COARSE_TILE
    yield from _costs(spend, recorder)
    gate = coarse_gate(tile)
    summed = recorder.over("sum_over_time", names.spend_cost(tile), coarse)
    yield recorder.record(names.spend_cost(coarse), f"{summed}\nand on () ({gate})")
    if spend.period.calendar is not None:
        expr = dated(recorder.of(names.spend_cost(coarse)), spend.period, tile)
        yield recorder.record(names.spend_calendar_cost(coarse), expr, names.CALENDAR_LABEL)
    yield recorder.record(names.SPENT, _spent(spend, recorder))
    yield recorder.record(names.SPEND_REMAINING, _remaining(spend, recorder))
    if spend.period.calendar is not None:
        yield recorder.total(names.SPEND_ELAPSED, elapsed_share(spend.period))
    if spend.is_projected:
        yield recorder.record(names.SPEND_PROJECTED, _projected(spend, recorder))


def _costs(spend: Spend, recorder: Recorder) -> Iterator[RecordingRule]:
    """Yield the ledger of minutes; prices have counted already what they make."""
    tile = recorder.tile.length
    if spend.cost.recorded:
        series = spend.cost.select(spend.cost.recorded, spend.where)
        expr = f"{aggregated('sum', spend.by)}({series})"
        yield recorder.record(names.spend_cost(tile), expr)
        return
    called = (names.spend_seen(tile), names.spend_born(tile), names.spend_cost(tile))
    yield from counted(recorder, spend.cost, spend.where, called, spend.least * _PLAUSIBLE)


def _spent(spend: Spend, recorder: Recorder) -> str:
    period, coarse = spend.period, names.COARSE_TILE
    if period.calendar is None:
        return recorder.over("sum_over_time", names.spend_cost(coarse), period.length)
    name = names.spend_calendar_cost(coarse)
    return of_current(recorder.over("sum_over_time", name, period.longest), period)


def _remaining(spend: Spend, recorder: Recorder) -> str:
    limit = spend.budget

    def left(amount: Decimal | Fraction, *more: Matcher) -> Expr:
        return binary(number(number_text(amount)), "-", Expr(recorder.of(names.SPENT, *more)))

    parts = [left(amount, Matcher(limit.by, "=", value)) for value, amount, _ in limit.values]
    if limit.value is not None:
        parts.append(left(limit.value, *((limit.unnamed,) if limit.by else ())))
    return any_of(parts).text


def _projected(spend: Spend, recorder: Recorder) -> str:
    spent = recorder.of(names.SPENT)
    elapsed = recorder.of(names.SPEND_ELAPSED)
    if spend.pace is None:
        return projected(spent, elapsed)
    recent = recorder.over("sum_over_time", names.spend_cost(names.COARSE_TILE), spend.pace)
    history = f"and on () count({_long_ago(spend.pace, recorder)})"
    if spend.period.calendar is None:
        times = Fraction(spend.period.ms, spend.pace.ms)
        return f"{recent} * {times.numerator} / {times.denominator}\n{history}"
    seconds = number_text(spend.pace.seconds)
    left = f"(1 - {elapsed}) * ({period_seconds(spend.period)})"
    going_on = f"({recent} or 0 * {spent})\n    / {seconds}\n    * on () group_left () ({left})"
    return f"{spent}\n  + {going_on}\n{history}"


def _long_ago(pace: Duration, recorder: Recorder) -> str:
    """Return what was counted in the first tenth of the time that tells the pace."""
    first = first_of(pace)
    offset = Duration(pace.ms - first.ms)
    name = names.spend_cost(names.COARSE_TILE)
    return recorder.over("count_over_time", name, first, str(offset))


def first_of(pace: Duration) -> Duration:
    """Return the first tenth of a length of time, in whole coarse tiles."""
    coarse = names.COARSE_TILE.ms
    return Duration(max(1, int(pace.ms * LEAST_ELAPSED) // coarse) * coarse)
