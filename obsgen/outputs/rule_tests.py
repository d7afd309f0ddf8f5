"""promtool's unit tests of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from obsgen import names
from obsgen.artefacts import Expected, InputSeries, OutputFile, RuleTest, RuleTestFile, Run
from obsgen.matchers import Matcher, quoted, selector
from obsgen.outputs.yaml import dump, generated_from
from obsgen.units import number_text


def rule_test_file(tests: RuleTestFile, *, is_numbered: bool = False) -> OutputFile:
    """
    Return the file; each alert is looked for by its whole label set in `ALERTS`.

    Args:
        is_numbered: End each expression in a comment with the number of its test and its own
            among those of the test, from 0: promtool shows the expression that fails, but not
            the test.
    """
    rules = (names.rule_file(tests.service, tests.rules), *map(names.rule_file, tests.others))
    data = {
        "rule_files": [f"../{path}" for path in rules],
        "evaluation_interval": tests.evaluation_interval,
        "group_eval_order": list(tests.groups),
        "tests": [
            _test(test, f" # {number}" if is_numbered else "")
            for number, test in enumerate(tests.tests)
        ],
    }
    return OutputFile(
        path=f"prometheus/{names.rule_test_file(tests.service, tests.part)}",
        data=dump(data, generated_from(tests.sources)),
        sources=tests.sources,
    )


def _test(test: RuleTest, comment: str) -> dict[str, Any]:
    return {
        "name": test.name,
        "interval": test.interval,
        "input_series": [_series(series) for series in test.series],
        "promql_expr_test": [
            _expected(test, expected, f"{comment}.{number}" if comment else "")
            for number, expected in enumerate(test.expected)
        ],
    }


def _series(series: InputSeries) -> dict[str, str]:
    labels = (Matcher(label, "=", value) for label, value in series.labels.items())
    return {
        "series": selector(series.name, labels),
        "values": " ".join(_run(run) for run in series.runs),
    }


def _run(run: Run) -> str:
    r"""
    Write a run in promtool's notation.

    >>> _run(Run(times=3, start=1, step=2)), _run(Run(times=1, start=7)), _run(Run(times=4))
    ('1+2x2', '7', '_x4')
    """
    if run.ends:
        return "stale"
    if run.start is None:
        return f"_x{run.times}"
    start = number_text(run.start)
    if run.times == 1:
        return start
    if run.step == 0:
        return f"{start}x{run.times - 1}"
    step = number_text(abs(Fraction(run.step)))
    return f"{start}{'-' if run.step < 0 else '+'}{step}x{run.times - 1}"


def _expected(test: RuleTest, expected: Expected, comment: str) -> dict[str, Any]:
    fixed = {"alertname": test.alert, "alertstate": "firing"}
    chosen = [Matcher(k, "=", v) for k, v in {**fixed, **test.selects}.items()]
    alerts = selector("ALERTS", chosen)
    if expected.alerts is None:
        return {
            "expr": f"count({alerts}) > bool 0{comment}",
            "eval_time": expected.at,
            "exp_samples": [{"labels": "{}", "value": 1}],
        }
    samples = [
        {"labels": f"ALERTS{_braced({**fixed, **labels})}", "value": 1}
        for labels in expected.alerts
    ]
    return {"expr": f"{alerts}{comment}", "eval_time": expected.at, "exp_samples": samples}


def _braced(labels: Mapping[str, str]) -> str:
    return f"{{{_listed(labels.items())}}}" if labels else ""


def _listed(labels: Iterable[tuple[str, str]]) -> str:
    return ",".join(f"{name}={quoted(value)}" for name, value in labels)
