"""`http_config`: how integrations that speak HTTP do so. Source: prometheus/common, `config`."""

from __future__ import annotations

from typing import Final

from obsgen.receivers._fields import Fields, Flag, Items, Refused, Since, Text, TextMap, Texts

TLS: Final = Fields(
    description="How TLS connections are made.",
    fields={
        "ca_file": Text("File with the authorities that are trusted.", "/etc/ssl/ca.pem"),
        "cert_file": Text("File with the client's certificate.", "/etc/ssl/client.pem"),
        "key_file": Text("File with the client's private key.", "/etc/ssl/client.key"),
        "server_name": Text("Name that the server's certificate must have.", "hooks.example.com"),
        "insecure_skip_verify": Flag("Whether the server's certificate is not checked."),
        "min_version": Text("The oldest TLS version that is accepted.", "TLS12"),
        "max_version": Text("The newest TLS version that is accepted.", "TLS13"),
    },
)

_BASIC_AUTH: Final = Fields(
    description="User and password.",
    fields={
        "username": Text("The user.", "alertmanager"),
        "password_file": Text("File with the password.", "/etc/alertmanager/secrets/password"),
        "password": Refused("Write `password_file`."),
    },
)
_AUTHORIZATION: Final = Fields(
    description="The Authorization header.",
    fields={
        "type": Text("The scheme; Bearer unless given.", "Bearer"),
        "credentials_file": Text("File with the token.", "/etc/alertmanager/secrets/token"),
        "credentials": Refused("Write `credentials_file`."),
    },
)
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
        "proxy_url": Text("Proxy for the token URL.", "http://proxy:3128"),
    },
    required=("client_id", "token_url"),
)

HTTP: Final = Fields(
    description="How requests are made: authorization, TLS, proxy.",
    fields={
        "basic_auth": _BASIC_AUTH,
        "authorization": _AUTHORIZATION,
        "oauth2": _OAUTH2,
        "tls_config": TLS,
        "proxy_url": Text("Proxy to send through.", "http://proxy:3128"),
        "proxy_from_environment": Since((0, 26), Flag("Whether HTTP_PROXY and such count.")),
        "no_proxy": Since((0, 26), Text("Addresses that need no proxy.", "10.0.0.0/8")),
        "follow_redirects": Flag("Whether redirects are followed; they are unless told."),
        "enable_http2": Flag("Whether HTTP/2 is used; it is unless told."),
    },
)


def items(description: str, **fields: Text | Flag | Fields) -> Items:
    """Return a list of mappings that all have these fields."""
    return Items(Fields(description=description, fields=fields))
