"""What the commands print: findings and sentences to standard error, data to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import click

from obsgen.diagnostics import Diagnostic, ObsgenError, Severity
from obsgen.disk.outcomes import Difference, Written
from obsgen.pipeline import Built
from obsgen.report import FORMATS, summary
from obsgen.source import SourceMap


class Reported(Protocol):
    """What findings are told of: a build, or specs in their layout."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found."""

    @property
    def source_map(self) -> SourceMap:
        """Turns its places into lines and columns."""


def print_findings(reported: Reported, format_: str, *, fail_on: str) -> bool:
    """Print findings; say whether one is as grave as *fail_on*."""
    _print(reported.diagnostics, reported.source_map, format_)
    least = Severity[fail_on.upper()]
    return any(d.severity >= least for d in reported.diagnostics)


def print_error(error: ObsgenError, format_: str = "text") -> None:
    """Print why the system does not let obsgen go on."""
    _print((error.diagnostic,), SourceMap(()), format_)


def _print(diagnostics: Iterable[Diagnostic], source_map: SourceMap, format_: str) -> None:
    is_colored = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    text = FORMATS[format_](diagnostics, source_map, color=is_colored)
    click.echo(text, err=True, nl=False)


def print_data(data: str | bytes) -> None:
    """Print to standard output, whatever the terminal calls its encoding."""
    click.echo(data.encode() if isinstance(data, str) else data, nl=False)


def print_summary(built: Built, format_: str, *, outcome: str = "") -> None:
    """Count the findings in a sentence."""
    print_sentence(summary(built.diagnostics) + outcome, format_)


def print_differences(differences: tuple[Difference, ...], format_: str) -> None:
    """Print what is not up to date; nothing, if all is."""
    for difference in differences:
        print_data(difference.text)
    if differences:
        count = f"{len(differences)} file{'' if len(differences) == 1 else 's'}"
        print_sentence(f"{count} not up to date: run `obsgen generate`", format_)


def print_written(written: Iterable[tuple[Path, Written]], format_: str) -> None:
    """Say for each folder how much was done there."""
    for folder, did in written:
        counts = {"written": did.changed, "unchanged": did.unchanged, "removed": did.removed}
        words = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items())
        print_sentence(f"{folder}: {words}", format_)


def print_raw(texts: Iterable[str]) -> None:
    """Print what other programs said, as they said it."""
    for text in texts:
        click.echo(text.rstrip(), err=True)


def print_sentence(sentence: str, format_: str) -> None:
    """Print a sentence for people, where nothing but findings is read by a program."""
    if format_ == "text":
        click.echo(sentence, err=True)
