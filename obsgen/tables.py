"""Sections printed for people, tables drawn by rich."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from obsgen.report import harmless
from obsgen.sections import Section

_UNLIMITED = 10_000
"""Columns where nobody looks: a file or a pipe has no edge at which lines must break."""


def print_sections(sections: Iterable[Section], *, err: bool = False) -> None:
    """
    Print sections; what a terminal has no room for is broken into lines, never cut.

    Args:
        err: To standard error, as what goes beside the data.
    """
    from rich.console import Console
    from rich.text import Text

    file = sys.stderr if err else sys.stdout
    console = Console(file=file, width=None if file.isatty() else _UNLIMITED, highlight=False)
    for number, section in enumerate(sections):
        if number:
            console.print()
        # `Text`, so that brackets in names and expressions are not read as styles.
        console.print(Text(harmless(section.title), style="bold"))
        for line in section.lines:
            console.print(Text(f"  {_shown(line)}"))
        if section.rows:
            console.print(_table(section, is_seen=file.isatty()))


def _table(section: Section, *, is_seen: bool) -> object:
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if is_seen else box.ASCII_DOUBLE_HEAD)
    for column in section.columns:
        table.add_column(
            Text(column.title), justify="right" if column.is_number else "left", overflow="fold"
        )
    for row in section.rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    return Padding(table, (0, 0, 0, 1), expand=False)


def _shown(text: str) -> str:
    return "\n  ".join(harmless(line) for line in text.split("\n"))
