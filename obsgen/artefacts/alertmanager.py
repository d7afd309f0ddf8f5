"""Alertmanager's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from obsgen.artefacts.json import Json
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverConfig:
    """A receiver: its integrations as (`slack_configs`, fields) in the order of the spec."""

    name: str
    integrations: tuple[tuple[str, Mapping[str, Json]], ...]
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
class AlertmanagerConfig:
    """alertmanager.yml; *global_* holds what receivers share."""

    global_: Mapping[str, Json]
    route: Route
    receivers: tuple[ReceiverConfig, ...]
    inhibit_rules: tuple[InhibitRule, ...]
    time_intervals: tuple[TimeInterval, ...]
    sources: tuple[str, ...]
