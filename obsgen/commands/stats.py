"""`obsgen stats`."""

from __future__ import annotations

import sys

import click

from obsgen.commands.options import (
    FOUND,
    answer_option,
    environment_option,
    specs_argument,
)
from obsgen.commands.specs import compile_paths


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
    from obsgen import inventory, tables, terminal
    from obsgen.outputs.json import dump

    built = compile_paths(
        paths, environment, outcome="nothing was counted", format_=format_, several=True
    )
    if built is None:
        sys.exit(FOUND)
    pairs = zip(built.specs, built.compiled, strict=True)
    builds = [inventory.inventory(spec, own) for spec, own in pairs]
    if format_ == "json":
        terminal.print_data(dump(inventory.as_json(builds)))
    else:
        tables.print_sections(inventory.sections(builds))
