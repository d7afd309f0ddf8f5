"""Series that cost as much money as a test asks for: the inverse of counting it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries, counted
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Context, Price, Query, Spend, Unprovable
from obsgen.specimens import Specimens, specimens
from obsgen.units import Duration

Flow = tuple[int, Fraction]
"""So many evaluations, and the money that each of them counts."""

_LARGE: Final = 10
"""A decoy costs so many times what is played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedCost:
    """
    Counters that cost money.

    Attributes:
        name: That of the counters.
        each: What one of what is counted costs.
        groups: The values of the group labels.
        words: Whose money it is, behind what is told of it.
    """

    name: str
    chosen: Specimens
    each: Fraction
    groups: Mapping[str, str]
    interval: Duration
    words: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether sums are exact where money is."""
        return self.each == 1

    def series(self, flows: Iterable[Flow], evaluation: Duration) -> tuple[InputSeries, ...]:
        """Return one counter, and for each matcher others that it keeps out."""
        samples = evaluation.ms // self.interval.ms
        spans = [(n * samples, money / self.each) for n, money in flows if n]
        large = _LARGE * max(growth for _, growth in spans)
        crowd = [(sum(n for n, _ in spans), large)]
        return (
            InputSeries(name=self.name, labels=self.chosen.taken, runs=counted(spans)),
            *(
                InputSeries(name=self.name, labels=decoy.labels, runs=counted(crowd))
                for decoy in self.chosen.decoys
            ),
        )


def cost_player(spend: Spend, query: Query, context: Context) -> PlayedCost | Unprovable:
    """Return who plays a budget; *query* says of which group, where limits differ."""
    where = (*spend.where, *query.filters)
    if not spend.cost.recorded:
        chosen = _cast(spend.cost, where, query.filters, {})
        each, name = Fraction(1), spend.cost.counted
    else:
        price = next((p for p in context.service.prices if p.metric.name == spend.cost.name), None)
        if price is None:
            return Unprovable(f"the prices of `{spend.cost.name}` are another service's")
        chosen, each = _priced(price, where, query.filters)
        name = price.of.counted
    if isinstance(chosen, Unprovable):
        return chosen
    groups = {label: chosen.taken[label] for label in spend.by if chosen.taken.get(label)}
    return PlayedCost(
        name=name,
        chosen=chosen,
        each=each,
        groups=groups,
        interval=context.project.tile.length,
        words="".join(f" of {groups.get(m.label, 'others')}" for m in query.filters),
    )


def _priced(
    price: Price, where: tuple[Matcher, ...], chosen_by: tuple[Matcher, ...]
) -> tuple[Specimens | Unprovable, Fraction]:
    """Return a label set that has a price above 0, with the price."""
    for values, amount in price.amounts:
        pins = dict(zip(price.by, values, strict=True))
        found = _cast(price.of, where, chosen_by, pins)
        if isinstance(found, Specimens) and amount > 0:
            priced = [d for d in found.decoys if _has_price(price, d.labels)]
            return Specimens(found.taken, tuple(priced)), Fraction(amount)
    return Unprovable("nothing that it counts has a price"), Fraction(1)


def _has_price(price: Price, labels: Mapping[str, str]) -> bool:
    values = tuple(labels.get(label, "") for label in price.by)
    return any(values == known for known, _ in price.amounts)


def _cast(
    metric: Metric,
    where: tuple[Matcher, ...],
    chosen_by: tuple[Matcher, ...],
    pins: Mapping[str, str],
) -> Specimens | Unprovable:
    """Return a label set that counts, and decoys of the matchers that do not choose a group."""
    found = specimens(metric.label_values, metric.narrowed(where), pins)
    if found is None:
        return Unprovable(f"no series of `{metric.name}` can be told that its matchers take")
    decoys = tuple(d for d in found.decoys if d.refused_by not in chosen_by)
    return Specimens(found.taken, decoys)
