"""
The real tools as judges: promtool, prometheus, amtool, alertmanager and blackbox_exporter.

Each check first looks for what the tool would pass over in silence (a second YAML document, a glob
that matches nothing, an alert name that no rule has), because an oracle that did not look is worth
less than none. A missing tool is a failure: a suite that skips its oracles says nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import requests
import yaml

T = TypeVar("T")

ROOT: Final = Path(__file__).resolve().parent.parent
TOOLS: Final = ROOT / ".tools" / "bin"

# Debian's names for servers, whose plain names it gives to nothing.
_OTHER_NAMES: Final = {
    "alertmanager": ("prometheus-alertmanager",),
    "blackbox_exporter": ("prometheus-blackbox-exporter",),
}
_RULES_FOUND: Final = re.compile(r"SUCCESS: (\d+) rules found")
_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0
_LOG_LINES: Final = 40
_ATTEMPTS: Final = 3


class MissingTool(Exception):
    """A tool is neither in `.tools/bin` nor on PATH."""


class OracleFailure(AssertionError):
    """A tool, or a guard in front of it, refuses a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server on loopback, ready; *pid* is its process."""

    url: str
    log: Path
    pid: int

    def get(self, path: str, **params: str) -> Any:
        """
        Return the JSON that *path* answers.

        Raises:
            requests.HTTPError: for any status but success.
        """
        response = _http(self.url + path, params)
        response.raise_for_status()
        return response.json()


def tool(name: str) -> Path:
    """
    Return the executable *name*: from `.tools/bin` if it is there, else from PATH.

    Raises:
        MissingTool: with the command that installs it.
    """
    own = TOOLS / name
    if os.access(own, os.X_OK):
        return own
    for candidate in (name, *_OTHER_NAMES.get(name, ())):
        if found := shutil.which(candidate):
            return Path(found)
    raise MissingTool(f"`{name}` is not installed: run `make tools`")


def promtool_check_rules(files: Iterable[Path]) -> None:
    """Demand that promtool accepts the rule files, every lint included, and reads all of each."""
    every = _some(files, "rule file")
    counts = [sum(len(group["rules"]) for group in _rule_groups(file)) for file in every]
    output = _run(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", *every)
    found = [int(number) for number in _RULES_FOUND.findall(output)]
    shown = f"have {counts} rules, promtool found {found}\n{output}"
    _demand(found == counts, every[0], f"and {len(every) - 1} more {shown}")


def promtool_check_config(*files: Path) -> None:
    """Demand that promtool accepts Prometheus configurations and all rule files they name."""
    every = _some(files, "configuration")
    patterns = [(file, p) for file in every for p in _document(file).get("rule_files") or ()]
    if rule_files := [match for file, pattern in patterns for match in _matches(file, pattern)]:
        promtool_check_rules(rule_files)
    _run(tool("promtool"), "check", "config", "--lint=all", "--lint-fatal", *every)


def promtool_test(file: Path) -> None:
    """Demand that a file of rule unit tests passes, and that it tests something."""
    document = _document(file)
    rule_files = [
        match
        for pattern in _some(document.get("rule_files") or (), f"rule file named by {file}")
        for match in _matches(file, pattern)
    ]
    rules = [rule for path in rule_files for group in _rule_groups(path) for rule in group["rules"]]
    alerts = {rule["alert"] for rule in rules if "alert" in rule}
    for test in _some(document.get("tests") or (), f"test in {file}"):
        expected = test.get("alert_rule_test") or ()
        name = test.get("name", "a test")
        _demand(
            bool(expected or test.get("promql_expr_test")), file, f"`{name}` expects nothing at all"
        )
        for case in expected:
            _demand(
                case["alertname"] in alerts,
                file,
                f"`{name}` expects the alert `{case['alertname']}`, which no rule has",
            )
    _run(tool("promtool"), "test", "rules", str(file))


def amtool_check_config(*files: Path) -> None:
    """Demand that amtool accepts Alertmanager configurations and the templates they name."""
    every = _some(files, "configuration")
    for file in every:
        for pattern in _document(file).get("templates") or ():
            _matches(file, pattern)
    _run(tool("amtool"), "check-config", *every)


def blackbox_check_config(file: Path) -> None:
    """Demand that the blackbox exporter accepts its configuration, and that it has a module."""
    _demand(bool(_document(file).get("modules")), file, "has no modules")
    _run(tool("blackbox_exporter"), "--config.check", f"--config.file={file}")


def a_free_port() -> int:
    """Return a loopback port that was free a moment ago; another process may still take it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running_prometheus(config: Path, *flags: str, data: Path | None = None) -> Iterator[Server]:
    """
    Run Prometheus on loopback until the context ends.

    Its data lives in *data*, or in a temporary directory. *flags* must name neither the
    configuration, nor the data directory, nor the listen address.
    """
    with tempfile.TemporaryDirectory(prefix="prometheus-") as directory:

        def command(port: int) -> list[str]:
            return [
                str(tool("prometheus")),
                f"--config.file={config}",
                f"--storage.tsdb.path={data or f'{directory}/data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                *flags,
            ]

        with _running(command, Path(directory)) as server:
            yield server


@contextmanager
def running_alertmanager(config: Path, *flags: str, clustered: bool = False) -> Iterator[Server]:
    """
    Run Alertmanager on loopback, alone or as the only member of a cluster, until the context ends.

    Its data lives in a temporary directory. *flags* must name neither the configuration, nor the
    data directory, nor a listen address.
    """
    with tempfile.TemporaryDirectory(prefix="alertmanager-") as directory:

        def command(port: int) -> list[str]:
            return [
                str(tool("alertmanager")),
                f"--config.file={config}",
                f"--storage.path={directory}/data",
                f"--web.listen-address=127.0.0.1:{port}",
                f"--cluster.listen-address={f'127.0.0.1:{a_free_port()}' if clustered else ''}",
                *flags,
            ]

        with _running(command, Path(directory)) as server:
            yield server


@contextmanager
def running_blackbox_exporter(config: Path) -> Iterator[Server]:
    """Run the blackbox exporter on loopback until the context ends."""
    with tempfile.TemporaryDirectory(prefix="blackbox-") as directory:

        def command(port: int) -> list[str]:
            return [
                str(tool("blackbox_exporter")),
                f"--config.file={config}",
                f"--web.listen-address=127.0.0.1:{port}",
            ]

        with _running(command, Path(directory), ready="/-/healthy") as server:
            yield server


@contextmanager
def _running(
    command: Callable[[int], Sequence[str]], directory: Path, *, ready: str = "/-/ready"
) -> Iterator[Server]:
    log = directory / "log"
    process, server = _started(command, log, ready)
    try:
        yield server
    except BaseException as problem:
        problem.add_note(_last_lines(log))
        raise
    finally:
        _stop(process)


def _started(
    command: Callable[[int], Sequence[str]], log: Path, ready: str
) -> tuple[subprocess.Popen[bytes], Server]:
    # Between finding a port and binding it another process may take it: try again with a new one.
    for _ in range(_ATTEMPTS):
        port = a_free_port()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(port), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        server = Server(url=f"http://127.0.0.1:{port}", log=log, pid=process.pid)
        try:
            if _becomes_ready(process, server, ready):
                return process, server
        except BaseException:
            _stop(process)
            raise
        _stop(process)
        if "address already in use" not in log.read_text(errors="replace"):
            break
    raise OracleFailure(f"{command(port)[0]} did not become ready\n{_last_lines(log)}")


def _becomes_ready(process: subprocess.Popen[bytes], server: Server, ready: str) -> bool:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            # A foreign server on the same port would answer too; ours has then ended.
            if _http(server.url + ready, {}).ok and process.poll() is None:
                return True
        except requests.RequestException:
            pass
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _http(url: str, params: dict[str, str]) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment does not know our loopback
        return session.get(url, params=params, timeout=5)


def _last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    return "\n".join(["--- the server's log ends with:", *lines])


def _run(*command: str | Path) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        line = " ".join(map(str, command))
        raise OracleFailure(f"{line} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _document(file: Path) -> dict[str, Any]:
    documents = list(yaml.load_all(file.read_bytes(), Loader=yaml.CSafeLoader))
    _demand(len(documents) == 1, file, f"holds {len(documents)} YAML documents, the tools read one")
    _demand(isinstance(documents[0], dict), file, "is not a mapping")
    document: dict[str, Any] = documents[0]
    return document


def _rule_groups(file: Path) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = _document(file).get("groups") or []
    _demand(bool(groups), file, "has no rule groups")
    for group in groups:
        _demand(bool(group.get("rules")), file, f"group `{group.get('name')}` has no rules")
        for rule in group["rules"]:
            labels = rule.get("labels") or {}
            _demand("alertname" not in labels, file, "a rule sets the label `alertname`")
            odd = [name for name, value in labels.items() if not isinstance(value, str)]
            _demand(not odd, file, f"values of {odd} are not strings")
    return groups


def _matches(file: Path, pattern: str) -> list[Path]:
    return list(_some(sorted(file.parent.glob(pattern)), f"file for `{pattern}` of {file}"))


def _some(values: Iterable[T], what: str) -> Sequence[T]:
    found = tuple(values)
    if not found:
        raise OracleFailure(f"no {what}")
    return found


def _demand(holds: bool, file: Path, problem: str) -> None:
    if not holds:
        raise OracleFailure(f"{file}: {problem}")
