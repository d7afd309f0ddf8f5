"""The words of JSON Schema that every fragment uses, and the definitions that several share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

Schema = Mapping[str, Any]

# In Python, `$` alone also matches before a last line end.
NAME_PATTERN: Final = r"^[a-z][a-z0-9-]{0,39}$(?!\n)"
WORD_PATTERN: Final = r"^[a-z][a-z0-9_]{0,79}$(?!\n)"
ALERT_PATTERN: Final = r"^[A-Z][A-Za-z0-9]{0,99}$(?!\n)"
LABEL_PATTERN: Final = r"^[a-zA-Z_][a-zA-Z0-9_]*$(?!\n)"
# Names of OpenTelemetry's attributes, as they stand in logfmt.
TAG_PATTERN: Final = r"^[^\s=\"]+$(?!\n)"
METRIC_PATTERN: Final = r"^[a-zA-Z_:][a-zA-Z0-9_:]*$(?!\n)"


OWN_KEYS: Final = "own_keys"
"""In the fragment of a panel kind: what stands beside the keys of its measures."""


def is_label(word: str) -> bool:
    """Say whether a word can name a label; the schema reports where one cannot."""
    return re.fullmatch(LABEL_PATTERN, word) is not None


def ref(name: str, description: str = "") -> Schema:
    """Refer to a shared definition, with what it means in this place."""
    link = {"$ref": f"#/$defs/{name}"}
    return {**link, "description": description} if description else link


def mapping(
    properties: Mapping[str, Schema],
    *,
    required: Sequence[str] = (),
    description: str = "",
    examples: Sequence[Any] = (),
) -> Schema:
    """Return a mapping that holds these keys and no others; `x-…` keys are the author's."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": dict(properties),
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = list(required)
    if description:
        schema["description"] = description
    if examples:
        schema["examples"] = list(examples)
    return schema


def named(values: Schema, *, names: str, description: str = "") -> Schema:
    """Return a mapping from names to values of one kind."""
    return {
        "type": "object",
        "patternProperties": {"^x-": {}, names: values},
        "additionalProperties": False,
        "description": description,
    }


def listed(items: Schema, *, description: str = "", examples: Sequence[Any] = ()) -> Schema:
    """Return a list."""
    schema: dict[str, Any] = {"type": "array", "items": items}
    if description:
        schema["description"] = description
    if examples:
        schema["examples"] = list(examples)
    return schema


def one_or_several(description: str, *examples: str | int | list[str] | list[int]) -> Schema:
    """Return a scalar or a list of them."""
    return {
        "type": ["string", "number", "array"],
        "items": text(),
        "description": description,
        "examples": list(examples),
    }


def text(description: str = "", *, examples: Sequence[Any] = ()) -> Schema:
    """Return a scalar of any kind, read as its own text."""
    schema: dict[str, Any] = {"type": ["string", "number", "boolean"]}
    if description:
        schema["description"] = description
    if examples:
        schema["examples"] = list(examples)
    return schema


def name(description: str, pattern: str = NAME_PATTERN) -> Schema:
    """Return a name of the given form."""
    return {"type": "string", "pattern": pattern, "description": description}


def flag(description: str) -> Schema:
    """Return `true` or `false`."""
    return {"type": "boolean", "description": description}


def one_of_words(words: Sequence[str], description: str) -> Schema:
    """Return one of some words."""
    return {"enum": list(words), "description": description}


DEFINITIONS: Final[Mapping[str, Schema]] = {
    "duration": text(
        "A length of time as in Prometheus: 30s, 5m, 1h30m, 7d.", examples=["5m", "30d"]
    ),
    "quantity": {
        "type": ["string", "number", "object"],
        "description": (
            "An amount with its unit: 250ms, 2s, 10MB, 4GiB, 5%, 100 USD, $100, 100/s, 6/min, 10. "
            "Or one that differs by label value: {by: region, us: 100ms, default: 200ms}."
        ),
        "examples": ["500ms", "5%", "6/min", {"by": "region", "us": "100ms", "default": "200ms"}],
    },
    "label_names": listed(
        {"type": "string", "pattern": LABEL_PATTERN},
        description="Names of labels.",
        examples=[["endpoint"]],
    ),
    "matchers": {
        "type": "object",
        "description": (
            "Labels with the values that match, all of which must hold. A value is an anchored "
            "RE2 pattern, a list of them, {not: …} or {is: literal}."
        ),
        "examples": [{"status": "5.."}, {"mode": {"not": "idle"}}, {"status": [401, 403]}],
    },
    "label_values": {
        "type": "object",
        "propertyNames": {"pattern": LABEL_PATTERN},
        "additionalProperties": text(),
        "description": "Labels with their values.",
        "examples": [{"tier": "backend"}],
    },
    "refs": listed(
        text(), description="Requirements that this entry meets.", examples=[["REQ-12"]]
    ),
}
