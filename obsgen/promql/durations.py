"""
Durations of PromQL in whole milliseconds, and their text as Prometheus writes it.

Units: Prometheus `model.ParseDuration`: a year has 365 days, a week seven.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from obsgen.promql.lexer import Kind, Token
from obsgen.promql.problem import PromqlError, shown

_MS: Final = {
    "y": 31_536_000_000, "w": 604_800_000, "d": 86_400_000,
    "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1,
}  # fmt: skip
_PART: Final = re.compile(r"([0-9]+)(ms|[smhdwy])")
_WHOLE_ONLY: Final = ("y", "w")
# Prometheus keeps durations as nanoseconds in an int64.
_MAX_MS: Final = 9_223_372_036_854
_MAX_NUMBER_LENGTH: Final = 40


def duration_text(ms: int) -> str:
    """
    Write a duration as Prometheus does: years and weeks only where nothing is left over.

    >>> duration_text(65_000), duration_text(3_599_999), duration_text(2_592_000_000)
    ('1m5s', '59m59s999ms', '30d')
    """
    if ms < 0:
        return f"-{duration_text(-ms)}"
    rest, parts = ms, []
    for unit, size in _MS.items():
        if unit in _WHOLE_ONLY and rest % size:
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def duration_ms(token: Token) -> int:
    """
    Return the milliseconds of a duration, or of a plain number of seconds.

    Raises:
        PromqlError: for anything else, for units out of order, for 0 and for 293 years.
    """
    ms = _seconds_ms(token) if token.kind is Kind.NUMBER else _units_ms(token)
    if ms == 0:
        raise PromqlError(f"{shown(token.text)} is no time at all", token.span)
    if ms > _MAX_MS:
        raise PromqlError(f"{shown(token.text)} is longer than 292 years", token.span)
    return ms


def _seconds_ms(token: Token) -> int:
    if len(token.text) > _MAX_NUMBER_LENGTH:
        return _MAX_MS + 1
    if token.text[:2].lower() == "0x":
        return int(token.text, 16) * 1000
    value = Decimal(token.text)
    # Checked before it is multiplied: `1e999999` has a million digits.
    if value.adjusted() > len(str(_MAX_MS)):
        return _MAX_MS + 1
    return int(value * 1000)


def _units_ms(token: Token) -> int:
    parts = _PART.findall(token.text)
    units = [unit for _, unit in parts]
    if units != [unit for unit in _MS if unit in units]:
        message = f"{shown(token.text)} has its units out of order"
        raise PromqlError(message, token.span, "write each unit once, the longest first: `1h30m`")
    if max(len(number) for number, _ in parts) > _MAX_NUMBER_LENGTH:
        return _MAX_MS + 1
    return sum(int(number) * _MS[unit] for number, unit in parts)
