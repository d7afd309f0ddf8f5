"""`obsgen report`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.destinations import demand_file, output_file_options
from obsgen.commands.durations import duration_option
from obsgen.commands.options import (
    FOUND,
    environment_option,
    specs_argument,
)
from obsgen.commands.servers import access_to, demand_url, server_options
from obsgen.commands.specs import chosen_services, compile_paths, service_option
from obsgen.units import Duration

KINDS: Final = ("slo", "cost", "stats", "slow", "alerts", "summary", "timeline")
FORMATS: Final = ("table", "markdown", "json", "csv", "html")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    kind: str
    paths: tuple[str, ...]
    prometheus: str
    services: tuple[str, ...]
    environment: str | None
    period: str
    at: str
    zone: str
    over: Duration
    every: str
    format_: str
    output: Path | None
    force: bool
    token_file: Path | None
    token_variable: str | None
    ca_file: Path | None
    timeout: float


@click.command()
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@specs_argument
@click.option("--prometheus", required=True, metavar="URL", help="The server that is asked.")
@service_option
@environment_option
@click.option(
    "--period",
    default="this_month",
    show_default=True,
    metavar="PERIOD",
    help="today, yesterday, this_week, last_week, this_month, last_month, this_quarter, "
    "last_quarter, this_year, 24h, 7d, 2025-10, 2025-10-04.",
)
@click.option(
    "--at",
    default="",
    metavar="TIME",
    help="Tell what was known then: 2025-10-04T12:00.",
    show_default="now",
)
@click.option(
    "--time-zone",
    "zone",
    default="",
    metavar="ZONE",
    help="Whose calendar: UTC, Asia/Tokyo.",
    show_default="the Project's utc_offset",
)
@duration_option("--over", "From how long on a call is slow (slow).", default="1s")
@click.option(
    "--every",
    type=click.Choice(("hour", "day")),
    default=None,
    help="The rows of a timeline.",
    show_default="hour, beyond 48h day",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default=None,
    help="How it is written.",
    show_default="by the name of --output, else table",
)
@output_file_options
@server_options
def report(**options: Any) -> None:  # noqa: ANN401 (as click gives them)
    """
    Report what a Prometheus server knows of the services.

    KIND is slo, cost, stats, slow, alerts, summary or timeline; SPECS are files and folders (specs/
    unless given), which say what each metric tells. What a service does not declare is left out;
    where there is no data, `no data` stands.
    """
    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError

    every, format_ = options.pop("every") or "", options.pop("format_") or ""
    asked = _Asked(every=every, format_=format_, **options)
    _check(asked)
    access = access_to(asked)
    try:
        failed = _report(asked, access)
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


def _check(asked: _Asked) -> None:
    demand_url(asked.prometheus, "--prometheus")
    if asked.every and asked.kind != "timeline":
        raise click.UsageError("--every is for a timeline alone")
    demand_file(asked.output, replace=asked.force)


def _report(asked: _Asked, access: Any) -> bool:  # noqa: ANN401 (an Access)
    """Compile, ask and write; say whether it failed."""
    from obsgen.live.reports.run import Asked
    from obsgen.live.reports.run import report as make
    from obsgen.progress import progress

    built = compile_paths(asked.paths, asked.environment, outcome="nothing was asked")
    if built is None:
        return True
    spec = built.specs[0]
    wanted = Asked(
        kind=asked.kind,
        spec=spec,
        compiled=built.compiled[0],
        services=chosen_services(asked.services, spec.services),
        span=_span(asked, spec.project.utc_offset_seconds),
        slow=asked.over.seconds,
        every=asked.every,  # type: ignore[arg-type]  # click has chosen
        url=asked.prometheus,
        access=access,
    )
    return _write(asked, make(wanted, progress))


def _span(asked: _Asked, offset_seconds: int) -> Any:  # noqa: ANN401
    import time

    from obsgen.live.reports import periods

    try:
        zone = periods.time_zone(asked.zone, offset_seconds)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--time-zone") from error
    try:
        at = periods.moment(asked.at, zone) if asked.at else int(time.time())
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from error
    try:
        return periods.span(asked.period, at, zone)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error), param_hint="--period") from error


def _write(asked: _Asked, made: Any) -> bool:  # noqa: ANN401
    """Print or write a report; say that nothing failed."""
    from obsgen import tables, terminal
    from obsgen.disk.single import write_file
    from obsgen.live.reports import formats
    from obsgen.live.reports.formats.table import sections

    if made.since is not None and made.since > made.span.start:
        begins = f"{made.span.local(made.since):%Y-%m-%d %H:%M}"
        terminal.say(f"the server has no data from before {begins}: figures begin there", "text")
    suffix = asked.output.suffix if asked.output else ""
    format_ = asked.format_ or formats.BY_SUFFIX.get(suffix, "table")
    if format_ == "table" and asked.output is None:
        tables.print_sections(sections(made))
        return False
    text = formats.renderer(format_)(made)
    if asked.output is None:
        terminal.print_data(text)
        return False
    write_file(asked.output, text.encode(), replace=asked.force)
    terminal.say(f"{asked.output}: {made.title.lower()}, {made.span.label}", "text")
    return False
