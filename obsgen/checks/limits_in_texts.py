"""A limit whose unit the alert's text names, and that is another than the value's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary
from obsgen.promql.functions import COMPARISONS
from obsgen.units import Unit, number_text

OTHER_UNIT: Final = Code(
    "PQL464",
    "limit-in-other-unit",
    why="the value is in seconds or bytes, whatever the text says: whoever means 500 ms and writes "
    "500 waits for eight minutes of latency",
    fix="Write the limit in the unit of the value (`> 0.5`), or convert the value (`* 1000`).",
    severity=Severity.WARNING,
)
CODES: Final = (OTHER_UNIT,)

# Longer units than seconds are left out: `for 5 minutes` speaks of something else.
_WORDS: Final = {
    "time": (
        (Decimal("0.000001"), r"us|µs|microseconds?"),
        (Decimal("0.001"), r"ms|msecs?|millis|milliseconds?"),
    ),
    "bytes": (
        (Decimal(1000), r"[kK]B|kilobytes?"),
        (Decimal(1000) ** 2, r"MB|megabytes?"),
        (Decimal(1000) ** 3, r"GB|gigabytes?"),
        (Decimal(1000) ** 4, r"TB|terabytes?"),
        (Decimal(1024), r"KiB|Ki"),
        (Decimal(1024) ** 2, r"MiB|Mi"),
        (Decimal(1024) ** 3, r"GiB|Gi"),
        (Decimal(1024) ** 4, r"TiB|Ti"),
    ),
}
_OWN: Final = {"time": r"s|secs?|seconds?", "bytes": r"B|bytes?"}


def _run(subject: Subject) -> Iterator[Diagnostic]:
    for query in subject.alerts:
        for node in query.nodes(Binary):
            if node.op in COMPARISONS:
                yield from _look(query, node)


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    for side, limit in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        number = query.meaning(limit).number
        unit = None if number is None else query.meaning(side).unit
        if number is None or unit is None or unit.scale != 1 or unit.dimension not in _WORDS:
            continue
        shown = number_text(number)
        # Limits of measures were converted where they were read.
        if number <= 0 or not query.places.is_written(node) or shown not in query.texts:
            continue
        if (told := _told(query.texts, shown, unit)) is not None:
            word, scale = told
            message = f"the limit {shown} is in {unit}, and the text says `{shown}{word}`"
            hint = f"write {number_text(number * scale)}, or correct the text"
            yield query.finding(OTHER_UNIT, limit, message, hint)


def _told(texts: str, number: str, unit: Unit) -> tuple[str, Decimal] | None:
    """Return the other unit in which the texts name a number, and how many of its own it is."""
    if re.search(rf"(?<![\w.]){re.escape(number)}\s?(?:{_OWN[unit.dimension]})\b", texts):
        return None
    for scale, words in _WORDS[unit.dimension]:
        pattern = rf"(?<![\w.]){re.escape(number)}(\s?(?:{words}))(?:\b|(?=/s))"
        if found := re.search(pattern, texts):
            return found[1], scale
    return None


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=OTHER_UNIT,
            wrong="expr: histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))"
            " > 500\nannotations: {summary: 'p95 is above 500ms'}",
            right="expr: histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))"
            " > 0.5\nannotations: {summary: 'p95 is above 500ms'}",
        ),
    ),
)
