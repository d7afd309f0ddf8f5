"""
What a metric is like on a good day, as far as the specs tell what a bad one is.

Alerts say beyond which limit something is wrong, SLOs how many may be slow, budgets how much may be
spent: a simulation stays on the good side of all of them until a scenario says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Condition, Price, Service, observed
from obsgen.model.slos import Slo
from obsgen.simulate.chance import PPM
from obsgen.units import Duration

ARRIVALS: Final = 36_000
"""At one target in an hour of full load, where no alert asks for more."""

_ROOM: Final = Fraction(3, 2)
_SPENT: Final = Fraction(1, 2)
"""Of the smallest budget, in its period."""
_MEAN_LOAD: Final = Fraction(1, 2)
_OF_BUDGET: Final = Decimal("0.3")
_CALM: Final = Fraction(1, 4)
_HOURS: Final = Fraction(1, 3_600_000)
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
        beyond_ppm: The share of observations that is outside of them all the same.
        share_ppm: Of what arrives, how much a counter counts.
        is_there: It is exposed as 0 before its first event.
        amount: What an event adds, in the metric's unit; 0 for what is usual.
        price: The table by which it is what another counter costs.
        is_paid_for: A table makes money of it.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    beyond_ppm: int = 0
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
    """

    arrivals: int
    by_metric: Mapping[str, Habit]

    def of(self, metric: Metric) -> Habit:
        """Return that of a metric."""
        return self.by_metric.get(metric.name, USUAL)


def habits_of(service: Service) -> Habits:
    """Read the habits of a service out of its alerts, SLOs, budgets and prices."""
    arrivals = max((ARRIVALS, *_asked(service)))
    found = {
        name: _quiet(metric) if metric.type == "counter" else USUAL
        for name, metric in service.catalogue.metrics.items()
    }
    for condition in _conditions(service):
        _keep(found, condition, arrivals)
    for slo in service.slos:
        _keep_objective(found, slo)
    _spend(found, service, arrivals)
    return Habits(arrivals=arrivals, by_metric=found)


def _quiet(metric: Metric) -> Habit:
    is_quiet = metric.role in _QUIET_ROLES or _QUIET_WORDS & set(metric.name.split("_"))
    return Habit(share_ppm=0, is_there=True) if is_quiet else USUAL


def _conditions(service: Service) -> Iterator[Condition]:
    yield from (c for alert in service.alerts if (c := alert.body.threshold) is not None)


def _limits(condition: Condition) -> tuple[Fraction, ...]:
    limit = condition.limit
    every = [*(value for _, value, _ in limit.values), *([limit.value] * (limit.value is not None))]
    return tuple(Fraction(value) for value in every if value is not None)


def _asked(service: Service) -> Iterator[int]:
    """Yield what alerts demand to arrive in an hour: `rate below 100/s`."""
    for condition in _conditions(service):
        metrics = condition.measure.metrics
        per = _per_second(condition)
        if len(metrics) == 1 and per and condition.comparison in {"<", "<="}:
            yield int(2 * _ROOM * max(_limits(condition)) * per * 3_600)


def _per_second(condition: Condition) -> Fraction:
    """Return what one of the measure's unit is in events a second; 0 where it is no rate."""
    (metric, *others) = condition.measure.metrics or (None,)
    if metric is None or others or metric.type not in {"counter", "histogram", "summary"}:
        return Fraction(0)
    for seconds in (1, 60, 3_600, 86_400):
        if condition.measure.unit == metric.counted_unit.rated(seconds):
            return Fraction(1, seconds)
    return Fraction(0)


def _keep(found: dict[str, Habit], condition: Condition, arrivals: int) -> None:
    """Keep a metric on the good side of a limit."""
    metrics = {metric.name: metric for metric in condition.measure.metrics}
    if len(metrics) != 1 or not (limits := _limits(condition)):
        return
    (metric,) = metrics.values()
    if metric.name not in found:
        return
    if metric.type == "counter":
        if condition.comparison in {">", ">="} and metric.role != "requests":
            most = _most_an_hour(condition, min(limits))
            if most is not None:
                share = min(PPM, int(most * _CALM * PPM / arrivals))
                found[metric.name] = replace(found[metric.name], share_ppm=share, is_there=True)
    elif condition.measure.unit == metric.unit and (
        metric.type == "gauge" or observed(condition.measure)
    ):
        low, high = _good(condition.comparison, limits, metric)
        found[metric.name] = found[metric.name].within(low, high)


def _most_an_hour(condition: Condition, limit: Fraction) -> Fraction | None:
    """Return how much a counter may grow in an hour; None where a share of it is meant."""
    if condition.measure.unit.is_ratio:
        return None
    if per := _per_second(condition):
        return limit * per * 3_600
    window = Duration.parse(condition.measure.window("5m") or "5m")
    return limit / (window.ms * _HOURS)


def _good(
    comparison: str, limits: tuple[Fraction, ...], metric: Metric
) -> tuple[Fraction | None, Fraction | None]:
    """Return the lowest and the highest that is far enough from what a comparison takes."""
    if comparison in {">", ">="}:
        return None, min(limits) * Fraction(7, 10)
    if comparison in {"<", "<="}:
        low = max(limits)
        top = Fraction(1) if metric.unit.is_ratio and low < 1 else low * 2
        return low + (top - low) * Fraction(2, 5), top
    if comparison == "==":
        other = Fraction(0 if limits[0] else 1)
        return other, other
    return limits[0], limits[0]


def _keep_objective(found: dict[str, Habit], slo: Slo) -> None:
    """Keep most observations below the bound of an SLO for latency."""
    for promise in slo.sli.promises:
        name = promise.metric.name
        values = [*(value for _, value, _ in promise.limit.values), promise.limit.value]
        bounds = [Fraction(value) for value in values if value is not None]
        if name in found and bounds:
            beyond = int(slo.error_budget * PPM * _OF_BUDGET)
            found[name] = replace(found[name].within(None, min(bounds)), beyond_ppm=beyond)


def _spend(found: dict[str, Habit], service: Service, arrivals: int) -> None:
    """Let what is spent, at this traffic, be a part of the budget."""
    budgets = {
        part.spend.cost.name: (part.spend.least, part.spend.period.length.ms)
        for part in service.spends
    }
    for each in service.prices:
        found[each.of.name] = replace(found[each.of.name], is_paid_for=True)
        if (limit := budgets.get(each.metric.name)) is not None:
            budget, length = limit
            an_event = budget * _SPENT / (length * _HOURS * arrivals * _MEAN_LOAD)
            found[each.of.name] = replace(found[each.of.name], amount=_worth(each, an_event))
    for name, metric in service.catalogue.metrics.items():
        if metric.type != "counter" or metric.unit.dimension != "money" or metric.recorded:
            continue
        budget, length = budgets.get(name, (Fraction(1_000), 30 * 86_400_000))
        hours = length * _HOURS
        an_event = budget * _SPENT / (hours * arrivals * _MEAN_LOAD)
        price = _price_of(metric, service)
        if price is None:
            found[name] = replace(found[name], amount=an_event)
            continue
        found[name] = replace(found[name], price=price)
        found[price.of.name] = replace(found[price.of.name], amount=_worth(price, an_event))


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
