"""Rules and prometheus.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.artefacts.probes import Probe
from obsgen.artefacts.written import Written
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRule:
    """
    A recording rule; *expr* is laid out as the file shows it.

    Attributes:
        groups: The labels of the result beside those of the rule.
        written: The expression of a rule that was written by hand, as a whole.
    """

    record: str
    expr: str
    labels: Mapping[str, str]
    groups: tuple[str, ...] = ()
    written: Written | None = field(compare=False, repr=False, default=None)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertingRule:
    """
    An alerting rule.

    Attributes:
        carries: The labels that an alert of this rule may carry, `alertname` and what the server
            adds excepted; None where the expression leaves them open.
        texts: Labels and annotations that hold what an author wrote, by name.
        written: The expression of a rule that was written by hand, as a whole.
        limit: What its value is held to, in words: `above 5%`; else empty.
        says_for: Its author wrote `for`, were it for no time at all.
        language: Of its expression: `promql`, or `logql` in a file of Loki's.
    """

    alert: str
    expr: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    for_: Duration = Duration(0)
    keep_firing_for: Duration = Duration(0)
    carries: frozenset[str] | None = None
    limit: str = field(compare=False, repr=False, default="")
    says_for: bool = field(compare=False, repr=False, default=True)
    texts: Mapping[str, Written] = field(compare=False, repr=False, default_factory=dict)
    written: Written | None = field(compare=False, repr=False, default=None)
    language: str = "promql"
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules that are evaluated in order, every *interval* (0s: the server's own)."""

    name: str
    rules: tuple[RecordingRule | AlertingRule, ...]
    interval: Duration = Duration(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """
    The rules of one service.

    Attributes:
        part: What of the service, where it has more than one file: `escalations`.
    """

    service: str
    groups: tuple[RuleGroup, ...]
    sources: tuple[str, ...]
    part: str = ""

    @property
    def alerts(self) -> tuple[AlertingRule, ...]:
        """The alerting rules, in the order of the file."""
        every = (rule for group in self.groups for rule in group.rules)
        return tuple(rule for rule in every if isinstance(rule, AlertingRule))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeJob:
    """A `scrape_configs` entry of prometheus.yml with static targets."""

    job: str
    targets: tuple[str, ...]
    labels: Mapping[str, str]
    path: str = ""
    scheme: str = ""
    interval: Duration = Duration(0)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusConfig:
    """
    prometheus.yml.

    Attributes:
        blackbox: Where the blackbox exporter is that the probes are asked through.
    """

    version: tuple[int, int] = (2, 42)
    scrape_interval: Duration
    evaluation_interval: Duration
    retention: Duration
    external_labels: Mapping[str, str]
    alertmanagers: tuple[str, ...]
    jobs: tuple[ScrapeJob, ...]
    probes: tuple[Probe, ...] = ()
    blackbox: str = ""
    sources: tuple[str, ...]
