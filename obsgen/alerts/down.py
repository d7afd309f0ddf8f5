"""`down`: a 0/1 gauge such as `up` is 0, or is not there at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.alerts._rule import Firing, one_rule
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import Alert, AlertParts, Context, Reader, Schema
from obsgen.promql.build import Expr, any_of, binary, call, number
from obsgen.schema.shared import flag, listed, ref, text
from obsgen.source import MappingNode, Node, Scalar, Sequence

WITHOUT_GAUGE: Final = Code(
    "ALR531",
    "down-without-gauge",
    why="what is down is told by a gauge that is 1 while all is well",
    fix="Write `down: {metric: up, where: {job: gateway}}`, or `any_of: [pg_up, up]`.",
)
CODES: Final = (WITHOUT_GAUGE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """
    Fires for every series that is 0.

    Attributes:
        or_absent: It fires too where there is no series: the target was taken away, or was never
            there. `up` stands for the others, since every target that is scraped has it.
    """

    gauges: tuple[Metric, ...]
    where: tuple[Matcher, ...]
    or_absent: bool

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The gauges."""
        return self.gauges

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule."""
        zero = number("0")
        parts = [binary(Expr(g.select(g.name, self.where)), "==", zero) for g in self.gauges]
        ups = [g for g in self.gauges if g.name == "up"] or list(self.gauges)
        if self.or_absent:
            parts.extend(call("absent", g.select(g.name, self.where)) for g in ups)
        labels = frozenset[str]().union(*(g.all_labels for g in self.gauges))
        subject = " or ".join(g.select(g.name, self.where) for g in self.gauges)
        gone = ""
        if self.or_absent:
            gone = " or absent" if len(ups) == len(self.gauges) else ", or up is absent"
        firing = Firing(
            expr=any_of(parts),
            may_have=lambda label: label in labels,
            labels=labels,
            fallback=f"{subject.replace('{', '(').replace('}', ')')} is 0{gone}",
            limit="0",
        )
        return one_rule(alert, context, firing)


class DownKind:
    """Reads `down: up`, `down: {metric: up, where: {…}}` and `down: {any_of: […], …}`."""

    key: Final = "down"
    schema: Final[Schema] = {
        "type": ["string", "object"],
        "description": "A 0/1 gauge is 0: its name, or a mapping that says which of its series.",
        "examples": ["up", {"any_of": ["pg_up", "up"], "where": {"job": "postgresql"}}],
        "properties": {
            "metric": text("The gauge.", examples=["up"]),
            "any_of": listed(text(), description="Several gauges of which one is enough."),
            "where": ref("matchers", "Which of their series."),
            "or_absent": flag("Fire too where no such series is there."),
        },
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }

    def read(self, node: Node, reader: Reader) -> Down | None:
        """Read the gauges and their matchers."""
        where: Node | None = None
        or_absent = False
        named: tuple[Node, ...] = ()
        if isinstance(node, Scalar):
            named = (node,)
        elif isinstance(node, MappingNode):
            named = _gauges(node)
            where = node.get("where")
            flagged = node.get("or_absent")
            or_absent = isinstance(flagged, Scalar) and flagged.text.lower() == "true"
        if not named:
            hint = "write `metric: up` or `any_of: [pg_up, up]`"
            reader.report(finding(WITHOUT_GAUGE, node.origin, "`down` names no gauge", hint))
            return None
        gauges = [reader.metric(name, ("gauge",), use="down") for name in named]
        found = tuple(g for g in gauges if g is not None)
        if len(found) != len(gauges):
            return None
        matchers = reader.matchers(where, found)
        return Down(gauges=found, where=matchers, or_absent=or_absent)


def _gauges(node: MappingNode) -> tuple[Node, ...]:
    several = node.get("any_of")
    if isinstance(several, Sequence):
        return several.items
    single = node.get("metric")
    return () if single is None else (single,)


KIND: Final = DownKind()
