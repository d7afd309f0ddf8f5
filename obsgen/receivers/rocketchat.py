"""`rocketchat`: messages to a Rocket.Chat channel from a user or bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Text
from obsgen.receivers._forms import emoji, link, picture
from obsgen.receivers._http import HTTP, items
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import COLOR, LINK, MARKDOWN_TEXT, TITLE
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address
from obsgen.source import MappingNode

_TOKEN: Final = Secret(
    key="token",
    what="The sender's token",
    placeholder="${ROCKETCHAT_TOKEN}",
    path="/etc/alertmanager/secrets/rocketchat-token",
    since=(0, 28),
)
_TOKEN_ID: Final = Secret(
    key="token_id",
    what="The sender's identifier",
    placeholder="${ROCKETCHAT_TOKEN_ID}",
    path="/etc/alertmanager/secrets/rocketchat-token-id",
    since=(0, 28),
)
_API: Final = Address("The server.", "https://chat.example.com/")
_FIELDS: Final = Fields(
    description="A message to a Rocket.Chat channel.",
    fields={
        "channel": Text(
            "Where messages go; quote it, `#` begins a comment.", "#alerts", run_since=(0, 29)
        ),
        **_TOKEN.fields,
        **_TOKEN_ID.fields,
        "api_url": _API,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
        "title_link": link(Text("Where the title leads.", "https://alerts.example.com")),
        "text": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "color": Text("Colour of the bar.", "red"),
        "emoji": emoji(Text("Emoji beside the name.", ":fire:")),
        "icon_url": picture(Text("Picture beside the name.", "https://example.com/icon.png")),
        "image_url": picture(Text("Picture in the message.", "https://example.com/graph.png")),
        "thumb_url": picture(
            Text("Small picture in the message.", "https://example.com/graph.png")
        ),
        "fields": items(
            "Short facts in columns.",
            title=Text("What it is.", "Team"),
            value=Text("The fact.", "{{ .CommonLabels.team }}"),
            short=Flag("Whether two of them fit a line."),
        ),
        "short_fields": Flag("Whether two of `fields` fit a line unless they say."),
        "link_names": Flag("Whether `@name` and `#channel` become links."),
        "actions": items(
            "Buttons below the message.",
            type=Text("The kind of action.", "button", None),
            text=Text("What the button says.", "Runbook"),
            url=Text("Where it leads.", "{{ .CommonAnnotations.runbook_url }}"),
            msg=Text("A message that it sends.", "/ack"),
        ),
        "http_config": HTTP,
    },
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    _TOKEN.require(node, shared, reader)
    _TOKEN_ID.require(node, shared, reader)


_DEFAULTS: Final[Mapping[str, Json]] = {
    "send_resolved": True,
    "color": COLOR,
    "title": TITLE,
    "title_link": LINK,
    "text": MARKDOWN_TEXT,
}

KIND: Final = Integration(
    key="rocketchat",
    since=(0, 28),
    fields=_FIELDS,
    shared_fields=Fields(
        description="What all Rocket.Chat messages share.",
        fields={**_TOKEN.fields, **_TOKEN_ID.fields, "api_url": _API},
    ),
    rules=_rules,
    defaults=always(_DEFAULTS),
)
