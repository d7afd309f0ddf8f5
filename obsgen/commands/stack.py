"""`obsgen stack`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from obsgen.commands.destinations import demand_folder, output_folder_option
from obsgen.commands.options import (
    FOUND,
    at_speed,
    environment_option,
    specs_argument,
    speed_option,
)
from obsgen.commands.servers import demand_url
from obsgen.commands.specs import compile_paths, demand_a_stack


@click.command()
@specs_argument
@output_folder_option(None, "The folder that the files go to.")
@click.option("--simulator", default="http://simulator:9200", show_default=True, metavar="URL")
@click.option("--sink", default="http://sink:9201", show_default=True, metavar="URL")
@click.option(
    "--at",
    "places",
    multiple=True,
    metavar="NAME:PORT=HOST:PORT",
    help="Where a server of the stack really is; repeatable.",
)
@speed_option
@environment_option
def stack(
    *,
    paths: tuple[str, ...],
    output: Path,
    simulator: str,
    sink: str,
    places: tuple[str, ...],
    speed: int,
    environment: str | None,
) -> None:
    """
    Write what a stack with simulated targets needs beside generated/.

    Prometheus asks the simulator for every target, and whatever Alertmanager notifies goes to the
    sink: nothing real is scraped, asked or paged.
    """
    from obsgen import terminal
    from obsgen.diagnostics import ObsgenError
    from obsgen.stack import Stack

    for option, url in (("--simulator", simulator), ("--sink", sink)):
        demand_url(url, option)
    demand_folder(output, paths)
    pairs = [place.partition("=") for place in places]
    if wrong := next((a + b + c for a, b, c in pairs if not (a and c)), ""):
        message = f"`{wrong}` is no place: write `prometheus:9090=127.0.0.1:9090`"
        raise click.BadParameter(message, param_hint="--at")
    where = Stack(
        simulator=simulator.rstrip("/"), sink=sink.rstrip("/"), at={a: c for a, _, c in pairs}
    )
    try:
        built = compile_paths(paths, environment, outcome="nothing was written", with_files=True)
        if built is not None:
            demand_a_stack(built, "a stack")
            _write(at_speed(built, speed), where, output, speed=speed)
    except ObsgenError as error:
        terminal.print_error(error)
        built = None
    if built is None:
        sys.exit(FOUND)
    terminal.say(f"{output}: what the stack needs beside generated/", "text")


def _write(built: Any, where: Any, output: Path, *, speed: int) -> None:  # noqa: ANN401 (a Built, a Stack)
    """Write what one environment's stack needs, and what the next run may remove again."""
    from obsgen import workspace
    from obsgen.artefacts import OutputFile
    from obsgen.disk.write import write
    from obsgen.outputs.manifest import manifest
    from obsgen.stack import stack_files

    name = built.specs[0].environment.name
    bent = stack_files(workspace.files_of(built, name), where)
    given = [OutputFile(path=path, data=data, sources=()) for path, data in bent.items()]
    write((*given, manifest(given, name, speed)), output)
