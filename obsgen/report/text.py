"""
Findings as people read them: each with its source line.

The form follows compilers: `file:line:column: severity: message [CODE]`, the line and carets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from obsgen.diagnostics import Diagnostic, Origin
from obsgen.report.findings import known_span, masked, sorted_diagnostics
from obsgen.report.shown import WIDTH, cell, columns_of, harmless, on_one_line
from obsgen.source import SourceMap

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


def render(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    files: Sequence[str] = (),
    color: bool = False,
) -> str:
    """Return the findings with their source lines, in colour where *color* says so."""
    found = sorted_diagnostics(diagnostics, source_map)
    shown = masked(found, source_map)
    return "".join(text_of(diagnostic, shown, color=color) for diagnostic in found)


def text_of(diagnostic: Diagnostic, source_map: SourceMap, *, color: bool = False) -> str:
    """Return one finding; the lines of the map are shown as they are, so secrets are masked."""
    lines = _lines(diagnostic, source_map, _colored if color else _plain)
    return "".join(f"{line}\n" for line in lines)


def _plain(_style: str, text: str) -> str:
    return text


def _colored(style: str, text: str) -> str:
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if text else ""


def _lines(diagnostic: Diagnostic, source_map: SourceMap, paint: _Paint) -> Iterator[str]:
    severity = str(diagnostic.severity)
    place = paint("place", f"{_place(diagnostic.origin, source_map) or 'obsgen'}:")
    message = on_one_line(diagnostic.message)
    yield f"{place} {paint(severity, f'{severity}:')} {message} [{diagnostic.code.id}]"
    yield from _excerpt(diagnostic.origin, source_map, severity, paint)
    for related in diagnostic.related:
        place = _place(related.origin, source_map)
        message = on_one_line(related.message) + (f": {place}" if place else "")
        yield f"  {paint('note', 'note:')} {message}"
        yield from _excerpt(related.origin, source_map, "note", paint)
    for number, line in enumerate(diagnostic.hint.splitlines()):
        label = "        " if number else f"  {paint('hint', 'hint:')} "
        yield label + harmless(line)


def _place(origin: Origin, source_map: SourceMap) -> str:
    if not origin.file:
        return ""
    file = on_one_line(origin.file)
    span = known_span(origin, source_map)
    return file if span is None else f"{file}:{span.line}:{span.column}"


def _excerpt(origin: Origin, source_map: SourceMap, style: str, paint: _Paint) -> Iterator[str]:
    span = known_span(origin, source_map)
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
    cells = [cell(char) for char in line]
    widths = [columns_of(shown) for shown in cells]
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
