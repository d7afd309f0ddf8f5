"""
Specs as `obsgen fmt` sees them: what is read, how each would look, what is written back.

A file that has no layout is reported and left as it stands; the others are written all the same.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from obsgen import disk
from obsgen.diagnostics import Diagnostic
from obsgen.formatting import Formatted, format_source
from obsgen.source import SourceMap
from obsgen.workspace import STDIN


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyFile:
    """
    A file before and after.

    Attributes:
        path: The file itself, behind all links; None for standard input.
    """

    name: str
    path: Path | None
    before: bytes
    after: bytes
    has_layout: bool

    @property
    def is_changed(self) -> bool:
        """Say whether it is not as it would be written."""
        return self.before != self.after

    @property
    def diff(self) -> str:
        """A unified diff from what stands there to what would be written."""
        rows = difflib.unified_diff(
            self.before.decode("utf-8", "replace").splitlines(keepends=True),
            self.after.decode("utf-8", "replace").splitlines(keepends=True),
            fromfile=f"{self.name} (as it stands)",
            tofile=f"{self.name} (formatted)",
        )
        return "".join(row if row.endswith("\n") else f"{row}\n" for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """Files in their layout, by name, and what was found."""

    files: tuple[TidyFile, ...]
    diagnostics: tuple[Diagnostic, ...]
    source_map: SourceMap

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the files."""
        return tuple(file.name for file in self.files)

    @property
    def changed(self) -> tuple[TidyFile, ...]:
        """Those that are not as they would be written."""
        return tuple(file for file in self.files if file.is_changed)

    def outcome(self, verb: str) -> str:
        """
        Count the files in a sentence.

        Args:
            verb: What happens to those that change: `formatted`, `would change`.
        """
        counts = {
            verb: len(self.changed),
            "unchanged": sum(file.has_layout and not file.is_changed for file in self.files),
            "left alone": sum(not file.has_layout for file in self.files),
        }
        words = [f"{count} {word}" for word, count in counts.items() if count]
        return ", ".join(words) or "no file read"


def tidy(arguments: list[Path], *, cwd: Path) -> Tidied:
    """Return specs in their layout, with what is wrong with any; nothing is written."""
    given = disk.read_specs(arguments, cwd=cwd)
    return _tidied(given.texts, given.paths, given.diagnostics)


def tidy_text(data: bytes) -> Tidied:
    """Return standard input in its layout."""
    return _tidied({STDIN: data}, {}, ())


def _tidied(
    texts: Mapping[str, bytes], paths: Mapping[str, Path], found: tuple[Diagnostic, ...]
) -> Tidied:
    formatted = {name: format_source(name, data) for name, data in texts.items()}
    return Tidied(
        files=tuple(_file(name, texts[name], paths, one) for name, one in formatted.items()),
        diagnostics=(*found, *(d for one in formatted.values() for d in one.diagnostics)),
        source_map=SourceMap(tuple(one.source for one in formatted.values())),
    )


def _file(name: str, before: bytes, paths: Mapping[str, Path], formatted: Formatted) -> TidyFile:
    return TidyFile(
        name=name,
        path=paths.get(name),
        before=before,
        after=formatted.text,
        has_layout=not formatted.diagnostics,
    )


def write(tidied: Tidied) -> None:
    """
    Replace the files that change.

    Raises:
        disk.SpecNotWritten: for the first that cannot be; those before it are written.
    """
    from obsgen.disk.rewrite import rewrite

    for file in tidied.changed:
        if file.path is not None:
            rewrite(file.path, file.after, file.name)
