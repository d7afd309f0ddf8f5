"""How many there are of something, in words."""

from __future__ import annotations

import re
from typing import Final

_BECOMES_IES: Final = re.compile(r"[^aeiou]y")


def counted(number: int | str, what: str) -> str:
    """
    Write a number of things.

    Args:
        number: How many, or how that is written.
        what: One of them.

    >>> counted(1, "metric"), counted(2, "metric"), counted(0, "query"), counted("1.5", "day")
    ('1 metric', '2 metrics', '0 queries', '1.5 days')
    """
    if str(number) == "1":
        return f"{number} {what}"
    return f"{number} {what[:-1]}ies" if _BECOMES_IES.search(what[-2:]) else f"{number} {what}s"
