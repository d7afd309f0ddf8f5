"""`obsgen stats`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from obsgen.commands.options import (
    FOUND,
    answer_option,
    environment_option,
    spec_paths,
    specs_argument,
)


@click.command()
@specs_argument
@environment_option
@answer_option
def stats(paths: tuple[str, ...], environment: str | None, format_: str) -> None:
    """
    Count what specs are compiled to.

    SPECS are files and folders (specs/ unless given). For each service, and in all: declared
    metrics, SLOs, budgets of money, rules, dashboards, panels and probes; routes and receivers.
    """
    from obsgen import inventory, tables, terminal, workspace
    from obsgen.diagnostics import has_errors
    from obsgen.outputs.json import dump

    built = workspace.compile_specs(
        spec_paths(paths), environment, cwd=Path.cwd(), with_files=False, with_tests=False
    )
    if has_errors(built.diagnostics):
        terminal.print_findings(built, format_, fail_on="error", tells_infos=False)
        sys.exit(FOUND)
    pairs = zip(built.specs, built.compiled, strict=True)
    builds = [inventory.inventory(spec, compiled) for spec, compiled in pairs]
    if format_ == "json":
        terminal.print_data(dump(inventory.as_json(builds)))
    else:
        tables.print_sections(inventory.sections(builds))
