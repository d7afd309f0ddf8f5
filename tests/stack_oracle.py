"""The services of `docker-compose.yml`, started as native programs with its flags and mounts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import requests
import yaml
from oracles import ROOT, a_free_port, tool

COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]

# The program of each image, and the port that it listens on in its container.
PROGRAMS: Final[Mapping[str, tuple[str, int]]] = {
    "prometheus": ("prometheus", 9090),
    "alertmanager": ("alertmanager", 9093),
    "blackbox-exporter": ("blackbox_exporter", 9115),
}
_OWN: Final[Mapping[str, int]] = {"simulator": 9200, "sink": 9201}
_READY: Final[Mapping[str, str]] = {
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "blackbox-exporter": "/-/healthy",
    "simulator": "/-/healthy",
    "sink": "/-/healthy",
}
_READY_SECONDS: Final = 120


def has_ended(service: str) -> bool:
    """Say whether a service does its work and ends."""
    return SERVICES[service].get("restart") == "no"


def flag(service: str, name: str) -> str:
    """Return the value of a flag of a service's command."""
    (value,) = (
        argument.removeprefix(f"{name}=")
        for argument in SERVICES[service]["command"]
        if argument.startswith(f"{name}=")
    )
    found: str = value
    return found


class Stack:
    """The stack on this machine: volumes are folders, and every port is a free one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: a_free_port() for name in (*PROGRAMS, *_OWN)}
        for volume in COMPOSE["volumes"]:
            (folder / volume).mkdir()

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def on_the_host(self, service: str, text: str) -> str:
        """Replace the paths of a container by those of its mounts."""
        places = {"/tmp": str(self.folder)}
        for volume in SERVICES[service].get("volumes", ()):
            source, target, *_ = volume.split(":")
            places[target] = str(ROOT / source if source.startswith(".") else self.folder / source)
        # All at once: the places themselves may hold such names.
        found = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, places))})(?![\w-])")
        return found.sub(lambda match: places[match[1]], text)

    def command(self, service: str) -> list[str]:
        """Return the command line of a service, as the compose file has it."""
        arguments = [self.on_the_host(service, each) for each in SERVICES[service]["command"]]
        if "build" in SERVICES[service]:
            port = _OWN.get(service, 0)
            address = f"127.0.0.1:{self.ports.get(service, 0)}"
            arguments = [each.replace(f"0.0.0.0:{port}", address) for each in arguments]
            return [sys.executable, "-m", "obsgen", *arguments]
        program, _ = PROGRAMS[service]
        listen = f"--web.listen-address=127.0.0.1:{self.ports[service]}"
        return [str(tool(program)), *arguments, listen]

    def make_configuration(self) -> None:
        """Run the service `stack`, told where everything is here."""
        at = (f"--at={name}:{PROGRAMS[name][1]}=127.0.0.1:{self.ports[name]}" for name in PROGRAMS)
        own = ("--simulator", self.url("simulator"), "--sink", self.url("sink"))
        subprocess.run([*self.command("stack"), *own, *at], check=True, cwd=ROOT)

    def hurry(self) -> None:
        """Scrape and evaluate more often: a test has not all day."""
        config = self.folder / "stack/prometheus/prometheus.yml"
        document = yaml.safe_load(config.read_text())
        document["global"] = {"scrape_interval": "2s", "evaluation_interval": "2s"}
        for job in document["scrape_configs"]:
            job.pop("scrape_interval", None)
            job.pop("scrape_timeout", None)
        config.write_text(yaml.safe_dump(document))

    def run_script(self, service: str, **replaced: str) -> None:
        """Run a service whose command is a shell script."""
        (script,) = SERVICES[service]["command"]
        text = self.on_the_host(service, script.replace("$$", "$"))
        for old, new in replaced.items():
            text = text.replace(old.replace("_", " "), new)
        text = text.replace("9099", str(a_free_port()))
        text = text.replace("obsgen simulate", f"{sys.executable} -m obsgen simulate")
        binaries = self.folder / "bin"
        binaries.mkdir(exist_ok=True)
        for name in ("prometheus", "promtool"):
            (binaries / name).unlink(missing_ok=True)
            (binaries / name).symlink_to(tool(name))
        assert shutil.which("wget"), "the image has wget; install it: `apt-get install wget`"
        path = f"{binaries}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
        shell = SERVICES[service]["entrypoint"]
        subprocess.run([*shell, text], check=True, env=environment, cwd=ROOT, timeout=560)

    @contextmanager
    def running(self, service: str, *more: str) -> Iterator[None]:
        """Run a service until the context ends."""
        log = self.folder / f"{service}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*self.command(service), *more], stdout=output, stderr=output, cwd=ROOT
            )
            try:
                self._wait(service, process, log)
                yield
            finally:
                process.terminate()
                process.wait(15)

    def _wait(self, service: str, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if requests.get(self.url(service) + _READY[service], timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise AssertionError(f"{service} is not ready:\n{log.read_text()[-2000:]}")

    def get(self, service: str, path: str, **parameters: str) -> Any:
        answer = requests.get(self.url(service) + path, params=parameters, timeout=30)
        answer.raise_for_status()
        return answer.json()
