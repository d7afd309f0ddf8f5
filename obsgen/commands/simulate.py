"""`obsgen simulate`."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import click

from obsgen.commands.acts import check_times, plan_of
from obsgen.commands.options import (
    FOUND,
    environment_option,
    specs_argument,
)
from obsgen.commands.serving import end_in_order, listen_option, serve
from obsgen.commands.specs import chosen_services, compile_paths, service_option

_MOST_SPEED: Final = 3600
_FINEST: Final = 5_000
_LEAST_INTERVAL: Final = 100
"""Milliseconds between scrapes of the past, at the usual speed and at any."""
_LATEST: Final = 253_402_300_799_000
"""The end of the year 9999, in milliseconds: no calendar goes on."""
_ANCIENT: Final = "write a time of UTC such as 2026-01-15T14:00Z, or seconds since 1970"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    paths: tuple[str, ...]
    services: tuple[str, ...]
    listen: tuple[str, int]
    seed: int
    scenarios: tuple[str, ...]
    speed: int
    history: str
    output: str
    until: str
    interval: str
    everything: bool
    packs: bool
    environment: str | None


@click.command()
@specs_argument
@service_option
@listen_option("127.0.0.1:9200")
@click.option("--seed", type=int, default=1, show_default=True, help="Another one, other data.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="ACT|NAME",
    help="`errors 20% on /api for 10 min from 5 min on`, or one of the specs; repeatable.",
)
@click.option(
    "--speed",
    type=click.IntRange(1, _MOST_SPEED),
    default=1,
    show_default=True,
    metavar="N",
    help="Divide the times of scenarios, days and weeks by this.",
)
@click.option(
    "--history", default="", metavar="TIME", help="Write this much past (4w), and serve nothing."
)
@click.option(
    "--out",
    "output",
    default="-",
    metavar="FILE|FOLDER/",
    help="Where the past goes; a folder takes a file a day.  [default: standard output]",
)
@click.option("--until", default="", metavar="TIME", help="When the past ends.  [default: now]")
@click.option(
    "--interval", default="1m", show_default=True, metavar="TIME", help="Of the past's scrapes."
)
@click.option("--gzip", "packs", is_flag=True, help="Pack the files of a folder.")
@click.option(
    "--all", "everything", is_flag=True, help="In the past: what no rule or panel asks for, too."
)
@environment_option
def simulate(**options: Any) -> None:  # noqa: ANN401 (as click gives them)
    """
    Serve every declared metric as plausible data.

    SPECS are files and folders (specs/ unless given). Each scrape target of the specs is served
    under its own name: Prometheus reaches it through this server (`proxy_url`). The same seed gives
    the same data. With --history, OpenMetrics text for `promtool tsdb create-blocks-from
    openmetrics` is written instead.
    """
    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    end_in_order()
    try:
        failed = _history(asked) if asked.history else _serve(asked)
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


# --- what is simulated -----------------------------------------------------------------------


def _plan(asked: _Asked, *, only_asked: bool) -> Any | None:  # noqa: ANN401 (a Plan)
    """Return the plan; None where the specs have errors, which are told."""
    paths, environment = asked.paths, asked.environment
    built = compile_paths(paths, environment, outcome="nothing is simulated", with_files=True)
    if built is None:
        return None
    chosen = chosen_services(asked.services, built.specs[0].services)
    return plan_of(chosen, built.files, asked.scenarios, only_asked=only_asked, speed=asked.speed)


# --- now -------------------------------------------------------------------------------------


def _serve(asked: _Asked) -> bool:
    """Serve until interrupted; say that the specs have errors."""
    import time

    try:
        from obsgen.simulate.exporter import Exporter, Server
    except ImportError as error:
        message = f"`{error.name}` is not installed: `pip install 'obsgen[simulate]'`"
        raise click.UsageError(message) from error
    from obsgen.simulate.live import Live

    plan = _plan(asked, only_asked=False)
    if plan is None:
        return True
    exporter = Exporter(Live(plan, seed=asked.seed, now=int(time.time() * 1_000)))
    serve(asked.listen, lambda at: Server(at, exporter), "/metrics shows all targets")
    return False


# --- the past --------------------------------------------------------------------------------


def _history(asked: _Asked) -> bool:
    """Write the past; say that the specs have errors."""
    from obsgen.disk.growing import growing_file
    from obsgen.progress import progress
    from obsgen.simulate.traffic import DAY, Span
    from obsgen.simulate.weeks import scrapers, write_day_by_day, write_whole

    length, interval = (
        _duration(asked.history, "--history"),
        _duration(asked.interval, "--interval"),
    )
    least = max(_LEAST_INTERVAL, _FINEST // asked.speed)
    if interval < least or 60_000 % min(interval, 60_000) or interval % min(interval, 60_000):
        message = f"`{asked.interval}` neither divides a minute nor is some of them: write `1m`"
        raise click.BadParameter(message, param_hint="--interval")
    end = _until(asked.until) // 60_000 * 60_000
    span = Span(end - max(60_000, length // 60_000 * 60_000), end)
    if span.start < 0 or span.end > _LATEST:
        message = "the past lies between 1970, when time stamps begin, and 9999"
        raise click.BadParameter(message, param_hint="--until")
    plan = _plan(asked, only_asked=not asked.everything)
    if plan is None:
        return True
    check_times(asked.scenarios, plan.services, span, asked.speed)
    found = scrapers(plan, span, seed=asked.seed, interval=interval)
    if not (asked.output.endswith("/") or Path(asked.output).is_dir()):
        to_file = asked.output != "-"
        with growing_file(Path(asked.output)) if to_file else nullcontext(sys.stdout) as file:
            write_whole(found, span, file)
        return False
    folder = Path(asked.output)

    def opened(name: str) -> AbstractContextManager[TextIO]:
        return growing_file(folder / f"{name}.om{'.gz' * asked.packs}")

    with progress("writing days", (span.end - span.start) // DAY + 1) as advance:
        for _ in write_day_by_day(found, span, opened):
            advance(1)
    # For whoever records over it: the seconds between which there is something.
    with growing_file(folder / "span") as file:
        file.write(f"{span.start // 1_000} {span.end // 1_000}\n")
    return False


def _duration(text: str, option: str) -> int:
    from obsgen.units import Duration

    try:
        found = Duration.parse(text).ms
    except ValueError:
        found = 0
    if found <= 0:
        message = f"`{text}` is no length of time: write `4w` or `36h`"
        raise click.BadParameter(message, param_hint=option)
    return found


def _until(text: str) -> int:
    """Return a moment in milliseconds; now where none is given."""
    import datetime
    import time

    if not text:
        return int(time.time() * 1_000)
    if text.isascii() and text.isdigit():
        return int(text) * 1_000
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None:
        raise click.BadParameter(f"`{text}` is no time: {_ANCIENT}", param_hint="--until")
    aware = at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
    return int(aware.timestamp() * 1_000)
