"""
Families out of a harvest: which series belong together, under which name, of which type.

What a source says of a type is believed; for the rest the names and labels decide, which the
formats fix for counters, histograms and summaries (OpenMetrics 1.0, "Metric types").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import MetricType
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.importers.harvest import Harvest, SeriesOf, Told
from obsgen.importers.words import listed
from obsgen.schema.shared import METRIC_PATTERN

METRIC_LEFT_OUT: Final = Code(
    "OUT966",
    "metric-left-out",
    why="specs have no word for it, so nothing in them can query it",
    fix="Query it raw (`expr:`), or have the program expose it under a plain name, as counter, "
    "gauge, histogram or summary.",
    severity=Severity.WARNING,
)
TYPE_GUESSED: Final = Code(
    "OUT967",
    "type-guessed",
    why="nothing says what it is: a rate of what can fall, or a sum of what only grows, is wrong",
    fix="Check `type:` of these metrics; a `# TYPE` line in the exposition settles it for ever.",
    severity=Severity.INFO,
)
NO_SERIES: Final = Code(
    "OUT968",
    "metric-without-series",
    why="labels are known by the series that carry them, and there is none yet",
    fix="Add `labels:` by hand, or import again when the program has had something to count.",
    severity=Severity.INFO,
)
TYPES_DIFFER: Final = Code(
    "OUT969",
    "types-differ",
    why="two programs expose the same name as different things; no query is right for both",
    fix="Rename one of the two, or keep them in catalogues of their own.",
    severity=Severity.WARNING,
)
CODES: Final = (METRIC_LEFT_OUT, TYPE_GUESSED, NO_SERIES, TYPES_DIFFER)

TYPES: Final = frozenset(
    {"counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"}
)
"""What OpenMetrics calls them; of anything else nothing is known."""

LONGEST_NAME: Final = 1000
"""Characters; YAML has no plain keys beyond 1024."""

_SUMMED: Final = ("_sum", "_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """
    A metric as a spec would declare it.

    Attributes:
        guess: What its type is guessed from; empty where the source tells it.
        labels: With all values that were seen; empty values where only the name is known.
        bounds: The texts of `le`, one set for each label set of a histogram.
        strays: `le` or `quantile` where its type has none.
        has_series: It is not only announced.
    """

    name: str
    type: MetricType
    place: Origin
    guess: str = ""
    help: str = ""
    unit: str = ""
    labels: Mapping[str, frozenset[str]]
    bounds: tuple[frozenset[str], ...] = ()
    quantiles: frozenset[str] = frozenset()
    strays: tuple[str, ...] = ()
    has_series: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """
    What a harvest holds.

    Attributes:
        families: In the order of the source.
        refused: What is not imported, by name, with the reason.
    """

    families: tuple[Family, ...]
    refused: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]


def sort(harvest: Harvest, refusal: Callable[[str], str]) -> Sorted:
    """
    Sort series into families.

    Args:
        refusal: Says by a family's name why it is not imported, or nothing.
    """
    sorter = _Sorter(harvest, refusal)
    for name, told in harvest.told.items():
        sorter.take_told(name, told)
    for name in harvest.series:
        sorter.guess(name)
    for name, told in harvest.told.items():
        sorter.announce(name, told)
    return Sorted(
        families=sorter.in_order(), refused=sorter.refused, diagnostics=tuple(sorter.notes())
    )


class _Sorter:
    """Takes series out of the harvest, family by family."""

    def __init__(self, harvest: Harvest, refusal: Callable[[str], str]) -> None:
        self._harvest = harvest
        self._refusal = refusal
        self.refused: dict[str, str] = {}
        self._free = dict(harvest.series)
        self._found: dict[str, Family] = {}
        self._left_out: dict[str, Origin] = {}
        self._differ: list[Diagnostic] = []

    def take_told(self, name: str, told: Told) -> None:
        """Take a family whose type the source tells."""
        type_: MetricType = "gauge"
        own = name
        ends: tuple[str, ...] = ("",)
        match told.type:
            case "counter":
                type_, own = "counter", self._counter(name)
                self._take(name.removesuffix("_total"), ("_created",))
            case "histogram":
                type_, ends = "histogram", ("_bucket", *_SUMMED)
                self._take(name, ("_created",))
                if f"{name}_bucket" not in self._free and name in self._free:
                    type_, ends = "native_histogram", ("",)
            case "summary":
                type_, ends = "summary", ("", *_SUMMED)
                self._take(name, ("_created",))
            case "info":
                own = f"{name}_info"
            case "gaugehistogram":
                self._take(name, ("_bucket", "_gcount", "_gsum"))
                self._leave_out(name)
                return
            case "unknown":
                return
        taken = self._take(own, ends)
        if told.others and taken and self._is_wanted(own):
            types = listed(sorted({told.type, *told.others}))
            message = f"`{own}` is exposed as {types}; it is taken for a {type_}"
            self._differ.append(finding(TYPES_DIFFER, self._harvest.place(name), message))
        # The text format tells when a series began by a gauge of its own, which its family took.
        is_creation = name.endswith("_created") and not taken
        if taken or not (self._harvest.is_live or is_creation):
            self._add(own, type_, taken, told, place=self._harvest.place(name, own))

    def _counter(self, name: str) -> str:
        """Return a counter's series: OpenMetrics names the family without their ending."""
        if name in self._free:
            return name
        if f"{name}_total" in self._free or self._harvest.is_openmetrics:
            return f"{name}_total"
        return name

    def guess(self, name: str) -> None:
        """Take a family of which only series are known, by one of them."""
        if name not in self._free:
            return
        base = re.sub("_(bucket|sum|count)$", "", name)
        if self._has_part(f"{base}_bucket", "le"):
            self._add_guessed(base, "histogram", ("_bucket", *_SUMMED), "its `le`")
        elif self._has_part(name, "quantile"):
            self._add_guessed(name, "summary", ("", *_SUMMED), "its `quantile`")
        elif self._has_part(base, "quantile"):
            self._add_guessed(base, "summary", ("", *_SUMMED), "its `quantile`")
        elif {f"{base}{end}" for end in _SUMMED} <= self._free.keys():
            self._add_guessed(base, "summary", _SUMMED, "its `_sum` and `_count`")
        elif name.endswith("_total"):
            self._add_guessed(name, "counter", ("",), "`_total`")
        else:
            self._add_guessed(name, "gauge", ("",), "a name without `_total`")

    def announce(self, name: str, told: Told) -> None:
        """Take a family that has no series and no type."""
        is_new = name not in self._found and name not in self._harvest.series
        if told.type == "unknown" and is_new and not self._harvest.is_live:
            type_: MetricType = "counter" if name.endswith("_total") else "gauge"
            guess = "`_total`" if type_ == "counter" else "a name without `_total`"
            self._add(name, type_, [], told, place=self._harvest.place(name), guess=guess)

    def _has_part(self, name: str, part: str) -> bool:
        return name in self._free and part in self._free[name].parts

    def _take(self, base: str, ends: Iterable[str]) -> list[SeriesOf]:
        names = [f"{base}{end}" for end in ends]
        return [self._free.pop(name) for name in names if name in self._free]

    def _add_guessed(self, name: str, type_: MetricType, ends: tuple[str, ...], by: str) -> None:
        taken = self._take(name, ends)
        told = self._harvest.told.get(name, Told(type="unknown"))
        place = self._harvest.place(name, *(f"{name}{end}" for end in ends))
        self._add(name, type_, taken, told, place=place, guess=by)

    def _add(
        self,
        name: str,
        type_: MetricType,
        taken: list[SeriesOf],
        told: Told,
        *,
        place: Origin,
        guess: str = "",
    ) -> None:
        if name in self._found or not self._is_wanted(name):
            return
        if not re.fullmatch(METRIC_PATTERN, name) or len(name) > LONGEST_NAME:
            self._leave_out(name)
            return
        parts = {"histogram": "le", "summary": "quantile"}
        found = {part for series in taken for part in series.parts}
        self._found[name] = Family(
            name=name,
            type=type_,
            place=place,
            guess=guess,
            help=told.help,
            unit=told.unit,
            labels=_labels(taken),
            bounds=_bounds(taken) if type_ == "histogram" else (),
            quantiles=frozenset(_parts(taken, "quantile")) if type_ == "summary" else frozenset(),
            strays=tuple(sorted(found - {parts.get(type_, "")})),
            has_series=bool(taken),
        )

    def _is_wanted(self, name: str) -> bool:
        if reason := self._refusal(name):
            self.refused[name] = reason
        return not reason

    def _leave_out(self, name: str) -> None:
        if self._is_wanted(name):
            self._left_out.setdefault(name, self._harvest.place(name, f"{name}_bucket"))

    def in_order(self) -> tuple[Family, ...]:
        """Return all as their first lines follow each other, or by name."""
        return tuple(sorted(self._found.values(), key=lambda f: (f.place.mark or (), f.name)))

    def notes(self) -> Iterable[Diagnostic]:
        """Yield what there is to say, each thing once for all that it is true of."""
        yield from self._differ
        if self._left_out:
            message = f"specs cannot name or type {listed(self._left_out)}: left out"
            yield finding(METRIC_LEFT_OUT, next(iter(self._left_out.values())), message)
        if guessed := [family for family in self.in_order() if family.guess]:
            message = f"nothing tells the type of {listed(f.name for f in guessed)}: guessed"
            yield finding(TYPE_GUESSED, guessed[0].place, message, "check what stands beside them")
        if silent := [family for family in self.in_order() if not family.has_series]:
            message = f"there is no series yet of {listed(f.name for f in silent)}"
            hint = "add their labels by hand, or import again later"
            yield finding(NO_SERIES, silent[0].place, message, hint)


def _labels(taken: list[SeriesOf]) -> dict[str, frozenset[str]]:
    names = {label for series in taken for label in series.labels}
    return {
        name: frozenset().union(*(series.labels.get(name, ()) for series in taken))
        for name in sorted(names)
    }


def _bounds(taken: list[SeriesOf]) -> tuple[frozenset[str], ...]:
    groups = (series.parts.get("le", {}) for series in taken)
    found = {frozenset(bounds) for by_labels in groups for bounds in by_labels.values()}
    return tuple(sorted(found, key=sorted))


def _parts(taken: list[SeriesOf], part: str) -> Iterable[str]:
    for series in taken:
        for values in series.parts.get(part, {}).values():
            yield from values
