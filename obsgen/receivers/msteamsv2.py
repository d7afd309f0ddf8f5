"""`msteamsv2`: messages to a channel of Microsoft Teams through a workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.receivers._fields import Fields, Flag, Text
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import MARKDOWN_TEXT, TITLE
from obsgen.receivers._secret import Secret

_WEBHOOK: Final = Secret(
    key="webhook_url",
    what="The address of the channel's workflow",
    placeholder="https://example.logic.azure.com/${MSTEAMS_WEBHOOK}",
    path="/etc/alertmanager/secrets/msteams",
    since=(0, 28),
)
_FIELDS: Final = Fields(
    description="A message to Microsoft Teams through a workflow.",
    fields={
        **_WEBHOOK.fields,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
        "text": Text("The message, in Markdown.", "{{ .CommonAnnotations.summary }}"),
        "http_config": HTTP,
    },
)


_DEFAULTS: Final[Mapping[str, Json]] = {"title": TITLE, "text": MARKDOWN_TEXT}

KIND: Final = Integration(
    key="msteamsv2",
    since=(0, 28),
    fields=_FIELDS,
    rules=_WEBHOOK.require,
    defaults=always(_DEFAULTS),
)
