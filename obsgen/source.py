"""
YAML text to nodes with places, from the parser's events.

Nodes keep the scalar's own text (numbers stay exact, `on` and `1:30` stay strings) and know where
they stand, also through aliases. Events instead of `yaml.compose`: that one crashes the process
on deep nesting, expands alias bombs and says nothing of a key that stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml

from obsgen.diagnostics import Code, Diagnostic, Origin, Path, Related, Span, finding

YAML_SYNTAX: Final = Code(
    "SRC001",
    "yaml-syntax",
    why="the file is not YAML from this place on, so nothing after it was read",
    fix="Quote values that hold `{`, `[`, `!`, `*`, `#` or `: `; indent with spaces, never tabs.",
)
DUPLICATE_KEY: Final = Code(
    "SRC002",
    "duplicate-key",
    why="a mapping holds one value a key; which of the two was meant cannot be known",
    fix="Remove one of the two, or merge them.",
)
NOT_UTF8: Final = Code(
    "SRC003",
    "not-utf-8",
    why="specs are read as UTF-8 on every machine",
    fix="Save the file as UTF-8.",
)
FORBIDDEN_CHARACTER: Final = Code(
    "SRC004",
    "forbidden-character",
    why="YAML does not allow control characters; NUL bytes often mean UTF-16 or a binary file",
    fix='Remove the character, or write it escaped in double quotes: `"\\u0007"`.',
)
TOO_DEEP: Final = Code(
    "SRC005",
    "nested-too-deeply",
    why="no spec needs a hundred levels; a file that has them is broken or an attack",
    fix="Flatten the structure.",
)
TOO_LARGE: Final = Code(
    "SRC006",
    "too-many-nodes",
    why="aliases that repeat aliases grow without bound; a spec has no use for that",
    fix="Write the values out, or use a Preset.",
)
UNKNOWN_TAG: Final = Code(
    "SRC007",
    "yaml-tag",
    why="specs hold text, numbers, lists and mappings; a YAML tag (`!…`) asks for something else",
    fix="Quote a value that begins with `!`, and write `{not: …}` for a negated matcher.",
)
KEY_NOT_TEXT: Final = Code(
    "SRC008",
    "key-is-not-text",
    why="keys are words; a `{` or `[` at the beginning of a value starts a mapping or a list",
    fix='Quote the value: `summary: "{{ $labels.job }} is down"`.',
)
UNKNOWN_ANCHOR: Final = Code(
    "SRC009",
    "unknown-anchor",
    why="an alias `*name` repeats what an anchor `&name` marked earlier in the same document",
    fix="Set the anchor before it is used, or quote the value if it only begins with `*`.",
)
CODES: Final = (
    YAML_SYNTAX,
    DUPLICATE_KEY,
    NOT_UTF8,
    FORBIDDEN_CHARACTER,
    TOO_DEEP,
    TOO_LARGE,
    UNKNOWN_TAG,
    KEY_NOT_TEXT,
    UNKNOWN_ANCHOR,
)

MAX_DEPTH: Final = 100
MAX_NODES: Final = 5_000_000
MAX_REPEATED_NODES: Final = 100_000

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_FORBIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_PROPERTY: Final = re.compile(r"(?:[&!]\S*(?:\s+|$)|\s+|#.*)+")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_BOOLEAN: Final = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_CORE_TAGS: Final = frozenset(f"tag:yaml.org,2002:{t}" for t in ("str", "int", "float", "seq"))
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[int, int]
"""Line and column, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """
    A value as the author wrote it.

    Attributes:
        text: The characters, unescaped; numbers are not read.
        style: `""` plain, or one of `'`, `"`, `|`, `>`.
        swallowed: The comment that made this value empty (`channel: #alerts`), if one did.
    """

    text: str
    style: str
    origin: Origin
    start: Place
    end: Place
    swallowed: str = ""

    @property
    def is_null(self) -> bool:
        """Say whether the value is YAML's null, or nothing at all."""
        return not self.style and self.text in _NULL

    @property
    def is_boolean(self) -> bool:
        """Say whether the value is one of YAML 1.2's two booleans."""
        return not self.style and self.text in _BOOLEAN

    @property
    def is_number(self) -> bool:
        """Say whether the value is a plain decimal number."""
        return not self.style and bool(_NUMBER.fullmatch(self.text))

    @property
    def word(self) -> str:
        """Say what this is, for messages."""
        return "nothing" if self.is_null else f"`{self.text}`" if self.text else "an empty text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    origin: Origin
    start: Place
    end: Place
    size: int = 1

    @property
    def word(self) -> str:
        """Say what this is, for messages."""
        return "a list"


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingNode:
    """Keys with their values, in the order of the file."""

    entries: Mapping[str, Entry]
    origin: Origin
    start: Place
    end: Place
    size: int = 1

    def get(self, key: str) -> Node | None:
        """Return the value of *key*, or None."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value

    @property
    def word(self) -> str:
        """Say what this is, for messages."""
        return "a mapping"


Node = Scalar | Sequence | MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file: its lines as they stand and its documents."""

    file: str
    lines: tuple[str, ...]
    documents: tuple[Node, ...]


def read_source(file: str, data: bytes | str) -> tuple[Source, tuple[Diagnostic, ...]]:
    """
    Read one file.

    Args:
        file: Its name, as diagnostics show it.
        data: Its bytes, or text that is already decoded.

    Returns:
        The documents up to the first place that is not YAML, and what was found wrong.
    """
    text, diagnostics = _decode(file, data)
    builder = _Builder(file, text)
    if not diagnostics:
        builder.run()
    documents = tuple(builder.documents)
    found = (*diagnostics, *builder.diagnostics)
    return Source(file=file, lines=builder.lines, documents=documents), found


def _decode(file: str, data: bytes | str) -> tuple[str, tuple[Diagnostic, ...]]:
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            good = data[: error.start].decode("utf-8")
            message = f"byte 0x{data[error.start]:02x} is not UTF-8"
            place = Origin(file, mark=_mark_after(good))
            return good, (finding(NOT_UTF8, place, message, "save the file as UTF-8"),)
    else:
        text = data
    text = text.removeprefix("\ufeff")
    if match := _FORBIDDEN.search(text):
        place = Origin(file, mark=_mark_after(text[: match.start()]))
        name = "NUL byte" if match[0] == "\0" else f"character U+{ord(match[0]):04X}"
        shown = _FORBIDDEN.sub("\ufffd", text)
        return shown, (finding(FORBIDDEN_CHARACTER, place, f"{name} in a text file"),)
    return text, ()


def _mark_after(text: str) -> tuple[int, int, int]:
    rows = _BREAK.split(text)
    return len(rows) - 1, len(rows[-1]), 1


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
        self.lines = tuple(_BREAK.split(text))
        self.documents: list[Node] = []
        self.diagnostics: list[Diagnostic] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._count = 0
        self._repeated = 0

    def run(self) -> None:
        """Read all events; what is wrong ends up in `diagnostics`."""
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                self._handle(event)
        except _Stop:
            return
        except yaml.MarkedYAMLError as error:
            if not self._is_known_trap_of(error):
                self.diagnostics.append(self._syntax_error(error))
        except (yaml.YAMLError, RecursionError) as error:
            self._say(YAML_SYNTAX, (0, 0), 1, f"YAML: {error}")

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
        """Return where a mark stands; libyaml counts a line behind the last one, which is none."""
        if mark.line < len(self.lines):
            return mark.line, mark.column
        return len(self.lines) - 1, len(self.lines[-1])

    def _origin(self) -> Origin:
        if self._stack:
            return self._stack[-1].child()
        return Origin(self.file, (len(self.documents),))

    def _scalar(self, event: Any) -> None:
        start, end = self._place(event.start_mark), self._place(event.end_mark)
        self._check_tag(event, start)
        if event.anchor or event.tag:
            start = self._after_properties(start, end)
        style = event.style or ""
        scalar = Scalar(
            text=event.value,
            style=style,
            origin=self._origin(),
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
        if frame.is_mapping:
            for merged in frame.merges:
                self._merge(frame, merged)
            size = 1 + sum(_size(e.value) for e in frame.entries.values())
            node = MappingNode(
                entries=frame.entries, origin=frame.origin, start=frame.start, end=end, size=size
            )
        else:
            size = 1 + sum(map(_size, frame.items))
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
            self._say(UNKNOWN_ANCHOR, start, width, message, hint)
            target = Scalar(text="", style='"', origin=self._origin(), start=start, end=end)
        self._repeated += _size(target)
        if self._repeated > MAX_REPEATED_NODES:
            message = f"aliases repeat more than {MAX_REPEATED_NODES:,} nodes"
            self._say(TOO_LARGE, start, end[1] - start[1], message, "write the values out")
            raise _Stop
        self._put(replace(target, origin=self._origin(), start=start, end=end))

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
        elif frame.key is None and not frame.skip_value:
            self._put_key(frame, node)
        else:
            self._put_value(frame, node)

    def _put_key(self, frame: _Frame, node: Node) -> None:
        if not isinstance(node, Scalar):
            hint = 'quote the value: "{{ … }}"' if self._begins(node.start, "{") else ""
            self._say(KEY_NOT_TEXT, node.start, 1, f"{node.word} stands where a key belongs", hint)
            frame.skip_value = True
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
        frame.key = replace(node, origin=(frame.origin / node.text).key())

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
        if event.tag and event.tag not in _CORE_TAGS and event.tag != "tag:yaml.org,2002:map":
            message = f"YAML tag `{event.tag}` means nothing in a spec"
            hint = "quote the value if it begins with `!`; write `{not: …}` to negate a matcher"
            self._say(UNKNOWN_TAG, start, 1, message, hint)

    def _is_known_trap_of(self, error: yaml.MarkedYAMLError) -> bool:
        """Say whether `{{` at the start of a value was reported and this is its second echo."""
        last = self.diagnostics[-1] if self.diagnostics else None
        if last is None or last.code is not KEY_NOT_TEXT or last.origin.mark is None:
            return False
        return error.problem_mark is not None and error.problem_mark.line == last.origin.mark[0]

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> Diagnostic:
        mark = error.problem_mark or error.context_mark
        place = self._place(mark) if mark is not None else (0, 0)
        context = f" {error.context}" if error.context else ""
        message = f"YAML: {error.problem or 'syntax error'}{context}"
        origin = Origin(self.file, mark=(*place, 1))
        return finding(YAML_SYNTAX, origin, message, self._syntax_hint(place))

    def _syntax_hint(self, place: Place) -> str:
        """Tell the traps that people really fall into, from the lines around the place."""
        rows = self.lines[max(0, place[0] - 1) : place[0] + 1]
        for row in reversed(rows):
            for pattern, hint in _TRAPS:
                if re.search(pattern, row):
                    return hint
        return ""

    def _say(self, code: Code, place: Place, width: int, message: str, hint: str = "") -> None:
        origin = Origin(self.file, mark=(*place, max(width, 1)))
        self.diagnostics.append(finding(code, origin, message, hint))


_TRAPS: Final = (
    (r"^\s*\t", "indent with spaces, not with tabs"),
    (
        r":\s+[>|][+\-0-9]*\s+[^\s#]",
        "`>` begins a block scalar; write the comparison as a key: `above: 5%`",
    ),
    (r"\{\{", 'quote texts that hold `{{`: summary: "{{ $labels.job }} is down"'),
    (r"\w\[\w+\]", 'quote PromQL, or write it as a block scalar: "rate(x[5m])"'),
    (r"\w\{\w+[=!]", "quote PromQL, or write it as a block scalar: 'x{a=\"b\"}'"),
    (r":\s+[\[{!*&@`%]", "quote values that begin with one of `[ { ! * & @ ` %`"),
    (r":\s[^\"'{\[|>#]*:\s", "quote values that hold `: `"),
)


def _width(node: Scalar) -> tuple[int, int, int]:
    return (*node.start, max(1, node.end[1] - node.start[1]))


def _size(node: Node) -> int:
    return 1 if isinstance(node, Scalar) else node.size


class SourceMap:
    """Turns symbolic places into lines and columns."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._sources = {source.file: source for source in sources}

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the lines of a file, or nothing for a file that was not read."""
        source = self._sources.get(file)
        return () if source is None else source.lines

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
    return _span(start, (end[0], end[1] + 1))


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
