"""
Work that several processors do at once: each part of it in a process of its own.

    ObsgenError           in `diagnostics`: what stops obsgen at any of its edges
      ProcessLost         the system ended a process before its part was done
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Final

from obsgen.diagnostics import Code, ObsgenError

PROCESS_LOST: Final = Code(
    "OUT992",
    "process-lost",
    why="the system ended a process of obsgen before its part of the work was done",
    fix="Most often memory ran out: do less at once (`--service`, a shorter `--history`).",
)
CODES: Final = (PROCESS_LOST,)

Part = Callable[[], Iterable[int]]
"""A part of the work: `pickle` takes it to another process, and it tells its steps."""

_TERMINATED: Final = 128 + signal.SIGTERM
"""What shells make of the signal."""


class ProcessLost(ObsgenError):
    """The system ended a process before its part was done."""

    code = PROCESS_LOST


@contextmanager
def at_once(parts: Sequence[Part]) -> Iterator[Iterator[int]]:
    """
    Do several parts at once; a single one is done here.

    All processes are begun with the context, before anybody else starts a thread. They are gone
    when it ends, however it ends, and had the time to clear away what they had half done.

    Yields:
        What the parts tell, as it comes. It raises what a part raises, and ProcessLost.
    """
    if len(parts) == 1:
        yield iter(parts[0]())
        return
    begun = [_begun(part) for part in parts]
    try:
        yield _told([pipe for pipe, _ in begun])
    finally:
        for _, process in begun:
            process.terminate()
        for _, process in begun:
            process.join()


def _begun(part: Part) -> tuple[Connection, multiprocessing.Process]:
    mine, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_work, args=(part, theirs), daemon=True)
    process.start()
    theirs.close()
    return mine, process


def _work(part: Part, pipe: Connection) -> None:
    """Do a part, tell its steps, and None at the end, or what went wrong instead."""
    # A terminal's Ctrl-C reaches all processes; the first of them ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    # Nobody listens any more where the first process was killed.
    with suppress(BrokenPipeError):
        try:
            for step in part():
                pipe.send(step)
            pipe.send(None)
        except Exception as error:
            pipe.send(error)


def _told(pipes: list[Connection]) -> Iterator[int]:
    while pipes:
        for pipe in wait(pipes):
            assert isinstance(pipe, Connection)
            try:
                told = pipe.recv()
            except EOFError as error:
                raise ProcessLost("a process was ended by the system", PROCESS_LOST.fix) from error
            if isinstance(told, Exception):
                raise told
            if told is None:
                pipes.remove(pipe)
            else:
                yield told
