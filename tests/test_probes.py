"""
Probes as the real blackbox exporter and Prometheus take them, asking servers on loopback.

What a probe must say of an answer follows from the answer that the test's own server gives.
"""

from __future__ import annotations

import base64
import json
import re
import socketserver
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import yaml
from answering import Answering, Exchange, answering
from casefolders import CASES
from oracles import (
    Server,
    blackbox_check_config,
    promtool_check_config,
    promtool_test,
    running_blackbox_exporter,
    running_prometheus,
)
from problems import problems

from obsgen.artefacts import Probe
from obsgen.disk import shipped_presets
from obsgen.pipeline import Built, Options, build
from obsgen.units import Duration

HEAD: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {scrape_interval: 2s, evaluation_interval: 2s}
outputs: [prometheus, grafana]
"""
SERVICE: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: cart
"""
# Fields that the exporter of Debian 12 does not know.
NEWER: Final = "http-newer"
MODULES: Final = sorted(CASES.glob("probes/*/expect/**/blackbox.yml"))
SLOW_SECONDS: Final = 2.0
SCRAPED_WITHIN: Final = 30.0


def built(service: str, project: str = "") -> Built:
    text = f"{HEAD}{project}{SERVICE}{service}"
    found = build({"specs/cart.yaml": text}, Options(presets=shipped_presets()))
    assert not problems(found), problems(found)
    return found


def written(found: Built, folder: Path) -> Path:
    for file in found.files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
    return folder


def scrape_jobs(folder: Path) -> dict[str, dict[str, Any]]:
    config = yaml.safe_load((folder / "prometheus/prometheus.yml").read_text())
    return {job["job_name"]: job for job in config["scrape_configs"]}


def scraped(exporter: Server, job: Mapping[str, Any]) -> dict[str, float]:
    """Return what the exporter answers to the scrape that a job makes, by series."""
    (static,) = job["static_configs"]
    (target,) = static["targets"]
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(
            exporter.url + job["metrics_path"],
            params={"target": target, **{k: v[0] for k, v in job["params"].items()}},
            timeout=20,
        )
    answer.raise_for_status()
    lines = (line for line in answer.text.splitlines() if line and line[0] != "#")
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def probed(probe: str, folder: Path) -> dict[str, float]:
    """Return what the exporter says of one probe."""
    files = written(built(f"probes:\n  - {{name: it, interval: 30s, {probe}}}\n"), folder)
    with running_blackbox_exporter(files / "blackbox/blackbox.yml") as exporter:
        return scraped(exporter, scrape_jobs(files)["probe/cart/it"])


# --- http ----------------------------------------------------------------------------------------


def healthy(exchange: Exchange) -> None:
    exchange.answer(b'{"status": "ok"}', Content_Type="application/json", X_Version="v2.1")


def unhealthy(exchange: Exchange) -> None:
    """As many services do: the body alone says that something is wrong."""
    exchange.answer(b'{"status": "unhealthy"}', Content_Type="application/json", Server="old")


def slow(exchange: Exchange) -> None:
    time.sleep(SLOW_SECONDS)
    exchange.answer(b'{"status": "ok"}')


ANSWERS: Final = {
    "/ok": healthy,
    "/unhealthy": unhealthy,
    "/slow": slow,
    "/503": lambda exchange: exchange.answer(b"not ready", 503),
    "/moved": lambda exchange: exchange.answer(b"", 302, Location="/ok"),
}
OK_BODY: Final = r"""'"status":\s*"ok"'"""
SUCCESS, STATUS, REGEX = "probe_success", "probe_http_status_code", "probe_failed_due_to_regex"

# By what is shown: the path, what the spec demands, and what the exporter must say.
DEMANDS: Final = {
    "the body that is demanded": ("/ok", f"body: {OK_BODY}", {SUCCESS: 1, STATUS: 200, REGEX: 0}),
    "another body": ("/unhealthy", f"body: {OK_BODY}", {SUCCESS: 0, STATUS: 200, REGEX: 1}),
    "a body that is not looked at": ("/unhealthy", "", {SUCCESS: 1, STATUS: 200}),
    "a body that must not be": ("/unhealthy", "body: {not: unhealthy}", {SUCCESS: 0, REGEX: 1}),
    "one of two patterns": ("/ok", "body: {all_of: [status, never]}", {SUCCESS: 0, REGEX: 1}),
    "both patterns, not the third": (
        "/ok",
        "body: {all_of: [status, ok], not: never}",
        {SUCCESS: 1, REGEX: 0},
    ),
    "another status than 2xx": ("/503", "", {SUCCESS: 0, STATUS: 503}),
    "a status that is right": ("/503", "status: [200, 503]", {SUCCESS: 1, STATUS: 503}),
    "a status that is not among the right ones": ("/ok", "status: 204", {SUCCESS: 0, STATUS: 200}),
    "nothing within the timeout": ("/slow", "", {SUCCESS: 0, STATUS: 0}),
    "a header that is demanded": (
        "/ok",
        "reply_headers: {Content-Type: json, X-Version: ^v2}",
        {SUCCESS: 1},
    ),
    "a header that is missing": ("/unhealthy", "reply_headers: {X-Version: ^v2}", {SUCCESS: 0}),
    "a header that may be missing": (
        "/unhealthy",
        "reply_headers: {X-Version: {all_of: ^v2, optional: true}}",
        {SUCCESS: 1},
    ),
    "a header that must not be": (
        "/unhealthy",
        "reply_headers: {Server: {not: old}}",
        {SUCCESS: 0, REGEX: 1},
    ),
    "no such header where it must not be": (
        "/ok",
        "reply_headers: {X-Debug: {not: .+}}",
        {SUCCESS: 1},
    ),
    "a redirect that is followed": ("/moved", "", {SUCCESS: 1, STATUS: 200}),
    "a redirect that is not": ("/moved", "follow_redirects: false", {SUCCESS: 0, STATUS: 302}),
    "no TLS where it must be": ("/ok", "fail_if_not_ssl: true", {SUCCESS: 0, STATUS: 200}),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Answering]:
    with answering(ANSWERS) as found:
        yield found


@pytest.fixture(scope="module")
def demands(
    server: Answering, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, dict[str, float]]]:
    """What the exporter says of each demand, all of them in one spec."""
    probes = [
        f"  - {{name: p{number}, interval: 30s, timeout: 1s,"
        f' http: {{url: "{server.url}{path}", {fields}}}}}'
        for number, (path, fields, _) in enumerate(DEMANDS.values())
    ]
    found = built("\n".join(["probes:", *probes]))
    files = written(found, tmp_path_factory.mktemp("demands"))
    jobs = scrape_jobs(files)
    with running_blackbox_exporter(files / "blackbox/blackbox.yml") as exporter:
        yield {
            shown: scraped(exporter, jobs[f"probe/cart/p{number}"])
            for number, shown in enumerate(DEMANDS)
        }


@pytest.mark.parametrize("shown", DEMANDS)
def test_the_exporter_says_of_an_answer_what_the_spec_demands(
    demands: dict[str, dict[str, float]], shown: str
):
    _, _, expected = DEMANDS[shown]

    assert expected == {name: demands[shown].get(name) for name in expected}


def test_a_server_that_is_not_there_fails(tmp_path: Path):
    with answering({}) as gone:
        url = gone.url

    assert probed(f'http: {{url: "{url}/ok"}}', tmp_path)[SUCCESS] == 0


def test_headers_and_credentials_from_a_file_are_sent(tmp_path: Path, server: Answering):
    password = tmp_path / "password"
    password.write_text("open sesame")
    fields = (
        f'url: "{server.url}/ok", headers: {{X-Asked-By: probe}}, '
        f"basic_auth: {{username: ali, password_file: {password}}}"
    )

    assert probed(f"http: {{{fields}}}", tmp_path)[SUCCESS] == 1
    headers = server.asked[-1].headers
    assert headers["x-asked-by"] == "probe"
    assert headers["authorization"] == f"Basic {base64.b64encode(b'ali:open sesame').decode()}"


# --- tls -----------------------------------------------------------------------------------------

CERTIFICATE_DAYS: Final = 20


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that signs itself; its key stands beside it."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=shop"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-days", str(CERTIFICATE_DAYS)),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        capture_output=True,
        check=True,
    )
    return folder / "cert.pem"


class Speaker(socketserver.StreamRequestHandler):
    """Greets, and answers each line with its capitals."""

    def handle(self) -> None:
        try:
            self.wfile.write(b"220 shop ready\r\n")
            for line in self.rfile:
                self.wfile.write(b"250 " + line.strip().upper() + b"\r\n")
        except OSError:
            pass  # whoever asked has heard enough


@contextmanager
def speaking(certificate: Path | None = None) -> Iterator[str]:
    """Speak until the context ends; yield host and port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Speaker) as speaker:
        speaker.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_name("key.pem"))
            speaker.socket = context.wrap_socket(speaker.socket, server_side=True)
        # A handshake that a client breaks off is no news.
        speaker.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=speaker.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{speaker.server_address[1]}"
        finally:
            speaker.shutdown()
            thread.join()


def test_a_certificate_is_checked_and_its_end_is_told(tmp_path: Path, certificate: Path):
    with speaking(certificate) as address:
        trusting = probed(
            f'tcp: {{address: "{address}", tls: {{ca_file: {certificate}}}}}', tmp_path / "a"
        )
        strange = probed(f'tcp: {{address: "{address}", tls: true}}', tmp_path / "b")
    left = trusting["probe_ssl_earliest_cert_expiry"] - time.time()

    assert (1, 0) == (trusting[SUCCESS], strange[SUCCESS])
    assert left == pytest.approx(CERTIFICATE_DAYS * 86_400, abs=3_600)


# --- tcp and dns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialogue", "success"),
    [
        ("[{expect: '^220 '}]", 1),
        ("[{expect: '^SSH'}]", 0),
        ("[{expect: '^220 (\\S+)', send: 'I am ${1}'}, {expect: '^250 I AM SHOP$'}]", 1),
        ("[{expect: '^220 (\\S+)', send: 'I am ${1}'}, {expect: '^250 I AM CART$'}]", 0),
    ],
    ids=["the greeting", "another greeting", "a part of it sent back", "another answer"],
)
def test_a_dialogue_over_tcp_is_held(tmp_path: Path, dialogue: str, success: int):
    with speaking() as address:
        probe = f'timeout: 1s, tcp: {{address: "{address}", query_response: {dialogue}}}'
        said = probed(probe, tmp_path)

    assert success == said[SUCCESS]


def test_a_dialogue_that_waits_in_vain_is_no_wrong_content_to_the_exporter(tmp_path: Path):
    """That is why a probe of the kind `tcp` cannot have the alert `body`."""
    with speaking() as address:
        asks = f"address: '{address}', query_response: [{{expect: '^SSH'}}]"
        said = probed(f"timeout: 1s, tcp: {{{asks}}}", tmp_path)

    assert (0, 0) == (said[SUCCESS], said[REGEX])


class NameServer(socketserver.BaseRequestHandler):
    """Answers each question with one address (RFC 1035, section 4)."""

    def handle(self) -> None:
        data, listener = self.request
        question = data[12 : data.index(b"\0", 12) + 5]
        header = data[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
        record = b"\xc0\x0c" + struct.pack(">HHIH4B", 1, 1, 300, 4, 192, 0, 2, 7)
        listener.sendto(header + question + record, self.client_address)


@pytest.mark.parametrize(
    ("demand", "success"),
    [
        ("answer: {any_of: '192\\.0\\.2\\.7$'}", 1),
        ("answer: {any_of: '192\\.0\\.2\\.8$'}", 0),
        ("answer: {not: '192\\.0\\.2\\.'}", 0),
        ("rcodes: [NXDOMAIN]", 0),
    ],
)
def test_an_answer_of_a_name_server_is_checked(tmp_path: Path, demand: str, success: int):
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), NameServer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        asks = f'server: "127.0.0.1:{server.server_address[1]}", query: example.com, type: A'
        said = probed(f"dns: {{{asks}, {demand}}}", tmp_path)
        server.shutdown()
        thread.join()

    assert success == said[SUCCESS]


# --- what is written -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file", [f for f in MODULES if NEWER not in f.parts], ids=lambda f: f.parts[-4]
)
def test_the_exporter_accepts_the_modules_of_each_case(file: Path):
    blackbox_check_config(file)


def test_a_module_is_named_after_what_it_does_and_shared():
    once = Probe(
        service="a",
        name="x",
        prober="http",
        target="http://a/",
        fields={"method": "HEAD"},
        interval=Duration(30_000),
        timeout=Duration(5_000),
    )
    again = Probe(
        service="b",
        name="y",
        prober="http",
        target="http://b/",
        fields={"method": "HEAD"},
        interval=Duration(60_000),
        timeout=Duration(5_000),
    )
    other = Probe(
        service="a",
        name="x",
        prober="http",
        target="http://a/",
        fields={"method": "HEAD"},
        interval=Duration(30_000),
        timeout=Duration(4_000),
    )

    assert once.module_name == again.module_name
    assert once.module_name != other.module_name


def test_prometheus_scrapes_each_probe_under_its_own_labels(tmp_path: Path, server: Answering):
    service = f"""probes:
  - {{name: good, http: {{url: "{server.url}/ok", body: {OK_BODY}}}, timeout: 1s, interval: 2s}}
  - {{name: bad, http: {{url: "{server.url}/unhealthy", body: {OK_BODY}}}, timeout: 1s,
     labels: {{tier: front}}, alerts: {{down: {{for: 0s, severity: high}}}}}}
"""
    with running_blackbox_exporter(modules(service, tmp_path)) as exporter:
        address = exporter.url.removeprefix("http://")
        files = written(built(service, f'blackbox: {{address: "{address}"}}\n'), tmp_path)
        promtool_check_config(files / "prometheus/prometheus.yml")
        with running_prometheus(files / "prometheus/prometheus.yml") as prometheus:
            samples = waited_for(prometheus, "probe_success", 2)
            alerts = waited_for(prometheus, 'ALERTS{alertstate="firing"}', 1)

    bare = {"__name__": SUCCESS, "service": "cart"}
    good = {**bare, "probe": "good", "instance": f"{server.url}/ok", "job": "probe/cart/good"}
    bad = {**bare, "probe": "bad", "instance": f"{server.url}/unhealthy", "job": "probe/cart/bad"}
    assert [({**bad, "tier": "front"}, "0"), (good, "1")] == samples
    assert ["bad"] == [labels["probe"] for labels, _ in alerts]


def modules(service: str, folder: Path) -> Path:
    """Return the exporter's configuration: it is the same wherever the exporter is."""
    return written(built(service), folder) / "blackbox/blackbox.yml"


def waited_for(server: Server, query: str, count: int) -> list[tuple[dict[str, str], str]]:
    """Return the labels and values of a query by probe, as soon as it gives so many."""
    deadline = time.monotonic() + SCRAPED_WITHIN
    found: list[Any] = []
    while len(found) < count and time.monotonic() < deadline:
        found = server.get("/api/v1/query", query=query)["data"]["result"]
        time.sleep(0.1)
    by_probe = sorted(found, key=lambda each: each["metric"]["probe"])
    return [(each["metric"], each["value"][1]) for each in by_probe]


def test_the_unit_tests_of_the_alerts_of_probes_pass():
    promtool_test(CASES / "probes/alerts/expect/prometheus/tests/cart.test.yml")


# --- alerts, SLO, dashboard ----------------------------------------------------------------------

WHOLE: Final = """
probes:
  - name: health
    http: {url: "https://cart/health", body: ok}
    alerts:
      down: {severity: critical}
      certificate: {severity: low}
  - {name: router, icmp: {host: router}, alerts: {down: {severity: low}}}
slos:
  - {name: reachable, objective: 99.5, sli: {probe: health}}
dashboards: [slo, probes]
"""


def test_an_slo_by_the_name_of_a_probe_counts_its_series_alone():
    found = built(WHOLE)
    (file,) = (f for f in found.files if f.path.endswith("cart.rules.yml"))
    ledger = yaml.safe_load(file.data)["groups"][0]["rules"]
    (total,) = (r["expr"] for r in ledger if r.get("record") == "slo:total_events:increase1m")

    selector = 'probe_success{service="cart",probe="health"}'
    assert f"sum(count_over_time({selector}[59s999ms] offset 5s))" == re.sub(r"\s*\n\s*", "", total)


def test_alerts_of_one_name_are_told_apart_by_their_probe():
    found = built(WHOLE)
    (service,) = found.specs[0].services

    assert [
        ("ProbeDown", "health", "critical"),
        ("ProbeCertificateExpires", "health", "low"),
        ("ProbeDown", "router", "low"),
    ] == [(alert.name, alert.labels["probe"], alert.severity) for alert in service.alerts]
    assert all(alert.tells == ("probe",) for alert in service.alerts)


def test_the_dashboard_shows_what_the_kinds_of_its_probes_expose():
    found = built(WHOLE)
    (file,) = (f for f in found.files if f.path.endswith("obs-probes-cart.json"))
    dashboard = json.loads(file.data)
    panels = {panel["title"]: panel for panel in dashboard["panels"]}
    queries = [t["expr"] for panel in panels.values() for t in panel.get("targets", ())]

    assert {"Phases of http", "Phases of icmp", "Certificates", "Status"} <= panels.keys()
    assert not {"Phases of dns", "Phases of grpc"} & panels.keys()
    assert all(re.search(r'\{service="cart",probe=~"\$probe"\}', query) for query in queries)


def test_a_dashboard_of_pings_shows_neither_status_nor_certificates():
    pings = "probes: [{name: router, icmp: {host: router}}]\ndashboards: [probes]\n"
    (file,) = (f for f in built(pings).files if f.path.endswith("obs-probes-cart.json"))
    text = file.data.decode()

    assert "probe_http_status_code" not in text
    assert "probe_ssl_earliest_cert_expiry" not in text


def test_without_probes_nothing_is_written_for_the_exporter():
    plain = built("metrics: {cart_total: {type: counter}}\n")

    assert not [file.path for file in plain.files if file.path.startswith("blackbox/")]
    assert "scrape_configs" not in next(
        f.data.decode() for f in plain.files if f.path.endswith("prometheus.yml")
    )
