"""
Findings as people and machines read them: text with the source line, JSON lines, GitHub's commands.

The text form follows compilers: `file:line:column: severity: message [CODE]`, the line and carets.
What a spec holds is never sent to a terminal as it stands: control characters are shown, not acted
on. Escapes of `::error …::`: GitHub documentation, "Workflow commands for GitHub Actions", and the
`toolkit` that writes them.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from obsgen.diagnostics import Diagnostic, Origin, Severity, Span
from obsgen.source import SourceMap

WIDTH: Final = 160
"""Columns of a printed source line, gutter included; a longer one is cut around the carets."""


class Format(Protocol):
    """Renders findings, sorted and each once; only a format for people heeds *color*."""

    def __call__(
        self, diagnostics: Iterable[Diagnostic], source_map: SourceMap, *, color: bool = False
    ) -> str:
        """Return the report; empty without findings, else with a line end last."""
        ...


def sorted_diagnostics(
    diagnostics: Iterable[Diagnostic], source_map: SourceMap
) -> tuple[Diagnostic, ...]:
    """Return each finding once, by file, line, column, code and message."""

    def place(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
        span = source_map.span(diagnostic.origin)
        code = diagnostic.code.id
        return diagnostic.origin.file, span.line, span.column, code, diagnostic.message

    return tuple(sorted(_unique(diagnostics), key=place))


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Count the findings, each once: `2 errors, 1 warning`, or `nothing found`."""
    counts = Counter(d.severity for d in _unique(diagnostics))
    parts = (
        f"{counts[severity]} {severity}{'' if counts[severity] == 1 else 's'}"
        for severity in sorted(Severity, reverse=True)
        if counts[severity]
    )
    return ", ".join(parts) or "nothing found"


def _unique(diagnostics: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Return the first of equal findings: what several environments share is found in each."""
    found = {(d.code.id, d.origin, d.message): d for d in reversed(tuple(diagnostics))}
    return found.values()


def as_text(
    diagnostics: Iterable[Diagnostic], source_map: SourceMap, *, color: bool = False
) -> str:
    """Return the findings with their source lines, in colour where *color* says so."""
    paint = _colored if color else _plain
    found = sorted_diagnostics(diagnostics, source_map)
    source_map = source_map.masked(d.origin for d in found if d.code.hides)
    lines = (line for diagnostic in found for line in _text_lines(diagnostic, source_map, paint))
    return "".join(f"{line}\n" for line in lines)


def as_json(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    color: bool = False,
) -> str:
    """Return one JSON object a line; places that no file has are null."""
    lines = (
        json.dumps(_json_object(diagnostic, source_map), ensure_ascii=False)
        for diagnostic in sorted_diagnostics(diagnostics, source_map)
    )
    return "".join(f"{line}\n" for line in lines)


def as_github(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    color: bool = False,
) -> str:
    """Return workflow commands, which GitHub Actions shows beside the changed lines."""
    return "".join(
        f"{_github_command(diagnostic, source_map)}\n"
        for diagnostic in sorted_diagnostics(diagnostics, source_map)
    )


FORMATS: Final[Mapping[str, Format]] = {"text": as_text, "json": as_json, "github": as_github}
"""What `--format` offers."""

_Paint = Callable[[str, str], str]

_SGR: Final = {
    "place": "1",
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "gutter": "2",
    "hint": "32",
    "note": "36",
}


def _plain(_style: str, text: str) -> str:
    return text


def _colored(style: str, text: str) -> str:
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if text else ""


def _text_lines(diagnostic: Diagnostic, source_map: SourceMap, paint: _Paint) -> Iterator[str]:
    severity = str(diagnostic.severity)
    place = paint("place", f"{_place(diagnostic.origin, source_map) or 'obsgen'}:")
    message = _on_one_line(diagnostic.message)
    yield f"{place} {paint(severity, f'{severity}:')} {message} [{diagnostic.code.id}]"
    yield from _excerpt(diagnostic.origin, source_map, severity, paint)
    for related in diagnostic.related:
        place = _place(related.origin, source_map)
        message = _on_one_line(related.message) + (f": {place}" if place else "")
        yield f"  {paint('note', 'note:')} {message}"
        yield from _excerpt(related.origin, source_map, "note", paint)
    for number, line in enumerate(diagnostic.hint.splitlines()):
        label = "        " if number else f"  {paint('hint', 'hint:')} "
        yield label + harmless(line)


def _place(origin: Origin, source_map: SourceMap) -> str:
    if not origin.file:
        return ""
    file = _on_one_line(origin.file)
    span = _span(origin, source_map)
    return file if span is None else f"{file}:{span.line}:{span.column}"


def _span(origin: Origin, source_map: SourceMap) -> Span | None:
    """Return where something stands, or None for a file of which no line is known."""
    if not origin.file or (origin.mark is None and not source_map.lines(origin.file)):
        return None
    return source_map.span(origin)


def _excerpt(origin: Origin, source_map: SourceMap, style: str, paint: _Paint) -> Iterator[str]:
    span = _span(origin, source_map)
    lines = source_map.lines(origin.file)
    if span is None or span.line > len(lines):
        return
    line = lines[span.line - 1]
    first = min(span.column - 1, len(line))
    last = span.end_column - 1 if span.end_line == span.line else len(line)
    number = f"{span.line:>5}"
    shown, before, carets = _cut(line, first, max(last, first + 1), WIDTH - len(number) - 3)
    yield f"{paint('gutter', f'{number} |')} {shown}".rstrip()
    blank = paint("gutter", f"{' ' * len(number)} |")
    yield f"{blank} {' ' * before}{paint(style, '^' * carets)}"


def _cut(line: str, first: int, last: int, width: int) -> tuple[str, int, int]:
    """
    Return what is shown of a line, the columns before the carets, and how many carets.

    Args:
        line: All of it.
        first, last: The first and one-past-last character that the carets mark.
        width: Columns that may be used.

    >>> _cut("a" * 30 + "bc" + "d" * 30, 30, 32, 20)
    ('…aaaaabcddddddddddd…', 6, 2)
    """
    # No more than what can be shown is looked at: a line may be megabytes long, its findings many.
    skipped = max(0, first - width)
    line = line[skipped : first + 2 * width]
    first, last = first - skipped, min(last - skipped, len(line))
    cells = [_cell(char) for char in line]
    widths = [_width(cell) for cell in cells]
    start, end = 0, len(cells)
    if skipped or sum(widths) > width:
        start = _reach(widths, range(first - 1, -1, -1), width // 3 - 1)
        start = 0 if start < 0 else start + 1
        used = sum(widths[start:first])
        room = width - used - (2 if start else 1)
        end = _reach(widths, range(first, len(cells)), room)
        end = len(cells) if end < 0 else end
    left, right = "…" * (start > 0 or skipped > 0), "…" * (end < len(cells))
    before = len(left) + sum(widths[start:first])
    carets = sum(widths[first : min(last, end)])
    return left + "".join(cells[start:end]) + right, before, max(carets, 1)


def _reach(widths: Sequence[int], indices: Iterable[int], room: int) -> int:
    """Return the first index that does not fit into *room* columns any more, or -1."""
    for index in indices:
        room -= widths[index]
        if room < 0:
            return index
    return -1


_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F


def _cell(char: str) -> str:
    r"""Show one character without doing what it says: NUL is `␀`, a turn of direction `\u202e`."""
    code = ord(char)
    if char == "\t":
        return "    "
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "␡"
    return char if char.isprintable() else f"\\u{code:04x}"


def _width(cell: str) -> int:
    return sum(_columns(char) for char in cell)


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def harmless(text: str) -> str:
    """Show a text without doing what its control characters say."""
    return text if text.isprintable() else "".join(map(_cell, text))


def _on_one_line(text: str) -> str:
    return harmless(" ".join(text.splitlines()))


def _json_object(diagnostic: Diagnostic, source_map: SourceMap) -> dict[str, object]:
    return {
        **_json_place(diagnostic.origin, source_map),
        "code": diagnostic.code.id,
        "name": diagnostic.code.name,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "related": [
            {**_json_place(related.origin, source_map), "message": related.message}
            for related in diagnostic.related
        ],
    }


def _json_place(origin: Origin, source_map: SourceMap) -> dict[str, object]:
    span = _span(origin, source_map)
    return {
        "file": origin.file or None,
        "line": span and span.line,
        "column": span and span.column,
        "end_line": span and span.end_line,
        "end_column": span and span.end_column,
    }


_GITHUB_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def _github_command(diagnostic: Diagnostic, source_map: SourceMap) -> str:
    title = f"{diagnostic.code.id} {diagnostic.code.name}"
    properties = {**_github_place(diagnostic.origin, source_map), "title": title}
    written = ",".join(f"{name}={_escaped(text, ':,')}" for name, text in properties.items())
    hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
    level = _GITHUB_LEVELS[diagnostic.severity]
    return f"::{level} {written}::{_escaped(diagnostic.message + hint)}"


def _github_place(origin: Origin, source_map: SourceMap) -> dict[str, str]:
    span = _span(origin, source_map)
    if span is None:
        return {"file": origin.file} if origin.file else {}
    place = {"file": origin.file, "line": str(span.line)}
    if span.end_line > span.line:
        # Columns may not be sent for more than one line.
        return {**place, "endLine": str(span.end_line)}
    # The end is the last column here: left out, it is the first one.
    last = max(span.column, span.end_column - 1)
    return {
        **place,
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(last),
    }


def _escaped(text: str, more: str = "") -> str:
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text
