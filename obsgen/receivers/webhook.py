"""`webhook`: the notification as JSON, to any HTTP address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.artefacts import Json
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
from obsgen.receivers._http import HTTP
from obsgen.receivers._rules import one_of
from obsgen.receivers._shapes import Address, Tree
from obsgen.source import MappingNode

_FILE: Final = "/etc/alertmanager/secrets/webhook"

_FIELDS: Final[Mapping[str, Shape]] = {
    "url": Address(
        "Where the notification goes; one that holds a secret needs `url_file`.",
        "http://tickets:8080/alerts",
        run_since=(0, 31),
    ),
    "url_file": Since((0, 26), Text("File with the address.", _FILE)),
    "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
    "max_alerts": Whole("The most alerts in one notification; 0 for all.", 50),
    "timeout": Since((0, 28), Span("How long a request may take.")),
    "payload": Since(
        (0, 32),
        Tree("What is sent in place of Alertmanager's own JSON.", {"text": "{{ .Status }}"}),
    ),
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
        one_of(node, reader, "url", "url_file", hint="add `url: http://host:port/path`")
        return found

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        return {}


KIND: Final = WebhookKind()
