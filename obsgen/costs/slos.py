"""What one SLO costs an hour: what its rules read and store, and what plain queries would read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, Compiled, RecordingRule
from obsgen.costs.reads import Read, reads
from obsgen.costs.series import Assumptions, SloSeries, groups
from obsgen.model import Service, Slo, Spec
from obsgen.units import Duration

HOUR: Final = Duration.parse("1h")
PLAIN_WINDOWS: Final = tuple(map(Duration.parse, ("5m", "30m", "1h", "2h", "6h", "1d", "3d")))
"""Of the Google SRE Workbook, chapter 5: the windows of the usual rules (Sloth, Pyrra)."""
PLAIN_EVALUATION: Final = Duration.parse("30s")
PLAIN_PERIOD_EVALUATION: Final = Duration.parse("2m30s")
"""Of the increase over the whole period, by Pyrra; Sloth averages ratios that it recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SloCost:
    """
    What an SLO costs.

    Attributes:
        raw_series: That all events are counted in.
        bad_series: That tell the bad ones apart.
        recorded_series: That its rules record.
        raw_samples, recorded_samples: That its rules read in an hour, of scraped and of recorded
            series.
        stored_samples: That its rules record in an hour.
        plain_windows: Raw samples that seven windows read in an hour, each series once in each.
        plain_period: The same for the period alone.
    """

    environment: str
    service: str
    slo: str
    raw_series: Fraction = Fraction(0)
    bad_series: Fraction = Fraction(0)
    recorded_series: int = 0
    raw_samples: Fraction = Fraction(0)
    recorded_samples: Fraction = Fraction(0)
    stored_samples: Fraction = Fraction(0)
    plain_windows: Fraction = Fraction(0)
    plain_period: Fraction = Fraction(0)

    @property
    def times_cheaper(self) -> Fraction | None:
        """How many raw samples the plain windows read for one of these; None without any."""
        return self.plain_windows / self.raw_samples if self.raw_samples else None


def total(several: Iterable[SloCost], *, service: str) -> SloCost:
    """Return what several SLOs of an environment cost together."""
    every = tuple(several)
    return SloCost(
        environment=every[0].environment if every else "",
        service=service,
        slo="",
        raw_series=sum((c.raw_series for c in every), Fraction(0)),
        bad_series=sum((c.bad_series for c in every), Fraction(0)),
        recorded_series=sum(c.recorded_series for c in every),
        raw_samples=sum((c.raw_samples for c in every), Fraction(0)),
        recorded_samples=sum((c.recorded_samples for c in every), Fraction(0)),
        stored_samples=sum((c.stored_samples for c in every), Fraction(0)),
        plain_windows=sum((c.plain_windows for c in every), Fraction(0)),
        plain_period=sum((c.plain_period for c in every), Fraction(0)),
    )


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A recorded name of an SLO: how many series it has, and how far apart their samples are."""

    series: int
    interval: Duration


_Key = tuple[str, str, str]


def costs(
    environments: Iterable[tuple[Spec, Compiled]], assumptions: Assumptions
) -> Iterator[SloCost]:
    """Yield what each SLO costs, in each environment."""
    for spec, compiled in environments:
        yield from _environment_costs(spec, compiled, assumptions)


def _environment_costs(
    spec: Spec, compiled: Compiled, assumptions: Assumptions
) -> Iterator[SloCost]:
    recorded = _recorded(spec, compiled, assumptions)
    for service in spec.services:
        for slo in service.slos:
            counter = _Counter(spec, service, slo, compiled, recorded, assumptions)
            yield counter.cost()


def _recorded(spec: Spec, compiled: Compiled, assumptions: Assumptions) -> Mapping[_Key, _Recorded]:
    number = {
        (service.name, slo.name): groups(service, slo, assumptions)
        for service in spec.services
        for slo in service.slos
    }
    found: dict[_Key, _Recorded] = {}
    for file in compiled.rule_files:
        for group in file.groups:
            for rule in group.rules:
                owner = rule.labels.get("service", ""), rule.labels.get("slo", "")
                if isinstance(rule, RecordingRule) and owner in number:
                    interval = names.tile_of(rule.record) or group.interval
                    series = number[owner] if rule.groups else 1
                    found[*owner, rule.record] = _Recorded(series, interval)
    return found


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts what the rules of one SLO read."""

    spec: Spec
    service: Service
    slo: Slo
    compiled: Compiled
    recorded: Mapping[_Key, _Recorded]
    assumptions: Assumptions

    def cost(self) -> SloCost:
        """Return what it costs."""
        raw, recorded = Fraction(0), Fraction(0)
        environment = self.spec.environment
        series = SloSeries.of(self.service, self.slo, environment, self.assumptions)
        for rule, evaluations in self._rules():
            for read in reads(rule.expr, step=self.spec.project.evaluation_interval):
                if names.is_slo_series(read.selection.name):
                    recorded += evaluations * self._recorded_samples(read)
                else:
                    raw += evaluations * self._raw_samples(read, series)
        own = [
            each
            for (service, slo, _), each in self.recorded.items()
            if (service, slo) == (self.service.name, self.slo.name)
        ]
        plain = sum((series.number(each) for each in series.counted), Fraction(0))
        plain_a_window = plain / self._scrape_interval.ms
        counted_total = series.counted & series.total
        counted_bad = series.counted - series.total
        return SloCost(
            environment=self.spec.environment.name,
            service=self.service.name,
            slo=self.slo.name,
            raw_series=sum((series.number(each) for each in counted_total), Fraction(0)),
            bad_series=sum((series.number(each) for each in counted_bad), Fraction(0)),
            recorded_series=sum(each.series for each in own),
            raw_samples=raw,
            recorded_samples=recorded,
            stored_samples=sum(
                (each.series * _an_hour(each.interval) for each in own), Fraction(0)
            ),
            plain_windows=plain_a_window
            * sum(window.ms for window in PLAIN_WINDOWS)
            * _an_hour(PLAIN_EVALUATION),
            plain_period=plain_a_window * self.slo.period.ms * _an_hour(PLAIN_PERIOD_EVALUATION),
        )

    @property
    def _scrape_interval(self) -> Duration:
        return self.assumptions.scrape_interval_of(self.service)

    def _rules(self) -> Iterator[tuple[RecordingRule | AlertingRule, Fraction]]:
        """Yield the rules of the SLO, each with its evaluations an hour."""
        own = {"service": self.service.name, "slo": self.slo.name}
        for file in self.compiled.rule_files:
            if file.service == self.service.name:
                for group in file.groups:
                    for rule in group.rules:
                        if own.items() <= rule.labels.items():
                            yield rule, _an_hour(group.interval)

    def _recorded_samples(self, read: Read) -> Fraction:
        labels = {m.label: m.value for m in read.selection.matchers if m.op == "="}
        key = labels.get("service", ""), labels.get("slo", ""), read.selection.name
        found = self.recorded[key]
        return found.series * read.samples(found.interval)

    def _raw_samples(self, read: Read, series: SloSeries) -> Fraction:
        return series.number(read.selection) * read.samples(self._scrape_interval)


def _an_hour(interval: Duration) -> Fraction:
    return Fraction(HOUR.ms, interval.ms)
