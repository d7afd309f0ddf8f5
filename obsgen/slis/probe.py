"""`probe`: of all samples of a 0/1 gauge, those that are 0 are bad."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries, standing
from obsgen.catalogue import Metric
from obsgen.counting.tiles import or_none_bad, summed
from obsgen.matchers import Matcher
from obsgen.model import (
    Flow,
    Ledger,
    LedgerScope,
    Played,
    Reader,
    Rhythm,
    Schema,
    Sli,
    Stage,
    Unprovable,
)
from obsgen.schema.shared import mapping, ref, text
from obsgen.slis._metrics import OfMetrics, of_those
from obsgen.slis._played import cast, played
from obsgen.source import MappingNode, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(OfMetrics):
    """Samples of a gauge that is 1 while all is well; each of them is an event."""

    gauge: Metric
    where: tuple[Matcher, ...]
    kind: str = "probe"

    @property
    def words(self) -> str:
        """What counts as bad."""
        return f"samples of {self.gauge.name} that are 0{of_those(self.where)}"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The gauge."""
        return (self.gauge,)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What samples cannot tell."""
        return ("each sample is an event: what happens between two of them is not seen",)

    @property
    def rhythm(self) -> Rhythm:
        """As many events as samples."""
        return Rhythm(is_weighable=False)

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile: samples, and those below 1."""
        length, settle = scope.tile.length, scope.tile.settle
        # A millisecond short, so that a sample on the edge of two tiles counts once.
        over = f"{self.gauge.select(self.gauge.name, self.where)}[{length.minus_a_millisecond()}]"
        count = f"count_over_time({over} offset {settle})"
        up = f"sum_over_time({over} offset {settle})"
        bad = f"clamp_min({count} - {up}, 0)"
        return Ledger(
            total_seen=summed(count, scope.by),
            bad_seen=or_none_bad(summed(bad, scope.by), scope),
        )

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return one target, a sample a tile; whatever a matcher refuses is down all the time."""
        chosen = cast(self.gauge, self.where, (), stage)
        if isinstance(chosen, Unprovable):
            return chosen
        levels = [(f.intervals, 1 - f.bad if f.total else None) for f in flows]
        down = [(sum(f.intervals for f in flows), Fraction(0))]
        series = [InputSeries(name=self.gauge.name, labels=chosen.inside, runs=standing(levels))]
        for labels in chosen.strangers:
            series.append(InputSeries(name=self.gauge.name, labels=labels, runs=standing(down)))
        return played(series, chosen.groups)


class ProbeKind:
    """Reads `{probe: NAME}`, and `{probe: {metric: GAUGE}}` for probes of others."""

    key: Final = "probe"
    schema: Final[Schema] = {
        **mapping(
            {
                "metric": text("A gauge that is 1 or 0.", examples=["probe_success"]),
                "where": ref("matchers", "Which of its series count."),
            },
            required=("metric",),
        ),
        "type": ["string", "object"],
        "description": "A probe of the service by its name: the answers that fail are bad. Or of "
        "all samples of a 0/1 gauge, those that are 0.",
        "examples": ["health", {"metric": "probe_success", "where": {"job": "blackbox"}}],
    }

    def read(self, node: MappingNode | Scalar, reader: Reader) -> Sli | None:
        """Read the name, or the gauge and its matchers."""
        if isinstance(node, Scalar):
            named = reader.probe(node)
            return None if named is None else Probe(gauge=named, where=())
        gauge = reader.metric(node.get("metric"), ("gauge",), use="probe")
        if gauge is None:
            return None
        return Probe(gauge=gauge, where=reader.matchers(node.get("where"), (gauge,)))


KIND: Final = ProbeKind()
