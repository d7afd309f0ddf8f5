"""What promtool proves of alerts, said so that it can be read; and never a vacuous pass."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from oracles import tool
from played_alerts import LABELS, TRUE, a_file, a_rule, a_test, an_executable, at, compiled

from obsgen import build, unit_tests
from obsgen.artefacts import Compiled, Expected, InputSeries, Unproven, standing
from obsgen.diagnostics import Origin
from obsgen.source import SourceMap
from obsgen.unit_tests.output import read_output
from obsgen.units import Duration


def outcome_of(
    given: Compiled, *, promtool: Path | None = None, jobs: int = 2
) -> unit_tests.Outcome:
    """Run the tests with the real promtool."""
    suites = unit_tests.suites([("", given)])
    files = unit_tests.run(
        suites, promtool or tool("promtool"), jobs=jobs, report=lambda _steps: None
    )
    return unit_tests.outcome(suites, files, seconds=1.25)


def text_of(outcome: unit_tests.Outcome) -> str:
    return unit_tests.FORMATS["text"](outcome, SourceMap(()))


# What passes.


def test_an_alert_that_was_seen_firing_and_quiet_is_proven():
    outcome = outcome_of(compiled(files=[a_file(a_test(*TRUE))]))

    assert outcome.has_passed
    assert "1 test in 1.2s: 1 passed\n1 alert proven\n" == text_of(outcome)


def test_any_firing_alert_will_do_where_no_labels_are_told():
    anyone = Expected(at=Duration.parse("4m"), alerts=None)

    assert outcome_of(compiled(files=[a_file(a_test(at(2), anyone))])).has_passed


def test_an_alert_without_a_test_is_listed_with_the_reason():
    raw = a_rule(alert="Raw", expr="vector(1) > 2")
    reason = Unproven(service="cart", alert="Raw", selects={}, reason="it is raw PromQL")
    outcome = outcome_of(compiled(a_rule(), raw, files=[a_file(a_test(*TRUE))], unproven=[reason]))

    assert outcome.has_passed
    assert (
        "1 test in 1.2s: 1 passed\n1 alert proven, 1 unproven:\n  cart/Raw: it is raw PromQL\n"
    ) == text_of(outcome)


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ([at(0), at(2)], "no test sees it fire"),
        ([at(3, "mail"), at(4, "mail")], "no test sees it quiet"),
    ],
)
def test_an_alert_of_which_only_one_side_was_seen_is_not_proven(
    expected: list[Expected], reason: str
):
    outcome = outcome_of(compiled(files=[a_file(a_test(*expected))]))

    assert (
        f"1 test in 1.2s: 1 passed\n0 alerts proven, 1 unproven:\n  cart/TooMany: {reason}\n"
    ) == text_of(outcome)


# What fails.


def test_a_mutated_threshold_is_said_with_time_expectation_and_what_came():
    mutated = a_rule("max by (queue) (jobs) > 6")
    outcome = outcome_of(compiled(mutated, files=[a_file(a_test(*TRUE))]))

    assert not outcome.has_passed
    assert (
        "cart/TooMany: fires above 5\n"
        '  at 3m: expected firing {queue="mail"}, but it is quiet\n'
        '  at 5m: expected firing {queue="mail"}, but it is quiet\n'
        "\n"
        "1 test in 1.2s: 1 failed\n"
        "0 alerts proven, 1 failed\n"
    ) == text_of(outcome)


def test_an_alert_that_fires_too_early_and_in_another_group_is_said():
    mutated = a_rule('label_replace(max(jobs) >= 5, "queue", "all", "", "")')
    outcome = outcome_of(compiled(mutated, files=[a_file(a_test(*TRUE))]))

    assert [
        'at 2m: expected quiet, but it is firing {queue="all"}',
        'at 3m: expected firing {queue="mail"}, but it is firing {queue="all"}',
        'at 5m: expected firing {queue="mail"}, but it is firing {queue="all"}',
    ] == [line.strip() for line in text_of(outcome).splitlines() if line.startswith("  at")]


def test_several_alerts_are_told_apart_by_the_labels_in_which_they_differ():
    series = (
        InputSeries(name="jobs", labels={"queue": queue}, runs=standing([(5, 6)]))
        for queue in ("mail", "}, {", 'a"b')
    )
    outcome = outcome_of(compiled(files=[a_file(a_test(at(3), series=tuple(series)))]))

    assert (
        'at 3m: expected quiet, but it is firing {queue="a\\"b"} and firing {queue="mail"}'
        ' and firing {queue="}, {"}'
    ) in text_of(outcome)


def test_an_alert_of_any_labels_that_does_not_fire_is_said():
    anyone = Expected(at=Duration.parse("2m"), alerts=None)
    outcome = outcome_of(compiled(files=[a_file(a_test(at(1), anyone))]))

    assert "at 2m: expected firing, but it is quiet" in text_of(outcome)


def test_only_the_test_that_failed_is_said_of_many_that_look_at_the_same_alert_and_time():
    late = a_test(*TRUE[1:], name="the wrong one", series=a_test().series[:0])
    file = a_file(a_test(*TRUE, name="one"), late, a_test(*TRUE, name="three"))
    outcome = outcome_of(compiled(files=[file]))

    assert ["the wrong one"] == [t.test.name for t in outcome.trials if not t.has_passed]
    assert "3 tests in 1.2s: 2 passed, 1 failed\n0 alerts proven, 1 failed\n" in text_of(outcome)


def test_a_failure_says_where_its_alert_is_written():
    text = "apiVersion: obsgen/v1\nkind: Service\nname: cart\nalerts:\n  - name: TooMany\n"
    source_map = build({"specs/cart.yaml": text}).source_map
    wrong = a_test(at(3), origin=Origin("specs/cart.yaml", (0, "alerts", 0)))
    outcome = outcome_of(compiled(files=[a_file(wrong)]))

    assert "\n  in specs/cart.yaml:5:5\n" in unit_tests.FORMATS["text"](outcome, source_map)


def test_a_name_with_control_characters_does_nothing_to_the_terminal():
    outcome = outcome_of(compiled(files=[a_file(a_test(at(3), name="a\x1b[31mb"))]))

    assert "cart/TooMany: a␛[31mb\n" in text_of(outcome)


# What cannot be run.


def test_a_rule_that_cannot_be_evaluated_fails_every_test_that_promtool_left_out():
    clash = a_rule("sum without (queue) (jobs) > on () jobs")
    two = InputSeries(name="jobs", labels={"queue": "other"}, runs=standing([(5, 6)]))
    series = (*a_test().series, two)
    outcome = outcome_of(compiled(clash, files=[a_file(a_test(*TRUE, series=series))]))

    assert not outcome.has_passed
    assert text_of(outcome).startswith(
        "prometheus/tests/cart.test.yml cannot be run:\n"
        "  rule `TooMany` cannot be evaluated: found duplicate series for the match group {}"
    )
    assert text_of(outcome).endswith("1 test in 1.2s: 1 not run\n0 alerts proven, 1 failed\n")


def test_rules_that_are_no_promql_fail_every_test():
    outcome = outcome_of(
        compiled(a_rule("max by (queue (jobs) > 5"), files=[a_file(a_test(*TRUE))])
    )

    assert not outcome.has_passed
    assert "could not parse expression" in text_of(outcome)
    assert "1 test in 1.2s: 1 not run\n" in text_of(outcome)


def test_series_that_are_no_promql_fail_every_test():
    broken = InputSeries(name="jobs{", labels={}, runs=standing([(5, 6)]))
    outcome = outcome_of(compiled(files=[a_file(a_test(*TRUE, series=(broken,)))]))

    assert not outcome.has_passed
    assert "parse error" in text_of(outcome)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 0", "promtool ended with 0 and did not say that tests passed"),
        ("exit 7", "promtool ended with 7 and did not say that tests passed"),
        ("kill -9 $$", "promtool was ended by signal 9 and did not say that tests passed"),
        ("echo '  SUCCESS'; exit 1", "promtool ended with 1 and did not say that tests passed"),
        ("echo what is that >&2; exit 1", "what is that"),
        (
            "echo '  WARNING: no file match pattern ../x' >&2; echo '  SUCCESS'",
            "no rule file is found at `../x`",
        ),
        (
            "echo 'a.test.yml: yaml: line 1: did not find expected key' >&2; exit 1",
            "a.test.yml: yaml: line 1: did not find expected key",
        ),
    ],
)
def test_a_promtool_that_does_not_say_that_tests_passed_is_never_believed(
    tmp_path: Path, script: str, problem: str
):
    executable = an_executable(tmp_path / "promtool", script)
    outcome = outcome_of(compiled(files=[a_file(a_test(*TRUE))]), promtool=executable)

    assert not outcome.has_passed
    assert (problem,) == outcome.files[0].problems
    assert ["failed"] == [alert.verdict for alert in outcome.alerts]


def test_a_promtool_that_does_not_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("obsgen.unit_tests.promtool.TIMEOUT_SECONDS", 0.2)
    executable = an_executable(tmp_path / "promtool", "exec sleep 60")
    outcome = outcome_of(compiled(files=[a_file(a_test(*TRUE))]), promtool=executable)

    assert ("`promtool` was not done after 0.2s",) == outcome.files[0].problems


# What promtool says.


def test_the_output_of_promtool_is_read_whole():
    said = read_output(
        "  FAILED:\n"
        '    expr: "ALERTS{a=\\"b\\"} # 3.0", time: 1h5m,\n'
        "        exp: nil\n"
        '        got: {__name__="ALERTS", a="b, c=\\"d\\""} 1E+00, {} 2E+00\n'
        "    name: a name,\n"
        '    expr: "ALERTS # 12.7", time: 0s,\n'
        "        exp: {} 1E+00\n"
        "        got: nil\n"
        '    expr: "x # 1.1", time: 1m, err: query processing would load too many samples\n'
        "    rule: a:b, time: 1m0s, err: many-to-many matching not allowed\n"
        "    rule: a:b, time: 2m0s, err: many-to-many matching not allowed\n"
        "Unit Testing:  a.test.yml\n"
    )

    assert [(3, 0), (12, 7)] == [(m.test, m.expected) for m in said.mismatches]
    assert [
        {"__name__": "ALERTS", "a": 'b, c="d"'},
        {},
    ] == [sample.labels for sample in said.mismatches[0].got]
    assert () == said.mismatches[1].got
    assert (
        "an expression cannot be evaluated: query processing would load too many samples",
        "rule `a:b` cannot be evaluated: many-to-many matching not allowed",
    ) == said.problems


# What would pass without proving anything.


def found_in(given: Compiled) -> list[tuple[str, str]]:
    suites = unit_tests.suites([("", given)])
    return [(d.code.id, d.message) for d in unit_tests.findings(suites)]


def test_alerts_and_not_a_single_test_is_an_error():
    assert [("OUT944", "1 alert has no unit test")] == found_in(compiled())
    assert [("OUT944", "2 alerts have no unit test")] == found_in(
        compiled(a_rule(), a_rule(alert="Other"))
    )


def test_alerts_none_of_which_can_be_proven_is_an_error_that_says_why():
    reason = Unproven(service="cart", alert="TooMany", selects={}, reason="it is raw PromQL")
    suites = unit_tests.suites([("", compiled(unproven=[reason]))])
    (found,) = unit_tests.findings(suites)

    assert "OUT944" == found.code.id
    assert ["`cart/TooMany` cannot be proven: it is raw PromQL"] == [
        related.message for related in found.related
    ]


def test_no_alerts_need_no_tests():
    given = replace(compiled(), rule_files=())

    assert [] == found_in(given)
    assert "0 tests in 1.2s: nothing to test\n0 alerts proven\n" == text_of(outcome_of(given))


def test_an_alert_that_no_test_is_of_is_an_error():
    rules = (a_rule(), a_rule(alert="Other"))

    assert [("OUT945", "alert `cart/Other` has no unit test")] == found_in(
        compiled(*rules, files=[a_file(a_test(*TRUE))])
    )


def test_alerts_of_one_name_are_told_apart_by_the_first_label_that_differs():
    rules = tuple(
        a_rule(labels={**LABELS, "slo": "latency", "tier": tier}) for tier in ("fast", "slow")
    )
    test = a_test(*TRUE, selects={"service": "cart", "slo": "latency", "tier": "fast"})

    assert [("OUT945", 'alert `cart/latency/TooMany{tier="slow"}` has no unit test')] == found_in(
        compiled(*rules, files=[a_file(test)])
    )


@pytest.mark.parametrize(
    ("change", "service"), [({"service": "shop"}, "shop"), ({"others": ("mail",)}, "mail")]
)
def test_a_test_of_rules_that_are_not_there_is_an_error(change: dict[str, Any], service: str):
    file = a_file(a_test(*TRUE), part="latency", **change)
    path = f"prometheus/tests/{file.service}.latency.test.yml"

    assert [("OUT946", f"`{path}` needs rules of `{service}`, which has none")] == found_in(
        compiled(files=[a_file(a_test(*TRUE)), file])
    )


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"alert": "TooMuch"}, "cart/TooMuch"),
        ({"selects": {"severity": "low"}}, 'cart/TooMany{severity="low"}'),
        ({"selects": {"tier": "fast"}}, 'cart/TooMany{tier="fast"}'),
    ],
    ids=["name", "value", "label"],
)
def test_a_test_of_an_alert_that_no_rule_has_is_an_error(change: dict[str, Any], title: str):
    wrong = a_test(at(2), name="quiet at 5", **change)
    given = compiled(files=[a_file(a_test(*TRUE), wrong)])

    assert [("OUT947", f"test `quiet at 5` is of alert `{title}`, which no rule has")] == (
        found_in(given)
    )
    # The reason for it: promtool passes over it.
    assert outcome_of(given).has_passed


def test_a_near_miss_of_an_alerts_name_is_told():
    suites = unit_tests.suites([("", compiled(files=[a_file(a_test(at(2), alert="TooMnay"))]))])
    hints = [d.hint for d in unit_tests.findings(suites) if d.code.id == "OUT947"]

    assert ["did you mean TooMany?"] == hints


def test_a_test_that_expects_nothing_is_an_error():
    given = compiled(files=[a_file(a_test(*TRUE), a_test(name="idle"))])

    assert [("OUT948", "test `idle` expects nothing")] == found_in(given)
    assert outcome_of(given).has_passed


def test_a_file_without_a_test_is_an_error():
    given = compiled(files=[a_file(a_test(*TRUE)), a_file(part="latency")])

    assert [("OUT948", "`prometheus/tests/cart.latency.test.yml` holds no test")] == found_in(given)


# What is chosen.


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("", {"a", "b", "c"}),
        ("cart", {"a", "b", "c"}),
        ("latency", {"b"}),
        ("^cart/toomany$", {"a"}),
        ("Other|latency", {"b", "c"}),
    ],
)
def test_a_pattern_chooses_by_service_slo_and_alert(pattern: str, names: set[str]):
    rules = (
        a_rule(),
        a_rule(labels={**LABELS, "slo": "latency"}, alert="Slow"),
        a_rule(alert="Other"),
    )
    file = a_file(
        a_test(*TRUE, name="a"),
        # Its labels do not tell the SLO, the rule that it means does.
        a_test(at(0), name="b", alert="Slow"),
        a_test(at(0), name="c", alert="Other"),
    )
    suites = unit_tests.suites(
        [("", compiled(*rules, files=[file]))], re.compile(pattern, re.IGNORECASE)
    )

    assert names == {test.name for file in suites[0].tests for test in file.tests}
    assert len(names) == len(suites[0].alerts)


# Several files.


def test_files_run_at_the_same_time_and_come_back_in_their_order(tmp_path: Path):
    # Each waits until the other has begun, so that one after the other they would never end.
    together = (
        f'name=$(basename "$3"); touch "{tmp_path}/$name"\n'
        f'while [ $(ls "{tmp_path}" | grep -c test.yml) -lt 2 ]; do sleep 0.01; done\n'
        "echo '  SUCCESS'"
    )
    executable = an_executable(tmp_path / "promtool", together)
    files = [a_file(a_test(*TRUE), part="b"), a_file(a_test(*TRUE), part="a")]
    outcome = outcome_of(compiled(files=files), promtool=executable)

    assert outcome.has_passed
    assert ["prometheus/tests/cart.b.test.yml", "prometheus/tests/cart.a.test.yml"] == [
        file.path for file in outcome.files
    ]


def test_no_more_files_run_at_once_than_jobs(tmp_path: Path):
    alone = (
        f'mkdir "{tmp_path}/busy" || exit 9; sleep 0.05; rmdir "{tmp_path}/busy"\n'
        "echo '  SUCCESS'"
    )
    executable = an_executable(tmp_path / "promtool", alone)
    files = [a_file(a_test(*TRUE), part=part) for part in "abcd"]

    assert outcome_of(compiled(files=files), promtool=executable, jobs=1).has_passed


def test_what_is_played_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome_of(compiled(files=[a_file(a_test(*TRUE))]))

    assert [] == list(tmp_path.iterdir())
