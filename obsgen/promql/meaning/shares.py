"""Which quotients are a share of a whole: the same events, narrowed above the line."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from obsgen.promql.functions import GROWTH
from obsgen.promql.meaning.constants import constant_of
from obsgen.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    MatrixSelector,
    Node,
    NumberLiteral,
    Subquery,
    VectorSelector,
    without_parens,
)

_BUCKET: Final = "_bucket"
_COUNT: Final = "_count"


def is_share(above: Node, below: Node) -> bool:
    """
    Say whether a quotient counts some of what it divides by, so that it lies between 0 and 1.

    >>> from obsgen.promql.parse import parse
    >>> node = parse('sum(rate(x_total{code="500"}[5m])) / sum(rate(x_total[5m]))')
    >>> is_share(node.lhs, node.rhs), is_share(node.rhs, node.lhs)
    (True, False)
    """
    one, other = without_parens(above), without_parens(below)
    while True:
        match one, other:
            case Aggregate(op="sum"), Aggregate(op="sum") if one.grouping == other.grouping:
                one, other = without_parens(one.expr), without_parens(other.expr)
            case Call(), Call() if one.function == other.function and one.function in GROWTH:
                one, other = without_parens(one.args[0]), without_parens(other.args[0])
            case MatrixSelector(), MatrixSelector() if one.range_ms == other.range_ms:
                return _is_part(one.selector, other.selector)
            case VectorSelector(), VectorSelector() if (one.name or "").endswith(_BUCKET):
                # Gauges may lie below 0; buckets count.
                return (other.name or "").endswith(_COUNT) and _is_part(one, other)
            case _:
                return False


def factored(node: Node) -> tuple[Decimal, Node]:
    """
    Return the constant that a node is multiplied by, and the rest: `100 * a / b` is a percentage.

    >>> from obsgen.promql.parse import parse
    >>> factor, rest = factored(parse("(x * 100)"))
    >>> factor, rest.name
    (Decimal('100'), 'x')
    """
    product = without_parens(node)
    if isinstance(product, Binary) and product.op == "*":
        for side, rest in ((product.lhs, product.rhs), (product.rhs, product.lhs)):
            number = without_parens(side)
            factor = constant_of(number) if isinstance(number, NumberLiteral) else None
            if factor is not None:
                return factor, rest
    return Decimal(1), node


_GROWN: Final = frozenset({"increase", "delta", "changes", "resets"})


def grown_within(node: Node) -> Decimal | None:
    """
    Return the seconds in which an amount came that is counted over a range; None for any other.

    >>> from obsgen.promql.parse import parse
    >>> grown_within(parse("sum by (job) (increase(x_total[5m]))")), grown_within(parse("x"))
    (Decimal('300'), None)
    """
    inner = without_parens(node)
    while isinstance(inner, Aggregate):
        inner = without_parens(inner.expr)
    if not isinstance(inner, Call) or inner.function not in _GROWN:
        return None
    source = without_parens(inner.args[0])
    if isinstance(source, MatrixSelector | Subquery):
        return Decimal(source.range_ms) / 1000
    return None


def _is_part(part: VectorSelector, whole: VectorSelector) -> bool:
    if (part.offset_ms, part.at) != (whole.offset_ms, whole.at):
        return False
    matchers, others = _own(part), _own(whole)
    if part.metric_name == whole.metric_name:
        return set(others) <= set(matchers)
    name, other = part.metric_name or "", whole.metric_name or ""
    is_bucket = name.endswith(_BUCKET) and other.endswith(_COUNT)
    is_bucket = is_bucket and name.removesuffix(_BUCKET) == other.removesuffix(_COUNT)
    # Several buckets at once would count an observation more than once.
    one_bucket = [m for m in matchers if m.label == "le" and m.op == "="]
    return is_bucket and len(one_bucket) == 1 and set(others) <= set(matchers)


def _own(selector: VectorSelector) -> tuple[Matcher, ...]:
    return tuple(m for m in selector.matchers if m.label != "__name__")
