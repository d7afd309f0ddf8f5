"""`obsgen demo`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.acts import plan_of
from obsgen.commands.durations import duration_option
from obsgen.commands.options import (
    FOUND,
    at_speed,
    environment_option,
    spec_paths,
    specs_argument,
    speed_option,
)
from obsgen.commands.serving import end_in_order, read_port
from obsgen.commands.specs import (
    chosen_services,
    compile_paths,
    demand_a_stack,
    service_option,
)
from obsgen.units import Duration

_LOOK_SECONDS: Final = 0.5
_LINKS: Final = (
    ("preview", "dashboards"),
    ("prometheus", "rules and alerts"),
    ("alertmanager", "what is routed"),
    ("sink", "what is notified"),
    ("simulator", "targets"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says."""

    paths: tuple[str, ...]
    services: tuple[str, ...]
    scenarios: tuple[str, ...]
    history: Duration
    ports: tuple[str, ...]
    preview: bool
    speed: int
    environment: str | None


@click.command()
@specs_argument
@service_option
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="ACT|NAME",
    help="What happens, as for `obsgen simulate`; repeatable.",
)
@duration_option(
    "--history",
    "How much past there is first, divided by --speed; 0s for none.",
    default="1d",
    takes_none=True,
)
@click.option(
    "--port",
    "ports",
    multiple=True,
    metavar="NAME=PORT",
    help="Where a program listens, such as prometheus=9090; repeatable.",
    show_default="any that is free",
)
@click.option("--preview/--no-preview", default=True, help="Draw the dashboards at the end.")
@speed_option
@environment_option
def demo(**options: Any) -> None:  # noqa: ANN401 (as click gives them)
    """
    Run everything on this machine, without containers.

    Simulated services, Prometheus with the rules of SPECS, Alertmanager, a page of what it notifies
    and the dashboards as pages: all on loopback, with addresses printed. Nothing real is scraped or
    paged. Ctrl-C ends it, and nothing stays.
    """
    import tempfile

    from obsgen import terminal
    from obsgen.demo import PortTaken
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    end_in_order()
    try:
        with tempfile.TemporaryDirectory(prefix="obsgen-demo-") as folder:
            failed = _demo(asked, Path(folder))
    except PortTaken as error:
        raise click.UsageError(f"{error}; choose another: `--port NAME=PORT`") from error
    except ObsgenError as error:
        terminal.print_error(error)
        failed = True
    sys.exit(FOUND if failed else 0)


def _demo(asked: _Asked, folder: Path) -> bool:
    """Run until interrupted; say that the specs have errors."""
    import time

    from obsgen import terminal
    from obsgen.demo import running

    wanted = _wanted(asked)
    if wanted is None:
        return True
    with running(wanted, folder, lambda sentence: terminal.say(sentence, "text")) as shown:
        for name, what in _LINKS[0 if asked.preview else 1 :]:
            terminal.say(f"{shown.url(name)}/  {what}", "text")
        terminal.say("ready; Ctrl-C ends all of it", "text")
        while True:
            shown.check()
            time.sleep(_LOOK_SECONDS)


def _wanted(asked: _Asked) -> Any | None:  # noqa: ANN401 (a demo.Wanted)
    """Return what is shown; None where the specs have errors, which are told."""
    from obsgen import demo, workspace

    ports = _ports(asked.ports)
    paths, environment = asked.paths, asked.environment
    built = compile_paths(paths, environment, outcome="nothing was started", with_files=True)
    if built is None:
        return None
    built = at_speed(built, asked.speed)
    services, compiled = built.specs[0].services, built.compiled[0]
    chosen = chosen_services(asked.services, services)
    demand_a_stack(built, "a demonstration")
    if asked.scenarios:
        # They begin when the past is made, which takes minutes.
        plan_of(chosen, built.files, asked.scenarios, speed=asked.speed)
    return demo.Wanted(
        files=workspace.files_of(built, built.specs[0].environment.name),
        left_out=frozenset(demo.left_out(compiled, services, [each.name for each in chosen])),
        specs=(*map(str, spec_paths(paths)), *(("--env", environment) if environment else ())),
        simulated=tuple(f"--service={name}" for name in asked.services),
        scenarios=asked.scenarios,
        speed=asked.speed,
        history=asked.history,
        ports=ports,
        has_probes=any(service.probes for service in chosen),
        has_preview=asked.preview,
    )


def _ports(texts: Sequence[str]) -> dict[str, int]:
    """Return the ports that are asked for, each for one program."""
    found: dict[str, int] = {}
    for name, port in map(_port, texts):
        other = next((one for one, taken in found.items() if port and port == taken), name)
        if other != name:
            message = f"port {port} is for {other} already: give {name} another"
            raise click.BadParameter(message, param_hint="--port")
        found[name] = port
    return found


def _port(text: str) -> tuple[str, int]:
    from obsgen.demo import USUAL_PORTS

    name, _, written = text.partition("=")
    if name not in USUAL_PORTS:
        message = f"`{text}` names no program; there is {', '.join(USUAL_PORTS)}"
        raise click.BadParameter(message, param_hint="--port")
    port = read_port(written)
    if port is None:
        message = f"`{text}` has no port: write `{name}={USUAL_PORTS[name]}`"
        raise click.BadParameter(message, param_hint="--port")
    return name, port
