"""How reports are written, a module each, with a `render`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final

from obsgen.live.reports.document import Report

FORMATS: Final = ("table", "markdown", "json", "csv", "html")
BY_SUFFIX: Final = {".md": "markdown", ".json": "json", ".csv": "csv", ".html": "html"}
"""The format of a file, where none is named."""


def renderer(name: str) -> Callable[[Report], str]:
    """Return what writes a format."""
    render: Callable[[Report], str] = importlib.import_module(
        f"obsgen.live.reports.formats.{name}"
    ).render
    return render
