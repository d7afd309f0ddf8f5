"""Where the links of a datasource lead: to another one, or to a URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.datasources._given import text_of
from obsgen.model import DatasourceReader, Schema
from obsgen.schema.shared import mapping, text
from obsgen.source import MappingNode, Node

TRACES: Final = ("tempo", "jaeger")
LOGS: Final = ("loki", "elasticsearch")

VALUE: Final = "${__value.raw}"
"""What a link was found in, as Grafana writes it."""

_TO: Final = text("The datasource that has the traces.", examples=["tempo"])
_URL: Final = text(
    "Instead of `to`, an address outside of Grafana; `${__value.raw}` is the trace's id.",
    examples=["https://langfuse.example.org/trace/${__value.raw}"],
)


def trace_schema(description: str, example: object, **own: Schema) -> Schema:
    """Return the fragment of a link to traces, with what tells where the id of a trace stands."""
    return mapping({**own, "to": _TO, "url": _URL}, description=description, examples=[example])


def destination(node: Node | None, reader: DatasourceReader) -> tuple[str, str] | None:
    """Return the uid of a datasource, or else a URL: exactly one of the two is given."""
    if not isinstance(node, MappingNode):
        return None
    url = text_of(node, "url")
    if (node.get("to") is None) == (not url):
        message = "a link to traces leads nowhere" if not url else "a link leads to two places"
        reader.wrong(node.origin, message, "write `to: tempo`, or a `url:` outside of Grafana")
        return None
    if url:
        return "", url
    uid = reader.reference(node.get("to"), TRACES)
    return (uid, "") if uid else None


def linked(place: tuple[str, str], value: str = VALUE) -> dict[str, Json]:
    """Return Grafana's words for a link: in another datasource its `url` is what is asked."""
    uid, url = place
    return {"datasourceUid": uid, "url": value} if uid else {"url": url}


def tags(found: Mapping[str, str]) -> list[Json]:
    """Return what a span's attributes are called elsewhere, as Grafana lists it."""
    return [{"key": key, "value": value} for key, value in found.items()]
