"""Whether what Loki is to do is written for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.artefacts import AlertingRule, RuleFile
from obsgen.diagnostics import Code, finding
from obsgen.model import Project, Reports

UNWRITTEN_LOGS: Final = Code(
    "OUT926",
    "unwritten-logs",
    why="rules on log lines are evaluated by Loki; where they are not written, nobody is told",
    fix="Add `loki` to the `outputs` of the Project.",
)
CODES: Final = (UNWRITTEN_LOGS,)


def check_loki(files: Iterable[RuleFile], project: Project, report: Reports) -> None:
    """Report the first rule on log lines of each service that no output writes."""
    if "loki" in project.outputs:
        return
    for file in files:
        first = file.groups[0].rules[0]
        name = first.alert if isinstance(first, AlertingRule) else first.record
        message = f"`{name}` of `{file.service}` is for Loki, and the output `loki` is missing"
        report(finding(UNWRITTEN_LOGS, first.origin, message, "add `loki` to `outputs`"))
