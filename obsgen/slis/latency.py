"""`latency`: of all observations of a histogram, those above the bound of one of its buckets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import bucket_spellings
from obsgen.counting.tiles import (
    born,
    bucket_stream,
    counter_stream,
    grouped,
    hung,
    or_zero,
    seen,
    summed,
)
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher
from obsgen.model import (
    Flow,
    Ledger,
    LedgerScope,
    Played,
    Reader,
    Schema,
    Sli,
    Stage,
    Unprovable,
)
from obsgen.schema.shared import mapping, ref, text
from obsgen.slis._histogram import Bound, OfHistogram
from obsgen.slis._native import NativeLatency
from obsgen.slis._played import cast, growing, played, strangers
from obsgen.source import MappingNode
from obsgen.versions import version_text

NEEDS_NEWER: Final = Code(
    "SLO334",
    "needs-newer-prometheus",
    why="the Prometheus that the Project names does not know what the rule would ask",
    fix='Name the version that runs: `prometheus: {version: "3.5"}`, or do without.',
)
CODES: Final = (NEEDS_NEWER,)

NATIVE_SINCE: Final = (2, 40)
"""The first Prometheus with native histograms (behind a feature flag)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(OfHistogram):
    """
    Observations of a histogram; those above *below* are bad, a limit in buckets of it.

    Bucket and count are paired series by series before anything is summed: a pod without the
    bucket drops out of both, and a bucket that is spelled anew stays the same series.
    """

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile; bad is never negative."""
        tile = scope.tile
        count = counter_stream(self.histogram, f"{self.histogram.name}_count", self.where)
        within = bucket_stream(self.histogram, *(self._bucket(b) for b in self.bounds))
        all_seen, fast_seen = grouped(seen(count, tile)), grouped(seen(within, tile))
        all_born, fast_born = grouped(born(count, tile)), grouped(born(within, tile))
        slow_seen = f"clamp_min(\n  {hung(all_seen)} - {hung(fast_seen)},\n  0\n)"
        slow_born = f"clamp_min(\n  {hung(all_born)} - {hung(fast_born)},\n  0\n)"
        return Ledger(
            total_seen=summed(f"{all_seen} and {fast_seen}", scope.by),
            bad_seen=or_zero(summed(slow_seen, scope.by), scope),
            total_born=or_zero(summed(f"{all_born} and {fast_seen}", scope.by), scope),
            bad_born=or_zero(summed(slow_born, scope.by), scope),
        )

    def _bucket(self, bound: Bound) -> tuple[Matcher, ...]:
        return (*self.where, *bound[1], self.histogram.bucket_matcher(bound[0]))

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """
        Return count and buckets; of limits that differ by a label, those of its first value.

        All observations that are too slow lie within the next bucket, all others in this one, so
        that each of the other buckets would tell another story.
        """
        below, matchers = next(self.bounds)
        chosen = cast(self.histogram, (*self.where, *matchers), (), stage)
        if isinstance(chosen, Unprovable):
            return chosen
        name = self.histogram.name
        series = [growing(f"{name}_count", chosen.inside, [(f.intervals, f.total) for f in flows])]
        for bound in self.histogram.buckets:
            growth = [(f.intervals, _within(bound, below, f)) for f in flows]
            labels = {**chosen.inside, "le": bucket_spellings(bound)[0]}
            series.append(growing(f"{name}_bucket", labels, growth))
        around = cast(self.histogram, self.where, (), stage)
        others = chosen.strangers if isinstance(around, Unprovable) else around.strangers
        crowd = [{**labels, "le": bucket_spellings(below)[0]} for labels in others]
        return played(
            (
                *series,
                *strangers(f"{name}_count", others, flows),
                *strangers(f"{name}_bucket", crowd, flows, crowd=0),
            ),
            chosen.groups,
        )


def _within(bound: Decimal, below: Decimal, flow: Flow) -> Fraction | None:
    if flow.total is None or bound > below:
        return flow.total
    return flow.total - flow.bad if bound == below else Fraction(0)


class LatencyKind:
    """Reads `{latency: {histogram: NAME, below: 500ms}}`."""

    key: Final = "latency"
    schema: Final[Schema] = mapping(
        {
            "histogram": text("The histogram.", examples=["http_request_duration_seconds"]),
            "below": ref(
                "quantity",
                "Good is at most this, one of the buckets; it may differ by label value.",
            ),
            "where": ref("matchers", "Which of its series count."),
        },
        required=("histogram", "below"),
        description="Of all observations of a histogram, those above a bucket's bound are bad.",
        examples=[{"histogram": "http_request_duration_seconds", "below": "500ms"}],
    )

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read the histogram and its bound."""
        types = ("histogram", "native_histogram")
        histogram = reader.metric(node.get("histogram"), types, use="latency")
        if histogram is None:
            return None
        version = reader.project.prometheus_version
        if histogram.type == "native_histogram" and version < NATIVE_SINCE:
            shown, since = map(version_text, (version, NATIVE_SINCE))
            message = f"Prometheus {shown} has no native histograms"
            hint = f'they are there from {since} on: `prometheus: {{version: "{since}"}}`'
            reader.report(finding(NEEDS_NEWER, node.origin / "histogram", message, hint))
            return None
        where = reader.matchers(node.get("where"), (histogram,))
        below = reader.buckets(node.get("below"), histogram)
        if below is None:
            return None
        made = NativeLatency if histogram.type == "native_histogram" else Latency
        return made(histogram=histogram, where=where, below=below)


KIND: Final = LatencyKind()
