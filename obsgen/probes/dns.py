"""`dns`: a question to a name server, and what its answer must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.model import ProbeReader, ProbeSettings
from obsgen.probes._connections import (
    IP_FIELDS,
    IP_NAMES,
    TLS,
    Address,
    SourceAddress,
)
from obsgen.probes._fields import Fields, Flag, Several, Shape, Text, Word, renamed
from obsgen.probes._findings import report_value
from obsgen.probes._patterns import Pattern, Patterns
from obsgen.source import MappingNode, Scalar

_TYPES: Final = (
    *("A", "AAAA", "ANY", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR"),
    *("SOA", "SRV", "SVCB", "TLSA", "TXT"),
)
_CODES: Final = (
    *("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET"),
    *("NXRRSET", "NOTAUTH", "NOTZONE"),
)
_RECORD: Final = "example.com.\\t300\\tIN\\tA\\t192.0.2.7"


def _records(section: str) -> Fields:
    """Return what may be demanded of the records of a section, each written as a zone file has."""
    return Fields(
        description=f"What the records of the {section} section must be.",
        fields={
            "any_of": Patterns(Pattern("One record must match each of these.", _RECORD)),
            "all_of": Patterns(Pattern("Each record must match all of these.", _RECORD)),
            "not": Patterns(Pattern("No record may match any of these.", _RECORD)),
            "not_all_of": Patterns(Pattern("Not all records may match one of these.", _RECORD)),
        },
        example={"any_of": _RECORD},
    )


_SECTIONS: Final = ("answer", "authority", "additional")
_RECORD_NAMES: Final = {
    "any_of": "fail_if_none_matches_regexp",
    "all_of": "fail_if_not_matches_regexp",
    "not": "fail_if_matches_regexp",
    "not_all_of": "fail_if_all_match_regexp",
}
_FIELDS: Final[Mapping[str, Shape]] = {
    "server": Address("The name server, port 53 unless given.", "192.0.2.53", port="may"),
    "query": Text("The name that is asked for.", "example.com"),
    "type": Word("The type of record; ANY unless given.", _TYPES),
    "class": Word("The class; IN unless given.", ("IN", "CH", "HS", "CS", "NONE", "ANY")),
    "transport": Word("udp unless given.", ("udp", "tcp")),
    "tls": Flag("Whether DNS over TLS is spoken; over tcp alone."),
    "tls_config": TLS,
    "recursion_desired": Flag("Whether the server shall ask others; it shall unless told."),
    "rcodes": Several(Word("Response codes that are right; NOERROR unless given.", _CODES)),
    **{section: _records(section) for section in _SECTIONS},
    "source_ip": SourceAddress(),
    **IP_FIELDS,
}
_NAMES: Final = {
    **IP_NAMES,
    "query": "query_name",
    "type": "query_type",
    "class": "query_class",
    "transport": "transport_protocol",
    "tls": "dns_over_tls",
    "rcodes": "valid_rcodes",
    "source_ip": "source_ip_address",
    **{section: f"validate_{section}_rrs" for section in _SECTIONS},
}


class DnsKind:
    """Reads `{dns: {server: "192.0.2.53", query: example.com, type: A}}`."""

    key: Final = "dns"
    _fields: Final = Fields(
        description="A question to a name server, and what its answer must be.",
        fields=_FIELDS,
        required=("server", "query"),
        example={"server": "192.0.2.53", "query": "example.com", "type": "A"},
    )
    schema: Final[Mapping[str, Any]] = _fields.schema

    def read(self, node: MappingNode, reader: ProbeReader) -> ProbeSettings | None:
        """Read the server, the question, and what is demanded of the answer."""
        found = self._fields.read(node, reader)
        server = found.pop("server", None)
        if found.get("tls") is True and found.get("transport") != "tcp":
            place = node.entries["tls"].key
            report_value(place, reader, "goes over tcp alone", "add `transport: tcp`")
        for section in _SECTIONS:
            demanded = found.get(section)
            if isinstance(demanded, dict):
                found[section] = renamed(demanded, _RECORD_NAMES)
        if not isinstance(server, str) or not _has_text(node, "query"):
            return None
        return ProbeSettings(target=server, fields=renamed(found, _NAMES))


def _has_text(node: MappingNode, key: str) -> bool:
    value = node.get(key)
    return isinstance(value, Scalar) and bool(value.text) and not value.is_null


KIND: Final = DnsKind()
