"""The promises of every kind: how it is read, and what it may ask of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from obsgen.artefacts import Json, Written
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import Diagnostic
from obsgen.gotemplate import Dialect
from obsgen.matchers import Matcher
from obsgen.model.dashboards import PanelBody
from obsgen.model.hours import Hours
from obsgen.model.measures import Condition, Limit, Measure, ModifierNodes, Modifiers
from obsgen.model.project import Project
from obsgen.model.services import AlertBody
from obsgen.model.slos import Sli, SloPart
from obsgen.model.spends import SpendPart
from obsgen.schema.shared import Schema
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration, Unit


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

    def measure(self, node: Node | None, inherited: ModifierNodes | None = None) -> Measure | None:
        """Read a measure that gives one query; an operand inherits what it does not set."""
        ...

    def names_measure(self, name: str) -> bool:
        """Say whether a measure of this name may be used here."""
        ...

    def modifiers(self, nodes: ModifierNodes, metrics: tuple[Metric, ...]) -> Modifiers:
        """Read modifiers; every label must belong to all of the metrics."""
        ...

    def bucket(self, node: Node | None, metric: Metric) -> Decimal | None:
        """Read a bound that is one of the histogram's buckets."""
        ...

    def buckets(self, node: Node | None, metric: Metric) -> Limit | None:
        """Read a bound, or one for each value of a label; all of them buckets of the histogram."""
        ...

    def measures(self, node: Node) -> tuple[Measure, ...]:
        """Read a measure, a name or a list of them; `quantile: [0.5, 0.9]` gives two."""
        ...

    def condition(self, node: Node, *, is_foreseen: bool = False) -> Condition | None:
        """
        Read a measure with one comparison.

        Args:
            is_foreseen: The limit may be where the values of the measure end: a line goes on.
        """
        ...

    def comparison(self, node: MappingNode, measure: Measure) -> tuple[str, Limit] | None:
        """Read the one comparison of a mapping: its operator, and its limit for *measure*."""
        ...

    def metric(self, node: Node | None, types: tuple[str, ...], *, use: str) -> Metric | None:
        """Look up a metric of one of the types; *use* says what for: ``rate``."""
        ...

    def matchers(
        self,
        node: Node | None,
        metrics: tuple[Metric, ...],
        *,
        beside: tuple[Matcher, ...] = (),
    ) -> tuple[Matcher, ...]:
        """
        Read `where` and its like; every label must belong to all of the metrics.

        Args:
            beside: Other matchers that hold at the same time.
        """
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

    def hours(self, node: Node) -> Hours | None:
        """Read the name of an interval of the Routing."""
        ...

    def slo(self, node: Scalar, weight: Decimal) -> SloPart | None:
        """Read the name of another SLO: `SERVICE/NAME`, or `NAME` of the same service."""
        ...

    def probe(self, node: Scalar) -> Metric | None:
        """Return the gauge that tells whether a probe of the service succeeds, by its name."""
        ...

    def limit(self, node: Node | None, metric: Metric, by: tuple[str, ...]) -> Limit | None:
        """Read an amount in a metric's unit, or one for each value of a label of *by*."""
        ...

    def severity(self, node: Node | None) -> str | None:
        """Read the name or the alias of a severity of the Project."""
        ...

    def spend(self, node: Scalar) -> SpendPart | None:
        """Read the name of a budget of money: `SERVICE/NAME`, or `NAME` of the same service."""
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
    """How an SLI kind is read: from a mapping, and from a text where its schema takes one."""

    key: str
    schema: Schema

    def read(self, node: Node, reader: Reader) -> Sli | None:
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
    """
    How a panel kind is read.

    Attributes:
        takes: The words of `schema.panel_style` that the kind can show (see `panels._takes`).
    """

    key: str
    schema: Schema
    takes: frozenset[str]

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
    def dialect(self) -> Dialect:
        """The target Alertmanager's templates."""
        ...

    def report(self, diagnostic: Diagnostic) -> None:
        """Note a finding."""
        ...

    def keep(self, written: Written) -> None:
        """Note a template that the author wrote, for what sees all alerts."""
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
