"""`obsgen fmt`."""

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
@click.option("--check", is_flag=True, help="Write nothing; list what would change, and fail.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, and fail.")
@report_options
def fmt(
    paths: tuple[str, ...],
    check: bool,
    diff: bool,
    format_: str,
    report: str | None,
    fail_on: str,
) -> None:
    """
    Lay specs out in the one way.

    SPECS are files and folders (specs/ unless given), rewritten in place; `-` reads standard input
    and writes standard output. Comments stay, and so does what the specs mean. A file that is not
    YAML is reported and left as it stands.
    """
    from obsgen import disk, terminal, tidying

    is_filter = STANDARD_INPUT in paths
    if is_filter and len(paths) > 1:
        raise click.UsageError("`-` stands alone")
    if is_filter:
        tidied = tidying.tidy_text(sys.stdin.buffer.read())
    else:
        tidied = tidying.tidy(spec_paths(paths), cwd=Path.cwd())
    shown = terminal.shown_format(format_, report)
    failed = terminal.print_findings(tidied, shown, fail_on=fail_on)
    failed = not terminal.write_report(tidied, format_, report) or failed
    if check or diff:
        for file in tidied.changed:
            terminal.print_data((f"{file.name}\n" if check else "") + (file.diff if diff else ""))
        terminal.say(tidied.outcome("would change"), shown)
        sys.exit(FOUND if failed or tidied.changed else 0)
    if is_filter:
        for file in tidied.files if not failed else ():
            terminal.print_data(file.after)
        sys.exit(FOUND if failed else 0)
    try:
        tidying.write(tidied)
    except disk.ObsgenError as error:
        terminal.print_error(error, shown)
        sys.exit(FOUND)
    terminal.say(tidied.outcome("formatted"), shown)
    sys.exit(FOUND if failed else 0)
