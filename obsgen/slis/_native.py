"""
Latency by a native histogram: of all observations, those above a limit.

There are no buckets to pair: count and distribution are one series. What was observed above the
limit is its count times `histogram_fraction`, exact where the limit is a bound between two of
the histogram's own buckets (every power of two is), and interpolated within a bucket else.

Functions of ranges know no histograms in Prometheus 2.x, so the instant values at both ends of the
tile are compared: whoever has no sample within five minutes is not there (Prometheus
documentation, "Staleness"), and that is the bridge. The peak before a reset cannot be told, so
what was counted since is taken; a new series counts all of its first tile as born.
"""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.counting.tiles import (
    grouped,
    indented,
    known_target,
    or_zero,
    recorded_total,
    summed,
)
from obsgen.matchers import Matcher
from obsgen.model import (
    Flow,
    Ledger,
    LedgerScope,
    Played,
    Stage,
    Unprovable,
)
from obsgen.slis._histogram import OfHistogram
from obsgen.units import Duration, number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeLatency(OfHistogram):
    """Observations of a native histogram; those above *below* are bad."""

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a native histogram does not tell."""
        return (
            "within the bucket of the limit observations are interpolated, a power of two is exact",
            "of a series that is reset, what it counted between its last scrape and the reset is "
            "not seen",
            "what was counted while a scrape failed at the edge of a tile is not seen",
        )

    def ledger(self, scope: LedgerScope) -> Ledger:
        """
        Return the PromQL that counts a tile.

        What is interpolated may shrink by a rounding error, or jump where a client merges buckets:
        only the count tells a reset, and no more is bad than there is.
        """
        settle, length = scope.tile.settle, scope.tile.length
        now, before = settle, Duration(length.ms + settle.ms)
        all_now, all_before = self._count(now), self._count(before)
        slow_now, slow_before = self._slow(now), self._slow(before)
        grown = f"{slow_now}\n- (\n{indented(slow_before)} >= 0\n  or 0 * {all_before}\n)"
        slow_seen = or_zero(
            summed(
                f"{grouped(grown)} >= 0\nand {all_now} >= {all_before}\n"
                f"or {slow_now} >= 0\nand {all_now} < {all_before}",
                scope.by,
            ),
            scope,
        )
        selected = self.histogram.select(self.histogram.name, self.where)
        new = (
            f"unless present_over_time({selected}[{scope.tile.bridge}] offset {before})\n"
            f"{known_target(self.histogram, scope.tile)}"
        )
        whole = recorded_total(scope)
        return Ledger(
            total_seen=summed(
                f"{all_now} - {all_before} >= 0\nor {all_now} and {all_before}", scope.by
            ),
            bad_seen=f"{grouped(slow_seen)} <= {whole}\nor {whole}",
            total_born=or_zero(summed(f"{all_now}\n{new}", scope.by), scope),
            bad_born=or_zero(summed(f"{slow_now} >= 0\n{new}", scope.by), scope),
        )

    def _count(self, ago: Duration) -> str:
        """Return how many observations each series had had so long ago."""
        return f"histogram_count({self._selected((), ago)})"

    def _slow(self, ago: Duration) -> str:
        """Return how many of them were above the limit; NaN where there are none at all."""
        parts = []
        for bound, matchers in self.bounds:
            limit, then = number_text(bound), self._selected(matchers, ago)
            parts.append(f"histogram_count({then})\n  * histogram_fraction({limit}, +Inf, {then})")
        return parts[0] if len(parts) == 1 else grouped("\nor ".join(parts))

    def _selected(self, matchers: tuple[Matcher, ...], ago: Duration) -> str:
        selected = self.histogram.select(self.histogram.name, (*self.where, *matchers))
        return f"{selected} offset {ago}"

    def played(self, flows: tuple[Flow, ...], stage: Stage) -> Played | Unprovable:
        """Return why not: promtool 2.x plays no native histograms."""
        del flows, stage
        return Unprovable("unit tests of Prometheus 2.x have no native histograms")
