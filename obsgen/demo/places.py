"""Where everything of a demonstration is: programs on the disk, ports, one folder for files."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from obsgen import tools
from obsgen.demo.wanted import Wanted

HOST: Final = "127.0.0.1"
USUAL_PORTS: Final[Mapping[str, int]] = {
    "prometheus": 9090,
    "alertmanager": 9093,
    "blackbox-exporter": 9115,
    "simulator": 9200,
    "sink": 9201,
    "preview": 0,
}
"""What has a port in a demonstration, and under which one specs know it."""

_INSTALL: Final = (
    "install it: `apt-get install prometheus prometheus-alertmanager prometheus-blackbox-exporter` "
    "(Debian, Ubuntu),\nor `make tools` in a checkout of obsgen"
)


class PortTaken(Exception):
    """A port that was asked for is not free; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    Where everything is.

    Attributes:
        folder: Takes all that is written.
        programs: Executables, by name.
        ports: Those that are listened on, by the names of USUAL_PORTS.
    """

    folder: Path
    programs: Mapping[str, Path]
    ports: Mapping[str, int]

    def address(self, name: str) -> str:
        """Return the host and the port of a program."""
        return f"{HOST}:{self.ports[name]}"

    def url(self, name: str) -> str:
        """Return the address of a program as a URL, without a path."""
        return f"http://{self.address(name)}"

    def log(self, name: str) -> Path:
        """Return the file that takes what a program says."""
        return self.folder / f"{name}.log"


def find_places(wanted: Wanted, folder: Path) -> Places:
    """
    Return the places of a demonstration.

    Raises:
        PortTaken: one that was asked for.
        ToolMissing: a program is not installed.
    """
    return Places(folder=folder, programs=_programs(wanted), ports=_ports(wanted.ports))


def _programs(wanted: Wanted) -> dict[str, Path]:
    found = {
        "prometheus": tools.find("prometheus", _INSTALL),
        "alertmanager": tools.find("alertmanager", _INSTALL, "prometheus-alertmanager"),
    }
    if wanted.history.ms:
        found["promtool"] = tools.find("promtool", _INSTALL)
    if wanted.has_probes:
        others = ("prometheus-blackbox-exporter",)
        found["blackbox-exporter"] = tools.find("blackbox_exporter", _INSTALL, *others)
    return found


def _ports(asked: Mapping[str, int]) -> dict[str, int]:
    """Return a port each: the one that was asked for, else any that is free."""
    with contextlib.ExitStack() as held:
        # Those that were asked for first, and all held till the end: none is given twice.
        order = sorted(USUAL_PORTS, key=lambda name: not asked.get(name, 0))
        return {name: _held(name, asked.get(name, 0), held) for name in order}


def _held(name: str, asked: int, held: contextlib.ExitStack) -> int:
    tried = held.enter_context(socket.socket())
    tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        tried.bind((HOST, asked))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PortTaken(f"cannot listen on {HOST}:{asked} for {name}: {reason}") from error
    port: int = tried.getsockname()[1]
    return port
