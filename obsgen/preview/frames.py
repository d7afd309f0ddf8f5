"""
Answers as Grafana keeps them: frames of fields, each field a column of values with labels.

A frame of a series has a field of times and one of numbers. One of a table has a field for each
label too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from obsgen.preview.ranges import TimeRange
from obsgen.preview.server import Matrix

Value = float | str | None

TIME: Final = "time"
NUMBER: Final = "number"
STRING: Final = "string"

_NAME: Final = "__name__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    A column.

    Attributes:
        kind: TIME (milliseconds), NUMBER or STRING.
        title: The name to show, where the query or a transformation gives one.
        ref: The query that it comes from.
    """

    name: str
    kind: str
    values: tuple[Value, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    ref: str = ""

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """The values, as far as they are numbers."""
        return tuple(value if isinstance(value, float) else None for value in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Fields of one length, from one query."""

    ref: str
    fields: tuple[Field, ...]
    step: int = 0

    @property
    def rows(self) -> int:
        """How long the fields are."""
        return max((len(one.values) for one in self.fields), default=0)

    @property
    def times(self) -> tuple[Value, ...]:
        """The first field of times; empty where there is none."""
        return next((one.values for one in self.fields if one.kind == TIME), ())

    @property
    def numeric(self) -> tuple[Field, ...]:
        """The fields of numbers."""
        return tuple(one for one in self.fields if one.kind == NUMBER)


def series(
    matrix: Matrix, ref: str, titles: Sequence[str], over: TimeRange, step: int
) -> tuple[Frame, ...]:
    """
    Return a frame for each series, with nothing where it has no value at a step.

    Args:
        titles: Of the series, in their order.
    """
    moments = tuple(range(over.start, over.end + 1, step))
    return tuple(
        _series(one.labels, [one.points.get(at) for at in moments], moments, ref, title, step)
        for one, title in zip(matrix, titles, strict=True)
    )


def points(matrix: Matrix, ref: str, titles: Sequence[str]) -> tuple[Frame, ...]:
    """Return a frame of one value for each series of an instant query."""
    return tuple(
        _series(one.labels, list(one.points.values()), tuple(one.points), ref, title, 0)
        for one, title in zip(matrix, titles, strict=True)
    )


def table(matrix: Matrix, ref: str, *, is_alone: bool) -> Frame:
    """
    Return all values as one table, with a column for each label.

    Args:
        is_alone: No other query of the panel gives a table; else the value's name says the query.
    """
    rows = [(one.labels, at, value) for one in matrix for at, value in one.points.items()]
    names = sorted({name for labels, _, _ in rows for name in labels})
    value = Field(
        name="Value" if is_alone else f"Value #{ref}",
        kind=NUMBER,
        values=tuple(_number(number) for _, _, number in rows),
        ref=ref,
    )
    times = Field(name="Time", kind=TIME, values=tuple(float(at) for _, at, _ in rows), ref=ref)
    columns = (
        Field(
            name=name,
            kind=STRING,
            values=tuple(labels.get(name, "") for labels, _, _ in rows),
            ref=ref,
        )
        for name in names
    )
    return Frame(ref=ref, fields=(times, *columns, value))


def buckets(matrix: Matrix, ref: str, over: TimeRange, step: int) -> tuple[Frame, ...]:
    """Return the buckets of a histogram, the smallest bound first, each without those below it."""
    by_bound: dict[float, list[dict[int, float]]] = {}
    for one in matrix:
        by_bound.setdefault(_bound(one.labels.get("le", "")), []).append(dict(one.points))
    moments = tuple(range(over.start, over.end + 1, step))
    below = [0.0] * len(moments)
    found = []
    for bound in sorted(by_bound):
        sums = [
            sum(
                points.get(at, 0.0)
                for points in by_bound[bound]
                if not math.isnan(points.get(at, 0.0))
            )
            for at in moments
        ]
        own: list[float | None] = [
            max(0.0, now - low) for now, low in zip(sums, below, strict=True)
        ]
        title = "+Inf" if math.isinf(bound) else f"{bound:g}"
        found.append(_series({"le": title}, own, moments, ref, title, step))
        below = sums
    return tuple(found)


def _bound(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.inf


def _series(
    labels: Mapping[str, str],
    values: Sequence[float | None],
    moments: Sequence[int],
    ref: str,
    title: str,
    step: int,
) -> Frame:
    own = {name: value for name, value in labels.items() if name != _NAME}
    times = Field(name="Time", kind=TIME, values=tuple(map(float, moments)), ref=ref)
    numbers = Field(
        name=labels.get(_NAME, "Value"),
        kind=NUMBER,
        values=tuple(_number(value) for value in values),
        labels=own,
        title=title,
        ref=ref,
    )
    return Frame(ref=ref, fields=(times, numbers), step=step)


def _number(value: float | None) -> float | None:
    # Grafana shows no mark for what is not a number.
    return None if value is None or math.isnan(value) else value
