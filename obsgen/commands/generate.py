"""`obsgen generate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from obsgen.commands.options import (
    FOUND,
    environment_option,
    report_options,
    spec_paths,
    specs_argument,
)


@click.command()
@specs_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("generated"),
    show_default=True,
    help="The folder to write to.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if the folder is not up to date.")
@environment_option
@report_options
def generate(
    paths: tuple[str, ...],
    output: Path,
    check: bool,
    environment: str | None,
    format_: str,
    fail_on: str,
) -> None:
    """
    Compile specs and write what comes out.

    SPECS are files and folders (specs/ unless given). Nothing is written if there is an error.
    With environments, each is written to a folder of its name.
    """
    from obsgen import disk, terminal, workspace

    for path in spec_paths(paths):
        if path.is_dir() and output.resolve().is_relative_to(path.resolve()):
            message = f"`{output}` lies within the specs in `{path}`, and would be read as such"
            raise click.BadParameter(message, param_hint="--output")
    built = workspace.compile_specs(spec_paths(paths), environment, cwd=Path.cwd())
    if terminal.print_findings(built, format_, fail_on=fail_on):
        terminal.print_summary(built, format_, outcome=": nothing was written")
        sys.exit(FOUND)
    is_all = environment is None
    try:
        if check:
            differences = workspace.difference(built, output, is_all=is_all)
            terminal.print_differences(differences, format_)
            sys.exit(FOUND if differences else 0)
        terminal.print_written(workspace.write(built, output, is_all=is_all), format_)
    except disk.ObsgenError as error:
        terminal.print_error(error, format_)
        sys.exit(FOUND)
