"""Probes: what a kind reads of one, and what it may ask of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from obsgen.artefacts import Json
from obsgen.diagnostics import Diagnostic
from obsgen.schema.shared import Schema
from obsgen.source import MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSettings:
    """
    What a kind of probe says.

    Attributes:
        target: What is asked, as the exporter takes it: a URL, a host with its port.
        fields: What stands under the prober's name in a module of the exporter.
        has_certificate: The target shows a certificate.
        content_metrics: Gauges that are 1 where the answer came with other contents than demanded.
        has_status: The answer has a status code of HTTP.
        status_codes: Those that are as they should be; none for 2xx.
    """

    target: str
    fields: Mapping[str, Json]
    has_certificate: bool = False
    content_metrics: tuple[str, ...] = ()
    has_status: bool = False
    status_codes: tuple[int, ...] = ()


class ProbeReader(Protocol):
    """Given to every probe kind's `read`."""

    @property
    def subject(self) -> str:
        """What is read, for messages: probe `health`."""
        ...

    @property
    def version(self) -> tuple[int, int]:
        """The target blackbox exporter's version."""
        ...

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        ...


class ProbeKind(Protocol):
    """
    How a kind of probe is read.

    Attributes:
        key: The exporter's word for the prober, too.
    """

    key: str
    schema: Schema

    def read(self, node: MappingNode, reader: ProbeReader) -> ProbeSettings | None:
        """Read what stands under the kind's key; None where there is no target."""
        ...
