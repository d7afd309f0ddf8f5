"""What the ready dashboards of single services have in common."""

from __future__ import annotations

from obsgen import names
from obsgen.artefacts import (
    DEFAULT_REFRESH,
    DEFAULT_TIME,
    Annotation,
    Dashboard,
    Link,
    Section,
    Variable,
)
from obsgen.model import Project, Service


class OfServices:
    """A pack whose services share nothing: each has a dashboard of its own."""

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return nothing."""
        del project, services
        return ()


def of_service(  # noqa: PLR0913 - keyword-only, one a property of the dashboard
    word: str,
    service: Service,
    *,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    variables: tuple[Variable, ...] = (),
    annotations: tuple[Annotation, ...] = (),
    links: tuple[Link, ...] = (),
    time: str = DEFAULT_TIME,
    refresh: str = DEFAULT_REFRESH,
) -> Dashboard:
    """
    Return a service's dashboard: its place and its tags follow from the service.

    Args:
        word: The pack's.
        title: Behind the title of the service.
    """
    return Dashboard(
        uid=names.uid(word, service.name),
        service=service.name,
        title=f"{service.title}: {title}",
        description=description,
        folder=service.folder,
        tags=(word, service.name),
        sections=sections,
        variables=variables,
        annotations=annotations,
        links=links,
        time=time,
        refresh=refresh,
        sources=service.sources,
        origin=service.origin / "dashboards",
    )
