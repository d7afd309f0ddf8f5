"""
`heartbeat`: something is expected to happen at least every so often, and does not.

A counter shows by its growth that something happened, or by its birth: it was not there before,
and has counted. A gauge holds the time at which something last happened. Both are remembered for a
while after they are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.alerts import _beats
from obsgen.alerts._cause import Cause
from obsgen.alerts._own import Own, proven_by
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule, shown_labels
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Alert,
    AlertParts,
    Context,
    Labels,
    Look,
    Reader,
    Schema,
    Watched,
    World,
    grouped,
    summed,
)
from obsgen.promql.build import Expr, aggregate, any_of, binary, call, number
from obsgen.schema.shared import mapping, ref, text
from obsgen.source import MappingNode, Node
from obsgen.units import COUNT, SECONDS, Duration

HEARTBEAT: Final = Code(
    "ALR606",
    "heartbeat",
    why="what happened is told from the samples within `within`, and who is missed from those "
    "within `seen_in`",
    fix="Write `within` of at least four scrapes, `seen_in` longer than that and no longer than "
    "the retention; a gauge holds the Unix time of the last activity, in seconds.",
)
CODES: Final = (HEARTBEAT,)

_TYPES: Final = ("counter", "gauge", "histogram", "summary")
_A_DAY: Final = Duration.parse("1d")
_ZERO: Final = number("0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(Cause):
    """
    Fires for each group that was seen, and in which nothing happened since.

    Attributes:
        within: So often something happens.
        seen_in: Groups are missed whose series were there within so long.
    """

    metric: Metric
    where: tuple[Matcher, ...]
    by: tuple[str, ...]
    within: Duration
    seen_in: Duration

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The one metric."""
        return (self.metric,)

    @property
    def watched(self) -> Watched:
        """That every series grows in time."""
        return Watched(metrics=self.metrics, within=self.within)

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule."""
        labels = frozenset(self.by)
        groups = "".join(
            f", {label} {{{{ $labels.{label} }}}}" for label in sorted(shown_labels(labels))
        )
        is_time = self._holds_time
        fallback = f"No activity of {self.metric.counted} within {{limit}}"
        if is_time:
            fallback = f"Last activity of {self.metric.name} was {{value}} ago, above {{limit}}"
        firing = Firing(
            expr=self._overdue() if is_time else self._idle(),
            labels=labels,
            fallback=f"{fallback}{groups}",
            unit=SECONDS if is_time else COUNT,
            has_value=is_time,
            limit=str(self.within),
            window=str(self.seen_in),
        )
        compiled = one_rule(alert, context, firing)
        beats = _beats.Beats(
            metric=self.metric,
            matchers=self.metric.narrowed(self.where),
            by=self.by,
            within=self.within,
            seen_in=self.seen_in,
            holds_time=is_time,
        )
        own = Own(
            labels=labels,
            met=self._late if is_time else self._missed,
            plays=beats.plays,
            holding=beats.idle,
            looks=(Look(self.within, Duration(0)),),
            pace=lambda looks: beats.pace(alert, context, looks),
        )
        return proven_by(compiled, alert, context, own)

    @property
    def _holds_time(self) -> bool:
        return self.metric.type == "gauge"

    # --- PromQL --------------------------------------------------------------------------

    def _over(self, function: str, window: Duration, offset: str = "") -> Expr:
        return call(function, f"{self._selector}[{window}]{offset}")

    @property
    def _selector(self) -> str:
        return self.metric.select(self.metric.counted, self.where)

    def _idle(self) -> Expr:
        """Who was seen, unless the counter grew, or was born with something counted."""
        grew = aggregate("sum", self._over("increase", self.within), by=self.by)
        before = self._over("present_over_time", self.within, f" offset {self.within}")
        born = aggregate("sum", binary(Expr(self._selector), "unless", before), by=self.by)
        active = any_of(binary(each, ">", _ZERO) for each in (grew, born))
        seen = aggregate("group", self._over("present_over_time", self.seen_in), by=self.by)
        return binary(seen, "unless", active)

    def _overdue(self) -> Expr:
        """How long ago the last time was that was ever told."""
        last = aggregate("max", self._over("max_over_time", self.seen_in), by=self.by)
        age = binary(call("time"), "-", last)
        return binary(age, ">", number(f"{self.within.seconds.normalize():f}"))

    # --- what it means -------------------------------------------------------------------

    def _missed(self, world: World) -> Iterator[Labels]:
        now = Duration(0)
        name, matchers = self.metric.counted, self.metric.narrowed(self.where)
        seen = grouped(world.smoothed("max", name, matchers, Look(self.seen_in, now)), self.by, max)
        grew = summed(world.rates(name, matchers, Look(self.within, now)), self.by)
        before = world.smoothed("max", name, matchers, Look(self.within, self.within))
        latest = world.latest(name, matchers, Look(now, now))
        born = summed({k: v for k, v in latest.items() if k not in before}, self.by)
        active = {labels for each in (grew, born) for labels, value in each.items() if value > 0}
        yield from (labels for labels in seen if labels not in active)

    def _late(self, world: World) -> Iterator[Labels]:
        name, matchers = self.metric.counted, self.metric.narrowed(self.where)
        told = world.smoothed("max", name, matchers, Look(self.seen_in, Duration(0)))
        for labels, last in grouped(told, self.by, max).items():
            if world.seconds - last > self.within.ms // 1000:
                yield labels


class HeartbeatKind:
    """Reads `heartbeat: {metric: COUNTER, within: 15m, by: […], seen_in: 1d}`."""

    key: Final = "heartbeat"
    schema: Final[Schema] = mapping(
        {
            "metric": text(
                "A counter that grows, or a gauge with the Unix time of the last activity.",
                examples=["backups_completed_total"],
            ),
            "where": ref("matchers", "Which of its series."),
            "by": ref("label_names", "One heartbeat for each value of these labels."),
            "within": ref("duration", "So often something happens."),
            "seen_in": ref(
                "duration",
                "Who was there within so long is missed; 1d, or twice `within` where that is more.",
            ),
        },
        required=("metric", "within"),
        description="Something is expected to happen every so often, and has not; its series may "
        "have gone.",
        examples=[{"metric": "backups_completed_total", "by": ["database"], "within": "26h"}],
    )

    def read(self, node: Node, reader: Reader) -> Heartbeat | None:
        """Read the metric, its groups, and how often."""
        if not isinstance(node, MappingNode):
            return None
        metric = reader.metric(node.get("metric"), _TYPES, use="heartbeat")
        within = reader.duration(node.get("within"))
        given = node.get("seen_in")
        seen_in = None if given is None else reader.duration(given)
        if metric is None or within is None or (given is not None and seen_in is None):
            return None
        seen_in = seen_in or max(_A_DAY, Duration(2 * within.ms))
        found = Heartbeat(
            metric=metric,
            where=reader.matchers(node.get("where"), (metric,)),
            by=reader.labels(node.get("by"), (metric,)),
            within=within,
            seen_in=seen_in,
        )
        problem = _problem(found, reader)
        if problem is None:
            return found
        key, message, hint = problem
        reader.report(finding(HEARTBEAT, (node.get(key) or node).origin, message, hint))
        return None


def _problem(found: Heartbeat, reader: Reader) -> tuple[str, str, str] | None:
    """Return the key that is wrong, what is wrong with it, and what to write."""
    least, retention = reader.project.shortest_window, reader.project.retention
    if found.within < least:
        message = f"nothing can be told within {found.within}: that is less than four scrapes"
        return "within", message, f"write `within: {least}` or more"
    if found.seen_in <= found.within:
        message = f"who was seen in {found.seen_in} has been active within {found.within}"
        return "seen_in", message, f"write `seen_in` longer than {found.within}"
    if found.seen_in > retention:
        message = f"Prometheus keeps {retention}, `seen_in` is {found.seen_in}"
        return "seen_in", message, f"write `seen_in: {retention}` or less"
    unit = found.metric.unit
    if found.metric.type == "gauge" and (unit.dimension != "time" or unit.scale != 1):
        message = f"gauge `{found.metric.name}` is in {unit}, no Unix time in seconds"
        return "metric", message, "name a counter, or a gauge `…_timestamp_seconds`"
    return None


KIND: Final = HeartbeatKind()
