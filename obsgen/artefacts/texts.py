"""All texts of an artefact, whatever they are for."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Hashable, Iterator, Mapping
from typing import cast

from obsgen.diagnostics import Origin


def strings_in(value: object) -> Iterator[str]:
    """Yield the texts in mappings, keys included, in lists, and in fields but those of places."""
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, list | tuple):
            pending.extend(found)
        elif names := _fields(cast("Hashable", type(found))):
            pending.extend([getattr(found, name) for name in names])
        elif isinstance(found, Mapping):
            pending.extend((*found.keys(), *found.values()))


@functools.cache
def _fields(kind: Hashable) -> tuple[str, ...]:
    """Return the names of a class's fields; a place and what is no dataclass have none."""
    if not dataclasses.is_dataclass(kind) or kind is Origin:
        return ()
    return tuple(field.name for field in dataclasses.fields(kind))
