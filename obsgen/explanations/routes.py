"""Whom every alert reaches, and when: the routing tree, and each alert on its way through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.artefacts import AlertmanagerConfig, Compiled, Route
from obsgen.matchers import quoted
from obsgen.names import ESCALATED, PROBE_LABEL
from obsgen.routing import (
    GROUP_INTERVAL,
    GROUP_WAIT,
    REPEAT_INTERVAL,
    PossibleLabels,
    Reached,
    dispatch,
    inhibits,
)
from obsgen.routing.alerts import RoutedAlert, routed_alerts
from obsgen.sections import Column, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """
    The answer for one environment.

    Attributes:
        environment: Its name, or empty.
        alerts: The alerts that are told of; none where labels were asked for.
        silencing: The names of those that may silence the one that was asked for, by its own.
        labels: The labels that were asked for, and the way of an alert that has them alone.
    """

    environment: str
    config: AlertmanagerConfig
    alerts: tuple[RoutedAlert, ...] = ()
    silencing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] | None = None

    @property
    def reached(self) -> tuple[Reached, ...]:
        """The routes that an alert with the labels takes."""
        return dispatch(self.config.route, PossibleLabels(fixed=self.labels or {}))

    @property
    def sections(self) -> tuple[Section, ...]:
        """What people are told."""
        suffix = f" in {self.environment}" if self.environment else ""
        if self.labels is not None:
            shown = ", ".join(f'{k}="{v}"' for k, v in self.labels.items()) or "no labels"
            return (_way(f"An alert with {shown}{suffix}", self.reached),)
        return (
            Section(title=f"Routes{suffix}", lines=tuple(_tree(self.config.route, 0))),
            Section(
                title=f"Alerts{suffix}",
                lines=tuple(
                    f"{name} is silenced by {', '.join(others)}"
                    for name, others in self.silencing.items()
                    if others
                ),
                columns=tuple(map(Column, ("alert", "severity", "reaches", "when"))),
                rows=tuple(row for alert in self.alerts for row in _rows(alert)),
            ),
        )

    @property
    def json(self) -> Mapping[str, object]:
        """What programs are told."""
        found: dict[str, object] = {"environment": self.environment} if self.environment else {}
        if self.labels is not None:
            return {**found, "labels": dict(self.labels), "reaches": _reached_json(self.reached)}
        alerts = [
            {
                "alert": alert.name,
                "labels": dict(sorted(alert.labels.fixed.items())),
                "varying": None if alert.labels.is_open else sorted(alert.labels.varying),
                **self._silencing_json(alert),
                "reaches": _reached_json(alert.reached),
            }
            for alert in self.alerts
        ]
        return {**found, "route": _route_json(self.config.route), "alerts": alerts}

    def _silencing_json(self, alert: RoutedAlert) -> Mapping[str, object]:
        if alert.name not in self.silencing:
            return {}
        return {"silenced_by": list(self.silencing[alert.name])}


def routes_of(
    compiled: Compiled, environment: str, alert: str, labels: Mapping[str, str] | None
) -> Routes | None:
    """
    Return whom alerts reach; None where the specs hold no Routing.

    Args:
        alert: `service/Alert` or a name, to tell of it alone; empty for all.
        labels: Tell of an alert with these labels alone.
    """
    if compiled.alertmanager is None:
        return None
    every = () if labels is not None else routed_alerts(compiled)
    chosen = tuple(a for a in every if alert in ("", a.name, a.rule.alert))
    return Routes(
        environment=environment,
        config=compiled.alertmanager,
        alerts=chosen,
        silencing=_silencing(compiled.alertmanager, chosen, every) if alert else {},
        labels=labels,
    )


def _silencing(
    config: AlertmanagerConfig, chosen: Iterable[RoutedAlert], every: tuple[RoutedAlert, ...]
) -> Mapping[str, tuple[str, ...]]:
    """Return what may silence each of the chosen alerts, by its name."""
    found: dict[str, dict[str, None]] = {}
    for target in chosen:
        names = found.setdefault(target.name, {})
        for source in every:
            verdicts = (inhibits(r, source.labels, target.labels) for r in config.inhibit_rules)
            if any(verdict is not False for verdict in verdicts):
                names[source.name] = None
    return {name: tuple(others) for name, others in found.items()}


# --- for people ----------------------------------------------------------------------------------


def _tree(route: Route, depth: int) -> Iterator[str]:
    what = _matchers(route) or ("everything" if depth else "default")
    notes = [*_hours(route), *(["continues"] if route.continue_ else [])]
    shown = f" ({'; '.join(notes)})" if notes else ""
    yield f"{'  ' * depth}{what} → {route.receiver}{shown}"
    for child in route.routes:
        if not _only_repeats(child, route):
            yield from _tree(child, depth + 1)


def _only_repeats(child: Route, route: Route) -> bool:
    """Say whether a route is derived from the one above it, to repeat one severity in its time."""
    return (
        child.origin == route.origin
        and child.receiver == route.receiver
        and child.repeat_interval is not None
        and [m.label for m in child.matchers] == ["severity"]
    )


def _rows(alert: RoutedAlert) -> Iterator[tuple[str, ...]]:
    severity = alert.rule.labels.get("severity", "")
    labels = ", ".join(f"{k}={v}" for k in _TELLING if (v := alert.rule.labels.get(k)))
    name = f"{alert.name} ({labels})" if labels else alert.name
    for number, reached in enumerate(alert.reached):
        first = (name, severity) if not number else ("", "")
        yield (*first, _receiver(reached), _when(reached))


_TELLING: Final = ("slo", "tier", "spent", "spend", "level", PROBE_LABEL, ESCALATED)


def _way(title: str, reached: Iterable[Reached]) -> Section:
    rows = tuple((_receiver(each), _when(each), _path(each)) for each in reached)
    columns = tuple(map(Column, ("reaches", "when", "by the route")))
    return Section(title=title, columns=columns, rows=rows)


def _receiver(reached: Reached) -> str:
    return reached.receiver if reached.is_sure else f"{reached.receiver} (perhaps)"


def _path(reached: Reached) -> str:
    return " › ".join(filter(None, map(_matchers, reached.path))) or "default"


def _matchers(route: Route) -> str:
    return ", ".join(f"{m.label}{m.op}{quoted(m.value)}" for m in route.matchers)


def _when(reached: Reached) -> str:
    route = reached.effective
    wait = GROUP_WAIT if route.group_wait is None else route.group_wait
    interval = route.group_interval or GROUP_INTERVAL
    # What is to be sent again is looked for once an interval.
    repeat = max(route.repeat_interval or REPEAT_INTERVAL, interval)
    by = ", ".join(route.group_by or ()) or "nothing"
    told = f"after {wait}, news every {interval}, again every {repeat}; grouped by {by}"
    return "; ".join((told, *_hours(route)))


def _hours(route: Route) -> Iterator[str]:
    if route.active:
        yield f"only in {' or '.join(route.active)}"
    if route.mute:
        yield f"not in {' or '.join(route.mute)}"


# --- for programs --------------------------------------------------------------------------------


def _reached_json(reached: Iterable[Reached]) -> list[object]:
    return [
        {
            "receiver": each.receiver,
            "sure": each.is_sure,
            "route": _path(each),
            **_timing_json(each.effective),
        }
        for each in reached
    ]


def _timing_json(route: Route) -> dict[str, object]:
    wait = GROUP_WAIT if route.group_wait is None else route.group_wait
    return {
        "group_by": list(route.group_by or ()),
        "group_wait": str(wait),
        "group_interval": str(route.group_interval or GROUP_INTERVAL),
        "repeat_interval": str(route.repeat_interval or REPEAT_INTERVAL),
        "active": list(route.active),
        "mute": list(route.mute),
    }


def _route_json(route: Route) -> dict[str, object]:
    return {
        "receiver": route.receiver,
        "matchers": [f"{m.label}{m.op}{quoted(m.value)}" for m in route.matchers],
        "continue": route.continue_,
        "routes": [_route_json(child) for child in route.routes],
    }
