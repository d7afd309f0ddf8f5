"""`wechat`: messages to members of a company through WeChat Work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Text
from obsgen.receivers._findings import missing
from obsgen.receivers._forms import Form
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import MARKDOWN_TEXT, MARKDOWN_TITLE, PLAIN_TEXT, TITLE
from obsgen.receivers._rules import given, some_of
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address, Choice
from obsgen.source import MappingNode, Scalar

_SECRET: Final = Secret(
    key="api_secret",
    what="The secret of the application",
    placeholder="${WECHAT_API_SECRET}",
    path="/etc/alertmanager/secrets/wechat",
    since=(0, 31),
)
_API: Final = Address("The API, if another.", "https://qyapi.weixin.qq.com/cgi-bin/")
_COMPANY: Final = Text("The company's identifier.", "ww1a2b3c4d5e6f")
_NUMBERS: Final = re.compile(r"[0-9]+(?:\|[0-9]+)*|@all")
_RECIPIENTS: Final = ("to_user", "to_party", "to_tag")
_FIELDS: Final = Fields(
    description="A message through WeChat Work.",
    fields={
        "corp_id": _COMPANY,
        **_SECRET.fields,
        "agent_id": Form(
            text=Text("The application.", "1000002"), takes="a number", pattern=_NUMBERS
        ),
        "to_user": Text("Users, parted by `|`; `@all` for everyone.", "lin|wang"),
        "to_party": Form(
            text=Text("Departments, parted by `|`.", "12"),
            takes="numbers, parted by `|`",
            pattern=_NUMBERS,
        ),
        "to_tag": Text("Tags, parted by `|`.", "oncall"),
        "api_url": _API,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "message": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "message_type": Choice(
            "How the message is written; text unless given.", ("text", "markdown")
        ),
        "http_config": HTTP,
    },
)
_SHARED: Final = Fields(
    description="What all WeChat messages share.",
    fields={**_SECRET.fields, "api_corp_id": _COMPANY, "api_url": _API},
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    _SECRET.require(node, shared, reader)
    if not given(node, "corp_id") and not given(shared, "api_corp_id"):
        missing(node, reader, "`corp_id`", "add `corp_id`, the company's identifier")
    if not given(node, "agent_id"):
        missing(node, reader, "`agent_id`", "add `agent_id`, the number of the application")
    hint = 'add `to_user: "@all"`, or those who are to get it'
    some_of(node, reader, *_RECIPIENTS, hint=hint)


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    del shared, reader
    kind = node.get("message_type")
    is_markdown = isinstance(kind, Scalar) and kind.text == "markdown"
    title, text = (MARKDOWN_TITLE, MARKDOWN_TEXT) if is_markdown else (TITLE, PLAIN_TEXT)
    return {"send_resolved": True, "message": f"{title}\n\n{text}"}


KIND: Final = Integration(
    key="wechat",
    since=(0, 12),
    fields=_FIELDS,
    shared_fields=_SHARED,
    rules=_rules,
    defaults=_defaults,
)
