"""
The stack without containers: the native programs, started in order, ended together.

    simulator ─> Prometheus with the rules ─> Alertmanager ─> sink          and a preview at the end

Everything is on loopback, and whatever is written stands in one temporary folder. The programs are
those that `docker-compose.yml` starts, with a configuration that `obsgen stack` writes.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from obsgen import tools
from obsgen.artefacts import Compiled, OutputFile
from obsgen.diagnostics import Code, ObsgenError
from obsgen.http import Access, Client, HttpError
from obsgen.model import Service
from obsgen.names import rule_file
from obsgen.stack import Stack, stack_files
from obsgen.units import Duration

PROGRAM_ENDED: Final = Code(
    "OUT991",
    "program-ended",
    why="the programs of a demonstration need each other: without one of them it shows nothing",
    fix="Read the last lines that it said, which the finding shows.",
)
CODES: Final = (PROGRAM_ENDED,)

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
_READY: Final[Mapping[str, str]] = {
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "blackbox-exporter": "/-/healthy",
    "simulator": "/-/healthy",
    "sink": "/-/healthy",
    "preview": "/",
}
_READY_SECONDS: Final = 120.0
_HISTORY_SECONDS: Final = 600.0
_LOOK_SECONDS: Final = 0.2
_LINES_SHOWN: Final = 5
_LOOKBACK: Final = Duration(300_000)
"""How long Prometheus takes a sample for the present one (`--query.lookback-delta`)."""
_HISTORY_INTERVAL: Final = Duration(60_000)
_EVALUATION: Final = Duration(30_000)
_SLACK_SECONDS: Final = 60
"""The past ends with a minute."""
_SHOWN_FIRST_SECONDS: Final = 5.0
"""Of what is live, before a preview is drawn."""

_OBSGEN: Final = (sys.executable, "-m", "obsgen")

Say = Callable[[str], None]


class ProgramEnded(ObsgenError):
    """A program of the demonstration is not running any more."""

    code = PROGRAM_ENDED


class PortTaken(Exception):
    """A port that was asked for is not free; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What is shown.

    Attributes:
        files: What was built, its durations divided by *speed*.
        left_out: Names of scrape jobs and paths of files that do not take part.
        specs, simulated: Arguments of obsgen: where specs are; which services, which seed.
        scenarios: What befalls them, and not in the past.
        history: How much past there is first, undivided; 0 for none.
        ports: By name; 0 for any that is free.
        has_probes: The blackbox exporter is needed.
    """

    files: Sequence[OutputFile]
    left_out: frozenset[str] = frozenset()
    specs: Sequence[str] = ()
    simulated: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    speed: int = 1
    history: Duration = Duration(0)
    ports: Mapping[str, int] = field(default_factory=dict)
    has_probes: bool = False
    has_preview: bool = True


def left_out(
    compiled: Compiled, services: Sequence[Service], chosen: Sequence[str]
) -> Iterator[str]:
    """Yield the scrape jobs and the files of rules of all services but the chosen ones."""
    for service in services:
        if service.name in chosen:
            continue
        yield from (job.job for job in service.scrape)
        yield from (probe.job for probe in service.probes)
        parts = {file.part for file in compiled.rule_files if file.service == service.name}
        yield from (f"prometheus/{rule_file(service.name, part)}" for part in parts)


@contextlib.contextmanager
def running(wanted: Wanted, folder: Path, say: Say) -> Iterator[Demo]:
    """
    Run a demonstration until the context ends, however it ends.

    Args:
        folder: Takes all that is written.
        say: Takes a sentence for whoever waits.

    Raises:
        PortTaken: one that was asked for.
        ToolMissing, ToolBroken, ProgramEnded: a program is not there, or does not go on.
    """
    programs = _programs(wanted)
    with contextlib.ExitStack() as stack:
        demo = Demo(wanted, folder, programs, stack)
        demo.start(say)
        yield demo


class Demo:
    """Programs that run; each has an address."""

    def __init__(
        self,
        wanted: Wanted,
        folder: Path,
        programs: Mapping[str, Path],
        stack: contextlib.ExitStack,
    ) -> None:
        self._wanted = wanted
        self._folder = folder
        self._programs = programs
        self._stack = stack
        self._started: dict[str, tools.Process] = {}
        self._ports = {name: _port(name, wanted.ports.get(name, 0)) for name in USUAL_PORTS}

    def url(self, name: str) -> str:
        """Return the address of a program."""
        return f"http://{HOST}:{self._ports[name]}"

    def check(self) -> None:
        """
        Demand that everything still runs.

        Raises:
            ProgramEnded: something does not.
        """
        for name, process in self._started.items():
            if process.has_ended:
                lines = self._log(name).read_text("utf-8", "replace").splitlines()
                shown = "\n".join(lines[-_LINES_SHOWN:]) or "it said nothing"
                raise ProgramEnded(f"`{name}` has ended", shown)

    def start(self, say: Say) -> None:
        """Start everything in order; each is ready before the next."""
        self._configure()
        if self._wanted.history.ms:
            say("making the past …")
            self._make_history(say)
        for name, command in self._commands():
            say(f"starting {name} …")
            self._start(name, command)
        if self._wanted.has_preview:
            self._wait(_SHOWN_FIRST_SECONDS)
            say("drawing dashboards …")
            self._start("preview", self._preview())

    # --- what is started ---------------------------------------------------------------------

    def _commands(self) -> Iterator[tuple[str, list[str | Path]]]:
        wanted, folder = self._wanted, self._folder
        yield "sink", [*_OBSGEN, "sink", "--listen", self._address("sink")]
        speed = ("--speed", str(wanted.speed))
        listen = ("--listen", self._address("simulator"))
        yield (
            "alertmanager",
            [
                self._programs["alertmanager"],
                f"--config.file={folder / 'stack/alertmanager/alertmanager.yml'}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address={self._address('alertmanager')}",
                # No cluster: it would open a port of its own.
                "--cluster.listen-address=",
            ],
        )
        if wanted.has_probes:
            yield (
                "blackbox-exporter",
                [
                    self._programs["blackbox-exporter"],
                    f"--config.file={folder / 'stack/blackbox/blackbox.yml'}",
                    f"--web.listen-address={self._address('blackbox-exporter')}",
                    # Half a second by itself: divided intervals may be shorter.
                    "--timeout-offset=0.01",
                ],
            )
        acts = [f"--scenario={act}" for act in wanted.scenarios]
        own = (*wanted.specs, *wanted.simulated, *acts, *speed, *listen)
        yield "simulator", [*_OBSGEN, "simulate", *own]
        yield "prometheus", self._prometheus()

    def _prometheus(self, config: str = "stack/prometheus/prometheus.yml") -> list[str | Path]:
        lookback = Duration(max(1, _LOOKBACK.ms // self._wanted.speed))
        return [
            self._programs["prometheus"],
            f"--config.file={self._folder / config}",
            f"--storage.tsdb.path={self._folder / 'prometheus'}",
            f"--web.listen-address={self._address('prometheus')}",
            f"--query.lookback-delta={lookback}",
        ]

    def _preview(self) -> list[str | Path]:
        out = ("--serve", "--port", str(self._ports["preview"]))
        speed = ("--speed", str(self._wanted.speed))
        live = ("--prometheus", self.url("prometheus"))
        return [*_OBSGEN, "preview", *self._wanted.specs, *live, *out, *speed]

    def _configure(self) -> None:
        at = {f"{name}:{port}": self._address(name) for name, port in USUAL_PORTS.items() if port}
        where = Stack(
            simulator=self.url("simulator"),
            sink=self.url("sink"),
            at=at,
            without=self._wanted.left_out,
        )
        for path, data in stack_files(self._wanted.files, where).items():
            file = self._folder / "stack" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def _make_history(self, say: Say) -> None:
        wanted, folder = self._wanted, self._folder
        length, interval = (
            Duration(each.ms // wanted.speed) for each in (wanted.history, _HISTORY_INTERVAL)
        )
        past = ("--history", str(length), "--interval", str(interval), "--speed", str(wanted.speed))
        out = folder / "past.om"
        self._run(
            [*_OBSGEN, "simulate", *wanted.specs, *wanted.simulated, *past, "--out", str(out)]
        )
        blocks = ("tsdb", "create-blocks-from", "openmetrics", "--quiet")
        self._run([self._programs["promtool"], *blocks, out, folder / "prometheus"])
        out.unlink()
        config = folder / "nothing.yml"
        config.write_text("global: {}\n", "utf-8")
        now = int(time.time())
        since = str(now - length.ms // 1_000 - _SLACK_SECONDS)
        for level in sorted((folder / "stack/levels").iterdir()):
            self._record(level, since, str(now), say)

    def _record(self, level: Path, start: str, end: str, say: Say) -> None:
        """Run recording rules over the past; a server sees blocks when it starts."""
        say(f"recording {level.stem} …")
        step = Duration(max(1, _EVALUATION.ms // self._wanted.speed))
        with contextlib.ExitStack() as stack:
            self._start("prometheus", self._prometheus("nothing.yml"), stack)
            span = (f"--start={start}", f"--end={end}", f"--eval-interval={step}")
            where = (
                f"--url={self.url('prometheus')}",
                f"--output-dir={self._folder / 'prometheus'}",
            )
            rules = ("tsdb", "create-blocks-from", "rules", *where, *span)
            self._run([self._programs["promtool"], *rules, level])
        del self._started["prometheus"]

    # --- how ---------------------------------------------------------------------------------

    def _run(self, command: Sequence[str | Path]) -> None:
        answer = tools.run(command, cwd=Path.cwd(), timeout_seconds=_HISTORY_SECONDS)
        if answer.exit_code:
            shown = "\n".join(answer.stderr.splitlines()[-_LINES_SHOWN:]) or "it said nothing"
            raise ProgramEnded(f"`{Path(command[0]).name}` could not make the past", shown)

    def _start(
        self, name: str, command: Sequence[str | Path], stack: contextlib.ExitStack | None = None
    ) -> None:
        running = tools.running(command, log=self._log(name))
        self._started[name] = (stack or self._stack).enter_context(running)
        url, deadline = self.url(name) + _READY[name], time.monotonic() + _READY_SECONDS
        with Client(Access(timeout_seconds=_LOOK_SECONDS * 10, backoff_seconds=0)) as client:
            while True:
                self.check()
                try:
                    client.get(url, accept="*/*")
                except HttpError as error:
                    if time.monotonic() > deadline:
                        raise ProgramEnded(f"`{name}` is not ready", str(error)) from error
                    time.sleep(_LOOK_SECONDS)
                else:
                    return

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.check()
            time.sleep(_LOOK_SECONDS)

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _address(self, name: str) -> str:
        return f"{HOST}:{self._ports[name]}"


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


def _port(name: str, asked: int) -> int:
    """Return the port that was asked for, if it is free; any that is free for 0."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, asked))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise PortTaken(f"cannot listen on {HOST}:{asked} for {name}: {reason}") from error
        port: int = tried.getsockname()[1]
    return port
