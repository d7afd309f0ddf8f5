"""
A YAML text as a tree that knows every character: what stands where, and in which style.

Unlike the nodes of `source` it keeps anchors, tags, the styles of collections and keys that stand
twice; it knows nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.source import SourceToken, TokenKind, source_tokens

Extent = tuple[int, int]
"""The first character, and one past the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """
    A scalar, an alias, or nothing but properties.

    Attributes:
        properties: Where its anchor and tag stand; None without them.
        value: Of a scalar, without quotes and escapes.
        style: `""` plain or an alias, or one of `'`, `"`, `|`, `>`.
    """

    start: int
    end: int
    properties: Extent | None = None
    value: str = ""
    style: str = ""
    is_alias: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    A part of a collection: a key with its value, or an item.

    Attributes:
        start: Where its key or dash begins; of an item in brackets, the item.
        head_end: One past the colon or the dash.
        key: Of a mapping.
        value: None where nothing is written.
    """

    start: int
    head_end: int
    key: Leaf | None = None
    value: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """
    A mapping or a list.

    Attributes:
        start: Its first character, after the properties.
        is_flow: Written in brackets.
        is_odd: Written in a way that is left alone: `? key`, `[a: b]`, `{a}`.
    """

    start: int
    end: int
    is_mapping: bool
    is_flow: bool
    entries: tuple[Entry, ...]
    properties: Extent | None = None
    is_odd: bool = False


Node = Leaf | Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A document.

    Attributes:
        marker: Where its `---` begins, or None.
        is_odd: With directives, `...`, an anchor and a tag on two lines, or at its root something
            else than a collection.
    """

    marker: int | None
    root: Node | None
    is_odd: bool


def read_documents(text: str) -> tuple[Document, ...]:
    """Return the documents of a text that `read_source` found nothing wrong with."""
    return tuple(_Parser(text).documents())


_END_OF_DOCUMENT: Final = frozenset(
    {TokenKind.DOCUMENT_START, TokenKind.DOCUMENT_END, TokenKind.DIRECTIVE, TokenKind.STREAM_END}
)
_NO_VALUE: Final = _END_OF_DOCUMENT | {
    TokenKind.KEY,
    TokenKind.VALUE,
    TokenKind.BLOCK_END,
    TokenKind.FLOW_ENTRY,
    TokenKind.FLOW_MAPPING_END,
    TokenKind.FLOW_SEQUENCE_END,
}


@dataclass(slots=True)
class _Entries:
    """The entries of a collection that is being read."""

    found: list[Entry] = field(default_factory=list)
    is_odd: bool = False


class _Parser:
    """Reads tokens by the grammar; `read_source` has bounded how deep they are nested."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tuple(source_tokens(text))
        self._at = 0
        self._end = 0
        self._has_split_properties = False

    def documents(self) -> Iterator[Document]:
        self._take()
        while self._kind is not TokenKind.STREAM_END:
            is_odd, marker = False, None
            self._has_split_properties = False
            while self._kind is TokenKind.DIRECTIVE:
                is_odd = self._take() is not None
            if self._kind is TokenKind.DOCUMENT_START:
                marker = self._take().start
            root = self._node()
            while self._kind is TokenKind.DOCUMENT_END:
                is_odd = self._take() is not None
            is_odd = is_odd or self._has_split_properties or _is_odd_root(root)
            yield Document(marker=marker, root=root, is_odd=is_odd)

    @property
    def _kind(self) -> TokenKind:
        return self._tokens[self._at].kind

    def _take(self) -> SourceToken:
        token = self._tokens[self._at]
        self._at += 1
        self._end = max(self._end, token.end)
        return token

    def _node(self, *, may_be_indentless: bool = False) -> Node | None:
        properties: Extent | None = None
        while self._kind in {TokenKind.ANCHOR, TokenKind.TAG}:
            token = self._take()
            properties = (token.start if properties is None else properties[0], token.end)
        node = self._content(may_be_indentless)
        if properties is None:
            return node
        self._has_split_properties |= "\n" in self._text[slice(*properties)]
        if node is None:
            return Leaf(start=properties[1], end=properties[1], properties=properties)
        return replace(node, properties=properties)

    def _content(self, may_be_indentless: bool) -> Node | None:
        kind = self._kind
        if kind in _NO_VALUE or (kind is TokenKind.BLOCK_ENTRY and not may_be_indentless):
            return None
        if kind in {TokenKind.SCALAR, TokenKind.ALIAS}:
            token = self._take()
            return Leaf(
                start=token.start,
                end=token.end,
                value=token.value,
                style=token.style,
                is_alias=token.kind is TokenKind.ALIAS,
            )
        start = self._tokens[self._at].start
        is_mapping = kind in {TokenKind.BLOCK_MAPPING_START, TokenKind.FLOW_MAPPING_START}
        is_flow = kind in {TokenKind.FLOW_MAPPING_START, TokenKind.FLOW_SEQUENCE_START}
        if kind is not TokenKind.BLOCK_ENTRY:
            self._take()
        if is_flow:
            entries = self._flow_entries(is_mapping)
        elif is_mapping:
            entries = self._pairs()
        else:
            entries = self._items()
        end = self._end
        if kind is not TokenKind.BLOCK_ENTRY:
            taken = self._take()
            end = taken.end if is_flow else end
        return Collection(
            start=start,
            end=end,
            is_mapping=is_mapping,
            is_flow=is_flow,
            entries=tuple(entries.found),
            is_odd=entries.is_odd,
        )

    def _pairs(self) -> _Entries:
        entries = _Entries()
        while self._kind in {TokenKind.KEY, TokenKind.VALUE}:
            self._pair(entries)
        return entries

    def _pair(self, entries: _Entries) -> None:
        start = self._tokens[self._at].start
        key: Node | None = None
        if self._kind is TokenKind.KEY:
            token = self._take()
            entries.is_odd |= token.end > token.start
            key = self._node()
        head_end, value = self._end, None
        if self._kind is TokenKind.VALUE:
            head_end = self._take().end
            value = self._node(may_be_indentless=True)
        else:
            entries.is_odd = True
        if not isinstance(key, Leaf):
            entries.is_odd = True
            key = None
        entries.found.append(Entry(start=start, head_end=head_end, key=key, value=value))

    def _items(self) -> _Entries:
        entries = _Entries()
        while self._kind is TokenKind.BLOCK_ENTRY:
            dash = self._take()
            value = self._node()
            entries.found.append(Entry(start=dash.start, head_end=dash.end, value=value))
        return entries

    def _flow_entries(self, is_mapping: bool) -> _Entries:
        entries = _Entries()
        while self._kind not in {TokenKind.FLOW_MAPPING_END, TokenKind.FLOW_SEQUENCE_END}:
            if self._kind is TokenKind.FLOW_ENTRY:
                self._take()
                continue
            if self._kind in {TokenKind.KEY, TokenKind.VALUE}:
                self._pair(entries)
                entries.is_odd |= not is_mapping or entries.found[-1].value is None
                continue
            start = self._tokens[self._at].start
            value = self._node()
            entries.is_odd |= is_mapping
            entries.found.append(Entry(start=start, head_end=start, value=value))
        return entries


def _is_odd_root(root: Node | None) -> bool:
    if isinstance(root, Collection):
        return root.is_odd and not root.is_flow
    return root is not None
