"""
The tree of a PromQL expression: immutable nodes that know their characters.

Two trees are equal when they mean the same text; places are not compared. Sums of a thousand terms
are a thousand nodes deep, so nothing here recurses: `walk` and `fold` visit with a stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Final, Literal, TypeVar

from obsgen.promql.problem import NO_SPAN, Span

MatchOp = Literal["=", "!=", "=~", "!~"]
METRIC_NAME_LABEL: Final = "__name__"
"""The label that holds the name of a metric (Prometheus documentation, "Data model")."""

_CHILD: Final = {"child": True}
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """A part of an expression; parentheses are a node, and belong to the span of no other."""

    span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def children(self) -> tuple[Node, ...]:
        """The operands and arguments, as they follow each other in the text."""
        return ()

    def __eq__(self, other: object) -> bool:
        """Say whether both mean the same, wherever they stand."""
        if not isinstance(other, Node):
            return NotImplemented
        ours, theirs = walk(self), walk(other)
        return all(_own(a) == _own(b) for a, b in zip(ours, theirs, strict=False))

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(tuple(_own(node) for node in walk(self)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberLiteral(Node):
    """A number with the text of its author: `0.001`, `1e3`, `Inf`, `1h`; never with a sign."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StringLiteral(Node):
    """A string, without quotes and escapes."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The name of a label in `by (…)`, `on (…)` and the like."""

    name: str
    span: Span = field(default=NO_SPAN, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """
    A condition on a label: `job=~"api|web"`.

    Attributes:
        label: Its name; `__name__` for the quoted name in `{"a.b"}`.
        value: Without quotes and escapes, which its span includes.
    """

    label: str
    op: MatchOp
    value: str
    span: Span = field(default=NO_SPAN, repr=False, compare=False)
    label_span: Span = field(default=NO_SPAN, repr=False, compare=False)
    value_span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def is_regex(self) -> bool:
        """Say whether the value is a regular expression."""
        return self.op in ("=~", "!~")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VectorSelector(Node):
    """
    Series of one metric, or of all that match.

    Attributes:
        name: As written before the braces, or None.
        matchers: In the order of the text.
        offset_ms: How far back; negative is ahead, 0 is no `offset`.
        at: `start()`, `end()`, a timestamp as written, or empty.
        span: Inside a range, the characters before its `[`, although the offset stands behind.
    """

    name: str | None = None
    matchers: tuple[Matcher, ...] = ()
    offset_ms: int = 0
    at: str = ""

    @property
    def metric_name(self) -> str | None:
        """The metric, also where it is written `{__name__="x"}` or `{"x"}`; None for several."""
        if self.name is not None:
            return self.name
        named = (m for m in self.matchers if m.label == METRIC_NAME_LABEL and m.op == "=")
        return next((m.value for m in named if m.value), None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatrixSelector(Node):
    """The samples of a selector over a range: `x[5m]`; its offset is that of the selector."""

    selector: VectorSelector = field(metadata=_CHILD)
    range_ms: int

    @property
    def children(self) -> tuple[Node, ...]:
        """The selector."""
        return (self.selector,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subquery(Node):
    """An expression evaluated over a range: `expr[1h:5m]`; a step of 0 is the default one."""

    expr: Node = field(metadata=_CHILD)
    range_ms: int
    step_ms: int = 0
    offset_ms: int = 0
    at: str = ""

    @property
    def children(self) -> tuple[Node, ...]:
        """The expression that is evaluated."""
        return (self.expr,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call(Node):
    """A function with its arguments."""

    function: str
    args: tuple[Node, ...] = field(default=(), metadata=_CHILD)
    name_span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def children(self) -> tuple[Node, ...]:
        """The arguments."""
        return self.args


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """
    `by (…)`, or `without (…)`.

    Attributes:
        variables: Names of Grafana's variables among the labels: whatever labels they hold.
    """

    without: bool = False
    labels: tuple[Label, ...] = ()
    variables: tuple[str, ...] = ()
    span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the labels."""
        return tuple(label.name for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aggregate(Node):
    """
    An aggregation: `topk by (job) (5, x)`.

    Attributes:
        op: In lower case: `sum`, `topk`, `count_values`.
        param: The first of two arguments, or None.
        grouping: None where neither `by` nor `without` is written: then no label stays.
    """

    op: str
    param: Node | None = field(default=None, metadata=_CHILD)
    expr: Node = field(metadata=_CHILD)
    grouping: Grouping | None = None
    name_span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def children(self) -> tuple[Node, ...]:
        """The parameter, where there is one, and what is aggregated."""
        return (self.expr,) if self.param is None else (self.param, self.expr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """
    Which labels pair the series of two operands: `on (a) group_left (b)`.

    Attributes:
        on: The labels are those that count; else (`ignoring`) those that do not.
        group: The side with several series for one of the other, or empty.
        include: What `group_left (…)` takes over from the other side.
    """

    on: bool
    labels: tuple[Label, ...] = ()
    group: Literal["", "left", "right"] = ""
    include: tuple[Label, ...] = ()
    span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names behind `on` or `ignoring`."""
        return tuple(label.name for label in self.labels)

    @property
    def include_names(self) -> tuple[str, ...]:
        """The names behind `group_left` or `group_right`, in the order of the text."""
        return tuple(label.name for label in self.include)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binary(Node):
    """
    Two operands and what is between them.

    Attributes:
        op: In lower case: `+`, `>=`, `and`, `atan2`.
        is_bool: The comparison yields 0 or 1 and drops nothing.
        matching: None where neither `on` nor `ignoring` is written: then all labels count.
    """

    op: str
    lhs: Node = field(metadata=_CHILD)
    rhs: Node = field(metadata=_CHILD)
    is_bool: bool = False
    matching: Matching | None = None
    op_span: Span = field(default=NO_SPAN, repr=False, compare=False)

    @property
    def children(self) -> tuple[Node, ...]:
        """Both operands."""
        return (self.lhs, self.rhs)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unary(Node):
    """A sign before an operand."""

    op: Literal["+", "-"]
    expr: Node = field(metadata=_CHILD)

    @property
    def children(self) -> tuple[Node, ...]:
        """The operand."""
        return (self.expr,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paren(Node):
    """An expression in parentheses."""

    expr: Node = field(metadata=_CHILD)

    @property
    def children(self) -> tuple[Node, ...]:
        """What stands inside."""
        return (self.expr,)


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, each before its children, in the order of the text."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children))


def fold(node: Node, combine: Callable[[Node, tuple[_Result, ...]], _Result]) -> _Result:
    """Return what *combine* makes of the node and of its own results for the children."""
    done: list[_Result] = []
    pending = [(node, False)]
    while pending:
        current, is_ready = pending.pop()
        children = current.children
        if not children:
            done.append(combine(current, ()))
        elif is_ready:
            first = len(done) - len(children)
            done[first:] = (combine(current, tuple(done[first:])),)
        else:
            pending.append((current, True))
            pending.extend([(child, False) for child in reversed(children)])
    return done[0]


def with_children(node: Node, children: tuple[Node, ...]) -> Node:
    """Return a node with other children in the places of its own."""
    if not children:
        return node
    rest = list(children)
    changes: dict[str, object] = {}
    for each in fields(node):
        if "child" not in each.metadata:
            continue
        value = getattr(node, each.name)
        if isinstance(value, tuple):
            changes[each.name] = tuple(rest[: len(value)])
            del rest[: len(value)]
        elif value is not None:
            changes[each.name] = rest.pop(0)
    return replace(node, **changes)  # type: ignore[arg-type] # names of fields


def is_same_node(one: Node, other: Node) -> bool:
    """Say whether two nodes are the same, whatever stands below them."""
    return _own(one) == _own(other)


def without_parens(node: Node) -> Node:
    """Return what stands inside the parentheses, however many there are."""
    while isinstance(node, Paren):
        node = node.expr
    return node


_FIELDS: Final[dict[type, tuple[str, ...]]] = {}


def _own(node: Node) -> tuple[object, ...]:
    """Return what is compared of a node apart from what stands below it."""
    kind = type(node)
    names = _FIELDS.get(kind)
    if names is None:
        compared = (f for f in fields(kind) if f.compare and "child" not in f.metadata)
        names = _FIELDS[kind] = tuple(f.name for f in compared)
    return (kind, len(node.children), *(getattr(node, name) for name in names))
