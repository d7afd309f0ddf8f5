"""`webex`: messages to a Webex room from a bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Text
from obsgen.receivers._findings import missing
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import MARKDOWN_TEXT, MARKDOWN_TITLE
from obsgen.receivers._rules import given
from obsgen.receivers._shapes import Address
from obsgen.source import MappingNode

_API: Final = Address("The API, if another.", "https://webexapis.com/v1/messages")
_FIELDS: Final = Fields(
    description="A message to a Webex room.",
    fields={
        "room_id": Text("The room.", "Y2lzY29zcGFyazovL3VzL1JPT00vYWJj", (0, 28), is_public=True),
        "api_url": _API,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "message": Text("The message, in Markdown.", "{{ .CommonAnnotations.summary }}"),
        "http_config": HTTP,
    },
    required=("room_id",),
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    del shared
    if not given(node.get("http_config"), "authorization"):
        hint = (
            "add `http_config: {authorization: {credentials_file: "
            "/etc/alertmanager/secrets/webex}}`, the file with the bot's token"
        )
        missing(node, reader, "`http_config.authorization`", hint)


_DEFAULTS: Final[Mapping[str, Json]] = {"message": f"### {MARKDOWN_TITLE}\n\n{MARKDOWN_TEXT}"}

KIND: Final = Integration(
    key="webex",
    since=(0, 25),
    fields=_FIELDS,
    shared_fields=Fields(description="What all Webex messages share.", fields={"api_url": _API}),
    rules=_rules,
    defaults=always(_DEFAULTS),
)
