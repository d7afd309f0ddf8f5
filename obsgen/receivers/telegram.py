"""`telegram`: messages to a Telegram chat from a bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Text, Whole
from obsgen.receivers._findings import FIELD_VALUE, missing, place
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import HTML_TEXT, PLAIN_TEXT
from obsgen.receivers._rules import at_most_one, given, some_of
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address, Choice
from obsgen.source import MappingNode, Scalar

_PATH: Final = "/etc/alertmanager/secrets/telegram"
_TOKEN: Final = Secret(
    key="bot_token",
    what="The token of the bot",
    placeholder="${TELEGRAM_BOT_TOKEN}",
    path=_PATH,
    since=(0, 26),
)
# No Alertmanager before 0.31 has a token of all bots, written out or not.
_TOKEN_OF_ALL: Final = Since((0, 31), Text("File with the token of the bot.", _PATH))
# The first that reads the chat from a file.
_CHAT_FILE: Final = (0, 31)
_API: Final = Address("The API, if another.", "https://telegram.example.com")
_FIELDS: Final = Fields(
    description="A message to a Telegram chat.",
    fields={
        "chat_id": Whole("The chat; groups are negative.", -1001234567890, is_signed=True),
        "chat_id_file": Since(
            _CHAT_FILE, Text("File with the chat.", "/etc/alertmanager/telegram-chat")
        ),
        **_TOKEN.fields,
        "api_url": _API,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "message": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "message_thread_id": Since((0, 28), Whole("The topic within the chat.", 12)),
        "parse_mode": Choice(
            "How the message is marked up; HTML unless given, nothing if empty.",
            ("HTML", "MarkdownV2", "Markdown", ""),
        ),
        "disable_notifications": Flag("Whether the message comes without a sound."),
        "http_config": HTTP,
    },
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    known = ("chat_id", "chat_id_file") if reader.version >= _CHAT_FILE else ("chat_id",)
    if not given(node, "chat_id_file"):
        some_of(node, reader, *known, hint="add `chat_id: -1001234567890`")
    at_most_one(node, reader, "chat_id", "chat_id_file")
    chat = node.get("chat_id")
    if isinstance(chat, Scalar) and chat.text.lstrip("-").strip("0") == "" and chat.text:
        message = f"{place(chat, reader)} is {chat.word}, which is no chat"
        reader.report(finding(FIELD_VALUE, chat.origin, message, "write its number"))
    _TOKEN.require(node, shared, reader)
    if "Markdown" in _mode(node) and not given(node, "message"):
        hint = "add `message`, or leave `parse_mode` out: the ready message is HTML"
        missing(node, reader, f"`message` in {_mode(node)}", hint)


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    del shared, reader
    return {"message": HTML_TEXT if _mode(node) == "HTML" else PLAIN_TEXT, "parse_mode": "HTML"}


def _mode(node: MappingNode) -> str:
    mode = node.get("parse_mode")
    return mode.text if isinstance(mode, Scalar) else "HTML"


KIND: Final = Integration(
    key="telegram",
    since=(0, 24),
    fields=_FIELDS,
    shared_fields=Fields(
        description="What all Telegram messages share.",
        fields={"bot_token_file": _TOKEN_OF_ALL, "api_url": _API},
    ),
    rules=_rules,
    defaults=_defaults,
)
