"""
The canonical text of an expression, broken over lines where it is too wide for one.

Operators begin a line, so that a reader sees down the left side how the parts are put together:
`and`, `or` and `unless` level with their left side, all others indented below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.promql.flat import flat, head, in_place, operator, selector_parts, suffix
from obsgen.promql.functions import RIGHT_TO_LEFT, SET_OPERATORS, STRENGTH
from obsgen.promql.tree import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    Node,
    Paren,
    Subquery,
    Unary,
    VectorSelector,
)

WIDTH: Final = 100
"""Columns of a line unless the caller says otherwise."""

_INDENT: Final = "  "
# Deeper than this the text stays on one line, however wide: nothing readable is left to gain.
_MAX_DEPTH: Final = 40
# A left operand this short shares its line with what is opened on its right: `1 - (`.
_SHORT: Final = 12


def layout(node: Node, width: int = WIDTH) -> str:
    """
    Return the text of an expression; no line is wider than *width* where that can be helped.

    >>> from obsgen.promql.parse import parse
    >>> print(layout(parse("sum(rate(errors_total[5m]))/sum(rate(requests_total[5m]))"), 40))
    sum(rate(errors_total[5m]))
      / sum(rate(requests_total[5m]))
    """
    return "\n".join(_lines(node, _Room(columns=width)))


@dataclass(frozen=True, slots=True)
class _Room:
    """How many columns are left for the lines of a node, and how deep it stands."""

    columns: int
    depth: int = 0

    def inside(self, columns: int = len(_INDENT)) -> _Room:
        return _Room(self.columns - columns, self.depth + 1)


def _lines(node: Node, room: _Room) -> list[str]:
    line = flat(node)
    if len(line) <= room.columns or room.depth > _MAX_DEPTH:
        return [line]
    match node:
        case Binary():
            return _chain(node, room)
        case Paren():
            return _bracketed("(", (node.expr,), room)
        case Call() if node.args:
            return _bracketed(f"{head(node)}(", node.args, room)
        case Aggregate():
            return _bracketed(f"{head(node)}(", node.children, room)
        case VectorSelector():
            return _selector(node, suffix(node), line)
        case MatrixSelector():
            return _selector(node.selector, suffix(node), line)
        case Subquery():
            lines = _lines(in_place(node.expr, node), room.inside(len(suffix(node))))
            return [*lines[:-1], lines[-1] + suffix(node)]
        case Unary():
            lines = _lines(in_place(node.expr, node), room.inside(1))
            return [node.op + lines[0], *lines[1:]]
    return [line]


def _bracketed(opening: str, parts: tuple[Node, ...], room: _Room) -> list[str]:
    lines = [opening]
    for index, part in enumerate(parts):
        comma = "," if index < len(parts) - 1 else ""
        inner = _lines(part, room.inside(len(_INDENT) + len(comma)))
        lines.extend(_indented([*inner[:-1], inner[-1] + comma]))
    return [*lines, ")"]


def _selector(node: VectorSelector, behind: str, line: str) -> list[str]:
    name, matchers = selector_parts(node)
    if len(matchers) <= 1:
        return [line]
    inner = [f"{matcher}," for matcher in matchers[:-1]] + [matchers[-1]]
    return [f"{name}{{", *_indented(inner), f"}}{behind}"]


def _chain(node: Binary, room: _Room) -> list[str]:
    first, links = _flattened(node)
    if node.op in SET_OPERATORS:
        lines = _below(first, _lines(first, room.inside(0)))
        for link, operand in links:
            lines.extend(_below(operand, _link(link, operand, room.inside(0))))
        return lines
    return _hugged(first, links, room) or _stepped(first, links, room)


def _flattened(node: Binary) -> tuple[Node, list[tuple[Binary, Node]]]:
    """Return the first operand of a chain of one precedence, and each operator with its next."""
    links: list[tuple[Binary, Node]] = []
    if node.op in RIGHT_TO_LEFT:
        first, link = in_place(node.lhs, node), node
        while isinstance(link.rhs, Binary) and link.rhs.op in RIGHT_TO_LEFT:
            links.append((link, in_place(link.rhs.lhs, link.rhs)))
            link = link.rhs
        return first, [*links, (link, in_place(link.rhs, link, is_right=True))]
    current: Node = node
    while isinstance(current, Binary) and STRENGTH[current.op] == STRENGTH[node.op]:
        links.append((current, in_place(current.rhs, current, is_right=True)))
        current = in_place(current.lhs, current)
    return current, links[::-1]


def _link(link: Binary, operand: Node, room: _Room) -> list[str]:
    """Return the lines that begin with an operator and go on with what is right of it."""
    line = flat(operand)
    start = operator(link, line) + " "
    if len(start) + len(line) <= room.columns:
        return [start + line]
    # Only the first line stands behind the operator; the others have the full width.
    lines = _broken(operand, room)
    return [start + lines[0], *lines[1:]]


def _below(operand: Node, lines: list[str]) -> list[str]:
    """Indent the `and` lines of an operand of `or`, which would look like those of the whole."""
    is_chain = isinstance(operand, Binary) and operand.op in SET_OPERATORS
    return [lines[0], *_indented(lines[1:])] if is_chain else lines


def _broken(node: Node, room: _Room) -> list[str]:
    """Return the lines of a node that must not be one line, although it might fit alone."""
    width = min(room.columns, len(flat(node)) - 1)
    return _lines(node, _Room(width, room.depth))


def _hugged(first: Node, links: list[tuple[Binary, Node]], room: _Room) -> list[str]:
    """Return `(…) > 0` and `1 - (…)` with the brackets opened and the rest beside them."""
    tail = "".join(f" {operator(link, flat(node))} {flat(node)}" for link, node in links)
    if _opens(first) and len(tail) + 1 <= room.columns // 2:
        lines = _broken(first, room.inside(0))
        if lines[-1].startswith((")", "}")) and len(lines[-1] + tail) <= room.columns:
            return [*lines[:-1], lines[-1] + tail]
    start = flat(first)
    if len(links) == 1 and len(start) <= _SHORT and _opens(links[0][1]):
        lines = _link(*links[0], room.inside(0))
        return [f"{start} {lines[0]}", *lines[1:]] if len(lines) > 1 else []
    return []


def _opens(node: Node) -> bool:
    return isinstance(node, Paren | Call | Aggregate)


def _stepped(first: Node, links: list[tuple[Binary, Node]], room: _Room) -> list[str]:
    lines = _lines(first, room.inside(0))
    for link, operand in links:
        lines.extend(_indented(_link(link, operand, room.inside())))
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]
