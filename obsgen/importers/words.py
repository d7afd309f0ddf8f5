"""Names in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_SHOWN: Final = 3


def listed(names: Iterable[str]) -> str:
    """
    Write a few names, and how many more there are.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c", "d", "e"])
    ('`a`', '`a` and `b`', '`a`, `b`, `c` and 2 more')
    """
    words = [f"`{name}`" for name in names]
    if len(words) > _SHOWN:
        more = f"{len(words) - _SHOWN} more"
        return f"{', '.join(words[:_SHOWN])} and {more}"
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
