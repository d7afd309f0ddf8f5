"""The Prometheus of a preview: started on loopback, filled, and ended with all that it stored."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from obsgen import tools
from obsgen.artefacts import Probe, RecordingRule, RuleFile
from obsgen.http import Access, Client, HttpError
from obsgen.model import Service
from obsgen.preview.ranges import DAY
from obsgen.preview.server import Matrix, Prometheus, QueryFailed
from obsgen.preview.simulated.backfill import casts, played
from obsgen.preview.simulated.probes import probed
from obsgen.preview.simulated.remote_write import FLAGS, Series, echoed, write
from obsgen.preview.simulated.rules import Rule, evaluated, needed, offsets, words
from obsgen.preview.simulated.scenes import MINUTE, NOW
from obsgen.preview.simulated.states import States
from obsgen.simulate import Span

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]

_INSTALL: Final = (
    "install Prometheus: `apt-get install prometheus` (Debian, Ubuntu), `brew install prometheus` "
    "(macOS),\nor an archive of https://prometheus.io/download/; or draw from one that runs: "
    "`--prometheus URL`"
)
_CONFIG: Final = "global: {scrape_interval: 1h, evaluation_interval: 1h}\n"
_WEEK: Final = 7 * DAY
_TIMEOUT_SECONDS: Final = 60.0
_READY_SECONDS: Final = 30.0
_ATTEMPTS: Final = 3
_MOST_DAYS: Final = 14
"""Of echoes: two weeks are compared."""
_LEAD: Final = 90 * MINUTE
"""Before what is drawn, so that the windows of rules are full when it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What is simulated.

    Attributes:
        queries: All texts of the dashboards, the queries among them.
        states: Which numbers gauges may be.
        range_ms: How much of it is drawn.
    """

    services: tuple[Service, ...]
    rule_files: tuple[RuleFile, ...]
    queries: tuple[str, ...]
    probes: tuple[Probe, ...] = ()
    states: tuple[States, ...] = ()
    range_ms: int

    @property
    def span(self) -> Span:
        """When it happens: whole minutes."""
        return Span((NOW - self.range_ms - _LEAD) // MINUTE * MINUTE, NOW)


@contextlib.contextmanager
def simulated(plan: Plan, progress: Progress) -> Iterator[Prometheus]:
    """
    Run a Prometheus with the plan's data until the context ends.

    Raises:
        ToolError: Prometheus is not installed, or does not run.
        HttpError: it ended early.
    """
    executable = tools.find("prometheus", _INSTALL)
    with (
        tempfile.TemporaryDirectory(prefix="obsgen-preview-") as directory,
        Client(Access(timeout_seconds=_TIMEOUT_SECONDS)) as client,
        _running(executable, Path(directory), client) as url,
    ):
        server = Prometheus(client, url)
        _fill(server, plan, progress)
        yield server


def _fill(server: Prometheus, plan: Plan, progress: Progress) -> None:
    found = needed(plan.rule_files, plan.queries)
    asked = (*plan.queries, *(rule.expr for rule in found.rules))
    every = tuple(casts(plan.services, found.names, plan.states, asked))
    span = plan.span
    echoed_at = echoes(plan.queries, found.rules, span)
    with progress("simulating", len(every) * (span.end - span.start) // MINUTE) as advance:
        _keep(server, tuple(probed(plan.probes, span)), echoed_at)
        for cast in every:
            _keep(server, played(cast, span, advance), echoed_at)
    # One more moment, at which what is asked as of now is read.
    moments = range(span.start + MINUTE, span.end + 1, MINUTE)

    def ask(query: str) -> Matrix:
        try:
            return server.range(query, moments[0], moments[-1], MINUTE)
        except QueryFailed:
            # One that this Prometheus is too old for records nothing: its panels say so.
            return ()

    with progress("evaluating rules", len(found.rules)) as advance:
        for rule in found.rules:
            _keep(server, evaluated(rule, ask, moments), echoed_at)
            advance(1)


def echoes(
    queries: Iterable[str], rules: Iterable[Rule], span: Span
) -> Mapping[int, frozenset[str]]:
    """
    Return what is looked at further back than everything is simulated: by how far.

    Who looks back by a week adds up the days of it, too, so each day has its echo; and whatever
    is recorded of a series that has echoes has them, or sums of the same would not agree.
    """
    rules = tuple(rules)
    found: dict[int, frozenset[str]] = {}
    for query in (*queries, *(rule.expr for rule in rules)):
        for back in offsets(query):
            if back > span.end - span.start:
                for each in {back, *_days(back)}:
                    found[each] = found.get(each, frozenset()) | words(query)
    apart: list[int] = []
    # Days first: where two echoes would overlap, the samples would not be in order.
    for back in sorted(found, key=lambda each: (each % DAY > 0, each)):
        if all(abs(back - other) > span.end - span.start for other in apart):
            apart.append(back)
    return {back: _with_recorded(found[back], rules) for back in apart}


def _days(back: int) -> Iterable[int]:
    """Return the days of as long a time before *back* as after it, weeks and longer alone."""
    days = min(_MOST_DAYS, 2 * back // DAY)
    return (day * DAY for day in range(1, days)) if back >= _WEEK else ()


def _with_recorded(names: frozenset[str], rules: Iterable[Rule]) -> frozenset[str]:
    """Return names with all that is recorded of them; rules come after what they read."""
    found = set(names)
    for rule in rules:
        if isinstance(rule, RecordingRule) and words(rule.expr) & found:
            found.add(rule.record)
    return frozenset(found)


def _keep(
    server: Prometheus, series: Sequence[Series], echoes: Mapping[int, frozenset[str]]
) -> None:
    """Write series, before each of them its echoes: the longest ago come first."""
    found = [one for b in sorted(echoes, reverse=True) for one in echoed(series, echoes[b], b)]
    write(server.client, server.url, (*found, *series))


@contextlib.contextmanager
def _running(executable: Path, directory: Path, client: Client) -> Iterator[str]:
    config = directory / "prometheus.yml"
    config.write_text(_CONFIG, "utf-8")
    log = directory / "log"
    with contextlib.ExitStack() as stack:
        # Between finding a port and binding it another process may take it: try again.
        for _ in range(_ATTEMPTS):
            port = _free_port()
            command = _command(executable, directory, config, port)
            attempt = stack.enter_context(contextlib.ExitStack())
            process = attempt.enter_context(tools.running(command, log=log))
            if _becomes_ready(process, f"http://127.0.0.1:{port}"):
                yield f"http://127.0.0.1:{port}"
                return
            attempt.close()
        said = _last_line(log)
        raise tools.ToolBroken(f"`{executable}` does not become ready: {said}", _INSTALL)


def _command(executable: Path, directory: Path, config: Path, port: int) -> Sequence[str | Path]:
    return (
        executable,
        f"--config.file={config}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
        *FLAGS,
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _becomes_ready(process: tools.Process, url: str) -> bool:
    deadline = time.monotonic() + _READY_SECONDS
    with Client(Access(timeout_seconds=1.0, backoff_seconds=0.02)) as client:
        while time.monotonic() < deadline and not process.has_ended:
            try:
                client.get(f"{url}/-/ready", accept="text/plain")
                # A foreign server on the same port would answer too; ours has then ended.
                return not process.has_ended
            except HttpError:
                time.sleep(0.05)
    return False


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it says nothing")
