"""
CSV as RFC 4180 has it, one table: the columns of all parts, empty where a part has no such column.

A text that a spreadsheet would run as a formula begins with an apostrophe (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from typing import Final

from obsgen.live.reports.document import Cell, Field, Report
from obsgen.units import number_text

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def render(report: Report) -> str:
    """Return a report as lines that end in CRLF."""
    keys = list(dict.fromkeys(field.key for part in report.parts for field in part.fields))
    has_money = any(field.currency for part in report.parts for field in part.fields)
    head = ["service", "part", *(["currency"] if has_money else []), *keys]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for part in report.parts:
        currency = next((field.currency for field in part.fields if field.currency), "")
        for row in part.rows:
            cells = {f.key: _cell(c, f, report) for c, f in zip(row, part.fields, strict=True)}
            own = [safe(part.service), safe(part.key), *([currency] if has_money else [])]
            writer.writerow([*own, *(cells.get(key, "") for key in keys)])
    return text.getvalue()


def _cell(cell: Cell, field: Field, report: Report) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell) if field.form == "text" else ""
    if field.form == "moment":
        return report.span.local(int(cell)).isoformat()
    return number_text(cell)


def safe(text: str) -> str:
    """
    Return a text that no spreadsheet runs.

    >>> safe("=1+1"), safe("my_agent")
    ("'=1+1", 'my_agent')
    """
    return f"'{text}" if text.startswith(_FORMULAS) else text
