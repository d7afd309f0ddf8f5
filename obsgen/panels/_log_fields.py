"""Fields of log lines: labels of Loki, fields of Elasticsearch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.schema.shared import is_label, listed, text
from obsgen.source import Node, Sequence

FIELD: Final = Code(
    "DSH646",
    "log-field",
    why="Loki's labels are single words, Elasticsearch's fields are paths whose texts are grouped "
    "by `.keyword`",
    fix="Write `by: [level]` for Loki, `by: [error_type.keyword]` for Elasticsearch.",
)
CODES: Final = (FIELD,)


def fields_schema(description: str) -> Mapping[str, Any]:
    """Return the fragment of a list of fields."""
    return listed(text(), description=description, examples=[["level"]])


def read_fields(node: Node | None, source: str, reader: Reader) -> tuple[str, ...]:
    """Read a list of fields, each once; those that the source cannot have are reported."""
    found: dict[str, None] = {}
    for item in node.items if isinstance(node, Sequence) else ():
        field = reader.text(item)
        if not field:
            continue
        if source == "loki" and not is_label(field):
            message = f"`{field}` is no label of Loki"
            hint = 'make a label of it in the LogQL: `| json path="request.path"`'
            reader.report(finding(FIELD, item.origin, message, hint))
            continue
        found[field] = None
    return tuple(found)


def field_name(field: str) -> str:
    """Return how people call a field: `path` for `path.keyword`."""
    return field.removesuffix(".keyword")
