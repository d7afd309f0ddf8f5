"""Findings as whole documents, SARIF and JUnit: valid whatever was found, also if nothing was."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

import obsgen
from obsgen.codes import all_codes
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Origin, Related, Severity, finding
from obsgen.pipeline import build
from obsgen.report import as_junit, as_sarif, sorted_diagnostics, summary
from obsgen.report.sarif import AREAS
from obsgen.source import SourceMap, read_source

SCHEMA: Final = Draft4Validator(
    json.loads((Path(__file__).parent / "data/sarif/sarif-schema-2.1.0.json").read_text("utf-8"))
)

RANGE = Code("SLO301", "objective-range", why="why it matters", fix="Write `objective: 99.9`.")
ODD = Code("DSH602", "odd-panel", why="w", fix="f", severity=Severity.WARNING)
NOTE = Code("PQL403", "note", why="w", fix="f", severity=Severity.INFO)
MISSING = Code("OUT901", "spec-not-found", why="w", fix="f")

FILE = "specs/checkout.yaml"
SPEC = """\
kind: Service
name: checkout
slos:
  - name: availability
    objective: 101
"""
OBJECTIVE = Origin(FILE, (0, "slos", 0, "objective"))
NAME = Related("first written here", Origin(FILE, (0, "name")).key())


def a_map(text: str = SPEC, file: str = FILE) -> SourceMap:
    return SourceMap((read_source(file, text)[0],))


def at(line: int, column: int, width: int = 1, file: str = FILE) -> Origin:
    return Origin(file, mark=(line - 1, column - 1, width))


def sarif(found: list[Diagnostic], source_map: SourceMap | None = None) -> dict[str, Any]:
    """The document, which is valid."""
    document = json.loads(as_sarif(found, a_map() if source_map is None else source_map))
    assert [] == [error.message for error in SCHEMA.iter_errors(document)]
    assert isinstance(document, dict)
    return document


def results(found: list[Diagnostic], source_map: SourceMap | None = None) -> list[dict[str, Any]]:
    (run,) = sarif(found, source_map)["runs"]
    return list(run["results"])


# SARIF.


def test_a_sarif_document_is_exactly_this():
    found = [
        finding(RANGE, OBJECTIVE, "m", "h", related=(NAME,)),
        finding(MISSING, NOWHERE, "gone"),
    ]
    place = {"uri": FILE, "uriBaseId": "SRCROOT"}
    here = {"startLine": 5, "startColumn": 16, "endLine": 5, "endColumn": 19}
    there = {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 5}
    (result,) = results(found)
    document = sarif(found)
    (run,) = document["runs"]

    assert "2.1.0" == document["version"]
    assert {
        "name": "obsgen",
        "version": obsgen.__version__,
        "rules": [
            {
                "id": "SLO301",
                "name": "objective-range",
                "shortDescription": {"text": "objective range"},
                "fullDescription": {"text": "why it matters"},
                "help": {
                    "text": "Write `objective: 99.9`.",
                    "markdown": "Write `objective: 99.9`.",
                },
                "defaultConfiguration": {"level": "error"},
                "properties": {"tags": ["slo"]},
            }
        ],
        "notifications": [
            {
                "id": "OUT901",
                "name": "spec-not-found",
                "shortDescription": {"text": "spec not found"},
                "fullDescription": {"text": "w"},
                "help": {"text": "f", "markdown": "f"},
                "defaultConfiguration": {"level": "error"},
                "properties": {"tags": ["files"]},
            }
        ],
    } == run["tool"]["driver"]
    assert {
        "ruleId": "SLO301",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "m\nnote: [first written here](1)\nhint: h"},
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": here}}],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {"artifactLocation": place, "region": there},
                "message": {"text": "first written here"},
            }
        ],
        "partialFingerprints": result["partialFingerprints"],
    } == result
    assert [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "descriptor": {"id": "OUT901", "index": 0},
                    "level": "error",
                    "message": {"text": "gone"},
                }
            ],
        }
    ] == run["invocations"]


def test_a_sarif_document_without_findings_has_no_results():
    (run,) = sarif([])["runs"]

    assert ([], []) == (run["results"], run["tool"]["driver"]["rules"])
    assert [{"executionSuccessful": True, "toolExecutionNotifications": []}] == run["invocations"]


def test_results_name_their_rules():
    codes = [RANGE, ODD, NOTE, RANGE]
    found = [finding(code, at(5, 1 + number), f"m{number}") for number, code in enumerate(codes)]
    (run,) = sarif(found)["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert ["DSH602", "PQL403", "SLO301"] == [rule["id"] for rule in rules]
    assert [(code.id, code.id) for code in codes] == [
        (result["ruleId"], rules[result["ruleIndex"]]["id"]) for result in run["results"]
    ]
    assert ["error", "warning", "note", "error"] == [r["level"] for r in run["results"]]


def test_a_warning_about_no_file_is_no_failed_run():
    (run,) = sarif([finding(ODD, NOWHERE, "m")])["runs"]

    assert run["invocations"][0]["executionSuccessful"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("specs/a b.yaml", {"uri": "specs/a%20b.yaml", "uriBaseId": "SRCROOT"}),
        ("specs/größe.yaml", {"uri": "specs/gr%C3%B6%C3%9Fe.yaml", "uriBaseId": "SRCROOT"}),
        ("a:b.yaml", {"uri": "a%3Ab.yaml", "uriBaseId": "SRCROOT"}),
        ("../specs/a.yaml", {"uri": "../specs/a.yaml", "uriBaseId": "SRCROOT"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "SRCROOT"}),
        ("/srv/specs/a#b.yaml", {"uri": "file:///srv/specs/a%23b.yaml"}),
    ],
    ids=["blank", "letters", "colon", "above", "standard input", "absolute"],
)
def test_a_file_is_named_by_a_uri(file: str, expected: dict[str, str]):
    (result,) = results([finding(RANGE, Origin(file), "m")])

    assert [{"physicalLocation": {"artifactLocation": expected}}] == result["locations"]


def test_columns_count_characters_whatever_they_take_elsewhere():
    line = "e\u0301: {😀: 1, a: 2}"
    source_map = a_map(f"\ufeff{line}\n")
    (run,) = sarif([finding(RANGE, Origin(FILE, (0, "e\u0301", "a")), "m")], source_map)["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]

    assert "unicodeCodePoints" == run["columnKind"]
    assert "2" == line[region["startColumn"] - 1 : region["endColumn"] - 1]


def test_lines_end_where_the_document_says_that_they_do():
    text = "# a\r# b\u2028# c\u0085# d\r\n# e\nx: 1\n"
    (run,) = sarif([finding(RANGE, Origin(FILE, (0, "x")), "m")], a_map(text))["runs"]
    ends = "|".join(map(re.escape, run["newlineSequences"]))
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]

    assert "x: 1" == re.split(ends, text)[region["startLine"] - 1]


def test_brackets_do_not_end_a_link_to_a_related_place():
    related = (Related("`a[0]` \\ here", OBJECTIVE), Related("nowhere", NOWHERE))
    (result,) = results([finding(RANGE, OBJECTIVE, "m", related=related)])

    assert "m\nnote: [`a\\[0\\]` \\\\ here](1)\nnote: nowhere" == result["message"]["text"]
    assert [1] == [each["id"] for each in result["relatedLocations"]]


def fingerprints(found: list[Diagnostic], source_map: SourceMap) -> list[str]:
    return [each["partialFingerprints"]["obsgen/v1"] for each in results(found, source_map)]


def test_a_fingerprint_stays_when_the_line_moves_and_is_indented():
    moved = SPEC.replace("slos:", "# one\n# more\nslos:").replace("  - ", "    - ")
    moved = moved.replace("    objective", "      objective")
    found = [finding(RANGE, OBJECTIVE, "m")]

    assert fingerprints(found, a_map()) == fingerprints(found, a_map(moved))


@pytest.mark.parametrize(
    "other",
    [
        (finding(ODD, OBJECTIVE, "m"), SPEC),
        (finding(RANGE, OBJECTIVE, "n"), SPEC),
        (finding(RANGE, OBJECTIVE, "m"), SPEC.replace("101", "102")),
    ],
    ids=["code", "message", "line"],
)
def test_a_fingerprint_tells_findings_apart(other: tuple[Diagnostic, str]):
    diagnostic, text = other

    assert fingerprints([finding(RANGE, OBJECTIVE, "m")], a_map()) != fingerprints(
        [diagnostic], a_map(text)
    )


def test_the_same_finding_on_the_same_line_elsewhere_has_a_fingerprint_of_its_own():
    text = "a:\n  x: 1\nb:\n  x: 1\n"
    found = [finding(RANGE, Origin(FILE, (0, key, "x")), "m") for key in "ab"]
    first, second = fingerprints(found, a_map(text))

    assert (first.removesuffix(":1"), "1") == (second.removesuffix(":2"), first[-1])


def test_every_code_has_an_area():
    assert set() == {code.id for code in all_codes().values() if code.id[:3] not in AREAS}


# Secrets.


ROUTING: Final = """\
apiVersion: obsgen/v1
kind: Routing
receivers: {{a: {{slack: {{channl: "#a", api_url: "{secret}"}}}}}}
default_receiver: a
"""


@pytest.mark.parametrize("render", [as_sarif, as_junit], ids=["sarif", "junit"])
def test_a_secret_is_in_no_document_and_no_fingerprint(render: Any):
    documents = []
    for token in ("first", "other"):
        secret = f"https://hooks.example.com/{token}"
        built = build({"specs/routing.yaml": ROUTING.format(secret=secret)})
        document = render(built.diagnostics, built.source_map, files=built.sources)
        # The second finding stands on the secret's line.
        assert {"SEC801", "SCH101"} <= {d.code.id for d in built.diagnostics}
        assert token not in document
        documents.append(document)

    assert documents[0] == documents[1]


# JUnit.


def test_a_junit_document_is_exactly_this():
    found = [
        finding(RANGE, OBJECTIVE, "m", "h"),
        finding(RANGE, OBJECTIVE.key(), "m"),
        finding(NOTE, OBJECTIVE, "n"),
        finding(ODD, NOWHERE, "<é>"),
    ]
    document = as_junit(found, a_map(), files=[FILE, "specs/a.yaml"])

    assert (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="obsgen" tests="5" failures="3" errors="0" time="0">
  <testsuite name="obsgen" tests="1" failures="1" errors="0" time="0">
    <testcase classname="obsgen" name="DSH602 odd-panel" time="0">
      <failure type="warning" message="&lt;&#233;&gt;">obsgen: warning: &lt;&#233;&gt; [DSH602]
</failure>
    </testcase>
  </testsuite>
  <testsuite name="specs/a.yaml" file="specs/a.yaml" tests="1" failures="0" errors="0" time="0">
    <testcase classname="specs/a.yaml" name="nothing found" time="0" />
  </testsuite>
  <testsuite name="FILE" file="FILE" tests="3" failures="2" errors="0" time="0">
    <testcase classname="FILE" name="SLO301 objective-range" time="0">
      <failure type="error" message="m">FILE:5:5: error: m [SLO301]
    5 |     objective: 101
      |     ^^^^^^^^^
</failure>
    </testcase>
    <testcase classname="FILE" name="PQL403 note" time="0">
      <system-out>FILE:5:16: info: n [PQL403]
    5 |     objective: 101
      |                ^^^
</system-out>
    </testcase>
    <testcase classname="FILE" name="SLO301 objective-range (2)" time="0">
      <failure type="error" message="m">FILE:5:16: error: m [SLO301]
    5 |     objective: 101
      |                ^^^
  hint: h
</failure>
    </testcase>
  </testsuite>
</testsuites>
""".replace("FILE", FILE)
        == document
    )


def test_a_junit_document_of_nothing_still_holds_a_test():
    (suite,) = ElementTree.fromstring(as_junit([], SourceMap(())))

    assert ["nothing found"] == [case.get("name") for case in suite]


# What Jenkins' schema for JUnit (junit-10.xsd of its xUnit plugin) allows of what is used here.
ATTRIBUTES: Final = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "file", "tests", "failures", "errors", "time"},
    "testcase": {"classname", "name", "time"},
    "failure": {"type", "message"},
    "system-out": set(),
}
DEMANDED: Final = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name"},
}
CHILDREN: Final = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "system-out"},
}


def junit(found: list[Diagnostic], files: list[str]) -> ElementTree.Element:
    """The document, which is valid, and counts what it holds."""
    root = ElementTree.fromstring(as_junit(found, a_map(), files=files))
    assert "testsuites" == root.tag
    for element in root.iter():
        assert set(element.keys()) <= ATTRIBUTES[element.tag]
        assert DEMANDED.get(element.tag, set()) <= set(element.keys())
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    for element in [root, *root.iter("testsuite")]:
        cases = list(element.iter("testcase"))
        assert (str(len(cases)), str(len(list(element.iter("failure"))))) == (
            element.get("tests"),
            element.get("failures"),
        )
        assert cases
    return root


# Whatever is found.


# As lists, because `st.text` leaves halves of characters (surrogates) out.
TEXTS = st.lists(
    st.characters() | st.sampled_from("\0\t\n\r\x1b\x85\u2028\ufffe\ud83d\ude00[]()"), max_size=20
).map("".join)
FILES = st.sampled_from(["", FILE, "/a/b.yaml", "<stdin>"]) | TEXTS
ORIGINS = st.builds(
    Origin,
    FILES,
    st.just((0, "slos", 0, "objective")),
    mark=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 99), st.integers(0, 99)),
)
DIAGNOSTICS = st.builds(
    finding,
    st.sampled_from([RANGE, ODD, NOTE, MISSING]),
    ORIGINS,
    TEXTS,
    TEXTS,
    related=st.lists(st.builds(Related, TEXTS, ORIGINS), max_size=3).map(tuple),
)


def whole(text: str) -> str:
    """The text with halves of characters put together, and U+FFFD for the rest of them."""
    return re.sub("[\ud800-\udfff]", "\ufffd", json.loads(json.dumps(text)))


def once(found: list[Diagnostic]) -> list[Diagnostic]:
    return list({(d.code.id, d.origin, d.message): d for d in reversed(found)}.values())


@given(st.lists(DIAGNOSTICS, max_size=5))
def test_any_findings_are_a_valid_sarif_document_that_says_what_they_say(found: list[Diagnostic]):
    (run,) = sarif(found)["runs"]
    order = sorted_diagnostics(found, a_map())
    placed = [d for d in order if d.origin.file]
    general = [d for d in order if not d.origin.file]

    for diagnostic, result in zip(placed, run["results"], strict=True):
        assert diagnostic.code.id == result["ruleId"]
        assert_tells(result["message"]["text"], diagnostic)
        texts = [whole(each.message) for each in diagnostic.related if each.origin.file]
        assert texts == [each["message"]["text"] for each in result.get("relatedLocations", [])]
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    for diagnostic, notification in zip(general, notifications, strict=True):
        assert diagnostic.code.id == notification["descriptor"]["id"]
        assert_tells(notification["message"]["text"], diagnostic)


def assert_tells(text: str, diagnostic: Diagnostic) -> None:
    hint = f"\nhint: {whole(diagnostic.hint)}" if diagnostic.hint else ""
    assert text.startswith(whole(diagnostic.message))
    assert text.endswith(hint)
    if not diagnostic.related:
        assert whole(diagnostic.message) + hint == text


URI: Final = re.compile(r"(file:/)?/?([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})*")


@given(TEXTS.filter(bool))
def test_any_name_of_a_file_is_a_uri_that_gives_it_back(file: str):
    (result,) = results([finding(RANGE, Origin(file), "m")])
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert URI.fullmatch(uri)
    assert file.encode("utf-8", "backslashreplace").decode() == unquote(uri.removeprefix("file://"))


def xml(text: str) -> str:
    """The text with U+FFFD for what XML 1.0 lists as no character."""
    ranges = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return "".join(
        c if c in "\t\n\r" or any(a <= ord(c) <= b for a, b in ranges) else "\ufffd" for c in text
    )


@given(st.lists(DIAGNOSTICS, max_size=5), st.lists(FILES.filter(bool), max_size=3))
def test_any_findings_are_a_valid_junit_document_that_says_what_they_say(
    found: list[Diagnostic], files: list[str]
):
    root = junit(found, files)
    failures = [
        (case.get("classname"), failure.get("message"))
        for case in root.iter("testcase")
        for failure in case.iter("failure")
    ]

    assert Counter(
        (xml(d.origin.file or "obsgen"), xml(d.message))
        for d in once(found)
        if d.severity > Severity.INFO
    ) == Counter(failures)
    assert {xml(file) for file in files} <= {
        case.get("classname") for case in root.iter("testcase")
    }


@given(st.lists(DIAGNOSTICS, max_size=5))
def test_no_two_tests_of_a_file_share_a_name(found: list[Diagnostic]):
    for suite in junit(found, [FILE]):
        names = [case.get("name") for case in suite]
        assert sorted(set(names)) == sorted(names)


def sort_key(diagnostic: Diagnostic) -> tuple[object, ...]:
    span = a_map().span(diagnostic.origin)
    place = diagnostic.origin.file, span.line, span.column
    return *place, diagnostic.code.id, diagnostic.message


@given(st.lists(DIAGNOSTICS, max_size=5, unique_by=sort_key))
def test_documents_are_ascii_and_the_same_in_any_order(found: list[Diagnostic]):
    for render in (as_sarif, as_junit):
        document = render(found, a_map())
        assert document.isascii()
        assert document == render(reversed(found), a_map())


def test_the_summary_counts_what_the_documents_hold():
    found = [finding(RANGE, OBJECTIVE, "m"), finding(RANGE, OBJECTIVE, "m")]

    assert "1 error" == summary(found)
    assert 1 == len(results(found))
    assert "1" == junit(found, []).get("tests")
