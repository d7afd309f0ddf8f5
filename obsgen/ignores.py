"""
Findings that an author wants to live with: `# obsgen: ignore[PQL440] reason until 2027-01-31`.

The comment stands on the line of the finding, for a block scalar on the line of its key, or alone
on the line before. A reason is obligatory, a date is not; `today` comes from outside, so that the
same specs on the same day give the same findings.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.source import Source, SourceMap

UNUSED_IGNORE: Final = Code(
    "SRC010",
    "unused-ignore",
    why="the comment silences nothing: what it was for has been mended, or it stands on another "
    "line, or it names a code that cannot be ignored",
    fix="Remove the comment, or put it on the line of the finding.",
    severity=Severity.WARNING,
)
EXPIRED_IGNORE: Final = Code(
    "SRC011",
    "expired-ignore",
    why="the day has come until which the finding was to be ignored, so it is shown again",
    fix="Mend what is found, or write a later day.",
    severity=Severity.WARNING,
)
IGNORE_FORM: Final = Code(
    "SRC012",
    "ignore-form",
    why="a finding is ignored by its code and for a reason that the next reader can judge",
    fix="Write `# obsgen: ignore[PQL440] the exporter is not ours`, with `until 2027-01-31` if it "
    "is to end.",
    severity=Severity.WARNING,
)
CODES: Final = (UNUSED_IGNORE, EXPIRED_IGNORE, IGNORE_FORM)

_SIGN: Final = "obsgen:"
_COMMENT: Final = re.compile(r"#\s*obsgen:\s*ignore\b(?P<rest>.*)$", re.ASCII)
_OTHER_WORD: Final = re.compile(r"#\s*obsgen:\s*(?P<word>[\w-]+)\s*\[(?P<codes>[^\]]*)\]", re.ASCII)
_CODES: Final = re.compile(r"\s*\[\s*(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*)\s*\]", re.ASCII)
_UNTIL: Final = re.compile(r"\buntil\s+(?P<day>\d[\d./-]*(?<=\d))", re.ASCII)
_BARE_CODES: Final = re.compile(
    r"[\s:(]*(?P<codes>[A-Z]{3}\d{3}(?:,?\s+[A-Z]{3}\d{3})*)\b", re.ASCII
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_MONTHS: Final = range(1, 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ignore:
    """A comment: which codes or their names, on which line (from 1) and until when."""

    codes: frozenset[str]
    line: int
    origin: Origin
    until: str = ""


class Ignores:
    """The comments of some files, and what they silence."""

    def __init__(self, sources: Iterable[Source], *, today: str, is_partial: bool) -> None:
        """
        Read the comments.

        Args:
            today: `2026-11-25`; empty, where no comment ends.
            is_partial: Something could not be read, so a comment may have had its use.
        """
        read = tuple(sources)
        self._source_map = SourceMap(read)
        self._today = today
        self._is_partial = is_partial
        self._problems: list[Diagnostic] = []
        self._comments: dict[str, tuple[_Ignore, ...]] = {}
        self._lines: dict[str, dict[int, list[_Ignore]]] = {}
        self._used: dict[_Ignore, set[str]] = {}
        for source in read:
            if any(_SIGN in line for line in source.lines):
                self._comments[source.file] = tuple(_comments(source, self._problems.append))
                lines = self._lines.setdefault(source.file, {})
                for ignore in self._comments[source.file]:
                    lines.setdefault(ignore.line, []).append(ignore)

    def applied(
        self, found: Iterable[Diagnostic], checked: Iterable[Diagnostic]
    ) -> Iterator[Diagnostic]:
        """
        Yield the findings that remain, then those about the comments themselves.

        Args:
            found: Findings whose errors stand for something that was left out: they stay.
            checked: Findings with which work can go on, however grave they are.
        """
        for diagnostic in found:
            if diagnostic.severity is Severity.ERROR:
                yield diagnostic
            else:
                yield from self._remaining(diagnostic)
        for diagnostic in checked:
            yield from self._remaining(diagnostic)
        yield from self._problems
        if not self._is_partial:
            yield from self._unused()

    def _remaining(self, diagnostic: Diagnostic) -> Iterator[Diagnostic]:
        near = self._lines.get(diagnostic.origin.file, {})
        ignore = _matching(diagnostic, near, self._source_map) if near else None
        if ignore is None:
            yield diagnostic
            return
        names = {diagnostic.code.id.lower(), diagnostic.code.name}
        self._used.setdefault(ignore, set()).update(names)
        if ignore.until and self._today and ignore.until < self._today:
            yield diagnostic
            message = f"the finding was ignored until {ignore.until}"
            yield finding(EXPIRED_IGNORE, ignore.origin, message)

    def _unused(self) -> Iterator[Diagnostic]:
        for ignore in (one for several in self._comments.values() for one in several):
            idle = ignore.codes - self._used.get(ignore, set())
            if idle:
                codes = ", ".join(c if "-" in c else c.upper() for c in sorted(idle))
                message = f"there is no {codes} on this line to ignore"
                what = "the comment" if idle == ignore.codes else codes
                yield finding(UNUSED_IGNORE, ignore.origin, message, f"remove {what}")


def _comments(source: Source, report: Callable[[Diagnostic], None]) -> Iterator[_Ignore]:
    for number, line in enumerate(source.lines):
        match = _COMMENT.search(line) if _SIGN in line else None
        if match is None:
            if _SIGN in line and (other := _OTHER_WORD.search(line)):
                message = f"`{other['word']}` is no word of obsgen's comments"
                hint = f"write `# obsgen: ignore[{other['codes']}] why it is right here`"
                place = Origin(source.file, mark=(number, other.start(), len(other.group())))
                report(finding(IGNORE_FORM, place, message, hint))
            continue
        mark = (number, match.start(), match.end() - match.start())
        origin = Origin(source.file, mark=mark)
        codes = _CODES.match(match["rest"])
        until = _UNTIL.search(match["rest"])
        reason = _UNTIL.sub("", match["rest"][codes.end() :] if codes else "").strip(" \t-—:")
        if codes is None or not reason:
            report(finding(IGNORE_FORM, origin, *_said(match["rest"], codes)))
            continue
        if until is not None and not _is_day(until["day"]):
            hint = "write the year, the month and the day: `until 2027-01-31`"
            report(finding(IGNORE_FORM, origin, f"`{until['day']}` is not a day", hint))
            continue
        is_alone = not line[: match.start()].strip()
        yield _Ignore(
            codes=frozenset(word.strip().lower() for word in codes["codes"].split(",")),
            line=_next_line(source.lines, number) if is_alone else number + 1,
            origin=origin,
            until=until["day"] if until else "",
        )


def _said(rest: str, codes: re.Match[str] | None) -> tuple[str, str]:
    """Return what is wrong with the form of a comment, and the comment as it is meant."""
    named = codes["codes"] if codes else "PQL440"
    what = "names no code" if codes is None else "gives no reason"
    if codes is None and (bare := _BARE_CODES.match(rest)):
        named = ", ".join(re.split(r",?\s+", bare["codes"]))
        what = f"has {named} without brackets"
    return f"the comment {what}", f"write `# obsgen: ignore[{named}] why it is right here`"


def _next_line(lines: Sequence[str], number: int) -> int:
    """Return the line, from 1, that a comment of its own speaks of: the next that is none."""
    while number < len(lines) and lines[number].lstrip().startswith("#"):
        number += 1
    return number + 1


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    year, month, day = map(int, text.split("-"))
    is_month = year > 0 and month in _MONTHS
    return is_month and 1 <= day <= calendar.monthrange(year, month)[1]


def _matching(
    diagnostic: Diagnostic, ignores: Mapping[int, list[_Ignore]], source_map: SourceMap
) -> _Ignore | None:
    lines = {source_map.span(diagnostic.origin).line}
    if diagnostic.origin.part is not None:
        lines.add(source_map.span(replace(diagnostic.origin, part=None)).line)
    names = {diagnostic.code.id.lower(), diagnostic.code.name}
    near = (ignore for line in sorted(lines) for ignore in ignores.get(line, ()))
    return next((ignore for ignore in near if names & ignore.codes), None)
