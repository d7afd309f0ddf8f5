"""Answers of a server, of which nothing is certain: whatever is not there is empty."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

_LONGEST_ERROR: Final = 200
_LARGEST: Final = 1e300


def error_text(body: bytes) -> str:
    """Return what a Prometheus says went wrong, on one line; empty if this is no such answer."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = answer.get("error") if isinstance(answer, dict) else None
    return " ".join(said.split())[:_LONGEST_ERROR] if isinstance(said, str) else ""


def mapping(value: object) -> Mapping[str, object]:
    """Return an object of JSON."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return a list."""
    return value if isinstance(value, list) else []


def rows(value: object) -> Iterator[dict[str, object]]:
    """Yield the objects of a list."""
    yield from (each for each in items(value) if isinstance(each, dict))


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(each for each in items(value) if isinstance(each, str))


def text(value: Mapping[str, object], key: str) -> str:
    """Return a text of an object."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def number(value: object) -> float:
    """Return a finite number of JSON; 0 for what is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _LARGEST else 0.0  # type: ignore[arg-type]


def pair(value: object) -> tuple[Decimal, Decimal]:
    """Return the time and the value of a sample; zero for what is none."""
    try:
        time, number = (Decimal(str(item)) for item in items(value))
    except (ValueError, InvalidOperation):
        return Decimal(0), Decimal(0)
    return (time, number) if time.is_finite() and number.is_finite() else (Decimal(0), Decimal(0))
