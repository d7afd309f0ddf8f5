"""Acts at their times: which of them touch a target, and which label sets of a metric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from obsgen.model import Act, Effect
from obsgen.model.scenarios import USUAL
from obsgen.simulate.families import Family
from obsgen.simulate.population import Target
from obsgen.simulate.traffic import Span

_EVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Played:
    """An act between two moments, in milliseconds since the epoch."""

    act: Act
    span: Span

    def touches(self, labels: Mapping[str, str]) -> bool:
        """Say whether a series, or a target, is meant; without places everything is."""
        return _means(self.act, labels)


def can_change(act: Act, target: Target) -> bool:
    """Say whether anything of a target is of the kind, and at the place, that an act changes."""
    effect = act.effect
    if effect.is_gone or effect.restarts:
        return _means(act, target.labels)
    changed = (
        family
        for family in target.families
        if (family.metric.name == effect.metric if effect.metric else _is_moved(family, effect))
    )
    return any(
        _means(act, {**target.labels, **own})
        for family in changed
        for own in (*family.healthy, *family.failing)
    )


def _is_moved(family: Family, effect: Effect) -> bool:
    if effect.spending != USUAL:
        return family.metric.type == "counter" and family.is_spent
    if effect.duration != USUAL:
        return family.metric.type in {"histogram", "summary"}
    return family.metric.type != "gauge"


def _means(act: Act, labels: Mapping[str, str]) -> bool:
    return all(_is_met(place.label, place.value, labels) for place in act.places)


def _is_met(label: str, value: str, labels: Mapping[str, str]) -> bool:
    return labels.get(label) == value if label else value in labels.values()


def played(acts: Iterable[Act], span: Span, *, speed: int = 1) -> tuple[Played, ...]:
    """
    Return when acts happen.

    Args:
        span: They count from its beginning, or back from its end.
        speed: By this their times are divided.
    """
    found = []
    for act in acts:
        begins = act.begins.ms // speed
        start = span.end - begins if act.is_ago else span.start + begins
        end = _EVER if act.lasts is None else start + act.lasts.ms // speed
        found.append(Played(act=act, span=Span(start, end)))
    return tuple(found)


class Touched:
    """The label sets of one metric of one process, and which of them acts mean."""

    def __init__(self, labels: Sequence[Mapping[str, str]]) -> None:
        self._labels = labels
        self._known: dict[Played, frozenset[int]] = {}

    def places(self, played: Played) -> frozenset[int]:
        """Return the places that an act means."""
        if played not in self._known:
            self._known[played] = frozenset(
                place for place, own in enumerate(self._labels) if played.touches(own)
            )
        return self._known[played]

    def scaled(self, acts: Iterable[Played], place: int, what: str) -> int:
        """Return the product of a multiple (`arrivals`, `duration`, `spending`) in thousandths."""
        found = USUAL
        for each in acts:
            factor: int = getattr(each.act.effect, what)
            if factor != USUAL and place in self.places(each):
                found = found * factor // USUAL
        return found
