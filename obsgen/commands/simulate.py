"""`obsgen simulate`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from obsgen.commands.acts import check_times, plan_of
from obsgen.commands.destinations import (
    OUTPUT,
    demand_file,
    demand_folder,
    force_option,
    output_option,
)
from obsgen.commands.durations import duration_option
from obsgen.commands.options import (
    FOUND,
    environment_option,
    specs_argument,
)
from obsgen.commands.serving import end_in_order, listen_option, serve
from obsgen.commands.specs import chosen_services, compile_paths, service_option
from obsgen.units import Duration

_MOST_SPEED: Final = 3600
_MINUTE: Final = 60_000
_FINEST: Final = 5_000
_LEAST_INTERVAL: Final = 100
"""Milliseconds between scrapes of the past, at the usual speed and at any."""
_LATEST: Final = 253_402_300_799_000
"""The end of the year 9999, in milliseconds: no calendar goes on."""
_ANCIENT: Final = "write a time of UTC such as 2026-01-15T14:00Z, or seconds since 1970"
_OF_PASTS: Final = frozenset({"output", "force", "until", "interval", "packs", "everything"})
_OF_SERVING: Final = frozenset({"listen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    paths: tuple[str, ...]
    services: tuple[str, ...]
    listen: tuple[str, int]
    seed: int
    scenarios: tuple[str, ...]
    speed: int
    history: Duration | None
    output: str | None
    force: bool
    until: str
    interval: Duration
    everything: bool
    packs: bool
    environment: str | None

    @property
    def has_folder(self) -> bool:
        """Whether the past goes to a folder, in a file for each service and day."""
        path = self.output or ""
        return path.endswith("/") or (bool(path) and Path(path).is_dir())


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
@duration_option("--history", "Write this much past (4w), and serve nothing.")
@output_option(
    "FILE|FOLDER/", "Where the past goes; a folder takes a file for each service and day."
)
@force_option("Replace the file, or the past in the folder.")
@click.option("--until", default="", metavar="TIME", show_default="now", help="When the past ends.")
@duration_option("--interval", "Of the past's scrapes.", default="1m")
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
    _check(asked)
    end_in_order()
    try:
        failed = _serve(asked) if asked.history is None else _history(asked, asked.history.ms)
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


def _check(asked: _Asked) -> None:
    """
    Refuse what cannot be, or is of no use, before the work begins.

    Raises:
        UsageError: it is so.
    """
    for option in _given(_OF_SERVING if asked.history else _OF_PASTS):
        if asked.history:
            raise click.UsageError(f"{option} is where it serves: with --history nothing is served")
        raise click.UsageError(f"{option} is of the past alone: it needs --history")
    if asked.packs and not asked.has_folder:
        message = "--gzip packs the files of a folder; a file is packed by its name: `past.om.gz`"
        raise click.UsageError(message)
    if asked.output and asked.has_folder:
        demand_folder(Path(asked.output), asked.paths)
        _demand_no_past(Path(asked.output), replace=asked.force)
    elif asked.output:
        demand_file(Path(asked.output), replace=asked.force)


def _given(names: frozenset[str]) -> Iterator[str]:
    """Yield those of these options that the command line holds, as they are written."""
    context = click.get_current_context()
    for each in context.command.params:
        source = context.get_parameter_source(each.name or "")
        if each.name in names and source is ParameterSource.COMMANDLINE:
            yield each.opts[-1]


def _demand_no_past(folder: Path, *, replace: bool) -> None:
    from obsgen.disk.pasts import PastFolder

    if not replace and (held := PastFolder(folder=folder).held):
        message = f"`{held[0]}` is there already: give another folder, or --force"
        raise click.BadParameter(message, param_hint=OUTPUT)


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


def _history(asked: _Asked, length: int) -> bool:
    """Write so many milliseconds of the past; say that the specs have errors."""
    from obsgen.disk.growing import growing_file
    from obsgen.disk.pasts import PastFolder
    from obsgen.processes import at_once, processors
    from obsgen.progress import progress
    from obsgen.simulate.traffic import Span
    from obsgen.simulate.weeks import Past, documents, write_whole

    interval = _interval(asked)
    end = _until(asked.until) // _MINUTE * _MINUTE
    span = Span(end - max(_MINUTE, length // _MINUTE * _MINUTE), end)
    if span.start < 0 or span.end > _LATEST:
        message = "the past lies between 1970, when time stamps begin, and 9999"
        raise click.BadParameter(message, param_hint="--until")
    plan = _plan(asked, only_asked=not asked.everything)
    if plan is None:
        return True
    check_times(asked.scenarios, plan.services, span, asked.speed)
    past = Past(span=span, seed=asked.seed, interval=interval)
    if not asked.has_folder:
        path = asked.output
        with growing_file(Path(path)) if path else nullcontext(sys.stdout) as file:
            write_whole(plan, past, file)
        return False
    folder = PastFolder(folder=Path(asked.output or ""), packs=asked.packs)
    folder.clear()
    parts = documents(plan, past, folder, most=processors())
    total = len(past.days) * len(plan.casts)
    with at_once(parts) as written, progress("writing days of services", total) as advance:
        for each in written:
            advance(each)
    folder.tell_span(span.start // 1_000, span.end // 1_000)
    return False


def _interval(asked: _Asked) -> int:
    """Return the milliseconds between two scrapes of the past."""
    interval, shown = asked.interval.ms, f"`{asked.interval}`"
    least = max(_LEAST_INTERVAL, _FINEST // asked.speed)
    if interval < least:
        # The least that divides a minute, too.
        best = next(each for each in range(least, _MINUTE + 1) if not _MINUTE % each)
        message = f"{shown} is too short: at this speed at least `{Duration(best)}`"
        raise click.BadParameter(message, param_hint="--interval")
    if _MINUTE % min(interval, _MINUTE) or interval % min(interval, _MINUTE):
        message = f"{shown} neither divides a minute nor is some of them: write `1m`"
        raise click.BadParameter(message, param_hint="--interval")
    return interval


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
