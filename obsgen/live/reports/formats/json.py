"""JSON with exact numbers; null where there is no data. The shape is told in docs/reports.md."""

from __future__ import annotations

from decimal import Decimal

from obsgen.artefacts import Json
from obsgen.live.reports.document import Cell, Field, Part, Report
from obsgen.outputs.json import dump


def render(report: Report) -> str:
    """Return a report as a document."""
    span = report.span
    return dump(
        {
            "kind": report.kind,
            "project": report.project,
            "environment": report.environment or None,
            "period": span.word,
            "label": span.label,
            "from": span.local(span.start).isoformat(),
            "to": span.local(span.end).isoformat(),
            "parts": [_part(part, report) for part in report.parts],
        }
    ).decode()


def _part(part: Part, report: Report) -> Json:
    return {
        "service": part.service,
        "part": part.key,
        "title": part.title,
        "notes": list(part.lines),
        "columns": [_column(field) for field in part.fields],
        "rows": [
            {f.key: _cell(c, f, report) for c, f in zip(row, part.fields, strict=True)}
            for row in part.rows
        ],
    }


def _column(field: Field) -> Json:
    found: dict[str, Json] = {"name": field.key, "form": field.form}
    if field.currency:
        found["currency"] = field.currency
    return found


def _cell(cell: Cell, field: Field, report: Report) -> Json:
    if field.form == "moment" and isinstance(cell, Decimal):
        return report.span.local(int(cell)).isoformat()
    if field.form == "flag":
        return bool(cell)
    return None if isinstance(cell, str) and field.form != "text" else cell
