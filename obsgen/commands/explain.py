"""`obsgen explain`."""

from __future__ import annotations

import sys
import textwrap
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

import click

from obsgen.commands.options import (
    FOUND,
    answer_option,
    environment_option,
    spec_paths,
    specs_argument,
)
from obsgen.diagnostics import Code


def _rate(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> Fraction | None:
    if value is None:
        return None
    from obsgen.units import COUNT, Quantity

    try:
        quantity = Quantity.parse(value)
    except ValueError:
        quantity = Quantity.parse("0")
    if quantity.unit.dimension != COUNT.dimension or not quantity.unit.per_seconds:
        raise click.BadParameter(f"`{value}` is no rate of events: write 100/s or 5/min")
    if quantity.value <= 0:
        raise click.BadParameter(f"`{value}` is not above 0")
    return Fraction(quantity.value) / quantity.unit.per_seconds


@click.command()
@click.argument("subject")
@specs_argument
@environment_option
@click.option(
    "--rate",
    metavar="RATE",
    callback=_rate,
    help="The traffic of the SLO, to tell its budget in events: 100/s, 5/min.",
)
@answer_option
def explain(
    subject: str,
    paths: tuple[str, ...],
    environment: str | None,
    rate: Fraction | None,
    format_: str,
) -> None:
    """
    Explain an SLO, an alert or a code of a finding.

    SUBJECT is an SLO, gateway/availability: its budget, its alerts and how fast they are, what is
    counted and recorded; an alert, HighErrorRate or gateway/HighErrorRate: what it means and what
    proves it; or a code, SLO301 or its name, objective-range: what to write instead. SPECS are
    files and folders (specs/ unless given).
    """
    from obsgen import codes

    if code := codes.find(subject):
        _tell(code, format_)
        return
    if not paths and "/" not in subject and not Path("specs").exists():
        _fail(subject, codes.near_miss(subject))
    from obsgen import explanations, tables, terminal, workspace
    from obsgen.diagnostics import has_errors

    built = workspace.compile_specs(
        spec_paths(paths), environment, cwd=Path.cwd(), with_files=False
    )
    if has_errors(built.diagnostics):
        terminal.print_findings(built, format_, fail_on="error", tells_infos=False)
        sys.exit(FOUND)
    found = explanations.find(built, subject, events_per_second=rate)
    if not found:
        _fail(subject, codes.near_miss(subject) or explanations.near_miss(built, subject))
    if format_ == "json":
        from obsgen.outputs.json import dump

        click.echo(dump([each.json for each in found]).decode(), nl=False)
    else:
        tables.print_sections(section for each in found for section in each.sections)


def _tell(code: Code, format_: str) -> None:
    from obsgen.explanations.check_pages import examples_of
    from obsgen.outputs.json import dump

    examples = examples_of(code)
    if format_ == "json":
        told = {
            "code": code.id,
            "name": code.name,
            "severity": str(code.severity),
            "why": code.why,
            "fix": code.fix,
            "examples": [{"wrong": each.wrong, "right": each.right} for each in examples],
        }
        click.echo(dump(told).decode(), nl=False)
        return
    click.echo(f"{code.id} {code.name} ({code.severity})\n\n{code.why}\n\n{code.fix}")
    for each in examples:
        for word, text in (("wrong", each.wrong), ("right", each.right)):
            click.echo(f"\n{word}:\n{textwrap.indent(text, '  ')}")


def _fail(subject: str, guess: str) -> NoReturn:
    known = "codes look like SLO301, SLOs like gateway/availability, alerts like HighErrorRate"
    hint = f"did you mean {guess}?" if guess else known
    raise click.UsageError(f"no code, SLO or alert `{subject}`; {hint}")
