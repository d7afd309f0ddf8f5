"""Where a part of a compiled expression stands in what an author wrote."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from obsgen.artefacts import Written
from obsgen.diagnostics import Origin
from obsgen.promql import (
    NO_SPAN,
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
        written: Iterable[Written] = (),
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
        if whole is not None:
            return
        pairs = zip(walk(compiled or root), walk(root), strict=True)
        self._asked = {id(one): id(asked) for one, asked in pairs}
        self.found = frozenset(each for each in written if self._match(compiled or root, each))

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

    def _match(self, root: Node, written: Written) -> bool:
        """Find what was written in the expression, node for node; say whether it is there."""
        own, narrowed = _parsed(written.text), _parsed(written.narrowed or written.text)
        if own is None or narrowed is None:
            return False
        wanted = without_parens(narrowed)
        for node in walk(root):
            if self._asked[id(node)] not in self._own and _alike(node, wanted):
                pairs = zip(walk(node), walk(without_parens(own)), strict=False)
                self._own.update(
                    {self._asked[id(a)]: (written.origin, b, written.text) for a, b in pairs}
                )
                return True
        return False


def _characters(origin: Origin, span: Span) -> Origin:
    return origin if span == NO_SPAN else origin.characters(span.start, span.end)


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
