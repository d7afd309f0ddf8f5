"""`grpc`: a call of gRPC's health service, which says of a service whether it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.model import ProbeReader, ProbeSettings
from obsgen.probes._connections import IP_FIELDS, IP_NAMES, Address, Secured
from obsgen.probes._fields import Fields, Shape, Text, renamed
from obsgen.source import MappingNode

_FIELDS: Final[Mapping[str, Shape]] = {
    "address": Address("Host and port.", "orders:9090"),
    "service": Text("The service that is asked about; the whole server unless given.", "orders.v1"),
    "tls": Secured(),
    **IP_FIELDS,
}


class GrpcKind:
    """Reads `{grpc: {address: "orders:9090", service: orders.v1}}`."""

    key: Final = "grpc"
    _fields: Final = Fields(
        description="A call of gRPC's health service.",
        fields=_FIELDS,
        required=("address",),
        example={"address": "orders:9090", "service": "orders.v1"},
    )
    schema: Final[Mapping[str, Any]] = _fields.schema

    def read(self, node: MappingNode, reader: ProbeReader) -> ProbeSettings | None:
        """Read the address and the service."""
        found = self._fields.read(node, reader)
        address, tls = found.pop("address", None), found.pop("tls", None)
        if not isinstance(address, str):
            return None
        secured = tls if isinstance(tls, dict) else {}
        return ProbeSettings(
            target=address,
            fields={**renamed(found, IP_NAMES), **secured},
            has_certificate=bool(secured),
        )


KIND: Final = GrpcKind()
