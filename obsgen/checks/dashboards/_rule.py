"""How checks look at dashboards, and leave out what a `.lint` file excludes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from obsgen.artefacts import Dashboard
from obsgen.checks._check import Run
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Diagnostic
from obsgen.exclusions import Spot

Found = Iterable[Diagnostic]


def of_dashboards(look: Callable[[Subject, Dashboard], Found]) -> Run:
    """Look at every dashboard by itself."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for dashboard in subject.compiled.dashboards:
            yield from _applied(subject, look(subject, dashboard), Spot(dashboard=dashboard))

    return run


def of_panels(look: Callable[[Subject, ShownPanel], Found]) -> Run:
    """Look at every panel by itself."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for panel in subject.panels:
            spot = Spot(dashboard=panel.dashboard, panel=panel.title)
            yield from _applied(subject, look(subject, panel), spot)

    return run


def of_targets(look: Callable[[Subject, ShownPanel, ShownTarget], Found]) -> Run:
    """Look at every query of a panel, whatever it asks, as far as its text."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for panel in subject.panels:
            for target in panel.targets:
                spot = Spot(dashboard=panel.dashboard, panel=panel.title, target=target.index)
                yield from _applied(subject, look(subject, panel, target), spot)

    return run


def of_panel_queries(look: Callable[[Query, ShownPanel, ShownTarget], Found]) -> Run:
    """Look at every query of a panel in PromQL that could be read."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for query in subject.queries:
            panel, target = query.panel, query.target
            if panel is None or target is None:
                continue
            spot = Spot(dashboard=panel.dashboard, panel=panel.title, target=target.index)
            yield from _applied(subject, look(query, panel, target), spot)

    return run


def each_of(*runs: Run) -> Run:
    """Look in several ways, one after the other."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for each in runs:
            yield from each(subject)

    return run


def _applied(subject: Subject, found: Found, spot: Spot) -> Iterator[Diagnostic]:
    for diagnostic in found:
        yield from subject.exclusions.applied(diagnostic, spot)
