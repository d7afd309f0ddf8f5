"""`obsgen demo`: everything runs, and ends; what is in the way is said, and nothing stays."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import requests
from oracles import ROOT, TOOLS

from obsgen.demo import ProgramEnded
from obsgen.demo.programs import run as run_to_its_end

SPECS: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {scrape_interval: 15s, evaluation_interval: 30s}
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart:80"]}]
metrics:
  requests_total: {type: counter, labels: [code]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
dashboards: [slo]
---
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat:8080/"}}}
default_receiver: chat
"""
_READY_SECONDS: Final = 150


def environment(folder: Path, path: str) -> dict[str, str]:
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp")}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "specs/shop.yaml").write_text(SPECS)
    return tmp_path


@contextmanager
def running(here: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run a demonstration; what it says goes to a file."""
    log = here / "said"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "obsgen", "demo", "--speed", "60", *arguments],
            cwd=here,
            env=environment(here, f"{TOOLS}:/usr/bin:/bin"),
            stdout=output,
            stderr=output,
            text=True,
            # As a terminal does, so that only it is told of Ctrl-C.
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + _READY_SECONDS
            while "ready;" not in log.read_text() and process.poll() is None:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield process, log
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(30)


def children(process: subprocess.Popen[str]) -> dict[str, int]:
    """Return the process ids of what it started, by what stands first in their command lines."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in found}
    return {
        (line[3] if line[2:3] == ["obsgen"] else Path(line[0]).name): int(pid)
        for pid, line in lines.items()
    }


def test_it_runs_everything_and_ctrl_c_leaves_nothing(here: Path):
    with running(here, "--history", "1h") as (process, log):
        urls = re.findall(r"(http://\S+)  (\w+)", log.read_text())
        answers = {what: requests.get(url, timeout=10) for url, what in urls}
        (prometheus,) = (url for url, what in urls if what == "rules")
        recorded = samples(prometheus)
        started = children(process)
        process.send_signal(signal.SIGINT)
        process.wait(30)

        assert {"dashboards", "rules", "what", "targets"} == set(answers)
        # In the past, too, a rule finds what it reads at its own moment.
        assert len(recorded["slo:total_events:increase1m"]) > 60
        assert recorded["slo:total_events:increase1m"] <= recorded["slo:total_seen:increase1m"]
        assert "cart" in answers["dashboards"].text
        assert {"simulate", "sink", "preview", "prometheus", "alertmanager"} == set(started)
        assert 130 == process.returncode
        assert not [pid for pid in started.values() if Path(f"/proc/{pid}").exists()]
        assert [] == list((here / "tmp").iterdir())


def test_a_program_that_ends_ends_the_others(here: Path):
    with running(here, "--history", "0s", "--no-preview") as (process, log):
        started = children(process)
        os.kill(started["alertmanager"], signal.SIGKILL)
        process.wait(30)

        assert 1 == process.returncode
        assert "`alertmanager` has ended [OUT991]" in log.read_text()
        assert not [pid for pid in started.values() if Path(f"/proc/{pid}").exists()]
        assert [] == list((here / "tmp").iterdir())


def refused(here: Path, *arguments: str, path: str = f"{TOOLS}:/usr/bin:/bin") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "obsgen", "demo", *arguments],
        cwd=here,
        env=environment(here, path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert [] == list((here / "tmp").iterdir())
    return done.returncode, done.stderr


def test_an_output_that_the_programs_need_is_demanded(here: Path):
    specs = here / "specs/shop.yaml"
    specs.write_text(specs.read_text().replace("name: shop\n", "name: shop\noutputs: [grafana]\n"))
    code, said = refused(here)

    assert 2 == code
    assert "a demonstration needs the outputs prometheus, alertmanager" in said


def test_a_missing_program_is_said(here: Path):
    code, said = refused(here, path=str(here))

    assert 1 == code
    assert "`prometheus` is not on PATH [OUT941]" in said


def test_a_taken_port_is_said(here: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = refused(here, "--port", f"sink={port}")

    assert 2 == code
    assert f"cannot listen on 127.0.0.1:{port} for sink: address already in use" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--port", "grafana=1"), "`grafana=1` names no program"),
        (("--port", "sink=x"), "`sink=x` has no port: write `sink=9201`"),
        (("--port", "sink=19", "--port", "prometheus=19"), "port 19 is for sink already"),
        (("--scenario", "api-breaks"), "no scenario is named `api-breaks`"),
        (("--scenario", "errors 20% on /nowhere"), "changes nothing"),
        (("--history", "long"), "`long` is no length of time"),
        (("--service", "other"), "no service is named `other`: there are cart"),
        (("--speed", "600"), "would be shorter than 100ms; at most 150 goes"),
    ],
)
def test_wrong_usage_is_said(here: Path, arguments: tuple[str, ...], message: str):
    code, said = refused(here, *arguments)

    assert 2 == code
    assert message in " ".join(said.split())
    assert "making the past" not in said


def test_what_an_interrupted_program_leaves_goes_with_the_folder(tmp_path: Path):
    program = tmp_path / "promtool"
    program.write_text("#!/bin/sh\nmktemp -d -t headXXXXXX; exit 1\n")
    program.chmod(0o755)

    with pytest.raises(ProgramEnded):
        run_to_its_end([program], tmp_path)

    assert list(tmp_path.glob("head*"))


def samples(url: str) -> dict[str, set[float]]:
    """Return the times at which a rule, and one that reads it, recorded."""
    query = {"query": '{__name__=~"slo:total_(seen|events):increase1m"}[2h]'}
    answer = requests.get(f"{url}/api/v1/query", query, timeout=10).json()
    return {
        series["metric"]["__name__"]: {time for time, _ in series["values"]}
        for series in answer["data"]["result"]
    }
