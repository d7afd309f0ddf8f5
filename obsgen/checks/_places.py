"""Where a part of a compiled expression stands in what an author wrote."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from obsgen.artefacts import Written
from obsgen.diagnostics import Origin
from obsgen.promql import (
    NO_SPAN,
    Aggregate,
    Binary,
    Call,
    Matcher,
    MatrixSelector,
    Node,
    PromqlError,
    Span,
    Subquery,
    VectorSelector,
    is_same_node,
    parse,
    substitute_variables,
    walk,
    without_parens,
)


class Places:
    """
    Finds the characters of nodes: in the author's own text where there is one.

    Attributes:
        found: What was written and is a part of the expression.
    """

    def __init__(
        self,
        root: Node,
        origin: Origin,
        written: WrittenTexts | None = None,
        *,
        compiled: Node | None = None,
        whole: Written | None = None,
    ) -> None:
        """
        Compare an expression with what was written.

        Args:
            root: The tree whose nodes are going to be asked for.
            origin: What is to blame for all that no author wrote in PromQL.
            compiled: The same tree with its variables filled in, where it has some.
            whole: The author's own text that the tree was read from, where that is known.
        """
        self._origin = origin
        self._own: dict[int, tuple[Origin, Node, str]] = {}
        self._whole = whole
        self.found = frozenset[Written]()
        if whole is None and written:
            self._match(root, compiled or root, written)

    def of(self, node: Node, part: str = "span") -> Origin:
        """
        Return where a node stands.

        Args:
            part: Which of its spans is meant: `name_span`, `op_span`.
        """
        origin, own, _ = self._found(node)
        return origin if own is None else _characters(origin, getattr(own, part))

    def of_matcher(self, node: VectorSelector, matcher: Matcher) -> Origin:
        """Return where a matcher of a selector stands."""
        origin, own, _ = self._found(node)
        if not isinstance(own, VectorSelector):
            return origin
        same = next((m for m in own.matchers if m == matcher), None)
        return _characters(origin, own.span if same is None else same.span)

    def is_written(self, node: Node) -> bool:
        """Say whether an author wrote the node in PromQL."""
        return self._whole is not None or id(node) in self._own

    def text(self, node: Node) -> str:
        """Return the author's characters of a node; empty where nobody wrote it."""
        _, own, text = self._found(node)
        return "" if own is None else text[own.span.start : own.span.end]

    def _found(self, node: Node) -> tuple[Origin, Node | None, str]:
        if self._whole is not None:
            return self._whole.origin, node, self._whole.text
        return self._own.get(id(node), (self._origin, None, ""))

    def _match(self, root: Node, compiled: Node, written: WrittenTexts) -> None:
        """Find what was written in the expression, node for node."""
        asked = {
            id(node): id(other) for node, other in zip(walk(compiled), walk(root), strict=True)
        }
        found = []
        for node in walk(compiled):
            if asked[id(node)] in self._own:
                continue
            if (text := written.of(node, self._origin)) is not None:
                found.append(text.written)
                self._own.update(
                    {
                        asked[id(a)]: (text.written.origin, b, text.written.text)
                        for a, b in zip(walk(node), walk(text.own), strict=False)
                    }
                )
        self.found = frozenset(found)


def _characters(origin: Origin, span: Span) -> Origin:
    return origin if span == NO_SPAN else origin.characters(span.start, span.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What was written, as a tree: *own* as its author wrote it, *wanted* as it is compiled."""

    written: Written
    own: Node
    wanted: Node


class WrittenTexts:
    """What authors of one service wrote, found by what it looks like."""

    def __init__(self, written: Iterable[Written]) -> None:
        """Read all of it."""
        self._texts: dict[tuple[object, str | None], list[_Text]] = {}
        for each in written:
            own, wanted = _parsed(each.text), _parsed(each.narrowed or each.text)
            if own is None or wanted is None:
                continue
            own, wanted = without_parens(own), without_parens(wanted)
            text = _Text(written=each, own=own, wanted=wanted)
            self._texts.setdefault(_look(wanted), []).append(text)

    def __bool__(self) -> bool:
        """Say whether anything was written."""
        return bool(self._texts)

    def of(self, node: Node, origin: Origin) -> _Text | None:
        """
        Return what a node was written as; of several equal texts the one that stands there.

        Args:
            origin: Whose expression the node is a part of.
        """
        alike = [text for text in self._texts.get(_look(node), ()) if _alike(node, text.wanted)]
        is_own = [text for text in alike if _is_below(text.written.origin, origin)] or alike
        is_exact = [text for text in is_own if node == text.wanted] or is_own
        return is_exact[0] if is_exact else None


def _look(node: Node) -> tuple[object, str | None]:
    """Return what is cheap to compare of a node: its kind and what it is called."""
    match node:
        case Call():
            return Call, node.function
        case Aggregate():
            return Aggregate, node.op
        case Binary():
            return Binary, node.op
        case VectorSelector():
            return VectorSelector, node.name
    return type(node), None


def _is_below(origin: Origin, other: Origin) -> bool:
    length = len(other.path)
    return origin.file == other.file and origin.path[:length] == other.path


def _parsed(text: str) -> Node | None:
    try:
        return parse(substitute_variables(text))
    except PromqlError:
        return None


def _alike(one: Node, other: Node) -> bool:
    """Say whether both are the same but for ranges, which a placeholder may have stood for."""
    return _same(one, other) and all(
        _same(a, b) for a, b in itertools.zip_longest(walk(one), walk(other))
    )


def _same(one: Node | None, other: Node | None) -> bool:
    if one is None or other is None:
        return False
    if isinstance(one, MatrixSelector | Subquery):
        return type(one) is type(other)
    return is_same_node(one, other)
