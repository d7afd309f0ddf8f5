"""Work at once: steps are told as they come, and nothing outlives it."""

import errno
import functools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsgen import cli
from obsgen.disk import WriteFailed
from obsgen.disk.growing import growing_file
from obsgen.processes import ProcessLost, at_once


@pytest.fixture(params=["fork", "spawn"], autouse=True)
def begins(request: pytest.FixtureRequest) -> Iterator[str]:
    """How processes begin: as copies of this one, and anew as on macOS."""
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method(request.param, force=True)
    yield request.param
    multiprocessing.set_start_method(before, force=True)


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


class Unreadable(Exception):
    """What `pickle` writes and cannot read: it is not made from its message."""

    def __init__(self, first: str, *, second: str) -> None:
        super().__init__(first + second)


def has_a_bug() -> Iterator[int]:
    yield 1
    raise ZeroDivisionError("a bug")


def has_an_odd_bug() -> Iterator[int]:
    yield 1
    raise Unreadable("an odd ", second="bug")


def is_hung_up() -> Iterator[int]:
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGINT)
    yield 1


class Looks:
    """A part that looks, while it comes to a new process, whether that hears a terminal."""

    def __reduce__(self) -> tuple[object, ...]:
        return looked, ()

    def __call__(self) -> Iterator[int]:
        yield 0


def looked() -> functools.partial[Iterator[int]]:
    heard = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGHUP)]
    return functools.partial(counts, int([signal.SIG_IGN] * 2 == heard))


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


def test_processes_that_were_begun_end_where_the_system_begins_no_more(monkeypatch, begins):
    process = multiprocessing.get_context(begins).Process
    start, begun = process.start, []

    def refuses(self: multiprocessing.Process) -> None:
        if begun:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        begun.append(self)
        start(self)

    monkeypatch.setattr(multiprocessing.Process, "start", refuses)

    told = "^the system begins no further process: resource temporarily unavailable$"
    with pytest.raises(ProcessLost, match=told), at_once([functools.partial(counts, 1)] * 3):
        pass
    assert ([], 1) == (multiprocessing.active_children(), len(begun))


@pytest.mark.parametrize(
    ("part", "message"), [(has_a_bug, "a bug"), (has_an_odd_bug, "Unreadable: an odd bug")]
)
def test_a_bug_in_a_part_is_told_with_its_place(capsys, part, message):
    with pytest.raises(Exception, match=f"^{message}") as raised, at_once([part, is_hung_up]) as s:
        list(s)
    with pytest.raises(SystemExit):
        cli._fail_on_bug(raised.value)

    line = part.__code__.co_firstlineno + 2
    assert f"{message} (test_processes.py:{line})" in capsys.readouterr().err


def test_what_ends_a_terminal_ends_no_part():
    with at_once([is_hung_up, is_hung_up]) as steps:
        assert [1, 1] == list(steps)


def test_a_new_process_hears_no_terminal_while_it_begins():
    if multiprocessing.get_start_method() == "fork":
        pytest.skip("a copy begins at once")
    with at_once([Looks(), Looks()]) as steps:
        assert [1, 1] == list(steps)


def test_a_terminal_is_heard_again_when_all_have_begun():
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGHUP)]

    with at_once([functools.partial(counts, 1)] * 2):
        assert before == [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGHUP)]


def test_parts_are_done_for_another_thread_too():
    told: list[int] = []

    def does() -> None:
        with at_once([functools.partial(counts, 2)] * 2) as steps:
            told.extend(steps)

    thread = threading.Thread(target=does)
    thread.start()
    thread.join()

    assert [1, 1, 2, 2] == sorted(told)
