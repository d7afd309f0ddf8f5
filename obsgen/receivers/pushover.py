"""`pushover`: messages to phones through Pushover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Span, Text
from obsgen.receivers._findings import place
from obsgen.receivers._forms import REFUSED_BY_SERVICE, link, words
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import (
    HTML_TEXT,
    LINK,
    LINK_TEXT,
    PLAIN_TEXT,
    PUSHOVER_PRIORITY,
    TITLE,
)
from obsgen.receivers._rules import at_most_one, is_true
from obsgen.receivers._secret import Secret
from obsgen.source import MappingNode, Scalar
from obsgen.units import Duration

_USER: Final = Secret(
    key="user_key",
    what="The key of the user or group",
    placeholder="${PUSHOVER_USER_KEY}",
    path="/etc/alertmanager/secrets/pushover-user",
    since=(0, 26),
)
_TOKEN: Final = Secret(
    key="token",
    what="The token of the application",
    placeholder="${PUSHOVER_TOKEN}",
    path="/etc/alertmanager/secrets/pushover-token",
    since=(0, 26),
)
_FIELDS: Final = Fields(
    description="A message to phones through Pushover.",
    fields={
        **_USER.fields,
        **_TOKEN.fields,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "title": Text("The message's title.", "{{ .CommonLabels.alertname }}"),
        "message": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "url": link(Text("A link below the message.", "https://runbooks.example.com")),
        "url_title": Text("What the link says.", "Runbook"),
        "device": Since((0, 26), Text("The device, if not all.", "phone")),
        "sound": Text("The sound.", "siren"),
        "priority": words(
            Text(
                "-2 to 2; from the alerts' label unless given. 2 is repeated until it is answered.",
                "1",
            ),
            *("-2", "-1", "0", "1", "2"),
        ),
        "retry": Span("How often priority 2 is repeated; at least 30s."),
        "expire": Span("How long priority 2 is repeated; at most 3h."),
        "ttl": Since((0, 27), Span("After what time the message vanishes.")),
        "html": Flag("Whether the message is HTML."),
        "monospace": Since((0, 29), Flag("Whether all characters have one width.")),
        "http_config": HTTP,
    },
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    del shared
    _USER.require(node, None, reader)
    _TOKEN.require(node, None, reader)
    if is_true(node, "html") and is_true(node, "monospace"):
        at_most_one(node, reader, "html", "monospace")
    for key, bound, is_fine in _BOUNDS:
        value = node.get(key)
        span = Duration.parse(value.text) if isinstance(value, Scalar) and _is_span(value) else None
        if value is not None and span is not None and not is_fine(span.ms):
            message = f"{place(value, reader)} takes {bound}, found {value.word}"
            hint = f"write `{key}: {bound.split()[-1]}`"
            reader.report(finding(REFUSED_BY_SERVICE, value.origin, message, hint))


def _is_span(value: Scalar) -> bool:
    try:
        Duration.parse(value.text)
    except ValueError:
        return False  # told where the field is read
    return True


# Source: Pushover's Message API, "Emergency Priority".
_BOUNDS: Final[tuple[tuple[str, str, Callable[[int], bool]], ...]] = (
    ("retry", "at least 30s", lambda ms: ms >= Duration.parse("30s").ms),
    ("expire", "at most 3h", lambda ms: ms <= Duration.parse("3h").ms),
)


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    del shared, reader
    return {
        "title": TITLE,
        "message": HTML_TEXT if is_true(node, "html") else PLAIN_TEXT,
        "url": LINK,
        "url_title": LINK_TEXT,
        "priority": PUSHOVER_PRIORITY,
    }


KIND: Final = Integration(
    key="pushover", since=(0, 1), fields=_FIELDS, rules=_rules, defaults=_defaults
)
