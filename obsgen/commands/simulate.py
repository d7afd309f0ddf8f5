"""`obsgen simulate`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import click

from obsgen.commands.options import (
    FOUND,
    demand_one_environment,
    environment_option,
    listen_address,
    spec_paths,
    specs_argument,
)

_TERMINATED: Final = 143  # what shells show for SIGTERM
_LISTEN: Final = "127.0.0.1:9200"
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
    listen: str
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
@click.option("--service", "services", multiple=True, metavar="NAME", help="Only this; repeatable.")
@click.option(
    "--listen", default=_LISTEN, show_default=True, metavar="HOST:PORT", help="Where it serves."
)
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
    import signal

    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    # Else a supervisor's end would look like a crash.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        failed = _history(asked) if asked.history else _serve(asked)
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


# --- what is simulated -----------------------------------------------------------------------


def _plan(asked: _Asked, *, only_asked: bool) -> Any | None:  # noqa: ANN401 (a Plan)
    """Return the plan; None where the specs have errors, which are told."""
    from obsgen import terminal, workspace
    from obsgen.diagnostics import has_errors
    from obsgen.simulate.stage import Plan, queries_of

    paths = spec_paths(asked.paths)
    built = workspace.compile_specs(paths, asked.environment, cwd=Path.cwd(), with_tests=False)
    terminal.print_findings(built, "text", fail_on="error", tells_infos=False)
    if has_errors(built.diagnostics) or not built.specs:
        terminal.print_summary(built, "text", outcome=": nothing is simulated")
        return None
    demand_one_environment(built)
    every = {service.name: service for service in built.specs[0].services}
    for name in asked.services:
        if name not in every:
            message = f"`{name}` is no service; there is {', '.join(every)}"
            raise click.BadParameter(message, param_hint="--service")
    chosen = tuple(s for name, s in every.items() if not asked.services or name in asked.services)
    acts = tuple(act for text in asked.scenarios for act in _acts(text, chosen))
    plan = Plan(
        services=chosen,
        queries=queries_of(built.files),
        acts=acts,
        only_asked=only_asked,
        speed=asked.speed,
    )
    if not any(True for _ in plan.casts()):
        raise click.UsageError("no service declares a metric, so there is nothing to simulate")
    if (act := next(plan.idle_acts(), None)) is not None:
        message = f"`{act.text}` changes nothing: nothing of the kind is simulated there"
        hint = "  hint: compare its place with the labels that `/metrics` of the simulator shows"
        raise click.BadParameter(f"{message}\n{hint}", param_hint="--scenario")
    return plan


def _acts(text: str, services: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Yield the acts of a scenario that is named, or the one act that is written out."""
    from obsgen.model import Complaint
    from obsgen.reader.acts import read_act
    from obsgen.reader.scenarios import unknown_in

    text = text.strip()
    if " " not in text and text:
        yield from _named(text, services)
        return
    act = read_act(text)
    if isinstance(act, Complaint):
        raise click.BadParameter(_shown(text, act), param_hint="--scenario")
    if complaint := unknown_in(act, tuple(service.catalogue for service in services)):
        raise click.BadParameter(_shown(text, complaint), param_hint="--scenario")
    yield "", act


def _named(name: str, services: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    owner, _, own = name.rpartition("/")
    known = [(s.name, scenario) for s in services for scenario in s.scenarios]
    found = [(s, each) for s, each in known if each.name == own and owner in {"", s}]
    if not found:
        names = ", ".join(f"{service}/{each.name}" for service, each in known) or "none"
        message = f"no scenario is named `{name}`; the specs have {names}"
        raise click.BadParameter(message, param_hint="--scenario")
    for service, scenario in found:
        yield from ((service, act) for act in scenario.acts)


def _shown(text: str, complaint: Any) -> str:  # noqa: ANN401 (a Complaint)
    """Return a message with the words that it is about underlined."""
    start, end = (complaint.word.start, complaint.word.end) if complaint.word else (0, len(text))
    marks = " " * start + "^" * max(1, end - start)
    return f"{complaint.message}\n    {text}\n    {marks}\n  hint: {complaint.hint}"


# --- now -------------------------------------------------------------------------------------


def _serve(asked: _Asked) -> bool:
    """Serve until interrupted; say that the specs have errors."""
    import time

    from obsgen import terminal

    address = listen_address(asked.listen)
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
    try:
        server = Server(address, exporter)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"cannot listen on {asked.listen}: {reason}; choose another: `--listen HOST:PORT`"
        raise click.UsageError(message) from error
    with server:
        host, port = server.server_address[:2]
        terminal.say(f"http://{host!s}:{port}/metrics shows all targets; Ctrl-C ends", "text")
        server.serve_forever(poll_interval=0.1)
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
