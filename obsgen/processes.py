"""
Work that several processors do at once: each part of it in a process of its own.

    ObsgenError           in `diagnostics`: what stops obsgen at any of its edges
      ProcessLost         the system ended a process before its part was done, or began none
"""

from __future__ import annotations

import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

from obsgen.diagnostics import Code, ObsgenError
from obsgen.disk.problems import reason

PROCESS_LOST: Final = Code(
    "OUT992",
    "process-lost",
    why="the system ended a process of obsgen before its part of the work was done, or began none",
    fix="Most often memory ran out: choose less by `--service`.",
)
CODES: Final = (PROCESS_LOST,)

Part = Callable[[], Iterable[int]]
"""A part of the work: `pickle` takes it to another process, and it tells its steps."""

_TERMINATED: Final = 128 + signal.SIGTERM
"""What shells make of the signal."""
_OF_TERMINALS: Final = (signal.SIGINT, signal.SIGHUP)


class ProcessLost(ObsgenError):
    """The system ended a process before its part was done, or began none."""

    code = PROCESS_LOST


def processors(limit: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """
    Return how many processors this process may use.

    Args:
        limit: What a container may use, as microseconds in so many: `200000 100000`, or `max …`
            (https://docs.kernel.org/admin-guide/cgroup-v2.html, "CPU Interface Files").
    """
    # Which ones a process may run on is not asked for on every system.
    allowed = getattr(os, "sched_getaffinity", None)
    most = len(allowed(0)) if allowed else os.cpu_count() or 1
    try:
        quota, period = limit.read_text("ascii").split()
        return min(most, max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        # There is no such limit.
        return most


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
    begun: list[tuple[Connection, multiprocessing.Process]] = []
    try:
        with _unheard():
            for part in parts:
                begun.append(_begun(part))
        yield _told([pipe for pipe, _ in begun])
    finally:
        for _, process in begun:
            process.terminate()
        for _, process in begun:
            process.join()


@contextmanager
def _unheard() -> Iterator[None]:
    """
    Ignore what a terminal tells all processes, and begin others that ignore it from the start.

    A process that is no copy of this one has to import much before it can choose for itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, signal.SIG_IGN) for each in _OF_TERMINALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _begun(part: Part) -> tuple[Connection, multiprocessing.Process]:
    try:
        mine, theirs = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=_work, args=(part, theirs), daemon=True)
        process.start()
    except OSError as error:
        message = f"the system begins no further process: {reason(error)}"
        raise ProcessLost(message, PROCESS_LOST.fix) from error
    theirs.close()
    return mine, process


def _work(part: Part, pipe: Connection) -> None:
    """Do a part, tell its steps, and None at the end, or what went wrong instead."""
    # A terminal's Ctrl-C, or its end, reaches all processes; the first of them ends the others.
    for each in _OF_TERMINALS:
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    # Nobody listens any more where the first process was killed.
    with suppress(BrokenPipeError):
        try:
            for step in part():
                pipe.send(step)
            pipe.send(None)
        except Exception as error:
            pipe.send(_carried(error))


def _carried(error: Exception) -> Exception:
    """Return an error that comes to another process whole; its last note says where it was."""
    where = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        # Some can be written and not read: what they are made from is not what they keep.
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error


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
