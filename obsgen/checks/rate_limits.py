"""A limit of a rate that reads like a count, or like a share of traffic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary, Call, Node, NumberLiteral, walk, without_parens
from obsgen.promql.functions import COMPARISONS
from obsgen.units import number_text

LIKE_A_COUNT: Final = Code(
    "PQL432",
    "rate-limit-like-count",
    why="`rate(x_total[5m]) > 10` means ten events a second, 3000 in these five minutes; whoever "
    "reads it as ten events is never alerted",
    fix="Count with `increase(x_total[5m]) > 10`, or write the limit as a rate: `> 10 / 60`.",
    severity=Severity.WARNING,
)
LIKE_A_SHARE: Final = Code(
    "PQL433",
    "rate-limit-like-share",
    why="`rate(errors_total[5m]) > 0.05` means three errors a minute, whatever the traffic; of "
    "five percent of the requests it says nothing",
    fix="Divide by all events: `sum(rate(errors[5m])) / sum(rate(all[5m])) > 0.05`.",
    severity=Severity.WARNING,
)
CODES: Final = (LIKE_A_COUNT, LIKE_A_SHARE)

_LEAST, _MOST = Decimal(2), Decimal(50)
# Limits of shares as people write them: 0.5 %, 1 %, 5 %, 10 %, …
_SHARES: Final = tuple(
    map(Decimal, ("0.001", "0.005", "0.01", "0.02", "0.03", "0.05", "0.1", "0.15", "0.2", "0.25"))
)


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op not in COMPARISONS or query.use is not Use.ALERT:
        return
    for side, limit in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        number = query.meaning(limit).number
        window = _window(side)
        # In a measure the unit of a limit is written down: `above: 0.1/s`.
        is_told = window and query.places.is_written(node)
        if number is None or not is_told or not _counts_events(query, side):
            continue
        # A factor may turn the rate into anything; few events, and events beside a share of
        # them, are asked for to tell whether there is traffic at all.
        if _is_scaled(side) or not _is_exceeded(node, side) or _is_gate(query, node):
            continue
        texts = query.texts
        if _says(number, texts, _EVENTS):
            message = f"the limit {number_text(number)} is per second: {_in_window(number, window)}"
            hint = f"write `increase(…) > {number_text(number)}` for a count"
            yield query.finding(LIKE_A_COUNT, node, message, hint)
            continue
        if _says(number * 100, texts, _PERCENT) or _says(number, texts, _PERCENT):
            message = f"the limit {number_text(number)} is per second, no share of the events"
            hint = "divide by the rate of all events"
            yield query.finding(LIKE_A_SHARE, node, message, hint)
            continue
        if _LEAST <= number <= _MOST and number == number.to_integral_value():
            if _SAYS_SECOND.search(texts):
                continue
            if _SAYS_RATE.search(texts) and not _SAYS_COUNT.search(texts):
                continue
            message = f"the limit {number_text(number)} is per second: {_in_window(number, window)}"
            hint = f"write `increase(…) > {number_text(number)}` for a count"
            yield _judged(query.finding(LIKE_A_COUNT, node, message, hint), texts, _SAYS_COUNT)
        elif number in _SHARES and not _SAYS_SECOND.search(texts):
            message = f"the limit {number_text(number)} is per second, no share of the events"
            hint = "divide by the rate of all events, or count with `increase(…)`"
            yield _judged(query.finding(LIKE_A_SHARE, node, message, hint), texts, _SAYS_SHARE)


_SAYS_RATE: Final = re.compile(r"\brates?\b|Rate", re.ASCII)
_SAYS_COUNT: Final = re.compile(
    r"per minute|per hour|/\s?min|more than \d|\btimes\b|in the last|within", re.IGNORECASE
)
_SAYS_SHARE: Final = re.compile(
    r"%|percent|\bratio\b|\bshare\b|Ratio|Percent|Error_?Rate|Failure_?Rate|error rate", re.ASCII
)
_SAYS_SECOND: Final = re.compile(
    r"/\s?s(?:ec(?:ond)?)?\b|\bper[ -]sec(?:ond)?\b|\b(?:each|every|a) second\b"
    r"|(?i:\b(?:[rqt]ps|iops)\b)|PerSec(?:ond)?|[RQT]PS\b|(?<=[a-z])[RQT]ps\b",
    re.ASCII,
)


_EVENTS: Final = (
    r"(?:\s+\w+){0,3}\s+(?:in|per|within|during|over)\s+(?:the\s+)?(?:last\s+|past\s+)?"
    r"(?:\d+\s*(?:m|min|minutes?|h|hours?)\b|minute\b|hour\b)"
)
_PERCENT: Final = r"\s?(?:%|percent)"


def _says(number: Decimal, texts: str, behind: str) -> bool:
    """Say whether the alert's words name the limit itself, with what stands behind it."""
    return bool(re.search(rf"(?<![\d.]){re.escape(number_text(number))}{behind}", texts))


def _is_scaled(node: Node) -> bool:
    """Say whether a number multiplies or divides the rate."""
    return any(
        isinstance(part, Binary)
        and part.op in {"*", "/"}
        and any(isinstance(without_parens(n), NumberLiteral) for n in (part.lhs, part.rhs))
        for part in walk(node)
    )


def _is_exceeded(node: Binary, side: Node) -> bool:
    return node.op in ({">", ">=", "=="} if side is node.lhs else {"<", "<=", "=="})


def _is_gate(query: Query, node: Binary) -> bool:
    """Say whether another comparison stands beside it, of which it only says when it counts."""
    above = [up for up in query.above(node) if isinstance(up, Binary) and up.op == "and"]
    return any(
        isinstance(part, Binary)
        and part.op in COMPARISONS
        and part is not node
        and not any(_counts_events(query, side) for side in (part.lhs, part.rhs))
        for up in above
        for part in walk(up)
    )


def _judged(found: Diagnostic, texts: str, wanted: re.Pattern[str]) -> Diagnostic:
    """Return a finding as a warning where the alert's words bear it out, else as an info."""
    return found if wanted.search(texts) else replace(found, severity=Severity.INFO)


def _counts_events(query: Query, node: Node) -> bool:
    unit = query.meaning(node).unit
    return unit is not None and unit.per_seconds == 1 and unit.dimension == "count"


def _window(node: Node) -> int:
    """Return the range of the rate below a node in milliseconds; 0 without one."""
    for part in walk(node):
        if isinstance(part, Call) and part.function in {"rate", "irate"}:
            return int(getattr(part.args[0], "range_ms", 0))
    return 0


def _in_window(number: Decimal, window: int) -> str:
    return f"{number_text(number * window / 1000)} events in its range"


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    lints=("L1", "L10"),
    examples=(
        Example(
            code=LIKE_A_COUNT,
            wrong="rate(login_attempts_failed_total[5m]) > 10",
            right="increase(login_attempts_failed_total[5m]) > 10",
        ),
        Example(
            code=LIKE_A_SHARE,
            wrong='sum(rate(http_requests_total{code=~"5.."}[5m])) > 0.05',
            right='sum(rate(http_requests_total{code=~"5.."}[5m]))'
            " / sum(rate(http_requests_total[5m])) > 0.05",
        ),
    ),
)
