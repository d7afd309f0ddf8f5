"""Versions: the servers are not older than those that the specs are written for."""

from __future__ import annotations

import re
from typing import Final

from obsgen.diagnostics import NOWHERE, Code, Diagnostic, finding
from obsgen.importers import answers
from obsgen.live.verify.world import Outcome, World
from obsgen.versions import Version, version_text

TITLE: Final = "versions"
SERVER: Final = ""

SERVER_TOO_OLD: Final = Code(
    "LIV742",
    "server-too-old",
    why="an older server refuses or passes over what was generated for a newer one",
    fix="Upgrade the server, or write its version in the Project: `prometheus: {version: …}`, "
    "`alertmanager: {version: …}`.",
)
CODES: Final = (SERVER_TOO_OLD,)

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)")


def check(world: World) -> Outcome:
    """Compare the versions of Prometheus and Alertmanager with the targets of the build."""
    asked: list[tuple[str, Version, str]] = []
    if world.prometheus is not None:
        info = answers.mapping(world.prometheus.data("status/buildinfo"))
        told = answers.text(info, "version")
        asked.append(("Prometheus", world.compiled.prometheus.version, told))
    alertmanager, config = world.servers.get("alertmanager"), world.compiled.alertmanager
    if alertmanager is not None and config is not None:
        status = answers.mapping(alertmanager.ask("/api/v2/status"))
        told = answers.text(answers.mapping(status.get("versionInfo")), "version")
        asked.append(("Alertmanager", config.version, told))
    findings = tuple(found for one in asked for found in _problems(*one))
    return Outcome(looked=len(asked), what="server", findings=findings)


def _problems(product: str, target: Version, told: str) -> tuple[Diagnostic, ...]:
    found = _VERSION.match(told)
    # Builds of one's own may be called anything.
    if found is None or (int(found[1]), int(found[2])) >= target:
        return ()
    message = f"{product} is {told}, the specs are for {version_text(target)} and later"
    return (finding(SERVER_TOO_OLD, NOWHERE, message),)
