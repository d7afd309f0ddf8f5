"""The ready dashboards that services name, or the Project for all of them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from obsgen import packs
from obsgen.artefacts import AlertingRule, Dashboard
from obsgen.diagnostics import Code, Severity, finding
from obsgen.grid import without_holes
from obsgen.model import DashboardContext, Pack, Reports, Service, Spec

NOTHING_TO_SHOW: Final = Code(
    "DSH616",
    "nothing-to-show",
    why="the ready dashboard was asked for, and the service has nothing for it, so there is none",
    fix="Declare what the word shows, which the finding says, or leave the word out; a word in the "
    "Project's `dashboards` counts where there is something to show.",
    severity=Severity.WARNING,
)
CODES: Final = (NOTHING_TO_SHOW,)

Alerts = Mapping[str, tuple[AlertingRule, ...]]
"""The alerting rules of each service, by its name."""


def ready_dashboards(spec: Spec, alerts: Alerts, report: Reports) -> Iterator[Dashboard]:
    """
    Yield the dashboards of all words, first those of the project, then those of each service.

    A pack finds in its service's `ready_dashboards` only what has been built before it, so that a
    link to another word always leads somewhere; what a word shares for the project sees all.
    """
    spec = _with_filled_addresses(spec)
    built: dict[str, tuple[str, ...]] = {service.name: () for service in spec.services}
    made: dict[str, list[Dashboard]] = {}
    for word in packs.KINDS:
        for service in _naming(spec, word):
            seen = replace(service, ready_dashboards=built[service.name])
            found = _pack(word).dashboards(_context(spec, seen, alerts, report))
            made.setdefault(word, []).extend(found)
            if found:
                built[service.name] += (word,)
            elif word in service.ready_dashboards:
                _report_nothing(word, service, report)
    for word, of_services in made.items():
        services = tuple(
            replace(service, ready_dashboards=built[service.name])
            for service in _naming(spec, word)
        )
        shared = _pack(word).project_dashboards(spec.project, services)
        for each in (*shared, *of_services):
            yield replace(each, kind=word, sections=tuple(map(without_holes, each.sections)))


def _with_filled_addresses(spec: Spec) -> Spec:
    """Return the spec with the environment's name in the addresses of its Project."""
    runbooks = spec.project.runbook_base.replace("{environment}", spec.environment.name)
    return replace(spec, project=replace(spec.project, runbook_base=runbooks))


def _naming(spec: Spec, word: str) -> tuple[Service, ...]:
    """Return the services that are to have a ready dashboard."""
    is_wanted_of_all = word in spec.project.ready_dashboards
    return tuple(s for s in spec.services if is_wanted_of_all or word in s.ready_dashboards)


def _pack(word: str) -> Pack:
    pack: Pack = importlib.import_module(f"obsgen.packs.{word}").KIND
    return pack


def _context(spec: Spec, service: Service, alerts: Alerts, report: Reports) -> DashboardContext:
    return DashboardContext(
        project=spec.project.scraped_every(service.scrape_interval),
        service=service,
        catalogue=service.catalogue,
        alerts=alerts.get(service.name, ()),
        report=report,
    )


def _report_nothing(word: str, service: Service, report: Reports) -> None:
    message = f"`{word}` has nothing to show of service `{service.name}`"
    hint = f"it shows {_pack(word).shows}: declare some, or leave the word out"
    report(finding(NOTHING_TO_SHOW, service.origin / "dashboards", message, hint))
