"""
Reads the words that say which labels count: `by`, `without`, `on`, `ignoring`, `group_left`.

Syntax: Prometheus documentation, "Aggregation operators" and "Vector matching".
"""

from __future__ import annotations

from typing import Final, Literal

from obsgen.promql.cursor import Cursor
from obsgen.promql.lexer import Token
from obsgen.promql.newer import FILL, FILLS
from obsgen.promql.problem import PromqlError, shown
from obsgen.promql.selector_grammar import read_labels
from obsgen.promql.tree import Grouping, Label, Matching

GROUPINGS: Final = ("by", "without")


def read_grouping(cursor: Cursor) -> Grouping | None:
    """Read `by (…)` or `without (…)`."""
    word = cursor.accept_word(*GROUPINGS)
    if word is None:
        return None
    labels = _labels_after(cursor, word)
    return Grouping(
        without=word.word == "without", labels=labels, span=word.span.to(cursor.last.span)
    )


def read_matching(cursor: Cursor) -> Matching | None:
    """Read `on (…)` or `ignoring (…)`, with `group_left (…)` behind it."""
    word = cursor.accept_word("on", "ignoring")
    if word is None:
        if cursor.token.word in ("group_left", "group_right"):
            message = f"{shown(cursor.token.text)} needs `on (…)` or `ignoring (…)` before it"
            raise PromqlError(message, cursor.token.span)
        return None
    labels = _labels_after(cursor, word)
    group = cursor.accept_word("group_left", "group_right")
    include: tuple[Label, ...] = ()
    if group is not None and cursor.token.is_sign("("):
        include = read_labels(cursor)
    if cursor.token.word in FILLS and cursor.next_token.is_sign("("):
        raise FILL.found(cursor.token.text, cursor.token.span)
    sides: dict[str, Literal["left", "right"]] = {"group_left": "left", "group_right": "right"}
    return Matching(
        on=word.word == "on",
        labels=labels,
        group="" if group is None else sides[group.word],
        include=include,
        span=word.span.to(cursor.last.span),
    )


def _labels_after(cursor: Cursor, word: Token) -> tuple[Label, ...]:
    if not cursor.token.is_sign("("):
        raise cursor.unexpected(f"`(` after {shown(word.text)}", f"write `{word.word} (job)`")
    return read_labels(cursor)
