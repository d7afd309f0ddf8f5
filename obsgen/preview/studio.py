"""
Where previews are made, once or again whenever specs change.

A simulation goes on as long as what it is made of stays the same: a dashboard that is being laid
out is drawn anew in moments.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from obsgen import workspace
from obsgen.artefacts import Compiled
from obsgen.diagnostics import ObsgenError, has_errors
from obsgen.http import Access, Client
from obsgen.pipeline import Built, at_speed
from obsgen.preview.drawing import View
from obsgen.preview.page import demand_extra
from obsgen.preview.run import Look, Preview, Progress, chosen, drawn, plan, shipped, simulation
from obsgen.preview.server import Prometheus
from obsgen.preview.simulated.server import Plan

_MS: Final = 1_000
_USUAL_SCRAPE: Final = 15 * _MS


class NothingToDraw(Exception):
    """What was asked for is not in the specs; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What is previewed.

    Attributes:
        dashboards: Their uids or titles; none means all.
        start: Of the time range of all (`now-6h`), or empty for their own.
        prometheus: The address of a live one, or empty for simulated data.
        speed: By this every duration of the rules of the live one is divided.
    """

    paths: tuple[Path, ...]
    environment: str | None = None
    dashboards: tuple[str, ...] = ()
    start: str = ""
    prometheus: str = ""
    speed: int = 1
    access: Access = field(default_factory=Access)
    look: Look = field(default_factory=Look)


class Studio:
    """Makes previews while its context lasts; then whatever it started is ended."""

    def __init__(self, wanted: Wanted, progress: Progress) -> None:
        self._wanted = wanted
        self._progress = progress
        self._stack = contextlib.ExitStack()
        self._running: tuple[Plan, Prometheus, View] | None = None

    def __enter__(self) -> Self:
        """Begin; a Prometheus is started when one is needed."""
        demand_extra()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        self._end()

    def _end(self) -> None:
        self._stack.close()
        self._running = None

    def compiled(self) -> Built:
        """
        Return the specs, compiled; with errors, where there are some.

        Raises:
            TooFast: their times cannot be divided by so much.
        """
        paths = list(self._wanted.paths)
        built = workspace.compile_specs(
            paths, self._wanted.environment, cwd=Path.cwd(), with_files=False, with_tests=False
        )
        return at_speed(built, self._wanted.speed)

    def preview(self, built: Built) -> Preview:
        """
        Draw what was compiled without errors.

        Raises:
            NothingToDraw: there is no such dashboard, or none at all.
            ObsgenError: there is no Prometheus to ask.
        """
        assert not has_errors(built.diagnostics)
        compiled = self._compiled(built)
        dashboards, missing = chosen(compiled, self._wanted.dashboards)
        if missing:
            known = ", ".join(one.uid for one in compiled.dashboards)
            raise NothingToDraw(f"no dashboard is named `{missing}`: there are {known or 'none'}")
        if not dashboards:
            raise NothingToDraw("the specs have no dashboards")
        documents = shipped(compiled, dashboards)
        if self._wanted.prometheus:
            server, view = self._live(compiled)
        else:
            at = built.compiled.index(compiled)
            services = built.specs[at].services
            server, view = self._simulated(plan(compiled, services, documents, self._wanted.start))
        try:
            return drawn(dashboards, documents, server, view, self._wanted.look, self._progress)
        except ObsgenError:
            # Whoever does not answer any more is started, or asked, anew the next time.
            self._end()
            raise

    def _compiled(self, built: Built) -> Compiled:
        if len(built.compiled) > 1:
            names = ", ".join(spec.environment.name for spec in built.specs)
            raise NothingToDraw(f"choose one of the environments by `--env`: {names}")
        return built.compiled[0]

    def _live(self, compiled: Compiled) -> tuple[Prometheus, View]:
        if self._running is None:
            client = self._stack.enter_context(Client(self._wanted.access))
            server = Prometheus(client, self._wanted.prometheus.rstrip("/"))
            server.check()
            view = View(now=0, source=f"Data of {self._wanted.prometheus}")
            self._running = (_NO_PLAN, server, view)
        _, server, view = self._running
        scrape = next(
            (s.scrape_interval.ms for s in compiled.datasources if s.scrape_interval.ms), 0
        )
        return server, View(
            now=int(time.time()) * _MS,
            source=view.source,
            start=self._wanted.start,
            scrape=scrape or _USUAL_SCRAPE,
        )

    def _simulated(self, wanted: Plan) -> tuple[Prometheus, View]:
        if self._running is None or self._running[0] != wanted:
            self._end()
            server, view = self._stack.enter_context(simulation(wanted, self._progress))
            self._running = (wanted, server, view)
        _, server, view = self._running
        return server, View(
            now=view.now,
            source=view.source,
            start=self._wanted.start,
            scrape=view.scrape,
            longest=view.longest,
        )


_NO_PLAN: Final = Plan(services=(), rule_files=(), queries=(), range_ms=0)


def changes(paths: tuple[Path, ...]) -> tuple[tuple[str, int], ...]:
    """Return the files of specs with the times of their last change; it differs when one does."""
    return tuple(sorted(_times(paths)))


def _times(paths: tuple[Path, ...]) -> Iterator[tuple[str, int]]:
    for path in paths:
        for file in path.rglob("*.y*ml") if path.is_dir() else (path,):
            # A file may go between being listed and being looked at.
            with contextlib.suppress(OSError):
                yield str(file), file.stat().st_mtime_ns
