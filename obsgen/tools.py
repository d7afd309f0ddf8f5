"""
Other people's programs, found and run: promtool, Prometheus, a browser.

    ObsgenError           in `diagnostics`: what stops obsgen at any of its edges
      ToolError           a program that is needed is of no use
        ToolMissing       it is not there
        ToolBroken        the system does not run it
        ToolTimeout       it was still running when its time was over, and was killed
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from obsgen.diagnostics import Code, ObsgenError

TOOL_MISSING: Final = Code(
    "OUT941",
    "tool-missing",
    why="unit tests of rules are run by Prometheus' own promtool, so that they prove what the "
    "server will do; a preview is drawn from a real Prometheus, and its pictures are a browser's",
    fix="Install Prometheus (Debian, Ubuntu: `apt-get install prometheus`; macOS: `brew install "
    "prometheus`; archives: https://prometheus.io/download/), or give `--promtool PATH`. For "
    "`obsgen preview --png` install Chromium.",
)
TOOL_BROKEN: Final = Code(
    "OUT942",
    "tool-broken",
    why="the system does not run the program, so nothing was tested",
    fix="Give the path of a promtool that runs: `promtool --version` must answer.",
)
TOOL_TIMEOUT: Final = Code(
    "OUT943",
    "tool-timeout",
    why="a program that does not end says nothing, and must not hold up CI for ever",
    fix="Run fewer tests at once (`--jobs`, `-k`), or on a machine that is less busy.",
)
CODES: Final = (TOOL_MISSING, TOOL_BROKEN, TOOL_TIMEOUT)

_STOP_SECONDS: Final = 5.0
_INSTALL: Final = (
    "install Prometheus: `apt-get install prometheus` (Debian, Ubuntu), `brew install prometheus` "
    "(macOS),\nor an archive of https://prometheus.io/download/; or give `--promtool PATH`"
)


class ToolError(ObsgenError):
    """A program that is needed is of no use."""


class ToolMissing(ToolError):
    """The program is not there."""

    code = TOOL_MISSING


class ToolBroken(ToolError):
    """The system does not run the program."""

    code = TOOL_BROKEN


class ToolTimeout(ToolError):
    """The program was still running when its time was over, and was killed."""

    code = TOOL_TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a program said.

    Attributes:
        exit_code: 0 where it was content; negative for the signal that ended it.
    """

    exit_code: int
    stdout: str
    stderr: str


def find_promtool(path: str | None = None) -> Path:
    """
    Return the executable: the one at *path*, else the first on PATH.

    Raises:
        ToolMissing: there is none, with what to install.
    """
    found = shutil.which(path or "promtool")
    if found is not None:
        return Path(found).absolute()
    if path is None:
        raise ToolMissing("`promtool` is not on PATH", _INSTALL)
    if Path(path).exists():
        raise ToolMissing(f"`{path}` is not an executable file", _INSTALL)
    raise ToolMissing(f"`{path}` does not exist", _INSTALL)


def find(name: str, hint: str, *others: str) -> Path:
    """
    Return the executable of one of these names: the first that PATH has.

    Raises:
        ToolMissing: there is none; *hint* says what to do.
    """
    for candidate in (name, *others):
        if found := shutil.which(candidate):
            return Path(found).absolute()
    raise ToolMissing(f"`{name}` is not on PATH", hint)


@contextlib.contextmanager
def running(command: Sequence[str | Path], *, log: Path) -> Iterator[Process]:
    """
    Run a program until the context ends, however it ends.

    Args:
        log: Takes what it says.

    Raises:
        ToolBroken: the system does not run it.
    """
    with log.open("wb") as output, _started(command, output) as process:
        yield Process(process)


@contextlib.contextmanager
def piped(command: Sequence[str | Path], *, log: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """
    Run a program that is spoken to over its file descriptors 3 and 4, as browsers are.

    Yields:
        Where it is written to, and where it is read.

    Raises:
        ToolBroken: the system does not run it.
    """
    its_input, ours = os.pipe()
    theirs, its_output = os.pipe()

    def place() -> None:
        # Copies first: either pipe may have got a number that the other is to have.
        copies = os.dup(its_input), os.dup(its_output)
        os.dup2(copies[0], 3)
        os.dup2(copies[1], 4)

    with (
        os.fdopen(ours, "wb", buffering=0) as to,
        os.fdopen(theirs, "rb") as back,
        log.open("wb") as output,
        _started(command, output, preexec_fn=place, close_fds=False),
    ):
        os.close(its_input)
        os.close(its_output)
        yield to, back


class Process:
    """A program that runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def has_ended(self) -> bool:
        """Whether it does not run any more."""
        return self._process.poll() is not None


@contextlib.contextmanager
def _started(
    command: Sequence[str | Path],
    output: BinaryIO,
    **how: Any,  # noqa: ANN401 (of Popen)
) -> Iterator[subprocess.Popen[bytes]]:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C at a terminal is for obsgen, which ends what it started.
            start_new_session=True,
            **how,
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ToolBroken(f"`{command[0]}` cannot be run: {reason}") from error
    try:
        yield process
    finally:
        process.terminate()
        _wait_or_kill(process)


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    """Wait for an end; kill what takes too long, or at once where nobody has the patience."""
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()


def run(
    command: Sequence[str | Path], *, cwd: Path, timeout_seconds: float, scratch: Path | None = None
) -> Answer:
    """
    Run a program to its end, with nothing on its standard input.

    Args:
        scratch: The folder for its temporary files; one that is interrupted leaves them.

    Raises:
        ToolBroken: the system does not run it.
        ToolTimeout: it took longer than *timeout_seconds*.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=None if scratch is None else {**os.environ, "TMPDIR": str(scratch)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout_seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolTimeout(f"`{name}` was not done after {timeout_seconds:g}s") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "give the path of another one: `--promtool PATH`"
        raise ToolBroken(f"`{command[0]}` cannot be run: {reason}", hint) from error
    return Answer(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)
