"""Labels to group by that no alert has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.artefacts import Route
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.routing import ALL_LABELS
from obsgen.routing.alerts import RoutedAlert

GROUP_LABEL: Final = Code(
    "ALR653",
    "group-by-nothing",
    why="alerts that lack a label count as equal in it: the label tells no groups apart, and a "
    "misspelt one puts alerts of different things into one notification",
    fix="Name a label that the alerts have, or leave it out.",
    severity=Severity.WARNING,
)
CODES: Final = (GROUP_LABEL,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    alerts = subject.routed
    if config is not None and alerts:
        here: dict[int, dict[int, RoutedAlert]] = {}
        for number, alert in enumerate(alerts):
            for reached in alert.reached:
                for route in reached.path:
                    here.setdefault(id(route), {})[number] = alert
        yield from _of(config.route, config.route, here)


def _of(
    route: Route, root: Route, alerts: Mapping[int, Mapping[int, RoutedAlert]]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with a route and those below; the alerts by the routes they take."""
    here = tuple(alerts.get(id(route), {}).values())
    for index, label in enumerate((route.group_by or ()) if here and route.origin.file else ()):
        if label != ALL_LABELS and not any(alert.labels.may_have(label) for alert in here):
            known = {*(name for alert in here for name in alert.labels.fixed)}
            known |= {name for alert in here for name in alert.labels.varying}
            guess = near(label, sorted(known))
            hint = f"did you mean `{guess}`?" if guess else "leave it out"
            whose = "no alert" if route is root else "no alert of the route"
            place = (
                (route.origin / "timing" if route is root else route.origin) / "group_by" / index
            )
            yield finding(GROUP_LABEL, place, f"{whose} has the label `{label}`", hint)
    for child in route.routes:
        yield from _of(child, root, alerts)


KIND: Final = Check(
    run=_run,
    lints=("L19",),
    examples=(
        Example(
            code=GROUP_LABEL,
            wrong="timing: {group_by: [alertname, cluster]}",
            right="timing: {group_by: [alertname, service]}",
        ),
    ),
)
