"""Services that ask the same of the same series: mostly two that both take one pack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.artefacts import AlertingRule, RuleFile
from obsgen.diagnostics import PRESET_FILE, Code, Severity, finding
from obsgen.model import Reports, Service
from obsgen.reader.shape import words

IN_TWO_SERVICES: Final = Code(
    "ALR675",
    "alert-of-two-services",
    why="two services ask the same of the same series: one incident becomes two alerts, and two "
    "teams are called",
    fix="Let one service take the pack, or narrow each: `where: {job: gateway}`.",
    severity=Severity.WARNING,
)
CODES: Final = (IN_TWO_SERVICES,)

_SHOWN: Final = 3
_HINT: Final = "let one of the two have them, or narrow each to its own targets with `where`"


def check_same_alerts(
    services: Iterable[Service], rule_files: Iterable[RuleFile], report: Reports
) -> None:
    """Report, for each two services, the alerts of one that are those of the other once more."""
    by_name = {service.name: service for service in services}
    first: dict[tuple[str, str], str] = {}
    twice: dict[tuple[str, str], list[AlertingRule]] = {}
    for file in rule_files:
        for rule in file.alerts:
            other = first.setdefault((rule.alert, rule.expr.strip()), file.service)
            if other != file.service:
                twice.setdefault((other, file.service), []).append(rule)
    for (other, own), rules in twice.items():
        names = list(dict.fromkeys(f"{rule.alert}" for rule in rules))
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        listed = (
            ", ".join(f"`{name}`" for name in names[:_SHOWN]) if more else words(names, last="and")
        )
        message = f"services `{other}` and `{own}` both have {listed}{more}, of the same series"
        is_brought = rules[0].origin.file.startswith(PRESET_FILE)
        place = by_name[own].origin / "uses" if is_brought else rules[0].origin / "name"
        report(finding(IN_TWO_SERVICES, place, message, _HINT))
