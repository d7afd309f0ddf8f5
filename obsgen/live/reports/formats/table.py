"""Tables for people: drawn on a terminal, plain elsewhere."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

from obsgen import tables
from obsgen.live.reports.document import Part, Report
from obsgen.live.reports.figures import NO_DATA, shown
from obsgen.sections import Column, Section


def render(report: Report) -> str:
    """Return a report as plain text."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        tables.print_sections(sections(report))
    return text.getvalue()


def sections(report: Report) -> Iterator[Section]:
    """Yield the head of a report, then its parts."""
    ends = " to ".join(f"{report.span.local(at):%Y-%m-%d %H:%M %Z}" for at in _ends(report))
    yield Section(
        title=f"{report.title} ({report.span.label})", lines=(f"{ends}, {report.source}",)
    )
    for part in report.parts:
        yield _section(part, report)


def _ends(report: Report) -> tuple[int, int]:
    return report.span.start, report.span.end


def _section(part: Part, report: Report) -> Section:
    return Section(
        title=f"{part.service}: {part.title}",
        lines=part.lines if part.rows or part.lines else (NO_DATA,),
        columns=tuple(Column(f.title, is_number=f.form != "text") for f in part.fields),
        rows=tuple(
            tuple(shown(c, f, report.span.zone) for c, f in zip(row, part.fields, strict=True))
            for row in part.rows
        ),
    )
