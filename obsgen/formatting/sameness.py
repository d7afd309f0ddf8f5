"""
Whether two texts say the same: the guard behind every rule of the layout.

Compared is what `source` reads, by way of other code than what lays out: nodes, and comments.
"""

from __future__ import annotations

from itertools import pairwise

from obsgen.formatting.queries import Path, holds_promql
from obsgen.promql import PromqlError, parse, substitute_variables
from obsgen.source import MappingNode, Node, Scalar, Sequence, TokenKind, read_source, source_tokens


def says_the_same(before: str, after: str) -> bool:
    """Say whether two texts have the same nodes and the same comments, in the same order."""
    if before == after:
        return True
    old, _ = read_source("", before)
    new, findings = read_source("", after)
    return (
        not findings
        and len(old.documents) == len(new.documents)
        and all(_is_same(a, b, ()) for a, b in zip(old.documents, new.documents, strict=True))
        and comments(before) == comments(after)
    )


def comments(text: str) -> tuple[str, ...]:
    """Return the comments of a text that `read_source` found nothing wrong with."""
    found: list[str] = []
    for left, right in pairwise(source_tokens(text)):
        if left.kind is TokenKind.SCALAR and left.style in {"|", ">"}:
            found += _between(text[left.start : left.end].split("\n", maxsplit=1)[0])
        found += _between(text[left.end : right.start])
    return tuple(found)


def _between(text: str) -> list[str]:
    """Return the comments of what is not within a token."""
    return [row[row.index("#") :].strip() for row in text.split("\n") if "#" in row]


def _is_same(old: Node, new: Node, path: Path) -> bool:
    if isinstance(old, Scalar) and isinstance(new, Scalar):
        if holds_promql(path) and old.text != new.text:
            return _is_same_query(old.text, new.text)
        return old.text == new.text and _reading(old) == _reading(new)
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return len(old.items) == len(new.items) and all(
            _is_same(a, b, path) for a, b in zip(old.items, new.items, strict=True)
        )
    if isinstance(old, MappingNode) and isinstance(new, MappingNode):
        return old.entries.keys() == new.entries.keys() and all(
            _is_same(entry.value, new.entries[key].value, (*path, key))
            for key, entry in old.entries.items()
        )
    return False


def _reading(scalar: Scalar) -> tuple[bool, bool, bool]:
    return scalar.is_null, scalar.is_boolean, scalar.is_number


def _is_same_query(old: str, new: str) -> bool:
    try:
        return parse(substitute_variables(old)) == parse(substitute_variables(new))
    except PromqlError:
        return False
