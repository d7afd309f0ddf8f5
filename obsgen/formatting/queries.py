"""
Which scalars of a spec hold PromQL, and its canonical text.

Only places that the language knows: a label may be called `expr` as well, and what belongs to it
is no query.
"""

from __future__ import annotations

from typing import Final

from obsgen import panels
from obsgen.formatting.scalars import may_be_plain, quoted
from obsgen.formatting.tree import Leaf
from obsgen.promql import canonical

Path = tuple[str, ...]
"""Keys from the top of a document; lists take no part."""

_EXPR: Final = "expr"
_CONDITIONS: Final = frozenset(
    {"threshold", "any_of", "all_of", "only_when", "forecast", "anomaly", "time_slice"}
)
_OPERANDS: Final = frozenset({"ratio", "over", "count"})
_MEASURES: Final = _CONDITIONS | _OPERANDS | frozenset(panels.KINDS)
_QUERIES: Final = frozenset({"total", "bad", "good"})
_ALERT: Final = ("alerts", _EXPR)
_NAMED_MEASURE: Final = ("measures", _EXPR)
_NAMED_DEPTH: Final = 3
_IGNORED: Final = "x-"
_ONE_LINE: Final = 1_000_000


def holds_promql(path: Path) -> bool:
    """
    Say whether the scalar at a path is PromQL.

    >>> holds_promql(("alerts", "threshold", "expr")), holds_promql(("alerts", "where", "expr"))
    (True, False)
    """
    if any(key.startswith(_IGNORED) for key in path):
        return False
    if path[-3:-1] == ("sli", "queries"):
        return path[-1] in _QUERIES
    if not path or path[-1] != _EXPR:
        return False
    if path == _ALERT or (len(path) == _NAMED_DEPTH and (path[0], path[2]) == _NAMED_MEASURE):
        return True
    if path[-2:-1] == ("measures",):
        return len(path) > _NAMED_DEPTH and path[-3] in panels.KINDS
    return len(path) > 1 and path[-2] in _MEASURES


def query_of(leaf: Leaf, path: Path) -> str | None:
    """Return the canonical text of a query on one line; None for anything else."""
    if leaf.properties is not None or leaf.is_alias or not holds_promql(path):
        return None
    return canonical(leaf.value, _ONE_LINE)


def query_lines(leaf: Leaf, width: int) -> tuple[str, ...]:
    """Return the lines of a query that `query_of` knows."""
    laid_out = canonical(leaf.value, width)
    assert laid_out is not None
    return tuple(laid_out.split("\n"))


def written_inline(query: str, leaf: Leaf, *, in_flow: bool) -> str:
    """Return a query on one line, plain if it was and still may be."""
    if not leaf.style and may_be_plain(query, in_flow=in_flow):
        return query
    return quoted(query, in_flow=in_flow)
