"""
Documents on a page: mappings and lists that stand on lines, two columns a level.

Comments on lines of their own go with what they stood beside: in the column of what follows, or of
an inner collection that ended above, if they stood as far in as that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen.formatting.page import INDENT, Comment, Gap, Page, holds_its_line, read_gap
from obsgen.formatting.queries import Path
from obsgen.formatting.scalars import body_end, body_start, header_of
from obsgen.formatting.tree import Collection, Document, Entry, Extent, Leaf, Node
from obsgen.formatting.values import (
    Place,
    Value,
    key_text,
    laid_out,
    properties_text,
    shifted,
)

_Levels = list[tuple[int, int]]
"""For each collection that is open: the column where it stood, and where it stands now."""

_MARKER: Final = "---"


def laid_out_text(text: str, documents: tuple[Document, ...]) -> str:
    """Return the text of documents, none of them odd, in their one layout."""
    writer = _Writer(text)
    for document in documents:
        writer.document(document)
    return writer.finished()


class _Writer:
    """Walks through the text once; *_at* is the first character that is not on the page yet."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._page = Page()
        self._levels: _Levels = []

    def document(self, document: Document) -> None:
        if document.marker is not None:
            self._break(document.marker, 0, 0)
            self._write(_MARKER, document.marker + len(_MARKER))
        root = document.root
        if not isinstance(root, Collection):
            return
        self._break(root.start if root.properties is None else root.properties[0], 0, 0)
        self._levels = []
        if root.properties is not None:
            self._write(properties_text(root, self._text), root.properties[1])
            self._break(root.start, 0, 0)
        if not root.is_flow:
            self._collection(root, (), 0, is_shared=False)
            return
        place = Place(path=(), column=-INDENT, outer=-INDENT, first=0, is_item=True, was_below=True)
        self._put(laid_out(root, self._text, place), root, place, lead="")

    def finished(self) -> str:
        """Return all of the page, with the comments at the end of the text."""
        gap = read_gap(self._text, self._at, len(self._text))
        self._page.gap(gap, self._columns(gap, 0, 0))
        return self._page.text()

    def _break(self, end: int, level: int, column: int) -> None:
        """
        Take over the comments up to *end* and begin its line.

        Args:
            level: Which of the open collections goes on there.
            column: Where its line begins.
        """
        gap = read_gap(self._text, self._at, end)
        self._page.gap(gap, self._columns(gap, level, column))
        self._page.begin_line(column, blank_before=gap.blank_after)
        del self._levels[level + 1 :]
        self._at = end

    def _columns(self, gap: Gap, level: int, column: int) -> tuple[int, ...]:
        """Return where each comment on a line of its own goes."""
        return tuple(self._column(comment.column, level, column) for comment in gap.between)

    def _column(self, stood: int, level: int, column: int) -> int:
        found, found_at = column, -1
        for old, new in self._levels[level:]:
            if found_at < old <= stood:
                found, found_at = new, old
        return found

    def _write(self, written: str, end: int) -> None:
        self._page.write(written)
        self._at = end

    def _collection(self, node: Collection, path: Path, column: int, *, is_shared: bool) -> None:
        """Write the entries of a mapping or a list; the line of the first one has begun."""
        outer = self._column_of(node.start)
        level = len(self._levels)
        for number, entry in enumerate(node.entries):
            if number:
                self._break(entry.start, level, column)
            else:
                self._levels.append((outer, column))
            self._entry(entry, path, outer, column, is_shared=is_shared)

    def _column_of(self, at: int) -> int:
        return at - (self._text.rfind("\n", 0, at) + 1)

    def _entry(self, entry: Entry, path: Path, outer: int, column: int, *, is_shared: bool) -> None:
        head = "-"
        if entry.key is not None:
            head = key_text(entry.key, self._text)
            path = (*path, entry.key.value)
        self._write(head, entry.head_end)
        node, first = entry.value, column + len(head) + 1
        if node is None:
            return
        if node.properties is not None:
            first = self._properties(node, node.properties, first, column + INDENT)
        place = Place(
            path=path,
            column=column,
            outer=outer,
            first=first,
            is_item=entry.key is None and node.properties is None,
            was_below="\n" in self._text[self._at : node.start],
            is_shared=is_shared or node.properties is not None,
        )
        if isinstance(node, Collection) and not node.is_flow:
            self._block(node, place)
        else:
            self._value(node, place)

    def _properties(self, node: Node, extent: Extent, first: int, inner: int) -> int:
        """Write the anchor and the tag; return the column of what follows on their line."""
        written = properties_text(node, self._text)
        if read_gap(self._text, self._at, extent[0]).has_comments:
            self._break(extent[0], len(self._levels), inner)
            first = inner
        else:
            self._page.write(" ")
        self._write(written, extent[1])
        return first + len(written) + 1

    def _block(self, node: Collection, place: Place) -> None:
        """Write a mapping or a list that stands on lines."""
        if place.is_item and not read_gap(self._text, self._at, node.start).has_comments:
            self._write(" ", node.start)
        else:
            self._break(node.start, len(self._levels), place.inner)
        if not node.is_odd:
            self._collection(node, place.path, place.inner, is_shared=place.is_shared)
            return
        moved = place.inner - self._column_of(node.start)
        end = node.start + len(self._text[node.start : node.end].rstrip())
        first, *rest = shifted(node.start, end, self._text, moved, ((node.start, end),))
        self._write(first, end)
        self._page.lines(tuple(rest))

    def _value(self, node: Node, place: Place) -> None:
        """Write a scalar, or a collection in brackets."""
        lead = " "
        if read_gap(self._text, self._at, node.start).has_comments:
            self._break(node.start, len(self._levels), place.inner)
            place, lead = replace(place, first=place.inner, is_item=True), ""
        place = replace(place, is_held=self._is_held(node))
        self._put(laid_out(node, self._text, place), node, place, lead=lead)

    def _is_held(self, node: Node) -> bool:
        """Say whether a comment above or behind a value speaks of its line."""
        line_end = self._text.find("\n", node.end)
        behind = self._text[node.end : line_end]
        return holds_its_line(self._page.line_above) or holds_its_line(behind)

    def _put(self, value: Value, node: Node, place: Place, *, lead: str) -> None:
        comment, self._at = self._comment_of(value, node, place.outer)
        rows = value.rest
        if comment is not None and value.is_opened and value.first not in {"", "|"}:
            # It would read as one of the first part alone.
            if lead:
                self._page.comment(comment)
            else:
                self._page.write(comment.text)
            rows = (" " * place.inner + value.first, *rows)
        else:
            self._page.write(f"{lead}{value.first}" if value.first else "")
            if comment is not None:
                self._page.comment(comment)
        self._page.lines(rows)

    def _comment_of(self, value: Value, node: Node, outer: int) -> tuple[Comment | None, int]:
        """Return the comment that goes behind the first line, and where the rest goes on."""
        if isinstance(node, Leaf) and node.style in {"|", ">"}:
            start = node.start + len(header_of(node, self._text))
            end = body_end(node, self._text, outer)
            return read_gap(self._text, start, body_start(node, self._text)).behind, end
        line_end = self._text.find("\n", node.end)
        comment = read_gap(self._text, node.end, line_end).behind if value.is_opened else None
        return comment, node.end if comment is None else comment.end
