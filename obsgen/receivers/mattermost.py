"""`mattermost`: messages to a Mattermost channel through an incoming webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Items, Shape, Since, Text
from obsgen.receivers._forms import colour, link, picture
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import COLOR, LINK, MARKDOWN_TEXT, MARKDOWN_TITLE, TITLE
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Choice
from obsgen.source import MappingNode

_WEBHOOK: Final = Secret(
    key="webhook_url",
    what="The address of the incoming webhook",
    placeholder="https://mattermost.example.com/hooks/${MATTERMOST_WEBHOOK}",
    path="/etc/alertmanager/secrets/mattermost",
    since=(0, 30),
)
# The first whose messages are made of the integration's own fields.
_FLAT: Final = (0, 32)
_FACTS: Final = Items(
    Fields(
        description="Short facts in columns.",
        fields={
            "title": Text("What it is.", "Team"),
            "value": Text("The fact.", "{{ .CommonLabels.team }}"),
            "short": Flag("Whether two of them fit a line."),
        },
        required=("title", "value"),
    )
)
_PARTS: Final[Mapping[str, Shape]] = {
    "fallback": Text("Text for clients that show no attachments.", "An alert fires"),
    "color": colour(Text("Colour of the bar.", "#ff0000")),
    "pretext": Text("Text above the title.", "@here"),
    "author_name": Text("Who wrote it.", "obsgen"),
    "author_link": Text("Where the author's name leads.", "https://example.com"),
    "author_icon": Text("Picture beside the author.", "https://example.com/icon.png"),
    "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
    "title_link": link(Text("Where the title leads.", "https://alerts.example.com")),
    "fields": _FACTS,
    "thumb_url": picture(Text("Small picture in the message.", "https://example.com/graph.png")),
    "footer": Text("Text below the message.", "obsgen"),
    "footer_icon": Text("Picture beside the footer.", "https://example.com/icon.png"),
    "image_url": picture(Text("Picture in the message.", "https://example.com/graph.png")),
}
_TEXT: Final = Text("The message, in Markdown.", "{{ .CommonAnnotations.summary }}")
_PRIORITY: Final = Fields(
    description="How the message stands out.",
    fields={
        "priority": Choice("Its mark.", ("urgent", "important", "standard"), run_since=(0, 0)),
        "requested_ack": Flag("Whether readers are to say that they have read it."),
        "persistent_notifications": Flag("Whether readers are told until they have."),
    },
)
_FIELDS: Final = Fields(
    description="A message to a Mattermost channel.",
    fields={
        **_WEBHOOK.fields,
        "channel": Text("Where messages go, if not where the webhook says.", "town-square"),
        "username": Text("Who the message is from.", "Alertmanager"),
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "text": _TEXT,
        **{key: Since(_FLAT, shape) for key, shape in _PARTS.items()},
        "icon_url": picture(Text("Picture beside the name.", "https://example.com/icon.png")),
        "icon_emoji": Text("Emoji beside the name.", ":fire:"),
        "attachments": Items(
            Fields(description="Further messages in boxes.", fields={**_PARTS, "text": _TEXT})
        ),
        "type": Text("The kind of post, for plugins.", "custom_alert"),
        "props": Fields(
            description="More about the message.",
            fields={"card": Text("Text that is shown beside the channel.", "Details")},
        ),
        "priority": _PRIORITY,
        "http_config": HTTP,
    },
)


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    del node, shared
    if reader.version >= _FLAT:
        return {"color": COLOR, "title": TITLE, "title_link": LINK, "text": MARKDOWN_TEXT}
    return {"text": f"#### {MARKDOWN_TITLE}\n\n{MARKDOWN_TEXT}"}


KIND: Final = Integration(
    key="mattermost",
    since=(0, 30),
    fields=_FIELDS,
    shared_fields=Fields(
        description="What all Mattermost messages share.",
        fields={
            "webhook_url_file": Since(
                (0, 32), Text("File with the webhook's address.", _WEBHOOK.path)
            )
        },
    ),
    rules=_WEBHOOK.require,
    defaults=_defaults,
)
