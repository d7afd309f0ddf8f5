"""All texts of an artefact, whatever they are for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from obsgen.diagnostics import Origin


def strings_in(value: object) -> Iterator[str]:
    """Yield the texts in mappings, keys included, in lists, and in fields but those of places."""
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, Mapping):
            pending.extend((*found.keys(), *found.values()))
        elif isinstance(found, list | tuple):
            pending.extend(found)
        elif dataclasses.is_dataclass(found) and not isinstance(found, Origin | type):
            pending.extend(getattr(found, field.name) for field in dataclasses.fields(found))
