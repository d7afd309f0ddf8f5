"""The pages of the checks: written from the code, and true."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from obsgen import checks, disk
from obsgen.checks import Example
from obsgen.cli import commands
from obsgen.explanations.check_pages import (
    MISTAKES,
    check_index,
    check_page,
    documented_codes,
    examples_of,
)
from obsgen.lint import LintOptions, lint
from obsgen.pipeline import Options, build
from obsgen.rule_files import declared_by

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
CODES: Final = documented_codes()


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_what_the_code_says(code: str, update: bool):
    path = DOCS / f"checks/{code}.md"
    page = check_page(CODES[code])
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, "utf-8")

    assert path.read_text("utf-8") == page


def test_the_index_is_what_the_codes_say(update: bool):
    path = DOCS / "checks.md"
    if update:
        path.write_text(check_index(), "utf-8")

    assert path.read_text("utf-8") == check_index()


def test_there_is_no_page_of_anything_else():
    assert sorted(CODES) == sorted(path.stem for path in (DOCS / "checks").glob("*.md"))


@pytest.mark.parametrize("code", CODES)
def test_a_page_shows_what_is_wrong_and_what_is_right(code: str):
    examples = examples_of(CODES[code])

    assert examples
    assert all(example.wrong != example.right for example in examples)


def test_each_mistake_that_people_make_is_named_on_the_pages_of_what_finds_it():
    named = {
        (name, code)
        for code in CODES
        for name in re.findall(r"It finds (L\d+):", (DOCS / f"checks/{code}.md").read_text("utf-8"))
    }

    assert {f"L{number}" for number in range(1, 21)} == {name for name, _ in named}
    assert {(name, code) for name, each in MISTAKES.items() for code in each.codes} == named


def test_checks_and_pages_name_the_same_mistakes():
    of_checks = {(lint, name) for name in checks.KINDS for lint in checks.load(name).lints}
    homes = {
        example.code.id: name for name in checks.KINDS for example in checks.load(name).examples
    }
    of_pages = {
        (lint, homes[code])
        for lint, mistake in MISTAKES.items()
        for code in mistake.codes
        if code in homes
    }

    assert of_checks == of_pages


def test_the_index_leads_to_every_page():
    links = set(re.findall(r"\]\(checks/(\w+)\.md\)", check_index()))

    assert set(CODES) == links


# --- the examples are true ----------------------------------------------------------------------

DECLARED: Final = """\
apiVersion: obsgen/v1
kind: Project
name: examples
prometheus: {version: "2.42", scrape_interval: 15s, retention: 60d, external_labels: {cluster: eu}}
---
apiVersion: obsgen/v1
kind: Service
name: shop
uses: [node_exporter, postgres_exporter]
metrics:
  errors_total: {type: counter}
  http_requests_total:
    {type: counter, labels: {method: [GET, POST], route: any, user_id: any, code: ["200", "500"]}}
  jobs_failed_total: {type: counter}
  latency_seconds: {type: histogram, buckets: [0.5, 1, 5]}
  llm_cost_usd_total: {type: counter}
  login_attempts_failed_total: {type: counter}
  native_latency_seconds: {type: native_histogram}
  orders_total: {type: counter}
  payments_refused_total: {type: counter}
  slo_limit_milliseconds: {type: gauge, unit: ms}
"""
RATIO: Final = 'sum(rate(http_requests_total{code="500"}[5m])) / sum(rate(http_requests_total[5m]))'
SECONDS: Final = "histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))"
# What a fragment of an alert is a fragment of.
QUERIES: Final = {
    "ALR541": f"{RATIO} > 0.05",
    "ALR542": f"{SECONDS} > 2",
    "ALR586": f"{SECONDS} > 2",
}
# Shown by a folder of specs or a test of its own: they are no queries and no rules.
OF_SPECS: Final = frozenset(
    {"ALR546", "ALR547", "ALR548", "ALR549", "PQL406", "PQL447", "PQL449", "PQL450", "PQL451"}
    | {"PQL452", "PQL453", "ALR647", "ALR648", "ALR649"}
    | {f"ALR65{digit}" for digit in (1, 2, 3, 4, 5, 6, 8)}
    # In Grafana's own words, or of a whole dashboard; shown in `test_dashboard_checks`.
    | {code for code in checks.codes() if code.startswith("DSH")}
)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> LintOptions:
    """What the examples are held to."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "specs.yaml").write_text(DECLARED)
    found, problems, _ = declared_by([folder / "specs.yaml"], folder)
    assert not problems
    return found


def rules(text: str, code: str) -> list[dict[str, Any]]:
    """Return an example as rules: a query as an alert and as a recording, a fragment completed."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and {"expr", "annotations", "labels"} & set(document):
        return [{"alert": "Example", "expr": QUERIES.get(code, "up == 0"), **document}]
    return [{"alert": "Example", "expr": text}, {"record": "a:b:c", "expr": text}]


@cache
def every_example() -> list[Example]:
    return [
        example
        for name in checks.KINDS
        for example in checks.load(name).examples
        if example.code.id not in OF_SPECS
    ]


def found(text: str, code: str, options: LintOptions) -> set[str]:
    version = (3, 9) if code in {"PQL455", "PQL459"} else options.version
    document = {"groups": [{"name": "examples", "rules": rules(text, code)}]}
    told = {**vars_of(options), "version": version}
    built = lint({"rules.yaml": yaml.safe_dump(document, width=999)}, LintOptions(**told))
    return {diagnostic.code.id for diagnostic in built.diagnostics}


def vars_of(options: LintOptions) -> dict[str, Any]:
    return {name: getattr(options, name) for name in LintOptions.__slots__}


@pytest.mark.parametrize("example", every_example(), ids=lambda example: example.code.id)
def test_what_a_page_calls_wrong_is_found_and_what_it_calls_right_is_not(
    example: Example, options: LintOptions
):
    code = example.code.id

    assert code in found(example.wrong, code, options)
    assert not found(example.right, code, options) & {code, "PQL400", "REF201"}


def found_in_panels(text: str, code: str) -> set[str]:
    panels = text if text.startswith(("panels:", "variables:")) else f"panels:\n{text}"
    demanded = f"checks: {{severities: {{{code}: warning}}}}\n"
    specs = DECLARED.replace("name: examples\n", f"name: examples\n{demanded}")
    board = "apiVersion: obsgen/v1\nkind: Dashboard\nname: board\nservice: shop\n"
    texts = {"specs.yaml": f"{specs}---\n{board}{panels}\n"}
    built = build(texts, Options(presets=disk.shipped_presets(), with_files=False))
    return {diagnostic.code.id for diagnostic in built.diagnostics}


@pytest.mark.parametrize(
    "example",
    [e for name in checks.KINDS for e in checks.load(name).examples if e.of_panels],
    ids=lambda example: example.code.id,
)
def test_what_a_page_calls_wrong_of_panels_is_found_and_what_it_calls_right_is_not(
    example: Example,
):
    code = example.code.id

    assert code in found_in_panels(example.wrong, code)
    assert not found_in_panels(example.right, code) & {code, "PQL400", "REF201", "SCH101"}


# --- the command --------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["explain", *arguments], catch_exceptions=False)


def test_a_code_is_explained_with_what_is_wrong_and_what_is_right():
    told = run("PQL420").stdout

    assert told.startswith("PQL420 rate-of-gauge (error)\n\n`rate`, `irate`, `increase`")
    assert told.endswith(
        "\nwrong:\n  rate(node_memory_MemAvailable_bytes[5m])\n"
        "\nright:\n  deriv(node_memory_MemAvailable_bytes[5m])\n"
    )


def test_a_code_without_examples_is_explained_without_them():
    assert "wrong:" not in run("SLO301").stdout


def test_examples_are_told_as_json():
    told = json.loads(run("rate-of-gauge", "--format", "json").stdout)

    assert [
        {
            "wrong": "rate(node_memory_MemAvailable_bytes[5m])",
            "right": "deriv(node_memory_MemAvailable_bytes[5m])",
        }
    ] == told["examples"]
