"""Alertmanager runs the configuration of the build."""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Origin, finding
from obsgen.importers import answers
from obsgen.importers.prometheus import ApiUnreadable
from obsgen.live.verify.same_config import differences
from obsgen.live.verify.world import Outcome, World
from obsgen.outputs.alertmanager import PATH, files
from obsgen.outputs.yaml import load

TITLE: Final = "Alertmanager's configuration"
SERVER: Final = "alertmanager"

CONFIG_DIFFERENT: Final = Code(
    "LIV741",
    "alertmanager-config-different",
    why="alerts go to other people than the specs say, or at other times",
    fix="Bring `generated/alertmanager/` to the server and let it reload: "
    "`curl -X POST …/-/reload`, or SIGHUP.",
)
CODES: Final = (CONFIG_DIFFERENT,)


def check(world: World) -> Outcome:
    """
    Compare what Alertmanager has loaded with the configuration of the build.

    Raises:
        ApiUnreadable: it does not tell its configuration.
    """
    config = world.compiled.alertmanager
    if config is None:
        return Outcome(looked=0, what="configuration", findings=())
    (own,) = (file.data for file in files(world.compiled) if file.path == PATH)
    api = world.servers["alertmanager"]
    status = answers.mapping(api.ask("/api/v2/status"))
    text = answers.text(answers.mapping(status.get("config")), "original")
    loaded = load(text)
    if not isinstance(loaded, dict):
        raise ApiUnreadable("Alertmanager does not tell its configuration")
    origins = {receiver.name: receiver.origin for receiver in config.receivers}
    findings = tuple(
        _finding(path, problem, origins) for path, problem in differences(load(own), loaded)
    )
    return Outcome(looked=1, what="configuration", findings=findings)


def _finding(path: tuple[str, ...], problem: str, origins: dict[str, Origin]) -> Diagnostic:
    name = path[1] if len(path) > 1 and path[0] == "receivers" else ""
    message = f"Alertmanager's `{'.'.join(path)}` {problem}"
    return finding(CONFIG_DIFFERENT, origins.get(name, NOWHERE), message)
