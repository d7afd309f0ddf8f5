"""`email`: messages through an SMTP server, which `shared` names once for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import (
    Fields,
    Flag,
    Shape,
    Since,
    Text,
    TextMap,
    over,
)
from obsgen.receivers._findings import FIELD_VALUE, missing
from obsgen.receivers._forms import mail_addresses
from obsgen.receivers._http import TLS
from obsgen.receivers._prose import EMAIL_HTML, PLAIN_TEXT, TITLE
from obsgen.receivers._rules import conflict, is_true
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Choice
from obsgen.source import MappingNode, Scalar

_FILE: Final = "/etc/alertmanager/secrets/smtp"
_PASSWORD: Final = Secret(
    key="auth_password",
    what="The password",
    placeholder="${SMTP_PASSWORD}",
    path=_FILE,
    since=(0, 25),
)
_SECRET: Final = Secret(
    key="auth_secret",
    what="The secret of CRAM-MD5",
    placeholder="${SMTP_SECRET}",
    path=_FILE,
    since=(0, 31),
)
_THREADING: Final = Fields(
    description="How mails about the same alerts are kept together.",
    fields={
        "enabled": Flag("Whether they are."),
        "thread_by_date": Choice("When a new thread begins.", ("daily", "none")),
    },
    required=("thread_by_date",),
)
# Written by Alertmanager itself where it keeps threads.
_OF_THREADS: Final = ("references", "in-reply-to")

_SERVER: Final[Mapping[str, Shape]] = {
    "smarthost": Text("The SMTP server with its port.", "smtp.example.com:587", None),
    "from": mail_addresses(Text("Who the message is from.", "alerts@example.com"), is_one=True),
    "hello": Text("Name that is told to the server.", "alertmanager.example.com", None),
    "auth_username": Text("User at the server.", "alerts", None),
    **_PASSWORD.fields,
    **_SECRET.fields,
    "auth_identity": Text("Identity of PLAIN authentication.", "alerts", None),
    "require_tls": Flag("Whether the connection must be encrypted; it must unless told."),
    "force_implicit_tls": Since(
        (0, 31), Flag("Whether TLS begins at once; it does at port 465 unless told.")
    ),
}
_FIELDS: Final[Mapping[str, Shape]] = {
    "to": mail_addresses(Text("Who gets the message; several with commas.", "oncall@example.com")),
    "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
    "headers": TextMap("Headers of the message.", {"Subject": "{{ .CommonLabels.alertname }}"}),
    "html": Text("The message as HTML.", '{{ template "email.default.html" . }}'),
    "text": Text("The message as plain text.", "{{ .CommonAnnotations.summary }}"),
    **_SERVER,
    "tls_config": TLS,
    "threading": Since((0, 30), _THREADING),
}
_NEEDED: Final = ("smarthost", "from")


class EmailKind:
    """Reads `{email: {to: oncall@example.com}}`."""

    key: Final = "email"
    config_key: Final = "email_configs"
    since: Final = (0, 1)
    shared_keys: Final = ("email", "smtp")
    _fields: Final = Fields(description="A message by mail.", fields=_FIELDS, required=("to",))
    _shared: Final = Fields(
        description="The SMTP server of all mails.",
        fields={**_SERVER, "tls_config": Since((0, 28), TLS)},
    )
    schema: Final[Mapping[str, Any]] = _fields.schema
    shared: Final[Mapping[str, Any]] = _shared.schema

    def read(
        self, node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
    ) -> Mapping[str, Json]:
        found = self._fields.read(node, reader)
        inherited = shared.entries if shared is not None else {}
        lacking = [f"`{k}`" for k in _NEEDED if k not in node.entries and k not in inherited]
        if lacking:
            hint = "add `shared: {email: {smarthost: smtp.example.com:587, from: …}}`"
            missing(node, reader, " and no ".join(lacking), hint)
        _check_smarthost(node, reader)
        _check_headers(node, reader)
        headers = found.get("headers")
        own = headers if isinstance(headers, dict) else {}
        has_subject = any(name.lower() == "subject" for name in own)
        subject: dict[str, Json] = {} if has_subject else {"Subject": TITLE}
        found["headers"] = {**subject, **own}
        # One of the two written by hand is the whole message.
        is_own = "html" in found or "text" in found
        message = {} if is_own else {"html": EMAIL_HTML, "text": PLAIN_TEXT}
        return over(found, {"send_resolved": True, **message})

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        _check_smarthost(shared, reader)
        return {f"smtp_{key}": value for key, value in self._shared.read(shared, reader).items()}


def _check_smarthost(node: MappingNode, reader: ReceiverReader) -> None:
    host = node.get("smarthost")
    if not isinstance(host, Scalar) or host.is_null:
        return
    _, colon, port = host.text.rpartition(":")
    if not (colon and port):
        message = f"{reader.subject}: smarthost `{host.text}` has no port"
        hint = f"write `{host.text.rstrip(':')}:587`"
        reader.report(finding(FIELD_VALUE, host.origin, message, hint))


def _check_headers(node: MappingNode, reader: ReceiverReader) -> None:
    headers, threads = node.get("headers"), node.get("threading")
    is_threaded = isinstance(threads, MappingNode) and is_true(threads, "enabled")
    seen: dict[str, str] = {}
    for name in headers.entries if isinstance(headers, MappingNode) else ():
        word = name.lower()
        if isinstance(headers, MappingNode) and word in seen:
            conflict(headers, reader, name, f"is `{seen[word]}` again", "keep one of the two")
        elif isinstance(headers, MappingNode) and is_threaded and word in _OF_THREADS:
            conflict(headers, reader, name, "excludes `threading`", "leave it out")
        seen.setdefault(word, name)


KIND: Final = EmailKind()
