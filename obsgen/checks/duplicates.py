"""Rules that are written twice, in one file or in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject, Use
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.promql import Node, without_parens

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
    names: dict[_Key, Query] = {}
    meanings: dict[_Key, Query] = {}
    for query in subject.queries:
        rule = query.rule
        if rule is None:
            continue
        labels = tuple(sorted(rule.labels.items()))
        same_name: _Key = (query.use, query.name, labels)
        own = _root(query)
        if isinstance(rule, AlertingRule):
            same_name = (*same_name, own)
        first = names.setdefault(same_name, query)
        if first is not query and (own == _root(first) or query.use is Use.RECORD):
            if query.use is Use.ALERT or own == _root(first) or not _is_told_apart(query):
                message = f"{query.subject} is written twice with the same labels"
                yield finding(TWICE, query.origin, message, related=_first(first.origin))
            continue
        same: _Key = (query.use, own, _more(query))
        other = meanings.setdefault(same, query)
        if other is not query and other.name != query.name:
            message = f"{query.subject} asks the same as `{other.name}`"
            yield finding(EQUIVALENT, query.origin, message, related=_first(other.origin))


class _Tree:
    """An expression that is compared by what it means; its hash is worked out once."""

    __slots__ = ("_hash", "root")

    def __init__(self, root: Node) -> None:
        self.root = root
        self._hash = hash(root)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tree) and self.root == other.root


def _root(query: Query) -> _Tree:
    return _Tree(without_parens(query.root))


def _is_told_apart(query: Query) -> bool:
    """Recorded under one name from different expressions: their results may differ in labels."""
    return bool(query.meanings.whole.labels.names)


def _more(query: Query) -> Mapping[str, str] | tuple[object, ...]:
    """Return what makes alerts on one expression different: their severity and their `for`."""
    rule = query.rule
    assert rule is not None
    more = tuple(sorted(rule.labels.items()))
    return (more, rule.for_.ms) if isinstance(rule, AlertingRule) else (more,)


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
