"""`time_slice`: slices of time, good where a condition held over all of the slice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.counting.tiles import (
    aggregated,
    grouped,
    hung,
    recorded_events,
)
from obsgen.diagnostics import Code, finding
from obsgen.matchers import selector
from obsgen.model import (
    Condition,
    Flow,
    Hours,
    Ledger,
    LedgerScope,
    Played,
    Promise,
    Query,
    Reader,
    Rhythm,
    Samples,
    Scene,
    Schema,
    Sli,
    SloPart,
    Span,
    Stage,
    Unprovable,
    World,
    kept,
    levels_of,
    observed,
)
from obsgen.promql.build import binary, number
from obsgen.schema.shared import ref
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration, number_text

SLICE_LENGTH: Final = Code(
    "SLO315",
    "slice-length",
    why="a slice is judged once, at its end, by the rule that runs every tile; slices follow each "
    "other without gaps from midnight on",
    fix="Write `slice: 1m`, `5m`, `10m`, `15m`, `30m` or `1h`.",
)
CODES: Final = (SLICE_LENGTH,)

_MINUTE: Final = Duration(60_000)
_DAY: Final = Duration.parse("1d")
_WEEK: Final = Duration.parse("1w")
_SAMPLES: Final = 4
"""Samples of a tile: a rate within it needs two."""
_OWN: Final = ("slice", "during", "no_data")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlice:
    """
    Slices of time; bad are those over which a condition did not hold.

    Attributes:
        slice: The length of a slice; the measure is asked over all of it.
        window: That length, or four scrapes where that is longer.
        during: When slices count, or None for always.
        is_bad_without_data: A slice without a measure is bad; else it is none.
    """

    condition: Condition
    slice: Duration
    window: Duration
    during: Hours | None
    is_bad_without_data: bool
    kind: str = "time_slice"

    @property
    def words(self) -> str:
        """What counts as bad."""
        condition = self.condition
        promise = f"{condition.measure.title} {condition.comparison} {condition.limit.text}"
        when = "" if self.during is None else f", during {self.during.interval.name}"
        missing = " or without data" if self.is_bad_without_data else ""
        return f"slices of {self.slice} without {promise}{missing}{when}"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measure reads."""
        return self.condition.measure.metrics

    @property
    def groups(self) -> frozenset[str] | None:
        """The labels that the measure keeps."""
        return self.condition.measure.labels

    @property
    def parts(self) -> tuple[SloPart, ...]:
        """None."""
        return ()

    @property
    def promises(self) -> tuple[Promise, ...]:
        """Where its measure is of one metric's own values: that these stay below the limit."""
        condition = self.condition
        is_most = condition.comparison in {"<", "<="}
        metric = observed(condition.measure) if is_most else None
        return () if metric is None else (Promise(metric=metric, limit=condition.limit),)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What slices cannot tell."""
        found = (
            f"each slice of {self.slice} is one event, however many requests it had",
            "births are off: a measure has no past",
        )
        if self.during is None:
            return found
        hours = f"slices count during `{self.during.interval.name}` alone"
        if self.during.weekly_share is None:
            hours += ", and the budget in minutes is that of all the time"
        return (*found, hours)

    @property
    def rhythm(self) -> Rhythm:
        """One event a slice, at its end."""
        return Rhythm(
            unit=self.slice,
            settles=False,
            is_weighable=False,
            share=self._share,
            is_missed=self.during is None and not self.is_bad_without_data,
        )

    @property
    def _share(self) -> Fraction:
        """The part of all time that lies within its hours, as far as that can be told."""
        return Fraction(1) if self.during is None else self.during.weekly_share or Fraction(1)

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that judges the slice that ends with the tile, if one does."""
        query = Query(window=str(self.window))
        # Drops NaN, which is no value: a quantile without observations.
        measured = binary(self.condition.measure.expr(query), ">=", number("-Inf")).text
        holds = self.condition.expr(query).text
        whole = recorded_events(scope)
        there = f"{aggregated('group', scope.by)}({measured})"
        failing = (
            f"{aggregated('group', scope.by)}(\n"
            f"  {hung(grouped(measured))}\n"
            f"  unless {hung(grouped(holds))}\n"
            ")"
        )
        if self.is_bad_without_data:
            expected = f"{there}\nor {self._missing(scope)}"
            failing = f"{failing}\nor {whole}\nunless {there}"
        else:
            expected = there
        bad = f"{grouped(failing)}\nand {whole}\nor 0 * {whole}"
        return Ledger(
            total_seen=self._gated(expected, scope),
            # After a restart of the server the last slice is still seen as the newest.
            bad_seen=self._gated(bad, scope),
            measured=self._gated(there, scope) if self._remembers(scope) else None,
        )

    def _gated(self, text: str, scope: LedgerScope) -> str:
        gates = self._gates(scope.tile.length)
        return f"{grouped(text)}\nand on () ({gates})" if gates else text

    def _remembers(self, scope: LedgerScope) -> bool:
        """Say whether groups are missed that were measured before."""
        return self.is_bad_without_data and bool(scope.by)

    def _missing(self, scope: LedgerScope) -> str:
        """Return 1 for what should be measured: each group that was not long ago."""
        if not self._remembers(scope):
            return "vector(1)"
        series = selector(names.total_seen(scope.tile.length), scope.identity)
        memory = _DAY if self.during is None else _WEEK
        over = f"last_over_time({series}[{memory.minus_a_millisecond()}])"
        return f"{aggregated('group', scope.by)}({over})"

    def _gates(self, tile: Duration) -> str:
        gates = []
        if self.slice > tile:
            seconds = number_text(self.slice.seconds)
            gates.append(f"vector(time() % {seconds}) < {number_text(tile.seconds)}")
        if self.during is not None:
            gates.append(self.during.vector(self.slice))
        return " and ".join(gates)

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return series over which the measure keeps its promise, and slices in which it fails."""
        if self.window > self.slice:
            return Unprovable(f"its measure looks back over {self.window}, beyond a slice")
        if self.during is not None:
            return Unprovable("it counts at certain hours alone")
        if self.is_bad_without_data:
            return Unprovable("slices without data are bad, and every test begins with some")
        part = self.condition.parts(Query(window=str(self.window)))[0]
        measure = self.condition.measure
        found = levels_of(self.condition.comparison, part.limit, measure.domain)
        if isinstance(found, Unprovable):
            return found
        interval = Duration(stage.tile.ms // _SAMPLES)
        scene = Scene(interval=interval, tripping=found.at_rest, pinned=stage.groups)

        def level(flow: Flow) -> Fraction | None:
            if not flow.total:
                return None
            return found.at_rest if flow.bad else found.tripping

        curve = tuple(Span(flow.intervals * _SAMPLES, level(flow)) for flow in flows)
        series = measure.series(part.query, curve, scene)
        if isinstance(series, Unprovable):
            return series
        settled = Duration(curve[0].intervals * interval.ms)
        values = measure.values(
            part.query, World(Samples(series, interval), settled, is_closed=True)
        )
        groups = {frozenset(kept(labels, stage.by)) for labels in values}
        if len(groups) != 1:
            return Unprovable("its measure keeps series apart that cannot be told from decoys")
        return Played(series=series, groups=dict(min(groups)), interval=interval)


class TimeSliceKind:
    """Reads `{time_slice: {<MEASURE>, below: LIMIT, slice: 5m}}`."""

    key: Final = "time_slice"
    schema: Final[Schema] = ref(
        "sliced_condition", "Slices of time, good where a condition holds over the slice."
    )

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read the condition that is promised, and the slices."""
        length = self._slice(node.get("slice"), reader)
        entries = {key: entry for key, entry in node.entries.items() if key not in _OWN}
        condition = reader.condition(replace(node, entries=entries))
        during = node.get("during")
        hours = None if during is None else reader.hours(during)
        if condition is None or length is None or (during is not None and hours is None):
            return None
        no_data = node.get("no_data")
        return TimeSlice(
            condition=condition,
            slice=length,
            window=max(length, reader.project.shortest_window),
            during=hours,
            is_bad_without_data=isinstance(no_data, Scalar) and no_data.text == "bad",
        )

    def _slice(self, node: Node | None, reader: Reader) -> Duration | None:
        if node is None:
            return _MINUTE
        length = reader.duration(node)
        if length is None or (length.ms % _MINUTE.ms == 0 and _DAY.ms % length.ms == 0):
            return length
        message = f"slices of {length} are not whole minutes of which a day is made"
        reader.report(finding(SLICE_LENGTH, node.origin, message, "write `slice: 5m`"))
        return None


KIND: Final = TimeSliceKind()
