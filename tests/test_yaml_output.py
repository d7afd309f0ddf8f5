"""YAML that is written: read back it is the same, by every reader, and people like to read it."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from obsgen.outputs import json
from obsgen.outputs import yaml as output
from obsgen.units import Duration

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
plain = st.recursive(
    st.one_of(texts, st.booleans(), st.integers()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=10,
)


@given(st.dictionaries(texts, plain, max_size=4))
def test_what_is_written_is_read_back(data: dict[str, object]):
    assert data == yaml.safe_load(output.dump(data))


OFTEN_MISREAD = """
on off yes no y n True null ~ 1:30 0755 0o17 0x1F 1e5 1.5 .5 12 1_000 2001-01-01 = <<
"""


@pytest.mark.parametrize("text", OFTEN_MISREAD.split())
def test_texts_that_other_readers_take_for_something_else_are_quoted(text: str):
    assert output.dump({"key": text}) in {f"key: '{text}'\n".encode(), f'key: "{text}"\n'.encode()}


def test_texts_of_several_lines_are_blocks():
    data = output.dump({"expr": "sum(x)\n  / sum(y)\n", "short": "a\nb"})

    assert b"expr: |\n  sum(x)\n    / sum(y)\nshort: |-\n  a\n  b\n" == data


def test_a_long_line_stays_one_line():
    assert 1 == output.dump({"expr": "a + " * 500 + "a"}).count(b"\n")


def test_what_stands_twice_is_written_twice():
    shared = {"a": [1]}

    assert b"one:\n  a:\n  - 1\ntwo:\n  a:\n  - 1\n" == output.dump({"one": shared, "two": shared})


def test_numbers_and_durations_are_exact():
    data = {"a": Decimal("0.0010"), "b": Decimal("1E+3"), "c": Duration.parse("90s")}

    assert b"a: 0.001\nb: 1000\nc: 1m30s\n" == output.dump(data)


def test_a_header_is_a_comment():
    assert b"# Made.\n#\n# Twice.\na: 1\n" == output.dump({"a": 1}, ["Made.", "", "Twice."])


def test_json_has_every_digit():
    data = {"a": Decimal("0.1234567890123456789"), "b": [Decimal("1E+3"), None, True, "ü"]}

    assert '{"a": 0.1234567890123456789, "b": [1000, null, true, "ü"]}\n'.encode() == json.dump(
        data
    )
