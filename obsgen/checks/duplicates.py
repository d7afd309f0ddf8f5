"""Rules that are written twice, in one file or in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.promql import Node, VectorSelector

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
        same: dict[Node, list[Query]] = {}
        for query in several if len(several) > 1 else ():
            before = same.setdefault(query.root, [])
            yield from _compared(query, before)
            before.append(query)


def _shape(query: Query) -> _Key:
    """Return what two equal expressions surely have in common, and is cheap to look up."""
    names = sorted(node.metric_name or "" for node in query.nodes(VectorSelector))
    matchers = sorted(m.value for node in query.nodes(VectorSelector) for m in node.matchers)
    return (query.use, query.size, *names, *matchers)


def _compared(query: Query, before: list[Query]) -> Iterator[Diagnostic]:
    """Yield what is said of a rule beside those that stand before it."""
    for other in before:
        related = _first(other.origin)
        if query.name == other.name and _labels(query) == _labels(other):
            message = f"{query.subject} is written twice with the same labels"
            yield finding(TWICE, query.origin, message, related=related)
            return
        if query.name != other.name and _more(query) == _more(other):
            message = f"{query.subject} asks the same as `{other.name}`"
            yield finding(EQUIVALENT, query.origin, message, related=related)
            return


def _labels(query: Query) -> Mapping[str, str]:
    return {} if query.rule is None else query.rule.labels


def _more(query: Query) -> _Key:
    """Return what makes alerts on one expression different: their labels and their `for`."""
    for_ = query.rule.for_.ms if isinstance(query.rule, AlertingRule) else 0
    return (*sorted(_labels(query).items()), for_)


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
