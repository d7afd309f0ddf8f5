"""`pushover`: messages to phones through Pushover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Span, Text
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import (
    HTML_TEXT,
    LINK,
    LINK_TEXT,
    PLAIN_TEXT,
    PUSHOVER_PRIORITY,
    TITLE,
)
from obsgen.receivers._rules import at_most_one, is_true
from obsgen.receivers._secret import Secret
from obsgen.source import MappingNode

_USER: Final = Secret(
    key="user_key",
    what="The key of the user or group",
    placeholder="${PUSHOVER_USER_KEY}",
    path="/etc/alertmanager/secrets/pushover-user",
    since=(0, 26),
)
_TOKEN: Final = Secret(
    key="token",
    what="The token of the application",
    placeholder="${PUSHOVER_TOKEN}",
    path="/etc/alertmanager/secrets/pushover-token",
    since=(0, 26),
)
_FIELDS: Final = Fields(
    description="A message to phones through Pushover.",
    fields={
        **_USER.fields,
        **_TOKEN.fields,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
        "message": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "url": Text("A link below the message.", "{{ .CommonAnnotations.runbook_url }}"),
        "url_title": Text("What the link says.", "Runbook"),
        "device": Since((0, 26), Text("The device, if not all.", "phone")),
        "sound": Text("The sound.", "siren"),
        "priority": Text(
            "-2 to 2; from the alerts' label unless given. 2 is repeated until someone answers.",
            "1",
        ),
        "retry": Span("How often priority 2 is repeated; at least 30s."),
        "expire": Span("How long priority 2 is repeated; at most 3h."),
        "ttl": Since((0, 27), Span("After what time the message vanishes.")),
        "html": Flag("Whether the message is HTML."),
        "monospace": Since((0, 29), Flag("Whether all characters have one width.")),
        "http_config": HTTP,
    },
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    del shared
    _USER.require(node, None, reader)
    _TOKEN.require(node, None, reader)
    if is_true(node, "html") and is_true(node, "monospace"):
        at_most_one(node, reader, "html", "monospace")


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    del shared, reader
    return {
        "title": TITLE,
        "message": HTML_TEXT if is_true(node, "html") else PLAIN_TEXT,
        "url": LINK,
        "url_title": LINK_TEXT,
        "priority": PUSHOVER_PRIORITY,
    }


KIND: Final = Integration(
    key="pushover", since=(0, 1), fields=_FIELDS, rules=_rules, defaults=_defaults
)
