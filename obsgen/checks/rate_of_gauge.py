"""`rate` of what goes down, too: each fall is taken for a restart, and counted as growth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Call, MatrixSelector, Node
from obsgen.promql.meaning import Sample

RATE_OF_GAUGE: Final = Code(
    "PQL420",
    "rate-of-gauge",
    why="`rate`, `irate`, `increase` and `resets` take every fall for a restart of the process: "
    "of a gauge that goes up and down they give a number without a meaning",
    fix="Write `delta` or `deriv` for the change of a gauge, or query the counter behind it.",
)
DELTA_OF_COUNTER: Final = Code(
    "PQL444",
    "delta-of-counter",
    why="`delta`, `idelta`, `deriv` and `predict_linear` know no restarts: when the process starts "
    "anew the counter falls to 0, and the result is far below 0",
    fix="Write `increase` for `delta`, `irate` for `idelta`, `rate` for `deriv`.",
    severity=Severity.WARNING,
)
CODES: Final = (RATE_OF_GAUGE, DELTA_OF_COUNTER)

_OF_COUNTERS: Final = frozenset({"rate", "irate", "increase", "resets"})
_OF_GAUGES: Final = {
    "delta": "write `increase`, which knows restarts",
    "idelta": "write `irate`, which knows restarts",
    "deriv": "write `rate`, which knows restarts",
    "predict_linear": "predict a gauge; how a counter grows, `rate` says",
}


def _look(query: Query, node: Call) -> Iterator[Diagnostic]:
    if not node.args:
        return
    source = query.meaning(node.args[0])
    if node.function in _OF_COUNTERS and source.sample in {Sample.GAUGE, Sample.BUCKET_RATES}:
        message = f"`{node.function}` is taken of a gauge: `{query.shown(node.args[0])}`"
        hint = "write `delta` or `deriv`, or query a counter"
        yield query.finding(RATE_OF_GAUGE, node, message, hint, "name_span")
    elif node.function in _OF_COUNTERS and _sounds_like_gauge(query, node.args[0]):
        message = f"`{node.function}` is taken of what sounds like a gauge"
        hint = "write `delta` or `deriv`, or query a counter"
        found = query.finding(RATE_OF_GAUGE, node, message, hint, "name_span")
        yield replace(found, severity=Severity.WARNING)
    elif node.function in _OF_GAUGES and source.sample.is_cumulative:
        message = f"`{node.function}` is taken of a counter: `{query.shown(node.args[0])}`"
        hint = _OF_GAUGES[node.function]
        yield query.finding(DELTA_OF_COUNTER, node, message, hint, "name_span")


_GAUGE_NAMES: Final = re.compile(
    r"_current_(?!offset$)|_queue$|_queue_length|_percent(age)?(_|$)|_pct$|_average$|_usage$|_in_?use$"
    r"|_active$|_available(_|$)|_free(_|$)|_limit$|_max_|_size_bytes$|_temperature|_celsius"
    r"|^jvm_threads_(?:current|daemon|live|peak|states)|^jvm_memory_(?:committed|max|used)_",
    re.ASCII,
)
_COUNTER_ENDS: Final = ("_total", "_sum", "_count", "_bucket")
_STATES: Final = frozenset({"state", "conn_type"})


def _sounds_like_gauge(query: Query, argument: Node) -> bool:
    """Say whether the name of an undeclared metric is one that no counter has."""
    selected = argument.selector if isinstance(argument, MatrixSelector) else None
    series = None if selected is None else query.meaning(selected).series
    if series is None or selected is None or not series.is_guessed:
        return False
    if series.sample is not Sample.UNKNOWN or series.name.endswith(_COUNTER_ENDS):
        return False
    is_state = any(m.label in _STATES and m.value == "current" for m in selected.matchers)
    return is_state or _GAUGE_NAMES.search(series.name) is not None


KIND: Final = Check(
    run=of_nodes(Call, _look),
    examples=(
        Example(
            code=RATE_OF_GAUGE,
            wrong="rate(node_memory_MemAvailable_bytes[5m])",
            right="deriv(node_memory_MemAvailable_bytes[5m])",
        ),
        Example(
            code=DELTA_OF_COUNTER,
            wrong="delta(http_requests_total[5m])",
            right="increase(http_requests_total[5m])",
        ),
    ),
)
