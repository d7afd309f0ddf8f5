"""
`msteams`: messages to a channel of Microsoft Teams through a connector.

Microsoft has retired these connectors; workflows are `msteamsv2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Text
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import MARKDOWN_TEXT, TITLE
from obsgen.receivers._secret import Secret
from obsgen.source import MappingNode

_WEBHOOK: Final = Secret(
    key="webhook_url",
    what="The address of the channel's connector",
    placeholder="https://example.webhook.office.com/${MSTEAMS_WEBHOOK}",
    path="/etc/alertmanager/secrets/msteams",
    since=(0, 27),
)
_FIELDS: Final = Fields(
    description="A message to Microsoft Teams through a connector, which Microsoft retires.",
    fields={
        **_WEBHOOK.fields,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
        "summary": Since((0, 27), Text("What lists of messages show.", "An alert fires")),
        "text": Text("The message, in Markdown.", "{{ .CommonAnnotations.summary }}"),
        "http_config": HTTP,
    },
)


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    del node, shared
    summary: Mapping[str, Json] = {"summary": TITLE} if reader.version >= (0, 27) else {}
    return {"title": TITLE, **summary, "text": MARKDOWN_TEXT}


KIND: Final = Integration(
    key="msteams", since=(0, 26), fields=_FIELDS, rules=_WEBHOOK.require, defaults=_defaults
)
