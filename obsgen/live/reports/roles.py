"""Which metrics of a service tell of its calls, how long they take and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Service
from obsgen.packs._cost_accounts import accounts
from obsgen.packs._llm_metrics import MODEL, OPERATION, PROVIDER, label_of
from obsgen.packs._red_panels import ROUTE_LABELS

_AGENT: Final = tuple(label for label in OPERATION if label not in ROUTE_LABELS)
DIMENSIONS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("agent", "Agent", _AGENT),
    ("route", "Route", ROUTE_LABELS),
    ("provider", "Provider", PROVIDER),
    ("model", "Model", MODEL),
)
"""What figures are told apart by: a key, a title, and what labels that tell it are called."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A label that tells figures apart."""

    key: str
    title: str
    label: str


def dimensions(metric: Metric) -> tuple[Dimension, ...]:
    """Return what the series of a metric are told apart by."""
    found: dict[str, Dimension] = {}
    for key, title, family in DIMENSIONS:
        if label := label_of(metric, family):
            found.setdefault(label, Dimension(key, title, label))
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    Calls of one sort, and what else is known of them.

    Attributes:
        calls: A counter, or the histogram whose observations are the calls.
        duration: A histogram of seconds; None where there is none.
        costs: What they cost, where it is counted by a label that the calls have, too; all in
            one currency.
    """

    calls: Metric
    duration: Metric | None
    costs: tuple[Metric, ...]

    @property
    def title(self) -> str:
        """The name of what is counted, without what every counter's ends in."""
        return self.calls.name.removesuffix("_total")

    @property
    def has_own_counter(self) -> bool:
        """Whether calls are counted by more than their durations."""
        return self.calls.type == "counter"


def own_metrics(service: Service) -> tuple[Metric, ...]:
    """Return the metrics that the service declares, or those of presets where it has none."""
    every = tuple(service.catalogue.metrics.values())
    own = tuple(metric for metric in every if not metric.origin.is_shipped)
    return own if any(metric.role for metric in own) else every


def money(service: Service) -> tuple[Metric, ...]:
    """Return what counts the service's money, each amount once."""
    return accounts(own_metrics(service))


def subjects(service: Service) -> tuple[Subject, ...]:
    """Return the sorts of calls of a service; none where it declares no roles."""
    return tuple(_subjects(service))


def _subjects(service: Service) -> Iterator[Subject]:
    metrics = own_metrics(service)
    calls = [m for m in metrics if m.role == "requests" and m.type == "counter"]
    durations = [m for m in metrics if m.role == "duration" and m.type == "histogram"]
    costs = money(service)
    paired: set[str] = set()
    for metric in calls:
        duration = _nearest(metric, [d for d in durations if d.name not in paired])
        if duration is not None:
            paired.add(duration.name)
        yield Subject(calls=metric, duration=duration, costs=_of_same(metric, costs))
    for metric in durations:
        if metric.name not in paired:
            yield Subject(calls=metric, duration=metric, costs=_of_same(metric, costs))


def _nearest(calls: Metric, durations: Iterable[Metric]) -> Metric | None:
    """Return the durations of the same calls: of like names, with a label in common."""

    def likeness(metric: Metric) -> tuple[int, int]:
        words = set(calls.name.split("_")) & set(metric.name.split("_"))
        return len(words), len(set(metric.labels) & set(calls.labels))

    found = max(durations, key=likeness, default=None)
    if found is None or (found.labels and not set(found.labels) & set(calls.labels)):
        return None
    return found


def _of_same(calls: Metric, costs: Iterable[Metric]) -> tuple[Metric, ...]:
    labels = {dimension.label for dimension in dimensions(calls)}
    found = [cost for cost in costs if labels & {dimension.label for dimension in dimensions(cost)}]
    # A column has one currency: what is told in another cannot be added to it.
    return tuple(cost for cost in found if cost.unit.name == found[0].unit.name)
