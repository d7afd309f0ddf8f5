"""
The first keys of a document in the order in which people look for them.

Only whole lines move, and only where no comment and no anchor can end up beside another key.
"""

from __future__ import annotations

from typing import Final

from obsgen.formatting.tree import Collection, Document, Entry, Leaf, read_documents

HEAD: Final = ("apiVersion", "kind", "name")


def with_ordered_heads(text: str) -> str:
    """Return a text, whose last line is ended, with the heads of its documents in order."""
    # From the last to the first: what stands before a change keeps its place.
    for document in reversed(read_documents(text)):
        root = document.root
        if isinstance(root, Collection) and root.is_mapping and _may_move(root, document, text):
            text = _ordered(root, text)
    return text


def _may_move(root: Collection, document: Document, text: str) -> bool:
    if document.is_odd or root.is_flow or root.properties is not None:
        return False
    names = _names(root)
    head = [name for name in HEAD if name in names]
    if names[: len(head)] == head:
        return False
    if not all(_is_movable(entry, text) for entry in root.entries if _name(entry) in HEAD):
        return False
    # Which of two comments comes first may matter: none is overtaken.
    first = root.entries[0].start
    last = max(entry.head_end for entry in root.entries if _name(entry) in HEAD)
    passed = text[_line_start(text, first) : _line_end(text, last)]
    return "#" not in passed and not _is_comment(_line_above(text, first))


def _ordered(root: Collection, text: str) -> str:
    wanted = [entry for name in HEAD for entry in root.entries if _name(entry) == name]
    lines = [_line(text, entry) for entry in wanted]
    for entry in sorted(wanted, key=lambda entry: entry.start, reverse=True):
        start = _line_start(text, entry.start)
        text = text[:start] + text[start + len(_line(text, entry)) :]
    # Nothing before the first entry has moved.
    top = _line_start(text, root.entries[0].start)
    return text[:top] + "".join(lines) + text[top:]


def _names(root: Collection) -> list[str]:
    return [_name(entry) for entry in root.entries]


def _name(entry: Entry) -> str:
    return entry.key.value if entry.key is not None else ""


def _is_movable(entry: Entry, text: str) -> bool:
    """Say whether an entry is one line that stands for itself."""
    key, value = entry.key, entry.value
    if key is None or key.properties is not None or key.is_alias:
        return False
    if not isinstance(value, Leaf) or value.properties is not None or value.is_alias:
        return False
    return "\n" not in text[entry.start : value.end] and not value.style.strip("'\"")


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    return text.index("\n", at) + 1


def _line(text: str, entry: Entry) -> str:
    return text[_line_start(text, entry.start) : _line_end(text, entry.start)]


def _line_above(text: str, at: int) -> str:
    start = _line_start(text, at)
    return text[_line_start(text, start - 1) : start] if start else ""


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")
