"""The `checks:` section of the Project: how grave, what is demanded, where the bounds lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.diagnostics import Code, Origin, Severity, finding
from obsgen.model import Reports
from obsgen.model.checks import (
    DEFAULT_CARDINALITY,
    DEFAULT_ID_LABELS,
    DEFAULT_LEAST_SCRAPES,
    CheckSettings,
)
from obsgen.promql.re2 import regex_problem
from obsgen.reader.values import read_count, read_text, read_words
from obsgen.source import MappingNode, Node, Scalar

CHECK_SETTING: Final = Code(
    "SCH116",
    "check-setting",
    why="a check that is told something it does not understand would go on as before",
    fix="Write a severity (`error`, `warning`, `info`, `none`) or a pattern, as the hint says.",
)
CODES: Final = (CHECK_SETTING,)

_SEVERITIES: Final[Mapping[str, Severity | None]] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "none": None,
}


def read_checks(node: Node | None, report: Reports) -> CheckSettings:
    """Read the section; what is left out has its default."""
    if not isinstance(node, MappingNode):
        return CheckSettings()
    bounds = _section(node, "bounds")
    names = _section(node, "names")
    severities, places = _severities(node.get("severities"), report)
    return CheckSettings(
        severities=severities,
        places=places,
        required_labels=read_words(node.get("required_labels")),
        required_annotations=read_words(node.get("required_annotations")),
        alert_names=_pattern(names.get("alerts"), report),
        record_names=_pattern(names.get("records"), report),
        cardinality=read_count(bounds.get("cardinality"), DEFAULT_CARDINALITY, report),
        least_scrapes=read_count(bounds.get("scrapes"), DEFAULT_LEAST_SCRAPES, report),
        id_labels=read_words(bounds.get("id_labels")) or DEFAULT_ID_LABELS,
    )


def _section(node: MappingNode, key: str) -> MappingNode:
    found = node.get(key)
    if isinstance(found, MappingNode):
        return found
    return MappingNode(entries={}, origin=node.origin / key, start=(0, 0), end=(0, 0))


def _severities(
    node: Node | None, report: Reports
) -> tuple[Mapping[str, Severity | None], Mapping[str, Origin]]:
    found: dict[str, Severity | None] = {}
    places: dict[str, Origin] = {}
    for name, entry in node.entries.items() if isinstance(node, MappingNode) else ():
        word = read_text(entry.value, report)
        if word in _SEVERITIES:
            found[name] = _SEVERITIES[word]
            places[name] = entry.key.origin.key()
        elif word:
            message = f"severity `{word}` of a check is not known"
            hint = "write `error`, `warning`, `info` or `none`"
            report(finding(CHECK_SETTING, entry.value.origin, message, hint))
    return found, places


def _pattern(node: Node | None, report: Reports) -> str:
    text = read_text(node, report)
    if isinstance(node, Scalar) and (problem := regex_problem(text)):
        message = f"{node.word} is not a regular expression: {problem}"
        report(finding(CHECK_SETTING, node.origin, message, "write a pattern of RE2"))
        return ""
    return text
