"""`obsgen demo`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from obsgen.commands.options import (
    FOUND,
    at_speed,
    demand_one_environment,
    environment_option,
    spec_paths,
    specs_argument,
    speed_option,
)

_TERMINATED: Final = 143  # what shells show for SIGTERM
_LOOK_SECONDS: Final = 0.5
_PORTS: Final = 65_536
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
    history: str
    ports: tuple[str, ...]
    preview: bool
    speed: int
    environment: str | None


@click.command()
@specs_argument
@click.option("--service", "services", multiple=True, metavar="NAME", help="Only this; repeatable.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="ACT|NAME",
    help="What happens, as for `obsgen simulate`; repeatable.",
)
@click.option(
    "--history",
    default="6h",
    show_default=True,
    metavar="TIME",
    help="How much past there is first, divided by --speed; 0s for none.",
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
    import signal
    import tempfile

    from obsgen import terminal
    from obsgen.demo import PortTaken
    from obsgen.diagnostics import ObsgenError

    asked = _Asked(**options)
    # Else what was started would outlive whoever is ended by a supervisor.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
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
    from obsgen import demo, terminal, workspace
    from obsgen.diagnostics import has_errors

    history, ports = _history(asked.history), dict(map(_port, asked.ports))
    paths = spec_paths(asked.paths)
    built = workspace.compile_specs(paths, asked.environment, cwd=Path.cwd(), with_tests=False)
    terminal.print_findings(built, "text", fail_on="error", tells_infos=False)
    if has_errors(built.diagnostics) or not built.specs:
        terminal.print_summary(built, "text", outcome=": nothing was started")
        return None
    demand_one_environment(built)
    built = at_speed(built, asked.speed)
    services, compiled = built.specs[0].services, built.compiled[0]
    known = [service.name for service in services]
    if wrong := next((name for name in asked.services if name not in known), ""):
        message = f"`{wrong}` is no service; there is {', '.join(known)}"
        raise click.BadParameter(message, param_hint="--service")
    if compiled.alertmanager is None:
        raise click.UsageError("the specs have no Routing, so nothing would be notified")
    chosen = asked.services or tuple(known)
    environment = ("--env", asked.environment) if asked.environment else ()
    return demo.Wanted(
        files=workspace.files_of(built, built.specs[0].environment.name),
        left_out=frozenset(demo.left_out(compiled, services, chosen)),
        specs=(*map(str, paths), *environment),
        simulated=tuple(f"--service={name}" for name in asked.services),
        scenarios=asked.scenarios,
        speed=asked.speed,
        history=history,
        ports=ports,
        has_probes=any(service.probes for service in services if service.name in chosen),
        has_preview=asked.preview,
    )


def _port(text: str) -> tuple[str, int]:
    from obsgen.demo import USUAL_PORTS

    name, _, port = text.partition("=")
    if name not in USUAL_PORTS:
        message = f"`{text}` names no program; there is {', '.join(USUAL_PORTS)}"
        raise click.BadParameter(message, param_hint="--port")
    if not port.isascii() or not port.isdigit() or int(port) >= _PORTS:
        raise click.BadParameter(f"`{text}` has no port: write `{name}=9090`", param_hint="--port")
    return name, int(port)


def _history(text: str) -> Any:  # noqa: ANN401 (a Duration)
    from obsgen.units import Duration

    try:
        return Duration.parse(text)
    except ValueError as error:
        message = f"`{text}` is no length of time: write `6h` or `2d`"
        raise click.BadParameter(message, param_hint="--history") from error
