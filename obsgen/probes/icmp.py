"""`icmp`: an echo request, as `ping` sends it; the exporter needs the right to send one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.model import ProbeReader, ProbeSettings
from obsgen.probes._connections import IP_FIELDS, IP_NAMES, Address, SourceAddress
from obsgen.probes._fields import Fields, Flag, Shape, Whole, renamed
from obsgen.source import MappingNode

_LARGEST_PAYLOAD: Final = 65_507
"""Bytes that fit into one packet of IPv4 behind the two headers."""

_FIELDS: Final[Mapping[str, Shape]] = {
    "host": Address("Name or address of the host.", "gateway", port="never"),
    "payload_size": Whole("Bytes that are sent along.", 0, _LARGEST_PAYLOAD),
    "dont_fragment": Flag("Whether packets may not be cut up on their way; IPv4 only."),
    "ttl": Whole("How many hops the request may take.", 1, 255),
    "source_ip": SourceAddress(),
    **IP_FIELDS,
}
_NAMES: Final = {**IP_NAMES, "source_ip": "source_ip_address"}


class IcmpKind:
    """Reads `{icmp: {host: gateway}}`."""

    key: Final = "icmp"
    _fields: Final = Fields(
        description="An echo request, as `ping` sends it.",
        fields=_FIELDS,
        required=("host",),
        example={"host": "gateway"},
    )
    schema: Final[Mapping[str, Any]] = _fields.schema

    def read(self, node: MappingNode, reader: ProbeReader) -> ProbeSettings | None:
        """Read the host and how it is asked."""
        found = self._fields.read(node, reader)
        host = found.pop("host", None)
        if not isinstance(host, str):
            return None
        return ProbeSettings(target=host, fields=renamed(found, _NAMES))


KIND: Final = IcmpKind()
