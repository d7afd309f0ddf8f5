"""
A quick yes for documents of the right shape: jsonschema is imported only for the others.

Importing it takes as long as compiling a small service, and nearly all documents are right. What
this does not know for certain it refuses, and jsonschema decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from obsgen.schema.shared import Schema

_Definitions = Mapping[str, Schema]
_LINK: Final = "#/$defs/"


def fits(value: object, schema: Schema | bool, definitions: _Definitions) -> bool:
    """
    Say whether a value is certainly valid.

    Args:
        value: As JSON has it: mappings, lists, texts, numbers, booleans, None.
        schema: With the keywords of `obsgen.schema.shared`; any other is a no.
        definitions: What `$ref` refers to.

    >>> fits(["a"], {"type": "array", "items": {"$ref": "#/$defs/word"}}, {"word": {"enum": ["a"]}})
    True
    """
    if isinstance(schema, bool):
        return schema
    for keyword in schema:
        if keyword in _ANNOTATIONS:
            continue
        check = _CHECKS.get(keyword)
        if check is None or not check(value, schema, definitions):
            return False
    return True


_ANNOTATIONS: Final = frozenset(
    {"$defs", "$schema", "title", "description", "examples", "default", "deprecated"}
)
# Exact classes: to Python `True` is a number too.
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def _ref(value: object, schema: Schema, definitions: _Definitions) -> bool:
    found = definitions.get(schema["$ref"].removeprefix(_LINK))
    return found is not None and fits(value, found, definitions)


def _type(value: object, schema: Schema, _definitions: _Definitions) -> bool:
    names = (schema["type"],) if isinstance(schema["type"], str) else schema["type"]
    return any(type(value) in _TYPES.get(name, ()) for name in names)


def _enum(value: object, schema: Schema, _definitions: _Definitions) -> bool:
    return any(_same(value, word) for word in schema["enum"])


def _const(value: object, schema: Schema, _definitions: _Definitions) -> bool:
    return _same(value, schema["const"])


def _same(value: object, wanted: object) -> bool:
    return isinstance(value, str) and value == wanted


def _minimum(value: object, schema: Schema, _definitions: _Definitions) -> bool:
    return not isinstance(value, int | float) or value >= schema["minimum"]


def _pattern(value: object, schema: Schema, _definitions: _Definitions) -> bool:
    return not isinstance(value, str) or re.search(schema["pattern"], value) is not None


def _required(value: object, schema: Schema, _definitions: _Definitions) -> bool:
    return not isinstance(value, dict) or all(key in value for key in schema["required"])


def _properties(value: object, schema: Schema, definitions: _Definitions) -> bool:
    known = schema["properties"]
    return not isinstance(value, dict) or all(
        fits(item, known[key], definitions) for key, item in value.items() if key in known
    )


def _patterns(value: object, schema: Schema, definitions: _Definitions) -> bool:
    return not isinstance(value, dict) or all(
        fits(item, inner, definitions)
        for pattern, inner in schema["patternProperties"].items()
        for key, item in value.items()
        if re.search(pattern, key)
    )


def _others(value: object, schema: Schema, definitions: _Definitions) -> bool:
    if not isinstance(value, dict):
        return True
    known, patterns = schema.get("properties", ()), schema.get("patternProperties", ())
    return all(
        fits(item, schema["additionalProperties"], definitions)
        for key, item in value.items()
        if key not in known and not any(re.search(pattern, key) for pattern in patterns)
    )


def _names(value: object, schema: Schema, definitions: _Definitions) -> bool:
    names = schema["propertyNames"]
    return not isinstance(value, dict) or all(fits(key, names, definitions) for key in value)


def _items(value: object, schema: Schema, definitions: _Definitions) -> bool:
    items = schema["items"]
    return not isinstance(value, list) or all(fits(item, items, definitions) for item in value)


_CHECKS: Final[Mapping[str, Callable[[object, Schema, _Definitions], bool]]] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _minimum,
    "pattern": _pattern,
    "required": _required,
    "properties": _properties,
    "patternProperties": _patterns,
    "additionalProperties": _others,
    "propertyNames": _names,
    "items": _items,
}

KEYWORDS: Final = _ANNOTATIONS | set(_CHECKS)
"""A schema with any other never gives a yes."""
