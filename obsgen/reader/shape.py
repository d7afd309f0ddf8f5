"""
Shapes: documents against JSON Schema, its errors told in the words of the spec language.

The schema says shape and type only; ranges and meaning are for the readers, who know more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.reader.wording import FOREIGN, flow, means
from obsgen.schema.quick import fits
from obsgen.schema.shared import TAG_PATTERN
from obsgen.source import MappingNode, Node, Scalar, Sequence

UNKNOWN_KEY: Final = Code(
    "SCH101",
    "unknown-key",
    why="a key that is not known would be ignored, and what it was to say with it",
    fix="Write the key as the language has it; `obsgen schema` lists all. Keys `x-…` are yours.",
)
MISSING_KEY: Final = Code(
    "SCH102",
    "missing-key",
    why="the entry means nothing without it",
    fix="Add the key.",
)
WRONG_TYPE: Final = Code(
    "SCH103",
    "wrong-type",
    why="the value is of another shape than the key takes",
    fix="Write a text, a list `[a, b]` or a mapping `{key: value}` as the hint says.",
)
UNKNOWN_WORD: Final = Code(
    "SCH104",
    "unknown-word",
    why="the key takes one of a few words",
    fix="Write one of the words that the hint lists.",
)
NAME_FORM: Final = Code(
    "SCH105",
    "name-form",
    why="names become labels, file names and links, so they have one form",
    fix="Services, SLOs, dashboards and receivers: `a-z`, digits and `-`, at most 40, beginning "
    "with a letter. Measures, presets, intervals: `snake_case`. Alerts: `CamelCase`.",
)
NULL_VALUE: Final = Code(
    "SCH106",
    "null-value",
    why="YAML reads nothing here; a `#` after a blank begins a comment, so `channel: #alerts` is "
    "empty without a word",
    fix='Quote what begins with `#`: `channel: "#alerts"`; remove the key if nothing is meant.',
)
WRONG_COUNT: Final = Code(
    "SCH107",
    "wrong-count",
    why="the key takes exactly one of several kinds",
    fix="Keep the one that is meant.",
)
NOT_A_DOCUMENT: Final = Code(
    "SCH108",
    "not-a-document",
    why="every document of a spec is a flat mapping that says which language and kind it is",
    fix="Begin with `apiVersion: obsgen/v1` and `kind: Service` (or another kind).",
)
CODES: Final = (
    UNKNOWN_KEY,
    MISSING_KEY,
    WRONG_TYPE,
    UNKNOWN_WORD,
    NAME_FORM,
    NULL_VALUE,
    WRONG_COUNT,
    NOT_A_DOCUMENT,
)

_FLAT: Final = frozenset({"metadata", "spec"})
_TYPES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "boolean": "`true` or `false`",
}
_MAX_WORDS: Final = 12


def check_shape(
    document: MappingNode, definition: str, schema: dict[str, Any]
) -> Iterator[Diagnostic]:
    """
    Yield what is wrong with the shape of a document.

    Args:
        definition: The name under `$defs` that it must follow.
        schema: The assembled schema.
    """
    value, definitions = plain(document), schema["$defs"]
    if fits(value, definitions[definition], definitions):
        return
    from jsonschema import Draft202012Validator  # a third of the time of a small build

    root = {"$ref": f"#/$defs/{definition}", "$defs": definitions}
    for error in Draft202012Validator(root).iter_errors(value):
        node = _node_at(document, error.absolute_path)
        yield from _findings(error, replace(node.origin, on_key=False), node)


def plain(node: Node) -> Any:
    """Return what JSON Schema sees of a node: scalars only by their type and text."""
    if isinstance(node, MappingNode):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if node.is_null:
        return None
    if node.is_boolean:
        return node.is_true
    return 0 if node.is_number else node.text


def _node_at(node: Node, path: Any) -> Node:
    for step in path:
        if isinstance(node, MappingNode):
            node = node.entries[step].value
        elif isinstance(node, Sequence):
            node = node.items[step]
    return node


def _findings(error: Any, origin: Origin, node: Node) -> Iterator[Diagnostic]:
    if isinstance(node, Scalar) and node.is_null:
        yield null_value(node, origin)
        return
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, origin, node)
        case "required":
            missing = re.match("'(.*)' is a required", error.message)
            name = missing[1] if missing else "a key"
            if not means(node, name):
                shown = error.schema.get("properties", {}).get(name, {}).get("examples")
                hint = f"add `{name}: {flow(shown[0])}`" if shown else ""
                yield missing_key(origin, name, hint)
        case "type":
            yield _wrong_type(error, origin, node)
        case "enum":
            yield _unknown_word(error, origin, node)
        case "pattern" if isinstance(node, MappingNode):  # of a key: `propertyNames`
            key = node.entries[error.instance].key
            yield _name_form((origin / key.text).key(), key, error.validator_value)
        case "pattern":
            yield _name_form(origin, node, error.validator_value)
        case "propertyNames" | "minProperties" | "maxProperties" | "minItems":
            message = f"{node.word} holds {len(error.instance)} entries"
            hint = error.schema.get("description", "")
            yield finding(WRONG_COUNT, origin, message, hint)
        case _:
            yield finding(WRONG_TYPE, origin, f"{node.word}: {error.message[:200]}")


def null_value(node: Scalar, origin: Origin) -> Diagnostic:
    """Return the finding for a value that YAML reads as nothing."""
    key = origin.path[-1] if origin.path else ""
    message = f"`{key}` has no value" if isinstance(key, str) else "an item has no value"
    hint = "write a value, or remove the key"
    if node.swallowed:
        message += f": `{node.swallowed}` is a comment to YAML"
        hint = f'quote it: "{node.swallowed}"'
    return finding(NULL_VALUE, origin.key() if isinstance(key, str) else origin, message, hint)


def missing_key(origin: Origin, name: str, hint: str = "", *, subject: str = "") -> Diagnostic:
    """Return the finding for an entry that lacks a key."""
    message = f"{subject or _subject(origin)} has no `{name}`"
    return finding(MISSING_KEY, origin, message, hint or f"add `{name}: …`")


def _subject(origin: Origin) -> str:
    """Say what stands in a place: a key's value, an entry of a list, a document."""
    word = next((s for s in reversed(origin.path) if isinstance(s, str)), "")
    if not word:
        return "the document"
    return f"`{word}`" if origin.path[-1] == word else f"an entry of `{word}`"


def unknown_key(origin: Origin, key: str, known: list[str], parent: str = "") -> Diagnostic:
    """Return the finding for a key that the mapping does not take, with what was meant."""
    here = f" in {parent}" if parent else ""
    message = f"unknown key `{key}`{here}"
    return finding(UNKNOWN_KEY, (origin / key).key(), message, _key_hint(key, known))


def _key_hint(key: str, known: list[str]) -> str:
    foreign = FOREIGN.get(key)
    if foreign in known:
        return f"this language says `{foreign}`"
    if key in _FLAT:
        return f"documents are flat: write what stands under `{key}` one level up"
    if re.match(r"\d{3}\b", key):
        return "`,` separates entries inside `{…}`: write the number without it, or quote it"
    if found := near(key, known):
        return f"did you mean `{found}`?"
    shown = [k for k in known if not k.startswith("x-")]
    return f"it takes {words(shown)}" if len(shown) <= _MAX_WORDS else ""


def words(items: list[str], *, last: str = "or") -> str:
    """List words for a hint: `a`, `b` or `c`."""
    ticked = [f"`{item}`" for item in items]
    if len(ticked) < 2:  # noqa: PLR2004 - one word needs no `or`
        return "".join(ticked)
    return f"{', '.join(ticked[:-1])} {last} {ticked[-1]}"


def _unknown_keys(error: Any, origin: Origin, node: Node) -> Iterator[Diagnostic]:
    properties = error.schema.get("properties", {})
    patterns = error.schema.get("patternProperties", {})
    for key in error.instance:
        if key in properties or any(re.search(p, key) for p in patterns):
            continue
        if properties:
            yield unknown_key(origin, key, list(properties))
        elif isinstance(node, MappingNode):
            wanted = next((p for p in patterns if p != "^x-"), "")
            yield _name_form((origin / key).key(), node.entries[key].key, wanted)


def _wrong_type(error: Any, origin: Origin, node: Node) -> Diagnostic:
    allowed = error.validator_value
    kinds = [allowed] if isinstance(allowed, str) else list(allowed)
    shown = [_TYPES[k] for k in kinds if k in _TYPES]
    if {"string", "number"} <= set(kinds):
        shown = [s for s in shown if s not in {_TYPES["number"], _TYPES["boolean"]}]
    key = next((s for s in reversed(origin.path) if isinstance(s, str)), "the document")
    of = "an entry of " if origin.path and isinstance(origin.path[-1], int) else ""
    message = f"{of}`{key}` takes {' or '.join(shown)}, found {node.word}"
    return finding(WRONG_TYPE, origin, message, _example(error.schema))


def _example(schema: dict[str, Any]) -> str:
    examples = schema.get("examples") or ()
    return f"for example `{flow(examples[0])}`" if examples else ""


def _unknown_word(error: Any, origin: Origin, node: Node) -> Diagnostic:
    known = [str(word) for word in error.validator_value]
    text = node.text if isinstance(node, Scalar) else ""
    found = near(text, known)
    hint = f"did you mean `{found}`?" if found else f"it takes {words(known)}"
    return finding(UNKNOWN_WORD, origin, f"unknown word {node.word}", hint)


_FORMS: Final = (
    ("^[a-z][a-z0-9-]", "`a-z`, digits and `-`, beginning with a letter, at most 40 characters"),
    ("^[a-z][a-z0-9_]", "`a-z`, digits and `_`, beginning with a letter"),
    ("^[A-Z]", "letters and digits, beginning with a capital: `HighErrorRate`"),
    ("^[a-zA-Z_:]", "letters, digits, `_` and `:`, not beginning with a digit"),
    (TAG_PATTERN, "no blank, no `=` and no quote: `http.status_code`"),
    ("^[a-zA-Z_]", "letters, digits and `_`, not beginning with a digit"),
)


def _name_form(origin: Origin, node: Node, pattern: str) -> Diagnostic:
    form = next((text for start, text in _FORMS if pattern.startswith(start)), "")
    hint = f"write it with {form}" if form else ""
    return finding(NAME_FORM, origin, f"name {node.word} has another form", hint)
