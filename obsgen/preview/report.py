"""What was not drawn, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from obsgen.plurals import counted
from obsgen.preview.run import Found
from obsgen.sections import Column, Section
from obsgen.source import SourceMap


def section(found: Sequence[Found], source_map: SourceMap) -> Section:
    """Return the panels whose queries fail or return nothing, with their places in the specs."""
    failed = sum(one.problem.has_failed for one in found)
    empty = len(found) - failed
    parts = [
        f"{counted(failed, 'query')} failed" if failed else "",
        f"{counted(empty, 'panel')} without data" if empty else "",
    ]
    columns = (Column("Dashboard"), Column("Panel"), Column("Problem"), Column("Spec"))
    rows = tuple(
        (one.dashboard, one.problem.panel, one.problem.text, _place(one, source_map))
        for one in found
    )
    return Section(title=", ".join(filter(None, parts)), columns=columns, rows=rows)


def _place(found: Found, source_map: SourceMap) -> str:
    if not found.origin.file:
        return ""
    span = source_map.span(found.origin)
    return f"{found.origin.file}:{span.line}:{span.column}"
