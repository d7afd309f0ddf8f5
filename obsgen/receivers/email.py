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
    Refused,
    Shape,
    Since,
    Text,
    TextMap,
    over,
)
from obsgen.receivers._findings import FIELD_VALUE, missing
from obsgen.receivers._http import TLS
from obsgen.receivers._prose import EMAIL_HTML, PLAIN_TEXT, TITLE
from obsgen.source import MappingNode, Scalar

_FILE: Final = "/etc/alertmanager/secrets/smtp"

_SERVER: Final[Mapping[str, Shape]] = {
    "smarthost": Text("The SMTP server with its port.", "smtp.example.com:587", None),
    "from": Text("Who the message is from.", "alerts@example.com"),
    "hello": Text("Name that is told to the server.", "alertmanager.example.com", None),
    "auth_username": Text("User at the server.", "alerts", None),
    "auth_password_file": Since((0, 25), Text("File with the password.", _FILE)),
    "auth_password": Refused("Write `auth_password_file`."),
    "auth_secret_file": Since((0, 31), Text("File with the secret of CRAM-MD5.", _FILE)),
    "auth_secret": Refused("Write `auth_password_file`."),
    "auth_identity": Text("Identity of PLAIN authentication.", "alerts", None),
    "require_tls": Flag("Whether the connection must be encrypted; it must unless told."),
}
_FIELDS: Final[Mapping[str, Shape]] = {
    "to": Text("Who gets the message; several with commas.", "oncall@example.com"),
    "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
    "headers": TextMap("Headers of the message.", {"Subject": "{{ .CommonLabels.alertname }}"}),
    "html": Text("The message as HTML.", '{{ template "email.default.html" . }}'),
    "text": Text("The message as plain text.", "{{ .CommonAnnotations.summary }}"),
    **_SERVER,
    "tls_config": TLS,
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


KIND: Final = EmailKind()
