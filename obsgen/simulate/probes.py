"""Targets of probes: what the blackbox exporter would answer for what the specs ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from obsgen.artefacts import Probe
from obsgen.catalogue import Metric
from obsgen.model import Service
from obsgen.simulate.families import Family
from obsgen.simulate.habits import Habit
from obsgen.simulate.kinds import Labels
from obsgen.simulate.population import Target

PREFIX: Final = "probe_"

# Blackbox exporter, prober/*.go: the phases that each prober tells, and how it names them.
_PHASES: Final[Mapping[str, tuple[str, ...]]] = {
    "http": ("resolve", "connect", "tls", "processing", "transfer"),
    "icmp": ("resolve", "setup", "rtt"),
    "dns": ("resolve", "connect", "request"),
    "grpc": ("resolve", "connect", "check"),
}
_PROBERS: Final = ("http", "tcp", "icmp", "dns", "grpc")
_OF_TLS: Final = ("probe_ssl_earliest_cert_expiry", "probe_ssl_last_chain_expiry_timestamp_seconds")
_OK: Final = 200
_STANDS: Final[Mapping[str, int]] = {
    "probe_success": 1,
    "probe_http_status_code": _OK,
    "probe_http_version": 2,
    "probe_http_redirects": 0,
    "probe_http_content_length": 512,
    "probe_http_uncompressed_body_length": 512,
    "probe_ip_protocol": 4,
    "probe_dns_query_succeeded": 1,
    "probe_grpc_status_code": 0,
    "probe_failed_due_to_regex": 0,
    "probe_failed_due_to_cel": 0,
}
_TIMES: Final = ("duration_seconds", "lookup_time_seconds")
_BETWEEN: Final = (Fraction(1, 50), Fraction(3, 20))
"""Seconds that a probe takes; each phase of it takes a part."""


def probe_targets(service: Service) -> Iterator[Target]:
    """Yield a target for each probe, under the labels that its scrape adds."""
    metrics = [m for m in service.catalogue.metrics.values() if m.name.startswith(PREFIX)]
    for probe in service.probes:
        families = (_family(metric, probe) for metric in metrics if _is_told(metric.name, probe))
        yield Target(
            labels={**probe.series_labels, "job": probe.job, "instance": probe.target},
            families=tuple(families),
        )


def _is_told(name: str, probe: Probe) -> bool:
    if name in _OF_TLS:
        return probe.has_certificate
    prober = name.removeprefix(PREFIX).split("_")[0]
    if prober in _PROBERS and prober != probe.prober:
        return False
    return name in _STANDS or name.endswith(_TIMES)


def _family(metric: Metric, probe: Probe) -> Family:
    if metric.name in _OF_TLS:
        return Family(metric=metric, healthy=({},), failing=())
    sets: tuple[Labels, ...] = ({},)
    low, high = _BETWEEN
    if "phase" in metric.labels:
        phases = _PHASES.get(probe.prober, ("request",))
        sets = tuple({"phase": phase} for phase in phases)
        low, high = low / len(phases), high / len(phases)
    if metric.name in _STANDS:
        is_status = metric.name == "probe_http_status_code"
        low = high = Fraction(_status(probe) if is_status else _STANDS[metric.name])
    return Family(metric=metric, healthy=sets, failing=(), habit=Habit(low=low, high=high))


def _status(probe: Probe) -> int:
    """Return the status that is as it should be."""
    codes = probe.fields.get("valid_status_codes")
    first = codes[0] if isinstance(codes, list) and codes else _OK
    return first if isinstance(first, int) else _OK
