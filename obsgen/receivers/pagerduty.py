"""`pagerduty`: incidents in PagerDuty through its Events API."""

from __future__ import annotations

import re
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
    Span,
    Text,
    over,
)
from obsgen.receivers._findings import FIELD_VALUE
from obsgen.receivers._forms import Form, link, words
from obsgen.receivers._http import HTTP, items
from obsgen.receivers._prose import (
    PAGERDUTY_SEVERITY,
    PLAIN_FIRING,
    PLAIN_RESOLVED,
    SILENCE_URL,
    SUMMARY,
)
from obsgen.receivers._secret import Secret
from obsgen.receivers._shapes import Address, Tree
from obsgen.source import MappingNode

_FILE: Final = "/etc/alertmanager/secrets/pagerduty"
_ROUTING_KEY: Final = Secret(
    key="routing_key",
    what="The key of an Events API v2",
    placeholder="${PAGERDUTY_ROUTING_KEY}",
    path=_FILE,
    since=(0, 25),
)
_SERVICE_KEY: Final = Secret(
    key="service_key",
    what="The key of an Events API v1",
    placeholder="${PAGERDUTY_SERVICE_KEY}",
    path=_FILE,
    since=(0, 25),
)

# Source: "Send an Alert Event" of PagerDuty's Events API v2: images are fetched by HTTPS only.
_HTTPS: Final = re.compile(r"https://[^\s]+")
_FIELDS: Final[Mapping[str, Shape]] = {
    **_ROUTING_KEY.fields,
    **_SERVICE_KEY.fields,
    "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
    "description": Text("What happened, in a line.", "{{ .CommonAnnotations.summary }}"),
    "severity": words(
        Text("critical, error, warning or info; from the alerts' label unless given.", "error"),
        *("critical", "error", "warning", "info"),
    ),
    "client": Text("Who sends.", "Alertmanager"),
    "client_url": link(Text("Link back to the sender.", "https://alerts.example.com")),
    "class": Text("The kind of event.", "{{ .CommonLabels.alertname }}"),
    "component": Text("What is affected.", "{{ .CommonLabels.service }}"),
    "group": Text("What it belongs to.", "shop"),
    "source": Text("Where it was seen; the client unless given.", "{{ .CommonLabels.instance }}"),
    "details": Tree("Further facts.", {"team": "{{ .CommonLabels.team }}"}, nested=(0, 30)),
    "images": items(
        "Pictures.",
        src=Form(
            text=Text("The picture.", "https://example.com/graph.png"),
            takes="an address with `https://`",
            pattern=_HTTPS,
        ),
        alt=Text("What it shows.", "Error rate"),
        href=link(Text("Where it leads.", "https://example.com")),
    ),
    "links": items(
        "Links; those without an address are left out.",
        href=link(Text("Where it leads.", "https://runbooks.example.com")),
        text=Text("What it says.", "Runbook"),
    ),
    "url": Address("The Events API, if another.", "https://events.eu.pagerduty.com/v2/enqueue"),
    "timeout": Since((0, 30), Span("How long a request may take.")),
    "http_config": HTTP,
}
_KEYS: Final = ("routing_key_file", "service_key_file", "routing_key", "service_key")
_LINKS: Final = (
    ("Runbook", "{{ .CommonAnnotations.runbook_url }}"),
    ("Dashboard", "{{ .CommonAnnotations.dashboard_url }}"),
    ("Silence", SILENCE_URL),
)
_DEFAULTS: Final[Mapping[str, Json]] = {
    "description": SUMMARY,
    "severity": PAGERDUTY_SEVERITY,
    "class": "{{ .CommonLabels.alertname }}",
    "component": "{{ .CommonLabels.service }}",
    "details": {"firing": PLAIN_FIRING, "resolved": PLAIN_RESOLVED},
    "links": [{"href": href, "text": text} for text, href in _LINKS],
}


class PagerdutyKind:
    """Reads `{pagerduty: {routing_key_file: …}}`."""

    key: Final = "pagerduty"
    config_key: Final = "pagerduty_configs"
    since: Final = (0, 1)
    shared_keys: Final = ("pagerduty",)
    _fields: Final = Fields(description="An incident in PagerDuty.", fields=_FIELDS)
    _shared: Final = Fields(
        description="What all PagerDuty receivers share.", fields={"url": _FIELDS["url"]}
    )
    schema: Final[Mapping[str, Any]] = _fields.schema
    shared: Final[Mapping[str, Any]] = _shared.schema

    def read(
        self, node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
    ) -> Mapping[str, Json]:
        found = self._fields.read(node, reader)
        given = [key for key in _KEYS if key in node.entries]
        if len(given) > 1:
            message = f"{reader.subject}: pagerduty has the keys of two Events APIs"
            hint = "keep `routing_key_file`, the key of an Events API v2 integration"
            origin = (node.origin / given[1]).key()
            reader.report(finding(FIELD_VALUE, origin, message, hint))
        if not given:
            _ROUTING_KEY.require(node, None, reader)
        return over(found, _DEFAULTS)

    def globals(self, shared: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
        return {f"pagerduty_{k}": value for k, value in self._shared.read(shared, reader).items()}


KIND: Final = PagerdutyKind()
