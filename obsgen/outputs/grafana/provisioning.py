"""
Provisioning files: where Grafana finds the dashboards, and its datasources.

Grafana documentation, "Provision Grafana". A secret is never written out: `$__file{PATH}` makes
Grafana read it from a file where it runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from obsgen.artefacts import GrafanaDatasource, SecretFile

DASHBOARDS_PATH: Final = "/etc/grafana/dashboards"
"""Where the dashboards are mounted; every directory below is a folder of its own name."""

_RELOAD_SECONDS: Final = 30


def dashboards_provider() -> dict[str, Any]:
    """Return the provider of all dashboards; they are changed in the specs, not in Grafana."""
    provider = {
        "name": "obsgen",
        "orgId": 1,
        "type": "file",
        "disableDeletion": False,
        "updateIntervalSeconds": _RELOAD_SECONDS,
        "allowUiUpdates": False,
        "options": {"path": DASHBOARDS_PATH, "foldersFromFilesStructure": True},
    }
    return {"apiVersion": 1, "providers": [provider]}


def datasources(found: Sequence[GrafanaDatasource]) -> dict[str, Any]:
    """Return the datasources; one that leaves the specs is removed from Grafana too."""
    return {
        "apiVersion": 1,
        "prune": True,
        "datasources": [_datasource(source) for source in found if source.is_provisioned],
    }


def _datasource(datasource: GrafanaDatasource) -> dict[str, Any]:
    login = {"basicAuth": True, "basicAuthUser": _escaped(datasource.user)}
    secure = {key: _secret(value) for key, value in datasource.secure.items()}
    return {
        "name": _escaped(datasource.name),
        "uid": datasource.uid,
        "type": datasource.type,
        "access": "proxy",
        # As it stands: an address may hold variables of Grafana's environment.
        "url": datasource.url,
        "isDefault": datasource.is_default,
        "editable": False,
        **(login if datasource.user else {}),
        "jsonData": _escaped(datasource.settings),
        **({"secureJsonData": secure} if secure else {}),
    }


def _secret(value: str | SecretFile) -> str:
    """Return a text as it is, and of a file what makes Grafana read it."""
    if isinstance(value, str):
        return str(_escaped(value))
    return f"{_escaped(value.prefix)}$__file{{{value.path}}}"


def _escaped(value: Any) -> Any:
    """Double each `$`: Grafana would take what follows it for a variable of its environment."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(inner) for inner in value]
    return value
