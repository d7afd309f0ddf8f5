"""`obsgen init`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from obsgen.commands.options import FOUND


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--service", default="my-service", show_default=True, help="The service's name.")
def init(folder: Path, service: str) -> None:
    """
    Start a project for one service.

    The specs are written into FOLDER (here unless given); no file is ever overwritten.
    """
    from obsgen import disk, starter, terminal

    problem = starter.name_problem(service)
    if problem:
        raise click.BadParameter(problem, param_hint="--service")
    try:
        written = starter.write(folder, service)
    except disk.ObsgenError as error:
        terminal.print_error(error)
        sys.exit(FOUND)
    for path in written:
        click.echo(path)
    click.echo(f"next: edit {written[0]}, then run `obsgen generate`", err=True)
