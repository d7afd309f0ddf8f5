"""
PromQL whose times are divided: ranges, offsets and steps, and numbers that are seconds.

A number is one of seconds where it is put beside a clock: `time() % 300 < 60`,
`time() - last_success > 3600`, `predict_linear(free[6h], 86400)`. Numbers that turn one unit into
another (`rate(x[5m]) * 60`) are none. The calendar stays that of the world: beside `month()` and
the like a day keeps its 86,400 seconds, while a day that is only so many seconds is divided.

What is rewritten keeps its layout: only the characters of those numbers change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from obsgen.promql import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    Node,
    NumberLiteral,
    Paren,
    PromqlError,
    Subquery,
    Unary,
    VectorSelector,
    duration_text,
    parse,
    substitute_variables,
    walk,
)
from obsgen.promql.durations import duration_ms
from obsgen.promql.lexer import Kind, Token, tokenize
from obsgen.units import number_text

_CLOCKS: Final = frozenset({"time", "timestamp"})
_CALENDAR: Final = frozenset(
    {"year", "month", "day_of_month", "day_of_week", "day_of_year", "days_in_month"}
    | {"hour", "minute"}
)
_DAY: Final = "86400"
_JOINS: Final = frozenset({"+", "-", "%", "and", "or", "unless"})
_MEASURES: Final = frozenset({"+", "-", "%", "/", "==", "!=", "<", "<=", ">", ">="})
_COMPARES: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_FORECAST: Final = "predict_linear"
_QUERY: Final = re.compile(r'(\bquery ")([^"\\]*)(")')
_MS: Final = Decimal("0.001")


def divided_ms(ms: int, speed: int) -> int:
    """
    Return the length divided, in whole milliseconds; what is a time stays one.

    >>> divided_ms(3_599_999, 60), divided_ms(5_000, 60), divided_ms(20, 60), divided_ms(0, 60)
    (59999, 83, 1, 0)
    """
    # Down, so that a range that is one millisecond short stays short.
    return max(1, ms // speed) if ms > 0 else -divided_ms(-ms, speed) if ms else 0


def divided_query(text: str, speed: int) -> str:
    """
    Return a query whose times are divided; what is no PromQL stays.

    >>> divided_query("increase(x[1h] offset 5s) > 7 and on () vector(time() % 300) < 60", 60)
    'increase(x[1m] offset 83ms) > 7 and on () vector(time() % 5) < 1'
    >>> divided_query(
    ...     "time() - max(done_seconds) > 3600 or predict_linear(free[6h], 86400) < 0", 60
    ... )
    'time() - max(done_seconds) > 60 or predict_linear(free[6m], 1440) < 0'
    >>> divided_query("sum(rate(x[$__rate_interval])) * 60 > 5", 60)
    'sum(rate(x[$__rate_interval])) * 60 > 5'
    """
    plain = substitute_variables(text)
    try:
        root, tokens = parse(plain), tokenize(text)
    except PromqlError:
        return text
    numbers = {node.span.start for node in _seconds(root)}
    return _rewritten(text, tokens, numbers, speed)


def divided_factor(text: str, speed: int) -> str:
    """
    Return a formula whose largest number, a period, is divided; its other times, too.

    >>> divided_factor("left * 43200 * 60 / (burn > 0)", 60)
    'left * 720 * 60 / (burn > 0)'
    """
    numbers = [node for node in walk(parse(text)) if isinstance(node, NumberLiteral)]
    largest = max(numbers, key=lambda node: Decimal(node.text))
    return _rewritten(text, tokenize(text), {largest.span.start}, speed)


def divided_text(text: str, speed: int) -> str:
    """
    Return a text of Prometheus' templates, the queries in it divided.

    >>> divided_text('since {{ with query "time() - 3600" }}{{ . }}{{ end }}', 60)
    'since {{ with query "time() - 60" }}{{ . }}{{ end }}'
    """
    return _QUERY.sub(lambda m: f"{m[1]}{divided_query(m[2], speed)}{m[3]}", text)


def moduli(text: str) -> Iterator[int]:
    """
    Yield, in milliseconds, the times at which a query lets something happen again and again.

    >>> list(moduli("vector(time() % 300) < 60"))
    [300000]
    """
    for node in walk(parse(text)):
        if isinstance(node, Binary) and node.op == "%" and _is_clock(node.lhs):
            yield from (int(Decimal(each.text) * 1000) for each in _constants(node.rhs))


def _rewritten(text: str, tokens: tuple[Token, ...], numbers: set[int], speed: int) -> str:
    parts, end = [], 0
    for token in tokens:
        parts.append(text[end : token.span.start])
        parts.append(_word(token, token.span.start in numbers, speed))
        end = token.span.end
    return "".join(parts) + text[end:]


def _word(token: Token, is_seconds: bool, speed: int) -> str:
    if token.kind is Kind.DURATION:
        return duration_text(divided_ms(duration_ms(token), speed))
    if token.kind is Kind.NUMBER and is_seconds:
        value = Decimal(token.text) / speed
        # Like durations, in milliseconds: an `offset` may stand beside it.
        return number_text(value.quantize(_MS, ROUND_FLOOR))
    return token.text


# --- which numbers are seconds ---------------------------------------------------------------


def _seconds(root: Node) -> Iterator[NumberLiteral]:
    nodes = tuple(walk(root))
    of_calendar = any(isinstance(n, Call) and n.function in _CALENDAR for n in nodes)
    for node in nodes:
        if isinstance(node, Call) and node.function == _FORECAST:
            yield from _constants(node.args[1])
        if not (isinstance(node, Binary) and node.op in _MEASURES):
            continue
        for clock, other in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
            if _is_clock(clock):
                found = _constants(other)
                yield from (n for n in found if not (of_calendar and n.text == _DAY))


def _is_clock(node: Node) -> bool:
    """Say whether the value is a time, or one less another."""
    match node:
        case Call():
            if node.function in _CLOCKS:
                return True
            return node.function not in _CALENDAR and any(map(_is_clock, node.args))
        case Binary():
            if node.op in _COMPARES:
                return not node.is_bool and _is_clock(node.lhs)
            return node.op in _JOINS and (_is_clock(node.lhs) or _is_clock(node.rhs))
        case Aggregate():
            return node.op not in {"count", "group", "count_values"} and _is_clock(node.expr)
        case Paren() | Unary() | Subquery():
            return _is_clock(node.expr)
    return False


def _constants(node: Node) -> Iterator[NumberLiteral]:
    """Yield the numbers of a sum of seconds: of each product, one."""
    if any(isinstance(n, Call | VectorSelector | MatrixSelector) for n in walk(node)):
        return
    match node:
        case NumberLiteral():
            yield node
        case Paren() | Unary():
            yield from _constants(node.expr)
        case Binary() if node.op in {"+", "-"}:
            yield from _constants(node.lhs)
            yield from _constants(node.rhs)
        case Binary():
            # `14 * 86400`: the larger of them stays exact the longest.
            numbers = [n for n in walk(node) if isinstance(n, NumberLiteral)]
            yield max(numbers, key=lambda number: Decimal(number.text))
