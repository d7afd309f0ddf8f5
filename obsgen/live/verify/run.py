"""
All checks, against the servers that are given.

A server that does not answer fails its own checks and no others: they are told as not made.
"""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final

from obsgen.artefacts import Compiled
from obsgen.diagnostics import Diagnostic, ObsgenError
from obsgen.http import Access, Client
from obsgen.importers import answers
from obsgen.importers.prometheus import ApiUnreadable
from obsgen.live.verify import KINDS
from obsgen.live.verify.world import Api, Outcome, World
from obsgen.model import Spec
from obsgen.preview.server import Prometheus, QueryFailed

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]

PRODUCTS: Final[Mapping[str, str]] = {
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "grafana": "Grafana",
}
"""The servers that can be asked, as people call them."""

_VERSIONED: Final = frozenset({"prometheus", "alertmanager"})
"""Those that the specs demand a version of."""
_MS: Final = 1_000
_GREETINGS: Final = {"alertmanager": "/api/v2/status", "grafana": "/api/health"}
"""Answered by every version, and quickly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server: its address, and how it is asked."""

    url: str
    access: Access = field(default_factory=Access)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """
    A check and what came of it.

    Attributes:
        failure: Why it could not be made, or None.
    """

    name: str
    title: str
    server: str
    outcome: Outcome
    failure: Diagnostic | None = None


def verify(
    spec: Spec, compiled: Compiled, places: Mapping[str, Place], progress: Progress
) -> tuple[Checked, ...]:
    """Make all checks that the given servers (by the names of `PRODUCTS`) allow."""
    kinds = [importlib.import_module(f"obsgen.live.verify.{name}") for name in KINDS]
    wanted = [
        (name, kind)
        for name, kind in zip(KINDS, kinds, strict=True)
        if kind.SERVER in places or (not kind.SERVER and places.keys() & _VERSIONED)
    ]
    with contextlib.ExitStack() as stack, progress("asking servers", len(wanted)) as advance:
        apis, failures = _greeted(stack, places)
        prometheus, now = None, round(time.time() * _MS)
        if "prometheus" in apis:
            api = apis["prometheus"]
            prometheus = Prometheus(api.client, api.url)
            now = _now(prometheus)
        world = World(spec=spec, compiled=compiled, now=now, prometheus=prometheus, servers=apis)
        return tuple(_checked(name, kind, world, failures, advance) for name, kind in wanted)


def _greeted(
    stack: contextlib.ExitStack, places: Mapping[str, Place]
) -> tuple[dict[str, Api], dict[str, ObsgenError]]:
    """Return the servers that answer, and why the others do not."""
    apis: dict[str, Api] = {}
    failures: dict[str, ObsgenError] = {}
    for name, place in places.items():
        try:
            client = stack.enter_context(Client(place.access))
            api = Api(client, place.url.rstrip("/"), PRODUCTS[name])
            if name in _GREETINGS:
                answers.mapping(api.ask(_GREETINGS[name]))
            else:
                Prometheus(client, api.url).check()
            apis[name] = api
        except ObsgenError as error:
            failures[name] = error
    return apis, failures


def _now(prometheus: Prometheus) -> int:
    """Return Prometheus's own time: ours may be another."""
    try:
        data = answers.mapping(prometheus.data("query", (("query", "time()"),)))
    except QueryFailed:
        return round(time.time() * _MS)
    told, _ = answers.pair(data.get("result"))
    return round(told * _MS)


def _checked(
    name: str,
    kind: ModuleType,
    world: World,
    failures: Mapping[str, ObsgenError],
    advance: Callable[[int], None],
) -> Checked:
    nothing = Outcome(looked=0, what="", findings=())
    outcome, failure = nothing, failures.get(kind.SERVER)
    if not kind.SERVER and not world.servers.keys() & _VERSIONED:
        # What asks both is not made where none of them answers.
        failure = next(failures[server] for server in _VERSIONED if server in failures)
    if failure is None:
        try:
            outcome = kind.check(world)
        except ObsgenError as error:
            failure = error
        except QueryFailed as failed:
            failure = ApiUnreadable(f"Prometheus does not answer: {failed}")
    advance(1)
    return Checked(
        name=name,
        title=kind.TITLE,
        server=kind.SERVER,
        outcome=outcome,
        failure=None if failure is None else failure.diagnostic,
    )


def all_findings(checks: tuple[Checked, ...]) -> Iterator[Diagnostic]:
    """Yield what all checks found, and why some could not be made."""
    for check in checks:
        yield from check.outcome.findings
        if check.failure is not None:
            yield check.failure
