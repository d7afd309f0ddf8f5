"""`obsgen generate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from obsgen.commands.destinations import demand_folder, output_folder_option
from obsgen.commands.options import (
    FOUND,
    at_speed,
    environment_option,
    report_options,
    spec_paths,
    specs_argument,
    speed_option,
)


@click.command()
@specs_argument
@output_folder_option("generated", "The folder to write to.")
@click.option("--check", is_flag=True, help="Write nothing; fail if the folder is not up to date.")
@speed_option
@environment_option
@report_options
def generate(
    paths: tuple[str, ...],
    output: Path,
    check: bool,
    speed: int,
    environment: str | None,
    format_: str,
    report: str | None,
    fail_on: str,
) -> None:
    """
    Compile specs and write what comes out.

    SPECS are files and folders (specs/ unless given). Nothing is written if there is an error.
    With environments, each is written to a folder of its name.

    --speed makes a build for demonstrations, which is marked and must not be deployed: rules fire N
    times as soon, under the names that they have.
    """
    from dataclasses import replace

    from obsgen import disk, terminal, workspace

    if check and speed > 1:
        raise click.UsageError("--check and --speed exclude each other: what ships is not divided")
    demand_folder(output, paths, only_read=check)
    built = workspace.compile_specs(spec_paths(paths), environment, cwd=Path.cwd())
    built = at_speed(built, speed)
    refused = terminal.has_failed(built, fail_on)
    is_all = environment is None
    try:
        differences = (
            workspace.difference(built, output, is_all=is_all) if check and not refused else ()
        )
        written = workspace.write(built, output, is_all=is_all) if not check and not refused else ()
    except disk.ObsgenError as error:
        differences, written = (), ()
        # One of the findings: a report that is one document holds them all.
        built = replace(built, diagnostics=(*built.diagnostics, error.diagnostic))
    shown = terminal.shown_format(format_, report)
    failed = terminal.print_findings(built, shown, fail_on=fail_on, tells_infos=False)
    if refused:
        terminal.print_summary(built, shown, outcome=": nothing was written")
    terminal.print_differences(differences, shown)
    terminal.print_written(written, shown)
    is_told = terminal.write_report(built, format_, report)
    sys.exit(FOUND if failed or differences or not is_told else 0)
