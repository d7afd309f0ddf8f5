"""Symbolic places to lines and columns, in every style of scalar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from obsgen.diagnostics import Origin, Path, Span
from obsgen.source.nodes import Entry, MappingNode, Node, Place, Scalar, Sequence, Source


class SourceMap:
    """Turns symbolic places into lines and columns."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._sources = {source.file: source for source in sources}
        self._shown = {source.file: source.lines for source in sources}

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the lines of a file, or nothing for a file that was not read."""
        return self._shown.get(file, ())

    def masked(self, origins: Iterable[Origin]) -> SourceMap:
        """Return a map whose lines show stars in these places, for secrets."""
        lines = {file: list(shown) for file, shown in self._shown.items()}
        for origin in origins:
            span = self.span(origin)
            rows = lines.get(origin.file, [])
            for row in range(span.line - 1, min(span.end_line, len(rows))):
                first = span.column - 1 if row == span.line - 1 else 0
                last = span.end_column - 1 if row == span.end_line - 1 else len(rows[row])
                stars = "*" * len(rows[row][first:last])
                rows[row] = rows[row][:first] + stars + rows[row][last:]
        masked = SourceMap(tuple(self._sources.values()))
        masked._shown = {file: tuple(rows) for file, rows in lines.items()}
        return masked

    def span(self, origin: Origin) -> Span:
        """
        Return where *origin* stands.

        A path that leads nowhere gives its nearest ancestor; a file that was not read gives the
        first character.
        """
        if origin.mark is not None:
            line, column, width = origin.mark
            return Span(line + 1, column + 1, line + 1, column + 1 + width)
        source = self._sources.get(origin.file)
        entry, node = _find(source, origin.path) if source is not None else (None, None)
        if node is None or source is None:
            return Span(1, 1, 1, 2)
        if origin.on_key and entry is not None:
            return _span(entry.key.start, entry.key.end)
        if origin.part is not None and isinstance(node, Scalar):
            return part_span(source.lines, node, origin.part)
        if isinstance(node, Scalar) and not node.text and entry is not None:
            return _span(entry.key.start, entry.key.end)
        return _span(node.start, _end_shown(source.lines, node))


def _find(source: Source, path: Path) -> tuple[Entry | None, Node | None]:
    if not path or not isinstance(path[0], int) or path[0] >= len(source.documents):
        return None, None
    node: Node = source.documents[path[0]]
    entry: Entry | None = None
    for step in path[1:]:
        if isinstance(node, MappingNode) and isinstance(step, str) and step in node.entries:
            entry = node.entries[step]
            node = entry.value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            entry, node = None, node.items[step]
        else:
            break
    return entry, node


def _end_shown(lines: tuple[str, ...], node: Node) -> Place:
    """End a collection and a block scalar on its first line: a caret line has only one."""
    if node.end[0] == node.start[0]:
        return node.end
    return node.start[0], max(len(lines[node.start[0]]), node.start[1] + 1)


def _span(start: Place, end: Place) -> Span:
    if end <= start:
        end = (start[0], start[1] + 1)
    return Span(start[0] + 1, start[1] + 1, end[0] + 1, end[1] + 1)


def part_span(lines: tuple[str, ...], node: Scalar, part: tuple[int, int]) -> Span:
    """
    Return where some characters of a scalar's value stand in the file, whatever its style.

    Args:
        lines: The file.
        node: The scalar.
        part: First and one-past-last character of `node.text`.
    """
    first, last = max(part[0], 0), max(part[1] - 1, part[0], 0)
    start = end = node.start
    for index, place in enumerate(_characters(lines, node)):
        if index <= first:
            start = place
        if index <= last:
            end = place
        else:
            break
    if first >= len(node.text):
        return _span(end, (end[0], end[1] + 2)) if node.text else _span(node.start, node.end)
    row = lines[end[0]] if end[0] < len(lines) else ""
    width = _escape_width(node.style, row, end[1]) if end[1] < len(row) else 0
    return _span(start, (end[0], end[1] + max(width, 1)))


def _characters(lines: tuple[str, ...], node: Scalar) -> Iterator[Place]:
    """
    Yield the place of each character of the value, by reading text and source side by side.

    What the source has and the value has not is indentation, an escape or a fold; what the value
    has and the source has not is a folded break.
    """
    line, column = node.start
    if node.style in {"|", ">"}:
        line, column = line + 1, 0
    elif node.style:
        column += 1
    text, at = node.text, 0
    while at < len(text):
        if line >= len(lines):
            yield node.end
            at += 1
            continue
        row, char = lines[line], text[at]
        if column >= len(row):
            if char in "\n \u2028\u2029":
                yield line, len(row)
                at += 1
            line, column = line + 1, 0
            while at < len(text) and text[at] == "\n" and _is_blank(lines, line):
                yield line, 0
                at, line = at + 1, line + 1
            if node.style not in {"|", ">"}:
                column = _indent(lines, line)
            continue
        here, width = row[column], _escape_width(node.style, row, column)
        if width and column + 1 >= len(row):
            line += 1
            column = _indent(lines, line)
        elif width or here == char:
            yield line, column
            at, column = at + 1, column + max(width, 1)
        elif here in " \t":
            column += 1
        else:
            yield line, column
            at += 1


_ESCAPE_WIDTH: Final = {"x": 4, "u": 6, "U": 10}


def _escape_width(style: str, row: str, column: int) -> int:
    """Return how many characters stand for one of the value, or 0 where it stands for itself."""
    if style == '"' and row[column] == "\\":
        return _ESCAPE_WIDTH.get(row[column + 1 : column + 2], 2)
    return 2 if style == "'" and row.startswith("''", column) else 0


def _is_blank(lines: tuple[str, ...], line: int) -> bool:
    return line < len(lines) and not lines[line].strip()


def _indent(lines: tuple[str, ...], line: int) -> int:
    if line >= len(lines):
        return 0
    return len(lines[line]) - len(lines[line].lstrip(" \t"))
