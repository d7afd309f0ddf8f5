"""A progress bar for what takes over a second, for people at a terminal alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

PATIENCE_SECONDS: Final = 1.0


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """
    Show on standard error how far something is, until the context ends.

    Args:
        what: Is done, in words: `running unit tests`.
        total: Steps.

    Yields:
        A function that is told how many steps more are done.
    """
    bar = _Bar(what, total)
    timer = threading.Timer(PATIENCE_SECONDS, bar.show)
    # An interrupted run does not wait for it.
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield bar.advance
    finally:
        timer.cancel()
        bar.close()


class _Bar:
    """Counts steps; drawn from the moment it is shown."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._is_closed = False
        self._lock = threading.Lock()
        self._drawn: Any = None
        self._task: Any = None

    def advance(self, steps: int) -> None:
        """Note that so many steps more are done."""
        with self._lock:
            self._done += steps
            if self._drawn is not None:
                self._drawn.update(self._task, completed=self._done)

    def show(self) -> None:
        """Draw the bar, unless all is done."""
        with self._lock:
            if self._is_closed:
                return
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._drawn = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._drawn.add_task(self._what, total=self._total, completed=self._done)
            self._drawn.start()

    def close(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._is_closed = True
            if self._drawn is not None:
                self._drawn.stop()
