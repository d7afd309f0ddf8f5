"""Plain rule files: what Prometheus would not read, what is found in them, what may be ignored."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from oracles import tool

from obsgen.catalogue import Catalogue
from obsgen.cli import commands
from obsgen.lint import LintOptions, lint
from obsgen.report import as_json, as_text
from obsgen.rule_files import declared_by, known_of_presets
from obsgen.units import Duration

CORPUS: Final = Path(__file__).parent / "corpus"
RULE: Final = "groups:\n- name: shop\n  rules:\n  - "
REST: Final = "for: 5m, annotations: {summary: It is down}"
FINE: Final = RULE + f"{{alert: Down, expr: up == 0, {REST}}}\n"
# The rules here are short: that they neither wait nor say anything is not what they are about.
SHORT: Final = frozenset({"ALR537", "ALR538"})


@cache
def known() -> Catalogue:
    return known_of_presets()


def linted(text: bytes | str, **options: Any) -> str:
    built = lint({"rules.yaml": text}, LintOptions(**{"catalogue": known(), **options}))
    told = [d for d in built.diagnostics if d.code.id not in SHORT]
    return as_text(told, built.source_map)


def heads(text: bytes | str, **options: Any) -> list[str]:
    """Return the first lines of the findings, without the name of the file."""
    return re.findall(r"(?m)^rules\.yaml:(\S+ .*)$", linted(text, **options))


def codes(text: bytes | str, **options: Any) -> list[str]:
    return [head.rpartition("[")[2].rstrip("]") for head in heads(text, **options)]


# --- the form of a file -------------------------------------------------------------------------

SHAPES: Final = {
    "a key in other letters": (
        "group: []\n",
        "1:1: error: a rule file has no key `group`",
    ),
    "a text": ("only words\n", "1:1: error: the file is `only words`, no mapping"),
    "a list": ("- name: shop\n", "1:1: error: the file is a list, no mapping"),
    "groups as a mapping": (
        "groups: {shop: []}\n",
        "1:9: error: `groups` is a mapping, no list",
    ),
    "a group that is a number": ("groups: [1]\n", "1:10: error: a group is a mapping, found `1`"),
    "a group without a name": (
        "groups: [{rules: []}]\n",
        "1:10: error: the group has no `name`",
    ),
    "a group whose name is nothing": (
        "groups: [{name: , rules: []}]\n",
        "1:10: error: the group has no `name`",
    ),
    "a group twice": (
        "groups: [{name: a, rules: []}, {name: a, rules: []}]\n",
        "1:39: error: group `a` is written twice in this file",
    ),
    "a key of a group in other letters": (
        "groups: [{name: a, rule: []}]\n",
        "1:20: error: a group has no key `rule`",
    ),
    "an interval that is none": (
        "groups: [{name: a, interval: soon, rules: []}]\n",
        "1:30: error: `soon` is no length of time",
    ),
    "rules as a mapping": (
        "groups: [{name: a, rules: {up: 1}}]\n",
        "1:27: error: `rules` is a mapping, no list",
    ),
    "a rule that is a text": (
        RULE + "up == 0\n",
        "4:5: error: a rule is a mapping, found `up == 0`",
    ),
    "a rule of both kinds": (
        RULE + "{alert: A, record: b, expr: up == 0}\n",
        "4:5: error: the rule has both `alert` and `record`",
    ),
    "a rule of no kind": (
        RULE + "{expr: up == 0}\n",
        "4:5: error: the rule has neither `alert` nor `record`",
    ),
    "an alert without a name": (
        RULE + "{alert: , expr: up == 0}\n",
        "4:6: error: `alert` is a name, found nothing",
    ),
    "an alert whose name is a list": (
        RULE + "{alert: [A], expr: up == 0}\n",
        "4:13: error: `alert` is a name, found a list",
    ),
    "a rule without an expression": (
        RULE + "{alert: A}\n",
        "4:5: error: the rule has no `expr`",
    ),
    "an expression that is nothing": (
        RULE + "{alert: A, expr: }\n",
        "4:5: error: the rule has no `expr`",
    ),
    "an expression that is empty": (
        RULE + "{alert: A, expr: ' '}\n",
        "4:5: error: the rule has no `expr`",
    ),
    "a key of a rule in other letters": (
        RULE + "{alert: A, expr: up == 0, annotation: {a: b}}\n",
        "4:31: error: a rule has no key `annotation`",
    ),
    "a recording with an alert's wait": (
        RULE + "{record: a, expr: up, for: 5m}\n",
        "4:27: error: a recording rule has no `for`",
    ),
    "a recording with annotations": (
        RULE + "{record: a, expr: up, annotations: {a: b}}\n",
        "4:27: error: a recording rule has no `annotations`",
    ),
    "a recording with a hyphen": (
        RULE + "{record: a-b, expr: up}\n",
        "4:14: error: `a-b` is no name of a series",
    ),
    "labels as a list": (
        RULE + "{alert: A, expr: up == 0, labels: [a]}\n",
        "4:39: error: labels are a mapping, found a list",
    ),
    "a label that is a mapping": (
        RULE + "{alert: A, expr: up == 0, labels: {a: {b: c}}}\n",
        "4:43: error: label `a` is a text, found a mapping",
    ),
    "a label with a hyphen": (
        RULE + "{alert: A, expr: up == 0, labels: {a-b: c}}\n",
        "4:40: error: `a-b` is no name of a label",
    ),
    "a label that is the metric's name": (
        RULE + "{alert: A, expr: up == 0, labels: {__name__: c}}\n",
        "4:40: error: `__name__` is no name of a label",
    ),
    "an annotation that is a list": (
        RULE + "{alert: A, expr: up == 0, annotations: {a: [b]}}\n",
        "4:48: error: annotation `a` is a text, found a list",
    ),
    "a wait in words": (
        RULE + "{alert: A, expr: up == 0, for: 5 minutes}\n",
        "4:36: error: `5 minutes` is no length of time",
    ),
    "a wait without a unit": (
        RULE + "{alert: A, expr: up == 0, keep_firing_for: 5}\n",
        "4:48: error: `5` is no length of time",
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_prometheus_would_not_read_is_told_with_its_place(name: str):
    text, expected = SHAPES[name]

    # From 3.0 on Prometheus takes names of any characters.
    found = heads(text, version=(2, 42))
    shapes = [head for head in found if head.endswith("[ALR536]")]
    assert [f"{expected} [ALR536]"] == shapes


def test_promtool_refuses_each_of_these_files(tmp_path: Path):
    for number, (text, _) in enumerate(SHAPES.values()):
        (tmp_path / f"{number}.yaml").write_text(text)

    accepted = [
        name for number, name in enumerate(SHAPES) if promtool_accepts(tmp_path / f"{number}.yaml")
    ]

    assert [] == accepted


def promtool_accepts(path: Path) -> bool:
    command = [tool("promtool"), "check", "rules", "--lint=none", path]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


WHOLE: Final = """\
groups:
- name: all-keys
  interval: 30s
  limit: 10
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
    labels: {tier: front, number: 1, "yes": true, empty: }
  - alert: Down
    expr: |
      job:up:sum
        == 0
    for: 0
    keep_firing_for: 5m
    labels: {severity: critical}
    annotations: {summary: "{{ $labels.job }} is down"}
- name: empty
  rules:
- {name: nothing}
"""


def test_a_file_with_every_key_is_right(tmp_path: Path):
    path = tmp_path / "whole.yaml"
    path.write_text(WHOLE)

    assert "" == linted(WHOLE)
    assert promtool_accepts(path)


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "groups:\n", "groups: []\n"])
def test_a_file_without_any_rules_of_its_own_is_right(text: str):
    assert "" == linted(text)


def test_keys_of_servers_that_are_like_prometheus_are_known():
    text = "namespace: shop\n" + FINE.replace("name: shop", "name: shop\n  query_offset: 1m")

    assert "" == linted(text.replace("query_offset", "partial_response_strategy"))
    assert "" == linted(text)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Deployment\napiVersion: apps/v1\n",
        "apiVersion: v1\nkind: List\nitems: []\n",
        "kind: PrometheusRule\nspec: []\n",
        "null\n",
    ],
)
def test_a_file_of_something_else_is_told(text: str):
    assert ["1:1: warning: the file holds no rule groups [OUT908]"] == heads(text)


def test_only_the_first_document_of_a_plain_file_is_read():
    (head,) = heads(f"{FINE}---\n{FINE.replace('Down', 'Gone').replace('== 0', '!= 1')}")

    assert "6:1: error: Prometheus reads the first document only: this one is skipped [ALR550]" == (
        head
    )


def test_what_stands_in_a_skipped_document_is_checked_all_the_same():
    assert ["ALR550", "PQL430"] == codes(f"{FINE}---\n{FINE.replace('== 0', '== 2')}")


def an_object(expr: str, indent: str = "") -> str:
    """Return a PrometheusRule with one alert."""
    lines = [
        "apiVersion: monitoring.coreos.com/v1",
        "kind: PrometheusRule",
        "metadata: {name: shop}",
        f"spec: {{groups: [{{name: shop, rules: [{{alert: Down, expr: '{expr}'}}]}}]}}",
    ]
    return "".join(f"{indent}{line}\n" for line in lines)


def test_an_object_of_the_operator_is_read():
    assert ["4:59: error: `up == 2` is never true: `up` lies between 0 and 1 [PQL430]"] == heads(
        an_object("up == 2")
    )


def test_objects_in_many_documents_may_have_groups_of_one_name():
    text = "---\n".join([an_object("up == 0"), "kind: Service\n", an_object("up < 2")])

    assert ["PQL431"] == codes(text)


def test_lists_of_objects_are_read_however_deep():
    inner = an_object("up == 2", "    ").replace("    ", "  - ", 1)
    outer = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n"

    assert ["PQL430"] == codes(outer + inner)


@pytest.mark.parametrize("kind", ["VMRule", "GlobalRules", "Rules", "ClusterRules"])
def test_objects_of_like_servers_are_read(kind: str):
    assert ["PQL430"] == codes(an_object("up == 2").replace("PrometheusRule", kind))


def test_what_is_no_yaml_is_told():
    assert ["SRC001"] == codes("groups: [{name: a")


def test_what_is_no_text_is_told():
    assert ["1:1: error: byte 0xff is not UTF-8 [SRC003]"] == heads(b"\xff\xfe\x00")


def test_a_key_twice_is_told():
    assert ["SRC002"] == codes(FINE.replace("Down,", "Down, alert: Gone,"))


def test_a_mistake_in_an_expression_is_underlined_there():
    text = RULE + "alert: Down\n    expr: |\n      sum(up\n        == 0\n"

    assert ["6:10: error: expected `)` to close `(` [PQL400]"] == heads(text)


# --- what only plain files can show -------------------------------------------------------------


def test_an_alert_twice_is_told_with_the_place_of_the_first():
    text = linted(FINE + FINE.partition("rules:\n")[2].replace("up == 0", "up==0"))

    assert "rules.yaml:5:5: error: alert `Down` is written twice with the same labels" in text
    assert "note: the first one is here: rules.yaml:4:5" in text


def test_rules_of_several_files_are_compared():
    built = lint({"a.yaml": FINE, "b.yaml": FINE}, LintOptions())

    (found,) = built.diagnostics
    assert ("ALR544", "b.yaml", "a.yaml") == (
        found.code.id,
        found.origin.file,
        found.related[0].origin.file,
    )


RECORD: Final = "{record: job:up:sum, expr: sum by (job) (up)}\n"
READER: Final = f"{{alert: Down, expr: job:up:sum == 0, {REST}}}\n"


def test_a_series_that_is_read_in_another_group_is_told():
    text = f"{RULE}{RECORD}- name: alerts\n  rules:\n  - {READER}"

    assert [
        "7:25: info: `job:up:sum` is recorded in group `shop`: it is read one round late [PQL450]"
    ] == heads(text)
    assert [] == heads(f"{RULE}{RECORD}  - {READER}")


def test_a_recording_that_nothing_reads_is_told():
    assert ["4:5: info: nothing reads `job:up:sum` [PQL451]"] == heads(RULE + RECORD)


def test_what_one_file_records_another_may_read():
    texts = {"records.yaml": RULE + RECORD, "alerts.yaml": RULE + READER}
    found = lint(texts, LintOptions()).diagnostics

    assert ["PQL450"] == [diagnostic.code.id for diagnostic in found]


def test_a_group_gives_its_labels_to_its_rules():
    text = "groups:\n- name: a\n  labels: {team: shop}\n  rules:\n  - " + (
        "{alert: Down, expr: sum(up) == 0, annotations: {summary: All are down}}\n"
    )

    assert [] == heads(text)
    assert ["ALR546"] == codes(text, external_labels={"team": "x"})


def test_recordings_that_read_each_other_are_no_trouble():
    circle = "{record: a:b, expr: c:d * 2}\n  - {record: c:d, expr: a:b / 2}\n"

    late = "info: `c:d` is recorded further down in this group: it is read one round late"

    assert [f"4:25: {late} [PQL450]"] == heads(RULE + circle)


# --- what is known of the server ----------------------------------------------------------------


def one(expr: str, **more: Any) -> str:
    rest = {"for": "5m", "annotations": {"summary": "It is down"}}
    rule = {"alert": "A", "expr": expr, **rest, **more}
    return yaml.safe_dump({"groups": [{"name": "shop", "rules": [rule]}]}, width=999)


def test_without_a_target_every_function_is_known():
    assert [] == heads(one("histogram_avg(rate(rpc_seconds[5m])) > 1"))
    assert ["PQL442"] == codes(one("histogram_avg(rate(rpc_seconds[5m])) > 1"), version=(2, 42))


@pytest.mark.parametrize(
    ("key", "since"),
    [("limit: 5", (2, 31)), ("query_offset: 1m", (2, 53)), ("labels: {team: shop}", (3, 0))],
)
def test_a_key_of_a_group_is_known_from_its_version_on(key: str, since: tuple[int, int]):
    text = FINE.replace("- name: shop\n", f"- name: shop\n  {key}\n")
    before = (since[0], since[1] - 1) if since[1] else (2, 55)

    assert [] == codes(text, version=since)
    assert ["PQL442"] == codes(text, version=before)


def test_keep_firing_for_is_known_from_its_version_on():
    text = one("up == 0", keep_firing_for="5m")

    assert [] == codes(text, version=(2, 42))
    assert ["PQL442"] == codes(text, version=(2, 41))


def test_scrapes_bound_ranges_from_below():
    assert [] == heads(one("rate(orders_total[1m]) > 100"))
    assert ["PQL437"] == codes(
        one("rate(orders_total[1m]) > 100"), scrape_interval=Duration.parse("30s")
    )


def test_retention_bounds_ranges_from_above():
    assert [] == heads(one("increase(orders_total[1y]) > 100"))
    assert ["PQL438"] == codes(
        one("increase(orders_total[1y]) > 100"), retention=Duration.parse("15d")
    )


# --- the command --------------------------------------------------------------------------------

SPECS: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {version: "2.42", scrape_interval: 30s, retention: 30d}
checks: {severities: {PQL431: error, range-too-short: none}}
---
apiVersion: obsgen/v1
kind: Service
name: cart
uses: [node_exporter]
metrics:
  orders_total: {type: counter, labels: {state: [paid, lost]}}
  unread_ms: {type: gauge, labels: [user_id]}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules and specs, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs.yaml").write_text(SPECS)
    (tmp_path / "rules.yaml").write_text(FINE)
    return tmp_path


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["lint", *arguments], input=given, catch_exceptions=False)


def test_right_rules_end_with_0(here: Path):
    del here
    result = run("rules.yaml")

    assert (0, "nothing found\n") == (result.exit_code, result.stderr)


def test_errors_end_with_1_and_warnings_only_if_told(here: Path):
    (here / "wrong.yaml").write_text(one("up == 2"))
    (here / "doubtful.yaml").write_text(one("up < 2"))

    assert 1 == run("wrong.yaml").exit_code
    assert 0 == run("doubtful.yaml").exit_code
    assert 1 == run("doubtful.yaml", "--fail-on", "warning").exit_code


def test_a_folder_is_read_with_all_below(here: Path):
    (here / "rules/deep").mkdir(parents=True)
    (here / "rules/deep/wrong.yml").write_text(one("up == 2"))

    assert run("rules").stderr.startswith("rules/deep/wrong.yml:7:11: error: `up == 2` is never")


def test_standard_input_is_read(here: Path):
    del here
    result = run("-", given=one("up == 2").encode())

    assert 1 == result.exit_code
    assert "<stdin>:" in result.stderr
    assert "[PQL430]" in result.stderr


def test_findings_are_told_as_json(here: Path):
    (here / "wrong.yaml").write_text(one("up == 2"))

    (line,) = run("wrong.yaml", "--format", "json").stderr.splitlines()

    assert "PQL430" == json.loads(line)["code"]


def test_a_missing_file_is_told(here: Path):
    del here
    result = run("missing.yaml")

    assert 1 == result.exit_code
    assert "missing.yaml" in result.stderr


def test_files_are_demanded(here: Path):
    del here
    assert 2 == run().exit_code


def test_specs_declare_every_metric(here: Path):
    (here / "rules.yaml").write_text(one("rate(order_total[5m]) > 0"))

    result = run("rules.yaml", "--specs", "specs.yaml")

    assert "metric `order_total` is not declared [REF201]" in result.stderr
    assert "did you mean `orders_total`?" in result.stderr
    assert 0 == run("rules.yaml").exit_code


def test_specs_declare_what_presets_declare(here: Path):
    (here / "rules.yaml").write_text(one("node_load1 > 5"))

    assert 0 == run("rules.yaml", "--specs", "specs.yaml").exit_code


def test_the_declarations_themselves_are_not_judged(here: Path):
    del here
    result = run("rules.yaml", "--specs", "specs.yaml")

    assert "nothing found\n" == result.stderr


def test_specs_that_cannot_be_read_are_told_instead(here: Path):
    (here / "specs.yaml").write_text(SPECS.replace("type: counter", "type: meter"))

    result = run("rules.yaml", "--specs", "specs.yaml")

    assert 1 == result.exit_code
    assert "specs.yaml:12" in result.stderr


def test_the_project_of_the_specs_says_how_rules_are_judged(here: Path):
    (here / "rules.yaml").write_text(
        yaml.safe_dump(
            {
                "groups": [
                    {
                        "name": "shop",
                        "rules": [
                            {"alert": "Always", "expr": "up < 2"},
                            {"alert": "Short", "expr": "increase(orders_total[15s]) > 5"},
                            {"alert": "Newer", "expr": "histogram_avg(up) > 5"},
                            {"alert": "Long", "expr": "increase(orders_total[31d]) > 5"},
                        ],
                    }
                ]
            }
        )
    )

    told = run("rules.yaml", "--specs", "specs.yaml").stderr

    assert ["PQL431", "PQL438", "PQL442"] == sorted(re.findall(r"\[(PQL\d+)\]", told))
    assert "error: `up < 2` is always true" in told


OPTIONS: Final = {
    "--prometheus-version": ("2.42", "3.9", "histogram_avg(rate(rpc_seconds[5m])) > 1", "PQL442"),
    "--scrape-interval": ("30s", "15s", "rate(orders_total[1m]) > 100", "PQL437"),
    "--retention": ("15d", "40d", "increase(orders_total[30d]) > 100", "PQL438"),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_says_what_specs_say(here: Path, option: str):
    narrow, wide, expr, code = OPTIONS[option]
    (here / "rules.yaml").write_text(one(expr))

    assert f"[{code}]" in run("rules.yaml", option, narrow).stderr
    assert "nothing found\n" == run("rules.yaml", option, wide).stderr


def test_an_option_stands_above_the_specs(here: Path):
    (here / "rules.yaml").write_text(one("increase(orders_total[31d]) > 100"))
    specs = ("--specs", "specs.yaml")

    assert "[PQL438]" in run("rules.yaml", *specs).stderr
    assert "nothing found\n" == run("rules.yaml", *specs, "--retention", "31d").stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--prometheus-version", "newest"),
        ("--prometheus-version", "2"),
        ("--scrape-interval", "often"),
        ("--scrape-interval", "0s"),
        ("--retention", "15"),
    ],
)
def test_an_option_that_nobody_understands_is_wrong_usage(here: Path, option: str, value: str):
    del here
    result = run("rules.yaml", option, value)

    assert 2 == result.exit_code
    assert option in result.stderr


@pytest.mark.parametrize("version", ["v2.42.1", "2.42", "2.42.0-rc.1"])
def test_a_version_may_be_written_as_its_release(here: Path, version: str):
    (here / "rules.yaml").write_text(one("histogram_avg(rate(rpc_seconds[5m])) > 1"))

    assert "the target is 2.42" in run("rules.yaml", "--prometheus-version", version).stderr


# --- what may be ignored ------------------------------------------------------------------------

TODAY: Final = "2026-11-25"
IGNORED: Final = {
    "on its line": RULE + "alert: A\n    expr: up < 2   # obsgen: ignore[PQL431] it is a joke\n",
    "alone on the line before": RULE
    + "alert: A\n    # obsgen: ignore[PQL431] it is a joke\n    expr: up < 2\n",
    "on the key of a block scalar": RULE
    + "alert: A\n    expr: |   # obsgen: ignore[PQL431] it is a joke\n      up\n      < 2\n",
    "with several codes": RULE
    + "alert: A\n    expr: up{job=~'a'} < 2   # obsgen: ignore[PQL431, PQL440] it is a joke\n",
    "until a day to come": RULE
    + "alert: A\n    expr: up < 2   # obsgen: ignore[PQL431] a joke until 2026-11-25\n",
    "with a day and a colon first": RULE
    + "alert: A\n    expr: up < 2   # obsgen: ignore[PQL431] until 2027-01-31: a joke\n",
    "behind another comment": RULE
    + "alert: A\n    expr: up < 2   # for fun # obsgen: ignore[PQL431] it is a joke\n",
}


@pytest.mark.parametrize("text", IGNORED.values(), ids=IGNORED)
def test_a_finding_is_ignored(text: str):
    assert [] == heads(text, today=TODAY)


def test_an_error_of_a_check_may_be_ignored():
    assert [] == heads(
        RULE + "alert: A\n    expr: up == 2 # obsgen: ignore[PQL430] never, so far\n"
    )


def test_what_prometheus_would_refuse_cannot_be_ignored():
    text = (
        RULE + "{alert: A, expr: up == 0, wait: 5m}   # obsgen: ignore[ALR536] it will be known\n"
    )

    assert ["ALR536"] == codes(text)


def test_a_finding_that_was_ignored_until_yesterday_is_shown_again():
    text = IGNORED["until a day to come"].replace(TODAY, "2026-11-24")

    assert ["PQL431", "SRC011"] == codes(text, today=TODAY)
    assert "the finding was ignored until 2026-11-24" in linted(text, today=TODAY)


def test_without_a_day_of_today_nothing_ends():
    assert [] == heads(IGNORED["until a day to come"].replace(TODAY, "1999-12-31"))


def test_a_comment_that_ignores_nothing_is_told():
    text = RULE + "alert: A\n    expr: up == 0   # obsgen: ignore[PQL431] it was a joke\n"

    assert ["5:21: warning: there is no PQL431 on this line to ignore [SRC010]"] == heads(text)


def test_a_comment_for_another_code_ignores_nothing():
    text = RULE + "alert: A\n    expr: up < 2   # obsgen: ignore[PQL430] it is a joke\n"

    assert ["PQL431", "SRC010"] == codes(text)


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("ignore it is a joke", "names no code"),
        ("ignore[] it is a joke", "names no code"),
        ("ignore[PQL431]", "gives no reason"),
        ("ignore[PQL431] until 2027-01-31", "gives no reason"),
        ("ignore[PQL431] a joke until 2027-13-01", "`2027-13-01` is not a day"),
        ("ignore[PQL431] a joke until 2027-02-29", "`2027-02-29` is not a day"),
        ("ignore[PQL431] a joke until 0000-01-01", "`0000-01-01` is not a day"),
    ],
)
def test_a_comment_is_told_its_form(comment: str, problem: str):
    text = linted(RULE + f"alert: A\n    expr: up < 2   # obsgen: {comment}\n")

    assert problem in text
    assert "[SRC012]" in text
    assert "[PQL431]" in text


def test_where_a_file_cannot_be_read_no_comment_is_called_idle():
    text = (
        RULE + "alert: A\n    expr: up == 0   # obsgen: ignore[PQL431] it was a joke\n" + "  - 5\n"
    )

    assert ["ALR536"] == codes(text)


# --- the Project's own settings -----------------------------------------------------------------


def judged(here: Path, checks: str, *rules: dict[str, Any]) -> str:
    """Lint rules as a Project says, and return what is told."""
    project = re.sub(r"(?m)^checks: .*$", f"checks: {checks}", SPECS)
    (here / "specs.yaml").write_text(project)
    rest = {"for": "5m", "annotations": {"description": "It is down"}}
    document = {"groups": [{"name": "shop", "rules": [{**rest, **rule} for rule in rules]}]}
    (here / "rules.yaml").write_text(yaml.safe_dump(document, width=999))
    return run("rules.yaml", "--specs", "specs.yaml", "--fail-on", "info").stderr


ALWAYS: Final = {"alert": "Always", "expr": "up < 2"}
DOWN: Final = {"alert": "Down", "expr": "up == 0"}


@pytest.mark.parametrize("word", ["PQL431", "always-true"])
@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_a_check_is_as_grave_as_the_project_says(here: Path, word: str, severity: str):
    told = judged(here, f"{{severities: {{{word}: {severity}}}}}", ALWAYS)

    assert f"{severity}: `up < 2` is always true" in told


def test_a_check_may_be_left_out(here: Path):
    assert "nothing found\n" == judged(here, "{severities: {always-true: none}}", ALWAYS)


def test_a_check_that_is_not_known_is_told(here: Path):
    told = judged(here, "{severities: {allways-true: none}}", DOWN)

    assert "check `allways-true` is not known [SCH116]" in told
    assert "did you mean `always-true`?" in told


def test_labels_may_be_demanded(here: Path):
    labelled = {"alert": "Late", "expr": "up < 1", "labels": {"team": "shop"}}
    told = judged(here, "{required_labels: [team]}", DOWN, labelled)

    assert "alert `Down` has no label `team` [ALR547]" in told
    assert "Late" not in told


def test_annotations_may_be_demanded(here: Path):
    told_of = {"alert": "Late", "expr": "up < 1", "annotations": {"summary": "late"}}
    told = judged(here, "{required_annotations: [summary]}", DOWN, told_of)

    assert "alert `Down` has no annotation `summary` [ALR548]" in told
    assert "Late" not in told


def test_an_empty_label_is_none(here: Path):
    told = judged(here, "{required_labels: [team]}", {**DOWN, "labels": {"team": ""}})

    assert "[ALR547]" in told


def test_names_may_be_demanded(here: Path):
    record = {"record": "up:sum", "expr": "sum(up)"}
    reader = {"alert": "ShopDown", "expr": "up:sum == 0"}
    told = judged(here, "{names: {alerts: 'Shop.*', records: '.*:.*:.*'}}", DOWN, record, reader)

    assert "the name of alert `Down` does not match `Shop.*` [ALR549]" in told
    assert "the name of recorded series `up:sum` does not match `.*:.*:.*` [ALR549]" in told
    assert 2 == told.count("[ALR549]")


def test_the_bound_of_ranges_may_be_set(here: Path):
    rule = {"alert": "Rare", "expr": "increase(orders_total[1m]) < 5"}

    assert "[PQL437]" in judged(here, "{}", rule)
    assert "nothing found\n" == judged(here, "{bounds: {scrapes: 2}}", rule)


def test_labels_of_persons_may_be_named(here: Path):
    rule = {"alert": "Many", "expr": "sum by (state) (increase(orders_total[5m])) > 5"}

    assert "`sum` gives a series for each `state` [PQL448]" in judged(
        here, "{bounds: {id_labels: [state]}}", rule
    )
    assert "nothing found\n" == judged(here, "{}", rule)


# --- whatever the text --------------------------------------------------------------------------

EXPRESSIONS: Final = [
    entry[key]
    for name in ("wrong", "right")
    for entry in yaml.safe_load((CORPUS / f"{name}.yaml").read_text("utf-8"))
    for key in ("expr", "alert")
    if key in entry
]
KEYS: Final = st.sampled_from(
    sorted(
        {"groups", "name", "rules", "alert", "record", "expr", "for", "labels", "annotations"}
        | {"spec", "kind", "items", "apiVersion", "interval", "a"}
    )
)
SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["PrometheusRule", "List", "5m", "{{ $value }}", "{{ $labels.", *EXPRESSIONS])
)
DOCUMENTS: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


def is_told(text: bytes | str) -> None:
    """Demand findings with places within the text, in every format, and no exception."""
    built = lint({"rules.yaml": text}, LintOptions(today=TODAY))
    lines = built.source_map
    for diagnostic in built.diagnostics:
        span = lines.span(diagnostic.origin)
        assert (span.line, span.column) >= (1, 1)
    as_text(built.diagnostics, lines)
    for line in as_json(built.diagnostics, lines).splitlines():
        json.loads(line)


@given(st.binary() | st.text())
def test_any_text_gives_findings_and_no_exception(text: bytes | str):
    is_told(text)


@given(DOCUMENTS)
def test_any_document_gives_findings_and_no_exception(document: Any):
    is_told(yaml.safe_dump(document, allow_unicode=True))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An expression with some of its characters gone, doubled or replaced."""
    text = draw(st.sampled_from(EXPRESSIONS))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        new = draw(st.sampled_from(["", "(", ")", "{", "}", " or ", "5m", '"', "-", "by", "$x"]))
        text = text[:at] + new + text[at + draw(st.integers(0, 3)) :]
    return text


@given(st.lists(mutated(), min_size=1, max_size=4), st.text(max_size=20))
def test_any_expression_gives_findings_and_no_exception(expressions: list[str], words: str):
    rules = [
        {"alert": f"A{n}", "expr": expr, "annotations": {"summary": f"{{{{ $value }}}}{words}"}}
        if n % 2
        else {"record": f"a:b{n}", "expr": expr, "labels": {"a": words}}
        for n, expr in enumerate(expressions)
    ]

    is_told(yaml.safe_dump({"groups": [{"name": "a", "rules": rules}]}, allow_unicode=True))


# --- what the Project of the specs says ---------------------------------------------------------

CART: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
severities: [{name: critical, respond_within: 5m, page: true, aliases: [sev1]}, {name: low}]
---
apiVersion: obsgen/v1
kind: Service
name: cart
where: {job: cart}
metrics:
  cart_requests_total: {type: counter, labels: [route]}
"""


def declared(here: Path) -> dict[str, Any]:
    (here / "cart.yaml").write_text(CART)
    options, found, _ = declared_by([here / "cart.yaml"], here)
    assert not found
    return {name: getattr(options, name) for name in LintOptions.__slots__}


def test_a_rule_that_adds_up_services_is_told_to_keep_them_apart(here: Path):
    text = linted(one("sum by (route) (rate(cart_requests_total[5m])) > 100"), **declared(here))

    assert (
        "warning: `cart_requests_total` is not narrowed to the service's `where` [PQL406]" in text
    )
    assert 'write `cart_requests_total{job="cart"}`, or keep the label with `by (…)`' in text


@pytest.mark.parametrize(
    "expr",
    [
        "sum by (job) (rate(cart_requests_total[5m])) > 100",
        "sum without (route, instance) (rate(cart_requests_total[5m])) > 100",
        "rate(cart_requests_total[5m]) > 100",
        'sum(rate(cart_requests_total{job="cart"}[5m])) > 100',
    ],
)
def test_a_rule_that_keeps_services_apart_is_in_scope(expr: str, here: Path):
    assert [] == heads(one(expr), **declared(here))


def test_a_severity_that_the_project_does_not_list_is_a_warning(here: Path):
    told = linted(one("up == 0", labels={"severity": "crtical"}), **declared(here))

    assert "warning: severity `crtical` is not defined [REF206]" in told
    assert "hint: did you mean `critical`?" in told


@pytest.mark.parametrize("severity", ["critical", "low", "sev1", "page", "{{ $labels.job }}"])
def test_a_severity_that_the_project_knows_is_right(severity: str, here: Path):
    assert [] == heads(one("up == 0", labels={"severity": severity}), **declared(here))


def test_where_nobody_lists_severities_an_alert_may_have_any(here: Path):
    (here / "cart.yaml").write_text(CART.replace("severities:", "x-severities:"))
    options, found, _ = declared_by([here / "cart.yaml"], here)
    told = {name: getattr(options, name) for name in LintOptions.__slots__}

    assert () == found
    assert [] == heads(one("up == 0", labels={"severity": "urgent"}), **told)


# --- messages that say what to do ---------------------------------------------------------------


def test_a_limit_of_obsgen_is_no_mistake_of_the_rule():
    deep = f"{'(' * 201}max(node_load1){')' * 201} > 5"

    assert ["7:202: warning: brackets are nested more than 200 deep [PQL460]"] == [
        re.sub(r"^\d+:\d+", "7:202", head) for head in heads(one(deep))
    ]


@pytest.mark.parametrize("limit", ["many", "5.5", "[5]"])
def test_the_limit_of_a_group_is_a_whole_number(limit: str):
    told = heads(f"groups:\n- {{name: a, limit: {limit}, rules: []}}\n")

    assert ["ALR536"] == [head.rpartition("[")[2].rstrip("]") for head in told]
    assert "`limit` is a whole number, found " in told[0]


def test_an_alias_inside_of_its_anchor_is_told_once():
    told = heads("groups: &a\n- name: a\n  rules: *a\n")

    assert ["3:10: error: alias `*a` stands inside of what it repeats [SRC009]"] == told


def test_a_template_of_helm_is_told_as_such():
    told = linted("groups:\n{{- if .Values.x }}\n- name: a\n{{- end }}\n")

    assert "hint: this is a template, of Helm for one: read what `helm template` prints" in told


def test_labels_that_one_side_has_are_listed_once():
    told = heads(one("node_load1 > 3 and sum(up) > 0"))

    assert ["only one side has `instance` and `job`"] == re.findall(
        r"only one side has [^\[]*`", told[0]
    )


def test_a_limit_behind_or_is_told_to_bind_tighter():
    told = linted(one("(sum(rate(foo_total[5m])) > 5) or vector(0) > 5"))

    assert "`vector(0) > 5` is never true: `vector(0)` is 0 [PQL430]" in told
    assert "hint: `>` binds tighter than `or`: write `(… or …) > …`" in told


def test_a_condition_that_is_a_number_is_told_to_leave_bool_out():
    told = linted(one("node_load1 > bool 5"))

    assert "hint: leave `bool` out: `> bool` gives 0 or 1 and drops no series" in told


def test_a_rule_that_is_read_before_it_is_recorded_is_told_to_move():
    rules = [
        {"alert": "A", "expr": "a:b:c > 1", "for": "5m", "annotations": {"summary": "x"}},
        {"record": "a:b:c", "expr": "sum(rate(foo_total[5m]))"},
    ]
    told = linted(yaml.safe_dump({"groups": [{"name": "shop", "rules": rules}]}, width=999))

    assert "hint: put the rule that records it before this one" in told


def test_a_recorded_sum_of_counters_is_not_told_to_be_rated():
    rules = [
        {"record": "job:requests:sum", "expr": "sum by (job) (http_requests_total)"},
        {"alert": "A", "expr": "job:requests:sum > 5", "for": "5m", "annotations": {"s": "x"}},
    ]
    told = linted(yaml.safe_dump({"groups": [{"name": "shop", "rules": rules}]}, width=999))

    assert "hint: a sum of counters cannot be rated any more: record the sum of rates" in told


@pytest.mark.parametrize(
    ("comment", "message", "hint"),
    [
        (
            "ignore PQL431 a joke",
            "the comment has PQL431 without brackets",
            "write `# obsgen: ignore[PQL431] why it is right here`",
        ),
        (
            "ignore PQL431, PQL427 a joke",
            "the comment has PQL431, PQL427 without brackets",
            "write `# obsgen: ignore[PQL431, PQL427] why it is right here`",
        ),
        (
            "ignore[PQL431] a joke until 31.01.2030",
            "`31.01.2030` is not a day",
            "write the year, the month and the day: `until 2027-01-31`",
        ),
    ],
)
def test_a_comment_of_another_form_is_shown_as_it_is_meant(comment: str, message: str, hint: str):
    told = linted(f"groups: []   # obsgen: {comment}\n")

    assert f"warning: {message} [SRC012]" in told
    assert f"hint: {hint}" in told
