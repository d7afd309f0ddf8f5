"""
Routes that say something else than their author thinks: never reached, or going on to nothing.

Only what is certain is told. One matcher implies another where both are the same, or where all the
values that the one allows are known texts that the other takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from obsgen.artefacts import AlertmanagerMatcher, Route
from obsgen.diagnostics import Code, Related, Severity, finding
from obsgen.model import Reports
from obsgen.routing import GROUP_INTERVAL, GROUP_WAIT, REPEAT_INTERVAL, takes
from obsgen.units import Duration

UNREACHABLE: Final = Code(
    "ALR566",
    "unreachable-route",
    why="the first matching route ends the search, so the receivers of this one never hear of it",
    fix="Move the narrower route before the wider one, or give the wider one `continue: true`.",
    severity=Severity.WARNING,
)
IDLE_CONTINUE: Final = Code(
    "ALR567",
    "idle-continue",
    why="`continue` goes on to the routes after it on the same level, and none of them can match",
    fix="Remove `continue`, or move the route before the ones that are to be tried too.",
    severity=Severity.WARNING,
)
TIMING: Final = Code(
    "ALR569",
    "timing",
    why="Alertmanager waits for the longer of the two: the shorter one has no effect",
    fix="Keep group_wait <= group_interval <= repeat_interval: 30s, 5m and 4h unless given.",
    severity=Severity.WARNING,
)
BEYOND_RETENTION: Final = Code(
    "ALR668",
    "repeat-beyond-retention",
    why="Alertmanager forgets after its data retention, 120h unless told otherwise, what it has "
    "sent, and sends it again then",
    fix="Write `repeat_interval: 5d` or less; ignore it where `--data.retention` is longer.",
    severity=Severity.WARNING,
)
CODES: Final = (UNREACHABLE, IDLE_CONTINUE, TIMING, BEYOND_RETENTION)

RETENTION: Final = Duration.parse("120h")
"""Alertmanager's `--data.retention` unless its operator says otherwise."""

_LITERALS: Final = re.compile(r"(?:[^\\.+*?()|\[\]{}^$]|\\[^A-Za-z0-9])*")


def check_siblings(routes: Sequence[Route], report: Reports, *, goes_on: bool) -> None:
    """
    Report unreachable routes and idle `continue`s of one level.

    Args:
        goes_on: After the last of them more follows: the receivers of the route above.
    """
    for index, route in enumerate(routes):
        if cover := cover_of(routes, index):
            _report_unreachable(route, cover, report)
        after = routes[index + 1 :]
        if route.continue_ and not goes_on and not any(_overlap(route, r) for r in after):
            origin = (route.origin / "continue").key()
            problem = "no route after it can match the same alert" if after else "it is the last"
            message = f"`continue` of {shown(route)} has no effect: {problem}"
            report(finding(IDLE_CONTINUE, origin, message, "remove `continue`"))


def check_channels(routes: Sequence[Route], channels: Iterable[Route], report: Reports) -> None:
    """Report channels of teams, which hear of what no route takes, that never hear of anything."""
    for channel in channels:
        if cover := cover_of((*routes, channel), len(routes)):
            message = f"the channel of {shown(channel)} is never reached"
            hint = "leave out the route before it: what no route takes goes to the team's channel"
            related = (_takes_before(cover),)
            report(finding(UNREACHABLE, channel.origin, message, hint, related=related))


def cover_of(routes: Sequence[Route], index: int) -> Route | None:
    """Return the route that takes all alerts of a later one of its level, and ends."""
    before = (r for r in routes[:index] if not r.continue_)
    return next((r for r in before if _covers(r.matchers, routes[index].matchers)), None)


def check_timing(route: Route, above: Route, report: Reports) -> None:
    """Report timings that do not fit each other, where *route* itself sets one of them."""
    wait = route.group_wait or above.group_wait or GROUP_WAIT
    interval = route.group_interval or above.group_interval or GROUP_INTERVAL
    repeat = route.repeat_interval or above.repeat_interval or REPEAT_INTERVAL
    if interval < wait and (route.group_interval or route.group_wait):
        key = "group_interval" if route.group_interval else "group_wait"
        message = f"group_interval {interval} is shorter than group_wait {wait}"
        hint = f"raise group_interval to {wait} or more, or lower group_wait"
        report(finding(TIMING, route.origin / key, message, hint))
    if route.repeat_interval and route.repeat_interval > RETENTION:
        message = f"repeat_interval {repeat} is longer than Alertmanager remembers, {RETENTION}"
        place = route.origin / "repeat_interval"
        report(finding(BEYOND_RETENTION, place, message, f"write `{RETENTION}` or less"))
    if repeat < interval and (route.repeat_interval or route.group_interval):
        key = "repeat_interval" if route.repeat_interval else "group_interval"
        message = f"repeat_interval {repeat} is shorter than group_interval {interval}"
        hint = f"notifications repeat every {interval} at most: raise the one or lower the other"
        report(finding(TIMING, route.origin / key, message, hint))


def _report_unreachable(route: Route, cover: Route, report: Reports) -> None:
    message = f"route for {shown(route)} is never reached"
    hint = "move it before the other, or give the other `continue: true`"
    report(finding(UNREACHABLE, route.origin, message, hint, related=(_takes_before(cover),)))


def _takes_before(cover: Route) -> Related:
    said = f"takes {'all alerts' if not cover.matchers else 'all of its alerts'} and ends"
    return Related(said, cover.origin)


def shown(route: Route) -> str:
    """Name a route for a message: by its matchers."""
    if not route.matchers:
        return "all alerts"
    return "`" + ", ".join(f"{m.label}{m.op}{m.value!r}" for m in route.matchers) + "`"


def _covers(wide: Iterable[AlertmanagerMatcher], narrow: Sequence[AlertmanagerMatcher]) -> bool:
    """Say whether every alert that *narrow* takes is certainly taken by *wide* too."""
    return all(any(_implies(n, w) for n in narrow) or _takes_all(w) for w in wide)


def _takes_all(matcher: AlertmanagerMatcher) -> bool:
    return matcher.op == "=~" and matcher.value == ".*"


def _implies(one: AlertmanagerMatcher, other: AlertmanagerMatcher) -> bool:
    if one.label != other.label:
        return False
    values = _values(one)
    if values is None:
        return one == other
    return all(takes(other, value) is True for value in values)


def _overlap(one: Route, other: Route) -> bool:
    """Say whether some alert may be taken by both."""
    return not any(
        a.label == b.label and (_excludes(a, b) or _excludes(b, a))
        for a in one.matchers
        for b in other.matchers
    )


def _excludes(one: AlertmanagerMatcher, other: AlertmanagerMatcher) -> bool:
    values = _values(one)
    return values is not None and all(takes(other, value) is False for value in values)


def _values(matcher: AlertmanagerMatcher) -> tuple[str, ...] | None:
    """Return the values that a matcher allows, or None where they cannot be listed."""
    if matcher.op == "=":
        return (matcher.value,)
    parts = re.split(r"(?<!\\)\|", matcher.value)
    if matcher.op != "=~" or not all(_LITERALS.fullmatch(part) for part in parts):
        return None
    return tuple(re.sub(r"\\(.)", r"\1", part) for part in parts)
