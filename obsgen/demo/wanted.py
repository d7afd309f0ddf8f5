"""What a demonstration is to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from obsgen.artefacts import Compiled, OutputFile
from obsgen.model import Service
from obsgen.names import rule_file
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What is shown.

    Attributes:
        files: What was built, its durations divided by *speed*.
        left_out: Names of scrape jobs and paths of files that do not take part.
        specs, simulated: Arguments of obsgen: where specs are; which services, which seed.
        scenarios: What befalls them, and not in the past.
        history: How much past there is first, undivided; 0 for none.
        ports: By name; 0 for any that is free.
        has_probes: The blackbox exporter is needed.
    """

    files: Sequence[OutputFile]
    left_out: frozenset[str] = frozenset()
    specs: Sequence[str] = ()
    simulated: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    speed: int = 1
    history: Duration = Duration(0)
    ports: Mapping[str, int] = field(default_factory=dict)
    has_probes: bool = False
    has_preview: bool = True

    def divided(self, duration: Duration) -> Duration:
        """Return a duration at the speed of the demonstration; never none at all."""
        return Duration(max(1, duration.ms // self.speed))


def left_out(
    compiled: Compiled, services: Sequence[Service], chosen: Sequence[str]
) -> Iterator[str]:
    """Yield the scrape jobs and the files of rules of all services but the chosen ones."""
    for service in services:
        if service.name in chosen:
            continue
        yield from (job.job for job in service.scrape)
        yield from (probe.job for probe in service.probes)
        parts = {file.part for file in compiled.rule_files if file.service == service.name}
        yield from (f"prometheus/{rule_file(service.name, part)}" for part in parts)
