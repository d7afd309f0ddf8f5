"""What dashboards of one build must agree on: their uids, their folders, and where links lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Link
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Origin, Related, finding
from obsgen.model import Reports, Spec
from obsgen.reader.links import LINK

SAME_UID: Final = Code(
    "DSH613",
    "dashboard-uid-twice",
    why="Grafana knows a dashboard by its uid; of two with one uid only one is shown",
    fix="Give one of the dashboards another name.",
)
FOLDER_LOOKALIKE: Final = Code(
    "DSH614",
    "folder-lookalike",
    why="folders are directories, and some file systems take two such names for one",
    fix="Write the folder's title the same way everywhere.",
)
UNKNOWN_DASHBOARD: Final = Code(
    "REF262",
    "unknown-dashboard",
    why="the link would lead to an error page",
    fix="Name a Dashboard, or a ready one as `SERVICE/WORD`; the service has to list the word.",
)
CODES: Final = (SAME_UID, FOLDER_LOOKALIKE, UNKNOWN_DASHBOARD)

# Schemes that Grafana takes away (`textUtil.sanitizeUrl`); control characters do not hide them.
_RUNS: Final = re.compile(r"[\s\x00-\x1f]*(?:javascript|data|vbscript)\s*:", re.IGNORECASE)
_MOST_SHOWN: Final = 8
_DASHBOARD_URL: Final = re.compile(r"/d/([A-Za-z0-9_-]+)")


def with_unique_uids(dashboards: Iterable[Dashboard], report: Reports) -> Iterator[Dashboard]:
    """Yield the first dashboard of each uid; another one of it is reported."""
    first: dict[str, Dashboard] = {}
    for dashboard in dashboards:
        other = first.setdefault(dashboard.uid, dashboard)
        if other is dashboard:
            yield dashboard
            continue
        message = f"dashboard `{dashboard.title}` has the uid `{dashboard.uid}` of another"
        related = (Related(f"`{other.title}` comes from here", other.origin),)
        report(finding(SAME_UID, dashboard.origin, message, related=related))


def check_folders(dashboards: Iterable[Dashboard], report: Reports) -> None:
    """Report folders whose titles differ in nothing that tells directories apart."""
    first: dict[str, Dashboard] = {}
    reported: set[str] = set()
    for dashboard in dashboards:
        other = first.setdefault(names.slug(dashboard.folder), dashboard)
        if dashboard.folder in {other.folder, *reported}:
            continue
        reported.add(dashboard.folder)
        message = f"folders `{dashboard.folder}` and `{other.folder}` look like one"
        related = (Related(f"`{other.folder}` comes from here", other.origin),)
        hint = "write one title"
        report(finding(FOLDER_LOOKALIKE, dashboard.origin, message, hint, related=related))


def check_links(spec: Spec, dashboards: tuple[Dashboard, ...], report: Reports) -> None:
    """Report links to dashboards that are not built, and those that run a script."""
    known = {dashboard.uid: _reference(dashboard) for dashboard in dashboards}
    for dashboard in dashboards:
        for link, origin in _links(dashboard):
            if _RUNS.match(link.url):
                message = f"link `{link.title}` is no address: Grafana opens it as an empty page"
                report(finding(LINK, origin, message, "write `https://…`, or a path: `/d/…`"))
            target = link.dashboard or uid_in(link.url)
            if not target or target in known:
                continue
            written = link.written or target
            hint = _hint(written, dashboard.service, known, spec)
            message = f"link `{link.title}` leads to dashboard `{written}`, which is not built"
            report(finding(UNKNOWN_DASHBOARD, origin, message, hint))


def _hint(written: str, service: str, known: Mapping[str, str], spec: Spec) -> str:
    """Return what to write for a dashboard that is not built, or what builds it."""
    owner, _, word = written.rpartition("/")
    services = {each.name: each for each in spec.services}
    owner = owner or service
    if word in names.READY_DASHBOARDS and owner in services:
        if word in services[owner].ready_dashboards:
            return f"service `{owner}` lists it, and has nothing to show there"
        return f"add `dashboards: [{word}]` to the Service `{owner}`"
    references = sorted(known.values())
    if guess := near(written, references) or near(written, known):
        return f"did you mean `{known.get(guess, guess)}`?"
    more = ", …" if len(references) > _MOST_SHOWN else ""
    return f"there are {', '.join(f'`{each}`' for each in references[:_MOST_SHOWN])}{more}"


def check_alerts(spec: Spec, dashboards: tuple[Dashboard, ...], report: Reports) -> None:
    """Report alerts that name a dashboard which is not built."""
    known = {dashboard.uid: _reference(dashboard) for dashboard in dashboards}
    for service in spec.services:
        for alert in service.alerts:
            if not alert.dashboard or "://" in alert.dashboard:
                continue
            target = names.dashboard_uid_of(alert.dashboard, service.name)
            if target not in known:
                hint = _hint(alert.dashboard, service.name, known, spec)
                message = f"alert `{alert.name}` names dashboard `{alert.dashboard}`, not built"
                report(finding(UNKNOWN_DASHBOARD, alert.origin / "dashboard", message, hint))


def _links(dashboard: Dashboard) -> Iterator[tuple[Link, Origin]]:
    for link in dashboard.links:
        yield link, _place(link, dashboard.origin)
    for panel in dashboard.panels:
        place = panel.origin if panel.origin.file else dashboard.origin
        for link in (*panel.links, *panel.data_links):
            yield link, _place(link, place)


def _place(link: Link, otherwise: Origin) -> Origin:
    """Return where it is written what a link leads to."""
    key = "dashboard" if link.dashboard else "url"
    return link.origin / key if link.origin.file else otherwise


def _reference(dashboard: Dashboard) -> str:
    """Return how specs refer to a dashboard (see `names.dashboard_uid_of`)."""
    if dashboard.kind and dashboard.service:
        return f"{dashboard.service}/{dashboard.kind}"
    return dashboard.uid.removeprefix(names.uid(""))


def uid_in(url: str) -> str:
    """Return the uid of a link to a dashboard of the same Grafana, or nothing."""
    match = _DASHBOARD_URL.match(url)
    return match[1] if match else ""
