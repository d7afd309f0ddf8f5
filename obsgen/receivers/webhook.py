"""`webhook`: the notification as JSON, to any HTTP address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import (
    Fields,
    Flag,
    Shape,
    Since,
    Span,
    Text,
    Whole,
)
from obsgen.receivers._findings import FIELD_VALUE, missing
from obsgen.receivers._http import HTTP
from obsgen.source import MappingNode, Scalar

_FILE: Final = "/etc/alertmanager/secrets/webhook"

_FIELDS: Final[Mapping[str, Shape]] = {
    "url": Text(
        "Where the notification goes; one that holds a secret needs `url_file`.",
        "http://tickets:8080/alerts",
        run_since=(0, 31),
    ),
    "url_file": Since((0, 26), Text("File with the address.", _FILE)),
    "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
    "max_alerts": Whole("The most alerts in one notification; 0 for all.", 50),
    "timeout": Since((0, 28), Span("How long a request may take.")),
    "http_config": HTTP,
}


class WebhookKind:
    """Reads `{webhook: {url: "http://tickets:8080/alerts"}}`."""

    key: Final = "webhook"
    config_key: Final = "webhook_configs"
    since: Final = (0, 1)
    shared_keys: Final[tuple[str, ...]] = ()
    _fields: Final = Fields(description="A request with the alerts as JSON.", fields=_FIELDS)
    schema: Final[Mapping[str, Any]] = _fields.schema
    shared: Final[Mapping[str, Any]] = {}

    def read(
        self, node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
    ) -> Mapping[str, Json]:
        found = self._fields.read(node, reader)
        if "url" in node.entries and "url_file" in node.entries:
            message = f"{reader.subject}: webhook has both `url` and `url_file`"
            origin = (node.origin / "url_file").key()
            reader.report(finding(FIELD_VALUE, origin, message, "keep one of the two"))
        if "url" not in node.entries and "url_file" not in node.entries:
            missing(node, reader, "`url`", "add `url: http://host:port/path`")
        _check_url(node, reader)
        return found

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        return {}


def _check_url(node: MappingNode, reader: ReceiverReader) -> None:
    url = node.get("url")
    if not isinstance(url, Scalar) or url.is_null:
        return
    try:
        parts = urlsplit(url.text)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        message = f"{reader.subject}: webhook cannot send to {url.word}"
        hint = "write the whole address: `http://tickets:8080/alerts`"
        reader.report(finding(FIELD_VALUE, url.origin, message, hint))


KIND: Final = WebhookKind()
