"""Patterns that are plain texts, plain texts that are patterns, anchors that are there already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.matchers import is_pattern
from obsgen.promql import Matcher, VectorSelector, quote

STATIC: Final = Code(
    "PQL440",
    "static-regex",
    why="a pattern without a metacharacter is a plain text; `=` says so, and is looked up in the "
    "index instead of being tried on every value",
    fix='Write `=` for `=~`, `!=` for `!~`: `job="api"`.',
    severity=Severity.WARNING,
)
ANCHORED: Final = Code(
    "PQL441",
    "anchored-regex",
    why="Prometheus anchors every pattern at both ends; `^` and `$` at the ends say nothing, and "
    "make a reader think that other patterns are not anchored",
    fix='Leave them out: `job=~"api|web"`.',
    severity=Severity.WARNING,
)
UNTRIED: Final = Code(
    "PQL458",
    "pattern-as-text",
    why="`=` and `!=` compare letter by letter: a pattern behind them matches no series, or leaves "
    "none out, and the query stays silent",
    fix='Write `=~` for `=`, `!~` for `!=`: `code=~"5.."`.',
    severity=Severity.WARNING,
)
CODES: Final = (STATIC, ANCHORED, UNTRIED)

# What no value of a label looks like: `.*`, `.+`, `5..`, `(a|b)` and `a|b`.
_PATTERN: Final = re.compile(r"\.[*+]|^[0-9]\.\.$|^\(?[\w.-]+(?:\|[\w.-]+)+\)?$", re.ASCII)

# Where `|` and `$` may be something else than an alternative and its end.
_NESTED: Final = re.compile(r"[\[\\]|\(.*[$^].*\)")
_ENDS: Final = re.compile(r"^\^.*|.*(?<!\\)(?:\\\\)*\$$", re.DOTALL)


def _look(query: Query, node: VectorSelector) -> Iterator[Diagnostic]:
    for matcher in node.matchers:
        if matcher.is_regex:
            yield from _judged(query, node, matcher)
        elif _PATTERN.search(matcher.value) and not _is_declared(query, node, matcher):
            shown = f"{matcher.label}{matcher.op}{quote(matcher.value)}"
            op = "=~" if matcher.op == "=" else "!~"
            hint = f"write `{matcher.label}{op}{quote(matcher.value)}`"
            place = query.places.of_matcher(node, matcher)
            yield finding(UNTRIED, place, f"`{shown}` compares a pattern as a text", hint)


def _is_declared(query: Query, node: VectorSelector, matcher: Matcher) -> bool:
    """Say whether the values of the label are known: then they decide, elsewhere."""
    series = query.meaning(node).series
    return series is not None and matcher.label in series.values


def _judged(query: Query, node: VectorSelector, matcher: Matcher) -> Iterator[Diagnostic]:
    place = query.places.of_matcher(node, matcher)
    pattern = matcher.value
    shown = f"{matcher.label}{matcher.op}{quote(pattern)}"
    if _ENDS.match(pattern):
        hint = "leave `^` and `$` at the ends out"
        if not _NESTED.search(pattern):
            plain = "|".join(p.removeprefix("^").removesuffix("$") for p in pattern.split("|"))
            hint = f"write `{matcher.label}{matcher.op}{quote(plain)}`"
        message = f"`{shown}` is anchored by itself and once more by Prometheus"
        yield finding(ANCHORED, place, message, hint)
    elif pattern and not is_pattern(pattern):
        op = "=" if matcher.op == "=~" else "!="
        message = f"`{shown}` is a pattern without a metacharacter"
        yield finding(STATIC, place, message, f"write `{matcher.label}{op}{quote(pattern)}`")


KIND: Final = Check(
    run=of_nodes(VectorSelector, _look),
    examples=(
        Example(code=STATIC, wrong='up{job=~"api"} == 0', right='up{job="api"} == 0'),
        Example(
            code=ANCHORED, wrong='up{job=~"^(api|web)$"} == 0', right='up{job=~"api|web"} == 0'
        ),
        Example(code=UNTRIED, wrong='up{job="api|web"} == 0', right='up{job=~"api|web"} == 0'),
    ),
)
