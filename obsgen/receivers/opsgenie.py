"""`opsgenie`: alerts in Opsgenie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.receivers._fields import Fields, Flag, Items, Text, TextMap
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import OPSGENIE_PRIORITY, PLAIN_TEXT, SUMMARY
from obsgen.receivers._rules import one_of
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address, Choice

_KEY: Final = Secret(
    key="api_key",
    what="The key of an API integration",
    placeholder="${OPSGENIE_API_KEY}",
    path="/etc/alertmanager/secrets/opsgenie",
    since=(0, 24),
)
_API: Final = Address("The API, if another.", "https://api.eu.opsgenie.com/")
_RESPONDERS: Final = Items(
    Fields(
        description="Who is to respond.",
        fields={
            "id": Text("Its identifier.", "4513b7ea-3b91-438f-b7e4-e3e54af9147c"),
            "name": Text("Its name; several teams with commas.", "platform"),
            "username": Text("The user.", "oncall@example.com"),
            "type": Choice(
                "What it is.",
                ("team", "teams", "user", "escalation", "schedule"),
                run_since=(0, 0),
            ),
        },
        required=("type",),
        check=lambda node, reader: one_of(
            node, reader, "name", "id", "username", hint="add the `name` of the team"
        ),
    )
)
_FIELDS: Final = Fields(
    description="An alert in Opsgenie.",
    fields={
        **_KEY.fields,
        "api_url": _API,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "message": Text("What happened, in 130 characters.", "{{ .CommonAnnotations.summary }}"),
        "description": Text("More about it.", "{{ .CommonAnnotations.description }}"),
        "source": Text("Link back to the sender.", "{{ .ExternalURL }}"),
        "details": TextMap("Further facts.", {"team": "{{ .CommonLabels.team }}"}),
        "entity": Text("What is affected.", "{{ .CommonLabels.service }}"),
        "responders": _RESPONDERS,
        "actions": Text("Actions that are offered, with commas.", "restart, scale"),
        "tags": Text("Tags, with commas.", "{{ .CommonLabels.team }}"),
        "note": Text("A note.", "Fired by Alertmanager"),
        "priority": Text("P1 to P5; from the alerts' label unless given.", "P2"),
        "update_alerts": Flag("Whether message and description of an open alert are renewed."),
        "http_config": HTTP,
    },
)


_DEFAULTS: Final[Mapping[str, Json]] = {
    "message": SUMMARY,
    "description": PLAIN_TEXT,
    "entity": "{{ .CommonLabels.service }}",
    "priority": OPSGENIE_PRIORITY,
}

KIND: Final = Integration(
    key="opsgenie",
    since=(0, 1),
    fields=_FIELDS,
    shared_fields=Fields(
        description="What all Opsgenie receivers share.", fields={**_KEY.fields, "api_url": _API}
    ),
    rules=_KEY.require,
    defaults=always(_DEFAULTS),
)
