"""`opsgenie`: alerts in Opsgenie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Items, Text, TextMap
from obsgen.receivers._findings import MISSING_FIELD, place
from obsgen.receivers._forms import REFUSED_BY_SERVICE, words
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import OPSGENIE_PRIORITY, PLAIN_TEXT, SUMMARY
from obsgen.receivers._rules import at_most_one, conflict, given
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address, Choice
from obsgen.source import MappingNode, Scalar

_KEY: Final = Secret(
    key="api_key",
    what="The key of an API integration",
    placeholder="${OPSGENIE_API_KEY}",
    path="/etc/alertmanager/secrets/opsgenie",
    since=(0, 24),
)
_API: Final = Address("The API, if another.", "https://api.eu.opsgenie.com/")
# Source: "Create Alert" of Opsgenie's Alert API.
_MOST_TAGS: Final = 20
_MOST_ACTIONS: Final = 10
_LONGEST: Final = 50


def _check_responder(node: MappingNode, reader: ReceiverReader) -> None:
    kind = node.get("type")
    is_user = isinstance(kind, Scalar) and kind.text == "user"
    word = "username" if is_user else "name"
    if not any(given(node, key) for key in ("name", "id", "username")):
        what = kind.text if isinstance(kind, Scalar) and kind.text in _TYPES else "responder"
        message = f"{place(node, reader)} has no `{word}` or `id`"
        hint = f"add the `{word}` of the {what}"
        reader.report(finding(MISSING_FIELD, node.origin, message, hint))
        return
    at_most_one(node, reader, "name", "id", "username")
    other = "name" if is_user else "username"
    if isinstance(kind, Scalar) and kind.text in _TYPES and given(node, other):
        conflict(node, reader, other, f"names no {kind.text}", f"write `{word}`, or `id`")


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    _KEY.require(node, shared, reader)
    for key, most in (("tags", _MOST_TAGS), ("actions", _MOST_ACTIONS)):
        value = node.get(key)
        if not isinstance(value, Scalar) or "{{" in value.text:
            continue
        items = value.text.split(",")
        longest = max(len(item.strip()) for item in items)
        if len(items) > most or longest > _LONGEST:
            takes = f"{most} texts of {_LONGEST} characters at most"
            message = f"{place(value, reader)} takes {takes}, found {len(items)} up to {longest}"
            hint = "keep the most telling ones; `details` take more"
            reader.report(finding(REFUSED_BY_SERVICE, value.origin, message, hint))


_TYPES: Final = ("team", "teams", "user", "escalation", "schedule")
_RESPONDERS: Final = Items(
    Fields(
        description="Who is to respond.",
        fields={
            "id": Text("Its identifier.", "4513b7ea-3b91-438f-b7e4-e3e54af9147c"),
            "name": Text("Its name; several teams with commas.", "platform"),
            "username": Text("The user.", "oncall@example.com"),
            "type": Choice(
                "What it is.",
                _TYPES,
                run_since=(0, 0),
            ),
        },
        required=("type",),
        check=_check_responder,
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
        "priority": words(
            Text("P1 to P5; from the alerts' label unless given.", "P2"),
            *("P1", "P2", "P3", "P4", "P5"),
        ),
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
    rules=_rules,
    defaults=always(_DEFAULTS),
)
