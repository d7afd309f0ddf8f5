"""The quick check of shapes says what jsonschema says."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from oracles import ROOT

from obsgen.schema import assemble, quick
from obsgen.schema.quick import fits

SCHEMA: Final = assemble()
DEFINITIONS: Final = SCHEMA["$defs"]
DOCUMENTS: Final = [
    document
    for file in sorted((ROOT / "specs").rglob("*.yaml"))
    for document in yaml.load_all(file.read_text("utf-8"), Loader=yaml.SafeLoader)
]


def is_valid(value: object, schema: Any) -> bool:
    return Draft202012Validator({**schema, "$defs": DEFINITIONS}).is_valid(value)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: f"{d['kind']}-{d.get('name')}")
def test_what_is_valid_is_known_to_be(document: dict[str, Any]):
    assert is_valid(document, DEFINITIONS[document["kind"]])
    assert fits(document, DEFINITIONS[document["kind"]], DEFINITIONS)


def keywords(schema: Any) -> set[str]:
    """Return the keywords of a schema and of all schemas in it."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for keyword in ("properties", "patternProperties", "$defs"):
        for inner in schema.get(keyword, {}).values():
            found |= keywords(inner)
    for keyword in ("items", "propertyNames", "additionalProperties"):
        found |= keywords(schema.get(keyword))
    return found


def test_a_keyword_that_the_language_uses_is_known():
    used = set().union(*(keywords(schema) for schema in DEFINITIONS.values()))

    assert used <= quick.KEYWORDS


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


SCALARS: Final = ("", "a", "Name", "a b", "5m", 0, 1, 1.5, True, False, None)
MAPPINGS: Final = ({}, {"a": "b"}, {"x-mine": 1}, {"name": "a"}, {"above": "5%"}, {"": ""})
LISTS: Final = ([], ["a"], [None], [{"name": "a"}])
VALUES: Final = st.sampled_from((*SCALARS, *MAPPINGS, *LISTS)).map(copy.deepcopy)


@given(data=st.data())
def test_a_changed_document_is_valid_to_both_or_to_none(data: st.DataObject):
    document = copy.deepcopy(data.draw(st.sampled_from(DOCUMENTS)))
    schema = DEFINITIONS[document["kind"]]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([p for p in places(document) if p]))
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        how = data.draw(st.sampled_from(["replace", "remove", "add"]))
        if how == "remove":
            del parent[path[-1]]
        elif how == "add" and isinstance(parent, dict):
            parent[data.draw(st.sampled_from(["x-a", "where", "name", "by", "odd", "A"]))] = (
                data.draw(VALUES)
            )
        else:
            parent[path[-1]] = data.draw(VALUES)
        if not [p for p in places(document) if p]:
            break

    assert is_valid(document, schema) == fits(document, schema, DEFINITIONS)


def test_a_keyword_that_is_not_known_is_a_no():
    assert not fits("a", {"format": "date"}, {})
    assert not fits(1, {"maximum": 2}, {})


def test_a_flag_is_no_number():
    assert not fits(True, {"type": "number"}, {})
    assert not fits(1, {"type": "boolean"}, {})
    assert not fits(True, {"enum": [1]}, {})
