"""
`tcp`: a connection, and what is said over it.

The exporter waits for what it expects until the time is up, and then only says that it failed: what
a server says instead is no content of its own to alert on (measured with 0.23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.model import ProbeReader, ProbeSettings
from obsgen.probes._connections import IP_FIELDS, IP_NAMES, Address, Secured, SourceAddress
from obsgen.probes._fields import Fields, Flag, Shape, Since, Text, TextMap, renamed
from obsgen.probes._findings import report_value
from obsgen.probes._patterns import Pattern
from obsgen.schema.shared import listed
from obsgen.source import MappingNode, Node, Sequence

_STEP: Final = Fields(
    description="One step: what must come, what is sent, or the change to TLS.",
    fields={
        "expect": Pattern("Pattern of a line that must come.", "^SSH-2.0-"),
        "labels": Since(
            (0, 26),
            TextMap("Labels of `probe_expect_info` from what came.", {"version": "${1}"}),
        ),
        "send": Text("A line that is sent; `${1}` is the first group of `expect`.", "QUIT"),
        "starttls": Flag("Whether TLS begins here."),
    },
    example={"expect": "^SSH-2.0-"},
)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is said over a connection, step by step."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """A list of steps."""
        return listed(
            _STEP.schema,
            description="What is said over the connection, step by step.",
            examples=[[{"expect": "^220 "}, {"send": "QUIT"}]],
        )

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the steps."""
        found: list[Json] = []
        for item in node.items if isinstance(node, Sequence) else ():
            step = _STEP.read(item, reader)
            if not step and isinstance(item, MappingNode) and not item.entries:
                report_value(item, reader, "is an empty step", "write `expect` or `send`")
            labels = step.pop("labels", None)
            if isinstance(labels, dict):
                step["labels"] = [{"name": name, "value": text} for name, text in labels.items()]
            if step:
                found.append(dict(step))
        return found or None


_FIELDS: Final[Mapping[str, Shape]] = {
    "address": Address("Host and port.", "db:5432"),
    "query_response": Dialogue(),
    "tls": Secured(),
    "source_ip": SourceAddress(),
    **IP_FIELDS,
}
_NAMES: Final = {**IP_NAMES, "source_ip": "source_ip_address"}


class TcpKind:
    """Reads `{tcp: {address: "db:5432"}}`."""

    key: Final = "tcp"
    _fields: Final = Fields(
        description="A connection, and what is said over it.",
        fields=_FIELDS,
        required=("address",),
        example={"address": "db:5432"},
    )
    schema: Final[Mapping[str, Any]] = _fields.schema

    def read(self, node: MappingNode, reader: ProbeReader) -> ProbeSettings | None:
        """Read the address and what is said."""
        found = self._fields.read(node, reader)
        address, tls = found.pop("address", None), found.pop("tls", None)
        if not isinstance(address, str):
            return None
        dialogue = found.get("query_response")
        steps = [s for s in dialogue if isinstance(s, dict)] if isinstance(dialogue, list) else []
        secured = tls if isinstance(tls, dict) else {}
        return ProbeSettings(
            target=address,
            fields={**renamed(found, _NAMES), **secured},
            has_certificate=bool(secured) or any(step.get("starttls") is True for step in steps),
        )


KIND: Final = TcpKind()
