"""
The lines of a value: a scalar, or a collection in brackets.

Brackets stay while they fit: on the line of their key, else on the next one. What is wider becomes
lines of its own; a list of mere words and numbers is filled line by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from obsgen.formatting.page import INDENT, WIDTH
from obsgen.formatting.queries import Path, query_lines, query_of, written_inline
from obsgen.formatting.scalars import body, continued, header_of, spelled
from obsgen.formatting.tree import Collection, Entry, Leaf, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a value goes.

    Attributes:
        column: Of the key or dash that it belongs to; below it everything stands further in.
        outer: Where that one stood.
        first: The column of its first character, if it stays on the line of its key.
        is_item: Behind a dash, or on a line of its own already: there is no better line.
        was_below: Its author put it on the line below its key.
        is_shared: An anchor holds it, and other places may read it otherwise.
        is_held: A comment speaks of its line, so it stays on that.
    """

    path: Path
    column: int
    outer: int
    first: int
    is_item: bool = False
    was_below: bool = False
    is_shared: bool = False
    is_held: bool = False

    @property
    def stays_below(self) -> bool:
        """Say whether its author put it on the line below its key, and there is such a line."""
        return self.was_below and not self.is_item

    @property
    def inner(self) -> int:
        """The column of what stands on lines of its own."""
        return self.column + INDENT

    def fits(self, row: str) -> bool:
        """Say whether there is room on the line of the key."""
        return self.first + len(row) <= WIDTH

    def fits_below(self, row: str) -> bool:
        """Say whether there is room on the line below, and one to go to."""
        return not self.is_item and self.inner + len(row) <= WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """
    The lines of a value.

    Attributes:
        first: On the line of its key; empty if it begins below.
        rest: Whole lines.
        is_opened: It was on fewer lines, so a comment behind it goes to its key.
    """

    first: str
    rest: tuple[str, ...] = ()
    is_opened: bool = False


def laid_out(node: Node, text: str, place: Place) -> Value:
    """Return the lines of a scalar, an alias or a collection in brackets, without properties."""
    if isinstance(node, Leaf):
        return _leaf(node, text, place)
    node = replace(node, properties=None)
    row = one_line(node, text, place.path, is_shared=place.is_shared)
    is_held_over_lines = place.is_held and "\n" in text[node.start : node.end]
    if row is None or is_held_over_lines:
        return _as_it_stood(node, text, place)
    if place.is_held and place.stays_below:
        return Value(first="", rest=(_indented(row, place.inner),))
    if place.is_held or place.fits(row):
        return Value(first=row)
    if place.fits_below(row):
        return Value(first="", rest=(_indented(row, place.inner),), is_opened=True)
    if len(node.entries) == 1 and not node.is_mapping and _is_leaf(node.entries[0]):
        return Value(first=row)
    rows = tuple(_opened(node, text, place))
    if place.is_item:
        return Value(first=rows[0].lstrip(), rest=rows[1:], is_opened=True)
    return Value(first="", rest=rows, is_opened=True)


def _leaf(leaf: Leaf, text: str, place: Place) -> Value:
    is_held_over_lines = place.is_held and "\n" in text[leaf.start : leaf.end]
    is_left_alone = place.is_shared or (is_held_over_lines and leaf.style not in {"|", ">"})
    query = None if is_left_alone else query_of(leaf, place.path)
    if query is not None:
        return _query(query, leaf, place)
    if leaf.style in {"|", ">"}:
        rows = body(leaf, text, outer=place.outer, column=place.column)
        return Value(first=header_of(leaf, text), rest=rows)
    row = spelled(leaf, text, in_flow=False)
    if row is None:
        first, *rest = continued(leaf.start, leaf.end, text, place.inner)
        if place.stays_below:
            return Value(first="", rest=(_indented(first, place.inner), *rest))
        return Value(first=first, rest=tuple(rest))
    if place.stays_below and (place.is_held or not place.fits(row)):
        return Value(first="", rest=(_indented(row, place.inner),))
    return Value(first=row)


def _query(query: str, leaf: Leaf, place: Place) -> Value:
    row = written_inline(query, leaf, in_flow=False)
    if place.is_held and place.stays_below:
        return Value(first="", rest=(_indented(row, place.inner),))
    if place.fits(row):
        return Value(first=row)
    rows = query_lines(leaf, WIDTH - place.inner)
    rest = tuple(_indented(each, place.inner) for each in rows)
    return Value(first="|", rest=rest, is_opened=True)


def one_line(node: Node, text: str, path: Path, *, is_shared: bool) -> str | None:
    """
    Return a value within brackets, or such a collection itself, on one line.

    Returns:
        None for what holds a comment, a text of several lines or an odd form.
    """
    if isinstance(node, Leaf):
        is_shared = is_shared or node.properties is not None
        query = None if is_shared else query_of(node, path)
        if query is None:
            row = spelled(node, text, in_flow=True)
        else:
            row = written_inline(query, node, in_flow=True)
        return _with_properties(row, node, text)
    if node.is_odd or _has_comment(node, text):
        return None
    is_shared = is_shared or node.properties is not None
    parts = []
    for entry in node.entries:
        inner = path if entry.key is None else (*path, entry.key.value)
        assert entry.value is not None
        row = one_line(entry.value, text, inner, is_shared=is_shared)
        if row is None:
            return None
        parts.append(row if entry.key is None else f"{key_text(entry.key, text)} {row}")
    opening, closing = "{}" if node.is_mapping else "[]"
    return _with_properties(f"{opening}{', '.join(parts)}{closing}", node, text)


def _with_properties(row: str | None, node: Node, text: str) -> str | None:
    if row is None or node.properties is None:
        return row
    return f"{properties_text(node, text)} {row}".rstrip()


def properties_text(node: Node, text: str) -> str:
    """Return the anchor and the tag of a node, with one blank between them."""
    return "" if node.properties is None else " ".join(text[slice(*node.properties)].split())


def key_text(key: Leaf, text: str) -> str:
    """Return a key with its colon."""
    row = " ".join(filter(None, (properties_text(key, text), spelled(key, text, in_flow=True))))
    # `*a:` would be an alias of that name.
    return f"{row} :" if key.is_alias else f"{row}:"


def _has_comment(node: Collection, text: str) -> bool:
    """Say whether there is a `#` in brackets that is no part of a scalar."""
    end = node.start
    for start, stop in (*_scalars(node), (node.end, node.end)):
        if "#" in text[end:start]:
            return True
        end = max(end, stop)
    return False


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    """Yield the extents of anchors, tags and scalars, in the order of the text."""
    if node.properties is not None:
        yield node.properties
    if isinstance(node, Leaf):
        yield node.start, node.end
        return
    for entry in node.entries:
        if entry.key is not None:
            yield from _scalars(entry.key)
        if entry.value is not None:
            yield from _scalars(entry.value)


def _is_leaf(entry: Entry) -> bool:
    return isinstance(entry.value, Leaf)


def _opened(node: Collection, text: str, place: Place) -> Iterator[str]:
    """Yield the lines of a collection that is too wide for brackets on one line."""
    if not node.is_mapping and all(map(_is_leaf, node.entries)):
        yield from _filled(node, text, place)
        return
    for entry in node.entries:
        assert entry.value is not None
        head = "-" if entry.key is None else key_text(entry.key, text)
        properties = properties_text(entry.value, text)
        head = f"{head} {properties}" if properties else head
        path = place.path if entry.key is None else (*place.path, entry.key.value)
        inner = Place(
            path=path,
            column=place.inner,
            outer=place.outer,
            first=place.inner + len(head) + 1,
            is_item=entry.key is None and not properties,
            is_shared=place.is_shared or bool(properties),
        )
        value = laid_out(entry.value, text, inner)
        yield _indented(f"{head} {value.first}".rstrip(), place.inner)
        yield from value.rest


def _filled(node: Collection, text: str, place: Place) -> Iterator[str]:
    rows = []
    for entry in node.entries:
        assert entry.value is not None
        row = one_line(entry.value, text, place.path, is_shared=place.is_shared)
        assert row is not None
        rows.append(row)
    line = "["
    for number, row in enumerate(rows):
        part = row + ("]" if number == len(rows) - 1 else ",")
        if line.strip("[ ") and place.inner + len(line) + 1 + len(part) > WIDTH:
            yield _indented(line, place.inner)
            line = " " + part
        else:
            line += part if line in {"[", " "} else f" {part}"
    yield _indented(line, place.inner)


def _as_it_stood(node: Collection, text: str, place: Place) -> Value:
    """Return the lines of a collection that is left alone, moved along with its first."""
    moved = place.column - place.outer
    if place.was_below:
        moved = place.inner - (node.start - text.rfind("\n", 0, node.start) - 1)
    rows = shifted(node.start, node.end, text, moved, tuple(_scalars(node)))
    if place.stays_below:
        return Value(first="", rest=(_indented(rows[0], place.inner), *rows[1:]))
    return Value(first=rows[0], rest=rows[1:])


def shifted(
    start: int, end: int, text: str, moved: int, scalars: tuple[tuple[int, int], ...]
) -> tuple[str, ...]:
    """Return lines, all but the first so many columns further right (or left), trimmed."""
    long = tuple((first, last) for first, last in scalars if "\n" in text[first:last])
    rows, row_start = [], start
    for number, row in enumerate(text[start:end].split("\n")):
        row_end = row_start + len(row)
        in_scalar = any(first < row_end < last for first, last in long)
        kept = row if in_scalar else row.rstrip(" \t")
        if number:
            blanks = len(kept) - len(kept.lstrip(" "))
            kept = " " * max(blanks + moved, 0) + kept.lstrip(" ") if kept.strip() else ""
        rows.append(kept)
        row_start = row_end + 1
    return tuple(rows)


def _indented(row: str, column: int) -> str:
    return " " * column + row
