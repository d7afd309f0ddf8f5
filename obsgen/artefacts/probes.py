"""Probes: what the blackbox exporter asks, and how Prometheus scrapes the answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen import names
from obsgen.artefacts.json import Json
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Duration, number_text

OFFSET: Final = Duration(500)
"""So much earlier than Prometheus the exporter gives up (its flag --timeout-offset)."""
_SLACK: Final = Duration(1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """
    A target that is asked again and again.

    Attributes:
        prober: The exporter's word: `http`, `tcp`, `icmp`, `dns`, `grpc`.
        target: What is asked, as the exporter takes it.
        fields: What stands under the prober's name in a module of the exporter.
        timeout: When the exporter gives up; shorter than the interval by `OFFSET` at least.
        has_certificate: The target shows a certificate of TLS.
        labels: Of the series, beside `service`, `probe`, `job` and `instance`.
    """

    service: str
    name: str
    prober: str
    target: str
    fields: Mapping[str, Json]
    interval: Duration
    timeout: Duration
    has_certificate: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def job(self) -> str:
        """The name of its scrape job."""
        return names.probe_job(self.service, self.name)

    @property
    def series_labels(self) -> Mapping[str, str]:
        """The labels that the scrape puts on its series, `job` and `instance` excepted."""
        return {**self.labels, "service": self.service, names.PROBE_LABEL: self.name}

    @property
    def scrape_timeout(self) -> Duration:
        """When Prometheus gives up: after the exporter, and within the interval."""
        return min(self.interval, Duration(self.timeout.ms + _SLACK.ms))

    @property
    def module(self) -> Mapping[str, Json]:
        """The exporter's module; probes with equal ones share it."""
        # The exporter reads durations as Go does, which knows no days.
        waits = f"{number_text(self.timeout.seconds)}s"
        own: dict[str, Json] = {"prober": self.prober, "timeout": waits}
        return {**own, self.prober: dict(self.fields)} if self.fields else own

    @property
    def module_name(self) -> str:
        """The name of the module, told by what it holds: other probes never change it."""
        text = json.dumps(self.module, sort_keys=True)
        return names.probe_module(self.prober, text)
