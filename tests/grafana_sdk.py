"""
Grafana's own Python SDK as a judge of dashboards: what it cannot read, what it loses, wrong types.

The SDK is generated from Grafana's schemas. It reads a dashboard without a look at types, and keeps
the parts of some lists as they are, so a round trip alone finds only part of what is wrong. Here
every object that it builds is held against the annotations of its class, and what it left unread
is read by the class that belongs there.
"""

from __future__ import annotations

import enum
import functools
import json
import types
import typing
import warnings
from collections.abc import Iterator
from typing import Any, Final

_SDK: Final = "grafana_foundation_sdk"
_NUMBERS: Final = {int: (int,), float: (int, float), str: (str,), bool: (bool,)}


def faults(dashboard: dict[str, Any]) -> list[str]:
    """Return what Grafana would not take as it is meant, each with its path."""
    data = json.loads(json.dumps(dashboard, default=float))
    return list(dict.fromkeys(_of_class(data, _dashboard_class(), "")))


def lost(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of what is not the same afterwards; what was added does not matter."""
    if isinstance(before, dict):
        for key, value in before.items():
            if not isinstance(after, dict) or key not in after:
                yield f"{path}.{key}"
            else:
                yield from lost(value, after[key], f"{path}.{key}")
    elif isinstance(before, list):
        same = isinstance(after, list) and len(before) == len(after)
        for index, (one, other) in enumerate(zip(before, after, strict=True) if same else ()):
            yield from lost(one, other, f"{path}[{index}]")
        if not same:
            yield path
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield path


@functools.cache
def _dashboard_class() -> Any:
    with warnings.catch_warnings():
        # The classic model is called old there, and is the only one that Grafana reads from files.
        warnings.simplefilter("ignore", DeprecationWarning)
        from grafana_foundation_sdk.cog.plugins import register_default_plugins
        from grafana_foundation_sdk.models.dashboard import Dashboard

        register_default_plugins()
        return Dashboard


def _of_class(data: dict[str, Any], wanted: Any, path: str) -> Iterator[str]:
    """Yield what is wrong with JSON that a class of the SDK reads."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            read = wanted.from_json(data)
            written = json.loads(JSONEncoder(sort_keys=True).encode(read))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        yield f"{path}: not read as {wanted.__name__} ({error})"
        return
    yield from (f"{each}: lost" for each in lost(data, written, path))
    yield from _of_object(read, path)


def _of_object(read: Any, path: str) -> Iterator[str]:
    for name, hint in _hints(type(read)).items():
        key = name.removesuffix("_val")
        yield from _of_value(getattr(read, name, None), hint, f"{path}.{key}")


@functools.cache
def _hints(class_: type) -> dict[str, Any]:
    return typing.get_type_hints(class_)


def _of_value(value: Any, hint: Any, path: str) -> Iterator[str]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in (object, typing.Any):
        if _is_of_sdk(value):
            yield from _of_object(value, path)
    elif origin in (typing.Union, types.UnionType):
        # What the SDK has built is held against its own class; the rest fits one or none.
        likely = [one for one in arguments if type(value) is one] or arguments
        yield from min((list(_of_value(value, one, path)) for one in likely), key=len)
    elif origin is typing.Literal:
        yield from () if value in arguments else (_wrong(value, path, " or ".join(arguments)),)
    elif origin in (list, dict) and isinstance(value, origin):
        items = enumerate(value) if origin is list else value.items()
        for key, item in items:
            step = f"[{key}]" if origin is list else f".{key}"
            yield from _of_value(item, arguments[-1], f"{path}{step}")
    elif hint in _NUMBERS:
        is_right = isinstance(value, _NUMBERS[hint])
        is_right = is_right and isinstance(value, bool) is (hint is bool)
        yield from () if is_right else (_wrong(value, path, hint.__name__),)
    elif isinstance(hint, type) and issubclass(hint, enum.Enum):
        words = [member.value for member in hint]
        yield from () if value in words else (_wrong(value, path, f"one of {words}"),)
    elif isinstance(hint, type) and _is_of_sdk(value) and isinstance(value, hint):
        yield from _of_object(value, path)
    elif isinstance(value, dict) and hasattr(hint, "from_json"):
        yield from _of_class(value, hint, path)
    elif value is not None or hint is not types.NoneType:
        yield _wrong(value, path, getattr(hint, "__name__", str(hint)))


def _is_of_sdk(value: Any) -> bool:
    return type(value).__module__.startswith(_SDK) and not isinstance(value, enum.Enum)


def _wrong(value: Any, path: str, wanted: str) -> str:
    return f"{path}: {value!r} is no {wanted}"
