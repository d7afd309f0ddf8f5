"""`obsgen verify`: what it finds on servers, and what it does when they fail."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, Exchange, answering, page
from certificates import certificate
from click.testing import CliRunner, Result
from oracles import ROOT, a_free_port
from verify_servers import (
    CART,
    PROJECT,
    ROUTING,
    FakeAlertmanager,
    FakeGrafana,
    FakePrometheus,
    a_target,
)

from obsgen.cli import commands

TOKEN = "s3cret-t0ken"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["verify", *arguments], catch_exceptions=False)


class Stack:
    """Three servers that run the specs, and what they were asked."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.prometheus = FakePrometheus(folder)
        self.alertmanager = FakeAlertmanager(folder)
        self.grafana = FakeGrafana(folder)
        self._stack = stack
        self.asked: dict[str, Answering] = {}

    def urls(self, *wanted: str) -> list[str]:
        """Start the servers as they are now; return the options that name them."""
        found: list[str] = []
        for name in wanted or ("prometheus", "alertmanager", "grafana"):
            server = self._stack.enter_context(answering(getattr(self, name).answers))
            self.asked[name] = server
            found += [f"--{name}", server.url]
        return found

    def found(self, *wanted: str, code: int = 1) -> list[tuple[str, str, str]]:
        """Return code, severity and message of all that is found."""
        result = run("--format", "json", *self.urls(*wanted))
        assert result.exit_code == code, result.output
        return [
            (one["code"], one["severity"], one["message"])
            for one in json.loads(result.stdout)["findings"]
        ]


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.chdir(tmp_path)
    specs = tmp_path / "specs"
    specs.mkdir()
    for name, text in {"project": PROJECT, "cart": CART, "routing": ROUTING}.items():
        (specs / f"{name}.yaml").write_text(text)
    done = CliRunner().invoke(commands, ["generate"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with ExitStack() as servers:
        yield Stack(tmp_path / "generated", servers)


def test_servers_that_run_the_specs_pass(stack: Stack):
    result = run("--format", "json", "--fail-on", "info", *stack.urls())
    document = json.loads(result.stdout)

    assert ([], 0) == (document["findings"], result.exit_code)
    looked = {check["check"]: check["looked_at"] for check in document["checks"]}
    assert {
        "targets": 1,
        "metrics": 2,
        "rules": 1,
        "panels": 3,  # the alerts that are marked among them
        "selectors": 1,
        "configuration": 1,
        "versions": 2,
        "dashboards": 1,
        "datasources": 1,
    } == looked


def test_a_table_tells_what_was_looked_at(stack: Stack):
    result = run(*stack.urls())

    assert "| rules                        | Prometheus   | 1 rule " in result.stdout
    assert "nothing found\n" == result.stderr


def test_a_table_counts_one_of_a_thing_as_one(stack: Stack):
    column = re.findall(r"\| (\d+ \w+) ", run(*stack.urls()).stdout)

    assert {"1 target", "1 selector", "1 dashboard", "2 servers", "3 queries"} <= {*column}
    assert not [each for each in column if each.startswith("1 ") and each.endswith("s")]


# --- Prometheus


def test_a_missing_metric_is_a_warning_where_it_is_declared(stack: Stack):
    stack.prometheus.values["count by (__name__)"] = [{"__name__": "queue_length"}]
    result = run(*stack.urls("prometheus"))

    assert 0 == result.exit_code
    place = "specs/cart.yaml:7:3: warning: no series of metric `orders_total` is in the scope"
    assert place not in result.stderr  # it has the name nowhere
    assert "specs/cart.yaml:7:3: warning: metric `orders_total` has no series [LIV701]" in (
        result.stderr
    )


def test_a_metric_outside_of_the_services_scope_is_told_apart(stack: Stack):
    stack.prometheus.values = {
        'job="cart"}': [],
        **stack.prometheus.values,
    }
    found = stack.found("prometheus", code=0)

    message = 'no series of metric `queue_length` is in the scope `{job="cart"}`'
    assert ("LIV701", "warning", message) in found


def test_another_type_is_an_error(stack: Stack):
    stack.prometheus.metadata["orders_total"][0]["type"] = "gauge"

    message = "metric `orders_total` is exposed as gauge, declared as counter"
    assert [("LIV702", "error", message)] == stack.found("prometheus")


def test_an_untyped_metric_is_of_any_type(stack: Stack):
    stack.prometheus.metadata["orders_total"][0]["type"] = "unknown"

    assert [] == stack.found("prometheus", code=0)


def test_labels_that_are_missing_and_labels_that_are_new_are_told(stack: Stack):
    stack.prometheus.labels["orders_total"] = ["outcome"]

    assert [
        ("LIV703", "error", "no series of `orders_total` has the label `result`"),
        (
            "LIV704",
            "info",
            "series of `orders_total` have the label `outcome`, which is not declared",
        ),
    ] == stack.found("prometheus")


def test_values_that_are_not_declared_are_told(stack: Stack):
    stack.prometheus.values["topk(5, "] = [{"result": "refunded"}]

    message = "label `result` of `orders_total` has values that are not declared: `refunded`"
    assert [("LIV705", "warning", message)] == stack.found("prometheus", code=0)


def test_a_rule_that_is_not_loaded_is_named(stack: Stack):
    stack.prometheus.groups = []

    ((code, severity, message),) = stack.found("prometheus")
    assert ("LIV711", "error") == (code, severity)
    assert message.startswith("alert `QueueLong` of `cart` is not loaded: group ")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": 'queue_length{job="cart"} > 200'}, "has another expression there"),
        ({"duration": 60}, "has `for: 60s` there, not `5m`"),
        ({"keepFiringFor": 60}, "has `keep_firing_for: 60s` there, not `0s`"),
        ({"annotations": {"summary": "No"}}, "has another annotation `summary` there: `No`"),
        ({"labels": {"service": "cart"}}, "lacks the label `severity` there"),
    ],
)
def test_a_rule_that_differs_is_told_with_what_differs(
    stack: Stack, change: dict[str, Any], message: str
):
    stack.prometheus.groups[0]["rules"][0].update(change)

    found = stack.found("prometheus")
    assert {("LIV713", "error")} == {(code, severity) for code, severity, _ in found}
    assert any(f"alert `QueueLong` of `cart` {message}" in text for _, _, text in found)


def test_the_form_of_an_expression_is_no_difference(stack: Stack):
    stack.prometheus.groups[0]["rules"][0]["query"] = "queue_length{job='cart'}>100.0"

    assert [] == stack.found("prometheus", code=0)


def test_rules_and_groups_that_are_in_no_spec_are_told(stack: Stack):
    groups = stack.prometheus.groups
    groups[0]["rules"].append({**groups[0]["rules"][0], "name": "Added"})
    groups.append({**groups[0], "name": "by-hand"})
    groups.append({**groups[0], "file": "/etc/prometheus/rules/other.yml", "name": "other"})

    assert [
        ("LIV712", "error", "group `by-hand` in `cart.rules.yml` is in no spec"),
        ("LIV712", "error", f"rule `Added` in group `{groups[0]['name']}` is in no spec"),
    ] == stack.found("prometheus")


def test_a_copy_of_a_file_of_rules_is_told(stack: Stack):
    groups = stack.prometheus.groups
    groups.append({**groups[0], "file": "/etc/prometheus/rules/copy.rules.yml"})

    message = f"1 rule of group `{groups[0]['name']}` loaded again, from "
    assert [("LIV717", "error", f"{message}`/etc/prometheus/rules/copy.rules.yml`")] == stack.found(
        "prometheus"
    )


@pytest.mark.parametrize("is_first", [True, False])
def test_another_environment_on_the_same_server_is_passed_over(stack: Stack, is_first: bool):
    (own,) = stack.prometheus.groups
    (rule,) = own["rules"]
    other = {
        **own,
        "file": "/etc/prometheus/staging/cart.rules.yml",
        "rules": [{**rule, "labels": {**rule["labels"], "environment": "staging"}, "duration": 60}],
    }
    more = {**other, "name": "cart-of-staging-alone"}
    others = [other, more]
    stack.prometheus.groups = [*others, own] if is_first else [own, *others]

    assert [] == stack.found("prometheus", code=0)


@pytest.mark.parametrize(
    ("change", "code", "severity", "part"),
    [
        ({"health": "err", "lastError": "many-to-many"}, "LIV714", "error", "fails: many-to-many"),
        ({"health": "unknown"}, "LIV715", "warning", "was not evaluated yet"),
    ],
)
def test_the_health_of_a_rule_is_told(
    stack: Stack, change: dict[str, str], code: str, severity: str, part: str
):
    stack.prometheus.groups[0]["rules"][0].update(change)

    (found,) = stack.found("prometheus", code=int(severity == "error"))
    assert (code, severity) == found[:2]
    assert part in found[2]


MORE = """\
apiVersion: obsgen/v1
kind: Part
service: cart
alerts:
  - {name: QueueHigh, threshold: {max: queue_length, above: 800}, severity: high}
  - {name: QueueFull, threshold: {max: queue_length, above: 900}, severity: high}
"""


def test_a_group_that_was_not_evaluated_is_told_once(stack: Stack, tmp_path: Path):
    (tmp_path / "specs/more.yaml").write_text(MORE)
    CliRunner().invoke(commands, ["generate"], catch_exceptions=False)
    stack.prometheus = FakePrometheus(tmp_path / "generated")
    (group,) = (each for each in stack.prometheus.groups if len(each["rules"]) > 1)
    for rule in group["rules"]:
        rule["health"] = "unknown"
    told = f"none of the {len(group['rules'])} rules of group `{group['name']}` was evaluated yet"

    assert [("LIV715", "warning", told)] == stack.found("prometheus", code=0)


def test_a_group_that_is_not_there_is_told_once(stack: Stack, tmp_path: Path):
    (tmp_path / "specs/more.yaml").write_text(MORE)
    stack.prometheus.groups = []

    ((code, severity, message),) = stack.found("prometheus")
    assert ("LIV711", "error") == (code, severity)
    assert re.fullmatch(r"none of the 3 rules of group `cart-\w+` is loaded", message)


@pytest.mark.parametrize(("took", "severity"), [(14, None), (16, "warning"), (31, "error")])
def test_a_group_that_takes_as_long_as_its_interval_is_told(
    stack: Stack, took: int, severity: str | None
):
    stack.prometheus.groups[0]["evaluationTime"] = took
    found = stack.found("prometheus", code=int(severity == "error"))

    assert [severity] * bool(severity) == [one[1] for one in found]


def test_another_interval_of_a_group_is_told(stack: Stack):
    stack.prometheus.groups[0]["interval"] = 300

    ((code, _, message),) = stack.found("prometheus")
    assert ("LIV713", True) == (code, message.endswith("is evaluated every 300s, not every 30s"))


def test_a_query_that_fails_is_an_error_at_its_panel(stack: Stack):
    stack.prometheus.values = {"count(sum by (result)": "many-to-many", **stack.prometheus.values}
    result = run(*stack.urls("prometheus"))

    assert 1 == result.exit_code
    said = "dashboard `Cart`: panel `Orders`: query A fails: many-to-many [LIV721]"
    assert f"specs/cart.yaml:23:5: error: {said}" in result.stderr


def test_a_query_without_data_is_a_warning(stack: Stack):
    stack.prometheus.values = {"count(sum by (result)": [], **stack.prometheus.values}

    message = "dashboard `Cart`: panel `Orders`: query A returns nothing"
    assert [("LIV722", "warning", message)] == stack.found("prometheus", code=0)


def test_queries_of_one_panel_without_data_are_one_warning(stack: Stack, tmp_path: Path):
    spec = tmp_path / "specs/cart.yaml"
    panel = "{rate: orders_total, by: [result]}"
    assert panel in spec.read_text()
    several = "[{rate: orders_total, by: [result]}, {increase: orders_total, by: [result]}]"
    spec.write_text(spec.read_text().replace(panel, several))
    stack.prometheus.values = {"count(sum by (result)": [], **stack.prometheus.values}

    message = "dashboard `Cart`: panel `Orders`: queries A and B return nothing"
    assert [("LIV722", "warning", message)] == stack.found("prometheus", code=0)


def test_what_an_alert_reads_is_looked_for_without_its_comparison(stack: Stack):
    stack.prometheus.values = {'count(queue_length{job="cart"}\n)': [], **stack.prometheus.values}

    message = 'alert `QueueLong` of `cart` reads `queue_length{job="cart"}`, which has no series'
    found = stack.found("prometheus", code=0)
    assert [("LIV723", "info", f"{message}; the metric has others")] == found


@pytest.mark.parametrize(
    ("targets", "code", "message"),
    [
        ([], "LIV731", "target `cart:8080` of job `cart` is not scraped"),
        (
            [a_target("cart", "cart:8080", health="down", lastError="refused")],
            "LIV732",
            "target `cart:8080` of job `cart` is down: refused",
        ),
        (
            [a_target("cart", "cart:8080", scrapeInterval="1m")],
            "LIV733",
            "target `cart:8080` of job `cart` is scraped every 1m, not every 15s",
        ),
    ],
)
def test_targets_are_there_and_up(stack: Stack, targets: list[Any], code: str, message: str):
    stack.prometheus.targets = targets
    result = run("--format", "json", *stack.urls("prometheus"))
    ((found),) = json.loads(result.stdout)["findings"]

    assert (code, message) == (found["code"], found["message"])
    assert ("specs/cart.yaml", 5) == (found["file"], found["line"])


def test_servers_that_are_too_old_are_told(stack: Stack):
    stack.prometheus.version = "2.30.1"
    stack.alertmanager.version = "0.24.0"

    assert [
        ("LIV742", "error", "Alertmanager is 0.24.0, the specs are for 0.25 and later"),
        ("LIV742", "error", "Prometheus is 2.30.1, the specs are for 2.42 and later"),
    ] == stack.found("prometheus", "alertmanager")


# --- Alertmanager


def test_another_receiver_of_a_route_is_told(stack: Stack):
    stack.alertmanager.config["route"]["routes"][0]["receiver"] = "chat"

    message = "Alertmanager's `route.routes.0.receiver` is `chat` there, not `oncall`"
    assert [("LIV741", "error", message)] == stack.found("alertmanager")


def test_what_somebody_added_is_told(stack: Stack):
    config = stack.alertmanager.config
    config["receivers"].append({"name": "somebody"})
    config["route"]["mute_time_intervals"] = ["weekend"]

    assert [
        "Alertmanager's `receivers.somebody` is there, and not in the specs",
        'Alertmanager\'s `route.mute_time_intervals` is `["weekend"]` there, and not in the specs',
    ] == [message for _, _, message in stack.found("alertmanager")]


def test_secrets_are_taken_as_they_are_printed(stack: Stack):
    for receiver in stack.alertmanager.config["receivers"]:
        receiver["webhook_configs"][0]["url"] = "<secret>"

    assert [] == stack.found("alertmanager", code=0)


def test_a_test_alert_is_sent_and_its_receivers_are_told(stack: Stack):
    result = run(
        *stack.urls("alertmanager"),
        "--notify-test",
        "--labels",
        "severity=critical",
        "--format=json",
    )
    told = json.loads(result.stdout)["test_alert"]
    (sent,) = (one for one in stack.asked["alertmanager"].asked if one.method == "POST")
    (alert,) = json.loads(sent.body)

    assert ["oncall"] == told["receivers"]
    assert ("/api/v2/alerts", told["labels"]) == (sent.path, alert["labels"])
    assert {"alertname": "ObsgenTest", "severity": "critical", "obsgen_test": "true"} == (
        alert["labels"]
    )
    assert "Test of the notifications: nothing is wrong" == alert["annotations"]["summary"]
    ends, starts = alert["endsAt"], alert["startsAt"]
    assert 60 == _seconds(ends) - _seconds(starts)


def _seconds(text: str) -> float:
    import datetime

    return datetime.datetime.fromisoformat(text).timestamp()


def test_nothing_is_sent_without_being_asked_for(stack: Stack):
    run(*stack.urls())

    assert {"GET"} == {one.method for server in stack.asked.values() for one in server.asked}


# --- Grafana


def test_a_dashboard_that_is_not_there_is_told(stack: Stack):
    stack.grafana.dashboards = {}

    message = "dashboard `Cart` is not there: no dashboard has the uid `obs-cart`"
    assert [("LIV751", "error", message)] == stack.found("grafana")


def test_a_changed_panel_is_named(stack: Stack):
    panel = stack.grafana.dashboards["obs-cart"]["dashboard"]["panels"][0]
    panel["targets"][0]["expr"] = "1"

    message = "dashboard `Cart` differs in `panels[Orders].targets[0].expr`"
    assert [("LIV752", "error", message)] == stack.found("grafana")


def test_a_dashboard_in_another_folder_is_told(stack: Stack):
    stack.grafana.dashboards["obs-cart"]["meta"]["folderTitle"] = "General"

    message = "dashboard `Cart` is in the folder `General`, not in `cart`"
    assert [("LIV753", "error", message)] == stack.found("grafana")


def test_datasources_are_looked_for_by_uid(stack: Stack):
    (uid,) = stack.grafana.datasources
    stack.grafana.datasources[uid]["url"] = "http://elsewhere:9090"
    (changed,) = stack.found("grafana")
    stack.grafana.datasources = {}
    (missing,) = stack.found("grafana")

    assert ("LIV755", True) == (changed[0], "`http://elsewhere:9090`" in changed[2])
    assert ("LIV754", True) == (missing[0], f"none has the uid `{uid}`" in missing[2])


# --- faults


def hang(exchange: Exchange) -> None:
    time.sleep(1)


def endless(exchange: Exchange) -> None:
    exchange.start(200, Transfer_Encoding="chunked")
    chunk = b'{"status":"success","data":{"result":[' + b" " * 0x100000
    while True:
        exchange.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"/api/v1/query": lambda e: e.answer(b"", 500)}, "answers 500 Internal Server Error"),
        ({"/api/v1/query": page("<html>", "text/html")}, "answers with something else than a"),
        ({"/api/v1/query": page('{"status":"succ')}, "answers with something else than a"),
        ({"/api/v1/query": hang}, "did not end its answer within 0.3s"),
        ({"/api/v1/query": endless}, "answers with more than 64 MiB"),
        ({}, "answers 404"),
    ],
    ids=["500", "html", "half", "slow", "endless", "404"],
)
def test_a_server_that_cannot_be_asked_ends_with_1(stack: Stack, answers: Any, said: str):
    seconds = "0.3" if "within" in said else "10"
    with answering(answers) as server:
        result = run("--prometheus", server.url, "--timeout", seconds)

    assert 1 == result.exit_code
    assert said in result.stderr
    assert "not checked" in result.stdout
    assert " ok " not in result.stdout, "nothing is well that nobody was asked about"
    assert "Traceback" not in result.output


def test_a_server_that_is_down_keeps_no_other_from_being_asked(stack: Stack):
    options = stack.urls("alertmanager", "grafana")
    result = run("--prometheus", f"http://127.0.0.1:{a_free_port()}", *options, "--format=json")
    document = json.loads(result.stdout)

    assert 1 == result.exit_code
    assert {"OUT953"} == {one["code"] for one in document["findings"]}
    outcomes = {check["check"]: check["outcome"] for check in document["checks"]}
    assert ("not checked", "ok", "ok") == tuple(
        outcomes[name] for name in ("rules", "configuration", "dashboards")
    )


def test_a_server_that_fails_in_the_middle_fails_that_check_alone(stack: Stack):
    answers = {**stack.prometheus.answers, "/api/v1/rules": page("<html>", "text/html")}
    with answering(answers) as server:
        result = run("--prometheus", server.url, "--format=json")
    outcomes = {c["check"]: c["outcome"] for c in json.loads(result.stdout)["checks"]}

    assert (1, "not checked", "ok") == (
        result.exit_code,
        outcomes["rules"],
        outcomes["targets"],
    )


def test_an_expired_certificate_is_said(stack: Stack, tmp_path: Path):
    own = certificate(tmp_path, "20200101000000Z", "20200102000000Z")
    with answering(stack.prometheus.answers, own) as server:
        result = run("--prometheus", server.url, "--ca-file", str(own[0]))

    assert 1 == result.exit_code
    assert "is not trusted: certificate has expired" in result.stderr
    assert "the server needs another certificate" in result.stderr


def test_a_certificate_that_the_file_vouches_for_is_trusted(stack: Stack, tmp_path: Path):
    own = certificate(tmp_path, "20200101000000Z", "20991231000000Z")
    with answering(stack.prometheus.answers, own) as server:
        trusted = run("--prometheus", server.url, "--ca-file", str(own[0]))
        other = run("--prometheus", server.url)

    assert (0, 1) == (trusted.exit_code, other.exit_code)
    assert "give the certificate of who signed it: `--ca-file FILE`" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give a server: --prometheus, --alertmanager or --grafana URL"),
        (("--prometheus", "ftp://host/"), "does not begin with `http://` or `https://`"),
        (("--grafana", "http://me:hunter2@host/"), "holds a user or a password"),
        (("--prometheus", "http://h", "--notify-test"), "--notify-test needs --alertmanager URL"),
        (("--prometheus", "http://h", "--labels", "a=b"), "--labels are those of --notify-test"),
        (
            ("--alertmanager", "http://h", "--notify-test", "--labels", "critical"),
            "`critical` is no label: write severity=critical",
        ),
        (
            ("--prometheus", "http://h", "--grafana-token-env", "T"),
            "--grafana-token-… needs --grafana URL",
        ),
    ],
)
def test_wrong_usage_is_said_before_anybody_is_asked(
    stack: Stack, arguments: tuple[str, ...], said: str
):
    result = run(*arguments)

    assert 2 == result.exit_code
    assert said in result.stderr
    assert "hunter2" not in result.output


def test_each_server_gets_its_own_token_and_no_output_does(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "token").write_text(f"{TOKEN}-1\n")
    monkeypatch.setenv("GRAFANA_TOKEN", f"{TOKEN}-2")
    tokens = (
        "--bearer-token-file",
        str(tmp_path / "token"),
        "--grafana-token-env",
        "GRAFANA_TOKEN",
    )
    result = run(*stack.urls(), *tokens)
    seen = {
        name: {one.headers.get("authorization") for one in server.asked}
        for name, server in stack.asked.items()
    }

    assert {
        "prometheus": {f"Bearer {TOKEN}-1"},
        "alertmanager": {None},
        "grafana": {f"Bearer {TOKEN}-2"},
    } == seen
    assert TOKEN not in result.output


def test_who_is_refused_is_told_which_option_gives_the_token(stack: Stack):
    with answering({"/api/health": lambda e: e.answer(b"", 401)}) as server:
        result = run("--grafana", server.url)

    assert 1 == result.exit_code
    assert "`--grafana-token-file FILE` or `--grafana-token-env NAME`" in result.stderr


def test_specs_with_errors_ask_nobody(stack: Stack):
    Path("specs/cart.yaml").write_text(CART.replace("above: 100", "above: many"))
    urls = stack.urls("prometheus")
    result = run(*urls)

    assert 1 == result.exit_code
    assert ": no server was asked" in result.stderr
    assert not stack.asked["prometheus"].asked


def test_ctrl_c_ends_it_at_once(stack: Stack):
    def slow(exchange: Exchange) -> None:
        time.sleep(5)

    answers = {**stack.prometheus.answers, "/api/v1/rules": slow}
    with answering(answers) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "obsgen", "verify", "--prometheus", server.url],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 30
        while not any(one.path == "/api/v1/rules" for one in server.asked):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, said = process.communicate(timeout=10)

    assert 130 == process.returncode
    assert said.endswith("obsgen: interrupted\n")
    assert time.monotonic() - begun < 4


def test_the_page_lists_all_codes_with_their_severities():
    from obsgen.codes import all_codes

    page = (ROOT / "docs" / "verify.md").read_text("utf-8")
    rows = [
        f"| {code.id} | {code.name} | {code.severity} |\n"
        for code in all_codes().values()
        if code.id.startswith("LIV")
    ]

    assert "".join(rows) in page


def _odd(text: str) -> Any:
    return page(text, "application/json")


@pytest.mark.parametrize(
    "data", ["null", "[]", '{"groups": [{"rules": [3], "interval": NaN}]}', "7"]
)
@pytest.mark.parametrize("path", ["rules", "targets", "metadata", "labels", "status/buildinfo"])
def test_whatever_a_prometheus_answers_is_no_bug(stack: Stack, path: str, data: str):
    odd = _odd(f'{{"status": "success", "data": {data}}}')
    with answering({**stack.prometheus.answers, f"/api/v1/{path}": odd}) as server:
        result = run("--prometheus", server.url)

    assert result.exit_code in {0, 1}
    assert "Servers and specs" in result.stdout


@pytest.mark.parametrize("text", ["null", "[]", '{"config": {"original": "global: 7"}}', "7"])
def test_whatever_another_server_answers_is_no_bug(stack: Stack, text: str):
    grafana = dict.fromkeys(stack.grafana.answers, _odd(text))
    with answering({"/api/v2/status": _odd(text), **grafana}) as server:
        result = run("--alertmanager", server.url, "--grafana", server.url)

    assert 1 == result.exit_code
    assert "Servers and specs" in result.stdout
