"""A report as plain values: parts, each a table with typed cells; `formats` writes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from obsgen.live.reports.periods import Span

Form = Literal["text", "money", "count", "share", "seconds", "rate", "moment", "flag", "number"]
"""
How the values of a column are to be read: money in the currency of its field, a share of 1, times
in seconds, a moment in seconds since 1970, a flag that is 1 or 0.
"""
Cell = str | Decimal | None
"""
A value.

None where there is no data, which is neither 0 nor NaN. A word in a column of numbers says why
there is none; programs are told that there is none.
"""


@dataclass(frozen=True, slots=True)
class Field:
    """
    A column.

    Attributes:
        key: Names it for programs.
        title: For people.
        currency: Of money.
    """

    key: str
    title: str
    form: Form = "text"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """
    How a part is drawn.

    Attributes:
        shape: Bars lie beside their names; columns stand over the time.
        x: The key of the field that names each bar.
        y: The keys of what is drawn, each in a chart of its own; those of no column are left out.
    """

    shape: Literal["bars", "columns"]
    x: str
    y: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    A table of a report.

    Attributes:
        service: Whose figures it holds.
        key: Names it for programs: `by_agent`.
        lines: Sentences before the table.
        is_headline: It stands in a summary, too.
    """

    service: str
    key: str
    title: str
    fields: tuple[Field, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    lines: tuple[str, ...] = ()
    chart: Chart | None = None
    is_headline: bool = False

    def column(self, key: str) -> tuple[Cell, ...]:
        """Return the cells of a field."""
        place = [field.key for field in self.fields].index(key)
        return tuple(row[place] for row in self.rows)

    def without(self, absent: Collection[str]) -> Part:
        """Return the part without these columns: of them nothing is declared."""
        kept = [place for place, field in enumerate(self.fields) if field.key not in absent]
        return replace(
            self,
            fields=tuple(self.fields[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    A report.

    Attributes:
        kind: `cost`.
        source: The address that was asked, without what is secret in it.
        since: When what the server knows of this time begins, in seconds; None where it knows of no
            target.
    """

    kind: str
    title: str
    project: str
    environment: str
    source: str
    span: Span
    parts: tuple[Part, ...]
    since: int | None = None
