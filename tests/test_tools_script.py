"""
How `.ci/tools.sh` finds the tools: on PATH, in the distribution's packages, in release archives.

Each test runs the script in a copy of the repository's shell part, with a PATH that holds nothing
but the commands the script needs and the stand-ins of the test.
"""

from __future__ import annotations

import hashlib
import io
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from oracles import ROOT

NAMES = ("promtool", "prometheus", "amtool", "alertmanager", "blackbox_exporter")
COMMANDS = (
    *("bash", "cat", "chmod", "dirname", "cp", "env", "grep", "gzip", "head", "ln", "mkdir", "mv"),
    *("rm", "sed", "sh", "sha256sum", "sort", "tar", "tr", "uname"),
)
MACHINES = {"x86_64": "linux-amd64", "aarch64": "linux-arm64"}


class Machine:
    """A copy of `.ci/` and a PATH of its own."""

    def __init__(self, directory: Path) -> None:
        self.repository = directory / "repository"
        self.path = directory / "path"
        self.released = directory / "released"
        shutil.copytree(ROOT / ".ci", self.repository / ".ci")
        self.path.mkdir()
        self.released.mkdir()
        for command in COMMANDS:
            found = shutil.which(command)
            assert found is not None, command
            (self.path / command).symlink_to(found)
        self.stub("id", "echo 1000")

    @property
    def bin(self) -> Path:
        return self.repository / ".tools" / "bin"

    def install(self, name: str, version: str, *, file: str = "") -> None:
        _write_tool(self.path / (file or name), name, version)

    def stub(self, name: str, script: str) -> None:
        stub = self.path / name
        stub.write_text(f"#!/bin/sh\n{script}\n")
        stub.chmod(0o755)

    def offer_packages(self, **versions: str) -> None:
        """Let the one who runs the script be root, with packages to install."""
        self.stub("id", "echo 0")
        cases, candidates = "", ""
        for project, version in versions.items():
            plain = f"prometheus-{project.replace('_', '-')}"
            package = {"prometheus": "prometheus"}.get(project, plain)
            upstream = re.sub(r"^\d+:|[+-].*$", "", version)
            others = {"prometheus": ("promtool",), "alertmanager": ("amtool",)}
            store = self.repository / "packages" / package
            _write_tool(store / package, project, upstream)
            for other in others.get(project, ()):
                _write_tool(store / other, other, upstream)
            candidates += f"{package}) echo '  Candidate: {version}' ;;\n"
            cases += f"*' {package}') cp {store}/* {self.path}/ ;;\n"
        self.stub("apt-cache", f'case "$2" in\n{candidates}esac')
        self.stub(
            "apt-get",
            f'case "$*" in *install*) sed -n 2p {self.repository}/policy-rc.d >> '
            f'{self.repository}/policies ;; esac\ncase "$*" in\n{cases}esac',
        )

    def release(self, project: str, version: str, names: tuple[str, ...]) -> None:
        """Put an archive where a mirror has it, and pin its checksum."""
        stem = f"{project}-{version}.{MACHINES[platform.machine()]}"
        archive = self.released / project / "releases" / "download" / f"v{version}"
        archive.mkdir(parents=True)
        archive /= f"{stem}.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            for name in names:
                body = _tool(name, version).encode()
                member = tarfile.TarInfo(f"{stem}/{name}")
                member.mode, member.size = 0o755, len(body)
                tar.addfile(member, io.BytesIO(body))
        checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
        pins = self.repository / ".ci" / "tools.sha256"
        others = [line for line in pins.read_text().splitlines() if f"  {project}-" not in line]
        pins.write_text("\n".join([*others, f"{checksum}  {archive.name}"]) + "\n")

    def run(self, base_url: str = "http://127.0.0.1:9") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.repository / ".ci" / "tools.sh"],
            env={
                "PATH": str(self.path),
                "TOOLS_BASE_URL": base_url,
                "TOOLS_POLICY_RC_D": str(self.repository / "policy-rc.d"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def versions(self) -> dict[str, str]:
        """What the tools in `.tools/bin` say of themselves."""
        return {
            file.name: subprocess.run(
                [file, "--version"], capture_output=True, text=True, check=True
            ).stdout.split()[2]
            for file in self.bin.iterdir()
        }


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def mirror(machine: Machine) -> Iterator[str]:
    if platform.machine() not in MACHINES or platform.system() != "Linux":
        pytest.skip("release archives are pinned for Linux on amd64 and arm64")
    # Of the commands that can download, Python is the one that is surely there.
    machine.stub("python3", f'exec {sys.executable} "$@"')
    with _serving(machine.released) as url:
        yield url


def test_tools_on_path_are_linked_under_their_plain_names(machine: Machine):
    for name in ("promtool", "prometheus", "amtool"):
        machine.install(name, "2.42.0+ds")
    machine.install("alertmanager", "0.25.0", file="prometheus-alertmanager")
    machine.install("blackbox_exporter", "0.23.0", file="prometheus-blackbox-exporter")

    done = machine.run()

    assert done.returncode == 0, done.stderr
    assert {file.name for file in machine.bin.iterdir()} == set(NAMES)
    assert (machine.bin / "alertmanager").readlink() == machine.path / "prometheus-alertmanager"


def test_a_second_run_keeps_what_is_good_and_renews_what_is_not(machine: Machine):
    for name in NAMES:
        machine.install(name, "3.5.0")
    machine.run()
    (machine.bin / "amtool").unlink()
    _write_tool(machine.bin / "amtool", "amtool", "0.24.0")
    (machine.bin / "promtool").unlink()
    _write_tool(machine.bin / "promtool", "promtool", "2.50.0")

    done = machine.run()

    assert done.returncode == 0, done.stderr
    assert machine.versions() == {**dict.fromkeys(NAMES, "3.5.0"), "promtool": "2.50.0"}


def test_tools_that_are_too_old_or_absent_are_named_with_what_is_wanted(machine: Machine):
    machine.install("promtool", "2.41.0")
    machine.install("prometheus", "3.0.0")
    machine.install("amtool", "0.24.9")
    machine.install("blackbox_exporter", "0.22.0")

    done = machine.run()

    assert done.returncode == 1
    assert "missing or too old: promtool amtool alertmanager blackbox_exporter" in done.stderr
    assert "promtool 2.42" in done.stderr
    assert "amtool 0.25" in done.stderr
    assert "blackbox_exporter 0.23" in done.stderr


def test_root_installs_packages_and_no_service_may_start(machine: Machine):
    machine.offer_packages(
        prometheus="2.53.3+ds1-2", alertmanager="1:0.28.1+ds-4", blackbox_exporter="0.26.0-2"
    )

    done = machine.run()

    assert done.returncode == 0, done.stderr
    assert machine.versions() == {
        "promtool": "2.53.3",
        "prometheus": "2.53.3",
        "amtool": "0.28.1",
        "alertmanager": "0.28.1",
        "blackbox_exporter": "0.26.0",
    }
    assert ["exit 101"] * 3 == (machine.repository / "policies").read_text().splitlines()
    assert not (machine.repository / "policy-rc.d").exists()


def test_a_policy_about_services_that_is_there_is_kept(machine: Machine):
    machine.offer_packages(
        prometheus="2.53.3+ds1-2", alertmanager="0.28.1+ds-4", blackbox_exporter="0.26.0-2"
    )
    policy = machine.repository / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")

    done = machine.run()

    assert done.returncode == 0, done.stderr
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_packages_that_are_too_old_are_not_installed(machine: Machine):
    machine.offer_packages(
        prometheus="2.31.2+ds1-1", alertmanager="0.23.0-4", blackbox_exporter="0.19.0-3"
    )

    done = machine.run()

    assert done.returncode == 1
    assert "the package prometheus is 2.31, wanted is 2.42" in done.stderr
    assert "the package prometheus-alertmanager is 0.23, wanted is 0.25" in done.stderr
    assert "the package prometheus-blackbox-exporter is 0.19, wanted is 0.23" in done.stderr
    assert not (machine.repository / "policies").exists()


def test_a_release_with_the_pinned_checksum_is_unpacked(machine: Machine, mirror: str):
    machine.release("prometheus", "3.5.0", ("prometheus", "promtool"))
    machine.release("alertmanager", "0.28.1", ("alertmanager", "amtool"))
    machine.release("blackbox_exporter", "0.25.0", ("blackbox_exporter",))

    done = machine.run(mirror)

    assert done.returncode == 0, done.stderr
    assert machine.versions() == {
        "promtool": "3.5.0",
        "prometheus": "3.5.0",
        "amtool": "0.28.1",
        "alertmanager": "0.28.1",
        "blackbox_exporter": "0.25.0",
    }


def test_only_what_is_missing_is_downloaded(machine: Machine, mirror: str):
    machine.install("amtool", "0.27.0")
    machine.install("alertmanager", "0.27.0")
    machine.install("blackbox_exporter", "0.24.0")
    machine.release("prometheus", "3.5.0", ("prometheus", "promtool"))

    done = machine.run(mirror)

    assert done.returncode == 0, done.stderr
    assert machine.versions()["amtool"] == "0.27.0"
    assert machine.versions()["promtool"] == "3.5.0"


def test_a_release_with_another_checksum_is_refused_and_removed(machine: Machine, mirror: str):
    machine.install("amtool", "0.27.0")
    machine.install("alertmanager", "0.27.0")
    machine.install("blackbox_exporter", "0.24.0")
    machine.release("prometheus", "3.5.0", ("prometheus", "promtool"))
    pins = machine.repository / ".ci" / "tools.sha256"
    pins.write_text(
        "".join(
            f"{'0' * 64}  {line.split()[1]}\n" if "prometheus-3.5.0" in line else f"{line}\n"
            for line in pins.read_text().splitlines()
        )
    )

    done = machine.run(mirror)

    assert done.returncode == 1
    assert "is not the file whose checksum is pinned" in done.stderr
    assert not list((machine.repository / ".tools").glob("*.tar.gz"))
    assert not (machine.bin / "promtool").exists()


def test_each_project_is_pinned_once_for_each_machine():
    pins = [line.split("  ") for line in (ROOT / ".ci/tools.sha256").read_text().splitlines()]

    assert all(len(checksum) == 64 and int(checksum, 16) for checksum, _ in pins)
    for project in ("prometheus", "alertmanager", "blackbox_exporter"):
        for machine in MACHINES.values():
            archives = [
                archive
                for _, archive in pins
                if archive.startswith(f"{project}-") and archive.endswith(f".{machine}.tar.gz")
            ]
            assert len(archives) == 1, (project, machine)


def _tool(name: str, version: str) -> str:
    return f"#!/bin/sh\necho '{name}, version {version} (branch: HEAD, revision: 0)'\n"


def _write_tool(file: Path, name: str, version: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_tool(name, version))
    file.chmod(0o755)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _serving(directory: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
