"""
`http_config`: how integrations that speak HTTP do so.

Source: Alertmanager's documentation of `<http_config>`, and `config` of prometheus/common.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Items, Shape, Since, Text, TextMap, Texts
from obsgen.receivers._findings import FIELD_VALUE, place
from obsgen.receivers._rules import at_most_one, conflict, is_true, needs
from obsgen.receivers._secret import Refused
from obsgen.receivers._shapes import Choice, FieldsByName, ListsByName
from obsgen.source import MappingNode, Scalar

_TLS_VERSIONS: Final = ("TLS10", "TLS11", "TLS12", "TLS13")
# Source: `ReservedHeaders` of prometheus/common.
_RESERVED: Final = frozenset(
    {"authorization", "host", "content-encoding", "content-length", "content-type", "user-agent"}
    | {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "www-authenticate"}
    | {"accept-encoding", "x-prometheus-remote-write-version", "x-prometheus-remote-read-version"}
    | {"x-prometheus-scrape-timeout-seconds", "x-amz-date", "x-amz-security-token"}
    | {"x-amz-content-sha256"}
)


def _check_http(node: MappingNode, reader: ReceiverReader) -> None:
    at_most_one(node, reader, "basic_auth", "authorization", "oauth2")
    _check_proxy(node, reader)


def _check_proxy(node: MappingNode, reader: ReceiverReader) -> None:
    if is_true(node, "proxy_from_environment"):
        at_most_one(node, reader, "proxy_from_environment", "proxy_url", "no_proxy")
        return
    needs(node, reader, "no_proxy", "proxy_url")
    needs(node, reader, "proxy_connect_header", "proxy_url")


def _check_tls(node: MappingNode, reader: ReceiverReader) -> None:
    needs(node, reader, "cert_file", "key_file")
    needs(node, reader, "key_file", "cert_file")
    oldest, newest = node.get("min_version"), node.get("max_version")
    words = [v.text for v in (oldest, newest) if isinstance(v, Scalar)]
    if len(words) > 1 and set(words) <= set(_TLS_VERSIONS) and words[0] > words[1]:
        conflict(node, reader, "min_version", f"is above `{words[1]}`", "exchange the two")


def _check_authorization(node: MappingNode, reader: ReceiverReader) -> None:
    scheme = node.get("type")
    if isinstance(scheme, Scalar) and scheme.text.strip().lower() == "basic":
        message = f"{place(scheme, reader)} is `basic`, which Alertmanager takes as `basic_auth`"
        hint = "write `basic_auth: {username: …, password_file: …}`"
        reader.report(finding(FIELD_VALUE, scheme.origin, message, hint))


TLS: Final = Fields(
    description="How TLS connections are made.",
    fields={
        "ca_file": Text("File with the authorities that are trusted.", "/etc/ssl/ca.pem"),
        "cert_file": Text("File with the client's certificate.", "/etc/ssl/client.pem"),
        "key_file": Text("File with the client's private key.", "/etc/ssl/client.key"),
        "server_name": Text("Name that the server's certificate must have.", "hooks.example.com"),
        "insecure_skip_verify": Flag("Whether the server's certificate is not checked."),
        "min_version": Choice("The oldest TLS version that is accepted.", _TLS_VERSIONS),
        "max_version": Choice("The newest TLS version that is accepted.", _TLS_VERSIONS),
    },
    check=_check_tls,
)

_BASIC_AUTH: Final = Fields(
    description="User and password.",
    fields={
        "username": Text("The user.", "alertmanager"),
        "username_file": Since(
            (0, 27), Text("File with the user.", "/etc/alertmanager/secrets/user")
        ),
        "password_file": Text("File with the password.", "/etc/alertmanager/secrets/password"),
        "password": Refused("Write `password_file`."),
    },
    check=lambda node, reader: at_most_one(node, reader, "username", "username_file"),
)
_AUTHORIZATION: Final = Fields(
    description="The Authorization header.",
    fields={
        "type": Text("The scheme; Bearer unless given.", "Bearer"),
        "credentials_file": Text("File with the token.", "/etc/alertmanager/secrets/token"),
        "credentials": Refused("Write `credentials_file`."),
    },
    check=_check_authorization,
)


def _proxy(since: tuple[int, int] = (0, 26)) -> Mapping[str, Shape]:
    header = ListsByName(
        "Headers of CONNECT requests, by name.", {"Proxy-Authorization": ["${PROXY_AUTHORIZATION}"]}
    )
    return {
        "proxy_url": Text("Proxy to send through.", "http://proxy:3128"),
        "no_proxy": Since(since, Text("Addresses that need no proxy.", "10.0.0.0/8")),
        "proxy_from_environment": Since(since, Flag("Whether HTTP_PROXY and such count.")),
        "proxy_connect_header": Since(since, header),
    }


_OAUTH2: Final = Fields(
    description="OAuth 2.0 with client credentials.",
    fields={
        "client_id": Text("The client.", "alertmanager"),
        "client_secret_file": Text("File with its secret.", "/etc/alertmanager/secrets/oauth"),
        "client_secret": Refused("Write `client_secret_file`."),
        "token_url": Text("Where tokens are given.", "https://login.example.com/token"),
        "scopes": Texts(Text("What is asked for.", "alerts")),
        "endpoint_params": TextMap("Further parameters of the token URL.", {"audience": "alerts"}),
        "tls_config": TLS,
        **_proxy(),
    },
    required=("client_id", "token_url"),
    check=_check_proxy,
)
_HEADERS: Final = FieldsByName(
    Fields(
        description="Further headers of each request, by name.",
        fields={
            "values": Texts(Text("The values.", "alerts")),
            "files": Texts(Text("Files with values.", "/etc/alertmanager/secrets/header")),
            "secrets": Refused("Write `files`."),
        },
    ),
    {"X-Api-Key": {"files": ["/etc/alertmanager/secrets/header"]}},
    _RESERVED,
)

HTTP: Final = Fields(
    description="How requests are made: authorization, TLS, proxy.",
    fields={
        "basic_auth": _BASIC_AUTH,
        "authorization": _AUTHORIZATION,
        "oauth2": _OAUTH2,
        "tls_config": TLS,
        **_proxy(),
        "follow_redirects": Flag("Whether redirects are followed; they are unless told."),
        "enable_http2": Flag("Whether HTTP/2 is used; it is unless told."),
        "http_headers": Since((0, 28), _HEADERS),
    },
    check=_check_http,
)


def items(description: str, **fields: Shape) -> Items:
    """Return a list of mappings that all have these fields."""
    return Items(Fields(description=description, fields=fields))
