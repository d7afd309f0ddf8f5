"""Rules that are written twice, in one file or in two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.promql import (
    Aggregate,
    Binary,
    Node,
    NumberLiteral,
    Paren,
    VectorSelector,
    fold,
    walk,
    with_children,
    without_parens,
)
from obsgen.units import number_text

TWICE: Final = Code(
    "ALR544",
    "rule-twice",
    why="two rules with one name and the same labels write the same series: of two recordings one "
    "wins by chance, and two alerts notify twice",
    fix="Remove one of the two, or tell them apart by a label.",
)
EQUIVALENT: Final = Code(
    "ALR545",
    "equivalent-rules",
    why="two rules ask the same: one incident becomes two alerts, or one series is stored twice",
    fix="Keep one, or say with a comment why both are there.",
    severity=Severity.WARNING,
)
CODES: Final = (TWICE, EQUIVALENT)

_Key = tuple[object, ...]


def _run(subject: Subject) -> Iterator[Diagnostic]:
    alike: dict[_Key, list[Query]] = {}
    for query in subject.queries:
        if query.rule is not None:
            alike.setdefault(_shape(query), []).append(query)
    for several in alike.values():
        # A tree's hash is worked out only where another one looks like it.
        same: dict[Node, _Seen] = {}
        for query in several if len(several) > 1 else ():
            yield from _compared(query, same.setdefault(_canonical(query), _Seen()))
    yield from _of_one_series(subject)


_MIRRORED: Final = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}


def _canonical(query: Query) -> Node:
    """Return an expression with its limit behind: `0 == up` is `up == 0`; see `_ordered`."""
    root = without_parens(fold(query.root, _ordered))
    if not isinstance(root, Binary):
        return root
    is_mirrored = (
        root.op in _MIRRORED
        and not root.is_bool
        and _is_number(root.lhs)
        and not _is_number(root.rhs)
    )
    if is_mirrored:
        return replace(root, op=_MIRRORED[root.op], lhs=root.rhs, rhs=root.lhs)
    return root


def _is_number(node: Node) -> bool:
    return not any(isinstance(part, VectorSelector) for part in walk(node))


def _ordered(node: Node, children: tuple[Node, ...]) -> Node:
    """Return a node whose brackets, order of labels and way of writing numbers say nothing."""
    node = with_children(node, tuple(map(without_parens, children)))
    match node:
        case VectorSelector():
            in_order = sorted(node.matchers, key=lambda m: (m.label, m.op, m.value))
            return replace(node, matchers=tuple(in_order))
        case Aggregate(grouping=grouping) if grouping is not None:
            in_order_ = tuple(sorted(grouping.labels, key=lambda label: label.name))
            return replace(node, grouping=replace(grouping, labels=in_order_))
        case NumberLiteral():
            return replace(node, text=_plain(node.text))
    return node


def _plain(text: str) -> str:
    try:
        return number_text(Decimal(text))
    except InvalidOperation:  # a length, a hexadecimal number
        return text


@dataclass(slots=True)
class _Seen:
    """The rules with one expression so far, by what they would share with another."""

    by_name: dict[_Key, Query] = field(default_factory=dict)
    by_rest: dict[_Key, Query] = field(default_factory=dict)


def _shape(query: Query) -> _Key:
    """Return what two equal expressions surely have in common, and is cheap to look up."""
    names = sorted(node.metric_name or "" for node in query.nodes(VectorSelector))
    matchers = sorted(m.value for node in query.nodes(VectorSelector) for m in node.matchers)
    size = query.size - len(query.nodes(Paren))
    return (query.use, size, *names, *matchers)


def _compared(query: Query, seen: _Seen) -> Iterator[Diagnostic]:
    """Yield what is said of a rule beside those that stand before it."""
    labels = () if query.rule is None else tuple(sorted(query.rule.labels.items()))
    other = seen.by_name.setdefault((query.name, *labels), query)
    if other is not query:
        message = f"{query.subject} is written twice with the same labels"
        found = finding(TWICE, query.origin, message, related=_first(other.origin))
        # Files may be meant for servers of their own.
        is_apart = other.origin.file != query.origin.file
        yield replace(found, severity=Severity.WARNING) if is_apart else found
        return
    other = seen.by_rest.setdefault(_more(query), query)
    if other.name != query.name and not names.is_own_series(query.name):
        message = f"{query.subject} asks the same as `{other.name}`"
        yield finding(EQUIVALENT, query.origin, message, related=_first(other.origin))


def _more(query: Query) -> _Key:
    """Return what makes alerts on one expression different: their labels and their `for`."""
    for_ = query.rule.for_.ms if isinstance(query.rule, AlertingRule) else 0
    labels = {} if query.rule is None else query.rule.labels
    return (*sorted(labels.items()), for_)


def _of_one_series(subject: Subject) -> Iterator[Diagnostic]:
    """Yield recordings of other expressions that write the same series, whatever happens."""
    first: dict[_Key, Query] = {}
    for query in subject.queries:
        if not isinstance(query.rule, RecordingRule):
            continue
        whole = query.meanings.whole
        if whole.labels.is_open or whole.labels.names or whole.is_conditional:
            continue
        key = (query.origin.file, query.name, *sorted(query.rule.labels.items()))
        other = first.setdefault(key, query)
        if other is not query and other.root != query.root:
            message = f"{query.subject} is written twice with the same labels, by other expressions"
            found = finding(TWICE, query.origin, message, related=_first(other.origin))
            # One of the two may have no series, where they ask two versions of one exporter.
            yield replace(found, severity=Severity.WARNING)


def _first(origin: Origin) -> tuple[Related, ...]:
    return (Related("the first one is here", origin),) if origin.file else ()


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=TWICE,
            wrong="- {alert: Down, expr: 'up == 0'}\n- {alert: Down, expr: 'up == 0'}",
            right="- {alert: Down, expr: 'up == 0'}",
        ),
        Example(
            code=EQUIVALENT,
            wrong="- {alert: Down, expr: 'up == 0'}\n- {alert: TargetMissing, expr: 'up == 0'}",
            right="- {alert: Down, expr: 'up == 0'}",
        ),
    ),
)
