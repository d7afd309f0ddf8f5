"""Functions and operators that the target Prometheus does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject, Use
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import METRIC_NAME_LABEL, Aggregate, Call, VectorSelector

TOO_NEW: Final = Code(
    "PQL442",
    "newer-prometheus",
    why="the target Prometheus refuses the whole rule file for one function that it does not know",
    fix="Write it with older functions, or raise `prometheus: {version: …}`.",
)
EXPERIMENTAL: Final = Code(
    "PQL455",
    "experimental-function",
    why="Prometheus knows experimental functions only where it is started with the flag "
    "`--enable-feature=promql-experimental-functions`",
    fix="Start the server with the flag and ignore the finding, or write it with stable functions.",
)
CODES: Final = (TOO_NEW, EXPERIMENTAL)

# Source: Prometheus CHANGELOG.md. First version of functions and aggregations.
_SINCE: Final = {
    **dict.fromkeys(("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh"), (2, 31)),
    **dict.fromkeys(("sin", "sinh", "tan", "tanh", "deg", "rad", "pi"), (2, 31)),
    "present_over_time": (2, 29), "last_over_time": (2, 26), "sgn": (2, 26), "clamp": (2, 26),
    "group": (2, 20), "day_of_year": (2, 37),
    **dict.fromkeys(
        ("histogram_count", "histogram_sum", "histogram_fraction", "histogram_quantile_native"),
        (2, 40),
    ),
    **dict.fromkeys(("histogram_stddev", "histogram_stdvar"), (2, 47)),
    "histogram_avg": (2, 51), "mad_over_time": (2, 49), "sort_by_label": (2, 49),
    "sort_by_label_desc": (2, 49), "limitk": (2, 54), "limit_ratio": (2, 54), "info": (3, 0),
    "double_exponential_smoothing": (3, 0), "ts_of_max_over_time": (3, 5),
    "ts_of_min_over_time": (3, 5), "ts_of_last_over_time": (3, 5), "first_over_time": (3, 7),
    "ts_of_first_over_time": (3, 7), "step": (3, 6), "range": (3, 6), "min_of": (3, 6),
    "max_of": (3, 6), "histogram_quantiles": (3, 9), "start_timestamp": (3, 9),
    "start": (3, 6), "end": (3, 6),
}  # fmt: skip
_EXPERIMENTAL: Final = frozenset(
    {"mad_over_time", "sort_by_label", "sort_by_label_desc", "limitk", "limit_ratio", "info"}
    | {"double_exponential_smoothing", "ts_of_max_over_time", "ts_of_min_over_time"}
    | {"ts_of_last_over_time", "first_over_time", "ts_of_first_over_time"}
    | {"histogram_quantiles", "start_timestamp", "start", "end", "range", "step"}
)
_QUOTED_NAMES: Final = (3, 0)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    version = subject.compiled.prometheus.version
    for query in subject.queries:
        if query.use is not Use.PANEL or query.scope is not None:
            yield from _named(query, version)
            yield from _quoted(query, version)


def _named(query: Query, version: tuple[int, int]) -> Iterator[Diagnostic]:
    called: tuple[Call | Aggregate, ...] = (*query.nodes(Call), *query.nodes(Aggregate))
    for node in called:
        name = node.function if isinstance(node, Call) else node.op
        since = _SINCE.get(name, (0, 0))
        if since > version:
            yield _too_new(query, node, f"`{name}`", since, version, "name_span")
        elif name in _EXPERIMENTAL:
            message = f"`{name}` is experimental: the server must be started with a flag"
            hint = "`--enable-feature=promql-experimental-functions`"
            yield query.finding(EXPERIMENTAL, node, message, hint, "name_span")


def _quoted(query: Query, version: tuple[int, int]) -> Iterator[Diagnostic]:
    for node in query.nodes(VectorSelector):
        is_quoted = node.name is None and any(
            m.label == METRIC_NAME_LABEL and m.label_span == m.value_span and m.op == "="
            for m in node.matchers
        )
        if is_quoted and version < _QUOTED_NAMES and not query.written(node).count("__name__"):
            yield _too_new(query, node, "a quoted name in braces", _QUOTED_NAMES, version, "span")


def _too_new(
    query: Query,
    node: Call | Aggregate | VectorSelector,
    what: str,
    since: tuple[int, int],
    version: tuple[int, int],
    part: str,
) -> Diagnostic:
    message = f"{what} needs Prometheus {since[0]}.{since[1]}, the target is {_dotted(version)}"
    hint = f'write it with older functions, or `prometheus: {{version: "{_dotted(since)}"}}`'
    return query.finding(TOO_NEW, node, message, hint, part)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=TOO_NEW,
            wrong="histogram_avg(rate(native_latency_seconds[5m])) > 1",
            right="histogram_sum(rate(native_latency_seconds[5m]))"
            " / histogram_count(rate(native_latency_seconds[5m])) > 1",
        ),
        Example(
            code=EXPERIMENTAL,
            wrong="limitk(5, up) == 0",
            right="up == 0",
        ),
    ),
)
