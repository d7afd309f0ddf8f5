"""`obsgen test`: exit codes, what goes to which stream, and never a vacuous pass."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from oracles import ROOT, tool
from played_alerts import LABELS, TRUE, a_file, a_test, an_executable, at

from obsgen import pipeline, workspace
from obsgen.artefacts import Compiled, RuleTest
from obsgen.cli import commands
from obsgen.diagnostics import Origin

PROJECT: Final = "apiVersion: obsgen/v1\nkind: Project\nname: shop\noutputs: [grafana]\n"
CART: Final = """\
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  jobs: {type: gauge, labels: [queue]}
alerts:
  - name: TooMany
    threshold: {max: jobs, by: [queue], above: 5}
    severity: high
"""
ENVIRONMENTS: Final = """\
apiVersion: obsgen/v1
kind: Environment
name: staging
---
apiVersion: obsgen/v1
kind: Environment
name: production
"""

Change = Callable[[Compiled], Compiled]
Compiles = Callable[[Change], None]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the specs of the one alert; the tools are on PATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tool('promtool').parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/project.yaml").write_text(PROJECT)
    (tmp_path / "specs/cart.yaml").write_text(CART)
    return tmp_path


@pytest.fixture
def compiles_to(monkeypatch: pytest.MonkeyPatch) -> Compiles:
    """Change what is compiled."""

    def changed(change: Change) -> None:
        def built(*arguments: Any) -> pipeline.Built:
            found = pipeline.build(*arguments)
            return replace(found, compiled=tuple(map(change, found.compiled)))

        monkeypatch.setattr(workspace, "build", built)

    return changed


def with_tests(*several: RuleTest, **more: Any) -> Change:
    return lambda compiled: replace(compiled, rule_tests=(a_file(*several, **more),), unproven=())


FAILING: Final = a_test(at(2), at(3), name="never fires", origin=Origin("specs/cart.yaml", (0,)))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["test", *arguments], catch_exceptions=False)


def test_a_run_that_passes_ends_with_0_and_writes_nothing(here: Path, compiles_to: Compiles):
    compiles_to(with_tests(a_test(*TRUE)))
    result = run()

    assert (0, "") == (result.exit_code, result.stderr)
    assert re.fullmatch(r"1 test in \d+\.\ds: 1 passed\n1 alert proven\n", result.stdout)
    assert {"specs"} == {path.name for path in here.iterdir()}


def test_a_run_that_fails_ends_with_1(here: Path, compiles_to: Compiles):
    del here
    compiles_to(with_tests(FAILING))
    result = run("specs")

    assert (1, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith(
        "cart/TooMany: never fires\n"
        '  at 3m: expected quiet, but it is firing {queue="mail"}\n'
        "  in specs/cart.yaml:1:1\n"
        "\n"
    )


def test_what_promtool_says_is_shown_where_it_is_asked_for(here: Path, compiles_to: Compiles):
    del here
    compiles_to(with_tests(FAILING))

    assert '        got: {__name__="ALERTS", ' in run("--verbose").stderr
    assert "got: " not in run().stderr + run().stdout


def test_json_is_one_object_on_standard_output(here: Path, compiles_to: Compiles):
    del here
    compiles_to(with_tests(FAILING, a_test(*TRUE)))
    result = run("--format", "json")
    found = json.loads(result.stdout)

    assert (1, "") == (result.exit_code, result.stderr)
    assert isinstance(found.pop("seconds"), float)
    assert {
        "passed": False,
        "tests": {"passed": 1, "failed": 1, "not_run": 0},
        "failures": [
            {
                "environment": "",
                "alert": "cart/TooMany",
                "test": "never fires",
                "file": "prometheus/tests/cart.test.yml",
                "source": "specs/cart.yaml:1:1",
                "differences": [
                    {
                        "at": "3m",
                        "expected": [],
                        "fired": [{**LABELS, "queue": "mail"}],
                    }
                ],
            }
        ],
        "problems": [],
        "alerts": [{"environment": "", "alert": "cart/TooMany", "verdict": "failed", "reason": ""}],
    } == found


def test_junit_has_a_case_for_each_test(here: Path, compiles_to: Compiles):
    del here
    compiles_to(with_tests(FAILING, a_test(*TRUE)))
    result = run("--format", "junit")
    root = ElementTree.fromstring(result.stdout)
    (suite,) = root

    assert 1 == result.exit_code
    assert ("prometheus/tests/cart.test.yml", "2", "1", "0") == tuple(
        suite.attrib[key] for key in ("name", "tests", "failures", "errors")
    )
    assert [("cart/TooMany", "never fires"), ("cart/TooMany", "fires above 5")] == [
        (case.attrib["classname"], case.attrib["name"]) for case in suite
    ]
    assert [
        'at 3m: expected quiet, but it is firing {queue="mail"}',
    ] == [failure.attrib["message"] for failure in suite.iter("failure")]


def test_each_environment_is_tested_with_its_own_rules(here: Path, compiles_to: Compiles):
    (here / "specs/environments.yaml").write_text(ENVIRONMENTS)
    compiles_to(with_tests(FAILING))

    assert re.findall(r"^(\w+): cart/TooMany: never fires$", run().stdout, re.M) == [
        "staging",
        "production",
    ]
    assert "staging" not in run("--env", "production").stdout
    assert "[REF217]" in run("--env", "productio").stderr


def test_a_pattern_that_no_alert_matches_is_wrong_usage(here: Path, compiles_to: Compiles):
    del here
    compiles_to(with_tests(a_test(*TRUE)))
    result = run("-k", "latency")

    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr.endswith("Error: no alert is named like `latency`\n")
    assert 0 == run("-k", "toomany").exit_code


def test_a_pattern_that_is_none_is_wrong_usage(here: Path):
    del here
    result = run("-k", "(")

    assert 2 == result.exit_code
    assert "`(` is no regular expression" in result.stderr


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (with_tests(a_test(*TRUE), service="shop"), "OUT946"),
        (with_tests(a_test(*TRUE, alert="Other")), "OUT947"),
        (with_tests(a_test()), "OUT948"),
        (lambda compiled: replace(compiled, rule_tests=(), unproven=()), "OUT944"),
    ],
    ids=["no rules", "no alert", "no expectation", "no test"],
)
def test_a_run_never_passes_vacuously(here: Path, compiles_to: Compiles, change: Change, code: str):
    del here
    compiles_to(change)
    result = run()

    assert (1, "") == (result.exit_code, result.stdout)
    assert f"[{code}]" in result.stderr
    assert result.stderr.endswith(": no test was run\n")
    assert code in {json.loads(line)["code"] for line in run("--format=json").stderr.splitlines()}


def test_an_error_in_the_specs_is_said_and_nothing_is_run(here: Path):
    (here / "specs/cart.yaml").write_text(CART.replace("severity: high", "severity: hgh"))
    result = run()

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("specs/cart.yaml:9:15: error: ")
    assert result.stderr.endswith("\n1 error: no test was run\n")


def test_a_warning_fails_where_it_is_to(here: Path, compiles_to: Compiles):
    (here / "specs/cart.yaml").write_text(CART + "dashboards: [red]\n")
    compiles_to(with_tests(a_test(*TRUE)))

    assert " warning: " in run().stderr
    assert 0 == run().exit_code
    failed = run("--fail-on", "warning")
    assert 1 == failed.exit_code
    assert "1 alert proven" in failed.stdout


def test_a_missing_promtool_is_said_with_what_to_install(
    here: Path, compiles_to: Compiles, monkeypatch: pytest.MonkeyPatch
):
    del here
    compiles_to(with_tests(a_test(*TRUE)))
    promtool = tool("promtool")
    monkeypatch.setenv("PATH", "/nowhere")
    result = run()

    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(
        "obsgen: error: `promtool` is not on PATH [OUT941]\n"
        "  hint: install Prometheus: `apt-get install prometheus` (Debian, Ubuntu)"
    )
    assert 0 == run("--promtool", str(promtool)).exit_code


def test_a_promtool_that_is_no_program_is_said(here: Path, compiles_to: Compiles):
    compiles_to(with_tests(a_test(*TRUE)))
    (here / "text").write_bytes(b"\x00\x01 no program")
    (here / "text").chmod(0o755)
    result = run("--promtool", "./text")

    assert (1, "") == (result.exit_code, result.stdout)
    assert "cannot be run: exec format error [OUT942]" in result.stderr


# What obsgen itself generates.

SLO: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
outputs: [prometheus]
alert_profiles:
  fast: [{tier: fast, spends: 2%, long: 1h, short: 5m, severity: critical}]
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [code]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
    alerts: {profile: fast, absent: none}
"""


@pytest.fixture
def slo(here: Path) -> None:
    """A working folder with one SLO that has one tier."""
    (here / "specs/project.yaml").unlink()
    (here / "specs/cart.yaml").write_text(SLO)


@pytest.mark.usefixtures("slo")
def test_generated_tests_prove_a_generated_alert():
    result = run()

    assert (0, "") == (result.exit_code, result.stderr)
    assert re.fullmatch(r"1 test in \d+\.\ds: 1 passed\n1 alert proven\n", result.stdout)


@pytest.mark.parametrize(
    ("written", "mutated", "came"),
    [
        # Ten per cent more: 1% above the limit is quiet. Ten per cent less: 1% below it fires.
        ("> 0.0144", "> 0.01584", "expected firing, but it is quiet"),
        ("> 0.0144", "> 0.01296", "expected quiet, but it is firing"),
        ("> 0.0144", "< 0.0144", "expected quiet, but it is firing"),
        ('code=~"5.."', 'code=~".+"', "expected quiet, but it is firing"),
    ],
    ids=["limit above", "limit below", "comparison", "matcher"],
)
@pytest.mark.usefixtures("slo")
def test_generated_tests_fail_for_a_mutated_rule(
    compiles_to: Compiles, written: str, mutated: str, came: str
):
    compiles_to(lambda compiled: with_rules(compiled, written, mutated))
    result = run()

    assert 1 == result.exit_code
    assert re.match(
        r'cart/availability/ErrorBudgetBurn\{tier="fast"\}: .*\n(  at \d+\w+: .*\n)+'
        r"  in specs/cart\.yaml:14:5\n",
        result.stdout,
    )
    assert came in result.stdout


def with_rules(compiled: Compiled, written: str, mutated: str) -> Compiled:
    """Change the expressions of all rules."""

    def changed(rule: Any) -> Any:
        return replace(rule, expr=rule.expr.replace(written, mutated))

    files = tuple(
        replace(
            file, groups=tuple(replace(g, rules=tuple(map(changed, g.rules))) for g in file.groups)
        )
        for file in compiled.rule_files
    )
    assert files != compiled.rule_files
    return replace(compiled, rule_files=files)


# At a terminal.

SLOW: Final = """\
import sys
from dataclasses import replace
sys.path[:0] = [{tests!r}, {root!r}]
import test_test_command as own
from obsgen import cli, pipeline, workspace
change = own.with_tests(own.a_test(*own.TRUE))
def build(*arguments):
    built = pipeline.build(*arguments)
    return replace(built, compiled=tuple(map(change, built.compiled)))
workspace.build = build
sys.argv = ["obsgen", "test", "--promtool", {promtool!r}]
try:
    cli.main()
finally:
    print("rich" in sys.modules)
"""


@pytest.mark.parametrize(("seconds", "is_drawn"), [("1.6", True), ("0", False)])
def test_a_bar_is_drawn_at_a_terminal_once_it_takes_over_a_second(
    here: Path, seconds: str, is_drawn: bool
):
    promtool = an_executable(here / "promtool", f"sleep {seconds}; echo '  SUCCESS'")
    program = SLOW.format(tests=str(ROOT / "tests"), root=str(ROOT), promtool=str(promtool))
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=here,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            check=False,
        )
        os.write(theirs, b".")
        shown = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)

    assert 0 == done.returncode
    assert is_drawn == ("running unit tests" in shown)
    assert done.stdout.endswith(f"1 alert proven\n{is_drawn}\n")


def test_no_bar_is_drawn_where_nobody_looks(here: Path):
    promtool = an_executable(here / "promtool", "sleep 1.2; echo '  SUCCESS'")
    program = SLOW.format(tests=str(ROOT / "tests"), root=str(ROOT), promtool=str(promtool))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=here, capture_output=True, text=True, check=False
    )

    assert "" == done.stderr
    assert done.stdout.endswith("1 alert proven\nFalse\n")
