"""
`forecast`: a measure that will be beyond a limit soon, if it goes on as it did.

`predict_linear` lays the line of least squares through the samples of a range and follows it into
the future. A gauge as it stands gives its own samples; any other measure is asked at steps of a
subquery. A series that has just begun foresees nothing: something of it must be known from the
older half of the range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from obsgen.alerts import _lines
from obsgen.alerts._own import Own, proven_by
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import condition_firing, one_rule
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import (
    Alert,
    AlertParts,
    AlertRole,
    Condition,
    Context,
    LimitPart,
    Query,
    Reader,
    Schema,
    Watched,
)
from obsgen.promql import VectorSelector, parse
from obsgen.promql.build import Expr, any_of, binary, call, number
from obsgen.schema.shared import ref
from obsgen.source import MappingNode, Node
from obsgen.units import Duration, number_text

FORECAST: Final = Code(
    "ALR600",
    "forecast",
    why="a line through a handful of samples points anywhere, one through samples that are no "
    "longer kept nowhere, and it meets a value at one moment only",
    fix="Write `from` of at least four samples and no longer than the retention, `within`, and a "
    "limit with `above`, `below`, `at_least` or `at_most`.",
)
CODES: Final = (FORECAST,)

_OWN: Final = ("within", "from")
_LEAST: Final = 4
"""Samples through which a line is laid."""
_SHARE: Final = 4
"""Unless given, the line is laid through a quarter of the time that it is followed for."""
_AN_HOUR: Final = Duration.parse("1h")
_STEPS: Final = tuple(
    Duration.parse(text) for text in ("1m", "2m", "5m", "10m", "15m", "30m", "1h", "2h", "6h", "1d")
)
_POINTS: Final = 120
"""A subquery asks the measure about so many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """
    Fires for every series that a line takes beyond the limit, once half of the range is known.

    Attributes:
        within: How far ahead.
        since: The range that the line is laid through.
        step: How far the points of a subquery are apart.
    """

    condition: Condition
    within: Duration
    since: Duration
    step: Duration

    @property
    def role(self) -> AlertRole:
        """No symptom of an SLO: more traffic than usual is not what its page tells."""
        return AlertRole.OUTLOOK

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measure reads."""
        return self.condition.measure.metrics

    @property
    def threshold(self) -> None:
        """It has no one limit of a measure."""

    @property
    def watched(self) -> Watched:
        """The condition, at which a line may arrive."""
        # Of values within a width, the line of least squares is steepest where the older half is at
        # the one end and the newer half at the other: 3/2 of the width over the range, from the
        # middle of both on.
        beyond = Fraction(3, 2) * (Fraction(1, 2) + Fraction(self.within.ms, self.since.ms))
        return Watched(conditions=(self.condition,), beyond=beyond)

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule; its value is what is foreseen."""
        query = context.query()
        comparison = self.condition.comparison
        expr = any_of(
            binary(
                binary(self._predicted(part), comparison, number(number_text(part.limit))),
                "and",
                self._long_known(part),
            )
            for part in self.condition.parts(query)
        )
        firing = condition_firing(self.condition, context, expr)
        compiled = one_rule(alert, context, self._told(firing))
        lines = _lines.Lines(
            condition=self.condition,
            query=query,
            within=self.within,
            since=self.since,
            step=None if self._is_range(self.condition.parts(query)[0]) else self.step,
        )
        own = Own(
            labels=self.condition.measure.labels,
            met=lines.met,
            plays=lines.plays,
            holding=lines.falling,
            looks=lines.looks,
            pace=lambda looks: lines.pace(alert, context, looks),
        )
        return proven_by(compiled, alert, context, own)

    def _told(self, firing: Firing) -> Firing:
        ahead = f"is foreseen to be {{value}} in {self.within}"
        fallback = firing.fallback.replace("is {value}", ahead, 1)
        return replace(firing, fallback=fallback, window=str(self.within))

    def _is_range(self, part: LimitPart) -> bool:
        """Say whether the samples of the measure are those of a selector."""
        return isinstance(parse(self.condition.measure.expr(part.query).text), VectorSelector)

    def _predicted(self, part: LimitPart) -> Expr:
        ahead = number_text(self.within.seconds)
        return call("predict_linear", self._over(part, self.since), ahead)

    def _long_known(self, part: LimitPart) -> Expr:
        """Ask for one sample in the older half: scrapes may be missed, or be rarer than usual."""
        recent = _lines.half_of(self.since)
        older = self._over(part, Duration(self.since.ms - recent.ms))
        return call("present_over_time", f"{older} offset {recent}")

    def _over(self, part: LimitPart, length: Duration) -> str:
        measure = self.condition.measure.expr(part.query)
        over = f"{length}" if self._is_range(part) else f"{length}:{self.step}"
        return f"{measure.within(_ATOM)}[{over}]"


_ATOM: Final = Expr("").binding


class ForecastKind:
    """Reads `forecast: {<measure>, below: LIMIT, within: 24h, from: 6h}`."""

    key: Final = "forecast"
    schema: Final[Schema] = ref(
        "foreseen_condition", "A measure that is going to be beyond a limit within some time."
    )

    def read(self, node: Node, reader: Reader) -> Forecast | None:
        """Read the condition, how far ahead, and from what."""
        if not isinstance(node, MappingNode):
            return None
        entries = {key: entry for key, entry in node.entries.items() if key not in _OWN}
        condition = reader.condition(replace(node, entries=entries), is_foreseen=True)
        within = reader.duration(node.get("within"))
        given = node.get("from")
        since = None if given is None else reader.duration(given)
        if condition is None or within is None or (given is not None and since is None):
            return None
        retention = reader.project.retention
        since = since or min(max(_AN_HOUR, Duration(within.ms // _SHARE)), retention)
        scrape = reader.project.scrape_interval
        found = Forecast(condition=condition, within=within, since=since, step=_step(since, scrape))
        for key, message, hint in _problems(found, reader):
            place = (node.get(key) or node).origin
            reader.report(finding(FORECAST, place, message, hint))
            return None
        return found


def _step(since: Duration, scrape: Duration) -> Duration:
    """Return the shortest step that asks no more often than is worth it."""
    fit = (s for s in _STEPS if s >= scrape and since.ms <= _POINTS * s.ms)
    return next(fit, _STEPS[-1])


def _problems(found: Forecast, reader: Reader) -> Iterator[tuple[str, str, str]]:
    """Yield a key, what is wrong with it, and what to write."""
    project, condition = reader.project, found.condition
    is_range = isinstance(parse(condition.measure.expr(Query()).text), VectorSelector)
    least = Duration(_LEAST * (project.scrape_interval if is_range else found.step).ms)
    if found.since < least:
        message = f"`from: {found.since}` holds fewer than four samples to lay a line through"
        yield "from", message, f"write `from: {least}` or more"
    if found.since > project.retention:
        message = f"Prometheus keeps {project.retention}, `from` is {found.since}"
        yield "from", message, f"write `from: {project.retention}` or less"
    words: Mapping[str, str] = {"==": "equals", "!=": "not_equals"}
    if key := words.get(condition.comparison):
        message = f"a line passes any value at one moment: `{key}` foresees nothing"
        yield key, message, "write `above` or `below`"
    if any(look.offset.ms for look in condition.measure.looks(Query())):
        message = "a forecast begins now, and its measure is asked about the past"
        yield "offset", message, "leave `offset` out"


KIND: Final = ForecastKind()
