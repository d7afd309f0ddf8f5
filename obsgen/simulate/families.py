"""
The label sets that a metric is counted under: those of what goes well and of what fails.

Events take them by their kinds, so that all metrics agree on them. Those of gauges are spread
evenly over all that the declared labels allow, so that no label stands still. The failing ones are
those of the bad events, which a metric declares (`bad`), whoever simulates says, or the values
themselves tell (`500`, `timeout`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.simulate.habits import USUAL, Habit
from obsgen.simulate.kinds import KINDS, Labels, failing_sets, healthy_sets, most_like
from obsgen.simulate.values import failed_among, values_of

_SPENT: Final = frozenset({"tokens", "cost", "money"})
_ERROR_WORDS: Final = frozenset({"error", "errors", "failed", "failures", "exceptions"})
_MOST_KINDS: Final = 3 * KINDS

IsBad = Callable[[Labels], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """
    How few events a label set gets.

    Attributes:
        keep_ppm: Of those that are of its kinds.
        instead: The place that the others go to, failing label sets after the healthy ones.
    """

    keep_ppm: int
    instead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """
    A metric as a target exposes it: the label sets of what goes well and of what fails.

    Attributes:
        habit: What it is like on a good day.
        healthy_at, failing_at: The place of the label set that each kind of event is counted under;
            without them each kind has the next one.
        caps: Those of some places, failing label sets after the healthy ones.
    """

    metric: Metric
    healthy: tuple[Labels, ...]
    failing: tuple[Labels, ...]
    habit: Habit = USUAL
    healthy_at: tuple[int, ...] = ()
    failing_at: tuple[int, ...] = ()
    caps: Mapping[int, Cap] = field(default_factory=dict)

    @property
    def is_spent(self) -> bool:
        """Whether it counts money, or what money is paid for."""
        metric = self.metric
        words = {metric.role, metric.unit.name, metric.unit.dimension}
        return self.habit.is_paid_for or not words.isdisjoint(_SPENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """
    How many of each.

    Attributes:
        targets: Instances of a job whose targets the spec does not name.
        healthy: Label sets of one gauge on one target that do not fail, at most.
        failing: Those that do, at most.
        values: Of a label of a gauge that declares none, at least.
    """

    targets: int = 3
    healthy: int = 8
    failing: int = 3
    values: int = 1

    @property
    def words(self) -> int:
        """How many words a label has that declares none, and that events are told by."""
        return max(self.values, self.healthy // 2)


def kinds_of(metrics: Iterable[Metric], size: Size) -> int:
    """Return how many kinds of events show every word of every label."""
    words = (
        len(values_of(metric, label, metric.scope, wanted=size.words))
        for metric in metrics
        if metric.type != "gauge"
        for label in metric.labels
    )
    return min(_MOST_KINDS, max((KINDS, *words)))


def family_of(
    metric: Metric, size: Size, failing: tuple[Matcher, ...], habit: Habit, kinds: int
) -> Family:
    """
    Return the family of a metric.

    Args:
        failing: The matchers of what fails, where the metric does not declare them.
        kinds: How many kinds of events there are.
    """
    bad = failing or metric.bad or _sounding_bad(metric)
    is_error = metric.role == "errors" or bool(set(metric.name.split("_")) & _ERROR_WORDS)
    is_bad_alone = metric.role == "errors" or (is_error and not bad)
    if metric.type == "gauge":
        return _standing(metric, size, bad, habit, is_bad_alone=is_bad_alone)

    def words(matchers: tuple[Matcher, ...]) -> dict[str, tuple[str, ...]]:
        return {
            label: values_of(metric, label, matchers, wanted=size.words) for label in metric.labels
        }

    if is_bad_alone:
        return _placed(metric, habit, [], failing_sets(words(metric.scope), kinds))
    well = words(metric.scope)
    for label in {m.label for m in bad} & set(well) if len({m.label for m in bad}) == 1 else ():
        well[label] = tuple(w for w in well[label] if not all(m.matches(w) for m in bad))
    healthy = healthy_sets(well, kinds)
    fails = failing_sets(words((*metric.scope, *bad)), kinds) if bad else []

    def is_bad(labels: Labels) -> bool:
        return bool(bad) and all(m.matches(labels.get(m.label, "")) for m in bad)

    return _placed(metric, habit, _without(healthy, is_bad, kinds), fails)


def _without(sets: list[Labels], is_bad: IsBad, kinds: int) -> list[Labels]:
    """Return the label sets, those that are bad replaced by the one that is most like them."""
    good = [own for own in sets[:kinds] if not is_bad(own)]
    if not good:
        return []
    return [good[most_like(own, good)] if is_bad(own) else own for own in sets]


def _placed(metric: Metric, habit: Habit, healthy: list[Labels], failing: list[Labels]) -> Family:
    """Return the family with each label set once."""
    well, well_at = _each_once(healthy)
    badly, badly_at = _each_once(failing)
    return Family(
        metric=metric,
        healthy=well,
        failing=badly,
        habit=habit,
        healthy_at=well_at,
        failing_at=badly_at,
    )


def _each_once(sets: list[Labels]) -> tuple[tuple[Labels, ...], tuple[int, ...]]:
    """Return the label sets, and the place of each of the given ones among them."""
    places: dict[tuple[tuple[str, str], ...], int] = {}
    at = tuple(places.setdefault(tuple(own.items()), len(places)) for own in sets)
    return tuple(dict(own) for own in places), at


def _sounding_bad(metric: Metric) -> tuple[Matcher, ...]:
    for label in metric.labels:
        values = values_of(metric, label, metric.scope, wanted=1)
        if found := failed_among(label, values):
            return found
    return ()


# --- gauges ------------------------------------------------------------------------------------


def _standing(
    metric: Metric, size: Size, bad: tuple[Matcher, ...], habit: Habit, *, is_bad_alone: bool
) -> Family:
    """Return the family of a gauge."""
    count, least = size.healthy + size.failing, size.values
    if is_bad_alone:
        every = _spread_sets(metric, metric.scope, (), count, least)
        return Family(metric=metric, healthy=(), failing=every, habit=habit)
    scope = metric.scope
    failing = _spread_sets(metric, (*scope, *bad), (), size.failing, least) if bad else ()
    return Family(
        metric=metric,
        healthy=_spread_sets(metric, scope, bad, size.healthy, least),
        failing=failing,
        habit=habit,
    )


def _spread_sets(
    metric: Metric,
    matchers: tuple[Matcher, ...],
    without: tuple[Matcher, ...],
    count: int,
    least: int,
) -> tuple[Labels, ...]:
    """Return label sets that pass all *matchers*, and not all of *without*."""
    passing: list[Labels] = []
    for wanted in itertools.takewhile(
        lambda w: w <= max(count, least), (least * 2**p for p in itertools.count())
    ):
        values = {
            label: values_of(metric, label, matchers, wanted=wanted) for label in metric.labels
        }
        passing = [
            labels
            for labels in _spread(values, 2 * count)
            if not without or not all(m.matches(labels.get(m.label, "")) for m in without)
        ]
        if len(passing) >= count:
            break
    return tuple(passing[:count])


def _spread(values: Mapping[str, tuple[str, ...]], count: int) -> Iterator[Labels]:
    """Yield so many combinations, or all there are, each label going through all its values."""
    every = math.prod(map(len, values.values()))
    # A step without a common divisor meets every combination once, and never skips a value.
    steps = (step for step in itertools.count(max(1, every // count)) if math.gcd(step, every) == 1)
    step = next(steps) if every else 0
    for place in range(min(count, every)):
        rest = place * step % every
        combination = {}
        for label, words in values.items():
            rest, index = divmod(rest, len(words))
            combination[label] = words[index]
        yield {label: value for label, value in sorted(combination.items()) if value}
