"""
What promtool says, read.

Promtool prints, for people: `FAILED:`, then what differs, expression by expression (Prometheus,
`cmd/promtool/unittest.go`). Whatever else it says is kept as it stands, so that nothing that it
complains of is lost when it says it in another way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.promql.strings import unquote
from obsgen.tools import Answer

_STRING: Final = r'"(?:[^"\\]|\\.)*"'
_EXPRESSION: Final = re.compile(
    rf"\s+expr: (?P<expr>{_STRING}), time: [^,]+,(?: err: (?P<error>.*))?"
)
_NUMBERS: Final = re.compile(r" # (?P<test>\d+)\.(?P<expected>\d+)\"$")
_GOT: Final = re.compile(r"\s+got: (?P<samples>.*)")
_RULE: Final = re.compile(r"\s+rule: (?P<rule>\S+), time: (?P<time>[^,]+), err: (?P<error>.*)")
_NO_FILE: Final = re.compile(r"\s*WARNING: no file match pattern (?P<pattern>.*)")
_SUCCESS: Final = "SUCCESS"
_SILENT: Final = re.compile(r"\s*(FAILED:|SUCCESS|Unit Testing:.*|exp: .*|name: .*,)?\s*")
_SAMPLE: Final = re.compile(rf"\{{(?P<labels>(?:[^\"}}]|{_STRING})*)\}} (?P<value>\S+?)(?:, |$)")
_LABEL: Final = re.compile(rf"(?P<name>\w+|{_STRING})=(?P<value>{_STRING})")

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample that an expression gave."""

    labels: Labels
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """
    An expression that gave something else than was expected.

    Attributes:
        test: The number of the test in its file.
        expected: The number of the expectation in its test.
        got: What came out.
    """

    test: int
    expected: int
    got: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    What promtool says of one file.

    Attributes:
        problems: What kept it from testing, each once.
    """

    mismatches: tuple[Mismatch, ...]
    problems: tuple[str, ...]


def read_answer(answer: Answer) -> Said:
    """Return what promtool says; that tests passed it must have said itself."""
    said = read_output(answer.stderr + answer.stdout)
    is_content = answer.exit_code == 0 and _SUCCESS in answer.stdout
    if is_content or said.mismatches or said.problems:
        return said
    end = f"ended with {answer.exit_code}"
    if answer.exit_code < 0:
        end = f"was ended by signal {-answer.exit_code}"
    return Said(mismatches=(), problems=(f"promtool {end} and did not say that tests passed",))


def read_output(text: str) -> Said:
    """Return what stands in promtool's standard output and error."""
    mismatches: list[Mismatch] = []
    problems: dict[str, None] = {}
    numbers: re.Match[str] | None = None
    for line in text.splitlines():
        if match := _EXPRESSION.fullmatch(line):
            numbers = _NUMBERS.search(match["expr"])
            if match["error"] is not None:
                problems[f"an expression cannot be evaluated: {match['error']}"] = None
        elif numbers and (match := _GOT.fullmatch(line)):
            test, expected = int(numbers["test"]), int(numbers["expected"])
            got = _samples(match["samples"])
            mismatches.append(Mismatch(test=test, expected=expected, got=got))
        elif match := _RULE.fullmatch(line):
            problems[f"rule `{match['rule']}` cannot be evaluated: {match['error']}"] = None
        elif match := _NO_FILE.fullmatch(line):
            problems[f"no rule file is found at `{match['pattern']}`"] = None
        elif not _SILENT.fullmatch(line):
            problems[line.strip()] = None
    return Said(mismatches=tuple(mismatches), problems=tuple(problems))


def _samples(text: str) -> tuple[Sample, ...]:
    r"""
    Read samples as promtool prints them.

    >>> [dict(sample.labels) for sample in _samples('{a="1"} 1E+00, {a="},\\""} 1E+00')]
    [{'a': '1'}, {'a': '},"'}]
    >>> _samples("nil")
    ()
    """
    return tuple(Sample(_labels(m["labels"]), m["value"]) for m in _SAMPLE.finditer(text))


def _labels(text: str) -> Labels:
    found = {}
    for match in _LABEL.finditer(text):
        name = match["name"]
        found[unquote(name, 0) if name.startswith('"') else name] = unquote(match["value"], 0)
    return found
