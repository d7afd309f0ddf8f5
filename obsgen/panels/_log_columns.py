"""Columns of tables of log lines: how many there are, and what a number in them comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.panels._log_fields import FIELD, field_name
from obsgen.schema.shared import is_label, mapping, text
from obsgen.source import MappingNode, Node, Scalar
from obsgen.source import Sequence as SequenceNode
from obsgen.units import Unit

COLUMN: Final = Code(
    "DSH647",
    "log-column",
    why="a column counts the lines, or says what one number in them comes to",
    fix="Write `show: [count, {avg: duration_ms, unit: ms}]`; beside `avg` there are `min`, `max` "
    "and `sum`.",
)
CODES: Final = (COLUMN,)

LINES: Final = "count"

# What Grafana calls them in the tables that it makes of Elasticsearch's answers.
_GRAFANAS: Final = {
    LINES: "Count",
    "avg": "Average",
    "min": "Min",
    "max": "Max",
    "sum": "Sum",
}
_OURS: Final = {"avg": "Average", "min": "Smallest", "max": "Largest", "sum": "Sum of"}

COLUMNS_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "array",
    "items": {
        **mapping(
            {
                "avg": text("The field whose average is shown."),
                "min": text("The field whose smallest value is shown."),
                "max": text("The field whose largest value is shown."),
                "sum": text("The field whose values are added."),
                "unit": text("What the field counts.", examples=["ms"]),
            }
        ),
        "type": ["object", "string"],
    },
    "description": "The columns: `count`, or an operation with its field; the lines unless said.",
    "examples": [["count", {"avg": "duration_ms", "unit": "ms"}]],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column.

    Attributes:
        operation: `count`, `avg`, `min`, `max` or `sum`.
        field: The number; empty for a count.
    """

    operation: str
    field: str = ""
    unit: Unit | None = None

    @property
    def header(self) -> str:
        """What stands above it."""
        if self.operation == LINES:
            return "Log lines"
        return f"{_OURS[self.operation]} {field_name(self.field)}"

    @property
    def words(self) -> str:
        """Say what it shows, within a sentence."""
        return "how many" if self.operation == LINES else _uncapitalized(self.header)

    def metric(self, place: int) -> dict[str, Json]:
        """Return Elasticsearch's metric, in its place from 1."""
        field: dict[str, Json] = {"field": self.field} if self.field else {}
        return {"id": str(place), "type": self.operation, **field}

    def name_among(self, columns: Sequence[Column]) -> str:
        """Return what Grafana calls the column: of several averages each with its field."""
        alike = [column for column in columns if column.operation == self.operation]
        name = _GRAFANAS[self.operation]
        return f"{name} {self.field}" if len(alike) > 1 else name


def _uncapitalized(text: str) -> str:
    return text[:1].lower() + text[1:]


def read_columns(node: Node | None, source: str, reader: Reader) -> tuple[Column, ...]:
    """Read `show`, each column once; a count where nothing is said."""
    if node is None:
        return (Column(operation=LINES),)
    items = node.items if isinstance(node, SequenceNode) else ()
    if not items and isinstance(node, SequenceNode):
        message = "the table has no column"
        reader.report(finding(COLUMN, node.origin, message, "write `show: [count]`"))
    return tuple(dict.fromkeys(_columns(items, source, reader)))


def _columns(items: Sequence[Node], source: str, reader: Reader) -> Iterator[Column]:
    for item in items:
        if isinstance(item, Scalar) and item.text == LINES:
            yield Column(operation=LINES)
            continue
        operations = [key for key in _entries(item) if key in _OURS]
        if len(operations) != 1 or not isinstance(item, MappingNode):
            found = " and ".join(f"`{key}`" for key in operations) or item.word
            message = f"a column shows one thing, found {found}"
            hint = "write `count`, or `{avg: duration_ms}`"
            reader.report(finding(COLUMN, item.origin, message, hint))
            continue
        node = item.get(operations[0])
        field = reader.text(node)
        if not field or node is None:
            continue
        if source == "loki" and not is_label(field):
            message = f"`{field}` is no label of Loki"
            reader.report(finding(FIELD, node.origin, message, "make a label of it in the LogQL"))
            continue
        unit = _unit(item.get("unit"), reader)
        yield Column(operation=operations[0], field=field, unit=unit)


def _entries(node: Node) -> tuple[str, ...]:
    return tuple(node.entries) if isinstance(node, MappingNode) else ()


def _unit(node: Node | None, reader: Reader) -> Unit | None:
    word = reader.text(node)
    if not word or node is None:
        return None
    try:
        return Unit.parse(word)
    except ValueError:
        hint = "write a word such as `ms`, `MiB`, `percent` or `USD`"
        reader.report(finding(COLUMN, node.origin, f"`{word}` is not a unit", hint))
        return None
