"""An alert without a condition fires for as long as there are series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.checks._check import Check, Example, of_alerts
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary, Node, VectorSelector, without_parens

NO_CONDITION: Final = Code(
    "ALR540",
    "no-condition",
    why="an alert fires for every series that its expression gives, whatever the value; without a "
    "comparison it always fires",
    fix="Compare with a limit, `… > 0`, or ask for absence: `absent(…)`.",
)
CODES: Final = (NO_CONDITION,)

# Series that are there only while something is wrong: that they are is the condition.
_EVENTS: Final = frozenset({"ALERTS", "ALERTS_FOR_STATE"})


def _look(query: Query) -> Iterator[Diagnostic]:
    meaning = query.meanings.whole
    if meaning.is_conditional or meaning.is_number or meaning.number is not None:
        return
    root = without_parens(query.root)
    if any(selected.metric_name in _EVENTS for selected in query.nodes(VectorSelector)):
        return
    message = f"alert `{query.name}` has no condition: it fires for every series of its query"
    hint = "compare with a limit, as in `… > 0`, or write `absent(…)`"
    if isinstance(root, Binary) and root.is_bool:
        hint = f"leave `bool` out: `{root.op} bool` gives 0 or 1 and drops no series"
    found = query.finding(NO_CONDITION, root, message, hint)
    yield replace(found, severity=Severity.INFO) if _is_chosen(root) else found


def _is_chosen(root: Node) -> bool:
    """Say whether matchers choose series that may be there only while something is wrong."""
    return isinstance(root, VectorSelector) and any(
        matcher.label not in _WHERE for matcher in root.matchers
    )


_WHERE: Final = frozenset({"job", "instance", "namespace", "cluster", "env", "environment"})


KIND: Final = Check(
    run=of_alerts(_look),
    examples=(
        Example(
            code=NO_CONDITION,
            wrong="increase(jobs_failed_total[10m])",
            right="increase(jobs_failed_total[10m]) > 0",
        ),
    ),
)
