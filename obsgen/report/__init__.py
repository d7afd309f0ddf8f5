"""
Findings as people and machines read them, a module for each format.

`findings` is what all formats share, `shown` keeps a terminal from doing what a text says. A format
is imported when it is used: most runs need the one for people alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from obsgen.diagnostics import Diagnostic
from obsgen.report.findings import sorted_diagnostics, summary
from obsgen.report.shown import WIDTH, harmless
from obsgen.source import SourceMap

__all__ = [
    "FORMATS",
    "NAMES",
    "WIDTH",
    "Format",
    "as_github",
    "as_json",
    "as_junit",
    "as_sarif",
    "as_text",
    "harmless",
    "sorted_diagnostics",
    "summary",
]

NAMES: Final = ("text", "json", "github", "sarif", "junit")
"""What `--format` offers: the modules of this package that hold a format."""


class Format(Protocol):
    """Renders findings, sorted and each once."""

    def __call__(
        self,
        diagnostics: Iterable[Diagnostic],
        source_map: SourceMap,
        *,
        files: Sequence[str] = (),
        color: bool = False,
    ) -> str:
        """
        Return the report, with a line end last.

        Args:
            files: What was checked, for formats that tell of files without a finding, too.
            color: Heeded only by the format for people.

        Returns:
            Nothing where there is no finding, unless the format is a whole document.
        """
        ...


def _lazy(name: str) -> Format:
    def render(
        diagnostics: Iterable[Diagnostic],
        source_map: SourceMap,
        *,
        files: Sequence[str] = (),
        color: bool = False,
    ) -> str:
        module = importlib.import_module(f"obsgen.report.{name}")
        report = module.render(diagnostics, source_map, files=files, color=color)
        assert isinstance(report, str)
        return report

    return render


FORMATS: Final[Mapping[str, Format]] = {name: _lazy(name) for name in NAMES}
"""The formats by name."""

as_text = FORMATS["text"]
as_json = FORMATS["json"]
as_github = FORMATS["github"]
as_sarif = FORMATS["sarif"]
as_junit = FORMATS["junit"]
