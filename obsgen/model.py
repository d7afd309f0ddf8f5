"""
What specs say, read and checked: the project, its services and the promises of every kind.

A kind (of measure, SLI, alert, receiver, panel) is one module with a `KIND` that can `read` a
node into one of the values below; nothing here or above asks which kind a value is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from obsgen.artefacts import (
    AlertingRule,
    Dashboard,
    GrafanaDatasource,
    InhibitRule,
    Json,
    Panel,
    ReceiverConfig,
    RecordingRule,
    Route,
    ScrapeJob,
    TimeInterval,
)
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import NOWHERE, Diagnostic, Origin
from obsgen.matchers import Matcher, any_value, literal_pattern
from obsgen.promql.build import Expr, any_of, binary, number
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration, Unit, number_text

Schema = Mapping[str, Any]
"""A JSON Schema fragment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    How a measure is asked.

    Attributes:
        window: The range for measures that do not set their own: `5m`, `$__rate_interval`.
        filters: Matchers for every selector whose metric has the label: a dashboard's variables,
            or the label value that a limit is for.
    """

    window: str = "5m"
    filters: tuple[Matcher, ...] = ()

    def filtered(self, matcher: Matcher) -> Query:
        """Return the query with one more filter."""
        return Query(window=self.window, filters=(*self.filters, matcher))


class Measure(Protocol):
    """A number that can be asked for: a query with a unit and labels."""

    @property
    def origin(self) -> Origin:
        """Where it was written."""
        ...

    @property
    def unit(self) -> Unit:
        """What the number counts."""
        ...

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels that the result may carry; None where that is open."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that the query reads."""
        ...

    @property
    def legend(self) -> str:
        """What the author wants each series to be called in a panel, or an empty text."""
        ...

    @property
    def title(self) -> str:
        """A few words that say what is measured, for summaries and descriptions."""
        ...

    def window(self, default: str) -> str:
        """Return the range that the query looks at, or an empty text where it has none."""
        ...

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """
    What a measure is compared with, in the measure's own unit.

    Attributes:
        text: As the author wrote it: `5%`.
        by: The label whose value decides, or empty.
        values: Limits of single label values, with their text.
    """

    value: Decimal | Fraction | None
    text: str
    by: str = ""
    values: tuple[tuple[str, Decimal | Fraction, str], ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A measure, a comparison (`>`) and a limit."""

    measure: Measure
    comparison: str
    limit: Limit
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def expr(self, query: Query) -> Expr:
        """Return `measure > limit`; limits that differ by a label's value give a union."""
        limit = self.limit
        if not limit.by:
            return self._compared(limit.value or Decimal(0), query)
        parts = [
            self._compared(value, query.filtered(Matcher(limit.by, "=", name)))
            for name, value, _ in limit.values
        ]
        if limit.value is not None:
            named = [literal_pattern(name) for name, _, _ in limit.values]
            rest = query.filtered(any_value(limit.by, named, negated=True))
            parts.append(self._compared(limit.value, rest))
        return any_of(parts)

    def _compared(self, value: Decimal | Fraction, query: Query) -> Expr:
        return binary(self.measure.expr(query), self.comparison, number(number_text(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """
    The parameters of a ledger (see `slis`): all of them lengths of time.

    Attributes:
        length: The tile `T`; the interval of the rule group too.
        bridge: How far back `W` a series' previous value may lie.
        settle: How long `d` a scrape may take to be stored.
    """

    length: Duration
    bridge: Duration
    settle: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerScope:
    """For whom a ledger is written: the groups and the labels of its own series."""

    by: tuple[str, ...]
    identity: tuple[Matcher, ...]
    tile: Tile


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """
    The raw parts of one SLO's ledger: PromQL that counts one tile.

    Attributes:
        total_seen, bad_seen: Increases of series that were there before.
        bad_born: What bad series had counted when they first appeared.
        total_born: The births that the total counts; None where it adds exactly those of bad.
    """

    total_seen: str
    bad_seen: str
    bad_born: str
    total_born: str | None = None


class Sli(Protocol):
    """A service level indicator: which events count, and which of them are bad."""

    @property
    def kind(self) -> str:
        """The word of the kind: `events`."""
        ...

    @property
    def words(self) -> str:
        """What is counted as bad, in words, for descriptions."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that it reads."""
        ...

    @property
    def groupable(self) -> frozenset[str]:
        """The labels that `by` may name."""
        ...

    def ledger(self, scope: LedgerScope) -> Ledger:
        """Return the PromQL that counts a tile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityLevel:
    """One step of the severity scheme."""

    name: str
    respond_within: Duration
    page: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeverityScheme:
    """The severities, most urgent first."""

    levels: tuple[SeverityLevel, ...]

    def resolve(self, word: str) -> str | None:
        """Return the name that *word* means: a name, an alias, `page` or `ticket`; else None."""
        for level in self.levels:
            if word == level.name or word in level.aliases:
                return level.name
        if word in {"page", "ticket"}:
            wanted = [level for level in self.levels if level.page == (word == "page")]
            return (wanted or list(self.levels))[0].name
        return None

    def at_least(self, name: str) -> tuple[str, ...]:
        """Return the severities that are as urgent as *name* or more."""
        names = self.names
        return names[: names.index(name) + 1]

    def capped(self, name: str, maximum: str | None) -> str:
        """Return *name*, or *maximum* where that is less urgent."""
        if maximum is None:
            return name
        names = self.names
        return names[max(names.index(name), names.index(maximum))]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, most urgent first."""
        return tuple(level.name for level in self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """
    One tier of an alert profile.

    Attributes:
        factor: The burn rate that trips it (see `burn_rate_factor`).
        spends: The share of the budget that this burn rate spends within *long*.
        severity: A name of the scheme.
        min_events: Fewer events than that within *long* do not alert.
    """

    name: str
    factor: Fraction
    spends: Fraction
    long: Duration
    short: Duration
    severity: str
    for_: Duration = Duration(0)
    keep_firing_for: Duration = Duration(0)
    min_events: Decimal | None = None
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetAlert:
    """An alert when a share of the error budget is spent."""

    spent: Decimal
    text: str
    severity: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """
    A service level objective.

    Attributes:
        objective: Percent of good events, 0 < objective < 100.
        left_out: Tiers of a shipped profile that cannot work here, each with the reason.
    """

    name: str
    objective: Decimal
    period: Duration
    sli: Sli
    by: tuple[str, ...]
    tile: Tile
    tiers: tuple[Tier, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    budget_alerts: tuple[BudgetAlert, ...] = ()
    team: str = ""
    description: str = ""
    runbook: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def error_budget(self) -> Decimal:
        """The share of events that may be bad, exact: 99.9 percent leave 0.001."""
        return (100 - self.objective) / 100


def burn_rate_factor(spends: Fraction, period: Duration, long: Duration) -> Fraction:
    """
    Return the burn rate that spends a share of the error budget within a window.

    Google SRE Workbook, chapter 5, "Alerting on Burn Rate".

    Args:
        spends: Share of the budget, 0 < spends <= 1.
        period: SLO period; longer than *long*.
        long: The alert's long window.

    >>> burn_rate_factor(Fraction("0.02"), Duration.parse("30d"), Duration.parse("1h"))
    Fraction(72, 5)
    """
    return spends * period.ms / long.ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    What every alert has, whatever its kind.

    Attributes:
        severity: A name of the scheme.
        summary, description: Prose as written; empty ones are made from the condition.
    """

    name: str
    body: AlertBody
    for_: Duration
    keep_firing_for: Duration
    severity: str
    team: str = ""
    category: str = ""
    summary: Scalar | None = None
    description: Scalar | None = None
    runbook: str = ""
    dashboard: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, Scalar] = field(default_factory=dict)
    only_when: Condition | None = None
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


class AlertBody(Protocol):
    """The part of an alert that its kind reads: when it fires."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that it reads."""
        ...

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rules."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    """What one alert compiles to."""

    records: tuple[RecordingRule, ...] = ()
    alerts: tuple[AlertingRule, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


class PanelBody(Protocol):
    """The part of a panel that its kind reads."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that its queries read."""
        ...

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """A link as the author wrote it: to a URL, or to a dashboard (`NAME`, `SERVICE/WORD`)."""

    title: str
    url: str = ""
    dashboard: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSpec:
    """
    What every panel has, whatever its kind.

    Attributes:
        width: Share of the dashboard's width, or None for the kind's own.
        height: Grid rows, or None for the kind's own.
        unit: Shown instead of the measure's own unit.
        thresholds: Colours with the quantity from which each counts; `base` has None.
    """

    body: PanelBody
    title: str = ""
    description: str = ""
    width: Fraction | None = None
    height: int | None = None
    unit: Unit | None = None
    thresholds: tuple[tuple[str, Scalar | None], ...] = ()
    time: str = ""
    links: tuple[LinkSpec, ...] = ()
    legend: str = ""
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """A row of panels as the author wrote it."""

    title: str
    panels: tuple[PanelSpec, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSpec:
    """A dashboard of the author's own."""

    name: str
    title: str
    service: str
    description: str = ""
    folder: str = ""
    variables: tuple[str, ...] = ()
    sections: tuple[SectionSpec, ...] = ()
    time: str = ""
    refresh: str = ""
    tags: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service with everything that was brought in by `uses` and `Part`s."""

    name: str
    title: str
    team: str
    folder: str
    description: str
    scope: tuple[Matcher, ...]
    scrape: tuple[ScrapeJob, ...]
    catalogue: Catalogue
    measures: Mapping[str, Measure]
    slos: tuple[Slo, ...]
    alerts: tuple[Alert, ...]
    ready_dashboards: tuple[str, ...]
    sources: tuple[str, ...]
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What holds for all services."""

    name: str
    prometheus_version: tuple[int, int]
    scrape_interval: Duration
    evaluation_interval: Duration
    retention: Duration
    external_labels: Mapping[str, str]
    target_labels: tuple[str, ...]
    alertmanager_version: tuple[int, int]
    alertmanagers: tuple[str, ...]
    datasources: tuple[GrafanaDatasource, ...]
    severities: SeverityScheme
    teams: tuple[str, ...] | None
    outputs: tuple[str, ...]
    runbook_base: str = ""
    sources: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def shortest_window(self) -> Duration:
        """Four scrapes: less can hold too few samples for a rate."""
        return Duration(4 * self.scrape_interval.ms)

    @property
    def default_window(self) -> Duration:
        """The window of measures that set none."""
        return max(Duration(300_000), self.shortest_window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The routing documents, merged."""

    global_: Mapping[str, Json]
    route: Route
    receivers: tuple[ReceiverConfig, ...]
    time_intervals: tuple[TimeInterval, ...]
    inhibit_rules: tuple[InhibitRule, ...]
    sources: tuple[str, ...]
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What differs in one environment; the unnamed one changes nothing."""

    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    max_severity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Everything that was read, for one environment."""

    project: Project
    environment: Environment
    services: tuple[Service, ...]
    dashboards: tuple[DashboardSpec, ...]
    routing: Routing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a kind may know while it compiles; the catalogue holds what earlier stages recorded."""

    project: Project
    environment: Environment
    service: Service
    catalogue: Catalogue

    def query(self) -> Query:
        """Return how rules ask a measure."""
        return Query(window=str(self.project.default_window))


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardContext:
    """What a panel may know: its service, and the variables that filter each query."""

    project: Project
    service: Service
    catalogue: Catalogue
    variables: tuple[str, ...] = ()
    report: Reports

    def query(self, window: str) -> Query:
        """Return how a panel asks a measure: `endpoint=~"$endpoint"` where a metric has it."""
        filters = tuple(Matcher(name, "=~", f"${name}") for name in self.variables)
        return Query(window=window, filters=filters)


class Reports(Protocol):
    """Takes findings."""

    def __call__(self, diagnostic: Diagnostic, /) -> None:
        """Note one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierNodes:
    """
    What stands beside a measure's kind, unread: labels can be checked once the metric is known.

    Attributes:
        where: All of them hold.
        nodes: The other modifiers by name.
        named: The name under which the measure was declared, or empty.
    """

    where: tuple[Node, ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifiers:
    """
    What may stand beside a measure's kind, read.

    Attributes:
        window: A duration, `$__range`, or empty for the default of whoever asks.
        per: Seconds that a rate is given for; 1 a second.
        top: Only the largest so many series (panels); 0 for all.
        slower_than: Only observations above this bucket's bound.
        named: The name under which the measure was declared, or empty.
    """

    where: tuple[Matcher, ...] = ()
    by: tuple[str, ...] = ()
    window: str = ""
    offset: str = ""
    per: int = 1
    top: int = 0
    slower_than: Decimal | None = None
    legend: str = ""
    named: str = ""


class Reader(Protocol):
    """
    Given to every kind's `read`; knows all kinds, so that kinds need not know each other.

    Each method returns None (or nothing) where the node cannot be read, after reporting why.
    """

    @property
    def catalogue(self) -> Catalogue:
        """The metrics that may be named here."""
        ...

    @property
    def project(self) -> Project:
        """What holds for all services."""
        ...

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        ...

    def measure(
        self, node: Node | None, inherited: ModifierNodes | None = None
    ) -> Measure | None:
        """Read a measure that gives one query; an operand inherits what it does not set."""
        ...

    def modifiers(self, nodes: ModifierNodes, metrics: tuple[Metric, ...]) -> Modifiers:
        """Read modifiers; every label must belong to all of the metrics."""
        ...

    def bucket(self, node: Node | None, metric: Metric) -> Decimal | None:
        """Read a bound that is one of the histogram's buckets."""
        ...

    def measures(self, node: Node) -> tuple[Measure, ...]:
        """Read a measure, a name or a list of them; `quantile: [0.5, 0.9]` gives two."""
        ...

    def condition(self, node: Node) -> Condition | None:
        """Read a measure with one comparison."""
        ...

    def comparison(self, node: MappingNode, measure: Measure) -> tuple[str, Limit] | None:
        """Read the one comparison of a mapping: its operator, and its limit for *measure*."""
        ...

    def metric(
        self, node: Node | None, types: tuple[str, ...], *, use: str
    ) -> Metric | None:
        """Look up a metric of one of the types; *use* says what for: ``rate``."""
        ...

    def matchers(
        self, node: Node | None, metrics: tuple[Metric, ...]
    ) -> tuple[Matcher, ...]:
        """Read `where` and its like; every label must belong to all of the metrics."""
        ...

    def labels(self, node: Node | None, metrics: tuple[Metric, ...]) -> tuple[str, ...]:
        """Read a list of labels that all of the metrics have."""
        ...

    def duration(self, node: Node | None) -> Duration | None:
        """Read a duration; None without a report where there is no node."""
        ...

    def amount(self, node: Node | None, unit: Unit) -> Decimal | Fraction | None:
        """Read a quantity and convert it to *unit*."""
        ...

    def text(self, node: Node | None) -> str:
        """Read a text; empty where there is none."""
        ...

    def promql(self, node: Node | None, *, with_variables: bool = False) -> Scalar | None:
        """Read PromQL that parses, its metrics and labels checked; in panels with variables."""
        ...


class MeasureKind(Protocol):
    """
    How a measure kind is read.

    Attributes:
        schema: The keys that the kind adds to a measure, its own among them.
        modifiers: The modifiers that it takes.
    """

    key: str
    schema: Mapping[str, Schema]
    modifiers: frozenset[str]

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Measure, ...]:
        """Read a mapping that holds the kind's key."""
        ...


class SliKind(Protocol):
    """How an SLI kind is read."""

    key: str
    schema: Schema

    def read(self, node: MappingNode, reader: Reader) -> Sli | None:
        """Read what stands under the kind's key."""
        ...


class AlertKind(Protocol):
    """How an alert kind is read."""

    key: str
    schema: Schema

    def read(self, node: Node, reader: Reader) -> AlertBody | None:
        """Read what stands under the kind's key."""
        ...


class PanelKind(Protocol):
    """How a panel kind is read."""

    key: str
    schema: Schema

    def read(self, node: Node, reader: Reader) -> PanelBody | None:
        """Read what stands under the kind's key."""
        ...


class ReceiverReader(Protocol):
    """Given to every receiver kind's `read`."""

    @property
    def subject(self) -> str:
        """What is read, for messages: receiver `oncall`."""
        ...

    @property
    def version(self) -> tuple[int, int]:
        """The target Alertmanager's version."""
        ...

    @property
    def severities(self) -> SeverityScheme:
        """The severities that alerts carry."""
        ...

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        ...


class ReceiverKind(Protocol):
    """
    How an integration of a receiver is read.

    Attributes:
        config_key: Alertmanager's word: `slack_configs`.
        since: The first Alertmanager that has it.
        shared_keys: The words under which `shared:` may speak of it.
        shared: Schema of what `shared:` may hold for it, or empty.
    """

    key: str
    config_key: str
    since: tuple[int, int]
    shared_keys: tuple[str, ...]
    schema: Schema
    shared: Schema

    def read(
        self, node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
    ) -> Mapping[str, Json]:
        """Return the fields of the integration, secrets only as files; nothing if it is wrong."""
        ...

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        """Return what `shared:` adds to Alertmanager's `global`."""
        ...


class Pack(Protocol):
    """A ready dashboard: one word in a Service's `dashboards`."""

    key: str
    description: str

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return the service's dashboards; none where it has nothing to show."""
        ...

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return what all the services that name the pack share, once for the Project."""
        ...


