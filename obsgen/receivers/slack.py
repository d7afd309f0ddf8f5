"""`slack`: messages to a Slack channel through an incoming webhook or an app."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import (
    Fields,
    Flag,
    Items,
    Shape,
    Since,
    Span,
    Text,
    Texts,
    over,
)
from obsgen.receivers._findings import missing
from obsgen.receivers._forms import Form, colour, emoji, link, picture, words
from obsgen.receivers._http import HTTP
from obsgen.receivers._prose import COLOR, SLACK_FALLBACK, SLACK_TEXT, SLACK_TITLE
from obsgen.receivers._rules import at_most_one, conflict, given, is_true, some_of
from obsgen.receivers._secret import Refused
from obsgen.receivers._shapes import Address
from obsgen.source import MappingNode, Node, Scalar

_CONFIRM: Final = Fields(
    description="A question before the button acts.",
    fields={
        "text": Text("The question.", "Sure?"),
        "title": Text("Its title.", "Restart"),
        "ok_text": Text("The button that acts.", "Yes"),
        "dismiss_text": Text("The button that does not.", "No"),
    },
    required=("text",),
)
_ACTIONS: Final = Items(
    Fields(
        description="Buttons below the message.",
        fields={
            "type": Text("The kind of action.", "button"),
            "text": Text("What the button says.", "Runbook"),
            "url": link(Text("Where it leads.", "https://runbooks.example.com")),
            "style": words(
                Text("`default`, `primary` or `danger`.", "primary"), "default", "primary", "danger"
            ),
            "name": Text("Name for an app that listens.", "restart"),
            "value": Text("Value for an app that listens.", "gateway"),
            "confirm": _CONFIRM,
        },
        required=("type", "text"),
        check=lambda node, reader: some_of(
            node, reader, "url", "name", hint="add the `url` to which the button leads"
        ),
    )
)
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
_FILE: Final = "/etc/alertmanager/secrets/slack"
_API: Final = "https://slack.com/api/chat.postMessage"
"""Slack's own API, for apps and bots: the address is no secret, the token is."""


@dataclass(frozen=True, slots=True)
class _ApiUrl:
    """The address of a webhook, which is a secret, or Slack's own API, which is none."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """As of any secret."""
        return Refused(f"Write `api_url_file`; or `{_API}`, with a bot's token.").schema

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the public address, and report any other."""
        if isinstance(node, Scalar) and node.text == _API:
            return node.text
        return Refused("Write `api_url_file`.").read(node, reader)


_APP_URL: Final = Since((0, 30), Address("The API of the app, if another.", _API))
_API_FILE: Final = Text("File with the webhook's address.", _FILE)

# Source: Slack's help, "Guidelines for channel names": lower case, digits, hyphens, underscores, 80
# characters; letters of other scripts are allowed.
_CHANNEL: Final = re.compile(r"#?[^\sA-Z.,:;#@&|'\"]{1,80}|@[^\s@#]+|[CDGUW][A-Z0-9]+")
_FIELDS: Final[Mapping[str, Shape]] = {
    "channel": Form(
        text=Text("Where messages go; quote it, `#` begins a comment.", "#alerts"),
        takes="a channel in lower case (`#alerts`), a person (`@jo`) or an identifier",
        pattern=_CHANNEL,
    ),
    "api_url_file": _API_FILE,
    "api_url": _ApiUrl(),
    "app_token_file": Since((0, 30), Text("File with the token of a Slack app.", _FILE)),
    "app_token": Refused("Write `app_token_file`."),
    "app_url": _APP_URL,
    "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
    "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
    "title_link": link(Text("Where the title leads.", "https://alerts.example.com")),
    "text": Text("The message.", "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}"),
    "message_text": Since((0, 31), Text("Text above the attachment.", "<!here>")),
    "pretext": Text("Text above the title.", "<!here>"),
    "fallback": Text("Text for clients that show no attachments.", "An alert fires"),
    "color": colour(Text("Colour of the bar.", "danger")),
    "fields": _FACTS,
    "short_fields": Flag("Whether two of `fields` fit a line unless they say."),
    "actions": _ACTIONS,
    "footer": Text("Text below the message.", "obsgen"),
    "username": Text("Who the message is from.", "Alertmanager"),
    "icon_emoji": emoji(Text("Emoji beside the name.", ":fire:")),
    "icon_url": picture(Text("Picture beside the name.", "https://example.com/icon.png")),
    "image_url": picture(Text("Picture in the message.", "https://example.com/graph.png")),
    "thumb_url": picture(Text("Small picture in the message.", "https://example.com/graph.png")),
    "callback_id": Text("Identifier for an app that listens.", "alert"),
    "link_names": Flag("Whether `@name` and `#channel` become links."),
    "mrkdwn_in": Texts(Text("Fields in which Slack's markup counts.", "text", None)),
    "update_message": Since((0, 32), Flag("Whether news of an alert change its message.")),
    "timeout": Since((0, 30), Span("How long a request may take.")),
    "http_config": HTTP,
}
_SHARED_FIELDS: Final[Mapping[str, Shape]] = {
    "api_url_file": _API_FILE,
    "api_url": Refused("Write `api_url_file`."),
    "app_token_file": Since((0, 30), Text("File with the token of a Slack app.", _FILE)),
    "app_token": Refused("Write `app_token_file`."),
    "app_url": _APP_URL,
}
_SECRETS: Final = ("api_url_file", "app_token_file", "api_url", "app_token")
_DEFAULTS: Final[Mapping[str, Json]] = {
    "send_resolved": True,
    "color": COLOR,
    "title": SLACK_TITLE,
    "text": SLACK_TEXT,
    "fallback": SLACK_FALLBACK,
}


class SlackKind:
    """Reads `{slack: {channel: "#alerts"}}`."""

    key: Final = "slack"
    config_key: Final = "slack_configs"
    since: Final = (0, 1)
    shared_keys: Final = ("slack",)
    _fields: Final = Fields(description="A message to a Slack channel.", fields=_FIELDS)
    _shared: Final = Fields(description="What all Slack messages share.", fields=_SHARED_FIELDS)
    schema: Final[Mapping[str, Any]] = _fields.schema
    shared: Final[Mapping[str, Any]] = _shared.schema

    def read(
        self, node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
    ) -> Mapping[str, Json]:
        found = self._fields.read(node, reader)
        inherited = shared.entries if shared is not None else {}
        _check_address(node, reader)
        _check_bot(node, reader)
        if not any(key in node.entries or key in inherited for key in _SECRETS):
            hint = (
                f"add `shared: {{slack: {{api_url_file: {_FILE}}}}}`, the file that holds the "
                "webhook's address"
            )
            missing(node, reader, "`api_url_file`", hint)
        return over(found, _DEFAULTS)

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        _check_address(shared, reader)
        return {f"slack_{key}": value for key, value in self._shared.read(shared, reader).items()}


def _check_address(node: MappingNode, reader: ReceiverReader) -> None:
    at_most_one(node, reader, "api_url_file", "app_token_file", "api_url")


def _check_bot(node: MappingNode, reader: ReceiverReader) -> None:
    http = node.get("http_config")
    address = node.get("api_url")
    is_bot = isinstance(address, Scalar) and address.text == _API
    is_authorized = given(http, "authorization")
    if is_bot and not is_authorized:
        hint = f"add `http_config: {{authorization: {{credentials_file: {_FILE}}}}}`"
        missing(node, reader, "`http_config.authorization`", hint)
    if is_authorized and isinstance(http, MappingNode) and given(node, "app_token_file"):
        conflict(http, reader, "authorization", "excludes `app_token_file`", "keep one of the two")
    if is_true(node, "update_message") and not is_bot:
        hint = f"add `api_url: {_API}`, and the bot's token as `http_config.authorization`"
        conflict(node, reader, "update_message", "needs a bot's token", hint)


KIND: Final = SlackKind()
