"""A panel after its author's own words are laid over it, held against Grafana's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Json, Panel
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.model import Reports
from obsgen.panels._official import REPLACED, TYPES, Facts, facts_of
from obsgen.panels._words_of_grafana import VALUE

TYPE: Final = Code(
    "DSH699",
    "raw-type",
    why="Grafana shows an error in the place of a panel whose type it does not have",
    fix="Write a type of Grafana's own, or the whole id of a plugin: `VENDOR-WORD-panel`.",
)
CODES: Final = (TYPE,)

_OF_A_PLUGIN: Final = "-panel"
_ROW: Final = "row"
_MOST_WORDS: Final = 12
_WORDS: Final[Mapping[str, str]] = {
    "text": "a text",
    "number": "a number",
    "whole": "a whole number",
    "flag": "`true` or `false`",
}


def check_merged(panel: Panel, place: Origin, report: Reports) -> None:
    """Report what Grafana would not know of a panel; *place* is where its words are written."""
    for diagnostic in _of_panel(panel, place):
        report(diagnostic)


def _of_panel(panel: Panel, place: Origin) -> Iterator[Diagnostic]:
    yield from _of_type(panel.type, place)
    yield from _unknown("panel", "a panel", panel.extra, place)
    config = place / "fieldConfig" / "defaults"
    yield from _unknown("defaults", "`defaults`", panel.defaults, config)
    yield from _unknown("color", "`color`", panel.color, config / "color")
    of = f"of a `{panel.type}`"
    options, custom = f"{panel.type}.options", f"{panel.type}.custom"
    yield from _unknown(options, f"`options` {of}", panel.options, place / "options")
    yield from _unknown(custom, f"`custom` {of}", panel.custom, config / "custom")
    overrides = place / "fieldConfig" / "overrides"
    for number, override in enumerate(panel.overrides):
        yield from _of_override(panel.type, override, overrides / number)


def _of_type(type_: str, place: Origin) -> Iterator[Diagnostic]:
    is_of_plugin = type_.endswith(_OF_A_PLUGIN) and type_ not in REPLACED
    # A row was reported where it was read: it is no panel at all.
    if type_ in TYPES or type_ == _ROW or is_of_plugin:
        return
    guess = REPLACED.get(type_) or near(type_, TYPES)
    hint = f"did you mean `{guess}`?" if guess else "write its whole id: `VENDOR-WORD-panel`"
    if type_ in REPLACED:
        hint = f"write `{guess}`, which has taken its place"
    message = f"Grafana has no panel of the type `{type_}`"
    yield finding(TYPE, place / "type", message, hint)


def _of_override(type_: str, override: Mapping[str, Json], place: Origin) -> Iterator[Diagnostic]:
    """Yield what is wrong with the properties of an override, each by its id."""
    properties = override.get("properties")
    for number, each in enumerate(properties if isinstance(properties, list) else ()):
        id_ = each.get("id") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(id_, str):
            continue
        inner = place / "properties" / number
        key = id_.removeprefix("custom.").partition(".")[0]
        is_own = id_.startswith("custom.")
        facts = facts_of(f"{type_}.custom" if is_own else "defaults")
        if facts is None:
            continue
        if key not in facts:
            subject = f"`custom` of a `{type_}`" if is_own else "`defaults`"
            yield _no_such(subject, key, facts, inner / "id")
        elif "." not in id_.removeprefix("custom."):
            yield from _of_value(key, each.get("value"), facts[key], inner / "value")


def _unknown(
    name: str, subject: str, words: Mapping[str, Json], place: Origin
) -> Iterator[Diagnostic]:
    """Yield what is wrong with a mapping: keys that Grafana does not read, values of no kind."""
    facts = facts_of(name)
    if facts is None:
        return
    for key, value in words.items():
        if key not in facts:
            yield _no_such(subject, key, facts, (place / key).key())
        else:
            yield from _of_value(key, value, facts[key], place / key)


def _no_such(subject: str, key: str, facts: Facts, place: Origin) -> Diagnostic:
    guess = near(key, facts)
    listed = ", ".join(f"`{each}`" for each in list(facts)[:_MOST_WORDS])
    more = ", …" if len(facts) > _MOST_WORDS else ""
    hint = f"did you mean `{guess}`?" if guess else f"it has {listed}{more}"
    return finding(VALUE, place, f"{subject} has no `{key}`", hint)


def _of_value(key: str, value: Json, takes: tuple[str, ...], place: Origin) -> Iterator[Diagnostic]:
    if value is None or "any" in takes or any(_is(value, word) for word in takes):
        if isinstance(value, dict):
            for word in (word for word in takes if word.startswith("@")):
                yield from _unknown(word[1:], f"`{key}`", value, place)
        return
    message = f"`{key}` takes {' or '.join(map(_spoken, takes))}, found {_found(value)}"
    yield finding(VALUE, place, message, _nearest(value, takes))


def _is(value: Json, word: str) -> bool:
    """Say whether a value is of a kind; what a mapping holds is looked at by itself."""
    if word.startswith("@"):
        return isinstance(value, dict)
    if word.startswith("["):
        return isinstance(value, list) and all(_is(item, word[1:-1]) for item in value)
    if word in _KINDS:
        return _KINDS[word](value)
    return not isinstance(value, bool | dict | list) and str(value) in word.split("|")


def _is_number(value: Json) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_KINDS: Final[Mapping[str, Callable[[Json], bool]]] = {
    "any": lambda _: True,
    "flag": lambda value: isinstance(value, bool),
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "whole": _is_whole,
}


def _spoken(word: str) -> str:
    if word.startswith("@"):
        return "a mapping"
    if word.startswith("["):
        return "a list"
    if word in _WORDS:
        return _WORDS[word]
    listed = [f"`{each}`" for each in word.split("|")]
    return ", ".join(listed[:-1]) + f" or {listed[-1]}"


def _found(value: Json) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list with something else" if value else "a list"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _nearest(value: Json, takes: tuple[str, ...]) -> str:
    words = [each for word in takes if "|" in word for each in word.split("|")]
    guess = near(value, words) if isinstance(value, str) else ""
    return f"did you mean `{guess}`?" if guess else ""
