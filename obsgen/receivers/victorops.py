"""`victorops`: alerts in Splunk On-Call, which was VictorOps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Text, TextMap
from obsgen.receivers._forms import words
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import PLAIN_TEXT, TITLE, VICTOROPS_MESSAGE_TYPE
from obsgen.receivers._rules import conflict
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address
from obsgen.source import MappingNode

_KEY: Final = Secret(
    key="api_key",
    what="The key of the REST integration",
    placeholder="${VICTOROPS_API_KEY}",
    path="/etc/alertmanager/secrets/victorops",
    since=(0, 25),
)
_API: Final = Address(
    "The API, if another.",
    "https://alert.victorops.com/integrations/generic/20131114/alert/",
)
# What Alertmanager writes itself.
_RESERVED: Final = (
    *("routing_key", "message_type", "state_message", "entity_display_name"),
    *("monitoring_tool", "entity_id", "entity_state"),
)
_FIELDS: Final = Fields(
    description="An alert in Splunk On-Call.",
    fields={
        "routing_key": Text("Maps the alert to a team; no secret.", "platform"),
        **_KEY.fields,
        "api_url": _API,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "message_type": words(
            Text("CRITICAL, WARNING or INFO; from the alerts' label unless given.", "WARNING"),
            *("CRITICAL", "WARNING", "INFO"),
        ),
        "entity_display_name": Text("What happened, in a line.", "{{ .CommonLabels.alertname }}"),
        "state_message": Text("More about it.", "{{ .CommonAnnotations.description }}"),
        "monitoring_tool": Text("Who sends.", "Alertmanager"),
        "custom_fields": TextMap("Further facts.", {"team": "{{ .CommonLabels.team }}"}),
        "http_config": HTTP,
    },
    required=("routing_key",),
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    _KEY.require(node, shared, reader)
    custom = node.get("custom_fields")
    for key in custom.entries if isinstance(custom, MappingNode) else ():
        if isinstance(custom, MappingNode) and key in _RESERVED:
            conflict(custom, reader, key, "is a field of its own", "choose another name")


_DEFAULTS: Final[Mapping[str, Json]] = {
    "message_type": VICTOROPS_MESSAGE_TYPE,
    "entity_display_name": TITLE,
    "state_message": PLAIN_TEXT,
}

KIND: Final = Integration(
    key="victorops",
    since=(0, 1),
    fields=_FIELDS,
    shared_fields=Fields(
        description="What all Splunk On-Call receivers share.",
        fields={**_KEY.fields, "api_url": _API},
    ),
    rules=_rules,
    defaults=always(_DEFAULTS),
)
