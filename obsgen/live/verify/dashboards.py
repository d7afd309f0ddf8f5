"""
Grafana has the dashboards of the build, unchanged, in their folders.

Asked is `/api/dashboards/uid/…` (Grafana documentation, "Dashboard HTTP API"): `dashboard` is the
JSON with an `id` and a `version` that Grafana counts, `meta` tells the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from obsgen.artefacts import Dashboard
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.http import ServerRefused
from obsgen.importers import answers
from obsgen.live.verify import documents
from obsgen.live.verify.several import answers as answers_of
from obsgen.live.verify.world import Api, Outcome, World

TITLE: Final = "dashboards"
SERVER: Final = "grafana"

DASHBOARD_MISSING: Final = Code(
    "LIV751",
    "dashboard-not-there",
    why="people look for it, and links of alerts lead to it",
    fix="Let Grafana read `generated/grafana/`; its log tells which files it refuses.",
)
DASHBOARD_DIFFERENT: Final = Code(
    "LIV752",
    "dashboard-different",
    why="people see other panels than those that were reviewed, and the next build overwrites them",
    fix="Write the change into the specs, or let Grafana read `generated/grafana/` again.",
)
DASHBOARD_FOLDER: Final = Code(
    "LIV753",
    "dashboard-in-another-folder",
    why="people do not find it, and the permissions of another folder hold for it",
    fix="Let Grafana read `generated/grafana/` with `foldersFromFilesStructure`, or write the "
    "`folder:` of the service.",
)
CODES: Final = (DASHBOARD_MISSING, DASHBOARD_DIFFERENT, DASHBOARD_FOLDER)

NOT_FOUND: Final = 404
# What Grafana counts and remembers itself.
_OWN: Final = frozenset({"id", "version", "iteration"})
_ROOT: Final = frozenset({"", "General", "Dashboards"})
_SHOWN: Final = 4

Json = Mapping[str, Any]


def check(world: World) -> Outcome:
    """Ask for every dashboard, and compare it with the JSON of the build."""
    api = world.servers["grafana"]
    every = zip(world.compiled.dashboards, documents.dashboards(world.compiled), strict=True)
    found = answers_of(lambda pair: tuple(_problems(api, *pair)), list(every))
    findings = tuple(one for several in found for one in several)
    return Outcome(looked=len(found), what="dashboard", findings=findings)


def _problems(api: Api, dashboard: Dashboard, document: Json) -> Iterator[Diagnostic]:
    name = f"dashboard `{dashboard.title}`"
    try:
        answer = answers.mapping(api.ask(f"/api/dashboards/uid/{dashboard.uid}"))
    except ServerRefused as refused:
        if refused.status != NOT_FOUND:
            raise
        message = f"{name} is not there: no dashboard has the uid `{dashboard.uid}`"
        yield finding(DASHBOARD_MISSING, dashboard.origin, message)
        return
    folder = answers.text(answers.mapping(answer.get("meta")), "folderTitle")
    if folder != dashboard.folder and not {folder, dashboard.folder} <= _ROOT:
        message = f"{name} is in the folder `{folder or 'General'}`, not in `{dashboard.folder}`"
        yield finding(DASHBOARD_FOLDER, dashboard.origin, message)
    theirs = answers.mapping(answer.get("dashboard"))
    places = list(_places(_without_own(document), _without_own(theirs), ""))
    if places:
        more = len(places) - _SHOWN
        shown = ", ".join(f"`{place}`" for place in places[:_SHOWN])
        tail = f" and {more} more" if more > 0 else ""
        yield finding(DASHBOARD_DIFFERENT, dashboard.origin, f"{name} differs in {shown}{tail}")


def _without_own(document: Json) -> Json:
    return {key: value for key, value in document.items() if key not in _OWN}


def _places(ours: Any, theirs: Any, path: str) -> Iterator[str]:  # noqa: ANN401 (JSON)
    """Yield where two documents differ: `panels[Errors].targets[0].expr`; null is nothing."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in {**ours, **theirs}:
            yield from _places(ours.get(key), theirs.get(key), f"{path}.{key}" if path else key)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _places(one, other, f"{path}[{_called(one) or number}]")
    elif ours != theirs:
        yield path


def _called(item: object) -> str:
    """Return what people call an entry of a list: a panel by its title, a variable by its name."""
    named = answers.mapping(item)
    return answers.text(named, "title") or answers.text(named, "name")
