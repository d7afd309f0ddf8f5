"""What came of the tests, for people, for programs and for CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from xml.etree import ElementTree

from obsgen.matchers import quoted
from obsgen.plurals import counted
from obsgen.report import harmless
from obsgen.report.junit import xml_text
from obsgen.source import SourceMap
from obsgen.unit_tests.results import Difference, FileResult, Labels, Outcome, Trial

Format = Callable[[Outcome, SourceMap], str]
"""Renders an outcome; the map tells where in the specs a test comes from."""


def as_text(outcome: Outcome, source_map: SourceMap) -> str:
    """Return the failures, each with what was expected and what came out, and a summary."""
    lines = [
        *(line for file in outcome.files for line in _file_lines(file, source_map)),
        *_summary(outcome),
    ]
    return "".join(f"{harmless(line)}\n" for line in lines)


def as_json(outcome: Outcome, source_map: SourceMap) -> str:
    """Return one JSON object."""
    failures = [
        _json_failure(file, trial, source_map)
        for file in outcome.files
        for trial in file.trials
        if trial.differences
    ]
    problems = [
        {"environment": file.environment, "file": file.path, "message": problem}
        for file in outcome.files
        for problem in file.problems
    ]
    alerts = [
        {
            "environment": alert.environment,
            "alert": alert.title,
            "verdict": alert.verdict,
            "reason": alert.reason,
        }
        for alert in outcome.alerts
    ]
    found = {
        "passed": outcome.has_passed,
        "seconds": round(outcome.seconds, 3),
        "tests": _counts(outcome.trials),
        "failures": failures,
        "problems": problems,
        "alerts": alerts,
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def as_junit(outcome: Outcome, source_map: SourceMap) -> str:
    """Return JUnit's XML, a suite for each file."""
    root = ElementTree.Element("testsuites", time=_seconds(outcome.seconds))
    for file in outcome.files:
        counts = _counts(file.trials)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name="/".join(filter(None, (file.environment, file.path))),
            tests=str(len(file.trials)),
            failures=str(counts["failed"]),
            errors=str(counts["not_run"]),
            time=_seconds(file.seconds),
        )
        for trial in file.trials:
            _junit_case(suite, file, trial, source_map)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


FORMATS: Final[Mapping[str, Format]] = {"text": as_text, "json": as_json, "junit": as_junit}
"""What `--format` offers."""


# --- text --------------------------------------------------------------------------------


def _file_lines(file: FileResult, source_map: SourceMap) -> Iterator[str]:
    where = f"{file.environment}: " if file.environment else ""
    if file.problems:
        yield f"{where}{file.path} cannot be run:"
        yield from (f"  {problem}" for problem in file.problems)
        yield ""
    for trial in file.trials:
        if trial.differences:
            yield f"{where}{trial.title}: {trial.test.name}"
            yield from (f"  {line}" for line in _differences(trial))
            if place := _place(trial, source_map):
                yield f"  in {place}"
            yield ""


def _summary(outcome: Outcome) -> Iterator[str]:
    counts = _counts(outcome.trials)
    words = {"passed": "passed", "failed": "failed", "not_run": "not run"}
    told = ", ".join(f"{counts[key]} {word}" for key, word in words.items() if counts[key])
    total = counted(len(outcome.trials), "test")
    yield f"{total} in {_seconds(outcome.seconds)}s: {told or 'nothing to test'}"
    proven, failed, unproven = (
        outcome.alerts_that_are(verdict) for verdict in ("proven", "failed", "unproven")
    )
    told = f", {len(failed)} failed" if failed else ""
    told += f", {len(unproven)} unproven:" if unproven else ""
    yield f"{counted(len(proven), 'alert')} proven{told}"
    for alert in unproven:
        where = f"{alert.environment}: " if alert.environment else ""
        yield f"  {where}{alert.title}: {alert.reason}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}"


def _counts(trials: Iterable[Trial]) -> dict[str, int]:
    every = tuple(trials)
    return {
        "passed": sum(trial.has_passed for trial in every),
        "failed": sum(bool(trial.differences) for trial in every),
        "not_run": sum(not trial.is_run for trial in every),
    }


def _place(trial: Trial, source_map: SourceMap) -> str:
    origin = trial.test.origin
    if not origin.file:
        return ""
    span = source_map.span(origin)
    return f"{origin.file}:{span.line}:{span.column}"


def _differences(trial: Trial) -> Iterator[str]:
    for difference in trial.differences:
        wanted, came = _said(trial, difference)
        yield f"at {difference.expected.at}: expected {wanted}, but it is {came}"


def _said(trial: Trial, difference: Difference) -> tuple[str, str]:
    """Return what was expected and what came, alerts with the labels that tell them apart."""
    wanted, fired = difference.expected.alerts, difference.fired
    if wanted is None:
        return "firing", "quiet"
    shown = {
        k for labels in (*wanted, *fired) for k, v in labels.items() if trial.fixed.get(k) != v
    }
    return _alerts(wanted, shown), _alerts(fired, shown)


def _alerts(alerts: tuple[Labels, ...], shown: set[str]) -> str:
    if not alerts:
        return "quiet"
    return " and ".join(f"firing {_braced(labels, shown)}".rstrip() for labels in alerts)


def _braced(labels: Labels, shown: set[str]) -> str:
    inside = ",".join(f"{k}={quoted(v)}" for k, v in sorted(labels.items()) if k in shown)
    return f"{{{inside}}}" if inside else ""


# --- JSON --------------------------------------------------------------------------------


def _json_failure(file: FileResult, trial: Trial, source_map: SourceMap) -> dict[str, object]:
    return {
        "environment": file.environment,
        "alert": trial.title,
        "test": trial.test.name,
        "file": file.path,
        "source": _place(trial, source_map) or None,
        "differences": [
            {
                "at": str(difference.expected.at),
                "expected": _json_alerts(difference.expected.alerts),
                "fired": _json_alerts(difference.fired),
            }
            for difference in trial.differences
        ],
    }


def _json_alerts(alerts: tuple[Labels, ...] | None) -> object:
    """Return label sets; of one of which any will do, only that."""
    return "any" if alerts is None else [dict(labels) for labels in alerts]


# --- JUnit -------------------------------------------------------------------------------


def _junit_case(
    suite: ElementTree.Element, file: FileResult, trial: Trial, source_map: SourceMap
) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=xml_text(trial.title), name=xml_text(trial.test.name)
    )
    if trial.differences:
        lines = list(_differences(trial))
        if place := _place(trial, source_map):
            lines.append(f"in {place}")
        failure = ElementTree.SubElement(case, "failure", message=xml_text(lines[0]))
        failure.text = xml_text("\n".join(lines))
    elif not trial.is_run:
        problem = "\n".join(file.problems)
        ElementTree.SubElement(case, "error", message="not run").text = xml_text(problem)
