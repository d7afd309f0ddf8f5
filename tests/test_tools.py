"""Programs that are run: found where they are, and every way in which they can fail is said."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from obsgen import tools


def script(path: Path, text: str, *, mode: int = 0o755) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return path


def test_promtool_is_the_first_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    script(tmp_path / "a/promtool", "exit 0", mode=0o644)
    there = script(tmp_path / "b/promtool", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}/a{os.pathsep}{tmp_path}/b")

    assert there == tools.find_promtool()


def test_a_path_that_is_given_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    given = script(tmp_path / "mine", "exit 0")
    monkeypatch.chdir(tmp_path)

    assert given == tools.find_promtool(str(given))
    assert given == tools.find_promtool("./mine")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (None, "`promtool` is not on PATH"),
        ("./nowhere", "`./nowhere` does not exist"),
        ("./plain", "`./plain` is not an executable file"),
        (".", "`.` is not an executable file"),
    ],
)
def test_a_missing_promtool_is_said_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | None, message: str
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    script(tmp_path / "plain", "exit 0", mode=0o644)
    with pytest.raises(tools.ToolMissing) as raised:
        tools.find_promtool(path)

    assert message == raised.value.message
    assert "apt-get install prometheus" in raised.value.hint
    assert "OUT941" == raised.value.diagnostic.code.id


def test_what_a_program_says_comes_back(tmp_path: Path):
    talks = script(tmp_path / "talks", "pwd; echo problem >&2; cat; exit 3")
    answer = tools.run([talks], cwd=tmp_path, timeout_seconds=10)

    assert tools.Answer(exit_code=3, stdout=f"{tmp_path}\n", stderr="problem\n") == answer


def test_output_that_is_no_text_is_no_reason_to_fail(tmp_path: Path):
    odd = script(tmp_path / "odd", r"printf 'a\377b'")

    assert "a\ufffdb" == tools.run([odd], cwd=tmp_path, timeout_seconds=10).stdout


def test_a_program_that_a_signal_ended_has_a_negative_exit_code(tmp_path: Path):
    dies = script(tmp_path / "dies", "kill -9 $$")

    assert -9 == tools.run([dies], cwd=tmp_path, timeout_seconds=10).exit_code


def test_a_program_that_does_not_end_is_killed(tmp_path: Path):
    waits = script(tmp_path / "waits", "exec sleep 60")
    start = time.monotonic()
    with pytest.raises(tools.ToolTimeout) as raised:
        tools.run([waits], cwd=tmp_path, timeout_seconds=0.2)

    assert "`waits` was not done after 0.2s" == raised.value.message
    assert time.monotonic() - start < 30


def test_a_second_interrupt_kills_what_does_not_end(tmp_path: Path):
    stubborn = script(tmp_path / "stubborn", "trap '' TERM\necho up\nwhile :; do sleep 0.05; done")
    log = tmp_path / "log"

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt), tools.running([stubborn], log=log) as process:
            while not log.read_text():
                time.sleep(0.01)
            # While it is waited for.
            signal.setitimer(signal.ITIMER_REAL, 0.3)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert process.has_ended


def test_a_file_that_is_no_program_is_said(tmp_path: Path):
    text = tmp_path / "text"
    text.write_bytes(b"\x7fELF, but no program\n")
    text.chmod(0o755)
    with pytest.raises(tools.ToolBroken) as raised:
        tools.run([text], cwd=tmp_path, timeout_seconds=10)

    assert f"`{text}` cannot be run: exec format error" == raised.value.message
    assert "--promtool" in raised.value.hint
