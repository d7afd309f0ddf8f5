"""What several kinds of probe say of their connection: address, TLS, version of IP, credentials."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ProbeReader
from obsgen.probes._fields import Fields, Flag, Refused, Several, Shape, Since, Text, TextMap, Word
from obsgen.probes._findings import TARGET, is_open_secret, place
from obsgen.schema.shared import text
from obsgen.source import Node, Scalar

_TLS_VERSIONS: Final = ("TLS12", "TLS13", "TLS11", "TLS10")

TLS: Final = Fields(
    description="How TLS connections are made.",
    fields={
        "ca_file": Text("File with the authorities that are trusted.", "/etc/ssl/ca.pem"),
        "cert_file": Text("File with the client's certificate.", "/etc/ssl/client.pem"),
        "key_file": Text("File with the client's private key.", "/etc/ssl/client.key"),
        "server_name": Text("Name that the certificate must have.", "shop.example.com"),
        "insecure_skip_verify": Flag("Whether the certificate is not checked."),
        "min_version": Word("The oldest TLS version that is accepted.", _TLS_VERSIONS),
        "max_version": Since((0, 24), Word("The newest one that is accepted.", _TLS_VERSIONS)),
    },
    example={"ca_file": "/etc/ssl/ca.pem"},
)

BASIC_AUTH: Final = Fields(
    description="User and password.",
    fields={
        "username": Text("The user.", "probe"),
        "password_file": Text("File with the password.", "/etc/blackbox/secrets/password"),
        "password": Refused("password_file"),
    },
    required=("username",),
    example={"username": "probe", "password_file": "/etc/blackbox/secrets/password"},
)
AUTHORIZATION: Final = Fields(
    description="The Authorization header.",
    fields={
        "type": Text("The scheme; Bearer unless given.", "Bearer"),
        "credentials_file": Text("File with the token.", "/etc/blackbox/secrets/token"),
        "credentials": Refused("credentials_file"),
    },
    example={"credentials_file": "/etc/blackbox/secrets/token"},
)
OAUTH2: Final = Fields(
    description="OAuth 2.0 with client credentials.",
    fields={
        "client_id": Text("The client.", "probe"),
        "client_secret_file": Text("File with its secret.", "/etc/blackbox/secrets/oauth"),
        "client_secret": Refused("client_secret_file"),
        "token_url": Text("Where tokens are given.", "https://login.example.com/token"),
        "scopes": Several(Text("What is asked for.", "health")),
        "endpoint_params": TextMap("Further parameters of the token URL.", {"audience": "shop"}),
        "tls_config": TLS,
    },
    required=("client_id", "token_url"),
)

IP_FIELDS: Final[Mapping[str, Shape]] = {
    "ip_protocol": Word("The version of IP that is tried first; ip6 unless given.", ("ip4", "ip6")),
    "ip_protocol_fallback": Flag("Whether the other one is tried too; it is unless told."),
}
"""Fields that each kind has."""

IP_NAMES: Final = {"ip_protocol": "preferred_ip_protocol"}

_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?", re.ASCII)
_NUMBERS: Final = re.compile(r"[\d.]+", re.ASCII)
_LONGEST_NAME: Final = 253
_LAST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """The address from which the exporter asks."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text."""
        return text("The exporter's own address to ask from.", examples=["192.0.2.7"])

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the address if it is one."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if _is_address(node.text):
            return node.text
        message = f"{place(node, reader)} is no IP address: {node.word}"
        reader.report(finding(TARGET, node.origin, message, "for example `192.0.2.7`"))
        return None


@dataclass(frozen=True, slots=True)
class Address:
    """
    A host, with or without a port.

    Attributes:
        port: Whether a port `must` be there, `may` be there, or `never`.
    """

    description: str
    example: str
    port: str = "must"

    @property
    def schema(self) -> Mapping[str, Any]:
        """A text."""
        return text(self.description, examples=[self.example])

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return the address if the exporter can ask it."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        if is_open_secret(node, reader, "write the host and its port alone"):
            return None
        host, port = _parted(node.text)
        has_port = port is not None
        if is_host(host) and _is_port(port) and has_port in _PORTS[self.port]:
            return node.text
        message = f"{place(node, reader)} is not {_WORDS[self.port]}: {node.word}"
        reader.report(finding(TARGET, node.origin, message, f"for example `{self.example}`"))
        return None


_PORTS: Final = {"must": (True,), "may": (True, False), "never": (False,)}
_WORDS: Final = {
    "must": "a host with a port",
    "may": "a host, nor one with a port",
    "never": "a host alone",
}


def _parted(written: str) -> tuple[str, str | None]:
    """Return host and port; an IPv6 address stands in brackets where a port follows."""
    if (match := re.fullmatch(r"\[([^\]]*)\](?::(.*))?", written)) is not None:
        return match[1], match[2]
    host, colon, port = written.rpartition(":")
    if not colon or ":" in host:
        return written, None
    return host, port


def is_host(word: str) -> bool:
    """
    Say whether a word can be the name or the address of a host.

    >>> is_host("db-1.example.com"), is_host("2001:db8::1"), is_host("300.1.1.1"), is_host("a b")
    (True, True, False, False)
    """
    if _is_address(word):
        return True
    is_numeric = _NUMBERS.fullmatch(word) is not None
    return not is_numeric and len(word) <= _LONGEST_NAME and _NAME.fullmatch(word) is not None


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def _is_port(port: str | None) -> bool:
    if port is None:
        return True
    return re.fullmatch(r"\d{1,5}", port, re.ASCII) is not None and 0 < int(port) <= _LAST_PORT


@dataclass(frozen=True, slots=True)
class Secured:
    """`tls: true`, or how TLS connections are made."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """A boolean or a mapping."""
        return {
            **TLS.schema,
            "type": ["boolean", "object"],
            "description": "The connection begins with TLS: `true`, or how.",
            "examples": [True, {"ca_file": "/etc/ssl/ca.pem"}],
        }

    def read(self, node: Node, reader: ProbeReader) -> Json:
        """Return `{"tls": true, "tls_config": {…}}`, or nothing without TLS."""
        if isinstance(node, Scalar):
            return {"tls": True} if node.is_true else None
        config = TLS.read(node, reader)
        return {"tls": True, **({"tls_config": config} if config else {})}
