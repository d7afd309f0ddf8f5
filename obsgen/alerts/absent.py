"""
`absent`: no series is there that matches, be it gone or never there.

`absent()` gives one alert with the labels that are sure: those that a single `=` fixes
(Prometheus, `createLabelsForAbsentFunction`). What was there and is gone, group by group, is
`heartbeat`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.alerts._cause import Cause
from obsgen.alerts._own import Own, proven_by
from obsgen.alerts._pace import Pace, Play
from obsgen.alerts._proof import unproven
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule
from obsgen.artefacts import InputSeries, standing
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import (
    Alert,
    AlertParts,
    Context,
    Labels,
    Look,
    Reader,
    Schema,
    Series,
    Unprovable,
    Watched,
    World,
)
from obsgen.promql.build import call
from obsgen.schema.shared import ref, text
from obsgen.source import MappingNode, Node, Scalar
from obsgen.specimens import specimens
from obsgen.units import Duration

_TYPES: Final = ("counter", "gauge", "histogram", "native_histogram", "summary")
_NOW: Final = Look(Duration(0), Duration(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent(Cause):
    """Fires while a selector takes no series."""

    metric: Metric
    where: tuple[Matcher, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The one metric."""
        return (self.metric,)

    @property
    def watched(self) -> Watched:
        """That series are there."""
        return Watched(metrics=self.metrics)

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule; the alert carries the labels that are sure."""
        selector = self.metric.select(self.metric.counted, self.where)
        shown = selector.replace("{", "(").replace("}", ")")
        firing = Firing(
            expr=call("absent", selector),
            labels=frozenset(self._sure),
            fallback=f"No series of {shown} is there",
            has_value=False,
        )
        compiled = one_rule(alert, context, firing)
        if self.metric.type == "native_histogram":
            return unproven(compiled, "promtool 2.x cannot play native histograms")
        labels = frozenset(self._sure)
        own = Own(labels=labels, met=self._met, plays=self._plays, holding=self._missing)
        return proven_by(compiled, alert, context, own)

    @property
    def _matchers(self) -> tuple[Matcher, ...]:
        return self.metric.narrowed(self.where)

    @property
    def _sure(self) -> Mapping[str, str]:
        """The labels that an alert carries, with their values."""
        matchers = self._matchers
        asked = [m.label for m in matchers]
        return {
            m.label: m.value
            for m in matchers
            if m.op == "=" and m.value and asked.count(m.label) == 1
        }

    def _met(self, world: World) -> Iterator[Labels]:
        if not world.latest(self.metric.counted, self._matchers, _NOW):
            yield tuple(sorted(self._sure.items()))

    def _plays(self, pace: Pace, reach: int) -> Iterator[Play | Unprovable]:
        """Yield a play in which a series comes and goes, while others are there all the time."""
        first, lasts, _ = pace.steps(3, reach)
        length = first + 2 * lasts
        found = specimens(self.metric.label_values, self._matchers)
        if found is None:
            yield Unprovable(f"no series of `{self.metric.name}` can be told that matches")
            return
        name = self.metric.counted
        course = standing([(first, None), (lasts, 1), (lasts, None)])
        series = (
            InputSeries(name=name, labels=found.taken, runs=course),
            *(
                InputSeries(name=name, labels=d.labels, runs=standing([(length, 1)]))
                for d in found.decoys
            ),
        )
        yield Play(
            name="firing before a series comes, and when it has gone",
            pace=pace,
            series=series,
            ends=(first, first + lasts, length),
        )

    def _missing(self, pace: Pace, length: int, pins: Mapping[str, str]) -> Series:
        """Return a series without samples: others take its labels."""
        del pace
        found = specimens(self.metric.label_values, self._matchers, pins)
        if found is None:
            return Unprovable(f"no series of `{self.metric.name}` can be told that matches")
        runs = standing([(length, None)])
        return (InputSeries(name=self.metric.counted, labels=found.taken, runs=runs),)


class AbsentKind:
    """Reads `absent: METRIC` and `absent: {metric: METRIC, where: {…}}`."""

    key: Final = "absent"
    schema: Final[Schema] = {
        "type": ["string", "object"],
        "description": "No series is there: gone, or never there. A metric, or which of its "
        "series.",
        "examples": ["backup_size_bytes", {"metric": "up", "where": {"job": "gateway"}}],
        "properties": {
            "metric": text("The metric; a histogram by its base name.", examples=["up"]),
            "where": ref("matchers", "Which of its series."),
        },
        "required": ["metric"],
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }

    def read(self, node: Node, reader: Reader) -> Absent | None:
        """Read the metric and its matchers."""
        named: Node | None = node if isinstance(node, Scalar) else None
        where: Node | None = None
        if isinstance(node, MappingNode):
            named, where = node.get("metric"), node.get("where")
        metric = reader.metric(named, _TYPES, use="absent")
        if metric is None:
            return None
        return Absent(metric=metric, where=reader.matchers(where, (metric,)))


KIND: Final = AbsentKind()
