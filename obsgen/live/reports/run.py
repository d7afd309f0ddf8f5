"""Makes a report: asks a server about services, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from obsgen.artefacts import Compiled
from obsgen.http import Access, Client, shown
from obsgen.live.reports.asking import Data
from obsgen.live.reports.document import Part, Report
from obsgen.live.reports.kinds import load
from obsgen.live.reports.periods import Span
from obsgen.live.reports.view import View
from obsgen.model import Service, Spec
from obsgen.preview.server import Prometheus


class Progress(Protocol):
    """Shows how much is done."""

    def __call__(self, title: str, total: int, /) -> AbstractContextManager[Advance]:
        """Begin: what it gives is told of each step."""
        ...


class Advance(Protocol):
    """Takes steps."""

    def __call__(self, steps: int, /) -> None:
        """Note some."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What a report is to tell.

    Attributes:
        services: Those that it tells of, in this order.
        slow: From how many seconds on a call is slow.
        url: Of the Prometheus server.
    """

    kind: str
    spec: Spec
    compiled: Compiled
    services: Sequence[Service]
    span: Span
    slow: Decimal
    every: Literal["", "hour", "day"]
    url: str
    access: Access


def report(asked: Asked, progress: Progress) -> Report:
    """
    Make a report.

    Raises:
        ObsgenError: the server does not answer what must be known.
    """
    kind = load(asked.kind)
    with Client(asked.access) as client, progress("asking", len(asked.services)) as advance:
        server = Prometheus(client, asked.url.rstrip("/"))
        server.check()
        view = View(
            data=Data(server),
            project=asked.spec.project,
            environment=asked.spec.environment,
            compiled=asked.compiled,
            span=asked.span,
            slow=asked.slow,
            every=asked.every,
            kind=load,
        )
        parts: list[Part] = []
        for service in asked.services:
            parts += kind.parts(view, service)
            advance(1)
        since = view.data.first("up", asked.span.start, asked.span.end)
    return Report(
        kind=asked.kind,
        title=kind.title,
        project=asked.spec.project.name,
        environment=asked.spec.environment.name,
        source=shown(asked.url),
        span=asked.span,
        parts=tuple(parts),
        since=since,
    )
