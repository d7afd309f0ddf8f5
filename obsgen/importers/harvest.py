"""What a source tells: families by their metadata, series by their labels. A type is not yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.catalogue import TARGET_LABELS
from obsgen.diagnostics import Origin

_OF_PARTS: Final = ("le", "quantile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What stands before a family's samples.

    Attributes:
        type: OpenMetrics' word for it; `unknown` for the text format's `untyped`.
        others: Other types that the same name has elsewhere.
    """

    type: str
    help: str = ""
    unit: str = ""
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class SeriesOf:
    """
    All series of one name.

    Attributes:
        labels: Every label, with its values; `le`, `quantile` and target labels excepted.
        parts: The values of `le` and of `quantile`, by the label set that they were found with.
    """

    labels: dict[str, set[str]] = field(default_factory=dict)
    parts: dict[str, dict[frozenset[tuple[str, str]], set[str]]] = field(default_factory=dict)

    def add(self, labels: Mapping[str, str], of_target: Collection[str] = TARGET_LABELS) -> None:
        """Note one series; an empty label value is the same as none (Prometheus's data model)."""
        own = {k: v for k, v in labels.items() if v and k not in of_target}
        parts = {label: own.pop(label) for label in _OF_PARTS if label in own}
        for label, value in own.items():
            self.labels.setdefault(label, set()).add(value)
        if parts:
            group = frozenset((k, v) for k, v in labels.items() if k not in _OF_PARTS)
            for label, value in parts.items():
                self.parts.setdefault(label, {}).setdefault(group, set()).add(value)

    def add_values(self, label: str, values: Iterable[str]) -> None:
        """Note values of a label of which nobody knows what they stand beside."""
        if label in _OF_PARTS:
            self.parts.setdefault(label, {}).setdefault(frozenset(), set()).update(values)
        else:
            self.labels.setdefault(label, set()).update(value for value in values if value)


@dataclass(slots=True, kw_only=True)
class Harvest:
    """
    All that a source tells.

    Attributes:
        source: Names it in findings.
        told: By the name of the family, in order.
        series: By their name, in order.
        places: Where a name is first told of; of all others only the source is known.
        is_openmetrics: Counters are told of without the `_total` of their series.
        is_live: Only families that have series are there: the source remembers older ones, too.
        of_targets: Labels beside `job` and `instance` that targets bring, and were left out.
    """

    source: str
    told: dict[str, Told] = field(default_factory=dict)
    series: dict[str, SeriesOf] = field(default_factory=dict)
    places: dict[str, Origin] = field(default_factory=dict)
    is_openmetrics: bool = False
    is_live: bool = False
    of_targets: set[str] = field(default_factory=set)

    def series_of(self, name: str) -> SeriesOf:
        """Return what is known of the series of a name, to add to it."""
        return self.series.setdefault(name, SeriesOf())

    def place(self, *names: str) -> Origin:
        """Return where the first of these names that has a place stands."""
        found = (self.places[name] for name in names if name in self.places)
        return next(found, Origin(self.source))
