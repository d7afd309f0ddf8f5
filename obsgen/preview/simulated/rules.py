"""
Rules over a past: what they would have recorded, and which alerts would have fired.

Each expression is asked of the real Prometheus over all moments at once, and what it gives is
written back before the next rule is asked. Of an alert only the life is reckoned here: pending
until `for` is over, firing after it, and for `keep_firing_for` longer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile
from obsgen.matchers import Matcher
from obsgen.preview.ranges import duration
from obsgen.preview.server import Matrix
from obsgen.preview.simulated.remote_write import Series

Rule = RecordingRule | AlertingRule
Ask = Callable[[str], Matrix]
"""Returns the series of an expression at all moments."""

ALERTS: Final = "ALERTS"
SINCE: Final = "ALERTS_FOR_STATE"
_OFFSET: Final = re.compile(r"\boffset\s+(\w+)")
_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_READ: Final = re.compile(r"\bALERTS(?:_FOR_STATE)?\b(?:\s*\{([^}]*)\})?")
_NAMED: Final = re.compile(r"""\balertname\s*(=~|=)\s*"([^"\\$]*)\"""")
_MS: Final = 1_000


def offsets(text: str) -> frozenset[int]:
    """
    Return how far back an expression looks by `offset`, in milliseconds.

    >>> sorted(offsets("a offset 1d / b offset 1w"))
    [86400000, 604800000]
    """
    return frozenset(duration(found) for found in _OFFSET.findall(text))


def words(text: str) -> frozenset[str]:
    """Return everything in an expression that may be the name of a metric."""
    return frozenset(_NAME.findall(text))


@dataclass(frozen=True, slots=True)
class Needed:
    """
    The rules that somebody reads.

    Attributes:
        rules: Each after all that it reads.
        names: All names that they and the dashboards mention.
    """

    rules: tuple[Rule, ...]
    names: frozenset[str]


def needed(files: Iterable[RuleFile], queries: Iterable[str]) -> Needed:
    """Return the rules that queries read, at any remove."""
    every = [rule for file in files for group in file.groups for rule in group.rules]
    recorders: dict[str, list[Rule]] = {}
    alerts = [rule for rule in every if isinstance(rule, AlertingRule)]
    for rule in every:
        if isinstance(rule, RecordingRule):
            recorders.setdefault(rule.record, []).append(rule)
    ordered: dict[int, Rule] = {}
    names: set[str] = set()
    seen: set[int] = set()

    def read(query: str) -> None:
        found = words(query)
        names.update(found)
        for name in sorted(found & recorders.keys()):
            for rule in recorders[name]:
                visit(rule)
        for alert in _alerts(query, alerts):
            visit(alert)

    def visit(rule: Rule) -> None:
        if id(rule) not in seen:
            seen.add(id(rule))
            read(rule.expr)
            ordered[id(rule)] = rule

    for query in queries:
        read(query)
    return Needed(tuple(ordered.values()), frozenset(names))


def _alerts(query: str, alerts: Sequence[AlertingRule]) -> Iterator[AlertingRule]:
    """Yield the alerts whose state a query reads: all, or those that it names."""
    for matchers in _READ.findall(query):
        name = _NAMED.search(matchers)
        for alert in alerts:
            if name is None or _is_named(alert, *name.groups()):
                yield alert


def _is_named(alert: AlertingRule, operator: str, text: str) -> bool:
    return Matcher("alertname", "=~" if operator == "=~" else "=", text).matches(alert.alert)


def evaluated(rule: Rule, ask: Ask, moments: range) -> list[Series]:
    """Return what a rule would have left behind at *moments*, milliseconds."""
    found = ask(rule.expr)
    if isinstance(rule, RecordingRule):
        return [_recorded(rule, one.labels, one.points, moments) for one in found]
    return [series for one in found for series in _lived(rule, one.labels, one.points, moments)]


def _recorded(
    rule: RecordingRule, labels: Mapping[str, str], points: Mapping[int, float], moments: range
) -> Series:
    series = Series(labels={**_bare(labels), **rule.labels, "__name__": rule.record})
    was_there = False
    for at in moments:
        if at in points:
            series.add(at, points[at])
        elif was_there:
            series.add(at, None)
        was_there = at in points
    return series


def _lived(
    rule: AlertingRule, labels: Mapping[str, str], points: Mapping[int, float], moments: range
) -> Iterator[Series]:
    own = {**_bare(labels), **rule.labels, "alertname": rule.alert}
    states = {
        state: Series(labels={**own, "alertstate": state, "__name__": ALERTS})
        for state in ("pending", "firing")
    }
    since = Series(labels={**own, "__name__": SINCE})
    before = ""
    for at, state, began in _states(rule, points, moments):
        if before and state != before:
            states[before].add(at, None)
        if before and not state:
            since.add(at, None)
        if state:
            states[state].add(at, 1.0)
            since.add(at, began / _MS)
        before = state
    yield from (series for series in (*states.values(), since) if series.times)


def _states(
    rule: AlertingRule, points: Mapping[int, float], moments: Sequence[int]
) -> Iterator[tuple[int, str, int]]:
    """Yield for each moment the state, or an empty text, and when the alert began."""
    began = last = 0
    is_firing = False
    for at in moments:
        if at in points:
            began, last = began or at, at
            is_firing = is_firing or at - began >= rule.for_.ms
        elif not (is_firing and at - last < rule.keep_firing_for.ms):
            began, is_firing = 0, False
        yield at, ("firing" if is_firing else "pending") if began else "", began


def _bare(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != "__name__"}
