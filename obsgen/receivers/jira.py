"""`jira`: an issue for each group of alerts, resolved and opened again with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.messages import DOCUMENTS_SINCE
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Span, Text, Texts
from obsgen.receivers._findings import NEWER_ALERTMANAGER, missing, place
from obsgen.receivers._forms import Form
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import JIRA_DOCUMENT, JIRA_PRIORITY, JIRA_TEXT, SUMMARY
from obsgen.receivers._rules import given
from obsgen.receivers._shapes import Address, Choice, Either, Tree
from obsgen.source import MappingNode, Scalar
from obsgen.versions import needs

_API: Final = Address("The API with its path.", "https://example.atlassian.net/rest/api/2/")


def _text(description: str, example: str) -> Either:
    inner = Fields(
        description="Or with a word on updates.",
        fields={
            "template": Text("The text.", example),
            "enable_update": Flag("Whether an open issue gets the new text; it does unless told."),
        },
    )
    return Either(Text(description, example), Since((0, 30), inner))


_FIELDS: Final = Fields(
    description="An issue in Jira.",
    fields={
        "project": Text("The project's key.", "OPS"),
        "issue_type": Text("The kind of issue.", "Incident"),
        "api_url": _API,
        "api_type": Since(
            (0, 29), Choice("Which Jira it is; auto unless given.", ("auto", "cloud", "datacenter"))
        ),
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "summary": _text("The issue's title.", "{{ .CommonLabels.alertname }}"),
        "description": _text("The issue's text.", "{{ .CommonAnnotations.description }}"),
        "labels": Texts(
            Form(
                text=Text("The issue's labels.", "alertmanager"),
                takes="labels without spaces",
                pattern=re.compile(r"[^\s]+"),
            )
        ),
        "priority": Text("From the alerts' label unless given.", "High"),
        "reopen_transition": Text("The transition that opens an issue again.", "Reopen", None),
        "resolve_transition": Text("The transition that resolves an issue.", "Done", None),
        "wont_fix_resolution": Text(
            "A resolution that is never opened again.", "Won't Do", run_since=None
        ),
        "reopen_duration": Span("How long a resolved issue may be opened again."),
        "fields": Tree(
            "Further fields of the issue.",
            {"components": [{"name": "Monitoring"}]},
            run_since=(0, 30),
        ),
        "http_config": HTTP,
    },
    required=("project", "issue_type"),
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    if not given(node, "api_url") and not given(shared, "api_url"):
        hint = "add `shared: {jira: {api_url: https://example.atlassian.net/rest/api/2/}}`"
        missing(node, reader, "`api_url`", hint)
    address = _address(node, shared)
    if address is not None and _is_third(address) and reader.version < DOCUMENTS_SINCE:
        what = f"{place(address, reader)} is Jira's API 3, which"
        message = needs(what, "Alertmanager", DOCUMENTS_SINCE, reader.version)
        hint = f"write `{address.text.rstrip('/').removesuffix('3')}2/`"
        reader.report(finding(NEWER_ALERTMANAGER, address.origin, message, hint))


def _address(node: MappingNode, shared: MappingNode | None) -> Scalar | None:
    own = node.get("api_url")
    of_all = shared.get("api_url") if shared is not None else None
    address = own if given(node, "api_url") else of_all
    return address if isinstance(address, Scalar) else None


def _is_third(address: Scalar) -> bool:
    return address.text.rstrip("/").endswith("/3")


def _defaults(
    node: MappingNode, shared: MappingNode | None, reader: ReceiverReader
) -> Mapping[str, Json]:
    address = _address(node, shared)
    has_documents = reader.version >= DOCUMENTS_SINCE
    is_third = address is not None and _is_third(address) and has_documents
    return {
        "summary": SUMMARY,
        "description": JIRA_DOCUMENT if is_third else JIRA_TEXT,
        "priority": JIRA_PRIORITY,
    }


KIND: Final = Integration(
    key="jira",
    since=(0, 28),
    fields=_FIELDS,
    shared_fields=Fields(description="What all issues in Jira share.", fields={"api_url": _API}),
    rules=_rules,
    defaults=_defaults,
)
