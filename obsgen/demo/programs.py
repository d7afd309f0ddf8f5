"""Programs that run side by side: each ready before the next, all ended together."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from obsgen import tools
from obsgen.demo.places import Places
from obsgen.diagnostics import Code, ObsgenError
from obsgen.http import Access, Client, HttpError

PROGRAM_ENDED: Final = Code(
    "OUT991",
    "program-ended",
    why="the programs of a demonstration need each other: without one of them it shows nothing",
    fix="Read the last lines that it said, which the finding shows.",
)
CODES: Final = (PROGRAM_ENDED,)

_READY: Final[Mapping[str, str]] = {
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "blackbox-exporter": "/-/healthy",
    "simulator": "/-/healthy",
    "sink": "/-/healthy",
    "preview": "/",
}
_READY_SECONDS: Final = 120.0
_RUN_SECONDS: Final = 600.0
_LOOK_SECONDS: Final = 0.2
_LINES_SHOWN: Final = 5


class ProgramEnded(ObsgenError):
    """A program of the demonstration is not running any more."""

    code = PROGRAM_ENDED


class Programs:
    """Programs that run, until the stack that they stand on is closed."""

    def __init__(self, places: Places, stack: contextlib.ExitStack) -> None:
        self._places = places
        self._stack = stack
        self._started: dict[str, tools.Process] = {}

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """
        Start a program, and wait until it is ready.

        Raises:
            ToolBroken, ProgramEnded: it does not run, or another does not any more.
        """
        running = tools.running(command, log=self._places.log(name))
        self._started[name] = self._stack.enter_context(running)
        self._wait_for(name)

    @contextlib.contextmanager
    def started(self, name: str, command: Sequence[str | Path]) -> Iterator[None]:
        """Start a program as `start` does; it ends with the context."""
        with tools.running(command, log=self._places.log(name)) as process:
            self._started[name] = process
            try:
                self._wait_for(name)
                yield
            finally:
                del self._started[name]

    def check(self) -> None:
        """
        Demand that everything still runs.

        Raises:
            ProgramEnded: something does not.
        """
        for name, process in self._started.items():
            if process.has_ended:
                said = self._places.log(name).read_text("utf-8", "replace")
                raise ProgramEnded(f"`{name}` has ended", _last_lines(said))

    def wait(self, seconds: float) -> None:
        """Let time pass in which everything runs."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.check()
            time.sleep(_LOOK_SECONDS)

    def _wait_for(self, name: str) -> None:
        url = self._places.url(name) + _READY[name]
        deadline = time.monotonic() + _READY_SECONDS
        with Client(Access(timeout_seconds=_LOOK_SECONDS * 10, backoff_seconds=0)) as client:
            while True:
                self.check()
                try:
                    client.get(url, accept="*/*")
                except HttpError as error:
                    if time.monotonic() > deadline:
                        raise ProgramEnded(f"`{name}` is not ready", str(error)) from error
                    time.sleep(_LOOK_SECONDS)
                else:
                    # Who answers may be somebody else, who took the port while ours began.
                    self.check()
                    return


def run(command: Sequence[str | Path], scratch: Path) -> None:
    """
    Run a program to its end.

    Args:
        scratch: Takes its temporary files.

    Raises:
        ToolBroken, ToolTimeout, ProgramEnded: it does not run, not end, or not as it should.
    """
    answer = tools.run(command, cwd=Path.cwd(), timeout_seconds=_RUN_SECONDS, scratch=scratch)
    if answer.exit_code:
        name = Path(command[0]).name
        raise ProgramEnded(f"`{name}` could not make the past", _last_lines(answer.stderr))


def _last_lines(said: str) -> str:
    return "\n".join(said.splitlines()[-_LINES_SHOWN:]) or "it said nothing"
