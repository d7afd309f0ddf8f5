"""Routes that are muted whenever they are active."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from obsgen.artefacts import Route
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.time_spans import is_always

NEVER_OPEN: Final = Code(
    "ALR658",
    "route-never-open",
    why="the route is muted at all times, or in every interval in which it is active, so it "
    "notifies nobody",
    fix="Leave the interval out of `mute`, or out of `active`.",
)
CODES: Final = (NEVER_OPEN,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    if config is not None:
        always = {i.name for i in config.time_intervals if any(map(is_always, i.spans))}
        yield from {found.origin: found for found in _closed(config.route, always)}.values()


def _closed(route: Route, always: Container[str]) -> Iterator[Diagnostic]:
    for name in route.mute:
        if name in always:
            message = f"the route is muted in `{name}`, which is all the time"
            yield finding(NEVER_OPEN, route.origin / "mute", message, "leave it out")
    if route.active and set(route.active) <= set(route.mute):
        names = ", ".join(f"`{name}`" for name in route.active)
        message = f"the route is active in {names}, and muted then"
        yield finding(NEVER_OPEN, route.origin / "mute", message, "leave it out of one of the two")
    for child in route.routes:
        yield from _closed(child, always)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=NEVER_OPEN,
            wrong="routes: [{to: chat, active: office, mute: office}]",
            right="routes: [{to: chat, active: office, mute: holidays}]",
        ),
    ),
)
