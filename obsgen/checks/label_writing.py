"""`label_replace` and `label_join` that fail, and only when they are evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.checks.features import UTF8_SINCE
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import Call, Node, StringLiteral, without_parens
from obsgen.promql.re2 import regex_problem
from obsgen.schema.shared import is_label

FAILS: Final = Code(
    "PQL465",
    "label-writing-fails",
    why="Prometheus looks at the texts of `label_replace` and `label_join` when it evaluates them: "
    "the rule file loads, and the rule fails every time",
    fix="Correct the pattern, or the name of the label.",
)
CODES: Final = (FAILS,)

_PATTERN_AT: Final = 4


def _run(subject: Subject) -> Iterator[Diagnostic]:
    knows_utf8 = subject.compiled.prometheus.version >= UTF8_SINCE
    for query in subject.queries:
        for call in query.nodes(Call):
            if call.function in {"label_replace", "label_join"}:
                yield from _look(query, call, knows_utf8=knows_utf8)


def _look(query: Query, call: Call, *, knows_utf8: bool) -> Iterator[Diagnostic]:
    target = _text(call.args[1])
    if target is not None and not (bool(target) if knows_utf8 else is_label(target)):
        message = f"`{target}` is no name of a label: `{call.function}` fails"
        hint = "letters, digits and `_`, no digit first; others need Prometheus 3.0"
        yield query.finding(FAILS, call.args[1], message, hint)
    if call.function == "label_replace":
        pattern = _text(call.args[_PATTERN_AT])
        if pattern and (problem := regex_problem(pattern)):
            message = f"`{pattern}` is no regular expression, and `label_replace` fails: {problem}"
            yield query.finding(FAILS, call.args[_PATTERN_AT], message)


def _text(node: Node) -> str | None:
    inner = without_parens(node)
    return inner.value if isinstance(inner, StringLiteral) else None


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=FAILS,
            wrong='label_replace(up, "host", "$1", "instance", "(.*:.*") == 0',
            right='label_replace(up, "host", "$1", "instance", "(.*):.*") == 0',
        ),
    ),
)
