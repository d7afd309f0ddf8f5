"""
The types of an expression: which operand or argument is not what its place takes.

Rules: Prometheus `promql/parser/parse.go`, `checkAST`. promtool reports these without characters;
here each complaint underlines the one operand that is to blame.
"""

from __future__ import annotations

import difflib
from typing import Final

from obsgen.promql.authority import matches_empty as is_regex_empty
from obsgen.promql.functions import (
    AGGREGATIONS,
    COMPARISONS,
    FOREIGN,
    FUNCTIONS,
    REMOVED,
    SET_OPERATORS,
    UNLIMITED,
    Signature,
    Type,
)
from obsgen.promql.problem import PromqlError, Span, shown
from obsgen.promql.re2 import regex_problem
from obsgen.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    MatrixSelector,
    Node,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    fold,
    without_parens,
)

_AMOUNTS: Final = (Type.SCALAR, Type.VECTOR)
_LABEL_REPLACE_REGEX: Final = 4


def result_type(node: Node) -> Type:
    """
    Return what an expression yields.

    Raises:
        PromqlError: where an operand or argument has the wrong type.
    """
    return fold(node, _type)


def _type(node: Node, children: tuple[Type, ...]) -> Type:
    match node:
        case NumberLiteral():
            return Type.SCALAR
        case StringLiteral():
            return Type.STRING
        case VectorSelector():
            return _selector(node)
        case MatrixSelector():
            return Type.MATRIX
        case Paren():
            return children[0]
        case Unary():
            return _unary(node, children[0])
        case Subquery():
            return _subquery(node, children[0])
        case Call():
            return _call(node, children)
        case Aggregate():
            return _aggregate(node, children)
        case Binary():
            return _binary(node, *children)
    raise AssertionError(node)


def _selector(node: VectorSelector) -> Type:
    for matcher in node.matchers:
        if matcher.is_regex and (problem := regex_problem(matcher.value)):
            message = f"{shown(matcher.value)} is not a regular expression: {problem}"
            raise PromqlError(message, matcher.value_span)
    if node.name is None and all(matches_empty(matcher) for matcher in node.matchers):
        message = "the selector matches every series: no matcher asks for a value"
        raise PromqlError(message, node.span, 'name a metric, or write a matcher such as `job="x"`')
    return Type.VECTOR


def matches_empty(matcher: Matcher) -> bool | None:
    """Say whether a series without the label matches; None for a bad regular expression."""
    if matcher.is_regex:
        return is_regex_empty(matcher.op, matcher.value)
    return (matcher.op == "=") is not bool(matcher.value)


def _unary(node: Unary, operand: Type) -> Type:
    if operand not in _AMOUNTS:
        message = f"a sign takes a number or a vector, found {operand.value}"
        raise PromqlError(message, node.expr.span, _range_hint(node.expr, operand))
    return operand


def _subquery(node: Subquery, inner: Type) -> Type:
    if inner is not Type.VECTOR:
        message = f"a subquery takes a vector, found {inner.value}"
        raise PromqlError(message, node.expr.span)
    return Type.MATRIX


def _call(node: Call, types: tuple[Type, ...]) -> Type:
    signature = FUNCTIONS.get(node.function)
    if signature is None:
        raise _unknown(node)
    name = shown(node.function)
    if not signature.least <= len(types) <= signature.most:
        message = f"{name} takes {_count(signature)}, found {len(types) or 'none'}"
        raise PromqlError(message, Span(node.name_span.start, node.span.end))
    for index, (argument, found) in enumerate(zip(node.args, types, strict=True)):
        wanted = signature.argument(index)
        if found is wanted:
            continue
        message = f"{name} takes {wanted.value}, found {found.value}"
        hint = _conversion(argument, wanted, found)
        if wanted is Type.MATRIX and isinstance(without_parens(argument), VectorSelector):
            message, hint = f"{name} takes a range: write {_with_range(argument)}", ""
        raise PromqlError(message, argument.span, hint)
    return signature.returns


def _with_range(argument: Node) -> str:
    selector = without_parens(argument)
    name = selector.name if isinstance(selector, VectorSelector) else None
    return f"`{name or 'x'}[5m]`"


def _unknown(node: Call) -> PromqlError:
    name = node.function
    message = f"function {shown(name)} does not exist"
    if name in REMOVED:
        return PromqlError(f"function {shown(name)} is gone", node.name_span, REMOVED[name])
    if name in FOREIGN:
        hint = "it belongs to MetricsQL, which only VictoriaMetrics reads"
        return PromqlError(message, node.name_span, hint)
    known = (*FUNCTIONS, *AGGREGATIONS)
    close = difflib.get_close_matches(name.lower()[:64], known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else ""
    return PromqlError(message, node.name_span, hint)


def _count(signature: Signature) -> str:
    least, most = signature.least, signature.most
    if most == UNLIMITED:
        return f"at least {least} argument{'s' * (least != 1)}"
    if least != most:
        return f"{least} or {most} arguments"
    return f"{least or 'no'} argument{'s' * (least != 1)}"


def _conversion(argument: Node, wanted: Type, found: Type) -> str:
    if wanted is Type.MATRIX and found is Type.VECTOR:
        return "write a subquery: `(…)[5m:]`"
    if (wanted, found) == (Type.SCALAR, Type.VECTOR):
        return "a vector of one series becomes a number with `scalar(…)`"
    if (wanted, found) == (Type.VECTOR, Type.SCALAR):
        return "a number becomes a vector with `vector(…)`"
    return _range_hint(argument, found)


def _range_hint(argument: Node, found: Type) -> str:
    if found is Type.MATRIX and isinstance(without_parens(argument), MatrixSelector):
        return "a range becomes a vector with `rate(…)`, or another function over time"
    return ""


def _aggregate(node: Aggregate, types: tuple[Type, ...]) -> Type:
    name = shown(node.op)
    wanted = AGGREGATIONS[node.op]
    if node.param is not None and wanted is not None and types[0] is not wanted:
        message = f"{name} takes {wanted.value} first, found {types[0].value}"
        raise PromqlError(message, node.param.span, _conversion(node.param, wanted, types[0]))
    if types[-1] is not Type.VECTOR:
        message = f"{name} takes a vector, found {types[-1].value}"
        raise PromqlError(message, node.expr.span, _conversion(node.expr, Type.VECTOR, types[-1]))
    return Type.VECTOR


def _binary(node: Binary, lhs: Type, rhs: Type) -> Type:
    for operand, found in ((node.lhs, lhs), (node.rhs, rhs)):
        if found not in _AMOUNTS:
            message = f"`{node.op}` takes numbers and vectors, found {found.value}"
            raise PromqlError(message, operand.span, _range_hint(operand, found))
    is_of_vectors = lhs is rhs is Type.VECTOR
    if node.op in SET_OPERATORS and not is_of_vectors:
        operand = node.lhs if lhs is Type.SCALAR else node.rhs
        message = f"`{node.op}` takes two vectors, found a number"
        raise PromqlError(message, operand.span, "a number becomes a vector with `vector(…)`")
    if node.op in COMPARISONS and lhs is rhs is Type.SCALAR and not node.is_bool:
        message = f"`{node.op}` compares two numbers, which needs `bool`"
        raise PromqlError(message, node.op_span, f"write `{node.op} bool`")
    _check_matching(node, is_of_vectors=is_of_vectors)
    return Type.SCALAR if lhs is rhs is Type.SCALAR else Type.VECTOR


def _check_matching(node: Binary, *, is_of_vectors: bool) -> None:
    matching = node.matching
    if matching is None:
        return
    if not is_of_vectors:
        word = "on" if matching.on else "ignoring"
        message = f"`{word}` pairs two vectors, found a number"
        raise PromqlError(message, matching.span, "leave it out")
    if matching.group and node.op in SET_OPERATORS:
        message = f"`{node.op}` pairs many with many: it takes no `group_{matching.group}`"
        raise PromqlError(message, matching.span)
    for label in matching.include if matching.on else ():
        if label.name in matching.names:
            message = f"label {shown(label.name)} stands in `on` and in `group_{matching.group}`"
            raise PromqlError(message, label.span, "leave it out of the second")
