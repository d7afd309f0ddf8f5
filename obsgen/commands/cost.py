"""`obsgen cost`."""

from __future__ import annotations

import sys

import click

from obsgen.commands.durations import duration_option
from obsgen.commands.options import (
    FOUND,
    answer_option,
    environment_option,
    specs_argument,
)
from obsgen.commands.specs import compile_paths
from obsgen.units import Duration


def _series(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, int]:
    """Return the numbers by metric; by an empty text that for all."""
    found = {}
    for value in values:
        metric, _, number = value.rpartition("=")
        if not number.isascii() or not number.isdigit() or not int(number):
            raise click.BadParameter(f"`{value}` is no number of series: write 1000 or METRIC=1000")
        if metric in found:
            whose = f"metric `{metric}`" if metric else "all events"
            raise click.BadParameter(f"the series of {whose} are told twice")
        found[metric] = int(number)
    return found


@click.command()
@specs_argument
@environment_option
@click.option(
    "--series",
    metavar="N | METRIC=N",
    multiple=True,
    callback=_series,
    help="How many series all events of an SLO are counted in; or those of one metric.",
)
@click.option(
    "--groups",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="How many groups an SLO has `by` labels without declared values.",
)
@duration_option("--scrape-interval", "Instead of the declared one.")
@answer_option
def cost(
    paths: tuple[str, ...],
    environment: str | None,
    series: dict[str, int],
    groups: int,
    scrape_interval: Duration | None,
    format_: str,
) -> None:
    """
    Tell what the rules of SLOs cost.

    SPECS are files and folders (specs/ unless given). For each SLO: the series that are recorded,
    the samples that its rules read in an hour, and those that plain range queries would read.
    """
    from obsgen import costs, tables
    from obsgen.catalogue import near
    from obsgen.outputs.json import dump
    from obsgen.progress import progress

    built = compile_paths(
        paths, environment, outcome="nothing was counted", format_=format_, several=True
    )
    if built is None:
        sys.exit(FOUND)
    by_metric = {metric: number for metric, number in series.items() if metric}
    known = costs.known_metrics(built.specs)
    for metric in by_metric:
        if metric not in known:
            guess = near(metric, sorted(known))
            hint = f"; did you mean {guess}?" if guess else ""
            raise click.UsageError(f"no metric `{metric}` is declared{hint}")
    assumptions = costs.Assumptions(
        series=series.get(""),
        by_metric=by_metric,
        groups=groups,
        scrape_interval=scrape_interval,
    )
    environments = zip(built.specs, built.compiled, strict=True)
    total = sum(len(service.slos) for spec in built.specs for service in spec.services)
    found = []
    with progress("counting samples", total) as report:
        for each in costs.costs(environments, assumptions):
            found.append(each)
            report(1)
    if format_ == "json":
        click.echo(dump(costs.as_json(found, assumptions)).decode(), nl=False)
    else:
        tables.print_sections(costs.sections(found, assumptions))
