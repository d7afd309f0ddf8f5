"""
What the commands print: findings and sentences to standard error, data to standard output.

Findings may go into a report as well, which a program reads: standard error is for people then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import click

from obsgen.diagnostics import Diagnostic, ObsgenError, Severity
from obsgen.disk.outcomes import Difference, Written
from obsgen.plurals import counted
from obsgen.report import FORMATS, summary
from obsgen.source import SourceMap

STANDARD_OUTPUT: Final = "-"
_FOR_PEOPLE: Final = frozenset({"text", "github"})
_ALL: Final = "info"


class Findings(Protocol):
    """What a run found, and where."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings."""
        ...

    @property
    def source_map(self) -> SourceMap:
        """The lines that they are in."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the files that were looked at."""
        ...


def print_findings(
    built: Findings, format_: str, *, fail_on: str, tells_infos: bool = True
) -> bool:
    """
    Print findings; say whether one is as grave as *fail_on*.

    Args:
        tells_infos: People are told what is only worth knowing; else only if they ask for it, with
            `--fail-on info`.
    """
    if format_ in _FOR_PEOPLE and fail_on != _ALL and not tells_infos:
        told = tuple(d for d in built.diagnostics if d.severity is not Severity.INFO)
        built = Told(diagnostics=told, source_map=built.source_map, sources=built.sources)
    is_colored = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    click.echo(_rendered(built, format_, color=is_colored), err=True, nl=False)
    return has_failed(built, fail_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Some of what a run found."""

    diagnostics: tuple[Diagnostic, ...]
    source_map: SourceMap
    sources: tuple[str, ...]


def tell(checked: Findings, format_: str, report: str | None, *, fail_on: str) -> bool:
    """Print findings and how many there are, write the report; say whether the run failed."""
    shown = shown_format(format_, report)
    failed = print_findings(checked, shown, fail_on=fail_on, tells_infos=False)
    print_summary(checked, shown, fail_on=fail_on)
    return not write_report(checked, format_, report) or failed


def has_failed(built: Findings, fail_on: str) -> bool:
    """Say whether a finding is as grave as *fail_on*."""
    least = Severity[fail_on.upper()]
    return any(d.severity >= least for d in built.diagnostics)


def shown_format(format_: str, report: str | None) -> str:
    """Return how findings are told on standard error: beside a report, as to people."""
    return format_ if report is None else "text"


def write_report(built: Findings, format_: str, report: str | None) -> bool:
    """
    Write findings to a file, or to standard output (`-`), where that is asked for.

    Returns:
        Whether that was done, or need not be; else why it cannot be done is printed.
    """
    if report is None:
        return True
    text = _rendered(built, format_, color=False)
    if report == STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return True
    from obsgen.disk.reports import write_report as write

    try:
        write(Path(report), text)
    except ObsgenError as error:
        print_error(error)
        return False
    return True


def print_error(error: ObsgenError, format_: str = "text") -> None:
    """Print why the system does not let obsgen go on."""
    alone = Told(diagnostics=(error.diagnostic,), source_map=SourceMap(()), sources=())
    print_findings(alone, format_, fail_on="error")


def _rendered(built: Findings, format_: str, *, color: bool) -> str:
    render = FORMATS[format_]
    return render(built.diagnostics, built.source_map, files=built.sources, color=color)


def print_data(data: str | bytes) -> None:
    """Print to standard output, whatever the terminal calls its encoding."""
    click.echo(data.encode() if isinstance(data, str) else data, nl=False)


def print_summary(
    built: Findings, format_: str, *, fail_on: str = "error", outcome: str = ""
) -> None:
    """Count the findings in a sentence."""
    told = [d for d in built.diagnostics if d.severity is not Severity.INFO or fail_on == _ALL]
    kept = len(built.diagnostics) - len(told)
    more = f" ({counted(kept, 'info')} more: --fail-on info)" if kept else ""
    say(summary(told) + more + outcome, format_)


def print_differences(differences: tuple[Difference, ...], format_: str) -> None:
    """Print what is not up to date; nothing, if all is."""
    for difference in differences:
        print_data(difference.text)
    if differences:
        say(f"{counted(len(differences), 'file')} not up to date: run `obsgen generate`", format_)


def print_written(written: Iterable[tuple[Path, Written]], format_: str) -> None:
    """Say for each folder how much was done there."""
    for folder, did in written:
        counts = {"written": did.changed, "unchanged": did.unchanged, "removed": did.removed}
        words = ", ".join(f"{len(paths)} {word}" for word, paths in counts.items())
        say(f"{folder}: {words}", format_)


def print_raw(texts: Iterable[str]) -> None:
    """Print what other programs said, as they said it."""
    for text in texts:
        click.echo(text.rstrip(), err=True)


def say(sentence: str, format_: str) -> None:
    """Print a sentence for people, where nothing but findings is read by a program."""
    if format_ == "text":
        click.echo(sentence, err=True)
