"""`jira`: an issue for each group of alerts, resolved and opened again with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Span, Text, Texts
from obsgen.receivers._findings import NEWER_ALERTMANAGER, missing, place, version_text
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration
from obsgen.receivers._prose import SUMMARY, by_severity
from obsgen.receivers._rules import given
from obsgen.receivers._shapes import Address, Choice, Either, Tree
from obsgen.receivers._texts import WIKI
from obsgen.source import MappingNode, Scalar

_API: Final = Address("The API with its path.", "https://example.atlassian.net/rest/api/2/")
# The first that writes the documents which Jira's API 3 takes for descriptions.
_DOCUMENTS: Final = (0, 31)
_DOCUMENT: Final = (
    '{"type": "doc", "version": 1, "content": [{{ range $i, $alert := .Alerts }}{{ if $i }}, '
    '{{ end }}{"type": "paragraph", "content": [{"type": "text", "text": '
    "{{ or .Annotations.summary .Labels.alertname | toJson }}}"
    "{{ with .Annotations.description }}, "
    '{"type": "hardBreak"}, {"type": "text", "text": {{ . | toJson }}}{{ end }}'
    "{{ with .Annotations.runbook_url }}, "
    '{"type": "hardBreak"}, {"type": "text", "text": "Runbook", "marks": [{"type": "link", '
    '"attrs": {"href": {{ . | toJson }}}}]}{{ end }}]}{{ end }}]}'
)


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
        "labels": Texts(Text("The issue's labels.", "alertmanager")),
        "priority": Text("From the alerts' label unless given.", "High"),
        "reopen_transition": Text("The transition that opens an issue again.", "Reopen"),
        "resolve_transition": Text("The transition that resolves an issue.", "Done"),
        "wont_fix_resolution": Text("A resolution that is never opened again.", "Won't Do"),
        "reopen_duration": Span("How long a resolved issue may be opened again."),
        "fields": Tree("Further fields of the issue.", {"components": [{"name": "Monitoring"}]}),
        "http_config": HTTP,
    },
    required=("project", "issue_type"),
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    if not given(node, "api_url") and not given(shared, "api_url"):
        hint = "add `shared: {jira: {api_url: https://example.atlassian.net/rest/api/2/}}`"
        missing(node, reader, "`api_url`", hint)
    address = node.get("api_url")
    if isinstance(address, Scalar) and _is_third(address) and reader.version < _DOCUMENTS:
        message = (
            f"{place(address, reader)} is Jira's API 3, which needs Alertmanager "
            f"{version_text(_DOCUMENTS)}, the target is {version_text(reader.version)}"
        )
        hint = f"write `{address.text.rstrip('/').removesuffix('3')}2/`"
        reader.report(finding(NEWER_ALERTMANAGER, address.origin, message, hint))


def _is_third(address: Scalar) -> bool:
    return address.text.rstrip("/").endswith("/3")


def _defaults(node: MappingNode, reader: ReceiverReader) -> Mapping[str, Json]:
    address = node.get("api_url")
    is_third = isinstance(address, Scalar) and _is_third(address)
    return {
        "summary": SUMMARY,
        "description": _DOCUMENT if is_third else WIKI,
        # The words of Jira's own scheme of priorities, as Alertmanager's template has them.
        "priority": by_severity(reader.severities, ("High", "High", "Medium", "Low"), "Medium"),
    }


KIND: Final = Integration(
    key="jira",
    since=(0, 28),
    fields=_FIELDS,
    shared_fields=Fields(description="What all issues in Jira share.", fields={"api_url": _API}),
    rules=_rules,
    defaults=_defaults,
)
