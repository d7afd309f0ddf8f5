"""Alertmanager's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from obsgen.artefacts.json import Json
from obsgen.artefacts.written import Written
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerMatcher:
    """One matcher of a route or an inhibition: `severity=~"critical|high"`."""

    label: str
    op: Literal["=", "!=", "=~", "!~"]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A node of Alertmanager's routing tree; what is None comes from the node above."""

    receiver: str
    matchers: tuple[AlertmanagerMatcher, ...] = ()
    continue_: bool = False
    group_by: tuple[str, ...] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    mute: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def has_times(self) -> bool:
        """Say whether there are times at which it notifies nobody."""
        return bool(self.mute or self.active)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverConfig:
    """
    A receiver.

    Attributes:
        integrations: As (`slack_configs`, fields) in the order of the spec.
        texts: The Go templates that its author wrote.
    """

    name: str
    integrations: tuple[tuple[str, Mapping[str, Json]], ...]
    texts: tuple[Written, ...] = field(compare=False, repr=False, default=())
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class InhibitRule:
    """While a source fires, targets with the same *equal* labels are not notified."""

    source: tuple[AlertmanagerMatcher, ...]
    target: tuple[AlertmanagerMatcher, ...]
    equal: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInterval:
    """A named time interval; *spans* are entries of Alertmanager's `time_intervals`."""

    name: str
    spans: tuple[Mapping[str, Json], ...]
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRef:
    """
    The alerts of a name, of one service or, without one, of all.

    Attributes:
        labels: Only those with these labels, too.
    """

    service: str
    alert: str
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def __str__(self) -> str:
        """Name them as specs do: `gateway/HighErrorRate`."""
        return f"{self.service}/{self.alert}" if self.service else self.alert


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTest:
    """
    Whom an alert is to reach.

    Attributes:
        labels: Labels that it has beside those of its rule.
        at: When; None for routes that are open at any time.
        beside: What fires at the same time.
        reaches: All receivers that are to be notified.
    """

    alert: AlertRef
    labels: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    beside: tuple[AlertRef, ...] = ()
    reaches: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerConfig:
    """
    alertmanager.yml.

    Attributes:
        global_: What receivers share.
        tests: What its author says that it does.
        version: Of the Alertmanager that is going to load it.
        messages: The template file that receivers refer to, or nothing where none does.
        environment: Whose it is, or empty.
    """

    global_: Mapping[str, Json]
    route: Route
    receivers: tuple[ReceiverConfig, ...]
    inhibit_rules: tuple[InhibitRule, ...]
    time_intervals: tuple[TimeInterval, ...]
    sources: tuple[str, ...]
    tests: tuple[RouteTest, ...] = ()
    version: tuple[int, int] = (0, 25)
    messages: str = ""
    environment: str = ""
