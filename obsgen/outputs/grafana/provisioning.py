"""
Provisioning files: where Grafana finds the dashboards, and its datasources.

Grafana documentation, "Provision Grafana". The `timeInterval` of a datasource is what
`$__rate_interval` is made of, so it is the scrape interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from obsgen.artefacts import GrafanaDatasource

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
        "datasources": [_datasource(datasource) for datasource in found],
    }


def _datasource(datasource: GrafanaDatasource) -> dict[str, Any]:
    settings: dict[str, Any] = {"httpMethod": "POST"}
    if datasource.scrape_interval.ms:
        settings["timeInterval"] = str(datasource.scrape_interval)
    return {
        "name": datasource.name,
        "uid": datasource.uid,
        "type": datasource.type,
        "access": "proxy",
        "url": datasource.url,
        "isDefault": datasource.is_default,
        "editable": False,
        "jsonData": settings,
    }
