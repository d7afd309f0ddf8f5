"""
The stack without containers: the native programs, started in order, ended together.

    simulator ─> Prometheus with the rules ─> Alertmanager ─> sink          and a preview at the end

Everything is on loopback, and whatever is written stands in one temporary folder. The programs are
those that `docker-compose.yml` starts, with a configuration that `obsgen stack` writes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from obsgen.demo.command_lines import preview, servers
from obsgen.demo.past import make_past
from obsgen.demo.places import USUAL_PORTS, Places, PortTaken, find_places
from obsgen.demo.programs import CODES, PROGRAM_ENDED, ProgramEnded, Programs
from obsgen.demo.wanted import Wanted, left_out
from obsgen.stack import Stack, stack_files

__all__ = [
    "CODES",
    "PROGRAM_ENDED",
    "USUAL_PORTS",
    "Demo",
    "PortTaken",
    "ProgramEnded",
    "Wanted",
    "left_out",
    "running",
]

_SHOWN_FIRST_SECONDS: Final = 5.0
"""Of what is live, before a preview is drawn."""

Say = Callable[[str], None]


class Demo:
    """Programs that run; each has an address."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs

    def url(self, name: str) -> str:
        """Return the address of a program."""
        return self._places.url(name)

    def check(self) -> None:
        """
        Demand that everything still runs.

        Raises:
            ProgramEnded: something does not.
        """
        self._programs.check()


@contextlib.contextmanager
def running(wanted: Wanted, folder: Path, say: Say) -> Iterator[Demo]:
    """
    Run a demonstration until the context ends, however it ends.

    Args:
        folder: Takes all that is written.
        say: Takes a sentence for whoever waits.

    Raises:
        PortTaken: one that was asked for.
        ToolMissing, ToolBroken, ProgramEnded: a program is not there, or does not go on.
    """
    places = find_places(wanted, folder)
    with contextlib.ExitStack() as stack:
        programs = Programs(places, stack)
        _start(wanted, places, programs, say)
        yield Demo(places, programs)


def _start(wanted: Wanted, places: Places, programs: Programs, say: Say) -> None:
    """Start everything in order; each is ready before the next."""
    _configure(wanted, places)
    if wanted.history.ms:
        say("making the past …")
        make_past(wanted, places, programs, say)
    for name, command in servers(wanted, places):
        say(f"starting {name} …")
        programs.start(name, command)
    if wanted.has_preview:
        programs.wait(_SHOWN_FIRST_SECONDS)
        say("drawing dashboards …")
        programs.start("preview", preview(wanted, places))


def _configure(wanted: Wanted, places: Places) -> None:
    at = {f"{name}:{port}": places.address(name) for name, port in USUAL_PORTS.items() if port}
    where = Stack(
        simulator=places.url("simulator"),
        sink=places.url("sink"),
        at=at,
        without=wanted.left_out,
    )
    for path, data in stack_files(wanted.files, where).items():
        file = places.folder / "stack" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
