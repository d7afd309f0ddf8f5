"""
Compiled artefacts to files; one module (or package) is one output.

Each has `files(compiled) -> Iterator[OutputFile]`.
"""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    *("prometheus", "alertmanager", "grafana", "docs"),
    *("configmaps", "grafana_import", "loki"),
)
