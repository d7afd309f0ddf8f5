"""The promises of a service in words, as its specs say them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel
from obsgen.model import Slo
from obsgen.panels.text import options
from obsgen.units import number_text

_HEADINGS: Final = ("SLO", "Objective", "Period", "Bad events", "By", "Team", "Runbook")
_HEADER_ROWS: Final = 3
_HIGHEST: Final = 14


def definitions(slos: Sequence[Slo]) -> Panel:
    """Return the promises in words."""
    rows = [_HEADINGS, *map(_definition, slos)]
    # Where no SLO has a runbook, a column for it would only be empty.
    filled = [place for place in range(len(_HEADINGS)) if any(row[place] for row in rows[1:])]
    head, *others = (f"| {' | '.join(row[place] for place in filled)} |" for row in rows)
    lines = [head, "|---" * len(filled) + "|", *others]
    return Panel(
        type="text",
        title="",
        description="",
        width=names.COLUMNS,
        height=min(_HEADER_ROWS + len(slos), _HIGHEST),
        options=options("\n".join(lines)),
    )


def _definition(slo: Slo) -> tuple[str, ...]:
    runbook = f"[runbook]({slo.runbook})" if slo.runbook else ""
    cells = (
        slo.name,
        f"{number_text(slo.objective)}%",
        str(slo.period),
        slo.sli.words,
        ", ".join(slo.by),
        slo.team,
        runbook,
    )
    return tuple(cell.replace("|", "\\|") for cell in cells)
