"""`latency`: of all observations of a histogram, those above the bound of one of its buckets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric, bucket_spellings
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
    SloPart,
    Stage,
    Unprovable,
)
from obsgen.schema.shared import mapping, ref, text
from obsgen.slis._ledger import (
    born,
    bucket_stream,
    counter_stream,
    grouped,
    or_zero,
    seen,
    summed,
)
from obsgen.slis._played import cast, growing, played, strangers
from obsgen.source import MappingNode
from obsgen.units import number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """
    Observations of a histogram; those above *below* are bad.

    Bucket and count are paired series by series before anything is summed: a pod without the
    bucket drops out of both, and a bucket that is spelled anew stays the same series.
    """

    histogram: Metric
    where: tuple[Matcher, ...]
    below: Decimal
    kind: str = "latency"

    @property
    def words(self) -> str:
        """What counts as bad."""
        return f"{self.histogram.name} above {number_text(self.below)}{self.histogram.unit}"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The histogram."""
        return (self.histogram,)

    @property
    def groups(self) -> frozenset[str] | None:
        """Whatever labels the metrics have."""
        return None

    @property
    def parts(self) -> tuple[SloPart, ...]:
        """None."""
        return ()

    @property
    def caveats(self) -> tuple[str, ...]:
        """None: every observation is counted."""
        return ()

    @property
    def rhythm(self) -> Rhythm:
        """Any number of events in every tile."""
        return Rhythm()

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile; bad is never negative."""
        tile = scope.tile
        bucket = self.histogram.bucket_matcher(self.below)
        count = counter_stream(self.histogram, f"{self.histogram.name}_count", self.where)
        within = bucket_stream(self.histogram, (*self.where, bucket))
        all_seen, fast_seen = grouped(seen(count, tile)), grouped(seen(within, tile))
        all_born, fast_born = grouped(born(count, tile)), grouped(born(within, tile))
        slow_seen = f"clamp_min(\n  {_hung(all_seen)} - {_hung(fast_seen)},\n  0\n)"
        slow_born = f"clamp_min(\n  {_hung(all_born)} - {_hung(fast_born)},\n  0\n)"
        return Ledger(
            total_seen=summed(f"{all_seen} and {fast_seen}", scope.by),
            bad_seen=or_zero(summed(slow_seen, scope.by), scope),
            total_born=or_zero(summed(f"{all_born} and {fast_seen}", scope.by), scope),
            bad_born=or_zero(summed(slow_born, scope.by), scope),
        )

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """
        Return count and buckets.

        All observations that are too slow lie within the next bucket, all others in this one, so
        that each of the other buckets would tell another story.
        """
        chosen = cast(self.histogram, self.where, (), stage)
        if isinstance(chosen, Unprovable):
            return chosen
        name = self.histogram.name
        series = [growing(f"{name}_count", chosen.inside, [(f.intervals, f.total) for f in flows])]
        for bound in self.histogram.buckets:
            growth = [(f.intervals, self._within(bound, f)) for f in flows]
            labels = {**chosen.inside, "le": bucket_spellings(bound)[0]}
            series.append(growing(f"{name}_bucket", labels, growth))
        crowd = [{**labels, "le": bucket_spellings(self.below)[0]} for labels in chosen.strangers]
        return played(
            (
                *series,
                *strangers(f"{name}_count", chosen.strangers, flows),
                *strangers(f"{name}_bucket", crowd, flows, crowd=0),
            ),
            chosen.groups,
        )

    def _within(self, bound: Decimal, flow: Flow) -> Fraction | None:
        if flow.total is None or bound > self.below:
            return flow.total
        return flow.total - flow.bad if bound == self.below else Fraction(0)


def _hung(text: str) -> str:
    """Indent every line but the first: the part begins in the middle of a line."""
    return text.replace("\n", "\n  ")


class LatencyKind:
    """Reads `{latency: {histogram: NAME, below: 500ms}}`."""

    key: Final = "latency"
    schema: Final[Schema] = mapping(
        {
            "histogram": text("The histogram.", examples=["http_request_duration_seconds"]),
            "below": ref("quantity", "Good is at most this; it must be one of the buckets."),
            "where": ref("matchers", "Which of its series count."),
        },
        required=("histogram", "below"),
        description="Of all observations of a histogram, those above a bucket's bound are bad.",
        examples=[{"histogram": "http_request_duration_seconds", "below": "500ms"}],
    )

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read the histogram and its bound."""
        histogram = reader.metric(node.get("histogram"), ("histogram",), use="latency")
        if histogram is None:
            return None
        where = reader.matchers(node.get("where"), (histogram,))
        below = reader.bucket(node.get("below"), histogram)
        if below is None:
            return None
        return Latency(histogram=histogram, where=where, below=below)


KIND: Final = LatencyKind()
