"""YAML to nodes with places: each character of each value is found where its author wrote it."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from obsgen.diagnostics import Diagnostic, Origin, Span
from obsgen.source import (
    MAX_DEPTH,
    MAX_REPEATED_NODES,
    MappingNode,
    Node,
    Scalar,
    Sequence,
    Source,
    SourceMap,
    part_span,
    read_source,
)


def read(text: str | bytes) -> tuple[Source, tuple[Diagnostic, ...]]:
    return read_source("x.yaml", text)


def document(text: str | bytes) -> Node:
    source, diagnostics = read(text)
    assert () == diagnostics
    (node,) = source.documents
    return node


def value(text: str | bytes, *path: str | int) -> Node:
    node = document(text)
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, Sequence)
            node = node.items[step]
        else:
            assert isinstance(node, MappingNode)
            node = node.entries[step].value
    return node


def plain(node: Node) -> object:
    """The node as lists, dicts and texts, without places."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case MappingNode():
            return {key: plain(entry.value) for key, entry in node.entries.items()}


def findings(text: str | bytes) -> list[tuple[str, str, str]]:
    """Each finding as code, place and message."""
    source, diagnostics = read(text)
    spans = (SourceMap((source,)).span(d.origin) for d in diagnostics)
    return [
        (d.code.id, f"{span.line}:{span.column}-{span.end_column}", d.message)
        for d, span in zip(diagnostics, spans, strict=True)
    ]


def hints(text: str) -> list[str]:
    return [d.hint for d in read(text)[1]]


# Values.


@pytest.mark.parametrize(
    "text",
    ["on", "off", "yes", "no", "y", "1:30", "0755", "0x1F", "2.40", "99.9", "2026-11-20", "1_000"],
)
def test_a_plain_value_keeps_the_text_of_its_author(text: str):
    assert text == plain(value(f"a: {text}\n", "a"))


@pytest.mark.parametrize(
    ("text", "is_null", "is_boolean", "is_number"),
    [
        ("", True, False, False),
        ("~", True, False, False),
        ("null", True, False, False),
        ("'null'", False, False, False),
        ("true", False, True, False),
        ("False", False, True, False),
        ("'true'", False, False, False),
        ("on", False, False, False),
        ("99.9", False, False, True),
        ("-1e3", False, False, True),
        ("'99.9'", False, False, False),
        ("0x1F", False, False, False),
        ("1_000", False, False, False),
        ("1:30", False, False, False),
    ],
)
def test_what_a_value_is_follows_from_how_it_is_written(
    text: str, is_null: bool, is_boolean: bool, is_number: bool
):
    node = value(f"a: {text}\n", "a")

    assert isinstance(node, Scalar)
    assert (is_null, is_boolean, is_number) == (node.is_null, node.is_boolean, node.is_number)


def test_a_comment_that_swallows_a_value_is_remembered():
    node = value("channel: #alerts\nnext: 1\n", "channel")

    assert isinstance(node, Scalar)
    assert (True, "#alerts") == (node.is_null, node.swallowed)


def test_an_empty_value_without_a_comment_swallowed_nothing():
    node = value("channel:\nnext: 1 # note\n", "channel")

    assert isinstance(node, Scalar)
    assert "" == node.swallowed


def test_all_documents_of_a_file_are_read():
    source, _ = read("a: 1\n---\nb: 2\n---\n- 3\n")

    assert [{"a": "1"}, {"b": "2"}, ["3"]] == [plain(node) for node in source.documents]


TEXTS_FOR_LINE_ENDS = (
    "a: 1\nb:\n  - x\n  - |\n    l1\n\n    l2\nc: >\n  f1\n  f2\n\n  g\nd: 'p\n  q'\n"
)


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["windows", "old mac"])
def test_line_ends_change_no_value(end: str):
    assert plain(document(TEXTS_FOR_LINE_ENDS)) == plain(
        document(TEXTS_FOR_LINE_ENDS.replace("\n", end))
    )


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["windows", "old mac"])
def test_line_ends_change_no_place(end: str):
    there = value(TEXTS_FOR_LINE_ENDS.replace("\n", end), "c")

    assert value(TEXTS_FOR_LINE_ENDS, "c").start == there.start


def test_a_byte_order_mark_is_not_part_of_the_text():
    assert {"a": "1"} == plain(document(b"\xef\xbb\xbfa: 1\n"))


# Aliases and merges.


def test_an_alias_stands_where_it_is_written():
    node = value("a: &x [1, 2]\nb: *x\n", "b")

    assert (["1", "2"], (1, 3), (1, 5)) == (plain(node), node.start, node.end)


def test_a_merge_brings_what_is_not_there_yet():
    text = "x-base: &b {a: 1, b: 2}\nc:\n  <<: *b\n  b: 3\n"

    assert {"a": "1", "b": "3"} == plain(value(text, "c"))


def test_of_several_merges_the_first_wins():
    text = "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nc:\n  <<: [*x, *y]\n"

    assert {"a": "1", "b": "2"} == plain(value(text, "c"))


def test_a_quoted_merge_key_is_an_ordinary_key():
    assert {"<<": "1"} == plain(document("'<<': 1\n"))


def test_only_mappings_can_be_merged():
    assert [("SRC001", "1:9-10", "YAML: `<<` merges mappings, not `1`")] == [
        (code, place, f"YAML: {message}") for code, place, message in findings("a: {<<: 1}\n")
    ]


def test_an_alias_without_an_anchor_is_a_finding():
    assert [("SRC009", "1:4-8", "alias `*all` has no anchor before it")] == findings("a: *all\n")


def test_an_anchor_ends_with_its_document():
    assert ["SRC009"] == [code for code, _, _ in findings("a: &x 1\n---\nb: *x\n")]


def test_an_alias_bomb_is_stopped():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert [f"aliases repeat more than {MAX_REPEATED_NODES:,} nodes"] == [
        message for _, _, message in findings(bomb)
    ]


# What is refused.


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 50_000])
def test_deep_nesting_is_a_finding_and_no_crash(opening: str, depth: int):
    assert "SRC005" in [code for code, _, _ in findings(opening * depth)]


def test_the_deepest_nesting_that_is_allowed_is_read():
    assert [] == findings("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_a_key_that_stands_twice_is_a_finding_that_shows_both():
    source, (said,) = read("a: 1\nb: 2\na: 3\n")
    (related,) = said.related
    source_map = SourceMap((source,))

    assert ("SRC002", "key `a` stands twice in one mapping") == (said.code.id, said.message)
    assert [(3, 1), (1, 1)] == [
        (span.line, span.column) for span in map(source_map.span, (said.origin, related.origin))
    ]


def test_of_a_key_that_stands_twice_the_first_value_is_kept():
    source, _ = read("a: {b: 1}\na: {b: 2}\nc: 3\n")

    assert [{"a": {"b": "1"}, "c": "3"}] == [plain(node) for node in source.documents]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: caf\xe9\n", ("SRC003", "1:7-8", "byte 0xe9 is not UTF-8")),
        (b"a: 1\nb: \xff\n", ("SRC003", "2:4-5", "byte 0xff is not UTF-8")),
        (b"a: x\0y\n", ("SRC004", "1:5-6", "NUL byte in a text file")),
        (b"a: \x07\n", ("SRC004", "1:4-5", "character U+0007 in a text file")),
        ("a: 1".encode("utf-16"), ("SRC003", "1:1-2", "byte 0xff is not UTF-8")),
        (b"a: !secret x\n", ("SRC007", "1:4-5", "YAML tag `!secret` means nothing in a spec")),
        (b"? [a]\n: 1\n", ("SRC008", "1:3-4", "a list stands where a key belongs")),
    ],
    ids=["latin-1", "later line", "NUL", "bell", "UTF-16", "tag", "key"],
)
def test_what_specs_cannot_hold_is_told_with_its_place(data: bytes, expected: tuple[str, str, str]):
    assert [expected] == findings(data)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 1\n\tb: 2\n", "indent with spaces, not with tabs"),
        (
            "above: > 5%\n",
            "`>` begins a block scalar; write the comparison as a key: `above: 5%`",
        ),
        ("summary: {{ $labels.job }} is down\n", 'quote the value: "{{ … }}"'),
        (
            "a: {expr: rate(x[5m])}\n",
            'quote PromQL, or write it as a block scalar: "rate(x[5m])"',
        ),
        ("text: a: b\n", "quote values that hold `: `"),
        ("a: %x\n", "quote values that begin with one of `[ { ! * & @ ` %`"),
        ("a: @x\n", "quote values that begin with one of `[ { ! * & @ ` %`"),
    ],
)
def test_a_trap_of_yaml_is_told_with_its_way_out(text: str, hint: str):
    assert [hint] == hints(text)


@pytest.mark.parametrize(
    "text", ["a: [1, 2\n", "a: {b: 1\n", 'a: "x\n', "a: 'x\n", "a: b: c\n", "- a\nb: c\n", "a: ]\n"]
)
def test_broken_yaml_is_a_finding_inside_the_file(text: str):
    source, diagnostics = read(text)

    assert diagnostics
    assert all(is_inside(source, SourceMap((source,)).span(found.origin)) for found in diagnostics)


def test_what_stands_before_a_mistake_is_read():
    source, diagnostics = read("a: 1\n---\nb: [\n")

    assert ([{"a": "1"}], 1) == ([plain(node) for node in source.documents], len(diagnostics))


# Places.


def is_inside(source: Source, span: Span) -> bool:
    if not 1 <= span.line <= span.end_line <= len(source.lines):
        return False
    # One column behind the line is where something is missing.
    return span.column <= len(source.lines[span.line - 1]) + 1


SPEC = """\
kind: Service
slos:
  - name: availability
    objective: 99.9
  - {name: latency, objective: }
text: |
  first
  second
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("kind",), (1, 7, 1, 14)),
        (("slos", 0, "objective"), (4, 16, 4, 20)),
        (("slos", 1, "name"), (5, 12, 5, 19)),
        (("slos", 1), (5, 5, 5, 33)),
        (("slos", 1, "objective"), (5, 21, 5, 30)),
        (("slos", 0), (3, 5, 3, 23)),
        (("slos", 0, "nothing", "below"), (3, 5, 3, 23)),
        (("text",), (6, 7, 6, 8)),
        (("nowhere",), (1, 1, 1, 14)),
    ],
    ids=[
        "plain",
        "nested",
        "flow",
        "flow mapping",
        "empty value: its key",
        "block mapping: its first line",
        "missing: the nearest parent",
        "block scalar: its sign",
        "missing at the top",
    ],
)
def test_a_path_leads_to_its_place(path: tuple[str | int, ...], expected: tuple[int, ...]):
    source, _ = read(SPEC)

    assert Span(*expected) == SourceMap((source,)).span(Origin("x.yaml", (0, *path)))


def test_a_key_has_a_place_of_its_own():
    source, _ = read(SPEC)
    origin = Origin("x.yaml", (0, "slos", 0, "objective")).key()

    assert Span(4, 5, 4, 14) == SourceMap((source,)).span(origin)


def test_a_file_that_was_not_read_is_meant_at_its_beginning():
    assert Span(1, 1, 1, 2) == SourceMap(()).span(Origin("gone.yaml", (0, "a")))


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("e: sum(rate(x[5m]))\n", (4, 8), (1, 8, 1, 12)),
        ("e: 'sum(rate(x))'\n", (4, 8), (1, 9, 1, 13)),
        ("e: 'it''s sum(x)'\n", (5, 8), (1, 11, 1, 14)),
        ('e: "a\\"b sum(x)"\n', (4, 7), (1, 10, 1, 13)),
        ('e: "\\u00e9\\x41sum"\n', (2, 5), (1, 15, 1, 18)),
        ("e: |\n  sum(x)\n  / bad\n", (9, 12), (3, 5, 3, 8)),
        ("e: >\n  sum(x)\n  / bad\n", (9, 12), (3, 5, 3, 8)),
        ("e: >-\n    sum(x)\n\n    bad\n", (7, 10), (4, 5, 4, 8)),
        ("e: |2\n    sum(x)\n  bad\n", (9, 12), (3, 3, 3, 6)),
        ("e: sum(x)\n  / bad\n", (9, 12), (2, 5, 2, 8)),
        ("e: sum(x)\n\n  bad\n", (7, 10), (3, 3, 3, 6)),
        ('e: "sum(x) \\\n  / bad"\n', (9, 12), (2, 5, 2, 8)),
        ("e: &x 'sum(x)'\n", (4, 5), (1, 12, 1, 13)),
        ("e: &x !!str\n  sum(x)\n", (4, 5), (2, 7, 2, 8)),
        ("e: &x |\n  sum(x)\n", (4, 5), (2, 7, 2, 8)),
        ('e: "sum\u2028  (x)"\n', (5, 6), (2, 4, 2, 5)),
    ],
    ids=[
        "plain",
        "single quotes",
        "doubled quote",
        "escaped quote",
        "escaped characters",
        "literal",
        "folded",
        "folded with an empty line",
        "literal with an indentation of its own",
        "plain on two lines",
        "plain with an empty line",
        "escaped line end",
        "behind an anchor",
        "below an anchor and a tag",
        "literal with an anchor",
        "broken by a line separator",
    ],
)
def test_characters_of_a_value_are_found_in_each_style(
    text: str, part: tuple[int, int], expected: tuple[int, ...]
):
    source, diagnostics = read(text)
    origin = Origin("x.yaml", (0, "e")).characters(*part)

    assert ((), Span(*expected)) == (diagnostics, SourceMap((source,)).span(origin))


STYLES = ("", "'", '"', "|", ">")
EXPRESSIONS = st.lists(
    st.sampled_from(
        [
            *(
                "sum",
                "(",
                ")",
                "rate",
                "x",
                "[5m]",
                " ",
                " ",
                "\n",
                "\n  ",
                " / ",
                "by",
                "{a=",
                "}",
            ),
            *(
                '"b"',
                "'",
                "''",
                "\\",
                "\\n",
                "#",
                ": ",
                "- ",
                "é",
                "日",
                "😀",
                "0.5",
                "|",
                ">",
                "%",
            ),
            *("long_metric_name_total", "   ", "\n\n", "\t", ","),
        ]
    ),
    min_size=1,
    max_size=40,
).map("".join)


@given(EXPRESSIONS, st.sampled_from(STYLES), st.integers(2, 9), st.integers(20, 100))
@example("a  b\n  c", ">", 2, 80)
@example("a\n\n\nb c", ">", 4, 80)
@example("\n\na", "|", 2, 80)
@example("a 'b' \\ \"c\"", '"', 2, 20)
def test_each_character_of_a_value_is_where_its_place_says(
    text: str, style: str, indent: int, width: int
):
    dumped = yaml.dump(
        {"list": [{"expr": text}], "after": "x"},
        default_style=style or None,
        allow_unicode=True,
        indent=indent,
        width=width,
    )
    source, diagnostics = read(dumped)
    assume(not diagnostics)
    node = value(dumped, "list", 0, "expr")
    assert isinstance(node, Scalar)
    # PyYAML loses a break when it folds a text that begins with a space.
    assume(text == node.text)

    for index, char in enumerate(text):
        span = part_span(source.lines, node, (index, index + 1))
        assert is_written_at(source, span, char, node.style), (index, char, span, dumped)


def is_written_at(source: Source, span: Span, char: str, style: str) -> bool:
    """Say whether a character, its escape, or the break that is folded to it stands there."""
    there = source.lines[span.line - 1][span.column - 1 :]
    if style == '"' and there.startswith("\\"):
        escape = _ESCAPE.match(there)
        return escape is not None and char == yaml.safe_load(f'"{escape[0]}"')
    return there.startswith(char) or (char in " \n" and not there.strip(" "))


_ESCAPE = re.compile(r"\\(x..|u....|U........|.)")


@given(EXPRESSIONS, st.sampled_from(STYLES), st.integers(2, 9))
def test_places_of_characters_never_go_back(text: str, style: str, indent: int):
    dumped = yaml.dump({"e": text}, default_style=style or None, allow_unicode=True, indent=indent)
    source, diagnostics = read(dumped)
    assume(not diagnostics)
    node = value(dumped, "e")
    assert isinstance(node, Scalar)
    spans = [part_span(source.lines, node, (at, at + 1)) for at in range(len(text))]

    assert sorted(spans) == spans


# Whatever is read.


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data: bytes):
    source, diagnostics = read(data)

    spans = map(SourceMap((source,)).span, (found.origin for found in diagnostics))
    assert all(is_inside(source, span) for span in spans)


YAML_PIECES = st.lists(
    st.sampled_from(
        [
            *("a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&x ", "*x", "<<", "!t ", "|"),
            *(">", "'", '"', "#", "? ", "---\n", "...\n", "\t", "%", "@", "`", "\r\n", "é", "\\"),
            *("\u2028", "\x85", "~", "null", "1", "\ufeff", "{{", "}}"),
        ]
    ),
    max_size=40,
).map("".join)


@given(YAML_PIECES)
@example("? <<")
def test_any_text_of_pieces_of_yaml_can_be_read(text: str):
    source, diagnostics = read(text)

    spans = map(SourceMap((source,)).span, (found.origin for found in diagnostics))
    assert all(is_inside(source, span) for span in spans)


@given(YAML_PIECES)
@example("---\n#")
def test_every_node_of_any_file_has_a_place_inside(text: str):
    source, _ = read(text)

    for node in source.documents:
        for origin in origins(node):
            assert is_inside(source, SourceMap((source,)).span(origin)), origin


def origins(node: Node) -> list[Origin]:
    match node:
        case Scalar():
            return [node.origin, *(node.origin.characters(i, i + 1) for i in range(len(node.text)))]
        case Sequence():
            return [node.origin, *(o for item in node.items for o in origins(item))]
        case MappingNode():
            below = [entry.value for entry in node.entries.values()]
            return [node.origin, *(o for item in below for o in origins(item))]


@given(
    st.recursive(
        st.text("abc:#' \n", max_size=8),
        lambda s: st.lists(s) | st.dictionaries(st.text("ab", min_size=1), s),
    )
)
def test_what_was_dumped_is_read_again(data: object):
    dumped = yaml.dump(data, default_style="'")

    assert data == plain(document(dumped))


def test_what_is_masked_stays_masked():
    source, _ = read("a: one\nb: three\n")
    masked = SourceMap((source,)).masked([Origin("x.yaml", (0, "a"))])

    assert ("a: ***", "b: three", "") == masked.lines("x.yaml")
    assert ("a: ***", "b: *****", "") == masked.masked([Origin("x.yaml", (0, "b"))]).lines("x.yaml")
