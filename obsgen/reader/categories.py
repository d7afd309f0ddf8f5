"""Categories of alerts: few, and known, so that a route by category is sure to take some."""

from __future__ import annotations

from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Project, Reports
from obsgen.reader.shape import words
from obsgen.source import Node, Scalar

UNKNOWN_CATEGORY: Final = Code(
    "ALR635",
    "unknown-category",
    why="routes go by categories: one that is spelt in two ways goes two ways",
    fix="Write security, cost, slo, availability, or declare another: `categories: [capacity]` "
    "in the Project.",
    severity=Severity.WARNING,
)
CODES: Final = (UNKNOWN_CATEGORY,)


def read_category(node: Node | None, project: Project, report: Reports) -> str:
    """Return the category of an alert, reporting one that is not known; empty without any."""
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    if node.text not in project.categories:
        report_category(node, project, report)
    return node.text


def report_category(node: Scalar, project: Project, report: Reports) -> None:
    """Report a category that is not known."""
    known = list(project.categories)
    guess = near(node.text, known)
    hint = f"did you mean `{guess}`?" if guess else f"there are {words(known)}"
    message = f"category {node.word} is not known"
    report(finding(UNKNOWN_CATEGORY, node.origin, message, hint))
