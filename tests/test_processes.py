"""Work at once: steps are told as they come, and nothing outlives it."""

import functools
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsgen.disk import WriteFailed
from obsgen.disk.growing import growing_file
from obsgen.processes import ProcessLost, at_once


def counts(to: int) -> Iterator[int]:
    yield from range(1, to + 1)


def tells_who(folder: Path, name: str) -> Iterator[int]:
    (folder / name).write_text(str(os.getpid()))
    yield 1


def fails(error: Exception) -> Iterator[int]:
    yield 1
    raise error


def is_killed() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def writes_for_ever(path: Path) -> Iterator[int]:
    with growing_file(path) as file:
        file.write("half")
        yield 1
        time.sleep(60)


def test_the_steps_of_all_parts_are_told():
    with at_once([functools.partial(counts, n) for n in (2, 3, 4)]) as steps:
        assert [1, 1, 1, 2, 2, 2, 3, 3, 4] == sorted(steps)


def test_each_part_has_a_process_of_its_own(tmp_path):
    with at_once([functools.partial(tells_who, tmp_path, name) for name in "abc"]) as steps:
        list(steps)

    assert len({(tmp_path / name).read_text() for name in "abc"} - {str(os.getpid())}) == 3


def test_a_single_part_is_done_here(tmp_path):
    with at_once([functools.partial(tells_who, tmp_path, "a")]) as steps:
        list(steps)

    assert (tmp_path / "a").read_text() == str(os.getpid())


@pytest.mark.parametrize("others", [0, 1])
def test_what_a_part_raises_is_raised_whole(others):
    error = WriteFailed("`x` cannot be written: no space left", "make room")
    parts = [functools.partial(fails, error), *[functools.partial(counts, 1)] * others]

    with at_once(parts) as steps, pytest.raises(WriteFailed) as raised:
        list(steps)
    assert (error.message, error.hint) == (raised.value.message, raised.value.hint)


def test_a_process_that_the_system_ends_is_no_end_of_the_work():
    with at_once([is_killed, functools.partial(counts, 3)]) as steps, pytest.raises(ProcessLost):
        list(steps)


def test_nothing_is_left_of_work_that_is_given_up(tmp_path):
    parts = [functools.partial(writes_for_ever, tmp_path / name) for name in "ab"]

    with pytest.raises(KeyboardInterrupt), at_once(parts) as steps:
        next(steps), next(steps)
        raise KeyboardInterrupt

    assert [] == list(tmp_path.iterdir())
    assert [] == multiprocessing.active_children()
