"""
`loki`: logs, with links from their lines to traces.

Grafana documentation, "Configure the Loki data source", "Derived fields". A derived field is the
first group of its pattern. An id that is written as a UUID has hyphens which no store of traces
takes, and Grafana cannot replace them: so each part between them is a field of its own, and the
link of the last one puts all of them together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import text_of
from obsgen.datasources._groups import group_by_group, pattern_problem
from obsgen.datasources._targets import VALUE, destination, linked, trace_schema
from obsgen.model import DatasourceReader, Schema
from obsgen.schema.shared import text
from obsgen.source import MappingNode, Node

_FIELD: Final = "trace_id"
_LINK_TEXT: Final = "Trace"


class LokiDatasource:
    """Logs."""

    key: Final = "loki"
    title: Final = "Loki"
    address: Final = "http://loki:3100"
    fields: Final[Mapping[str, Schema]] = {
        "max_lines": text("How many lines a query gives; 1000 unless given.", examples=[5000]),
        "trace_ids": trace_schema(
            "How the id of a trace is found in a line, and what a click on it opens.",
            {"pattern": r"trace_id=(\w+)", "to": "tempo"},
            pattern=text(
                "A pattern with a group around the id; of several groups, as between the hyphens "
                "of a UUID, the id is what all of them hold.",
                examples=[r'"trace_id":\s*"(\w+)"'],
            ),
            label=text(
                "Instead of `pattern`, the label (or field of structured metadata) that holds it.",
                examples=["trace_id"],
            ),
        ),
    }
    required: Final[tuple[str, ...]] = ()

    def read(self, node: MappingNode, reader: DatasourceReader) -> Mapping[str, Json]:
        """Return its settings."""
        settings: dict[str, Json] = {}
        if lines := text_of(node, "max_lines"):
            settings["maxLines"] = _lines(node, lines, reader)
        fields = _derived_fields(node.get("trace_ids"), reader)
        if fields:
            settings["derivedFields"] = fields
        return settings


_COUNT: Final = r"[1-9]\d{0,5}"


def _lines(node: MappingNode, lines: str, reader: DatasourceReader) -> Json:
    if re.fullmatch(_COUNT, lines, re.ASCII):
        return int(lines)
    message = f"`max_lines` cannot be `{lines}`"
    reader.wrong(node.origin / "max_lines", message, "write a whole number, as in `5000`")
    return None


def _derived_fields(node: Node | None, reader: DatasourceReader) -> list[Json]:
    place = destination(node, reader)
    if place is None or not isinstance(node, MappingNode):
        return []
    pattern, label = text_of(node, "pattern"), text_of(node, "label")
    if bool(pattern) == bool(label):
        message = "a link to traces is to say where the id stands, once"
        hint = r"write `pattern: 'trace_id=(\w+)'`, or `label: trace_id`"
        reader.wrong(node.origin, message, hint)
        return []
    if label:
        return [_field(_FIELD, label, place, VALUE, type_="label")]
    if problem := pattern_problem(pattern):
        hint = r"write a pattern like `trace_id=(\w+)`"
        reader.wrong(node.origin / "pattern", f"`pattern` {problem}", hint)
        return []
    *parts, last = group_by_group(pattern)
    if not parts:
        return [_field(_FIELD, last, place, VALUE)]
    fields: list[Json] = []
    whole = ""
    for number, part in enumerate(parts, 1):
        name = f"{_FIELD}_{number}"
        fields.append({"name": name, "matcherType": "regex", "matcherRegex": part})
        whole += f"${{__data.fields.{name}}}"
    whole += VALUE
    uid, url = place
    return [*fields, _field(_FIELD, last, (uid, url.replace(VALUE, whole)), whole)]


def _field(
    name: str, matcher: str, place: tuple[str, str], value: str, *, type_: str = "regex"
) -> dict[str, Json]:
    return {
        "name": name,
        "matcherType": type_,
        "matcherRegex": matcher,
        **linked(place, value),
        "urlDisplayLabel": _LINK_TEXT,
    }


KIND: Final = LokiDatasource()
