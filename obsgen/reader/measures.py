"""Reads measures and conditions; the `Reader` that every kind is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.artefacts import Written
from obsgen.catalogue import Catalogue, Metric, near
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Condition,
    Hours,
    Limit,
    Measure,
    MeasureKind,
    ModifierNodes,
    Modifiers,
    Project,
    Query,
    Reports,
    Sli,
    SliKind,
    SloPart,
    SpendPart,
)
from obsgen.promql import variables
from obsgen.reader.limits import (
    Compared,
    check_comparison,
    read_buckets,
    read_comparison,
    read_limit,
)
from obsgen.reader.lookup import USE, find_bucket, find_metric
from obsgen.reader.matching import read_labels, read_matchers
from obsgen.reader.modifiers import (
    MISPLACED_MODIFIER,
    MODIFIERS,
    check_keys,
    check_unknown,
    read_modifiers,
    report_kinds,
)
from obsgen.reader.probes import SUCCESS, ReadProbe, of_probe, unknown_probe
from obsgen.reader.raw import RawReader, read_promql
from obsgen.reader.references import References
from obsgen.reader.severities import resolved_severity
from obsgen.reader.shape import WRONG_COUNT, words
from obsgen.reader.values import read_amount, read_duration, read_list, read_text
from obsgen.schema import kinds
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration, Unit

UNKNOWN_MEASURE: Final = Code(
    "REF205",
    "unknown-measure",
    why="the name stands for a measure that is declared nowhere in what the service uses",
    fix="Declare it under `measures:`, or write the measure in place.",
)
MEASURE_CYCLE: Final = Code(
    "REF210",
    "measure-cycle",
    why="a measure that is made of itself has no query",
    fix="Write out one of the measures in the circle.",
)
CODES: Final = (UNKNOWN_MEASURE, MEASURE_CYCLE)

_FOR_PANELS: Final = ("top", "legend")


@dataclass(slots=True)
class ServiceReader:
    """
    Reads within the scope of one service: its catalogue and its named measures.

    Attributes:
        named: The nodes of the service's measures, merged from its presets and parts.
        used: The readers of services whose measures are used too: each reads its own metrics.
        everywhere: What an environment adds to every query.
        references: What may be asked of other documents.
        service: The name of the service, and its probes.
        written: The PromQL that has been read.
    """

    project: Project
    catalogue: Catalogue
    named: Mapping[str, Node]
    sink: Reports
    references: References
    service: str = ""
    probes: tuple[ReadProbe, ...] = ()
    used: tuple[ServiceReader, ...] = ()
    everywhere: tuple[Matcher, ...] = ()
    written: list[Written] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        self.sink(diagnostic)

    # --- measures ------------------------------------------------------------------------

    def measure(self, node: Node | None, inherited: ModifierNodes | None = None) -> Measure | None:
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
        if isinstance(node, Sequence) and not node.items:
            self.report(finding(WRONG_COUNT, node.origin, "a list without a measure"))
        return tuple(
            m for item in items for m in self._read(item, ModifierNodes(), ModifierNodes())
        )

    def _read(self, node: Node, over: ModifierNodes, under: ModifierNodes) -> tuple[Measure, ...]:
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
        known = (*kinds.keys("measures"), "measure")
        chosen = [key for key in node.entries if key in known]
        if len(chosen) != 1:
            report_kinds(node, chosen, self.report)
            return ()
        if chosen == ["measure"]:
            check_unknown(node, "measure", ("measure",), self.report)
            name = node.entries["measure"].value
            # What the operands inherit stays below what the named measure sets itself.
            above = replace(merged, nodes={**own, **over.nodes}, where=(*where, *over.where))
            return self._read(name, above, under)
        kind: MeasureKind = kinds.load("measures", chosen[0])
        check_keys(node, kind, {**own, **over.nodes}, self.report)
        kept = {k: v for k, v in nodes.items() if k in kind.modifiers}
        return kind.read(node, replace(merged, nodes=kept), self)

    def _named(
        self, node: Scalar, over: ModifierNodes, under: ModifierNodes
    ) -> tuple[Measure, ...]:
        if node.is_null:
            return ()
        name = node.text
        owner = self._owner(name)
        if owner is None:
            self._report_unknown_measure(node)
            return ()
        if name in owner._open:
            circle = " → ".join((*owner._open, name))
            message = f"measure `{name}` is made of itself: {circle}"
            self.report(finding(MEASURE_CYCLE, node.origin, message))
            return ()
        owner._open.append(name)
        try:
            there = self if owner is self else replace(owner, sink=self.sink)
            return there._read(owner.named[name], replace(over, named=over.named or name), under)
        finally:
            owner._open.pop()

    def names_measure(self, name: str) -> bool:
        """Say whether a measure of this name may be used here."""
        return self._owner(name) is not None

    def _owner(self, name: str) -> ServiceReader | None:
        """Return the reader in whose scope a named measure is read: its service's own."""
        return next((each for each in (self, *self.used) if name in each.named), None)

    def _report_unknown_measure(self, node: Scalar) -> None:
        metric = self.catalogue.metric_of(node.text)
        if metric is not None:
            hint = f"`{node.text}` is a metric: say what of it with {USE[metric.type]}"
        else:
            guess = near(node.text, [n for each in (self, *self.used) for n in each.named])
            hint = f"did you mean `{guess}`?" if guess else "declare it under `measures:`"
        message = f"measure {node.word} is not defined"
        self.report(finding(UNKNOWN_MEASURE, node.origin, message, hint))

    def modifiers(self, nodes: ModifierNodes, metrics: tuple[Metric, ...]) -> Modifiers:
        """Read modifiers; every label must belong to all of the metrics."""
        least = self.project.shortest_window
        return read_modifiers(nodes, metrics, least, self.report)

    # --- conditions ----------------------------------------------------------------------

    def condition(self, node: Node, *, is_foreseen: bool = False) -> Condition | None:
        """Read a measure with one comparison."""
        if not isinstance(node, MappingNode):
            return None
        measure = self.measure(node)
        if measure is None:
            check_comparison(node, self.report)
            return None
        if self._is_for_panels(node, measure):
            return None
        compared = Compared.of(measure, is_foreseen=is_foreseen)
        read = read_comparison(node, compared, self.report)
        if read is None:
            return None
        return Condition(measure=measure, comparison=read[0], limit=read[1], origin=node.origin)

    def _is_for_panels(self, node: MappingNode, measure: Measure) -> bool:
        """Say whether only a panel can ask the measure, reporting why."""
        for key in _FOR_PANELS:
            if key in node.entries:
                message = f"`{key}` belongs into panels, not into conditions"
                place = (node.origin / key).key()
                self.report(finding(MISPLACED_MODIFIER, place, message, "remove it"))
                return True
        found = variables(measure.expr(Query()).text)
        if not found:
            return False
        window = node.entries.get("window")
        place = node.origin if window is None else window.value.origin
        message = f"`${found[0].name}` is filled in by Grafana, and a rule is not"
        hint = "write a window of one length: `window: 1h`"
        self.report(finding(MISPLACED_MODIFIER, place, message, hint))
        return True

    def comparison(self, node: MappingNode, measure: Measure) -> tuple[str, Limit] | None:
        """Read the one comparison of a mapping: its operator, and its limit for *measure*."""
        return read_comparison(node, Compared.of(measure), self.report)

    # --- parts ---------------------------------------------------------------------------

    def metric(self, node: Node | None, types: tuple[str, ...], *, use: str) -> Metric | None:
        """Look up a metric of one of the types."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        return find_metric(node, types, use, self.catalogue, self.report)

    def matchers(
        self,
        node: Node | None,
        metrics: tuple[Metric, ...],
        *,
        beside: tuple[Matcher, ...] = (),
    ) -> tuple[Matcher, ...]:
        """Read `where` and its like; *beside* holds at the same time."""
        return read_matchers(node, metrics, self.report, beside=beside)

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
        return find_bucket(node, metric, self.report)

    def buckets(self, node: Node | None, metric: Metric) -> Limit | None:
        """Read a bound, or one for each value of a label; all of them buckets."""
        return read_buckets(node, metric, self.report)

    def sli(self, node: Node | None) -> Sli | None:
        """Read the SLI of an SLO."""
        if not isinstance(node, MappingNode):
            return None
        known = kinds.keys("slis")
        chosen = [key for key in node.entries if key in known]
        if len(chosen) != 1:
            if not any(key not in known and not key.startswith("x-") for key in node.entries):
                message = f"an SLI has one kind, found {words(chosen, last='and') or 'none'}"
                hint = f"write one of {words(list(known))}"
                self.report(finding(WRONG_COUNT, node.origin, message, hint))
            return None
        inner = node.entries[chosen[0]].value
        kind: SliKind = kinds.load("slis", chosen[0])
        takes_text = "string" in kind.schema.get("type", ())
        is_right = isinstance(inner, Scalar) and takes_text and not inner.is_null
        return kind.read(inner, self) if is_right or isinstance(inner, MappingNode) else None

    def probe(self, node: Scalar) -> Metric | None:
        """Return the gauge that tells whether a probe of this service succeeds."""
        for read in self.probes:
            if read.probe.name == node.text:
                return of_probe(self.catalogue, read.probe).metrics.get(SUCCESS)
        self.report(unknown_probe(node, [read.probe.name for read in self.probes]))
        return None

    def hours(self, node: Node) -> Hours | None:
        """Read the name of an interval of the Routing."""
        return self.references.hours(node, self.report)

    def slo(self, node: Scalar, weight: Decimal) -> SloPart | None:
        """Read the name of another SLO."""
        return self.references.part(node, weight, self.service, self.report)

    def limit(self, node: Node | None, metric: Metric, by: tuple[str, ...]) -> Limit | None:
        """Read an amount in a metric's unit, or one for each value of a label of *by*."""
        return read_limit(node, metric, by, self.report)

    def severity(self, node: Node | None) -> str | None:
        """Read the name or the alias of a severity."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        return resolved_severity(node, self.project.severities, self.report)

    def spend(self, node: Scalar) -> SpendPart | None:
        """Read the name of a budget of money."""
        return self.references.spend(node, self.service, self.report)

    def promql(self, node: Node | None, *, with_variables: bool = False) -> Scalar | None:
        """Read PromQL that parses; its metrics and labels are checked."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        raw = RawReader(catalogue=self.catalogue, everywhere=self.everywhere, report=self.report)
        read = read_promql(node, raw, with_variables=with_variables)
        if read is not None:
            self.written.append(Written(text=node.text, narrowed=read.text, origin=node.origin))
        return read
