"""Markdown: what comes from labels and specs is text in it, whatever is written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from obsgen.live.reports.document import Part, Report
from obsgen.live.reports.figures import NO_DATA, shown
from obsgen.report import harmless

_MEANING: Final = re.compile(r"([\\`*_\[\]|~$])")
_HTML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def render(report: Report) -> str:
    """Return a report as a page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    span = report.span
    yield f"# {escaped(report.title)} ({escaped(span.label)})"
    yield ""
    ends = " to ".join(f"{span.local(at):%Y-%m-%d %H:%M %Z}" for at in (span.start, span.end))
    environment = f", {report.environment}" if report.environment else ""
    yield f"{escaped(report.project + environment)}: {ends}"
    service = None
    for part in report.parts:
        if part.service != service:
            service = part.service
            yield from ("", f"## {escaped(service)}")
        yield from ("", f"### {escaped(part.title)}")
        yield from _part(part, report)


def _part(part: Part, report: Report) -> Iterator[str]:
    for line in part.lines:
        yield from ("", escaped(line))
    if not part.rows:
        if not part.lines:
            yield from ("", NO_DATA)
        return
    yield ""
    yield _row([escaped(field.title) for field in part.fields])
    yield _row(["---" if field.form == "text" else "---:" for field in part.fields])
    for row in part.rows:
        cells = zip(row, part.fields, strict=True)
        yield _row([escaped(shown(cell, field, report.span.zone)) for cell, field in cells])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    r"""
    Return a text of which nothing means anything in Markdown or HTML.

    >>> escaped("a|b <i> *c*")
    'a\\|b &lt;i&gt; \\*c\\*'
    """
    plain = harmless(" ".join(text.split()))
    without = "".join(_HTML.get(character, character) for character in plain)
    return _MEANING.sub(r"\\\1", without)
