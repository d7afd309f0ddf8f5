"""`incidentio`: alerts in incident.io, which writes the message itself."""

from __future__ import annotations

from typing import Final

from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Span, Text, Whole
from obsgen.receivers._findings import missing
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._rules import conflict, given, one_of
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address
from obsgen.source import MappingNode

_TOKEN: Final = Secret(
    key="alert_source_token",
    what="The token of the alert source",
    placeholder="${INCIDENTIO_TOKEN}",
    path="/etc/alertmanager/secrets/incidentio",
    since=(0, 29),
)
_ADDRESS: Final = "https://api.incident.io/v2/alert_events/alertmanager/01ABC"
_FIELDS: Final = Fields(
    description="An alert in incident.io.",
    fields={
        "url": Address("The alert source.", _ADDRESS),
        "url_file": Text("File with the address.", "/etc/alertmanager/secrets/incidentio-url"),
        **_TOKEN.fields,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "max_alerts": Whole("The most alerts in one notification; 0 for all.", 50),
        "timeout": Span("How long a request may take."),
        "http_config": HTTP,
    },
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    del shared
    one_of(node, reader, "url", "url_file", hint=f"add `url: {_ADDRESS}`")
    is_authorized = given(node.get("http_config"), "authorization")
    if is_authorized and given(node, _TOKEN.file_key):
        hint = "keep one of the two"
        conflict(node, reader, _TOKEN.file_key, "excludes `http_config.authorization`", hint)
    if not is_authorized and not _TOKEN.is_given(node):
        missing(node, reader, f"`{_TOKEN.file_key}`", f"add `{_TOKEN.file_key}: {_TOKEN.path}`")


KIND: Final = Integration(
    key="incidentio", since=(0, 29), fields=_FIELDS, rules=_rules, defaults=always({})
)
