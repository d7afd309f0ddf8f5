"""
What a metric is like on a good day, as far as the specs tell what a bad one is.

Alerts say beyond which limit something is wrong, SLOs how many may be slow, budgets how much may be
spent: a simulation stays on the good side of all of them until a scenario says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Condition, Price, Service, observed
from obsgen.model.slos import Slo
from obsgen.simulate.chance import PPM
from obsgen.simulate.demands import NIGHT, asked, awaited, borne
from obsgen.simulate.limits import CALM, Limited, allowed, amounts, good, limits_of
from obsgen.simulate.traffic import HOUR
from obsgen.simulate.verdicts import adds_up, bad_buckets, part_of_two, shows_itself

ARRIVALS: Final = 36_000
"""At one target in an hour of full load, where no alert asks for more."""

FAILING_PPM: Final = 150
"""Of what arrives, on a good day: well inside of the usual objectives."""
_OF_MONEY: Final = Fraction(1, 2)
"""Of the smallest budget, in its period."""
_MEAN_LOAD: Final = Fraction(1, 2)
_OF_BUDGET: Final = Decimal("0.3")
_FLOOR: Final = 550
"""
The load of the quietest hour then, in thousandths of full load: on the quietest day, which has 740
thousandths (`traffic.WEEK`), that is twice what has to arrive.
"""
_TWO: Final = 2
_ADDED: Final = 8
"""So many label sets of a gauge are added up, about."""
_QUIET_ROLES: Final = frozenset({"security", "auth"})
_QUIET_WORDS: Final = frozenset(
    {"suspicious", "detected", "dropped", "rejected"}
    | {"corruptions", "deadlocks", "oom", "crashes", "violations", "denied", "slow", "conflicts"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """
    A metric on a good day.

    Attributes:
        low, high: Between which a gauge and the observations of a distribution stay, in the
            metric's unit; None where nothing is said.
        limits: What must not be met by its label sets.
        beyond_ppm: The share of observations that is outside of them all the same.
        is_strict: None is, of what fails neither.
        share_ppm: Of what arrives, how much a counter counts.
        is_there: It is exposed as 0 before its first event.
        amount: What an event adds, in the metric's unit; 0 for what is usual.
        price: The table by which it is what another counter costs.
        is_paid_for: A table makes money of it.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    limits: tuple[Limited, ...] = ()
    beyond_ppm: int = 0
    is_strict: bool = False
    share_ppm: int = PPM
    is_there: bool = False
    amount: Fraction = Fraction(0)
    price: Price | None = None
    is_paid_for: bool = False

    @property
    def is_ranged(self) -> bool:
        """Whether anything is said of its values."""
        return self.low is not None or self.high is not None

    def within(self, low: Fraction | None, high: Fraction | None) -> Habit:
        """Return the habit that keeps to these limits, too."""
        lows = [each for each in (self.low, low) if each is not None]
        highs = [each for each in (self.high, high) if each is not None]
        return replace(self, low=max(lows, default=None), high=min(highs, default=None))


USUAL: Final = Habit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """
    The habits of a service.

    Attributes:
        arrivals: At one target in an hour of full load.
        floor: The load of the quietest hour, in thousandths, at least.
    """

    arrivals: int
    floor: int = 0
    by_metric: Mapping[str, Habit]

    @property
    def least(self) -> Fraction:
        """How much arrives at one target in the quietest hour."""
        return self.arrivals * max(NIGHT, Fraction(self.floor, 1_000))

    def of(self, metric: Metric) -> Habit:
        """Return that of a metric."""
        return self.by_metric.get(metric.name, USUAL)


def habits_of(service: Service, speed: int = 1) -> Habits:
    """
    Read the habits of a service out of its alerts, SLOs, budgets and prices.

    Args:
        speed: By this the windows of rules are divided; they hold as many events all the same.
    """
    needed = max(asked(service, speed), default=0)
    floor = _FLOOR if needed else 0
    targets = sum(len(job.targets) or 2 for job in service.scrape) or 1
    usual = min((ARRIVALS * speed, *borne(service, targets)))
    arrivals = max(usual, needed, *awaited(service, speed))
    found = {
        name: _quiet(metric) if metric.type == "counter" else USUAL
        for name, metric in service.catalogue.metrics.items()
    }
    for slo in service.slos:
        _keep_objective(found, slo)
    for watched in (alert.body.watched for alert in service.alerts):
        for condition in watched.conditions if not watched.beyond else ():
            _keep(found, condition, Fraction(arrivals * targets))
        for metric in watched.metrics:
            if metric.name in found:
                found[metric.name] = replace(found[metric.name], is_there=True)
    load = Fraction(floor, 1_000)
    _spend(found, service, arrivals * (load + (1 - load) * _MEAN_LOAD))
    return Habits(arrivals=arrivals, floor=floor, by_metric=found)


def _quiet(metric: Metric) -> Habit:
    is_quiet = metric.role in _QUIET_ROLES or _QUIET_WORDS & set(metric.name.split("_"))
    return Habit(share_ppm=0, is_there=True) if is_quiet else USUAL


def _keep(found: dict[str, Habit], condition: Condition, arrivals: Fraction) -> None:
    """Keep a metric on the good side of a limit."""
    metrics = {metric.name: metric for metric in condition.measure.metrics}
    limits = limits_of(condition)
    if len(metrics) == _TWO and limits:
        _keep_part(found, condition, tuple(metrics.values()), min(limits))
    if len(metrics) != 1 or not limits:
        return
    (metric,) = metrics.values()
    if metric.name not in found:
        return
    habit = found[metric.name]
    if metric.type == "counter":
        share = allowed(condition, limits, arrivals)
        if share is not None:
            limited = Limited(condition=condition, share=share)
            found[metric.name] = replace(habit, limits=(*habit.limits, limited))
    elif observed(condition.measure) or (metric.type == "gauge" and shows_itself(condition)):
        if condition.measure.unit == metric.unit:
            if metric.type == "gauge" and adds_up(condition):
                limits = tuple(limit / _ADDED for limit in limits)
            low, high = good(condition.comparison, limits, is_ratio=metric.unit.is_ratio)
            found[metric.name] = habit.within(low, high)
    elif metric.type == "histogram":
        _keep_buckets(found, condition, metric)


def _keep_part(
    found: dict[str, Habit], condition: Condition, metrics: tuple[Metric, ...], limit: Fraction
) -> None:
    """Let a counter count a part of what another one counts, where more of it would be bad."""
    is_part = condition.comparison in {">", ">="} and condition.measure.unit.is_ratio
    if not is_part or any(m.type != "counter" or m.name not in found for m in metrics):
        return
    one, other = metrics
    part = part_of_two(condition, (one, other))
    # What arrives is what it is: all else is told beside it.
    if part is None or part.role == "requests":
        return
    whole = found[(other if part is one else one).name]
    share_ppm = int(limit * CALM * whole.share_ppm)
    habit = found[part.name]
    found[part.name] = replace(
        habit, share_ppm=min(habit.share_ppm, max(0, share_ppm)), is_there=True
    )


def _keep_buckets(found: dict[str, Habit], condition: Condition, metric: Metric) -> None:
    """Keep observations out of buckets that a condition counts."""
    bad = bad_buckets(metric, condition)
    free = [bucket for bucket in range(len(metric.buckets)) if bucket not in bad]
    if not bad or not free:
        return
    low = Fraction(metric.buckets[free[0] - 1]) if free[0] else None
    high = Fraction(metric.buckets[free[-1]]) if max(bad) > free[-1] else None
    is_share = condition.measure.unit.is_ratio
    habit = found[metric.name].within(low, high)
    found[metric.name] = habit if is_share else replace(habit, beyond_ppm=0, is_strict=True)


def _keep_objective(found: dict[str, Habit], slo: Slo) -> None:
    """Keep most observations below the bound of an SLO for latency."""
    for promise in slo.sli.promises:
        name = promise.metric.name
        bounds = amounts(promise.limit)
        if name in found and bounds:
            beyond = int(slo.error_budget * PPM * _OF_BUDGET)
            found[name] = replace(found[name].within(None, min(bounds)), beyond_ppm=beyond)


def _spend(found: dict[str, Habit], service: Service, arrivals: Fraction) -> None:
    """Let what is spent, of so many arrivals in a usual hour, be a part of the budget."""
    budgets = {
        part.spend.cost.name: (part.spend.least, part.spend.period.length.ms)
        for part in service.spends
    }

    def an_event(budget: Fraction, length: int) -> Fraction:
        return budget * _OF_MONEY / (Fraction(length, HOUR) * arrivals)

    for each in service.prices:
        found[each.of.name] = replace(found[each.of.name], is_paid_for=True)
        if (limit := budgets.get(each.metric.name)) is not None:
            amount = _worth(each, an_event(*limit))
            found[each.of.name] = replace(found[each.of.name], amount=amount)
    for name, metric in service.catalogue.metrics.items():
        if metric.type != "counter" or metric.unit.dimension != "money" or metric.recorded:
            continue
        cost = an_event(*budgets.get(name, (Fraction(1_000), 30 * 86_400_000)))
        price = _price_of(metric, service)
        if price is None:
            found[name] = replace(found[name], amount=cost)
            continue
        found[name] = replace(found[name], price=price)
        found[price.of.name] = replace(found[price.of.name], amount=_worth(price, cost))


def _worth(price: Price, cost: Fraction) -> Fraction:
    """Return how much of what is paid for costs about so much, at least one."""
    mean = sum((Fraction(a) for _, a in price.amounts), Fraction(0)) / len(price.amounts)
    return max(Fraction(1), cost / mean)


def _price_of(cost: Metric, service: Service) -> Price | None:
    """Return the table that makes a counter of money out of another with the same labels."""
    for price in service.prices:
        if set(price.of.labels) == set(cost.labels) and price.of.unit != cost.unit:
            return price
    return None
