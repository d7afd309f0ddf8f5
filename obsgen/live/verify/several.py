"""Several questions at once, by few threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

THREADS: Final = 4
"""Enough to hide how long answers travel, few enough that no server minds."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def answers(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> tuple[_Result, ...]:
    """
    Return what *work* makes of each item, in their order.

    Raises:
        The first exception of *work*; nothing more is begun after it. An interrupted run does not
        wait for answers that are under way.
    """
    every = tuple(items)
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for place in range(len(every)):
        waiting.put(place)
    done: dict[int, _Result] = {}
    failures: list[BaseException] = []
    is_over = threading.Event()

    def run() -> None:
        while not is_over.is_set():
            try:
                place = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done[place] = work(every[place])
            except BaseException as error:
                failures.append(error)
                is_over.set()

    # Daemons: the interpreter would wait for others when it ends.
    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(THREADS, len(every)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        is_over.set()
    if failures:
        raise failures[0]
    return tuple(done[place] for place in range(len(every)))
