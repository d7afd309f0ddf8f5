"""Titles of dashboards, of their sections and panels, read node by node."""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.source import Node, Scalar

TITLE: Final = Code(
    "DSH697",
    "title-form",
    why="a title is one line above a panel, a row or a dashboard; Grafana stores 189 characters of "
    "a dashboard's, and shows an empty one as nothing",
    fix="Write a few words, and what they do not say into `description:`; without `title:` one is "
    "made of what is shown.",
)
CODES: Final = (TITLE,)

# The column `title` of Grafana's table of dashboards.
_LONGEST: Final = 189


def read_title(node: Node | None, reader: Reader) -> str:
    """Read a title; empty where there is none, or none that can be shown."""
    text = reader.text(node)
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    if not text.strip():
        reader.report(finding(TITLE, node.origin, "the title is empty", "leave it out"))
        return ""
    if len(text) > _LONGEST:
        message = f"the title has {len(text)} characters, more than {_LONGEST}"
        hint = "write a few words; more of them stand in `description:`"
        reader.report(finding(TITLE, node.origin, message, hint))
        return text[:_LONGEST]
    return text
