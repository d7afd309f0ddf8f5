"""
The declared metrics: what a query may name, and what each name means.

A metric is looked up in its service, then in what the service uses, nowhere else.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal

from obsgen import names
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher, selector
from obsgen.units import COUNT, SECONDS, Unit, number_text

MetricType = Literal["counter", "gauge", "histogram", "native_histogram", "summary", "increments"]
"""The last is recorded by rules: each sample tells by how much something grew in a tile."""

DECLARED_TYPES: Final[tuple[MetricType, ...]] = (
    *("counter", "gauge", "histogram", "native_histogram", "summary"),
)
"""What an exposition may say."""

TARGET_LABELS: Final = ("job", "instance")
"""Set by Prometheus on every scraped series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLines:
    """
    Lines of a log that are counted.

    Attributes:
        text: LogQL that selects them.
        window: How far back each count looks, a duration as PromQL writes it.
    """

    text: str
    window: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """
    A declared metric.

    Attributes:
        name: A histogram's and a summary's base name.
        has_unit: Whether all its series are in *unit*; else a label says which each is in.
        labels: Each label with its declared values, or None where any value may come.
        target_labels: `job`, `instance` and what the Project adds.
        buckets: Upper bounds of a histogram, in *unit*, ascending, without +Inf.
        scope: Matchers that every query of this metric carries: the `where` of its service.
        yields: A query's own matcher on a label of *scope* replaces that of the scope.
        cardinality: Most label sets on one instance, as its author says; 0 where nobody does.
        bad: Matchers of the events that ready dashboards show as errors.
        limit: The gauge that says how much of it there can be, or empty.
        recorded: The series under which rules record it, where nothing exposes it.
        lines: The log lines that Loki counts and records as this metric, or None.
    """

    name: str
    type: MetricType
    unit: Unit = COUNT
    has_unit: bool = True
    labels: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    target_labels: tuple[str, ...] = TARGET_LABELS
    buckets: tuple[Decimal, ...] = ()
    quantiles: tuple[Decimal, ...] = ()
    role: str = ""
    bad: tuple[Matcher, ...] = ()
    scope: tuple[Matcher, ...] = ()
    yields: bool = False
    help: str = ""
    cardinality: int = 0
    planned: bool = False
    limit: str = ""
    recorded: str = ""
    lines: LogLines | None = None
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def all_labels(self) -> frozenset[str]:
        """The labels that a series of this metric may carry, `le` and `quantile` excepted."""
        return frozenset((*self.labels, *self.target_labels))

    @property
    def counted(self) -> str:
        """The counter to rate: the metric itself, or the count of a histogram or summary."""
        if self.type in {"histogram", "summary"}:
            return f"{self.name}_count"
        return self.recorded or self.name

    @property
    def counted_unit(self) -> Unit:
        """The unit of `counted`: observations where the metric is a distribution."""
        return COUNT if self.type in {"histogram", "summary"} else self.unit

    @property
    def target_scope(self) -> tuple[Matcher, ...]:
        """The matchers of the scope that tell targets apart: they hold for `up`, too."""
        return tuple(m for m in self.scope if m.label in self.target_labels)

    @property
    def label_values(self) -> Mapping[str, tuple[str, ...] | None]:
        """Every label that a series of it carries, with the declared values, or None for any."""
        return {**dict.fromkeys(self.target_labels), **self.labels}

    def narrowed(self, matchers: Iterable[Matcher]) -> tuple[Matcher, ...]:
        """Return the matchers of a query together with those of the scope, each once."""
        own = tuple(matchers)
        set_here = {m.label for m in own} if self.yields else set()
        kept = tuple(m for m in self.scope if m.label not in set_here)
        return tuple(dict.fromkeys((*kept, *own)))

    def select(self, name: str, matchers: Iterable[Matcher]) -> str:
        """Write the selector of one of this metric's series within its scope."""
        return selector(name, self.narrowed(matchers))

    def series(self) -> Mapping[str, frozenset[str]]:
        """Return the names under which the metric is exposed, each with its possible labels."""
        labels = self.all_labels
        if self.type == "histogram":
            base = {f"{self.name}_{part}": labels for part in ("sum", "count")}
            return {f"{self.name}_bucket": labels | {"le"}, **base}
        if self.type == "summary":
            base = {f"{self.name}_{part}": labels for part in ("sum", "count")}
            return {self.name: labels | {"quantile"}, **base}
        return {self.recorded or self.name: labels}

    def bucket_matcher(self, bound: Decimal) -> Matcher:
        """
        Return the matcher of a bucket, whatever its exposition spells.

        Prometheus 3 and OpenMetrics write `1.0` where older clients write `1`, and large bounds
        come as `1e+06` (Prometheus 3.0 migration guide, "le and quantile label values").
        """
        spellings = bucket_spellings(bound)
        if len(spellings) == 1:
            return Matcher("le", "=", spellings[0])
        patterns = (s.replace(".", r"\.").replace("+", r"\+") for s in spellings)
        return Matcher("le", "=~", "|".join(patterns))


_EXPONENT_FROM: Final = Decimal("1e6")
_EXPONENT_BELOW: Final = Decimal("1e-4")


def bucket_spellings(bound: Decimal) -> tuple[str, ...]:
    """
    Return the texts that clients write for an upper bound, the plainest first.

    >>> bucket_spellings(Decimal("0.50")), bucket_spellings(Decimal(1))
    (('0.5',), ('1', '1.0'))
    """
    plain = number_text(bound)
    texts = [plain] if "." in plain else [plain, f"{plain}.0"]
    if abs(bound) >= _EXPONENT_FROM or 0 < abs(bound) < _EXPONENT_BELOW:
        mantissa = number_text(bound.scaleb(-bound.adjusted()))
        sign = "+" if bound.adjusted() > 0 else "-"
        texts.append(f"{mantissa}e{sign}{abs(bound.adjusted()):02d}")
    return tuple(texts)


_SCRAPE_METRICS: Final = (
    ("up", COUNT, "1 where the last scrape of the target succeeded, else 0"),
    ("scrape_duration_seconds", SECONDS, "How long the last scrape took"),
    ("scrape_samples_scraped", COUNT, "Samples that the target exposed"),
    ("scrape_samples_post_metric_relabeling", COUNT, "Samples left after metric relabelling"),
    ("scrape_series_added", COUNT, "About how many series the scrape brought anew"),
)
_OWN_SERIES: Final = frozenset({"ALERTS", "ALERTS_FOR_STATE"})


def scrape_metrics(scope: tuple[Matcher, ...], target_labels: tuple[str, ...]) -> dict[str, Metric]:
    """
    Return the metrics that Prometheus itself writes for each target.

    The scope of the service reaches them through its target labels; a query that names such a
    label itself (`up{job="postgresql"}`) means another target.
    """
    narrowed = tuple(m for m in scope if m.label in target_labels)
    return {
        name: Metric(
            name=name,
            type="gauge",
            unit=unit,
            scope=narrowed,
            yields=True,
            target_labels=target_labels,
            help=text,
        )
        for name, unit, text in _SCRAPE_METRICS
    }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one service may query: metrics by name, and recorded series with their labels."""

    metrics: Mapping[str, Metric]
    recorded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _series: dict[str, tuple[Metric, frozenset[str]]] = field(default_factory=dict, repr=False)

    def metric_of(self, series: str) -> Metric | None:
        """Return the metric that exposes a series name (`x_bucket` belongs to `x`)."""
        if not self._series:
            for metric in self.metrics.values():
                for name, labels in metric.series().items():
                    self._series.setdefault(name, (metric, labels))
        found = self._series.get(series)
        return None if found is None else found[0]

    def labels_of(self, series: str) -> frozenset[str] | None:
        """Return the labels that a series may carry; None where nothing is known of it."""
        if (recorded := self.recorded.get(series)) is not None:
            return recorded
        metric = self.metric_of(series)
        return None if metric is None else self._series[series][1]

    def knows(self, series: str) -> bool:
        """Say whether a series is declared, recorded, or Prometheus's own."""
        own = series in _OWN_SERIES or names.is_own_series(series)
        return series in self.recorded or own or self.metric_of(series) is not None

    def near(self, name: str) -> str:
        """Return the declared name that is most like *name*, or an empty text."""
        self.metric_of("")
        found = near(name, (*self.metrics, *self._series, *self.recorded))
        if found:
            return found
        ends = [m for m in self.metrics if m.endswith("_" + name) or name.endswith("_" + m)]
        return ends[0] if ends else ""

    def with_recorded(self, recorded: Mapping[str, frozenset[str]]) -> Catalogue:
        """Return the catalogue after rules have been compiled."""
        return replace(self, recorded={**self.recorded, **recorded})


_LONGEST_WORD: Final = 200
_MOST_COMPARED: Final = 500


def near(word: str, known: Iterable[str]) -> str:
    """Return the one of *known* that the author may have meant, or an empty text."""
    word = word[:_LONGEST_WORD]
    letters = set(word)
    # Comparing is slow and a forgotten `uses:` asks for hundreds: what cannot be near is left out.
    likely = [
        other
        for other in known
        if abs(len(other) - len(word)) <= max(len(other), len(word)) // 2
        and 3 * len(letters & set(other)) >= 2 * max(len(letters), len(set(other)))
    ]
    found = difflib.get_close_matches(word, likely[:_MOST_COMPARED], n=1, cutoff=0.6)
    return found[0] if found else ""
