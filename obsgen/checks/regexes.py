"""Patterns that are plain texts, and anchors that are there already."""

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
CODES: Final = (STATIC, ANCHORED)

# Where `|` and `$` may be something else than an alternative and its end.
_NESTED: Final = re.compile(r"[\[\\]|\(.*[$^].*\)")
_ENDS: Final = re.compile(r"^\^.*|.*(?<!\\)(?:\\\\)*\$$", re.DOTALL)


def _look(query: Query, node: VectorSelector) -> Iterator[Diagnostic]:
    for matcher in node.matchers:
        if matcher.is_regex:
            yield from _judged(query, node, matcher)


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
    ),
)
