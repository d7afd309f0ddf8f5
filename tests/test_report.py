"""Findings as text, JSON lines and GitHub commands."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.report import (
    FORMATS,
    WIDTH,
    as_github,
    as_json,
    as_text,
    sorted_diagnostics,
    summary,
)
from obsgen.source import Source, SourceMap, read_source

RANGE = Code("SLO301", "objective-range", why="", fix="")
ODD = Code("SLO302", "odd", why="", fix="", severity=Severity.WARNING)
NOTE = Code("SLO303", "note", why="", fix="", severity=Severity.INFO)

SPEC = """\
kind: Service
name: checkout
slos:
  - name: availability
    objective: 101
"""
OBJECTIVE = Origin("specs/checkout.yaml", (0, "slos", 0, "objective"))


def a_map(text: str = SPEC, file: str = "specs/checkout.yaml") -> SourceMap:
    return SourceMap((read_source(file, text)[0],))


def a_raw_map(line: str) -> SourceMap:
    """A file of one line whose characters were not looked at."""
    return SourceMap((Source(file="specs/checkout.yaml", lines=(line,), documents=()),))


def at(line: int, column: int, width: int = 1, file: str = "specs/checkout.yaml") -> Origin:
    return Origin(file, mark=(line - 1, column - 1, width))


def text_of(diagnostic: Diagnostic, source_map: SourceMap) -> list[str]:
    return as_text([diagnostic], source_map, color=False).splitlines()


def test_a_finding_shows_its_place_its_line_and_what_to_write():
    message = "objective 101 is not a percentage below 100"
    hint = "write the share of good events in percent, e.g. `objective: 99.9`"

    assert [
        f"specs/checkout.yaml:5:16: error: {message} [SLO301]",
        "    5 |     objective: 101",
        "      |                ^^^",
        f"  hint: {hint}",
    ] == text_of(finding(RANGE, OBJECTIVE, message, hint), a_map())


def test_a_related_place_shows_its_own_line():
    name = Related("first written here", Origin("specs/checkout.yaml", (0, "name")).key())

    assert [
        "specs/checkout.yaml:5:16: error: m [SLO301]",
        "    5 |     objective: 101",
        "      |                ^^^",
        "  note: first written here: specs/checkout.yaml:2:1",
        "    2 | name: checkout",
        "      | ^^^^",
    ] == text_of(finding(RANGE, OBJECTIVE, "m", related=(name,)), a_map())


def test_a_finding_without_a_file_is_told_by_obsgen_itself():
    assert ["obsgen: error: m [SLO301]", "  hint: h"] == text_of(
        finding(RANGE, NOWHERE, "m", "h"), a_map()
    )


def test_a_file_that_was_not_read_has_no_line():
    assert ["specs/gone.yaml: error: m [SLO301]"] == text_of(
        finding(RANGE, Origin("specs/gone.yaml"), "m"), a_map()
    )


@pytest.mark.parametrize("code", [RANGE, ODD, NOTE], ids=["error", "warning", "info"])
def test_the_severity_is_written_out(code: Code):
    assert f"obsgen: {code.severity}: m [{code.id}]" in text_of(
        finding(code, NOWHERE, "m"), a_map()
    )


def carets(line: str, origin: Origin) -> tuple[str, str]:
    """The source line as shown, and the caret line, both without the gutter."""
    _, source, marks = text_of(finding(RANGE, origin, "m"), a_raw_map(line))
    return source[8:], marks[8:]


@pytest.mark.parametrize(
    ("line", "origin", "source", "marks"),
    [
        ("a: bc", at(1, 4, 2), "a: bc", "   ^^"),
        ("\tbc", at(1, 2, 2), "    bc", "    ^^"),
        ("日本: bc", at(1, 5, 2), "日本: bc", "      ^^"),
        ("a: 日本", at(1, 4, 2), "a: 日本", "   ^^^^"),
        ("e\u0301: bc", at(1, 5, 2), "e\u0301: bc", "   ^^"),
        ("\x1b[31m: b", at(1, 8), "␛[31m: b", "       ^"),
        ("\u202ea", at(1, 2), "\\u202ea", "      ^"),
        ("\x7fa", at(1, 2), "␡a", " ^"),
        ("a: b", at(1, 9, 3), "a: b", "    ^"),
        ("a: b", at(1, 4, 50), "a: b", "   ^"),
        ("a: ", at(1, 1), "a:", "^"),
    ],
    ids=[
        "plain",
        "tab",
        "wide before",
        "wide below",
        "combining",
        "escape sequence",
        "turned direction",
        "delete",
        "behind the line",
        "longer than the line",
        "blank at the end",
    ],
)
def test_carets_stand_below_what_they_mean(line: str, origin: Origin, source: str, marks: str):
    assert (source, marks) == carets(line, origin)


def test_a_long_line_is_cut_around_the_carets():
    source, marks = carets("a" * 500 + "bcd" + "e" * 500, at(1, 501, 3))

    assert (WIDTH - 8, "…", "…") == (len(source), source[0], source[-1])
    assert ("bcd", "^^^") == (source[marks.index("^") : len(marks)], marks.strip())


@pytest.mark.parametrize(("before", "after"), [(0, 500), (500, 0)], ids=["begin", "end"])
def test_a_long_line_is_cut_on_one_side_where_its_end_is_near(before: int, after: int):
    source, marks = carets("a" * before + "bcd" + "e" * after, at(1, before + 1, 3))

    assert (before > 0, after > 0) == (source.startswith("…"), source.endswith("…"))
    assert "bcd" == source[marks.index("^") : len(marks)]


def test_a_finding_on_several_lines_is_underlined_on_its_first():
    spec = "expr: >\n  sum(a)\n  / b\n"
    origin = Origin("specs/checkout.yaml", (0, "expr")).characters(0, 10)

    assert [
        "specs/checkout.yaml:2:3: error: m [SLO301]",
        "    2 |   sum(a)",
        "      |   ^^^^^^",
    ] == text_of(finding(RANGE, origin, "m"), a_map(spec))


def test_what_a_spec_says_cannot_steer_the_terminal():
    hostile = finding(RANGE, Origin("a\x1b]0;x\x07.yaml"), "m\x1b[2J\r\nn", "h\x9b1m")

    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", as_text([hostile], a_map())) is None


def test_colour_changes_nothing_but_colour():
    found = [finding(RANGE, OBJECTIVE, "m", "h", related=(Related("r", OBJECTIVE.key()),))]
    colored = as_text(found, a_map(), color=True)

    assert as_text(found, a_map(), color=False) == re.sub("\x1b\\[[0-9;]*m", "", colored)
    assert "\x1b[1;31merror:\x1b[0m" in colored


def test_no_finding_is_no_text_unless_the_format_is_a_document():
    empty = [name for name, render in FORMATS.items() if not render([], a_map())]

    assert ["text", "json", "github"] == empty


LINES = st.text(st.characters(blacklist_characters="\n\r\x85\u2028\u2029"), max_size=300)


def columns(text: str) -> int:
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in {"Mn", "Me"}
        else 1 + (unicodedata.east_asian_width(c) in {"W", "F"})
        for c in text
    )


@given(LINES, st.integers(1, 320), st.integers(1, 320))
def test_no_line_is_wider_than_allowed_or_holds_a_control_character(
    line: str, column: int, width: int
):
    for row in text_of(finding(RANGE, at(1, column, width), "m"), a_raw_map(line)):
        assert (columns(row) <= WIDTH, True) == (True, row.isprintable())


# Order.


def test_findings_are_sorted_by_file_line_column_code_and_message():
    expected = [
        finding(RANGE, at(9, 9, file="a.yaml"), "m"),
        finding(RANGE, at(2, 3), "m"),
        finding(RANGE, at(2, 10), "a"),
        finding(RANGE, at(2, 10), "b"),
        finding(ODD, at(2, 10), "a"),
        finding(RANGE, at(10, 1), "m"),
    ]

    assert expected == list(sorted_diagnostics(reversed(expected), a_map()))


def test_the_same_finding_twice_is_told_once():
    found = finding(RANGE, OBJECTIVE, "m")

    assert (found,) == sorted_diagnostics([found, found], a_map())


def test_of_the_same_finding_the_first_hint_is_kept():
    first, second = (finding(RANGE, OBJECTIVE, "m", hint) for hint in "ab")

    assert (first,) == sorted_diagnostics([first, second], a_map())


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], "nothing found"),
        ([RANGE], "1 error"),
        ([ODD, RANGE, RANGE], "2 errors, 1 warning"),
        ([NOTE, NOTE, ODD], "1 warning, 2 infos"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_summary_counts_by_severity(codes: list[Code], expected: str):
    found = [finding(code, NOWHERE, f"m{number}") for number, code in enumerate(codes)]

    assert expected == summary(found)


def test_the_summary_counts_what_two_environments_share_once():
    assert "1 error" == summary([finding(RANGE, OBJECTIVE, "m"), finding(RANGE, OBJECTIVE, "m")])


# For machines.


def test_json_holds_one_finding_a_line():
    related = Related("r", Origin("specs/checkout.yaml", (0, "name")).key())
    found = [
        finding(RANGE, OBJECTIVE, "m", "h", related=(related,)),
        finding(ODD, NOWHERE, "n"),
    ]
    nowhere = {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    here = {"file": "specs/checkout.yaml", "line": 5, "column": 16, "end_line": 5, "end_column": 19}
    there = {"file": "specs/checkout.yaml", "line": 2, "column": 1, "end_line": 2, "end_column": 5}

    assert [
        {
            **nowhere,
            **{"code": "SLO302", "name": "odd", "severity": "warning"},
            **{"message": "n", "hint": "", "related": []},
        },
        {
            **here,
            **{"code": "SLO301", "name": "objective-range", "severity": "error"},
            **{"message": "m", "hint": "h", "related": [{**there, "message": "r"}]},
        },
    ] == [json.loads(line) for line in as_json(found, a_map()).splitlines()]


@pytest.mark.parametrize(
    ("code", "origin", "message", "hint", "expected"),
    [
        (
            RANGE,
            OBJECTIVE,
            "m",
            "h",
            "::error file=specs/checkout.yaml,line=5,col=16,endLine=5,endColumn=18,"
            "title=SLO301 objective-range::m%0Ahint: h",
        ),
        (ODD, NOWHERE, "100 %, a: b", "", "::warning title=SLO302 odd::100 %25, a: b"),
        (
            NOTE,
            Origin("a,b:c%.yaml"),
            "m\r\nn",
            "",
            "::notice file=a%2Cb%3Ac%25.yaml,title=SLO303 note::m%0D%0An",
        ),
    ],
    ids=["place", "no file", "escapes"],
)
def test_a_github_command_says_where_and_what(
    code: Code, origin: Origin, message: str, hint: str, expected: str
):
    assert f"{expected}\n" == as_github([finding(code, origin, message, hint)], a_map())


def test_a_github_command_for_several_lines_has_no_columns():
    spec = "expr: >\n  sum(a)\n  / b\n"
    origin = Origin("specs/checkout.yaml", (0, "expr")).characters(0, 10)

    assert (
        "::error file=specs/checkout.yaml,line=2,endLine=3,title=SLO301 objective-range::m\n"
        == as_github([finding(RANGE, origin, "m")], a_map(spec))
    )
