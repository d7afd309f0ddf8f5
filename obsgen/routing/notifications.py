"""
The notifications that a run of alerts brings, and when.

Semantics: Alertmanager's `dispatch.go` (groups, and when they are flushed) and `notify/notify.go`
(inhibition, time intervals, and what was told already). Alerts are told to Alertmanager when they
begin and when they end; nothing gets lost on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from obsgen.artefacts import AlertmanagerConfig, ReceiverConfig, Route
from obsgen.routing.dispatch import Tree
from obsgen.routing.groups import GROUP_INTERVAL, GROUP_WAIT, REPEAT_INTERVAL, group_key
from obsgen.routing.inhibition import inhibitors
from obsgen.routing.intervals import is_open
from obsgen.routing.labels import PossibleLabels
from obsgen.units import Duration

Labels = tuple[tuple[str, str], ...]
"""Labels sorted by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """
    An alert of a run.

    Attributes:
        begins, ends: Since the start of the run; `ends` is None where it goes on.
    """

    labels: Mapping[str, str]
    begins: Duration = Duration(0)
    ends: Duration | None = None

    def is_firing(self, time: int) -> bool:
        """Say whether it fires *time* milliseconds after the start."""
        return self.begins.ms <= time and (self.ends is None or time < self.ends.ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """
    What an integration sends.

    Attributes:
        at: Since the start of the run.
        integration: The integration of the receiver: `slack_configs`.
        group: The labels of the group.
        firing, resolved: The alerts in it, sorted.
    """

    at: Duration
    receiver: str
    integration: str
    group: Labels
    firing: tuple[Labels, ...]
    resolved: tuple[Labels, ...]


def notifications(
    config: AlertmanagerConfig, alerts: Sequence[Firing], start: datetime, length: Duration
) -> tuple[Notification, ...]:
    """
    Return what is sent in a run, in the order of time, then of the tree.

    Args:
        start: When the run begins, with its time zone.
        length: How long it is watched; what is sent at its very end is among it.
    """
    run = _Run(config, alerts, start)
    found = [sent for group in run.groups() for sent in group.sent(length.ms)]
    return tuple(sorted(found, key=lambda sent: sent.at.ms))


def _sorted(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


@dataclass(frozen=True, slots=True)
class _Run:
    config: AlertmanagerConfig
    alerts: Sequence[Firing]
    start: datetime

    def groups(self) -> Iterator[_Group]:
        """Yield each group of each route, with its alerts."""
        tree = Tree(self.config.route)
        found: dict[tuple[int, Labels], _Group] = {}
        for alert in self.alerts:
            labels = PossibleLabels(fixed=alert.labels)
            for reached in tree.dispatch(labels):
                route = reached.effective
                key = (id(reached.route), group_key(route, alert.labels))
                group = found.setdefault(key, _Group(self, route, key[1]))
                group.alerts.append(alert)
        yield from found.values()

    def is_inhibited(self, alert: Firing, time: int) -> bool:
        firing = (PossibleLabels(fixed=a.labels) for a in self.alerts if a.is_firing(time))
        target = PossibleLabels(fixed=alert.labels)
        return bool(inhibitors(self.config.inhibit_rules, target, firing))

    def is_open(self, route: Route, time: int) -> bool:
        intervals = {interval.name: interval for interval in self.config.time_intervals}
        return is_open(route, intervals, self.start + timedelta(milliseconds=time))

    def receiver(self, name: str) -> ReceiverConfig:
        return next(r for r in self.config.receivers if r.name == name)


@dataclass(frozen=True, slots=True)
class _Log:
    """What an integration has told of a group: when, and which alerts."""

    at: int
    firing: frozenset[Labels]
    resolved: frozenset[Labels]


@dataclass(slots=True)
class _Group:
    """The alerts of a route that come in one notification."""

    run: _Run
    route: Route
    labels: Labels
    alerts: list[Firing] = field(default_factory=list)

    def sent(self, length: int) -> Iterator[Notification]:
        """Yield what is sent of the group up to a time."""
        logs: dict[str, _Log] = {}
        gone = set[int]()
        for time in self._flushes(length):
            here = [a for a in self.alerts if a.begins.ms <= time and id(a) not in gone]
            gone |= {id(a) for a in here if not a.is_firing(time)}
            if not self.run.is_open(self.route, time):
                continue
            told = [a for a in here if not self.run.is_inhibited(a, time)]
            firing = frozenset(_sorted(a.labels) for a in told if a.is_firing(time))
            resolved = frozenset(_sorted(a.labels) for a in told) - firing
            yield from self._told(time, firing, resolved, logs)

    def _flushes(self, length: int) -> Iterator[int]:
        """Yield when the group is looked at: after the wait, then at each interval."""
        wait = GROUP_WAIT if self.route.group_wait is None else self.route.group_wait
        interval = self.route.group_interval or GROUP_INTERVAL
        time = min(alert.begins.ms for alert in self.alerts) + wait.ms
        while time <= length:
            yield time
            time += interval.ms

    def _told(
        self,
        time: int,
        firing: frozenset[Labels],
        resolved: frozenset[Labels],
        logs: dict[str, _Log],
    ) -> Iterator[Notification]:
        repeat = self.route.repeat_interval or REPEAT_INTERVAL
        for integration, fields in self.run.receiver(self.route.receiver).integrations:
            sends_resolved = fields.get("send_resolved", True) is not False
            log = logs.get(integration)
            if not _is_news(log, firing, resolved, sends_resolved, time - repeat.ms):
                continue
            logs[integration] = _Log(time, firing, resolved)
            if firing or sends_resolved:
                yield Notification(
                    at=Duration(time),
                    receiver=self.route.receiver,
                    integration=integration,
                    group=self.labels,
                    firing=tuple(sorted(firing)),
                    resolved=tuple(sorted(resolved)) if sends_resolved else (),
                )


def _is_news(
    log: _Log | None,
    firing: frozenset[Labels],
    resolved: frozenset[Labels],
    sends_resolved: bool,
    repeats_before: int,
) -> bool:
    """Say whether a group is told again (`notify.go`, `needsUpdate`)."""
    if log is None:
        return bool(firing)
    if not firing <= log.firing:
        return True
    if not firing:
        return bool(log.firing)
    if sends_resolved and not resolved <= log.resolved:
        return True
    return log.at < repeats_before
