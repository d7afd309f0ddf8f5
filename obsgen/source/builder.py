"""
YAML events to nodes: own marks for aliases, a cap on depth, no key twice.

Events instead of `yaml.compose`: that one crashes the process on deep nesting, expands alias
bombs and says nothing of a key that stands twice.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml

from obsgen.diagnostics import Code, Diagnostic, Origin, Related, finding
from obsgen.source.nodes import (
    UNREAD,
    Entry,
    MappingNode,
    Node,
    Place,
    Scalar,
    Sequence,
    Source,
    size_of,
)
from obsgen.source.problems import (
    DUPLICATE_KEY,
    KEY_NOT_TEXT,
    TOO_DEEP,
    TOO_LARGE,
    UNKNOWN_ANCHOR,
    UNKNOWN_TAG,
    YAML_SYNTAX,
)
from obsgen.source.syntax import place_of, syntax_error
from obsgen.source.text import decode, split_lines

MAX_DEPTH: Final = 100
MAX_NODES: Final = 5_000_000
MAX_REPEATED_NODES: Final = 100_000

_PROPERTY: Final = re.compile(r"(?:[&!]\S*(?:\s+|$)|\s+|#.*)+")
_CORE_TAGS: Final = frozenset(f"tag:yaml.org,2002:{t}" for t in ("str", "int", "float", "seq"))
_TOO_DEEP_FOR_YAML: Final = "nesting depth"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_source(file: str, data: bytes | str) -> tuple[Source, tuple[Diagnostic, ...]]:
    """
    Read one file.

    Args:
        file: Its name, as diagnostics show it.
        data: Its bytes, or text that is already decoded.

    Returns:
        The documents up to the first place that is not YAML, and what was found wrong.
    """
    text, diagnostics = decode(file, data)
    builder = _Builder(file, text)
    if not diagnostics:
        builder.run()
    documents = tuple(builder.documents)
    found = (*diagnostics, *builder.diagnostics)
    return Source(file=file, lines=builder.lines, documents=documents), found


@dataclass(slots=True)
class _Frame:
    """An open collection: what it holds so far and how its next child is called."""

    origin: Origin
    start: Place
    anchor: str | None
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    merges: list[Node] = field(default_factory=list)
    key: Scalar | None = None
    skip_value: bool = False
    was_text: bool = False

    @property
    def expects_key(self) -> bool:
        return self.is_mapping and self.key is None and not self.skip_value

    def child(self) -> Origin:
        if not self.is_mapping:
            return self.origin / len(self.items)
        return self.origin if self.key is None else self.origin / self.key.text


class _Stop(Exception):
    """The rest of the file is not read; the finding has been noted."""


class _Builder:
    """Builds nodes from events; one use for one text."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines = split_lines(text)
        self.documents: list[Node] = []
        self.diagnostics: list[Diagnostic] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0
        self._repeated = 0

    def run(self) -> None:
        """Read all events; what is wrong ends up in `diagnostics`."""
        try:
            for event in self._events():
                self._handle(event)
        except _Stop:
            return
        except yaml.MarkedYAMLError as error:
            if not self._is_known_trap_of(error):
                self.diagnostics.append(syntax_error(error, self.file, self.lines))
        except (yaml.YAMLError, RecursionError) as error:
            self._say(YAML_SYNTAX, (0, 0), 1, f"YAML: {error}")

    def _events(self) -> Iterator[Any]:
        """
        Yield the events of the text, at least until it is nested deeper than is allowed.

        The scanner reads ahead, and since PyYAML 6.0.4 it gives up a thousand levels down before
        it has told of the first: then the part before that place is read on its own.
        """
        told = 0
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                told += 1
                yield event
        except yaml.scanner.ScannerError as error:
            if error.problem_mark is None or _TOO_DEEP_FOR_YAML not in (error.problem or ""):
                raise
            before = self.text[: error.problem_mark.index]
            yield from itertools.islice(yaml.parse(before, Loader=_LOADER), told, None)

    def _handle(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            self._open(event, kind is yaml.MappingStartEvent)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            self._close(event)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._anchors = {}

    def _place(self, mark: Any) -> Place:
        return place_of(mark, self.lines)

    def _origin(self, text: str | None = None) -> Origin:
        """Return the place of what comes next; a text may turn out to be a key."""
        if self._stack:
            frame = self._stack[-1]
            if text is not None and frame.expects_key:
                return Origin(self.file, (*frame.origin.path, text), on_key=True)
            return frame.child()
        return Origin(self.file, (len(self.documents),))

    def _scalar(self, event: Any) -> None:
        start, end = self._place(event.start_mark), self._place(event.end_mark)
        self._check_tag(event, start)
        if event.anchor or event.tag:
            start = self._after_properties(start, end)
        # What an unknown tag leaves is a text: one finding is enough.
        style = event.style or ("" if _knows_tag(event) else '"')
        scalar = Scalar(
            text=event.value,
            style=style,
            origin=self._origin(event.value),
            start=start,
            end=end,
            swallowed=self._comment_after(start) if not event.value and not style else "",
        )
        if event.anchor:
            self._anchors[event.anchor] = scalar
        self._put(scalar)

    def _after_properties(self, start: Place, end: Place) -> Place:
        """Step over `&anchor` and `!tag`, which may stand on lines of their own."""
        line, column = start
        while (line, column) < end:
            match = _PROPERTY.match(self.lines[line], column)
            column = match.end() if match else column
            if column < len(self.lines[line]):
                return line, column
            line, column = line + 1, 0
        return start

    def _comment_after(self, place: Place) -> str:
        line = self.lines[place[0]] if place[0] < len(self.lines) else ""
        match = re.match(r":?\s*(#\S.*)", line[place[1] :])
        return match[1].rstrip() if match else ""

    def _open(self, event: Any, is_mapping: bool) -> None:
        start = self._place(event.start_mark)
        if len(self._stack) >= MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            self._say(TOO_DEEP, start, 1, message, "flatten the structure")
            raise _Stop
        self._check_tag(event, start)
        self._stack.append(_Frame(self._origin(), start, event.anchor, is_mapping))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        end = self._place(event.end_mark)
        node: Node
        if frame.was_text and not frame.entries:
            # A text that should have been quoted, as reported; what else is said of it is noise.
            node = _unread(frame.origin, frame.start, end)
        elif frame.is_mapping:
            for merged in frame.merges:
                self._merge(frame, merged)
            size = 1 + sum(size_of(e.value) for e in frame.entries.values())
            node = MappingNode(
                entries=frame.entries, origin=frame.origin, start=frame.start, end=end, size=size
            )
        else:
            size = 1 + sum(map(size_of, frame.items))
            node = Sequence(
                items=tuple(frame.items),
                origin=frame.origin,
                start=frame.start,
                end=end,
                size=size,
            )
        if frame.anchor:
            self._anchors[frame.anchor] = node
        self._put(node)

    def _merge(self, frame: _Frame, merged: Node) -> None:
        parts = merged.items if isinstance(merged, Sequence) else (merged,)
        for part in parts:
            if not isinstance(part, MappingNode):
                message = f"`<<` merges mappings, not {part.word}"
                self._say(YAML_SYNTAX, part.start, 1, message, "give it an alias of a mapping")
                continue
            for name, entry in part.entries.items():
                frame.entries.setdefault(name, entry)

    def _alias(self, event: Any) -> None:
        start, end = self._place(event.start_mark), self._place(event.end_mark)
        target = self._anchors.get(event.anchor)
        if target is None:
            width = end[1] - start[1]
            message = f"alias `*{event.anchor}` has no anchor before it"
            hint = f"set `&{event.anchor}` earlier, or quote the value"
            if any(frame.anchor == event.anchor for frame in self._stack):
                message = f"alias `*{event.anchor}` stands inside of what it repeats"
                hint = "write the value out"
            self._say(UNKNOWN_ANCHOR, start, width, message, hint)
            target = _unread(self._origin(), start, end)
        origin = self._origin(target.text if isinstance(target, Scalar) else None)
        self._repeated += size_of(target)
        if self._repeated > MAX_REPEATED_NODES:
            message = f"aliases repeat more than {MAX_REPEATED_NODES:,} nodes"
            self._say(TOO_LARGE, start, end[1] - start[1], message, "write the values out")
            raise _Stop
        self._put(replace(target, origin=origin, start=start, end=end))

    def _put(self, node: Node) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            self._say(TOO_LARGE, node.start, 1, f"more than {MAX_NODES:,} nodes in one file")
            raise _Stop
        if not self._stack:
            self.documents.append(node)
            return
        frame = self._stack[-1]
        if not frame.is_mapping:
            frame.items.append(node)
        elif frame.expects_key:
            self._put_key(frame, node)
        else:
            self._put_value(frame, node)

    def _put_key(self, frame: _Frame, node: Node) -> None:
        if not isinstance(node, Scalar):
            hint = 'quote the value: "{{ … }}"' if self._begins(node.start, "{") else ""
            self._say(KEY_NOT_TEXT, node.start, 1, f"{node.word} stands where a key belongs", hint)
            frame.skip_value = frame.was_text = True
            return
        if (first := frame.entries.get(node.text)) is not None:
            related = (Related("first written here", first.key.origin.key()),)
            self.diagnostics.append(
                finding(
                    DUPLICATE_KEY,
                    Origin(self.file, mark=_width(node)),
                    f"key `{node.text}` stands twice in one mapping",
                    "remove one of the two",
                    related=related,
                )
            )
            frame.skip_value = True
            return
        frame.key = node

    def _put_value(self, frame: _Frame, node: Node) -> None:
        key, frame.key = frame.key, None
        if frame.skip_value or key is None:
            frame.skip_value = False
        elif key.text == "<<" and not key.style:
            frame.merges.append(node)
        else:
            frame.entries[key.text] = Entry(key, node)

    def _begins(self, place: Place, text: str) -> bool:
        return self.lines[place[0]][place[1] :].startswith(text)

    def _check_tag(self, event: Any, start: Place) -> None:
        if not _knows_tag(event):
            message = f"YAML tag `{event.tag}` means nothing in a spec"
            hint = "quote the value if it begins with `!`; write `{not: …}` to negate a matcher"
            self._say(UNKNOWN_TAG, start, 1, message, hint)

    def _is_known_trap_of(self, error: yaml.MarkedYAMLError) -> bool:
        """Say whether `{{` at the start of a value was reported and this is its second echo."""
        last = self.diagnostics[-1] if self.diagnostics else None
        if last is None or last.code is not KEY_NOT_TEXT or last.origin.mark is None:
            return False
        return error.problem_mark is not None and error.problem_mark.line == last.origin.mark[0]

    def _say(self, code: Code, place: Place, width: int, message: str, hint: str = "") -> None:
        origin = Origin(self.file, mark=(*place, max(width, 1)))
        self.diagnostics.append(finding(code, origin, message, hint))


def _knows_tag(event: Any) -> bool:
    return not event.tag or event.tag in {*_CORE_TAGS, "tag:yaml.org,2002:map"}


def _unread(origin: Origin, start: Place, end: Place) -> Scalar:
    return Scalar(text="", style=UNREAD, origin=origin, start=start, end=end)


def _width(node: Scalar) -> tuple[int, int, int]:
    return (*node.start, max(1, node.end[1] - node.start[1]))
