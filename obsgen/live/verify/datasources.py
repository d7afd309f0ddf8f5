"""
Grafana has the datasources that dashboards ask, by their uids.

Asked is `/api/datasources/uid/…` (Grafana documentation, "Data source HTTP API"), which needs the
permission `datasources:read`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import GrafanaDatasource
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, finding
from obsgen.http import ServerRefused
from obsgen.importers import answers
from obsgen.live.verify.dashboards import NOT_FOUND
from obsgen.live.verify.several import answers as answers_of
from obsgen.live.verify.world import Api, Outcome, World

TITLE: Final = "datasources"
SERVER: Final = "grafana"

DATASOURCE_MISSING: Final = Code(
    "LIV754",
    "datasource-not-there",
    why="every panel that asks it shows an error",
    fix="Let Grafana read `generated/grafana/provisioning/`, or write the `uid:` that it has.",
)
DATASOURCE_DIFFERENT: Final = Code(
    "LIV755",
    "datasource-different",
    why="panels ask another server than the specs say, or in another language",
    fix="Let Grafana read `generated/grafana/provisioning/` again, or correct `datasources:`.",
)
CODES: Final = (DATASOURCE_MISSING, DATASOURCE_DIFFERENT)


def check(world: World) -> Outcome:
    """Ask for every datasource of the specs, and compare type, name and address."""
    api = world.servers["grafana"]
    every = world.compiled.datasources
    found = answers_of(lambda one: tuple(_problems(api, one)), every)
    findings = tuple(one for several in found for one in several)
    return Outcome(looked=len(every), what="datasource", findings=findings)


def _problems(api: Api, datasource: GrafanaDatasource) -> Iterator[Diagnostic]:
    name = f"datasource `{datasource.name}`"
    try:
        answer = answers.mapping(api.ask(f"/api/datasources/uid/{datasource.uid}"))
    except ServerRefused as refused:
        if refused.status != NOT_FOUND:
            raise
        message = f"{name} is not there: none has the uid `{datasource.uid}`"
        yield finding(DATASOURCE_MISSING, NOWHERE, message)
        return
    wanted = {"type": datasource.type}
    if datasource.is_provisioned:
        wanted |= {"name": datasource.name}
        # An address may hold variables of Grafana's environment.
        wanted |= {} if "$" in datasource.url else {"url": datasource.url}
    for key, value in wanted.items():
        told = answers.text(answer, key)
        if told.rstrip("/") != value.rstrip("/"):
            message = f"{name} has the {key} `{told}`, not `{value}`"
            yield finding(DATASOURCE_DIFFERENT, NOWHERE, message)
