"""
`watchdog`: an alert that always fires, so that silence says that nobody would be told.

Whoever waits for it (a dead man's switch) is told anew every so often: the label `watchdog` holds
how often, and routes go by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen import names
from obsgen.alerts._cause import Cause
from obsgen.alerts._own import Own, proven_by
from obsgen.alerts._pace import Pace, Play
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.model import (
    Alert,
    AlertParts,
    Context,
    Labels,
    Reader,
    Schema,
    Series,
    Unprovable,
    World,
)
from obsgen.promql.build import call
from obsgen.schema.shared import mapping, ref
from obsgen.source import MappingNode, Node
from obsgen.units import Duration

SILENT_WATCHDOG: Final = Code(
    "ALR607",
    "silent-watchdog",
    why="whoever waits for the watchdog takes its silence for an outage of the monitoring",
    fix="Let it fire all the time, and have it repeated no more often than rules are evaluated.",
)
CODES: Final = (SILENT_WATCHDOG,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog(Cause):
    """
    Fires all the time.

    Attributes:
        every: How often it is to be sent.
    """

    every: Duration

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: it depends on nothing that could fail."""
        return ()

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule, with the label that routes go by."""
        firing = Firing(
            expr=call("vector", "1"),
            labels=frozenset(),
            fallback="Alerting works: this alert always fires",
            has_value=False,
            limit=str(self.every),
            diagnostics=tuple(self._silent(alert, context)),
        )
        compiled = one_rule(alert, context, firing)
        (rule,) = compiled.alerts
        labels = {**rule.labels, names.WATCHDOG_LABEL: str(self.every)}
        told = replace(rule, labels=labels, carries=frozenset(labels))
        own = Own(labels=frozenset(), met=_always, plays=_plays, holding=_nothing)
        return proven_by(replace(compiled, alerts=(told,)), alert, context, own)

    def _silent(self, alert: Alert, context: Context) -> Iterator[Diagnostic]:
        """Yield what would let it be silent while all is well."""
        if alert.only_when is not None or alert.during is not None:
            key = "during" if alert.only_when is None else "only_when"
            message = f"watchdog `{alert.name}` is silent for a time: it has `{key}`"
            place = alert.origin / key
            yield finding(SILENT_WATCHDOG, place.key(), message, f"remove `{key}`")
        evaluation = context.project.evaluation_interval
        if self.every < evaluation:
            message = f"watchdog `{alert.name}` cannot be sent every {self.every}"
            hint = f"rules are evaluated every {evaluation}: write `every: {evaluation}` or more"
            place = alert.origin / "watchdog" / "every"
            yield finding(SILENT_WATCHDOG, place, message, hint)


def _always(world: World) -> Iterable[Labels]:
    del world
    return ((),)


def _plays(pace: Pace, reach: int) -> Iterator[Play | Unprovable]:
    (length,) = pace.steps(1, reach)
    yield Play(name="firing without any series", pace=pace, series=(), ends=(0, length))


def _nothing(pace: Pace, length: int, pins: Mapping[str, str]) -> Series:
    del pace, length, pins
    return ()


class WatchdogKind:
    """Reads `watchdog: {every: 1m}`."""

    key: Final = "watchdog"
    schema: Final[Schema] = mapping(
        {"every": ref("duration", "How often it is sent to whoever waits for it.")},
        required=("every",),
        description="Always fires: its silence says that alerting does not work.",
        examples=[{"every": "1m"}],
    )

    def read(self, node: Node, reader: Reader) -> Watchdog | None:
        """Read how often."""
        every = reader.duration(node.get("every")) if isinstance(node, MappingNode) else None
        return None if every is None else Watchdog(every=every)


KIND: Final = WatchdogKind()
