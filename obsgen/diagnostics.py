"""
What obsgen has to say about a spec: codes, places and findings, as plain values.

Findings are collected and all reported; an exception is a bug or belongs to the edges (files,
network). Places stay symbolic (`Origin`) until a finding is printed (`source.SourceMap`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import Final


class Severity(enum.IntEnum):
    """How much a finding matters; ordered, so that `--fail-on` can compare."""

    INFO = 0
    WARNING = 1
    ERROR = 2

    def __str__(self) -> str:
        """Write the word that reports use."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Code:
    """
    The stable name of one kind of finding, declared in the module that reports it.

    Attributes:
        id: Letters and number, never reused: `SLO301`.
        name: What is wrong, in kebab case: `objective-range`.
        why: Why it matters, for `obsgen explain`.
        fix: What to write instead, for `obsgen explain`; may hold YAML.
        severity: How much it matters unless a check says otherwise.
        hides: What it points at is never shown: a secret in a spec must not reach CI's log, too.
    """

    id: str
    name: str
    why: str
    fix: str
    severity: Severity = Severity.ERROR
    hides: bool = False


PRESET_FILE: Final = "preset:"
"""Begins the file names of shipped presets in diagnostics."""

Path = tuple[str | int, ...]
"""Keys and indices from the top of a file; the first is the document's number."""


@dataclass(frozen=True, slots=True)
class Origin:
    """
    A symbolic place in a spec.

    Attributes:
        file: As it was given to `build`.
        path: Which node.
        part: First and one-past-last character of the scalar's value, where only these are meant.
        on_key: The key is meant, not the value.
        mark: Line, column (from 0) and width, for what is found before there are nodes.
    """

    file: str
    path: Path = ()
    part: tuple[int, int] | None = None
    on_key: bool = False
    mark: tuple[int, int, int] | None = None

    @property
    def is_shipped(self) -> bool:
        """Say whether it stands in a shipped preset, not in what a user wrote."""
        return self.file.startswith(PRESET_FILE)

    def __truediv__(self, step: str | int) -> Origin:
        """Return the place of a key or an item below this one."""
        return Origin(self.file, (*self.path, step))

    def key(self) -> Origin:
        """Return the place of the key instead of the value."""
        return Origin(self.file, self.path, self.part, on_key=True, mark=self.mark)

    def characters(self, start: int, end: int) -> Origin:
        """Return the place of some characters of this scalar's value."""
        return replace(self, part=(start, end))


NOWHERE: Final = Origin("")
"""For what no spec is to blame for."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A concrete place: lines and columns from 1, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a finding speaks of."""

    message: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """
    One finding.

    Attributes:
        message: Subject, problem, what was found; lower case, no full stop.
        hint: What to write instead, or empty.
    """

    code: Code
    message: str
    origin: Origin
    hint: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = field(default=())


class ObsgenError(Exception):
    """
    What stops obsgen at its edges: the system's answer, not a mistake in a spec.

    Each room that talks to the system (files, network, tools) draws its own tree below it.
    """

    code: Code

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep message and hint; the message is also the text of the exception."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def diagnostic(self) -> Diagnostic:
        """The same as a finding, for reports."""
        return finding(self.code, NOWHERE, self.message, self.hint)


def finding(
    code: Code, origin: Origin, message: str, hint: str = "", *, related: tuple[Related, ...] = ()
) -> Diagnostic:
    """Return a diagnostic with the severity that its code declares."""
    return Diagnostic(
        code=code,
        message=message,
        origin=origin,
        hint=hint,
        severity=code.severity,
        related=related,
    )


def has_errors(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    """Say whether any of the findings is an error."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
