"""`obsgen routes`."""

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


def _labels(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str] | None:
    found = {}
    for value in values:
        label, is_given, text = value.partition("=")
        if not is_given or not label:
            raise click.BadParameter(f"`{value}` is no label: write severity=critical")
        if label in found:
            raise click.BadParameter(f"label `{label}` is given twice")
        found[label] = text
    return found or None


@click.command()
@specs_argument
@environment_option
@click.option(
    "--alert",
    default="",
    metavar="[SERVICE/]ALERT",
    help="Only this alert.",
)
@click.option(
    "--labels",
    multiple=True,
    metavar="LABEL=VALUE",
    callback=_labels,
    help="Instead, an alert with these labels and no others.",
)
@answer_option
def routes(
    paths: tuple[str, ...],
    environment: str | None,
    alert: str,
    labels: dict[str, str] | None,
    format_: str,
) -> None:
    """
    Tell whom every alert reaches, and when.

    SPECS are files and folders (specs/ unless given). The routing tree, and for each alert of the
    specs the receivers that it reaches: surely, or perhaps, where that depends on labels that its
    series bring.
    """
    from obsgen import tables, terminal, workspace
    from obsgen.catalogue import near
    from obsgen.checks.route_tests import TEST_FAILS
    from obsgen.diagnostics import has_errors
    from obsgen.explanations.routes import routes_of
    from obsgen.outputs.json import dump

    built = workspace.compile_specs(
        spec_paths(paths), environment, cwd=Path.cwd(), with_files=False, with_tests=False
    )
    # A test of the Routing that fails is why one asks.
    if has_errors([d for d in built.diagnostics if d.code is not TEST_FAILS]):
        terminal.print_findings(built, format_, fail_on="error", tells_infos=False)
        sys.exit(FOUND)
    names = [spec.environment.name for spec in built.specs]
    each = zip(built.compiled, names, strict=True)
    if labels is not None and "severity" in labels:
        scheme = built.specs[0].project.severities
        resolved = scheme.resolve(labels["severity"])
        if resolved not in (None, labels["severity"]):
            click.echo(f"severity `{labels['severity']}` is `{resolved}` here", err=True)
            labels = {**labels, "severity": resolved}
    found = [routes_of(compiled, name, alert, labels) for compiled, name in each]
    told = [answer for answer in found if answer is not None]
    if not told:
        raise click.UsageError("the specs hold no Routing: nobody is notified of anything")
    if alert and not any(answer.alerts for answer in told):
        every = [routes_of(c, "", "", None) for c in built.compiled]
        known = sorted({a.name for answer in every if answer is not None for a in answer.alerts})
        guess = near(alert, known)
        hint = f"; did you mean {guess}?" if guess else ""
        raise click.UsageError(f"no alert `{alert}` is in the specs{hint}")
    if format_ == "json":
        click.echo(dump([answer.json for answer in told]).decode(), nl=False)
    else:
        tables.print_sections(section for answer in told for section in answer.sections)
