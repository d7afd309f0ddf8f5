"""What the measure kinds have in common: selectors within their scope, ranges, safe quotients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Code, Origin
from obsgen.matchers import Matcher
from obsgen.measures._played import cast, several
from obsgen.model import (
    Look,
    Measure,
    ModifierNodes,
    Modifiers,
    Query,
    Reader,
    Scene,
    Unprovable,
)
from obsgen.promql import duration_text
from obsgen.promql.build import Expr, aggregate, binary, call, number
from obsgen.schema.shared import text
from obsgen.source import MappingNode
from obsgen.specimens import Specimens
from obsgen.units import Duration, number_text

UNMATCHED_OPERANDS: Final = Code(
    "PQL412",
    "unmatched-operands",
    why="a quotient pairs series with equal labels; these two sides never have the same ones",
    fix="Give both operands the same `by`, or one of them a `by` within that of the other.",
)
CODES: Final = (UNMATCHED_OPERANDS,)

COMMON_MODIFIERS: Final = frozenset({"where", "by", "window", "offset", "top", "legend"})
SERIES_MODIFIERS: Final = frozenset({"where", "offset", "top", "legend"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricKind:
    """
    Reads the kinds whose key names the one metric that they measure: `{rate: COUNTER}`.

    Attributes:
        types: The metric types that the kind understands.
        make: The measure's class, given `metric`, `modifiers` and `origin`.
    """

    key: str
    types: tuple[str, ...]
    make: Callable[..., Measure]
    description: str
    example: str
    modifiers: frozenset[str] = COMMON_MODIFIERS

    @property
    def schema(self) -> Mapping[str, Any]:
        """The key, whose value names the metric."""
        return {self.key: metric_key(self.description, self.example)}

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Measure, ...]:
        """Read the metric and its modifiers."""
        metric = reader.metric(node.get(self.key), self.types, use=self.key)
        if metric is None:
            return ()
        read = reader.modifiers(modifiers, (metric,))
        return (self.make(metric=metric, modifiers=read, origin=node.origin),)


def metric_key(description: str, example: str) -> Mapping[str, Any]:
    """Return the schema of a key whose value names a metric."""
    return text(description, examples=[example])


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMetric:
    """What a measure of one metric knows whatever its kind."""

    metric: Metric
    modifiers: Modifiers
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The one metric."""
        return (self.metric,)

    @property
    def legend(self) -> str:
        """What the author wrote."""
        return self.modifiers.legend

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels of `by`: everything else is summed away."""
        return frozenset(self.modifiers.by)

    def window(self, default: str) -> str:
        """Return the measure's own window, else the default."""
        return self.modifiers.window or default

    def titled(self, words: str) -> str:
        """Return the words of the name that the author gave, else *words*, and how long ago."""
        found = spoken(self.modifiers.named) or words
        return f"{found}, {self.modifiers.offset} earlier" if self.modifiers.offset else found

    def selector(self, name: str, query: Query, *extra: Matcher) -> str:
        """Write the selector of one of the metric's series, with scope, `where` and filters."""
        filters = tuple(m for m in query.filters if m.label in self.metric.all_labels)
        return self.metric.select(name, (*self.modifiers.where, *extra, *filters))

    def matchers(self, query: Query, *extra: Matcher) -> tuple[Matcher, ...]:
        """Return the matchers of the selector."""
        filters = tuple(m for m in query.filters if m.label in self.metric.all_labels)
        return self.metric.narrowed((*self.modifiers.where, *extra, *filters))

    def look(self, query: Query) -> Look:
        """Return what part of the past the query sees."""
        window, offset = self.window(query.window), self.modifiers.offset
        return Look(Duration.parse(window or "0s"), Duration.parse(offset or "0s"))

    def looks(self, query: Query) -> tuple[Look, ...]:
        """Return what parts of the past the query sees."""
        return (self.look(query),)

    def cast(self, query: Query, scene: Scene, *extra: Matcher) -> Specimens | Unprovable:
        """Return label sets that the query takes, with a decoy for each of its own matchers."""
        matchers = self.matchers(query, *extra)
        own = frozenset(matchers) - frozenset(query.filters)
        found = cast(self.metric, matchers, scene, own)
        if isinstance(found, Unprovable) or not scene.sibling:
            return found
        varied = scene.varied or self.summed_away
        free = [label for label in varied if label not in scene.pinned]
        others = several(self.metric, matchers, found.taken, free, scene.sibling + 1)
        if len(others) <= scene.sibling:
            return Unprovable(f"only {len(others)} series of `{self.metric.name}` can be told")
        changed = dict(others[scene.sibling].items() - found.taken.items())
        pinned = scene._replace(pinned={**scene.pinned, **changed}, sibling=0)
        return cast(self.metric, matchers, pinned, own)

    @property
    def summed_away(self) -> tuple[str, ...]:
        """The labels that the result does not keep."""
        return tuple(sorted(self.metric.all_labels - frozenset(self.by)))

    def over_window(self, function: str, name: str, query: Query, *extra: Matcher) -> Expr:
        """Return `function(series[window] offset o)`."""
        window = self.window(query.window)
        return call(function, f"{self.selector(name, query, *extra)}[{window}]{self.offset}")

    def instant(self, name: str, query: Query, *extra: Matcher) -> Expr:
        """Return the instant selector."""
        return Expr(f"{self.selector(name, query, *extra)}{self.offset}")

    @property
    def slower(self) -> str:
        """The observations that count, in words, or nothing where all do."""
        if (bound := self.modifiers.slower_than) is None:
            return ""
        return f" above {number_text(bound)} {self.metric.unit}"

    @property
    def offset(self) -> str:
        """The offset clause, as Prometheus writes durations, or nothing."""
        offset = self.modifiers.offset
        return f" offset {duration_text(Duration.parse(offset).ms)}" if offset else ""

    def summed(self, function: str, name: str, query: Query, *extra: Matcher) -> Expr:
        """Return `sum by (…) (function(series[window]))`."""
        return aggregate("sum", self.over_window(function, name, query, *extra), by=self.by)

    @property
    def by(self) -> tuple[str, ...]:
        """The labels that are kept."""
        return self.modifiers.by

    def topped(self, expr: Expr) -> Expr:
        """Keep only the largest series, where the author asks for that."""
        return call("topk", str(self.modifiers.top), expr) if self.modifiers.top else expr


def quotient(part: Expr, whole: Expr, *, fill: bool = True, matching: str = "") -> Expr:
    """
    Return `part / whole` that is never NaN.

    Args:
        fill: A part that has no series counts 0 wherever the whole has one.
    """
    if fill:
        part = binary(part, "or", binary(number("0"), "*", whole))
    return binary(part, "/", binary(whole, ">", number("0")), matching=matching)


def spoken(name: str) -> str:
    """Return a name as words: `error_ratio` is an error ratio."""
    return name.replace("_", " ")


def where_words(matchers: tuple[Matcher, ...]) -> str:
    """Say matchers in words, for titles."""
    verbs = {"=": "is", "!=": "is not", "=~": "matches", "!~": "does not match"}
    return " and ".join(f"{m.label} {verbs[m.op]} {m.value or 'empty'}" for m in matchers)
