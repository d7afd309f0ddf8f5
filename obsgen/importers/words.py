"""Names and numbers in sentences."""

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


def counted(number: int, what: str) -> str:
    """
    Write a number of things.

    >>> counted(1, "metric"), counted(2, "metric")
    ('1 metric', '2 metrics')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"
