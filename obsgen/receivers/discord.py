"""`discord`: messages to a Discord channel through its webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.receivers._fields import Fields, Flag, Since, Text
from obsgen.receivers._forms import picture
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import MARKDOWN_TEXT, TITLE
from obsgen.receivers._secret import Secret

_WEBHOOK: Final = Secret(
    key="webhook_url",
    what="The address of the channel's webhook",
    placeholder="https://discord.com/api/webhooks/${DISCORD_WEBHOOK}",
    path="/etc/alertmanager/secrets/discord",
    since=(0, 27),
)
_FIELDS: Final = Fields(
    description="A message to a Discord channel.",
    fields={
        **_WEBHOOK.fields,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
        "message": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "content": Since((0, 28), Text("Text above the message.", "@here")),
        "username": Since((0, 28), Text("Who the message is from.", "Alertmanager", None)),
        "avatar_url": Since(
            (0, 28), picture(Text("Picture beside the name.", "https://example.com/icon.png", None))
        ),
        "http_config": HTTP,
    },
)


_DEFAULTS: Final[Mapping[str, Json]] = {"title": TITLE, "message": MARKDOWN_TEXT}

KIND: Final = Integration(
    key="discord", since=(0, 25), fields=_FIELDS, rules=_WEBHOOK.require, defaults=always(_DEFAULTS)
)
