"""Categories of alerts: few, and known, so that a route by category is sure to take some."""

from __future__ import annotations

import re
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import CATEGORIES, Project, Reports
from obsgen.reader.names import twice
from obsgen.reader.shape import words
from obsgen.reader.values import read_list
from obsgen.source import Node, Scalar

UNKNOWN_CATEGORY: Final = Code(
    "ALR635",
    "unknown-category",
    why="routes go by categories: one that is spelt in two ways goes two ways",
    fix="Write security, cost, slo, availability, or declare another: `categories: [capacity]` "
    "in the Project.",
    severity=Severity.WARNING,
)
CATEGORY_FORM: Final = Code(
    "ALR673",
    "category-form",
    why="alerts and routes name a category: in another form it is written in two ways before long",
    fix="Write it with `a-z`, digits, `-` and `_`, beginning with a letter: `data-quality`.",
)
CODES: Final = (UNKNOWN_CATEGORY, CATEGORY_FORM)

_FORM: Final = re.compile("[a-z][a-z0-9_-]{0,39}")


def read_categories(node: Node | None, report: Reports) -> tuple[str, ...]:
    """Return the categories that are there always, and those of the Project."""
    found: dict[str, Scalar] = {}
    for item in read_list(node):
        if not isinstance(item, Scalar) or item.is_null:
            continue
        if item.text in found:
            report(twice(f"category {item.word}", item.origin, found[item.text].origin))
        elif not _FORM.fullmatch(item.text):
            message = f"category {item.word} has another form"
            hint = f"write `{near(item.text.lower(), CATEGORIES) or 'data-quality'}`"
            report(finding(CATEGORY_FORM, item.origin, message, hint))
        found.setdefault(item.text, item)
    return tuple(dict.fromkeys((*CATEGORIES, *found)))


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
