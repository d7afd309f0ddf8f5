"""Functions, operators and syntax that the target Prometheus does not know yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.promql import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    Node,
    NumberLiteral,
    Span,
    Subquery,
    VectorSelector,
)
from obsgen.promql.lexer import Kind, Token, tokenize
from obsgen.promql.meaning import Sample
from obsgen.versions import Version, needs, version_text

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
    severity=Severity.WARNING,
)
REMOVED: Final = Code(
    "PQL459",
    "removed-function",
    why="the target Prometheus does not know the function any more, and refuses the whole file",
    fix="Write the function that took its place, or name an older `prometheus: {version: …}`.",
)
CODES: Final = (TOO_NEW, EXPERIMENTAL, REMOVED)

_NAMES_SINCE: Final[Mapping[Version, str]] = {
    (2, 16): "absent_over_time",
    (2, 20): "group",
    (2, 26): "clamp last_over_time sgn",
    (2, 29): "present_over_time",
    (2, 31): "acos acosh asin asinh atan atanh cos cosh deg pi rad sin sinh tan tanh",
    (2, 36): "day_of_year",
    (2, 40): "histogram_count histogram_fraction histogram_sum",
    (2, 47): "histogram_stddev histogram_stdvar",
    (2, 49): "mad_over_time sort_by_label sort_by_label_desc",
    (2, 51): "histogram_avg",
    (2, 54): "limit_ratio limitk",
    (2, 55): "info",
    (3, 0): "double_exponential_smoothing",
    (3, 5): "ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time",
    (3, 7): "first_over_time ts_of_first_over_time",
    (3, 11): "histogram_quantiles",
    (3, 12): "end range start step",
    (3, 13): "max_of min_of",
    (3, 14): "start_timestamp",
    (3, 16): "integral",
}
SINCE: Final = {name: since for since, names in _NAMES_SINCE.items() for name in names.split()}
"""
First versions of functions and aggregations; all others are older than 2.16.

Sources: Prometheus CHANGELOG.md 3.16, and `promql/parser/functions.go` at the tags of releases
(`day_of_year` and the functions of native histograms are in no changelog).
"""

STABLE_SINCE: Final[Mapping[str, Version | None]] = {
    **dict.fromkeys(
        ("double_exponential_smoothing", "end", "histogram_quantiles", "info", "integral")
    ),
    **dict.fromkeys(("limit_ratio", "limitk", "mad_over_time", "max_of", "min_of", "range")),
    **dict.fromkeys(("sort_by_label", "sort_by_label_desc", "start", "start_timestamp", "step")),
    **dict.fromkeys(f"ts_of_{which}_over_time" for which in ("first", "last", "max", "min")),
    "first_over_time": (3, 14),
}
"""
What is experimental, with the version that made it stable, or None.

Source: `Experimental` in Prometheus 3.16, `promql/parser/functions.go`, and
`IsExperimentalAggregator` in `promql/parser/lex.go`; CHANGELOG.md 3.14.
"""

_REMOVED_SINCE: Final = {"holt_winters": ((3, 0), "double_exponential_smoothing")}

# Before 2.33, `@` and negative offsets need flags of their own (CHANGELOG.md 2.25, 2.26, 2.33).
_AT: Final = (2, 33)
_ATAN2: Final = (2, 31)
_PLAIN_LENGTHS: Final = (2, 54)
_SUBQUERIES: Final = (2, 7)
_KEEP_FIRING_FOR: Final = (2, 42)
# Before 3.0 only with the flag `utf8-names` (CHANGELOG.md 2.55).
UTF8_SINCE: Final = (3, 0)
_FRACTION_OF_BUCKETS: Final = (3, 4)
_DURATION: Final = re.compile(r"(?:[0-9]+(?:ms|[smhdwy]))+", re.ASCII)
# A cheap look at what most texts do not have, before their tokens are asked; `#` may hide it.
_MAYBE_PLAIN: Final = re.compile(r"#|(?:offset|[\[:])[\s+-]*[0-9.]+(?![0-9.smhdwy])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feature:
    """What a node uses, in the words of a message, and the span that is to blame."""

    what: str
    since: Version
    part: str = "span"


def _run(subject: Subject) -> Iterator[Diagnostic]:
    version = subject.compiled.prometheus.version
    for query in subject.queries:
        if query.use is Use.PANEL and query.scope is None:
            continue
        if _keeps_firing(query) and version < _KEEP_FIRING_FOR:
            place = query.origin / "keep_firing_for"
            yield too_new("`keep_firing_for`", _KEEP_FIRING_FOR, version, place)
        for node, feature in _used(query):
            if feature.since > version:
                hint = f"write it with older functions, or {_raised(feature.since)}"
                place = query.places.of(node, feature.part)
                yield too_new(feature.what, feature.since, version, place, hint)
        for node, name in _named(query):
            since, instead = _REMOVED_SINCE.get(name, (None, ""))
            if since is not None and since <= version:
                message = f"`{name}` is gone since Prometheus {since[0]}.{since[1]}"
                yield query.finding(REMOVED, node, message, f"write `{instead}`", "name_span")
            if SINCE.get(name, version) <= version and _is_experimental(name, version):
                message = f"`{name}` is experimental: the server must be started with a flag"
                hint = "`--enable-feature=promql-experimental-functions`"
                yield query.finding(EXPERIMENTAL, node, message, hint, "name_span")


def _keeps_firing(query: Query) -> bool:
    return isinstance(query.rule, AlertingRule) and bool(query.rule.keep_firing_for.ms)


def _is_experimental(name: str, version: Version) -> bool:
    stable = STABLE_SINCE.get(name)
    return name in STABLE_SINCE and (stable is None or version < stable)


def _named(query: Query) -> Iterator[tuple[Call | Aggregate, str]]:
    for call in query.nodes(Call):
        yield call, call.function
    for aggregate in query.nodes(Aggregate):
        yield aggregate, aggregate.op


def _used(query: Query) -> Iterator[tuple[Node, _Feature]]:
    for node, name in _named(query):
        if name in SINCE:
            yield node, _Feature(what=f"`{name}`", since=SINCE[name], part="name_span")
    yield from _fractions(query)
    yield from _operators(query)
    yield from _times(query)
    yield from _lengths(query)
    yield from _quoted(query)


def _fractions(query: Query) -> Iterator[tuple[Node, _Feature]]:
    for node in query.nodes(Call):
        is_classic = node.function == "histogram_fraction" and (
            query.meaning(node.args[-1]).sample in {Sample.BUCKETS, Sample.BUCKET_RATES}
        )
        if is_classic:
            what = "`histogram_fraction` of a classic histogram"
            yield node, _Feature(what=what, since=_FRACTION_OF_BUCKETS, part="name_span")


def _operators(query: Query) -> Iterator[tuple[Node, _Feature]]:
    for node in query.nodes(Binary):
        if node.op == "atan2":
            yield node, _Feature(what="`atan2`", since=_ATAN2, part="op_span")


def _selected(query: Query) -> Iterator[VectorSelector | Subquery]:
    yield from query.nodes(VectorSelector)
    yield from query.nodes(Subquery)


def _times(query: Query) -> Iterator[tuple[Node, _Feature]]:
    for subquery in query.nodes(Subquery):
        yield subquery, _Feature(what="a subquery", since=_SUBQUERIES)
    for node in _selected(query):
        if node.at:
            yield node, _Feature(what="`@`", since=_AT)
        if node.offset_ms < 0:
            yield node, _Feature(what="a negative `offset`", since=_AT)
        if _DURATION.fullmatch(node.at.lstrip("-")):
            yield node, _Feature(what=f"the length `{node.at}` as a time", since=_PLAIN_LENGTHS)


def _lengths(query: Query) -> Iterator[tuple[Node, _Feature]]:
    """Yield lengths that are plain numbers, and numbers that are lengths."""
    for number in query.nodes(NumberLiteral):
        if _DURATION.fullmatch(number.text):
            what = f"the length `{number.text}` as a number"
            yield number, _Feature(what=what, since=_PLAIN_LENGTHS)
    if not _MAYBE_PLAIN.search(query.text):
        return
    # The selector of a range has no length of its own: its offset stands behind the brackets.
    measured = (*query.nodes(MatrixSelector), *_selected(query))
    inside = {id(node.selector) for node in query.nodes(MatrixSelector)}
    for node in measured:
        if id(node) not in inside and (plain := _plain_length(query, node)):
            what = f"the plain number `{plain}` as a length"
            yield node, _Feature(what=what, since=_PLAIN_LENGTHS)


def _plain_length(query: Query, node: MatrixSelector | VectorSelector | Subquery) -> str:
    start = node.expr.span.end if isinstance(node, Subquery) else node.span.start
    before: Token | None = None
    depth = 0
    for token in tokenize(query.text[start : node.span.end]):
        depth += token.is_sign("[") - token.is_sign("]")
        is_offset = before is not None and before.word == "offset"
        if token.kind is Kind.NUMBER and (depth or is_offset):
            return token.text
        # The sign of an offset stands between the word and its length.
        before = before if is_offset and token.is_sign("-", "+") else token
    return ""


def _quoted(query: Query) -> Iterator[tuple[Node, _Feature]]:
    for node in query.nodes(VectorSelector):
        if any(_is_quoted(query, matcher.label_span) for matcher in node.matchers):
            yield node, _Feature(what="a quoted name in braces", since=UTF8_SINCE)
    grouped: list[tuple[Node, tuple[Span, ...]]] = []
    for aggregate in query.nodes(Aggregate):
        if aggregate.grouping is not None:
            grouped.append((aggregate, tuple(label.span for label in aggregate.grouping.labels)))
    for binary in query.nodes(Binary):
        if binary.matching is not None:
            labels = (*binary.matching.labels, *binary.matching.include)
            grouped.append((binary, tuple(label.span for label in labels)))
    for found, spans in grouped:
        if any(_is_quoted(query, span) for span in spans):
            yield found, _Feature(what="the quoted name of a label", since=UTF8_SINCE)


def _is_quoted(query: Query, span: Span) -> bool:
    return query.text[span.start : span.end][:1] in {'"', "'", "`"}


def too_new(
    what: str, since: Version, version: Version, place: Origin, hint: str = ""
) -> Diagnostic:
    """Return the finding that *what* is older in no Prometheus than in that of *since*."""
    message = needs(what, "Prometheus", since, version)
    return finding(TOO_NEW, place, message, hint or f"leave it out, or {_raised(since)}")


def _raised(since: Version) -> str:
    return f'`prometheus: {{version: "{version_text(since)}"}}`'


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
        Example(
            code=REMOVED,
            wrong="holt_winters(node_load1[1h], 0.5, 0.5) > 100",
            right="avg_over_time(node_load1[1h]) > 100",
        ),
    ),
)
