"""`obsgen preview` from outside: pages, findings, exit codes, and what is left running."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from answering import Exchange, answering, page
from click.testing import CliRunner, Result
from oracles import ROOT, TOOLS, a_free_port

from obsgen.cli import commands
from obsgen.preview.serving import Shelf, serving

SPECS: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: shop
metrics:
  requests_total:
    type: counter
    labels: {method: [GET, POST], status: ["200", "500"]}
    role: requests
    bad: {status: "5.."}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {status: "5.."}}}
dashboards: [red, slo]
"""
EMPTY: Final = """\
apiVersion: obsgen/v1
kind: Dashboard
service: shop
name: own
title: Own
sections:
  - title: All
    panels:
      - {title: Nothing, stat: {expr: 'sum(requests_total) > 1e18'}}
"""
VECTOR: Final = {"status": "success", "data": {"resultType": "vector", "result": []}}
PNG: Final = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/shop.yaml").write_text(SPECS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["preview", *arguments], catch_exceptions=False)


def spawn(here: Path, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "obsgen", "preview", *arguments],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(here)},
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def servers_of(folder: Path) -> list[int]:
    """Return the processes of Prometheus whose data lies below a folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            continue
        if f"--storage.tsdb.path={folder}/" in command:
            found.append(int(process.name))
    return found


def until(condition: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came about")


# --- simulated data


def test_a_preview_of_simulated_data_is_one_page_for_each_dashboard(here: Path):
    result = run()

    assert 0 == result.exit_code, result.stderr
    assert {"index.html", "obs-red-shop.html", "obs-slo-shop.html", "obs-slos.html"} == {
        path.name for path in (here / "preview").iterdir()
    }
    assert "preview: 3 dashboards, begin at index.html" in result.stderr
    assert "" == result.stdout


def test_the_same_specs_give_the_same_page(here: Path):
    pages = []
    for out in ("one", "two"):
        run("--dashboard", "obs-slo-shop", "--output", out)
        pages.append((here / out / "obs-slo-shop.html").read_bytes())

    assert pages[0] == pages[1]


# Must-have 9: pages and pictures without Grafana.
def test_pictures_are_as_wide_as_they_are_asked_to_be(here: Path):
    result = run("--png", "--width", "900", "--dashboard", "obs-red-shop")
    picture = (here / "preview/obs-red-shop.png").read_bytes()

    assert 0 == result.exit_code, result.stderr
    assert PNG == picture[:8]
    assert 900 == int.from_bytes(picture[16:20], "big")


def test_a_panel_without_data_is_listed_with_its_place(here: Path):
    (here / "specs/own.yaml").write_text(EMPTY)
    result = run("--dashboard", "Own")

    assert 0 == result.exit_code
    assert "1 panel without data" in result.stderr
    assert re.search(
        r"Own +\| Nothing +\| its queries return nothing +\| specs/own.yaml:9:\d+", result.stderr
    )


def test_fail_empty_fails_where_a_panel_has_no_data(here: Path):
    (here / "specs/own.yaml").write_text(EMPTY)

    assert 1 == run("--dashboard", "Own", "--fail-empty").exit_code
    assert 0 == run("--dashboard", "obs-red-shop", "--fail-empty").exit_code


def test_a_longer_time_is_drawn_where_it_is_asked_for(here: Path):
    run("--dashboard", "obs-red-shop", "--from", "now-12h")

    assert "Simulated data, 12h" in (here / "preview/obs-red-shop.html").read_text()


# --- usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--dashboard", "nope"], "no dashboard is named `nope`: there are obs-"),
        (["--from", "yesterday"], "`yesterday` is no time that lies before now"),
        (["--prometheus", "prometheus:9090"], "does not begin with `http://`"),
        (["--serve", "--png"], "exclude each other"),
        (["--output", "specs"], "`specs` lies within the specs in `specs`"),
        (["--width", "1"], "not in the range"),
    ],
)
def test_wrong_usage_ends_with_2(here: Path, arguments: list[str], said: str):
    result = run(*arguments)

    assert 2 == result.exit_code
    assert said in result.stderr


def test_specs_with_errors_are_not_drawn(here: Path):
    (here / "specs/shop.yaml").write_text(SPECS.replace("objective: 99.9", "objective: 101"))
    result = run()

    assert 1 == result.exit_code
    assert "SLO301" in result.stderr
    assert "nothing was drawn" in result.stderr
    assert not (here / "preview").exists()


def test_environments_are_drawn_one_at_a_time(here: Path):
    environments = "".join(
        "apiVersion: obsgen/v1\nkind: Environment\n"
        f"name: {name}\nwhere: {{environment: {name}}}\n---\n"
        for name in ("staging", "production")
    )
    (here / "specs/environments.yaml").write_text(environments.removesuffix("---\n"))
    result = run()

    assert 2 == result.exit_code
    assert "choose one of the environments by `--env`" in result.stderr


def test_without_plotly_the_extra_is_named(here: Path, monkeypatch: pytest.MonkeyPatch):
    from obsgen.preview.page import plotly_script

    plotly_script.cache_clear()
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    result = run()
    plotly_script.cache_clear()

    assert 1 == result.exit_code
    assert "plotly is not installed" in result.stderr
    assert "pip install 'obsgen[preview]'" in result.stderr
    assert "[OUT981]" in result.stderr


def test_without_a_prometheus_its_installation_is_named(
    here: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(here))
    result = run()

    assert 1 == result.exit_code
    assert "`prometheus` is not on PATH [OUT941]" in result.stderr
    assert "apt-get install prometheus" in result.stderr


def test_a_prometheus_that_does_not_start_is_told_with_its_last_words(
    here: Path, monkeypatch: pytest.MonkeyPatch
):
    fake = here / "bin/prometheus"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho no space left on device\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    result = run()

    assert 1 == result.exit_code
    assert "does not become ready: no space left on device" in result.stderr


# --- pages that are served


def test_a_browser_that_breaks_off_a_page_is_no_news(capfd: pytest.CaptureFixture[str]):
    shelf = Shelf()
    shelf.put({"index.html": "x" * 50_000_000})
    with serving(shelf, 0) as url:
        port = int(url.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as browser:
            # Closed like this, whatever is still written to it is refused.
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            browser.sendall(b"GET / HTTP/1.0\r\nHost: localhost:1\r\n\r\n")
            assert browser.recv(1)
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(20)

        assert "1" == requests.get(f"{url}version", timeout=5).text
    assert "" == capfd.readouterr().err


# --- a live server


def api(status: int = 200, body: Any = VECTOR) -> Callable[[Exchange], None]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda exchange: exchange.answer(data, status, Content_Type="application/json")


NO_VALUES: Final = api(body={"status": "success", "data": []})
HEALTHY: Final = {
    "/api/v1/query": api(),
    "/api/v1/query_range": api(),
    **{f"/api/v1/label/{label}/values": NO_VALUES for label in ("instance", "method", "status")},
}


def asked(url: str, *more: str) -> Result:
    return run("--prometheus", url, "--dashboard", "obs-red-shop", "--timeout", "0.5", *more)


def test_a_prometheus_that_is_down_is_said(here: Path):
    result = asked(f"http://127.0.0.1:{a_free_port()}")

    assert 1 == result.exit_code
    assert "cannot be reached: connection refused [OUT953]" in result.stderr


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page("<html>Welcome</html>", "text/html"), "something else than a Prometheus"),
        (api(body=b'{"status": "succ'), "something else than a Prometheus"),
        (api(body={"status": "success"}), "gives no result to a query"),
        (api(body=[]), "something else than a Prometheus"),
        (api(500, b"<html>oops</html>"), "answers 500 Internal Server Error [OUT956]"),
        (api(401, b""), "answers 401 Unauthorized [OUT956]"),
        (lambda exchange: time.sleep(1.5), "did not end its answer within 0.5s"),
    ],
    ids=["HTML", "half JSON", "no data", "a list", "500", "401", "slow"],
)
def test_a_server_that_is_no_prometheus_is_said(here: Path, answer: Any, said: str):
    with answering({"/api/v1/query": answer}) as server:
        result = asked(server.url)

    assert 1 == result.exit_code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not (here / "preview").exists()


def test_a_query_that_is_refused_is_told_of_its_panel_and_the_rest_is_drawn(here: Path):
    def refused(exchange: Exchange) -> None:
        body = {"status": "error", "errorType": "execution", "error": "too many samples"}
        api(422, body)(exchange)

    with answering({**HEALTHY, "/api/v1/query_range": refused}) as server:
        result = asked(server.url)

    assert 0 == result.exit_code, result.stderr
    assert "failed: too many samples" in result.stderr
    assert (here / "preview/obs-red-shop.html").exists()


def test_a_live_server_is_asked_for_this_moment_with_the_token(here: Path):
    (here / "token").write_text("s3cr3t")
    with answering(HEALTHY) as server:
        asked(server.url, "--bearer-token-file", "token")

    ranges = [dict(one.params) for one in server.asked if one.path.endswith("query_range")]
    assert {"Bearer s3cr3t"} == {one.headers["authorization"] for one in server.asked}
    assert all(time.time() - 300 < float(one["end"]) <= time.time() for one in ranges)
    assert {6 * 3600} == {round(float(one["end"]) - float(one["start"])) for one in ranges}


# --- what is left


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_preview_leaves_nothing_running(here: Path, stop: signal.Signals):
    process = spawn(here)
    servers = until(lambda: servers_of(here))
    # On a busy machine the preview may be finished before the signal reaches it: it has to wait.
    for server in servers:
        os.kill(server, signal.SIGSTOP)
    process.send_signal(stop)
    for server in servers:
        os.kill(server, signal.SIGCONT)
    process.communicate(timeout=60)

    assert {signal.SIGINT: 130, signal.SIGTERM: 143}[stop] == process.returncode
    assert [] == servers_of(here)
    assert [] == list(here.glob("obsgen-preview-*"))


def test_a_finished_preview_leaves_nothing_running(here: Path, monkeypatch: pytest.MonkeyPatch):
    process = spawn(here, "--dashboard", "obs-red-shop")
    process.communicate(timeout=120)

    assert 0 == process.returncode
    assert [] == servers_of(here)
    assert [] == list(here.glob("obsgen-preview-*"))


# --- served


@pytest.fixture
def served(here: Path) -> Iterator[str]:
    port = a_free_port()
    process = spawn(here, "--serve", "--port", str(port), "--dashboard", "obs-red-shop")
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _get(url, "/") == 200)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def _get(url: str, path: str, **headers: str) -> int:
    try:
        return requests.get(url + path, headers=headers, timeout=5).status_code
    except requests.RequestException:
        return 0


def test_served_pages_change_with_the_specs(here: Path, served: str):
    def version() -> str:
        return requests.get(f"{served}/version", timeout=5).text

    before = version()
    specs = here / "specs/shop.yaml"
    specs.write_text(
        specs.read_text().replace("name: shop\nmetrics", "name: shop\ntitle: Shop 2\nmetrics")
    )
    until(lambda: version() != before)

    assert "Shop 2" in requests.get(f"{served}/obs-red-shop.html", timeout=5).text
    assert (
        "connect-src &#39;self&#39;" in requests.get(served + "/obs-red-shop.html", timeout=5).text
    )


def test_served_pages_are_drawn_again_after_their_prometheus_has_died(here: Path, served: str):
    specs = here / "specs/shop.yaml"

    def touched() -> str:
        """Change the specs without a meaning, and return the version of the pages."""
        specs.write_text(f"{specs.read_text()}#\n")
        return requests.get(f"{served}/version", timeout=5).text

    (server,) = servers_of(here)
    os.kill(server, signal.SIGKILL)
    until(lambda: touched() and set(servers_of(here)) - {server})
    before = touched()
    until(lambda: touched() != before)


def test_served_pages_are_for_this_machine_by_its_own_names(here: Path, served: str):
    assert 404 == _get(served, "/", Host="evil.example:80")
    assert 404 == _get(served, "/../specs/shop.yaml")
    assert 200 == _get(served, "/obs-red-shop.html")
