"""The table of Grafana's words is what Grafana's own SDK, made of its schemas, says."""

from __future__ import annotations

import enum
import importlib
import types
import typing
import warnings
from collections.abc import Iterator
from typing import Any, Final

import pytest

from obsgen.panels._official import TYPES, facts_of

_MODULES: Final = {"state-timeline": "statetimeline"}
_CHECKED: Final = (
    "timeseries",
    "stat",
    "gauge",
    "bargauge",
    "table",
    "heatmap",
    "histogram",
    "logs",
    "piechart",
    "state-timeline",
    "text",
)
_KINDS: Final = {
    str: {"text"},
    bool: {"flag"},
    int: {"whole", "number"},
    float: {"number"},
    object: {"any"},
    typing.Any: {"any"},
}
_ROOTS: Final = [
    *((f"{kind}.options", kind, "Options") for kind in _CHECKED),
    *(
        (f"{kind}.custom", kind, "FieldConfig")
        for kind in ("timeseries", "table", "heatmap", "histogram", "piechart", "state-timeline")
    ),
]


def model(module: str, name: str) -> Any:
    with warnings.catch_warnings():
        # The classic model is called old there, and is the only one that Grafana reads from files.
        warnings.simplefilter("ignore", DeprecationWarning)
        found = importlib.import_module(f"grafana_foundation_sdk.models.{module}")
    return getattr(found, name)


def spelled(attribute: str) -> str:
    return attribute.removesuffix("_val").replace("_", "").lower()


def of_class(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {spelled(name): hint for name, hint in hints.items()}


def parts(hint: Any) -> list[Any]:
    """Return the alternatives of an annotation without None."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return [p for each in typing.get_args(hint) if each is not type(None) for p in parts(each)]
    return [hint]


def differences(name: str, classes: list[Any], path: str) -> Iterator[str]:
    """Yield where the table and the SDK differ below a mapping."""
    known: dict[str, Any] = {}
    for cls in classes:
        for key, hint in of_class(cls).items():
            known.setdefault(key, []).append(hint)
    facts = facts_of(name) or {}
    own = {key.lower(): takes for key, takes in facts.items()}
    if set(own) != set(known):
        yield f"{path}: {sorted(set(own) ^ set(known))}"
    for key in set(own) & set(known):
        yield from of_value(own[key], [p for h in known[key] for p in parts(h)], f"{path}.{key}")


def of_value(takes: tuple[str, ...], hints: list[Any], path: str) -> Iterator[str]:
    if "any" in takes or takes == ("[any]",):
        return
    classes = [h for h in hints if isinstance(h, type) and hasattr(h, "from_json")]
    if classes:
        yield from differences(takes[0].strip("[]@"), classes, path)
        return
    words = {word for hint in hints for word in words_of(hint)}
    allowed = {word for take in takes for word in take.split("|")}
    # Several classes may stand in one place, each with a part of the words.
    if words - allowed or (len(hints) == 1 and words and words != allowed):
        yield f"{path}: {sorted(words ^ allowed)}"
    for hint in hints:
        if typing.get_origin(hint) is list:
            within = tuple(take[1:-1] for take in takes if take.startswith("["))
            yield from of_value(within, parts(typing.get_args(hint)[0]), f"{path}[]")
        elif hint is str and allowed != set(takes):
            continue  # the words of a constant: the SDK has it as any text
        elif not words and not set(takes) & _KINDS.get(hint, {"any"}):
            yield f"{path}: {takes} is {hint}"


def words_of(hint: Any) -> set[str]:
    if typing.get_origin(hint) is typing.Literal:
        return {str(word) for word in typing.get_args(hint)}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {str(each.value) for each in hint}
    return set()


@pytest.mark.parametrize(("name", "kind", "part"), _ROOTS, ids=str)
def test_what_a_panel_takes_is_what_the_sdk_says(name: str, kind: str, part: str):
    root = model(_MODULES.get(kind, kind), part)

    assert [] == list(differences(name, [root], name))


@pytest.mark.parametrize(
    ("name", "part"), [("panel", "Panel"), ("defaults", "FieldConfig"), ("color", "FieldColor")]
)
def test_what_every_panel_takes_is_what_the_sdk_says(name: str, part: str):
    known = of_class(model("dashboard", part))

    assert set(known) == {key.lower() for key in facts_of(name) or {}}


def test_every_type_that_is_checked_is_one_of_grafanas():
    assert set(_CHECKED) <= set(TYPES)
