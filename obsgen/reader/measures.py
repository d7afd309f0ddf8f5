"""Reads what queries are made of; the `Reader` that every kind is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Catalogue, Metric, near
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Condition,
    Limit,
    Measure,
    MeasureKind,
    ModifierNodes,
    Modifiers,
    Project,
    Reports,
    Sli,
)
from obsgen.promql import PromqlError, parse, selectors
from obsgen.promql import Matcher as PromqlMatcher
from obsgen.reader.shape import WRONG_COUNT, missing_key, unknown_key, words
from obsgen.reader.values import (
    UNKNOWN_LABEL,
    example_of,
    read_amount,
    read_duration,
    read_labels,
    read_list,
    read_matchers,
    read_number,
    read_text,
)
from obsgen.schema import kinds
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import SECONDS, Duration, Unit, number_text

UNKNOWN_METRIC: Final = Code(
    "REF201",
    "unknown-metric",
    why="a query over a metric that nobody declared gives nothing, and nobody notices",
    fix="Declare it under `metrics:`, or write the declared name.",
)
OTHER_METRIC_TYPE: Final = Code(
    "REF204",
    "other-metric-type",
    why="`rate` of a gauge and `value` of a counter are numbers without a meaning",
    fix="Write a measure for the metric's type: `rate` and `increase` for counters, `quantile`, "
    "`mean` and `share: {below: …}` for histograms, `value`, `sum`, `avg`, `min`, `max` for "
    "gauges.",
)
UNKNOWN_MEASURE: Final = Code(
    "REF205",
    "unknown-measure",
    why="the name stands for a measure that is declared nowhere in what the service uses",
    fix="Declare it under `measures:`, or write the measure in place.",
)
NOT_A_BUCKET: Final = Code(
    "SLO321",
    "not-a-bucket",
    why="a histogram only knows how many observations lie below its buckets' bounds; anything "
    "between two of them is a guess",
    fix="Write one of the buckets, or add the bound to the histogram (in the program too).",
)
UNPARSABLE_PROMQL: Final = Code(
    "PQL400",
    "promql-syntax",
    why="Prometheus would refuse the rule or panel",
    fix="Correct the expression where it is underlined.",
)
MEASURE_CYCLE: Final = Code(
    "REF210",
    "measure-cycle",
    why="a measure that is made of itself has no query",
    fix="Write out one of the measures in the circle.",
)
MISPLACED_MODIFIER: Final = Code(
    "PQL405",
    "misplaced-modifier",
    why="the kind of measure has no use for it, so it would be ignored",
    fix="Remove it, or use a kind that takes it: `value` keeps every series, `sum` takes `by`.",
)
CODES: Final = (
    UNKNOWN_METRIC,
    OTHER_METRIC_TYPE,
    UNKNOWN_MEASURE,
    NOT_A_BUCKET,
    UNPARSABLE_PROMQL,
    MEASURE_CYCLE,
    MISPLACED_MODIFIER,
)

MODIFIERS: Final = ("where", "by", "window", "offset", "per", "top", "slower_than", "legend")
COMPARISONS: Final = {
    "above": ">",
    "below": "<",
    "at_least": ">=",
    "at_most": "<=",
    "equals": "==",
    "not_equals": "!=",
}
_PER: Final = {"1s": 1, "1m": 60, "1h": 3600, "1d": 86400}
_USE: Final = {
    "counter": "`rate` or `increase`",
    "histogram": "`quantile`, `mean` or `share: {below: …}`",
    "summary": "`mean`",
    "gauge": "`value`, `sum`, `avg`, `min` or `max`",
}


@dataclass(slots=True)
class ServiceReader:
    """
    Reads within the scope of one service: its catalogue and its named measures.

    Attributes:
        named: The nodes of named measures, merged from all that the service uses.
    """

    project: Project
    catalogue: Catalogue
    named: Mapping[str, Node]
    sink: Reports
    _open: list[str] = field(default_factory=list)

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        self.sink(diagnostic)

    # --- measures ------------------------------------------------------------------------

    def measure(
        self, node: Node | None, inherited: ModifierNodes | None = None
    ) -> Measure | None:
        """Read a measure that gives one query."""
        if node is None:
            return None
        found = self._read(node, ModifierNodes(), inherited or ModifierNodes())
        if len(found) > 1:
            message = f"one measure belongs here, found {len(found)}"
            self.report(finding(WRONG_COUNT, node.origin, message, "keep one quantile"))
            return None
        return found[0] if found else None

    def measures(self, node: Node) -> tuple[Measure, ...]:
        """Read a measure, a name or a list of them."""
        items = read_list(node) or (node,)
        return tuple(
            m for item in items for m in self._read(item, ModifierNodes(), ModifierNodes())
        )

    def _read(
        self, node: Node, over: ModifierNodes, under: ModifierNodes
    ) -> tuple[Measure, ...]:
        """
        Read a measure.

        Args:
            over: Modifiers that win against the measure's own (`{measure: NAME, window: 1d}`).
            under: Modifiers that the measure takes where it sets none (operands).
        """
        if isinstance(node, Scalar):
            return self._named(node, over, under)
        if not isinstance(node, MappingNode):
            return ()
        own = {k: e.value for k, e in node.entries.items() if k in MODIFIERS}
        where = tuple(v for k, v in own.items() if k == "where")
        nodes = {**under.nodes, **own, **over.nodes}
        merged = ModifierNodes(
            where=(*under.where, *where, *over.where), nodes=nodes, named=over.named
        )
        chosen = [key for key in node.entries if key in kinds.keys("measures")]
        if "measure" in node.entries and not chosen:
            return self._read(node.entries["measure"].value, merged, ModifierNodes())
        if len(chosen) != 1:
            self._report_kinds(node, chosen)
            return ()
        kind: MeasureKind = kinds.load("measures", chosen[0])
        self._check_keys(node, kind, own)
        inherited = set(nodes) - set(own)
        kept = {k: v for k, v in nodes.items() if k in kind.modifiers or k not in inherited}
        return kind.read(node, replace(merged, nodes=kept), self)

    def _report_kinds(self, node: MappingNode, chosen: list[str]) -> None:
        if chosen:
            message = f"a measure has one kind, found {words(chosen)}"
            self.report(finding(WRONG_COUNT, (node.origin / chosen[1]).key(), message))
            return
        unknown = [k for k in node.entries if k not in MODIFIERS and k not in COMPARISONS]
        known = [*kinds.keys("measures"), "measure"]
        guess = near(unknown[0], known) if unknown else ""
        hint = f"did you mean `{guess}`?" if guess else f"write one of {words(known)}"
        self.report(finding(WRONG_COUNT, node.origin, "a measure without a kind", hint))

    def _check_keys(self, node: MappingNode, kind: MeasureKind, own: Mapping[str, Node]) -> None:
        for name in own:
            if name not in kind.modifiers:
                message = f"`{name}` has no effect on `{kind.key}`"
                hint = f"`{kind.key}` takes {words(sorted(kind.modifiers))}"
                place = (node.origin / name).key()
                self.report(finding(MISPLACED_MODIFIER, place, message, hint))
        for key, needed in kind.schema.items():
            if key not in node.entries and key not in {"which", "unit"}:
                hint = f"for example `{key}: {_first_example(needed)}`"
                self.report(missing_key(node.origin / kind.key, key, hint))
        known = {*kind.schema, *MODIFIERS, *COMPARISONS, *_AROUND}
        for key in node.entries:
            if key not in known and not key.startswith("x-"):
                place = f"`{kind.key}`"
                self.report(unknown_key(node.origin, key, sorted(known - _AROUND), place))

    def _named(
        self, node: Scalar, over: ModifierNodes, under: ModifierNodes
    ) -> tuple[Measure, ...]:
        if node.is_null:
            return ()
        name = node.text
        base = self.named.get(name)
        if base is None:
            self._report_unknown_measure(node)
            return ()
        if name in self._open:
            circle = " → ".join((*self._open, name))
            message = f"measure `{name}` is made of itself: {circle}"
            self.report(finding(MEASURE_CYCLE, node.origin, message))
            return ()
        self._open.append(name)
        try:
            return self._read(base, replace(over, named=over.named or name), under)
        finally:
            self._open.pop()

    def _report_unknown_measure(self, node: Scalar) -> None:
        if self.catalogue.metric_of(node.text) is not None:
            metric = self.catalogue.metric_of(node.text)
            use = _USE[metric.type] if metric else ""
            hint = f"`{node.text}` is a metric: say what of it with {use}"
        else:
            guess = near(node.text, self.named)
            hint = f"did you mean `{guess}`?" if guess else "declare it under `measures:`"
        message = f"measure {node.word} is not defined"
        self.report(finding(UNKNOWN_MEASURE, node.origin, message, hint))

    def modifiers(self, nodes: ModifierNodes, metrics: tuple[Metric, ...]) -> Modifiers:
        """Read modifiers; every label must belong to all of the metrics."""
        get = nodes.nodes.get
        where = tuple(m for n in nodes.where for m in self.matchers(n, metrics))
        slower = self.bucket(get("slower_than"), metrics[0]) if get("slower_than") else None
        top = read_number(get("top"), self.report)
        return Modifiers(
            where=where,
            by=self.labels(get("by"), metrics),
            window=self._window(get("window")),
            offset=str(self.duration(get("offset")) or ""),
            per=self._per(get("per")),
            top=int(top) if top is not None and top == int(top) and top > 0 else 0,
            slower_than=slower,
            legend=self.text(get("legend")),
            named=nodes.named,
        )

    def _window(self, node: Node | None) -> str:
        if isinstance(node, Scalar) and node.text == "range":
            return "$__range"
        duration = self.duration(node)
        if duration is None or node is None:
            return ""
        return str(duration)

    def _per(self, node: Node | None) -> int:
        if not isinstance(node, Scalar):
            return 1
        if node.text not in _PER:
            hint = f"write {words(list(_PER))}"
            self.report(finding(MISPLACED_MODIFIER, node.origin, f"`per` is {node.word}", hint))
        return _PER.get(node.text, 1)

    # --- conditions ----------------------------------------------------------------------

    def condition(self, node: Node) -> Condition | None:
        """Read a measure with one comparison."""
        if not isinstance(node, MappingNode):
            return None
        measure = self.measure(node)
        if measure is None:
            return None
        compared = self._comparison(node, measure.unit, measure.title, measure.labels)
        if compared is None:
            return None
        return Condition(
            measure=measure, comparison=compared[0], limit=compared[1], origin=node.origin
        )

    def comparison(self, node: MappingNode, unit: Unit) -> tuple[str, Limit] | None:
        """Read the one comparison of a mapping: its operator, and its limit in *unit*."""
        return self._comparison(node, unit, "the measure", None)

    def _comparison(
        self, node: MappingNode, unit: Unit, subject: str, labels: frozenset[str] | None
    ) -> tuple[str, Limit] | None:
        found = [key for key in node.entries if key in COMPARISONS]
        if len(found) != 1:
            what = f"found {words(found)}" if found else "found none"
            hint = f"write one of {words(list(COMPARISONS))}, e.g. `above: {example_of(unit)}`"
            message = f"a condition takes one comparison, {what}"
            self.report(finding(WRONG_COUNT, node.origin, message, hint))
            return None
        value = node.entries[found[0]].value
        limit = self._limit(value, unit, subject, labels)
        return None if limit is None else (COMPARISONS[found[0]], limit)

    def _limit(
        self, node: Node, unit: Unit, subject: str, labels: frozenset[str] | None
    ) -> Limit | None:
        if isinstance(node, MappingNode):
            return self._limits(node, unit, subject, labels)
        amount = read_amount(node, unit, self.report, subject)
        if amount is None or not isinstance(node, Scalar):
            return None
        return Limit(value=amount, text=" ".join(node.text.split()), origin=node.origin)

    def _limits(
        self, node: MappingNode, unit: Unit, subject: str, labels: frozenset[str] | None
    ) -> Limit | None:
        by = node.get("by")
        if not isinstance(by, Scalar):
            self.report(missing_key(node.origin, "by", "write `{by: region, us: 100ms}`"))
            return None
        if labels is not None and by.text not in labels:
            message = f"limits differ by `{by.text}`, which {subject} does not keep"
            hint = f"add `by: [{by.text}]` to the measure"
            self.report(finding(UNKNOWN_LABEL, by.origin, message, hint))
            return None
        values: list[tuple[str, Decimal | Fraction, str]] = []
        default: Decimal | Fraction | None = None
        for key, entry in node.entries.items():
            if key == "by":
                continue
            amount = read_amount(entry.value, unit, self.report, subject)
            if amount is None or not isinstance(entry.value, Scalar):
                return None
            if key == "default":
                default = amount
            else:
                values.append((key, amount, entry.value.text))
        return Limit(
            value=default,
            text="its limit",
            by=by.text,
            values=tuple(values),
            origin=node.origin,
        )

    # --- parts ---------------------------------------------------------------------------

    def metric(
        self, node: Node | None, types: tuple[str, ...], *, use: str
    ) -> Metric | None:
        """Look up a metric of one of the types."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        metric = self.catalogue.metrics.get(node.text)
        if metric is None:
            self._report_unknown_metric(node.text, node.origin)
            return None
        if metric.type in types:
            return metric
        hint = f"use {_USE[metric.type]}"
        message = f"`{use}` takes a {' or '.join(types)}; `{metric.name}` is a {metric.type}"
        related = (Related("declared here", metric.origin),) if metric.origin.file else ()
        self.report(finding(OTHER_METRIC_TYPE, node.origin, message, hint, related=related))
        return None

    def _report_unknown_metric(self, name: str, origin: Origin) -> None:
        base = self.catalogue.metric_of(name)
        guess = base.name if base else self.catalogue.near(name)
        hint = f"did you mean `{guess}`?" if guess else "declare it under `metrics:`"
        message = f"metric `{name}` is not declared"
        self.report(finding(UNKNOWN_METRIC, origin, message, hint))

    def matchers(
        self, node: Node | None, metrics: tuple[Metric, ...]
    ) -> tuple[Matcher, ...]:
        """Read `where` and its like."""
        return read_matchers(node, metrics, self.report)

    def labels(self, node: Node | None, metrics: tuple[Metric, ...]) -> tuple[str, ...]:
        """Read a list of labels that all of the metrics have."""
        return read_labels(node, metrics, self.report)

    def duration(self, node: Node | None) -> Duration | None:
        """Read a duration."""
        return read_duration(node, self.report)

    def amount(self, node: Node | None, unit: Unit) -> Decimal | Fraction | None:
        """Read a quantity and convert it."""
        return read_amount(node, unit, self.report, "the measure")

    def text(self, node: Node | None) -> str:
        """Read a text."""
        return read_text(node, self.report)

    def bucket(self, node: Node | None, metric: Metric) -> Decimal | None:
        """Read a bound that is one of the histogram's buckets."""
        if not isinstance(node, Scalar):
            return None
        bound = read_amount(node, metric.unit, self.report, f"`{metric.name}`")
        if bound is None:
            return None
        if bound in metric.buckets:
            return next(b for b in metric.buckets if b == bound)
        shown = ", ".join(f"{number_text(b)}{_short(metric.unit)}" for b in metric.buckets)
        message = f"{node.word} is not a bucket of `{metric.name}`"
        hint = f"its buckets are {shown}" if shown else "declare its `buckets:`"
        related = (Related("declared here", metric.origin),) if metric.origin.file else ()
        self.report(finding(NOT_A_BUCKET, node.origin, message, hint, related=related))
        return None

    def sli(self, node: Node | None) -> Sli | None:
        """Read the SLI of an SLO."""
        if not isinstance(node, MappingNode):
            return None
        known = kinds.keys("slis")
        chosen = [key for key in node.entries if key in known]
        if len(chosen) != 1:
            if not any(key not in known and not key.startswith("x-") for key in node.entries):
                message = f"an SLI has one kind, found {words(chosen) or 'none'}"
                hint = f"write one of {words(list(known))}"
                self.report(finding(WRONG_COUNT, node.origin, message, hint))
            return None
        inner = node.entries[chosen[0]].value
        if not isinstance(inner, MappingNode):
            return None
        sli: Sli | None = kinds.load("slis", chosen[0]).read(inner, self)
        return sli

    def promql(self, node: Node | None) -> Scalar | None:
        """Read PromQL that parses; its metrics and labels are checked."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        try:
            tree = parse(node.text, result="vector")
        except PromqlError as error:
            place = node.origin.characters(error.span.start, error.span.end)
            self.report(finding(UNPARSABLE_PROMQL, place, error.message, error.hint))
            return None
        is_known = True
        for selected in selectors(tree):
            name = selected.metric_name or ""
            place = node.origin.characters(selected.span.start, selected.span.end)
            if name and not self.catalogue.knows(name):
                self._report_unknown_metric(
                    name, node.origin.characters(selected.span.start, selected.span.start + len(name))
                )
                is_known = False
            elif name and (labels := self.catalogue.labels_of(name)) is not None:
                for one in selected.matchers:
                    is_known &= self._check_raw_matcher(node, name, one, labels)
        return node if is_known else None

    def _check_raw_matcher(
        self, node: Scalar, name: str, one: PromqlMatcher, labels: frozenset[str]
    ) -> bool:
        if one.label in labels or one.label == "__name__":
            return True
        guess = near(one.label, labels)
        hint = f"did you mean `{guess}`?" if guess else f"it has {words(sorted(labels))}"
        place = node.origin.characters(one.span.start, one.span.end)
        message = f"`{name}` has no label `{one.label}`"
        self.report(finding(UNKNOWN_LABEL, place, message, hint))
        return False


# Keys that stand in one mapping with a measure where it is part of something else.
_AROUND: Final = frozenset({"measure", "slice", "during", "within", "from"})


def _first_example(schema: Mapping[str, object]) -> object:
    examples = schema.get("examples")
    return examples[0] if isinstance(examples, list) and examples else "…"


def _short(unit: Unit) -> str:
    if unit.name == SECONDS.name:
        return "s"
    return f" {unit}" if unit.name != "count" else ""
