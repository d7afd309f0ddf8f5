"""Sections as people see them: nothing is cut, nothing is acted on."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from oracles import ROOT

from obsgen.sections import Column, Section
from obsgen.tables import print_sections

LONG = "sum by (route) (rate(http_requests_total[5m])) " * 8


def shown(capsys: pytest.CaptureFixture[str], *sections: Section) -> str:
    print_sections(sections)
    return capsys.readouterr().out


def test_in_a_pipe_every_line_and_row_is_whole(capsys: pytest.CaptureFixture[str]):
    text = shown(
        capsys,
        Section(title="one", lines=(LONG,), columns=(Column("expression"),), rows=((LONG,),)),
        Section(title="two"),
    )

    assert f"one\n  {LONG.rstrip()}" in text
    assert f"| {LONG.rstrip()}" in text
    assert text.endswith("\n\ntwo\n")


def test_brackets_are_text_and_control_characters_do_nothing(capsys: pytest.CaptureFixture[str]):
    row = ("[red]up[5m][/red]", "a\x1b[31mb")
    columns = (Column("x"), Column("y"))
    text = shown(capsys, Section(title="[b]t", lines=("[i]\x07",), columns=columns, rows=(row,)))

    assert "[b]t\n  [i]␇\n" in text
    assert "[red]up[5m][/red]" in text
    assert "a␛[31mb" in text


def test_numbers_stand_on_the_right(capsys: pytest.CaptureFixture[str]):
    columns = (Column("name"), Column("value", is_number=True))
    text = shown(capsys, Section(title="t", columns=columns, rows=(("a", "1"), ("b", "1000"))))

    assert " | a    |     1 |\n" in text
    assert " | b    |  1000 |\n" in text


def test_a_narrow_terminal_breaks_lines_and_cuts_nothing():
    words = [f"word{number}" for number in range(40)]
    program = (
        "from obsgen.sections import *; from obsgen.tables import print_sections\n"
        f"text = {' '.join(words)!r}\n"
        "print_sections([Section(title='t', lines=(text,), columns=(Column('c'),) * 2,"
        " rows=((text, 'x'),))])"
    )
    ours, theirs = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "40", "TERM": "xterm"},
            stdout=theirs,
            check=True,
        )
        text = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)

    assert [2] * 40 == [text.count(f"{word}\r") + text.count(f"{word} ") for word in words]
    assert "…" not in text
