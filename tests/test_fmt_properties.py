"""The laws of `obsgen fmt`: it settles at once, loses nothing, and changes no meaning."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from generate import trees
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from layouts import scrambled
from oracles import ROOT
from spectree import Style, damaged

from obsgen import build, disk
from obsgen.formatting import NOT_FORMATTED, comments, format_source
from obsgen.pipeline import Options
from obsgen.promql import PromqlError, parse, substitute_variables
from obsgen.source import MappingNode, Node, Scalar, read_source

SEEDS: Final = st.integers(0, 2**32 - 1)
REPOSITORY: Final = sorted(
    [
        *(ROOT / "specs").rglob("*.yaml"),
        *(ROOT / "obsgen" / "presets").glob("*.yaml"),
        *(ROOT / "tests" / "cases").glob("*/*/specs/**/*.yaml"),
    ]
)


# What stands in one is its author's.
_BLOCK_SCALAR: Final = re.compile(r"[|>][-+0-9]*(?: +#.*)?$", re.MULTILINE)


def lawful(examples: int):
    """Bound a law; a failing example is a seed, which does not get simpler by being shrunk."""
    return settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )


def files_of(texts: dict[str, bytes]) -> dict[str, bytes]:
    options = Options(presets=disk.shipped_presets(), with_tests=False)
    return {file.path: file.data for file in build(texts, options).files}


def formatted(data: bytes) -> bytes:
    done = format_source("a.yaml", data)
    assert () == done.diagnostics
    return done.text


def is_query(text: str) -> bool:
    try:
        parse(substitute_variables(text))
    except PromqlError:
        return False
    return True


def agree(before: Any, after: Any) -> bool:
    """Say whether PyYAML reads the same, but for the layout of queries."""
    if isinstance(before, str) and isinstance(after, str) and before != after:
        return parse(substitute_variables(before)) == parse(substitute_variables(after))
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(agree(before[k], after[k]) for k in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(agree, before, after))
    return type(before) is type(after) and before == after


def meaning(node: Node) -> Any:
    """Return a node without places: queries as trees, other scalars as text and what it is."""
    if isinstance(node, Scalar):
        kind = (node.is_null, node.is_boolean, node.is_number)
        if is_query(node.text) and not node.is_number:
            return parse(substitute_variables(node.text)), kind
        return node.text, kind
    if isinstance(node, MappingNode):
        return {key: meaning(entry.value) for key, entry in node.entries.items()}
    return [meaning(item) for item in node.items]


def meanings(data: bytes) -> list[Any]:
    source, findings = read_source("a.yaml", data)
    assert () == findings
    return [meaning(document) for document in source.documents]


def check_all(before: bytes) -> None:
    after = formatted(before)

    assert after == formatted(after)
    assert meanings(before) == meanings(after)
    old = list(yaml.load_all(before.decode(), Loader=yaml.CSafeLoader))
    new = list(yaml.load_all(after.decode(), Loader=yaml.CSafeLoader))
    assert agree(old, new)
    assert comments(before.decode().replace("\r\n", "\n")) == comments(after.decode())


_SIGNS: Final = (
    *("{", "}", "[", "]", ": ", ", ", "#", " # x", "&a ", "*a", "!!str ", "|", ">", "'", '"', "%"),
    *("- ", "? ", "<<: ", "\t", "\n", "\r", "\0", "---\n", "...\n", "\u2028", "\x85", "\\", "\n\n"),
)


def broken(data: bytes, dice: random.Random) -> bytes:
    """Return a text with a few signs put in or characters taken out, in the middle of anything."""
    text = data.decode()
    for _ in range(dice.choice((1, 1, 2))):
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(_SIGNS) + text[at + dice.choice((0, 0, 1, 5)) :]
    return text.encode()


def check_lines(text: str) -> None:
    """Demand what can be seen of lines without knowing what they mean."""
    assert not text.startswith("\n")
    assert text.endswith("\n")
    assert "\r" not in text
    if not _BLOCK_SCALAR.search(text):
        assert not text.endswith("\n\n")
        assert "\n\n\n" not in text
        assert not [line for line in text.split("\n") if line != line.rstrip()]


@given(trees(max_size=2), SEEDS)
@lawful(40)
def test_a_layout_settles_at_once_and_says_the_same(tree, seed):
    dice = random.Random(seed)
    for documents in tree.files.values():
        before = scrambled(documents, dice)
        check_all(before)
        check_lines(formatted(before).decode())


@given(trees(max_size=2), SEEDS)
@lawful(10)
def test_what_is_built_is_the_same_to_the_byte(tree, seed):
    dice = random.Random(seed)
    before = {name: scrambled(documents, dice) for name, documents in tree.files.items()}
    after = {name: formatted(data) for name, data in before.items()}

    files = files_of(before)
    assert files
    assert files == files_of(after)


@given(trees(max_size=2), SEEDS)
@lawful(40)
def test_no_damage_raises_and_what_cannot_be_read_stays_as_it_is(tree, seed):
    dice = random.Random(seed)
    texts = [scrambled(documents, dice) for documents in tree.files.values()]
    for data in (*damaged(tree, dice).values(), *(broken(text, dice) for text in texts)):
        done = format_source("a.yaml", data)

        assert not any(d.code.id == "SRC021" for d in done.diagnostics)
        if done.diagnostics:
            assert data == done.text
        else:
            again = format_source("a.yaml", done.text)
            assert (done.text, ()) == (again.text, again.diagnostics)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
@lawful(100)
def test_no_bytes_raise(data):
    done = format_source("a.yaml", data)

    assert done.diagnostics == () or done.text == data


@given(trees(max_size=1))
@lawful(15)
def test_a_file_without_any_layout_is_laid_out(tree):
    for data in tree.texts(Style(flow=True)).values():
        lines = formatted(data).decode().splitlines()

        assert not [line for line in lines if "{" in line and len(line) > 100 and ", " in line]


@pytest.mark.parametrize("path", REPOSITORY, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_spec_of_the_repository_is_laid_out_or_reported(path: Path):
    data = path.read_bytes()
    done = format_source(path.name, data)

    if not done.diagnostics:
        check_all(data)
    else:
        assert data == done.text
        expected = {d.code for d in read_source(path.name, data)[1]} or {NOT_FORMATTED}
        assert expected == {d.code for d in done.diagnostics}
