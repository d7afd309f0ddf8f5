"""
One run at a time in an output folder.

The folder is held by `flock` on itself, which leaves no lock file behind, even after a kill.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from obsgen.disk.problems import OutputBusy

LOCK_WAIT_SECONDS: Final = 5.0

_LOCK_STEP_SECONDS: Final = 0.05
_TryLock = Callable[[int], None]


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """
    Hold a folder; where the platform has no locks, it is not held.

    Raises:
        OutputBusy: another run held it for longer than `LOCK_WAIT_SECONDS`.
    """
    try_lock = _try_lock()
    if try_lock is None:
        yield
        return
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait(try_lock, handle, directory)
        yield
    finally:
        os.close(handle)


def _try_lock() -> _TryLock | None:
    """Return what locks an open folder or raises `BlockingIOError`, if there is such a call."""
    try:
        import fcntl
    except ImportError:
        return None
    return lambda handle: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _wait(try_lock: _TryLock, handle: int, directory: Path) -> None:
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            try_lock(handle)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                hint = "wait for it, or generate into a folder of its own"
                raise OutputBusy(f"another run writes `{directory}`", hint) from None
            time.sleep(_LOCK_STEP_SECONDS)
        except OSError:
            # Some network file systems have no locks; a single run needs none.
            return
        else:
            return
