"""Intervals that never come, and routes that are muted whenever they are active."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import Route
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.routing import ever_comes

NEVER_COMES: Final = Code(
    "ALR657",
    "interval-never-comes",
    why="no day is as the interval says: a route that is active in it never notifies anybody",
    fix="Name days that the months have.",
)
NEVER_OPEN: Final = Code(
    "ALR658",
    "route-never-open",
    why="the route is muted in every interval in which it is active, so it notifies nobody",
    fix="Leave the interval out of `mute`, or out of `active`.",
)
CODES: Final = (NEVER_COMES, NEVER_OPEN)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    if config is None:
        return
    for interval in config.time_intervals:
        if not ever_comes(interval):
            message = f"interval `{interval.name}` never comes: no day is as it says"
            yield finding(NEVER_COMES, interval.origin, message, "name days that the months have")
    yield from {found.origin: found for found in _closed(config.route)}.values()


def _closed(route: Route) -> Iterator[Diagnostic]:
    if route.active and set(route.active) <= set(route.mute):
        names = ", ".join(f"`{name}`" for name in route.active)
        message = f"the route is active in {names}, and muted then"
        yield finding(NEVER_OPEN, route.origin / "mute", message, "leave it out of one of the two")
    for child in route.routes:
        yield from _closed(child)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=NEVER_COMES,
            wrong="intervals: {leap: {months: february, days_of_month: 30, location: UTC}}",
            right="intervals: {leap: {months: february, days_of_month: 29, location: UTC}}",
        ),
        Example(
            code=NEVER_OPEN,
            wrong="routes: [{to: chat, active: office, mute: office}]",
            right="routes: [{to: chat, active: office, mute: holidays}]",
        ),
    ),
)
