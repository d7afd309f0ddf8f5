"""Loads kinds by their key: a kind is imported when a spec uses it, never before."""

from __future__ import annotations

import importlib
from typing import Any, Final

from obsgen import alerts, datasources, measures, panels, probes, receivers, scenarios, slis

_PACKAGES: Final = {
    "measures": measures.KINDS,
    "slis": slis.KINDS,
    "alerts": alerts.KINDS,
    "panels": panels.KINDS,
    "receivers": receivers.KINDS,
    "probes": probes.KINDS,
    "datasources": datasources.KINDS,
    "scenarios": scenarios.KINDS,
}


def keys(package: str) -> tuple[str, ...]:
    """Return the keys of all kinds of a package: `measures`, `slis`, `alerts`, …."""
    return _PACKAGES[package]


def load(package: str, key: str) -> Any:
    """Return a kind; its type is the Protocol of `model` that belongs to the package."""
    return importlib.import_module(f"obsgen.{package}.{key}").KIND
