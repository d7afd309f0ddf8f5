"""What a stack adds to the generated files; the sink; and how the servers of both begin and end."""

from __future__ import annotations

import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import yaml
from oracles import ROOT, a_free_port, amtool_check_config, promtool_check_rules, tool

from obsgen import build
from obsgen.sink import LARGEST, MOST, Server, Sink
from obsgen.stack import Stack, levels, stack_files

PROBES = "blackbox/blackbox.yml"
SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape:
  - {job: cart, targets: ["cart:8080"]}
  - {job: prometheus, targets: ["prometheus:9090"]}
where: {job: cart}
metrics:
  requests_total: {type: counter, labels: [code], role: requests, bad: {code: "5.."}}
slos:
  - {name: availability, objective: 99, sli: {events: {total: requests_total, bad: {code: "5.."}}}}
probes:
  - {name: plain, http: {url: "http://cart:8080/health"}, alerts: {down: {severity: high}}}
  - {name: public, http: {url: "https://cart.example.com/"}, alerts: {down: {severity: high}}}
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  oncall:
    pagerduty: {routing_key_file: /secrets/pagerduty}
    slack: {channel: "#critical", api_url_file: /secrets/slack}
  mail: {email: {to: a@example.com, from: b@example.com, smarthost: "mail:25"}}
default_receiver: mail
routes: [{where: {severity: {at_least: high}}, to: oncall}]
"""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    from obsgen import disk
    from obsgen.pipeline import Options

    built = build({"specs/cart.yaml": SPEC}, Options(presets=disk.shipped_presets()))
    assert built.files, built.diagnostics
    at = {"prometheus:9090": "127.0.0.1:1"}
    return stack_files(built.files, Stack(simulator="http://sim:1", sink="http://sink:2", at=at))


def jobs(files: dict[str, bytes]) -> dict[str, dict]:
    found = yaml.safe_load(files["prometheus/prometheus.yml"])["scrape_configs"]
    return {job["job_name"]: job for job in found}


def test_simulated_targets_are_reached_through_the_simulator_under_their_own_names(files):
    assert "http://sim:1" == jobs(files)["cart"]["proxy_url"]
    assert [{"targets": ["cart:8080"]}] == jobs(files)["cart"]["static_configs"]


def test_what_is_real_is_reached_itself_and_keeps_its_instance(files):
    own = {"targets": ["127.0.0.1:1"], "labels": {"instance": "prometheus:9090"}}

    assert "proxy_url" not in jobs(files)["prometheus"]
    assert [own] == jobs(files)["prometheus"]["static_configs"]


def test_only_probes_that_the_exporter_cannot_ask_there_go_to_the_simulator(files):
    modules = yaml.safe_load(files["blackbox/blackbox.yml"])["modules"].values()

    assert "proxy_url" not in jobs(files)["probe/cart/plain"]
    assert "http://sim:1" == jobs(files)["probe/cart/public"]["proxy_url"]
    assert {"http://sim:1"} == {module["http"]["proxy_url"] for module in modules}


def test_specs_without_probes_have_a_file_with_which_the_exporter_starts(tmp_path):
    file = tmp_path / "blackbox.yml"
    file.write_bytes(stack_files((), Stack(simulator="http://sim:1", sink="http://sink:2"))[PROBES])
    check = [tool("blackbox_exporter"), "--config.check", f"--config.file={file}"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr


def test_every_receiver_notifies_the_sink_and_nobody_else(files, tmp_path):
    file = tmp_path / "alertmanager.yml"
    text = files["alertmanager/alertmanager.yml"].decode()
    file.write_text(text)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/obsgen.tmpl").write_bytes(files["alertmanager/templates/obsgen.tmpl"])
    document = yaml.safe_load(text)
    found = {
        receiver["name"]: [hook["url"] for hook in receiver.pop("webhook_configs")]
        for receiver in document["receivers"]
    }

    assert {
        "oncall": ["http://sink:2/oncall/slack", "http://sink:2/oncall/pagerduty"],
        "mail": ["http://sink:2/mail/email"],
    } == {name: sorted(urls, reverse=True) for name, urls in found.items()}
    assert all({"name"} == set(receiver) for receiver in document["receivers"])
    assert "global" not in document
    assert "secrets" not in text
    amtool_check_config(file)


def recorded(data: bytes) -> list[tuple[str, str]]:
    groups = yaml.safe_load(data)["groups"]
    rules = (rule for group in groups for rule in group["rules"])
    return [(rule["record"], rule["expr"]) for rule in rules if "record" in rule]


def in_folder(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path.startswith(f"{folder}/")}


def test_each_level_of_rules_reads_levels_before_it_alone(files):
    rules = [
        (record, expr, int(path.split("/")[1]))
        for path, data in in_folder(files, "levels").items()
        for record, expr in recorded(data)
    ]

    assert len({level for _, _, level in rules}) > 3
    for record, expr, level in rules:
        for name, _, other in rules:
            if name != record and f"{name}{{" in expr:
                assert other < level, (record, name)


def test_the_files_of_levels_hold_each_recording_rule_once_and_promtool_takes_them(files, tmp_path):
    shipped, levels = in_folder(files, "prometheus/rules"), in_folder(files, "levels")
    for path, data in levels.items():
        (tmp_path / path.replace("/", "-")).write_bytes(data)

    assert sorted(rule for data in shipped.values() for rule in recorded(data)) == sorted(
        rule for data in levels.values() for rule in recorded(data)
    )
    promtool_check_rules(tmp_path.iterdir())


def test_rules_that_read_each_other_still_have_levels():
    groups = [
        {"name": "g", "rules": [{"record": "a", "expr": "b"}, {"record": "b", "expr": "a"}]},
    ]

    assert ["a", "b"] == sorted(
        r["record"] for lv in levels(groups) for g in lv for r in g["rules"]
    )


def test_what_a_rule_takes_over_under_its_own_name_is_recorded_before():
    rules = [
        {"record": "a:b:c", "expr": 'a:b:c{slo="one"}', "labels": {"slo": "two"}},
        {"record": "a:b:c", "expr": "sum(x)", "labels": {"slo": "one"}},
        {"record": "d:e:f", "expr": "a:b:c"},
    ]
    found = [
        [rule["expr"] for group in level for rule in group["rules"]]
        for level in levels([{"name": "g", "rules": rules}])
    ]

    assert [["sum(x)"], ['a:b:c{slo="one"}'], ["a:b:c"]] == found


def test_each_of_several_that_take_over_in_a_chain_is_recorded_before_the_next():
    names = ("c:d:e", "b:c:d", "a:b:c", "x")  # each reads the one behind it
    rules = [
        rule
        for name, read in itertools.pairwise(names)
        for rule in (
            {"record": name, "expr": f'{name}{{slo="one"}}', "labels": {"slo": "two"}},
            {"record": name, "expr": f"sum({read})", "labels": {"slo": "one"}},
        )
    ]
    found = [
        [rule["expr"] for group in level for rule in group["rules"]]
        for level in levels([{"name": "g", "rules": rules}])
    ]

    assert [
        ["sum(x)"],
        ['a:b:c{slo="one"}'],
        ["sum(a:b:c)"],
        ['b:c:d{slo="one"}'],
        ["sum(b:c:d)"],
        ['c:d:e{slo="one"}'],
    ] == found


def test_a_level_has_as_many_files_as_the_stack_records_at_once(files):
    parts = Counter(Path(path).parts[1] for path in in_folder(files, "levels"))
    at_once = re.findall(r"xargs .*-P (\d+)", (ROOT / "docker-compose.yml").read_text())

    assert {str(max(parts.values()))} == set(at_once)


# --- the sink --------------------------------------------------------------------------------


def message(name: str = "Broken") -> bytes:
    alert = {"status": "firing", "labels": {"alertname": name}, "annotations": {"summary": "<b>x"}}
    return json.dumps({"receiver": "oncall", "status": "firing", "alerts": [alert]}).encode()


@contextmanager
def serving(sink: Sink) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_was_notified_is_shown_newest_first():
    with serving(Sink(lambda: 0.0)) as url:
        for name in ("First", "Second"):
            assert requests.post(f"{url}/oncall/slack", message(name), timeout=5).ok
        found = requests.get(f"{url}/api/notifications", timeout=5).json()["notifications"]
        page = requests.get(url, timeout=5).text

    assert ["Second", "First"] == [m["alerts"][0]["labels"]["alertname"] for m in found]
    assert {"/oncall/slack"} == {m["path"] for m in found}
    assert page.index("Second") < page.index("First")
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"alerts": 1}', b"[" * 10_000])
def test_what_is_no_message_is_refused_and_not_kept(body: bytes):
    sink = Sink(lambda: 0.0)
    with serving(sink) as url:
        assert 400 == requests.post(f"{url}/x", body, timeout=5).status_code

    assert () == sink.messages()


def test_memory_is_bounded_in_number_and_in_size():
    sink = Sink(lambda: 0.0)
    for number in range(MOST + 5):
        sink.take("/x", message(f"A{number}"))
    with serving(sink) as url, socket.create_connection(tuple_of(url)) as connection:
        head = f"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST + 1}\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.recv(100)

    assert MOST == len(sink.messages())
    assert "A5" == sink.messages()[-1].alerts[0].labels["alertname"]
    assert b" 413 " in answer


def test_of_endless_labels_the_first_are_kept():
    sink = Sink(lambda: 0.0)
    labels = {f"l{number}": "v" * 1_000 for number in range(1_000)}
    sink.take("/x", json.dumps({"alerts": [{"labels": labels}] * 100}).encode())
    (kept,) = sink.messages()

    assert 20 == len(kept.alerts)
    assert {f"l{number}": "v" * 500 for number in range(50)} == kept.alerts[0].labels


def tuple_of(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


# --- beginning and end -----------------------------------------------------------------------


@pytest.fixture
def specs(tmp_path):
    (tmp_path / "cart.yaml").write_text(SPEC)
    return tmp_path


def command(name: str, specs, port: int) -> list[str]:
    paths = [str(specs)] if name == "simulate" else []
    return [sys.executable, "-m", "obsgen", name, *paths, "--listen", f"127.0.0.1:{port}"]


@pytest.mark.parametrize("name", ["simulate", "sink"])
def test_a_taken_port_is_told_and_exits_with_2(name: str, specs):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        line = command(name, specs, taken.getsockname()[1])
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)

    assert 2 == done.returncode
    assert "cannot listen on 127.0.0.1" in done.stderr
    assert "address already in use" in done.stderr


@pytest.fixture
def hears_hangups():
    """Let programs hear a closed terminal; whoever runs the tests may be deaf to it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hears_hangups")
@pytest.mark.parametrize("name", ["simulate", "sink"])
@pytest.mark.parametrize(
    ("sent", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_an_end_from_outside_is_an_end(name: str, specs, sent: signal.Signals, code: int):
    port = a_free_port()
    process = subprocess.Popen(
        command(name, specs, port),
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if requests.get(f"http://127.0.0.1:{port}/-/healthy", timeout=5).ok:
                break
        except requests.RequestException:
            time.sleep(0.1)
    process.send_signal(sent)
    _, said = process.communicate(timeout=20)

    assert code == process.returncode, said
    assert "Traceback" not in said


def test_without_the_client_of_prometheus_it_is_told_what_to_install(specs):
    hide = (
        "import sys; sys.modules['prometheus_client'] = None; from obsgen.cli import main; main()"
    )
    line = [sys.executable, "-c", hide, "simulate", str(specs)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)

    assert 2 == done.returncode
    assert "pip install 'obsgen[simulate]'" in done.stderr


# --- what is written -------------------------------------------------------------------------


def write_stack(specs, out, *more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "obsgen", "stack", str(specs), "--output", str(out), *more]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)


def test_one_environment_has_a_stack_like_any_project(specs, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    environments = "".join(
        f"---\napiVersion: obsgen/v1\nkind: Environment\nname: {name}\n" for name in "ab"
    )
    (specs / "environments.yaml").write_text(environments)
    refused = write_stack(specs, out)
    done = write_stack(specs, out, "--env", "a")

    assert (2, 0) == (refused.returncode, done.returncode), done.stderr
    assert "choose one of the environments by `--env`: a, b" in refused.stderr
    assert (out / "prometheus/prometheus.yml").is_file()
    assert (out / "alertmanager/alertmanager.yml").is_file()


def test_rules_of_a_service_that_is_gone_are_removed(specs, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    other = specs / "other.yaml"
    other.write_text(
        "apiVersion: obsgen/v1\nkind: Service\nname: other\nmetrics: {other_up: {type: gauge}}\n"
        "alerts: [{name: Gone, threshold: {value: other_up, below: 1}, severity: high}]\n"
    )
    first = write_stack(specs, out)
    rules = out / "prometheus/rules/other.rules.yml"
    assert rules.is_file(), first.stderr
    other.unlink()
    again = write_stack(specs, out)

    assert 0 == again.returncode, again.stderr
    assert not rules.exists()
    assert (out / "prometheus/rules/cart.rules.yml").is_file()


def test_a_stack_does_not_replace_what_somebody_else_wrote(specs, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    theirs = out / "prometheus/prometheus.yml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("global: {}\n")
    done = write_stack(specs, out)

    assert 1 == done.returncode
    assert "prometheus.yml" in done.stderr
    assert "global: {}\n" == theirs.read_text()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: shop\n", "name: shop\noutputs: [grafana]\n", "needs the outputs prometheus"),
        (SPEC[SPEC.index("---\napiVersion: obsgen/v1\nkind: Routing") :], "", "have no Routing"),
    ],
)
def test_servers_that_would_have_no_configuration_are_told(
    specs, tmp_path_factory, old: str, new: str, message: str
):
    out = tmp_path_factory.mktemp("out")
    (specs / "cart.yaml").write_text(SPEC.replace(old, new))
    done = write_stack(specs, out)

    assert 2 == done.returncode, done.stderr
    assert message in done.stderr
    assert [] == list(out.iterdir())
