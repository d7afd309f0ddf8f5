"""`obsgen validate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from obsgen.commands.options import (
    FOUND,
    STANDARD_INPUT,
    report_options,
    spec_paths,
    specs_argument,
)


@click.command()
@specs_argument
@report_options
def validate(paths: tuple[str, ...], format_: str, report: str | None, fail_on: str) -> None:
    """
    Check specs and report every problem.

    SPECS are files and folders (specs/ unless given); `-` reads standard input. What stands in a
    specs/ folder is checked with all of it; anything else takes the Project from the nearest one.
    """
    from obsgen import terminal, workspace

    standard_input = sys.stdin.buffer.read() if STANDARD_INPUT in paths else None
    checked = workspace.check(spec_paths(paths), standard_input, cwd=Path.cwd())
    failed = terminal.tell(checked, format_, report, fail_on=fail_on)
    sys.exit(FOUND if failed else 0)
