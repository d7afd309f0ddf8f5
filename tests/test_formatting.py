"""Each rule of the layout, written before and after by hand."""

from __future__ import annotations

import pytest

from obsgen import formatting
from obsgen.formatting import format_source

WIDE = "tonebridge_transformation_duration_seconds_total"


def after(text: str) -> str:
    done = format_source("a.yaml", text.encode())
    assert () == done.diagnostics
    return done.text.decode()


RULES = {
    "a level is two columns": (
        "a:\n    b:\n        c: 1\n    d: 2\n",
        "a:\n  b:\n    c: 1\n  d: 2\n",
    ),
    "a list stands further in than its key": (
        "a:\n- b\n-   c: 1\n    d: 2\n",
        "a:\n  - b\n  - c: 1\n    d: 2\n",
    ),
    "an item stands behind its dash": (
        "a:\n  -\n    b: 1\n  -\n    - c\n    -  d\n",
        "a:\n  - b: 1\n  - - c\n    - d\n",
    ),
    "a root that stands further in is moved to the left": ("  a: 1\n  b: 2\n", "a: 1\nb: 2\n"),
    "one blank follows a colon and none precedes it": (
        "a :   1\nb:\t2\nc:\nd : [x]\n",
        "a: 1\nb: 2\nc:\nd: [x]\n",
    ),
    "lines end without blanks": ("a: 1  \n  \nb: [2]\t\n   \n", "a: 1\n\nb: [2]\n"),
    "line ends are line feeds": ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\nb: |\n  x\n  y\n"),
    "the last line is ended, once": ("a: 1", "a: 1\n"),
    "one blank line at most": ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "a byte order mark goes": ("\ufeffa: 1\n", "a: 1\n"),
    "documents are told apart by three dashes alone": (
        "---   \na: 1\n--- {b: 2}\n---  # third\nc: 3\n",
        "---\na: 1\n---\n{b: 2}\n---  # third\nc: 3\n",
    ),
    "nothing stays nothing": ("\n\n", ""),
    "comments alone stay": ("\n  # a\n\n\n# b\n", "# a\n\n# b\n"),
    "brackets are spaced": (
        'a: { "b":1,c : [ x,y ,z ],  d: {} , e: [ ] , }\n',
        "a: {b: 1, c: [x, y, z], d: {}, e: []}\n",
    ),
    "brackets over several lines are joined where they fit": (
        "a: [\n  x,\n  y,\n]\nb:\n  {c: 1,\n   d: 2}\n",
        "a: [x, y]\nb: {c: 1, d: 2}\n",
    ),
    "brackets that end in column 100 stay behind their key": (
        f"{WIDE}: {{type: counter, labels: [a, b], help: {'a' * 11}}}  # why\n",
        f"{WIDE}: {{type: counter, labels: [a, b], help: {'a' * 11}}}  # why\n",
    ),
    "brackets one column too wide go below their key": (
        f"{WIDE}: {{type: counter, labels: [a, b], help: {'a' * 12}}}  # why\n",
        f"{WIDE}:  # why\n  {{type: counter, labels: [a, b], help: {'a' * 12}}}\n",
    ),
    "a mapping too wide for a line becomes lines": (
        f"a: {{b: {'x' * 50}, c: {{d: {'y' * 50}, e: 1}}, f: [1, 2]}}\n",
        f"a:\n  b: {'x' * 50}\n  c: {{d: {'y' * 50}, e: 1}}\n  f: [1, 2]\n",
    ),
    "an item too wide for a line becomes lines, its comment above them": (
        f"a:\n  - {{b: {'x' * 50}, c: {'y' * 50}}}  # why\n",
        f"a:\n  -  # why\n    b: {'x' * 50}\n    c: {'y' * 50}\n",
    ),
    "a list of words too wide for a line is filled": (
        f"a: [{', '.join(['word'] * 20)}]\n",
        f"a:\n  [{', '.join(['word'] * 16)},\n   word, word, word, word]\n",
    ),
    "brackets with a comment inside stay as they stand": (
        "a:\n    b: [ 1,  # one\n         2 ]\n",
        "a:\n  b: [ 1,  # one\n       2 ]\n",
    ),
    "a line that a comment to obsgen speaks of stays one": (
        f"a: {{b:  {'x' * 50}, c: {'y' * 50}}} # obsgen: ignore[PQL440] so\n"
        f"# obsgen: ignore[PQL440] so\nd: [ {'x' * 50}, {'y' * 50} ]\n"
        "e:\n   f # obsgen: ignore[PQL440] so\n",
        f"a: {{b: {'x' * 50}, c: {'y' * 50}}}  # obsgen: ignore[PQL440] so\n"
        f"# obsgen: ignore[PQL440] so\nd: [{'x' * 50}, {'y' * 50}]\n"
        "e:\n  f  # obsgen: ignore[PQL440] so\n",
    ),
    "lines of which a comment to obsgen speaks are not joined": (
        "a: [b,\n    c] # obsgen: ignore[PQL440] so\n",
        "a: [b,\n    c]  # obsgen: ignore[PQL440] so\n",
    ),
    "a comment is two blanks behind": (
        "a: 1 # one\nb: 22 # two\n",
        "a: 1  # one\nb: 22  # two\n",
    ),
    "comments that were set off keep their column": (
        'a: "x"      # one\nbb: 22     # two\n\nc: 3           # three\n',
        "a: x        # one\nbb: 22     # two\n\nc: 3           # three\n",
    ),
    "comments in one column stay in one": (
        "a: 1   # one\nbb : 2 # two\nc: {d:  1,e : 2} # three\n",
        "a: 1   # one\nbb: 2  # two\nc: {d: 1, e: 2}  # three\n",
    ),
    "a comment stands like what follows it": (
        "a:\n # one\n    b: 1\n# two\n    c: 2\n",
        "a:\n  # one\n  b: 1\n  # two\n  c: 2\n",
    ),
    "a comment below a list stays with the list": (
        "a:\n    - b\n    # of the list\n# of c\nc: 1\n",
        "a:\n  - b\n  # of the list\n# of c\nc: 1\n",
    ),
    "a comment behind a dash or a key keeps its line": (
        "a: # one\n    - # two\n        b: 1\nc: # three\n    4\n",
        "a:  # one\n  -  # two\n    b: 1\nc:  # three\n  4\n",
    ),
    "words, durations and sizes lose their quotes": (
        'a: "b"\n"c": \'d e\'\nf: ["5m", "1h30m", "5%", "10MB", "a-b", "x y"]\n',
        'a: b\nc: d e\nf: [5m, 1h30m, 5%, 10MB, a-b, "x y"]\n',
    ),
    "what may be read otherwise keeps its quotes": (
        "a: ['1', '5..', 'on', 'No', 'null', '', '1:30', '2024-01-01', '0x1f', '1e3', '~']\n",
        'a: ["1", "5..", "on", "No", "null", "", "1:30", "2024-01-01", "0x1f", "1e3", "~"]\n',
    ),
    "quotes are double unless single ones save escapes": (
        "a: 'it''s: so'\nb: \"say \\\"x\\\"\"\nc: '\\d+'\nd: \"\\\\d\"\n",
        "a: \"it's: so\"\nb: 'say \"x\"'\nc: '\\d+'\nd: '\\d'\n",
    ),
    "escapes stay as they were chosen": ('a: "\\u00e9\\n"\n', 'a: "\\u00e9\\n"\n'),
    "plain texts stay plain": ('a: it\'s {so} "x"\n', 'a: it\'s {so} "x"\n'),
    "lines of a text stand two columns in": (
        'a: one\n     two\n\n     three\nb: "four\n   five \\\n six"\n',
        'a: one\n  two\n\n  three\nb: "four\n  five \\\n  six"\n',
    ),
    "a value comes up to its key where it fits": (
        f"a:\n    b\nc:\n    {'d ' * 49}d\n",
        f"a: b\nc:\n  {'d ' * 49}d\n",
    ),
    "a block scalar moves as a whole": (
        "a:\n    - b: |\n           one\n             two\n\n           three  \n\n\n"
        "    - c: >-\n       x\n",
        "a:\n  - b: |\n      one\n        two\n\n      three  \n\n  - c: >-\n      x\n",
    ),
    "a number says how far a block scalar stands in": (
        "a:\n    b: |2\n        one\n      two\n",
        "a:\n  b: |2\n      one\n    two\n",
    ),
    "blank lines that a block scalar keeps are kept": (
        "a: |+\n   one\n\n\nb: 1\n",
        "a: |+\n  one\n\n\nb: 1\n",
    ),
    "a text that no line feed ends is not given one": ("a: |\n   one", "a: |-\n  one\n"),
    "anchors, aliases and tags stay": (
        "a: &x\n    b:   &y 'c'\nd:\n   <<: *x\n   e : *y\n*y : !!str  5\nf: &z {g: 'h'}\n",
        "a: &x\n  b: &y 'c'\nd:\n  <<: *x\n  e: *y\n*y : !!str 5\nf: &z {g: h}\n",
    ),
    "a key that is written with a question mark stays as it stands": (
        "a:\n    ? b\n    :   c\n    d:   1\nb:   2\n",
        "a:\n  ? b\n  :   c\n  d:   1\nb: 2\n",
    ),
}


@pytest.mark.parametrize(("before", "expected"), RULES.values(), ids=RULES)
def test_a_rule(before: str, expected: str):
    assert expected == after(before)
    assert expected == after(expected)


HEADS = {
    "version, kind and name come first": (
        "name: a\nslos: []\nkind: Service\n\napiVersion: obsgen/v1\n",
        "apiVersion: obsgen/v1\nkind: Service\nname: a\nslos: []\n",
    ),
    "a document without a name has the rest in order": (
        "kind: Routing\napiVersion: obsgen/v1\nroutes: []\n",
        "apiVersion: obsgen/v1\nkind: Routing\nroutes: []\n",
    ),
    "a comment at the top stays at the top": (
        "# All of it.\n\nkind: Service\napiVersion: obsgen/v1\n",
        "# All of it.\n\napiVersion: obsgen/v1\nkind: Service\n",
    ),
    "nothing overtakes a comment": (
        "kind: Service  # one\napiVersion: obsgen/v1\n",
        "kind: Service  # one\napiVersion: obsgen/v1\n",
    ),
    "nothing comes between a comment and its key": (
        "# The service.\nkind: Service\napiVersion: obsgen/v1\n",
        "# The service.\nkind: Service\napiVersion: obsgen/v1\n",
    ),
    "other keys keep their order": (
        "apiVersion: obsgen/v1\nkind: Service\nname: a\nb: 1\na: 2\n",
        "apiVersion: obsgen/v1\nkind: Service\nname: a\nb: 1\na: 2\n",
    ),
    "blank lines that are left behind go": (
        "name:\n  a\n\nkind: Service\n\n\nb: 1\napiVersion: obsgen/v1\n",
        "apiVersion: obsgen/v1\nkind: Service\nname: a\n\nb: 1\n",
    ),
    "each document on its own": (
        "---\nkind: A\napiVersion: v\n---\nname: b\nkind: B\n",
        "---\napiVersion: v\nkind: A\n---\nkind: B\nname: b\n",
    ),
}


@pytest.mark.parametrize(("before", "expected"), HEADS.values(), ids=HEADS)
def test_the_head_of_a_document(before: str, expected: str):
    assert expected == after(before)
    assert expected == after(expected)


LONG = (
    "sum by (job) (rate(http_requests_errors_total[5m])) "
    "/ sum by (job) (rate(http_requests_total[5m])) > 0.05"
)
QUERIES = {
    "a query that fits is one line": (
        "alerts:\n  - expr: |\n      sum( rate(x[5m]) )\n        /sum(rate(y[5m]))\n",
        'alerts:\n  - expr: "sum(rate(x[5m])) / sum(rate(y[5m]))"\n',
    ),
    "a query that was plain stays plain": (
        "alerts:\n  - expr: sum(x)/2\n",
        "alerts:\n  - expr: sum(x) / 2\n",
    ),
    "a query with strings is quoted once": (
        "alerts:\n  - expr: >-\n      up{job='a'}\n      == 0\n",
        "alerts:\n  - expr: 'up{job=\"a\"} == 0'\n",
    ),
    "a query that does not fit is a block scalar, its comment beside the key": (
        f"alerts:\n  - expr: {LONG}  # why\n",
        "alerts:\n"
        "  - expr: |  # why\n"
        "      sum by (job) (rate(http_requests_errors_total[5m]))\n"
        "        / sum by (job) (rate(http_requests_total[5m]))\n"
        "        > 0.05\n",
    ),
    "a folded query becomes a literal one": (
        f"alerts:\n  - expr: >-  # why\n      {LONG}\n",
        "alerts:\n"
        "  - expr: |  # why\n"
        "      sum by (job) (rate(http_requests_errors_total[5m]))\n"
        "        / sum by (job) (rate(http_requests_total[5m]))\n"
        "        > 0.05\n",
    ),
    "a query in brackets is one line": (
        "measures:\n  m: {expr: 'sum( x )', unit: s}\n",
        'measures:\n  m: {expr: "sum(x)", unit: s}\n',
    ),
    "the window of an SLI stays": (
        "slos:\n  - sli:\n      queries:\n        total: sum(increase( a[$window] ))\n"
        "        bad: sum(increase( b[${window}] ))\n",
        "slos:\n  - sli:\n      queries:\n        total: sum(increase(a[$window]))\n"
        "        bad: sum(increase(b[${window}]))\n",
    ),
    "variables of Grafana stay": (
        "sections:\n  - panels:\n      - timeseries:\n"
        "          expr: 'topk( $n,rate(x{job=~\"$job\"}[$__rate_interval]) )'\n",
        "sections:\n  - panels:\n      - timeseries:\n"
        "          expr: 'topk($n, rate(x{job=~\"$job\"}[$__rate_interval]))'\n",
    ),
    "queries below the measures of a panel are laid out": (
        "panels:\n  - bargauge:\n      measures:\n        - expr: sum( x )\n",
        "panels:\n  - bargauge:\n      measures:\n        - expr: sum(x)\n",
    ),
    "Grafana's own words stay": (
        "panels:\n  - panel:\n      targets:\n        - expr: '{app=\"a\" }'\n",
        "panels:\n  - panel:\n      targets:\n        - expr: '{app=\"a\" }'\n",
    ),
    "a query with a comment stays as it stands": (
        "alerts:\n  - expr: |\n       sum( x )  # all\n       / 2\n",
        "alerts:\n  - expr: |\n      sum( x )  # all\n      / 2\n",
    ),
    "what is no query stays as it stands": (
        "alerts:\n  - expr: sum( x\n  - summary: sum( x )\n    where: {expr: 'a+b'}\n",
        'alerts:\n  - expr: sum( x\n  - summary: sum( x )\n    where: {expr: "a+b"}\n',
    ),
    "what an anchor shares stays as it stands": (
        "alerts:\n  - &a\n    expr: sum( x )\n  - *a\nx-b:\n  threshold: {expr: sum( x )}\n",
        "alerts:\n  - &a\n    expr: sum( x )\n  - *a\nx-b:\n  threshold: {expr: sum( x )}\n",
    ),
}


@pytest.mark.parametrize(("before", "expected"), QUERIES.values(), ids=QUERIES)
def test_a_query(before: str, expected: str):
    assert expected == after(before)
    assert expected == after(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%YAML 1.2\n---\na:   1\n", "directives, `...` and documents that are no mapping"),
        ("a:   1\n...\n", "directives, `...` and documents that are no mapping"),
        ("just:a text", "directives, `...` and documents that are no mapping"),
        ("a: &x\n   !!map\n   b: 1\n", "directives, `...` and documents that are no mapping"),
        ("a:   1 # x\u2028b:  2\n", "a line ends with U+2028 or U+2029"),
    ],
)
def test_a_file_that_has_no_layout_stays_as_it_is_with_a_warning(text: str, message: str):
    done = format_source("a.yaml", text.encode())
    (found,) = done.diagnostics

    assert text.encode() == done.text
    assert ("SRC020", "warning") == (found.code.id, str(found.severity))
    assert found.message.startswith(message)


def test_a_layout_that_says_something_else_is_not_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(formatting, "laid_out_text", lambda text, _: text.replace("1", "2"))
    done = format_source("a.yaml", b"a: 1\n")

    assert b"a: 1\n" == done.text
    assert ["SRC021"] == [found.code.id for found in done.diagnostics]


@pytest.mark.parametrize(
    "other",
    ["a: 1\nb: x\n", "a: 1\nb: 2  # d\n", "a: 1  # c\nb: '2'\n", "a: 1  # c\n", "a: [1\n"],
    ids=["comment lost", "other comment", "number to text", "key lost", "no YAML"],
)
def test_the_guard_sees_what_is_not_the_same(monkeypatch: pytest.MonkeyPatch, other: str):
    monkeypatch.setattr(formatting, "laid_out_text", lambda *_: other)

    (found,) = format_source("a.yaml", b"a: 1  # c\nb: 2\n").diagnostics
    assert "SRC021" == found.code.id
