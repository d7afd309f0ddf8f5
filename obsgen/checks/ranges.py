"""Ranges that hold too few samples, and ranges and offsets beyond what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.plurals import counted
from obsgen.promql import Call, MatrixSelector, Subquery, VectorSelector, duration_text
from obsgen.units import Duration

TOO_SHORT: Final = Code(
    "PQL437",
    "range-too-short",
    why="a rate needs two samples, and a scrape may be missed or late: a range below four scrapes "
    "has gaps, and alerts that depend on it are resolved by them",
    fix="Write a range of at least four scrape intervals.",
    severity=Severity.WARNING,
)
BEYOND_RETENTION: Final = Code(
    "PQL438",
    "beyond-retention",
    why="older samples are deleted: the range is silently cut short, and of an offset there is "
    "nothing",
    fix="Write a shorter range, record the series, or keep samples longer: "
    "`prometheus: {retention: …}`.",
)
CODES: Final = (TOO_SHORT, BEYOND_RETENTION)

_OF_TWO_SAMPLES: Final = frozenset(
    {"rate", "irate", "increase", "delta", "idelta", "deriv", "resets", "predict_linear"}
)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    for query in subject.queries:
        yield from _short(query, subject)
        yield from _long(query, subject.compiled.prometheus.retention)


def _short(query: Query, subject: Subject) -> Iterator[Diagnostic]:
    yield from _single(query)
    scraped = query.scope.scrape_interval if query.scope else None
    interval = scraped or subject.compiled.prometheus.scrape_interval
    least = subject.settings.least_scrapes * interval.ms
    for call in query.nodes(Call):
        selected = call.args[0] if call.args else None
        if call.function not in _OF_TWO_SAMPLES or not isinstance(selected, MatrixSelector):
            continue
        # Recorded series have a rhythm of their own.
        is_recorded = names.is_recorded(selected.selector.metric_name or "")
        if "$" in query.written(selected) or is_recorded:
            continue
        if selected.range_ms < least:
            spans = duration_text(selected.range_ms)
            message = f"range {spans} spans {_scrapes(selected.range_ms, interval)}"
            hint = f"write `[{duration_text(least)}]` or more: scraped every {interval}"
            yield query.finding(TOO_SHORT, selected, message, hint)


def _single(query: Query) -> Iterator[Diagnostic]:
    """Yield subqueries in whose range their step fits only once."""
    for call in query.nodes(Call):
        inner = call.args[0] if call.args else None
        if call.function not in _OF_TWO_SAMPLES or not isinstance(inner, Subquery):
            continue
        if "$" not in query.written(inner) and 0 < inner.range_ms <= inner.step_ms:
            step = duration_text(inner.step_ms)
            message = f"a range of {duration_text(inner.range_ms)} holds one step of {step}"
            hint = f"`{call.function}` needs two points: write a longer range, or a finer step"
            yield query.finding(TOO_SHORT, inner, message, hint)


def _scrapes(range_ms: int, interval: Duration) -> str:
    return counted(range_ms // interval.ms, "scrape")


def _long(query: Query, retention: Duration) -> Iterator[Diagnostic]:
    ranges: tuple[MatrixSelector | Subquery, ...]
    ranges = (*query.nodes(MatrixSelector), *query.nodes(Subquery))
    for node in ranges:
        offset = node.selector.offset_ms if isinstance(node, MatrixSelector) else node.offset_ms
        reach = max(node.range_ms, 0) + max(offset, 0)
        if reach > retention.ms:
            what = f"range {duration_text(node.range_ms)}"
            what += f" and offset {duration_text(offset)}" if offset > 0 else ""
            yield _beyond(query, node, what, retention)
    for selected in query.nodes(VectorSelector):
        is_inside = any(isinstance(up, MatrixSelector) for up in query.above(selected))
        if not is_inside and selected.offset_ms > retention.ms:
            what = f"offset {duration_text(selected.offset_ms)}"
            yield _beyond(query, selected, what, retention)


def _beyond(
    query: Query, node: MatrixSelector | Subquery | VectorSelector, what: str, kept: Duration
) -> Diagnostic:
    verb = "reach" if " and " in what else "reaches"
    message = f"{what} {verb} beyond the retention of {kept}"
    hint = "shorten it, or keep samples longer: `prometheus: {retention: …}`"
    return query.finding(BEYOND_RETENTION, node, message, hint)


KIND: Final = Check(
    run=_run,
    lints=("L13",),
    examples=(
        Example(
            code=TOO_SHORT,
            wrong="rate(http_requests_total[30s])",
            right="rate(http_requests_total[1m])",
        ),
        Example(
            code=BEYOND_RETENTION,
            wrong="sum(increase(http_requests_total[90d]))",
            right="sum(increase(http_requests_total[30d]))",
        ),
    ),
)
