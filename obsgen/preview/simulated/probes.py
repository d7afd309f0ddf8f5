"""What the blackbox exporter would have answered for the probes of specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from obsgen.artefacts import Probe
from obsgen.preview.ranges import DAY
from obsgen.preview.simulated.backfill import SEED
from obsgen.preview.simulated.remote_write import Series
from obsgen.preview.simulated.scenes import MINUTE, SCRAPE_MS
from obsgen.simulate import Span
from obsgen.simulate.chance import Chance

_MS: Final = 1_000
_OK, _UNAVAILABLE = 200.0, 503.0
_FASTEST, _SLOWEST = 20, 240
"""Milliseconds that a probe takes as a rule."""
_SPREAD: Final = 15
"""Percent by which one answer differs from that."""
_FIRST_EXPIRY: Final = 9
"""Days until the first certificate ends; each further one ends some weeks later."""

# Blackbox exporter, prober/*.go: the phases that each prober tells, and how it names them.
_PHASES: Final[Mapping[str, tuple[str, ...]]] = {
    "http": ("resolve", "connect", "tls", "processing", "transfer"),
    "icmp": ("resolve", "setup", "rtt"),
    "dns": ("resolve", "connect", "request"),
    "grpc": ("resolve", "connect", "check"),
}


def probed(probes: Sequence[Probe], span: Span) -> Iterator[Series]:
    """Yield the series of all probes; the first of them fails for a while."""
    for place, probe in enumerate(probes):
        yield from _Answers(probe, place, span).series()


class _Answers:
    """The answers of one probe, made up."""

    def __init__(self, probe: Probe, place: int, span: Span) -> None:
        self._probe = probe
        self._place = place
        self._chance = Chance(SEED, "probes", place)
        self._moments = range(span.start, span.end + 1, SCRAPE_MS)
        # As long ago as the outage of the services.
        self._bad = range(span.end - 210 * MINUTE, span.end - 198 * MINUTE) if place == 0 else ()

    def series(self) -> Iterator[Series]:
        """Yield what a scrape brings."""
        good = [at not in self._bad for at in self._moments]
        usual = self._chance.between(_FASTEST, _SLOWEST) / _MS
        took = [usual * self._chance.between(100 - _SPREAD, 100 + _SPREAD) / 100 for _ in good]
        yield self._one("up", [1.0] * len(good))
        yield self._one("probe_success", [float(is_good) for is_good in good])
        yield self._one("probe_duration_seconds", took)
        yield self._one("probe_failed_due_to_regex", [0.0] * len(good))
        if self._probe.prober == "http":
            codes = [_OK if is_good else _UNAVAILABLE for is_good in good]
            yield self._one("probe_http_status_code", codes)
        if self._probe.has_certificate:
            days = _FIRST_EXPIRY + 23 * self._place
            ends = (self._moments[-1] + days * DAY) / _MS
            yield self._one("probe_ssl_earliest_cert_expiry", [ends] * len(good))
        phases = _PHASES.get(self._probe.prober, ())
        for number, phase in enumerate(phases, 1):
            share = 2 * number / (len(phases) * (len(phases) + 1))
            name = f"probe_{self._probe.prober}_duration_seconds"
            yield self._one(name, [share * value for value in took], phase=phase)

    def _one(self, name: str, values: Sequence[float], **own: str) -> Series:
        place = {"job": self._probe.job, "instance": self._probe.target}
        labels = {**self._probe.series_labels, **place, **own, "__name__": name}
        return Series(labels=labels, times=list(self._moments), values=list(values))
