"""Alerts that no route takes: they fall to the default receiver, where nobody may look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import Route
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Related, Severity, finding
from obsgen.routing.alerts import RoutedAlert

DEFAULT_ONLY: Final = Code(
    "ALR651",
    "default-only",
    why="no route takes the alert, so it falls to the default receiver: often a channel that is "
    "there because Alertmanager demands one, and that nobody is paged from",
    fix="Add a route for it, or `- {to: chat}` as the last route, which says that the rest is "
    "meant to go there.",
    severity=Severity.WARNING,
)
CODES: Final = (DEFAULT_ONLY,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    # Without any route the default receiver is the whole routing.
    if config is None or all(_is_default(each, config.route) for each in config.route.routes):
        return
    found = [
        alert
        for alert in subject.routed
        if all(_is_default(reached.route, config.route) for reached in alert.reached)
    ]
    if found:
        receiver = config.route.receiver
        what = "1 alert reaches" if len(found) == 1 else f"{len(found)} alerts reach"
        named = dict.fromkeys(map(_named, found))
        shown = ", ".join(list(named)[:_SHOWN]) + (", …" if len(named) > _SHOWN else "")
        message = f"{what} only the default receiver `{receiver}`: {shown}"
        hint = f"add routes for them, or `- {{to: {receiver}}}` as the last route"
        related = tuple(Related("one of them", alert.rule.origin) for alert in found[:1])
        place = config.route.origin / "default_receiver"
        yield finding(DEFAULT_ONLY, place, message, hint, related=related)


def _is_default(route: Route, root: Route) -> bool:
    """Say whether it is the default, or a route that is derived from it."""
    stands_for_it = not (route.matchers or route.origin.file)
    return route is root or route.origin == root.origin or stands_for_it


def _named(alert: RoutedAlert) -> str:
    severity = alert.rule.labels.get("severity", "")
    return f"`{alert.name}` ({severity})" if severity else f"`{alert.name}`"


_SHOWN: Final = 5

KIND: Final = Check(
    run=_run,
    lints=("L8",),
    examples=(
        Example(
            code=DEFAULT_ONLY,
            wrong="default_receiver: chat\nroutes:\n- {where: {severity: critical}, to: oncall}",
            right="default_receiver: chat\nroutes:\n- {where: {severity: critical}, to: oncall}\n"
            "- {to: chat}",
        ),
    ),
)
