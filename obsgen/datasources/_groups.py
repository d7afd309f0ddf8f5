"""The groups of a regular expression, which Grafana runs in the browser: it takes the first."""

from __future__ import annotations

import re
from typing import Final

from obsgen.promql.re2 import regex_problem

_PIECE: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<group>\()(?P<kind>\?:|\?)?", re.DOTALL
)


def pattern_problem(pattern: str) -> str:
    r"""
    Return why a pattern gives no id of a trace, or an empty text.

    >>> pattern_problem(r"trace_id=(\w+)"), pattern_problem(r"trace_id=\w+")
    ('', 'has no group around the id')
    """
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"is no regular expression: {error}"
    if problem := regex_problem(pattern):
        return f"is no regular expression: {problem}"
    kinds = [match["kind"] for match in _PIECE.finditer(pattern) if match["group"]]
    if "?" in kinds:
        return "has a group that begins with `(?`: browsers read it otherwise"
    return "" if None in kinds else "has no group around the id"


def group_by_group(pattern: str) -> tuple[str, ...]:
    r"""
    Return the pattern once for each of its groups, which alone is one then.

    >>> group_by_group(r"id=(\w{8})-(\w{4})")
    ('id=(\\w{8})-(?:\\w{4})', 'id=(?:\\w{8})-(\\w{4})')
    """
    groups = [m.end() for m in _PIECE.finditer(pattern) if m["group"] and m["kind"] is None]
    found = []
    for kept in groups:
        text = pattern
        for end in reversed(groups):
            text = text if end == kept else f"{text[:end]}?:{text[end:]}"
        found.append(text)
    return tuple(found)
