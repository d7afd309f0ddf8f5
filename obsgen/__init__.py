"""obsgen compiles declarative monitoring specs into rules, routing and dashboards."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["Built", "Diagnostic", "Options", "Severity", "__version__", "build"]

_HOMES = {
    "Built": "obsgen.pipeline",
    "Options": "obsgen.pipeline",
    "build": "obsgen.pipeline",
    "Diagnostic": "obsgen.diagnostics",
    "Severity": "obsgen.diagnostics",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: `obsgen --help` needs none of them."""
    import importlib

    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'obsgen' has no attribute {name!r}")
