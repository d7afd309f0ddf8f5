"""The datasources of Grafana, and what is known of Grafana itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from obsgen.schema.kinds import keys, load
from obsgen.schema.shared import Schema, flag, mapping, text

_REFUSED: Final = "Refused: a secret is never written into a spec."

COMMON: Final[Mapping[str, Schema]] = {
    "url": text(
        "Its address, as Grafana reaches it; `${NAME}` is a variable of Grafana's environment.",
        examples=["http://prometheus:9090"],
    ),
    "name": text("What people call it."),
    "uid": text("What dashboards know it by; its kind unless given.", examples=["prometheus"]),
    "provisioned": flag("It is made from here; `false` where Grafana has it already."),
    "basic_auth": mapping(
        {
            "user": text("The user.", examples=["grafana"]),
            "password_file": text(
                "The file with the password, where Grafana runs.",
                examples=["/etc/grafana/secrets/loki-password"],
            ),
            "password": {**text(f"{_REFUSED} Write `password_file`."), "deprecated": True},
        },
        required=("user",),
        description="Basic authentication.",
    ),
    "token_file": text(
        "The file with a bearer token, where Grafana runs.",
        examples=["/etc/grafana/secrets/loki-token"],
    ),
    "token": {**text(f"{_REFUSED} Write `token_file`."), "deprecated": True},
    "tenant": text("The tenant, for Loki, Mimir or Tempo: header X-Scope-OrgID."),
    "ca_file": text(
        "The file with the certificate authority of its address, where Grafana runs.",
        examples=["/etc/grafana/secrets/ca.crt"],
    ),
}
"""What every datasource has."""

GRAFANA: Final = mapping(
    {
        "url": text(
            "Where people reach it: alerts then carry links to dashboards. `{environment}` is "
            "filled in.",
            examples=["https://grafana.example.org"],
        ),
        "configmaps": mapping(
            {
                "namespace": text("Of the ConfigMaps.", examples=["monitoring"]),
                "labels": {
                    "type": "object",
                    "patternProperties": {"^x-": {}},
                    "additionalProperties": text(),
                    "description": "On the ConfigMaps, beside the one that the sidecar looks for.",
                    "examples": [{"team": "platform"}],
                },
            },
            description="How Kubernetes' ConfigMaps are written.",
        ),
    },
    description="The Grafana that shows the dashboards.",
)


def datasources(is_used: Callable[[str], bool]) -> Schema:
    """
    Return the schema of `datasources:`.

    Args:
        is_used: Says whether a kind's key may occur; the settings of others are left open.
    """
    return mapping(
        {key: _datasource(key) if is_used(key) else {} for key in keys("datasources")},
        description="What Grafana asks; Prometheus is always among them.",
        examples=[{"loki": {"trace_ids": {"pattern": r"trace_id=(\w+)", "to": "tempo"}}}],
    )


def _datasource(key: str) -> Schema:
    kind = load("datasources", key)
    older: Mapping[str, Schema] = {}
    if key == _FIRST:
        # As it was written when there was no other kind.
        older = {key: {**mapping({"url": text("Its address.")}), "deprecated": True}}
    return mapping(
        {**COMMON, **kind.fields, **older},
        required=kind.required,
        description=f"{kind.title}; at {kind.address} unless given.",
    )


_FIRST: Final = "prometheus"
