"""Amounts as people write them in an act: shares and multiples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from obsgen.model import Complaint, Word

_VERBS: Final = {"doubles": 2_000, "triples": 3_000, "halves": 500, "stops": 0}
_TIMES: Final = re.compile(
    r"(?:[×x*]\s?(?P<after>\d+(?:\.\d+)?)|(?P<before>\d+(?:\.\d+)?)\s?(?:[×x*]|times))"
)
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)\s?%")
_ALL: Final = 100
_PPM_OF_PERCENT: Final = 10_000
_MOST: Final = 1_000


def written(words: Sequence[Word]) -> str:
    """Return words as one text."""
    return " ".join(word.text for word in words)


def share_ppm(words: tuple[Word, ...]) -> int | Complaint:
    """Read `20%` or `20 %`: parts per million."""
    found = _SHARE.fullmatch(written(words))
    if found is None or Decimal(found[1]) > _ALL:
        said = f"`{written(words)}`" if words else "nothing"
        message = f"a share of what arrives is expected, found {said}"
        return Complaint(message, "write a percentage up to 100, as in `errors 20%`", _first(words))
    return int(Decimal(found[1]) * _PPM_OF_PERCENT)


def thousandths(words: tuple[Word, ...]) -> int | Complaint:
    """
    Read a multiple in thousandths: `×5`, `x5`, `5 times`, `doubles`, `halves`, `stops`.

    >>> thousandths((Word("×2.5", 0, 4),))
    2500
    """
    text = written(words)
    if text in _VERBS:
        return _VERBS[text]
    found = _TIMES.fullmatch(text)
    amount = Decimal((found["after"] or found["before"]) if found else -1)
    if not 0 <= amount <= _MOST:
        said = f"`{text}`" if words else "nothing"
        message = f"a multiple is expected, found {said}"
        hint = f"write `×5`, `doubles`, `halves` or `stops`; at most ×{_MOST}"
        return Complaint(message, hint, _first(words))
    return int(amount * 1_000)


def _first(words: tuple[Word, ...]) -> Word | None:
    return Word(written(words), words[0].start, words[-1].end) if words else None
