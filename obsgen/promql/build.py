"""
PromQL put together from parts, with parentheses exactly where precedence needs them.

Texts and not trees, because Grafana's variables (`$__rate_interval`) stand where a tree has a
number. What is built here is parsed again where it leaves (rules), and by the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from obsgen.promql.functions import RIGHT_TO_LEFT, SIGN_STRENGTH, STRENGTH
from obsgen.promql.lexer import Kind, tokenize
from obsgen.promql.parse import parse
from obsgen.promql.tree import Aggregate, Binary, Call, NumberLiteral, Paren, VectorSelector
from obsgen.promql.variables import substitute_variables
from obsgen.promql.written import canonical

_ATOM: Final = max(STRENGTH.values()) + 1


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression and how tightly its outermost operator binds."""

    text: str
    binding: int = _ATOM

    def __str__(self) -> str:
        """Return the PromQL."""
        return self.text

    def within(self, binding: int) -> str:
        """Return the text, in parentheses if an operator of that binding would tear it apart."""
        return self.text if self.binding >= binding else f"({self.text})"


def number(text: str) -> Expr:
    """Return a number literal."""
    return Expr(text, SIGN_STRENGTH if text.startswith("-") else _ATOM)


def as_written(text: str) -> Expr:
    """
    Return PromQL that its author wrote, in its canonical text; variables may stand in it.

    What holds comments, or variables in odd places, stays as it was written.

    >>> as_written("a + b").within(STRENGTH["*"]), as_written("sum(a)").within(STRENGTH["*"])
    ('(a + b)', 'sum(a)')
    """
    root = parse(substitute_variables(text))
    # A comment behind the last word would swallow what is put after it.
    text = text[: max(t.span.end for t in tokenize(text) if t.kind is not Kind.END)].strip()
    text = canonical(text) or text
    if isinstance(root, Binary):
        return Expr(text, STRENGTH[root.op])
    is_atom = isinstance(root, Call | Aggregate | Paren | VectorSelector | NumberLiteral)
    return Expr(text, _ATOM if is_atom else 0)


def call(function: str, *arguments: Expr | str) -> Expr:
    """Return a function call."""
    return Expr(f"{function}({', '.join(map(str, arguments))})")


def aggregate(
    op: str, inner: Expr | str, *, by: Iterable[str] = (), without: Iterable[str] = ()
) -> Expr:
    """Return an aggregation; without labels it sums everything into one series."""
    labels, dropped = ", ".join(by), ", ".join(without)
    clause = f" by ({labels}) " if labels else f" without ({dropped}) " if dropped else ""
    return Expr(f"{op}{clause}({inner})")


def binary(left: Expr, op: str, right: Expr, *, matching: str = "") -> Expr:
    """
    Return `left op matching right`.

    Operators are left-associative, so a right side of the same binding is put in parentheses;
    `or`, `and`, `+` and `*` chains read the same without them.
    """
    binding = STRENGTH[op]
    if op in RIGHT_TO_LEFT:
        return Expr(f"{left.within(binding + 1)} {op} {right.within(binding)}", binding)
    same_is_fine = op in {"or", "and"} and not matching and right.binding == binding
    right_text = right.within(binding if same_is_fine else binding + 1)
    clause = f" {matching}" if matching else ""
    return Expr(f"{left.within(binding)} {op}{clause} {right_text}", binding)


def any_of(parts: Iterable[Expr]) -> Expr:
    """Return the union of *parts*, in their order."""
    first, *rest = parts
    for part in rest:
        first = binary(first, "or", part)
    return first
