"""`down`: a 0/1 gauge such as `up` is 0, or is not there at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.alerts._cause import Unlimited
from obsgen.alerts._own import Own, proven_by
from obsgen.alerts._pace import Pace, Play
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule
from obsgen.artefacts import InputSeries, standing
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Alert,
    AlertParts,
    AlertRole,
    Context,
    Labels,
    Look,
    Reader,
    Schema,
    Series,
    Unprovable,
    World,
)
from obsgen.promql.build import Expr, any_of, binary, call, number
from obsgen.schema.shared import flag, listed, ref, text
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.specimens import specimens
from obsgen.units import Duration

WITHOUT_GAUGE: Final = Code(
    "ALR531",
    "down-without-gauge",
    why="what is down is told by a gauge that is 1 while all is well",
    fix="Write `down: {metric: up, where: {job: gateway}}`, or `any_of: [pg_up, up]`.",
)
CODES: Final = (WITHOUT_GAUGE,)

Course = list[tuple[int, int | None]]
"""Samples, and the level of each; None where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Down(Unlimited):
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
    def role(self) -> AlertRole:
        """A cause: that of `up` is that the target is gone."""
        reads_up = any(gauge.name == "up" for gauge in self.gauges)
        return AlertRole.TARGET_DOWN if reads_up else AlertRole.CAUSE

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The gauges."""
        return self.gauges

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule."""
        zero = number("0")
        parts = [binary(Expr(g.select(g.name, self.where)), "==", zero) for g in self.gauges]
        ups = self._ups
        if self.or_absent:
            parts.extend(call("absent", g.select(g.name, self.where)) for g in ups)
        labels = frozenset[str]().union(*(g.all_labels for g in self.gauges))
        subject = " or ".join(g.select(g.name, self.where) for g in self.gauges)
        gone = ""
        if self.or_absent:
            gone = " or absent" if len(ups) == len(self.gauges) else ", or up is absent"
        firing = Firing(
            expr=any_of(parts),
            labels=labels,
            fallback=f"{subject.replace('{', '(').replace('}', ')')} is 0{gone}",
            limit="0",
        )
        compiled = one_rule(alert, context, firing)
        own = Own(labels=labels, met=self._met, plays=self._plays, holding=self._failing)
        return proven_by(compiled, alert, context, own)

    @property
    def _ups(self) -> tuple[Metric, ...]:
        """The gauges whose absence counts."""
        return tuple(g for g in self.gauges if g.name == "up") or self.gauges

    def _met(self, world: World) -> Iterator[Labels]:
        now = Look(Duration(0), Duration(0))
        for gauge in self.gauges:
            found = world.latest(gauge.name, gauge.narrowed(self.where), now)
            yield from (labels for labels, value in found.items() if value == 0)
            if self.or_absent and gauge in self._ups and not found:
                matchers = gauge.narrowed(self.where)
                yield tuple(sorted((m.label, m.value) for m in matchers if m.op == "="))

    def _plays(self, pace: Pace, reach: int) -> Iterator[Play | Unprovable]:
        for gauge in self.gauges:
            yield self._course(
                f"quiet while {gauge.name} is 1, firing at 0", pace, reach, (gauge,), 0
            )
        if self.or_absent:
            named = " and ".join(gauge.name for gauge in self._ups)
            yield self._course(f"firing when {named} is not there", pace, reach, self._ups, None)

    def _failing(self, pace: Pace, length: int, pins: Mapping[str, str]) -> Series:
        """Return series of which one gauge is 0 all the time."""
        del pace
        return self._series([(length, 0)], length, self.gauges[:1], pins, with_decoys=False)

    def _course(
        self, name: str, pace: Pace, reach: int, failing: tuple[Metric, ...], level: int | None
    ) -> Play | Unprovable:
        """Return a play in which some of the gauges go to a level and come back."""
        first, lasts, _ = pace.steps(3, reach)
        length = first + 2 * lasts
        series = self._series([(first, 1), (lasts, level), (lasts, 1)], length, failing)
        if isinstance(series, Unprovable):
            return series
        return Play(name=name, pace=pace, series=series, ends=(first, first + lasts, length))

    def _series(
        self,
        course: Course,
        length: int,
        failing: tuple[Metric, ...],
        pins: Mapping[str, str] | None = None,
        *,
        with_decoys: bool = True,
    ) -> Series:
        """Return all gauges, some of which take a course while the others are 1; decoys are 0."""
        series: list[InputSeries] = []
        pinned = dict(pins or {})
        for gauge in self.gauges:
            # The gauges tell of one thing, as far as what is asked of each lets them.
            found = specimens(gauge.label_values, gauge.narrowed(self.where), pinned) or specimens(
                gauge.label_values, gauge.narrowed(self.where), pins
            )
            if found is None:
                return Unprovable(f"no series of `{gauge.name}` can be told that matches")
            pinned = {**pinned, **found.taken}
            runs = standing(course if gauge in failing else [(length, 1)])
            series.append(InputSeries(name=gauge.name, labels=found.taken, runs=runs))
            if with_decoys:
                series += (
                    InputSeries(name=gauge.name, labels=d.labels, runs=standing([(length, 0)]))
                    for d in found.decoys
                )
        return tuple(series)


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
