"""Notifications: templates that are read before they are sent, and the messages that people get."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from notifications import (
    EXTERNAL_URL,
    Rendered,
    a_notification,
    amtool_render,
    an_alert,
    post_alerts,
    running_sink,
)
from oracles import amtool_check_config, promtool_test, running_alertmanager
from routing_specs import SEVERITIES, a_config, a_project, placed, read, written

from obsgen import messages
from obsgen.diagnostics import Severity
from obsgen.gotemplate import Given, notifications, parse_template
from obsgen.model import SeverityLevel, SeverityScheme
from obsgen.pipeline import Built, build
from obsgen.units import Duration

OLD = notifications((0, 25), {})
NEW = notifications((0, 34), {})


def underlined(text: str, version: tuple[int, int] = (0, 25)) -> list[tuple[str, str, str, str]]:
    """Each error as its kind, its message, the characters and the hint."""
    errors = parse_template(text, notifications(version, messages.templates(version))).errors
    return [(e.kind, e.message, text[e.start : e.end], e.hint) for e in errors]


# --- what Alertmanager would say ---------------------------------------------------------------

RIGHT = (
    "plain",
    "{{ .Status }}",
    "{{ .Receiver }} {{ .ExternalURL }}",
    "{{- .Status | toUpper -}}",
    "{{ .Alerts.Firing | len }} of {{ len .Alerts }}",
    "{{ len .Alerts.Resolved }}",
    "{{ range .Alerts }}{{ .Labels.alertname }}{{ end }}",
    "{{ range .Alerts.Firing }}{{ .Annotations.summary }}{{ else }}none{{ end }}",
    "{{ range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{{ $a.Labels.service }}{{ end }}",
    "{{ range .Alerts }}{{ .Status }}{{ .StartsAt }}{{ .EndsAt }}{{ .GeneratorURL }}{{ end }}",
    "{{ range .Alerts }}{{ .Fingerprint }}{{ end }}",
    '{{ range .Alerts }}{{ .StartsAt.Format "15:04" }}{{ end }}',
    "{{ range .Alerts }}{{ .StartsAt.UTC.Unix }}{{ end }}",
    "{{ range .Alerts }}{{ if .EndsAt.After .StartsAt }}over{{ end }}{{ end }}",
    "{{ .CommonLabels.alertname }} {{ .GroupLabels.service }}",
    "{{ .CommonLabels.nothing }}",
    '{{ index .CommonLabels "service" }}',
    "{{ (index .Alerts 0).Labels.service }}",
    '{{ .GroupLabels.SortedPairs.Values | join " " }}',
    '{{ .CommonLabels.Names | join ", " }}',
    "{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}",
    "{{ range $name, $value := .CommonLabels }}{{ $name }}{{ $value | title }}{{ end }}",
    "{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values }}{{ end }}",
    '{{ (.CommonLabels.Remove (stringSlice "service")).SortedPairs }}',
    "{{ range .Alerts }}{{ .Labels.Remove $.CommonLabels.Names }}{{ end }}",
    '{{ if eq .Status "firing" "resolved" }}known{{ end }}',
    "{{ if gt (len .Alerts.Firing) 1 }}many{{ else if .Alerts.Firing }}one{{ else }}none{{ end }}",
    "{{ if and .Alerts.Firing (not .Alerts.Resolved) }}only firing{{ end }}",
    "{{ or .GroupLabels.nothing .CommonLabels.alertname }}",
    "{{ with or .GroupLabels.nothing .CommonLabels.alertname }}{{ . | toLower }}{{ end }}",
    '{{ if match "^High" .CommonLabels.alertname }}high{{ end }}',
    '{{ reReplaceAll "High" "Low" .CommonLabels.alertname }}',
    '{{ .CommonLabels.alertname | reReplaceAll "(.)Error" "$1" }}',
    "{{ .CommonLabels.alertname | urlquery }}",
    '{{ printf "%s: %d" .Status (len .Alerts) }}',
    "{{ slice .Alerts 1 | len }}",
    "{{ $n := len .Alerts }}{{ if gt $n 1 }}{{ $n }}{{ end }}",
    '{{ $x := "a" }}{{ range .Alerts }}{{ $x = .Status }}{{ end }}{{ $x | toUpper }}',
    '{{ define "own" }}{{ .Status }}{{ end }}{{ template "own" . }}',
    '{{ template "slack.default.title" . }}',
    '{{ template "__text_alert_list" .Alerts.Firing }}',
    '{{ template "__text_alert_list" .Alerts }}',
    '{{ template "__alertmanager" }}',
    '{{ block "mine" . }}{{ .Status }}{{ end }}',
    "{{/* said to nobody */}}",
    "{{ `{{ raw }}` }}",
    "{{ range .Alerts }}{{ continue }}{{ end }}",
    "{{ safeHtml .Status }}",
    '{{ html "<" }}{{ js "\'" }}{{ print 1 }}{{ println }}',
    "{{ .CommonLabels }}",
    "{{ .Alerts.Firing }}",
)
WRONG = (
    "{{ .Status",
    "{{ .Status }",
    "{{ }}",
    "{{ if .Status }}x",
    "{{ end }}",
    "{{ else }}",
    "{{ if .Status }}{{ else }}{{ else }}{{ end }}",
    '{{ .Status | toUper "a" }}',
    "{{ .CommonLabels.value | humanize }}",
    '{{ query "up" }}',
    "{{ $labels.service }}",
    "{{ $value }}",
    "{{ .Labels.service }}",
    "{{ .Annotations.summary }}",
    "{{ .status }}",
    "{{ .Alerts.Labels }}",
    "{{ .Alerts.firing }}",
    "{{ range .Alerts }}{{ .CommonLabels.service }}{{ end }}",
    "{{ range .Alerts }}{{ .Alertname }}{{ end }}",
    "{{ range .CommonLabels.SortedPairs }}{{ .name }}{{ end }}",
    "{{ .Status.x }}",
    "{{ .CommonLabels.service.x }}",
    '{{ .CommonLabels | join "," }}',
    '{{ join .CommonLabels.Values "," }}',
    "{{ .CommonLabels | toUpper }}",
    "{{ .Alerts | toLower }}",
    "{{ title }}",
    '{{ match "a" }}',
    "{{ .CommonLabels.Remove }}",
    '{{ .CommonLabels.Remove "service" }}',
    "{{ len }}",
    "{{ len 1 2 }}",
    "{{ range .Status }}{{ end }}",
    "{{ range .StartsAt }}{{ end }}",
    "{{ if gt .Alerts.Firing 1 }}{{ end }}",
    "{{ if eq .CommonLabels .GroupLabels }}{{ end }}",
    '{{ if eq (len .Alerts) "1" }}{{ end }}',
    '{{ template "slack.default.titel" . }}',
    '{{ template "slack.default.title" }}',
    '{{ template "slack.default.title" .Alerts }}',
    '{{ template "__text_alert_list" . }}',
    "{{ template name }}",
    "{{ range .Alerts }}{{ .StartsAt.format }}{{ end }}",
    "{{ range .Alerts }}{{ .StartsAt.Format }}{{ end }}",
    '{{ .Status | "x" }}',
    "{{ .Status toUpper }}",
    "{{ (.Status }}",
    '{{ "a }}',
    "{{ break }}",
    "{{ trimSpace .Status }}",
    "{{ range .Alerts }}{{ since .StartsAt }}{{ end }}",
    "{{ toJson . }}",
    "{{ if .Status }}{{ else with .Receiver }}{{ end }}",
    "{{ with .Status }}{{ else with .Receiver }}{{ end }}",
    "{{ with .Status }}{{ else if .Receiver }}{{ end }}",
    "{{ range .Alerts }}{{ else if .Status }}{{ end }}",
    "{{ .NotificationReason }}",
    '{{ define "a" }}x',
    '{{ "\\q" }}',
    "{{ .CommonLabels.a-b }}",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


def rendered(text: str, folder: Path) -> Rendered:
    alerts = (an_alert(annotations={"summary": "s"}), an_alert("resolved"))
    return amtool_render(text, a_notification(*alerts), folder)


@pytest.mark.parametrize("text", RIGHT)
def test_what_alertmanager_renders_has_no_errors(text: str, folder: Path):
    assert ((), "") == (parse_template(text, OLD).errors, rendered(text, folder).error)


@pytest.mark.parametrize("text", WRONG)
def test_what_alertmanager_refuses_has_errors(text: str, folder: Path):
    assert (1, True) == (len(parse_template(text, OLD).errors), bool(rendered(text, folder).error))


@pytest.mark.parametrize("name", sorted(OLD.functions))
def test_each_function_is_known_and_takes_as_many_arguments(name: str, folder: Path):
    fewest, most = OLD.functions[name]
    unknown = f'function "{name}" not defined'
    counted = f"wrong number of args for {name}|too many slice indexes"

    for count in {fewest, max(fewest - 1, 0), most + 1 if most < 10 else fewest}:
        error = rendered(f"{{{{ {name} {' '.join(['1'] * count)} }}}}", folder).error
        assert unknown not in error
        assert (fewest <= count <= most) is not bool(re.search(counted, error))


@pytest.mark.parametrize("name", sorted(OLD.newer))
def test_what_later_versions_have_this_one_does_not_know(name: str, folder: Path):
    assert f'function "{name}" not defined' in rendered(f"{{{{ {name} }}}}", folder).error
    assert name in NEW.functions


@pytest.mark.parametrize("name", sorted(OLD.templates))
def test_the_templates_of_alertmanager_are_what_it_ships(name: str, folder: Path):
    given = {Given.NOTIFICATION: " .", Given.ALERT_LIST: " .Alerts", Given.OTHER: ""}
    wanted = OLD.templates[name]
    right, nothing = (f'{{{{ template "{name}"{g} }}}}' for g in (given[wanted], ""))

    assert "" == rendered(right, folder).error
    empty = rendered(nothing, folder)
    is_broken = bool(empty.error) or "<no value>" in empty.text
    assert is_broken is (wanted is Given.NOTIFICATION)


def test_templates_of_later_versions_are_unknown_to_this_one(folder: Path):
    newer = sorted(set(NEW.templates) - set(OLD.templates))

    assert newer
    for name in newer:
        error = rendered(f'{{{{ template "{name}" . }}}}', folder).error
        assert f'template "{name}" not defined' in error


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("{{ trimSpace .Status }}", (0, 26)),
        ('{{ range .Alerts }}{{ date "15:04" .StartsAt }}{{ end }}', (0, 28)),
        ('{{ range .Alerts }}{{ .StartsAt | tz "Asia/Tokyo" }}{{ end }}', (0, 28)),
        ("{{ range .Alerts }}{{ since .StartsAt | humanizeDuration }}{{ end }}", (0, 28)),
        ("{{ with .Status }}{{ else with .Receiver }}{{ . }}{{ end }}", (0, 28)),
        ('{{ template "jira.default.summary" . }}', (0, 28)),
        ("{{ safeUrl .ExternalURL }}{{ urlUnescape .ExternalURL }}", (0, 30)),
        ("{{ toJson . }}", (0, 30)),
        ('{{ dict "a" 1 }}{{ append (list 1) 2 }}', (0, 32)),
        ("{{ .NotificationReason | toUpper }}", (0, 32)),
        ('{{ (now).Format "15:04" }}', (0, 33)),
        ('{{ .RouteLabels.team }}{{ routeLabels "team" }}', (0, 34)),
        ('{{ base64encode .Status }}{{ toDate "2006" "2026" }}', (0, 34)),
    ],
)
def test_a_name_belongs_to_a_version(text: str, first: tuple[int, int]):
    before = (first[0], first[1] - 1)

    assert underlined(text, before)
    assert [] == underlined(text, first)


def test_a_method_of_a_later_version_is_a_label_before():
    text = "{{ .CommonLabels.String }}"

    assert (["String"], []) == (
        [label.name for label in parse_template(text, OLD).labels],
        [label.name for label in parse_template(text, NEW).labels],
    )


@pytest.mark.parametrize(
    ("text", "kind", "message", "at", "hint"),
    [
        (
            "{{ .Labels.team }}",
            "field",
            "a notification has no field `.Labels`",
            ".Labels",
            "write `.CommonLabels`, or `.Labels` inside of `{{ range .Alerts }}`",
        ),
        (
            "{{ range .Alerts }}{{ .CommonLabels.team }}{{ end }}",
            "field",
            "an alert has no field `.CommonLabels`",
            ".CommonLabels",
            "write `$.CommonLabels`: `$` is what the whole text is given",
        ),
        (
            "{{ .Alerts.Labels }}",
            "field",
            "the list of alerts has no field `.Labels`",
            ".Labels",
            "go over it with `range`",
        ),
        (
            "{{ .Statsu }}",
            "field",
            "a notification has no field `.Statsu`",
            ".Statsu",
            "did you mean `.Status`?",
        ),
        (
            "{{ $labels.team }}",
            "field",
            "variable `$labels` is not declared",
            "$labels",
            "`$labels` belongs to rules: write `.CommonLabels`, or `.Labels` in a `range`",
        ),
        (
            "{{ .Status | tupper }}",
            "function",
            "function `tupper` does not exist",
            "tupper",
            "did you mean `toUpper`?",
        ),
        (
            "{{ team }}",
            "function",
            "function `team` does not exist",
            "team",
            "a label is written `.CommonLabels.name`, a text in quotes",
        ),
        (
            "{{ .CommonLabels.Values | join }}",
            "argument",
            "`join` takes 2 arguments, not 1",
            "join",
            "",
        ),
        (
            "{{ .CommonLabels.Values | toUpper }}",
            "argument",
            "`toUpper` takes a text, not a list of texts",
            "toUpper",
            'join them: `join ", "`',
        ),
        (
            '{{ if eq (len .Alerts) "1" }}{{ end }}',
            "argument",
            "`eq` cannot compare a text with a number",
            "eq",
            "",
        ),
        (
            "{{ range .ExternalURL }}{{ end }}",
            "argument",
            "`range` goes over lists, not over a text",
            ".ExternalURL",
            "",
        ),
        (
            '{{ template "obsgen.tittle" . }}',
            "template",
            "template `obsgen.tittle` is not defined",
            '"obsgen.tittle"',
            "did you mean `obsgen.title`?",
        ),
        (
            '{{ template "obsgen.title" .Alerts }}',
            "argument",
            "template `obsgen.title` needs a notification, not the list of alerts",
            '"obsgen.title"',
            "",
        ),
        (
            "{{ with .Status }}{{ else if .Receiver }}{{ end }}",
            "syntax",
            "`else if` cannot go on a `with`",
            "else if",
            "write `{{ else }}{{ if … }}…{{ end }}{{ end }}`",
        ),
        (
            "{{ toJson . }}",
            "newer",
            "function `toJson` needs Alertmanager 0.30, the target is 0.25",
            "toJson",
            "",
        ),
    ],
)
def test_an_error_is_underlined_and_says_what_to_write(
    text: str, kind: str, message: str, at: str, hint: str
):
    assert [(kind, message, at, hint)] == underlined(text)


def test_labels_groups_and_annotations_are_told_apart():
    template = parse_template(
        "{{ .CommonLabels.a }}{{ range .Alerts }}{{ .Labels.b }}{{ .Annotations.c }}{{ end }}"
        '{{ .GroupLabels.d }}{{ index .CommonAnnotations "e" }}{{ .CommonLabels.Names }}',
        OLD,
    )

    assert (["a", "b"], ["d"], ["c", "e"]) == (
        [label.name for label in template.labels],
        [label.name for label in template.group_labels],
        [label.name for label in template.annotations],
    )


def test_a_field_that_is_not_run_is_no_template():
    chat = "token_file: /a, token_id_file: /b, api_url: 'http://c', channel: '{{ .Status }}'"
    text = f"receivers: {{chat: {{rocketchat: {{{chat}}}}}}}\ndefault_receiver: chat\n"
    older, newer = (read(text, a_project(version=version)) for version in ((0, 28), (0, 29)))

    assert (("ALR646",), ()) == (older.codes, newer.codes)


# --- the template file -------------------------------------------------------------------------

SCHEMES = {
    "the default": SEVERITIES,
    "one": SeverityScheme((SeverityLevel(name="sev1", respond_within=Duration(60_000)),)),
    "two that page": SeverityScheme(
        tuple(
            SeverityLevel(name=name, respond_within=Duration(60_000), page=page)
            for name, page in (("sev1", True), ("sev2", True), ("sev3", False), ("sev4", False))
        )
    ),
}


def a_file(scheme: SeverityScheme = SEVERITIES, version: tuple[int, int] = (0, 25)) -> str:
    return messages.template_file(scheme, ("specs/routing.yaml",), version)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the template file of the default severities."""
    found = tmp_path_factory.mktemp("shipped")
    (found / "obsgen.tmpl").write_text(a_file())
    return found


def said(name: str, data: object, folder: Path) -> str:
    is_html = name in {"obsgen.html.text", "obsgen.email.html"}
    answer = amtool_render(f'{{{{ template "{name}" . }}}}', data, folder, html=is_html)
    assert "" == answer.error
    return answer.text


@pytest.mark.parametrize("version", [(0, 25), (0, 28), (0, 34)])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_file_itself_is_read_without_errors(scheme: str, version: tuple[int, int]):
    dialect = notifications(version, messages.templates(version))

    assert () == parse_template(a_file(SCHEMES[scheme], version), dialect).errors


@pytest.mark.parametrize("version", [(0, 30), (0, 31)])
def test_the_file_defines_what_it_is_said_to(version: tuple[int, int]):
    defined = re.findall(r'define "([^"]+)"', a_file(version=version))

    assert sorted(messages.templates(version)) == sorted(defined)
    assert ("obsgen.jira.document" in defined) == (version == (0, 31))


def test_a_file_name_does_not_end_the_comment_that_it_stands_in(tmp_path):
    (tmp_path / "obsgen.tmpl").write_text(
        messages.template_file(SEVERITIES, ("a*/b.yaml",), (0, 25))
    )

    assert "[FIRING 1] HighErrorRate (gateway)" == said(
        "obsgen.title", a_notification(an_alert()), tmp_path
    )


BURNING = an_alert(
    labels={"severity": "critical", "endpoint": "/pay <now>"},
    annotations={
        "summary": "Error rate is 7.3% & rising",
        "description": "It *burns*",
        "value": "7.3% (limit 5%)",
        "budget_left": "43.2%",
        "runbook_url": "https://runbooks.example/a_(b)?x=1&y=2",
        "dashboard_url": "https://grafana.example/d/x",
    },
    generator="http://prometheus:9090/graph?g0.expr=a+%3E+1&g0.tab=1",
)
OVER = an_alert(
    "resolved",
    labels={"severity": "low", "endpoint": "/b"},
    annotations={"summary": "Error rate is 6%"},
)
BOTH = a_notification(BURNING, OVER)
SILENCE = (
    f"{EXTERNAL_URL}/#/silences/new?filter="
    "%7Balertname%3D%22HighErrorRate%22%2Cservice%3D%22gateway%22%7D"
)


@pytest.mark.parametrize("name", [n for n in messages.NAMES if n in messages.templates((0, 25))])
@pytest.mark.parametrize(
    "data",
    [BOTH, a_notification(OVER), a_notification(BURNING, groups={}), a_notification(an_alert())],
    ids=["both", "resolved", "no group", "bare"],
)
def test_amtool_renders_every_template(name: str, data: object, shipped: Path):
    text = said(name, data, shipped)

    assert "<no value>" not in text
    assert text.strip() or name.startswith("obsgen.plain.")


def test_a_slack_message_says_what_is_wrong_and_where_to_look(shipped: Path):
    assert (
        "*Error rate is 7.3% &amp; rising* `critical`\n"
        "It *burns*\n"
        "Value: 7.3% (limit 5%)\n"
        "Error budget left: 43.2%\n"
        "endpoint=/pay &lt;now&gt;\n"
        "<https://runbooks.example/a_(b)?x=1&amp;y=2|Runbook>  "
        "<https://grafana.example/d/x|Dashboard>  "
        "<http://prometheus:9090/graph?g0.expr=a+%3E+1&amp;g0.tab=1|Query>  \n"
        "\n"
        "*Resolved: Error rate is 6%*\n"
        "endpoint=/b\n"
        f"<{SILENCE}|Silence>  <{EXTERNAL_URL}/#/alerts|Alertmanager>"
    ) == said("obsgen.slack.text", BOTH, shipped)


def test_markdown_escapes_its_own_signs(shipped: Path):
    text = said("obsgen.markdown.text", BOTH, shipped)

    assert r"It \*burns\*" in text
    assert r"**Error rate is 7.3% & rising** `critical`" in text
    assert r"endpoint=/pay \<now\>" in text
    assert "[Runbook](https://runbooks.example/a_%28b%29?x=1&y=2)" in text
    assert f"[Silence]({SILENCE})" in text


def test_a_line_of_markdown_is_a_paragraph(shipped: Path):
    lines = said("obsgen.markdown.text", BOTH, shipped).split("\n")

    assert all("" in pair for pair in itertools.pairwise(lines))


def test_a_heading_in_markdown_escapes_what_alerts_are_called(shipped: Path):
    data = a_notification(an_alert(), groups={"alertname": "a_b*"})

    assert r"[FIRING 1] a\_b\* (gateway)" == said("obsgen.markdown.title", data, shipped)
    assert "[FIRING 1] a_b* (gateway)" == said("obsgen.title", data, shipped)


def test_jira_gets_its_own_markup(shipped: Path):
    odd = an_alert(annotations={"summary": r"C:\a {b} [c]", "runbook_url": "http://a/[b]|c"})
    text = said("obsgen.jira.text", a_notification(odd, OVER), shipped)

    assert (
        r"*C:&#92;a \{b\} \[c\]*"
        "\n[Runbook|http://a/%5Bb%5D%7Cc]  \n\n"
        "*Resolved: Error rate is 6%*\nendpoint=/b\n"
        f"[Silence|{SILENCE}]  [Alertmanager|{EXTERNAL_URL}/#/alerts]"
    ) == text


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder with the template file of an Alertmanager that has Jira's documents.

    The amtool at hand has no `toJson`; for the texts of these tests Go's `%q` quotes as JSON does.
    """
    found = tmp_path_factory.mktemp("documents")
    text = a_file(version=(0, 31)).replace("| toJson", '| printf "%q"')
    (found / "obsgen.tmpl").write_text(text)
    return found


def words(node: Any) -> str:
    """Return what a document of Jira says; links and marks in angle brackets."""
    if node["type"] == "hardBreak":
        return "\n"
    if node["type"] == "text":
        marks = [mark.get("attrs", {}).get("href", mark["type"]) for mark in node.get("marks", [])]
        return node["text"] + "".join(f"<{mark}>" for mark in marks)
    return "".join(words(each) for each in node["content"]) + "\n" * (node["type"] == "paragraph")


def test_a_document_of_jira_says_what_is_wrong_and_where_to_look(documents: Path):
    document = json.loads(said("obsgen.jira.document", BOTH, documents))

    assert {"type": "doc", "version": 1} == {k: v for k, v in document.items() if k != "content"}
    assert (
        "Error rate is 7.3% & rising<strong> critical<code>\n"
        "It *burns*\n"
        "Value: 7.3% (limit 5%)\n"
        "Error budget left: 43.2%\n"
        "endpoint=/pay <now>\n"
        "Runbook<https://runbooks.example/a_(b)?x=1&y=2>\n"
        "Dashboard<https://grafana.example/d/x>\n"
        "Query<http://prometheus:9090/graph?g0.expr=a+%3E+1&g0.tab=1>\n"
        "Resolved: <strong>Error rate is 6%<strong>\n"
        "endpoint=/b\n"
        f"Silence<{SILENCE}>  Alertmanager<{EXTERNAL_URL}/#/alerts>\n"
    ) == words(document)


def test_a_document_of_jira_is_json_whatever_alerts_say(documents: Path):
    odd = {"summary": 'a "quoted" \\ text', "description": "two\nlines {{ }} ]}"}
    many = [an_alert(s, labels={"pod": str(i)}) for i in range(12) for s in ("firing", "resolved")]
    for alerts in ([an_alert(annotations=odd)], [OVER], [an_alert(labels={"a": "]"}), OVER], many):
        document = json.loads(said("obsgen.jira.document", a_notification(*alerts), documents))
        assert "doc" == document["type"]
    assert ["and 2 more\n", "and 2 more resolved\n"] == [
        words(each) for each in document["content"] if words(each).startswith("and")
    ]


@pytest.mark.parametrize(
    ("annotations", "link", "name"),
    [({}, EXTERNAL_URL, "Alertmanager"), ({"runbook_url": "http://r"}, "http://r", "Runbook")],
)
def test_the_first_link_is_the_runbook_if_there_is_one(
    annotations: dict[str, str], link: str, name: str, shipped: Path
):
    data = a_notification(an_alert(annotations=annotations))

    assert (link, name) == (
        said("obsgen.link", data, shipped),
        said("obsgen.link.text", data, shipped),
    )


def test_plain_text_has_a_link_a_line(shipped: Path):
    text = said("obsgen.plain.text", BOTH, shipped)

    assert "Error rate is 7.3% & rising [critical]\nIt *burns*\n" in text
    assert "\nDashboard: https://grafana.example/d/x\nQuery: http://prometheus:9090/" in text
    assert text.endswith(f"\nSilence: {SILENCE}\nAlertmanager: {EXTERNAL_URL}/#/alerts")


@pytest.mark.parametrize("name", ["obsgen.html.text", "obsgen.email.html"])
def test_html_escapes_what_alerts_say(name: str, shipped: Path):
    bad = an_alert(
        labels={"severity": "critical", "pod": '"><img src=x>'},
        annotations={"summary": "<script>alert(1)</script>", "runbook_url": "javascript:alert(1)"},
    )
    text = said(name, a_notification(bad, OVER), shipped)

    assert not re.search("<script|<img|javascript:", text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    (silence,) = re.findall('href="([^"]*)">Silence<', text)
    assert SILENCE == html.unescape(silence)


@pytest.mark.parametrize(
    ("severities", "color", "word"),
    [
        (("critical",), "#c62828", "critical"),
        (("high",), "#ef6c00", "error"),
        (("medium",), "#f9a825", "warning"),
        (("warning",), "#f9a825", "warning"),
        (("low",), "#1565c0", "info"),
        (("low", "high", "medium"), "#ef6c00", "error"),
        (("critical", "low"), "#c62828", "critical"),
        (("nobody-knows",), "#757575", "error"),
        ((), "#2e7d32", "critical"),
    ],
)
def test_the_colour_is_that_of_the_most_urgent_alert_that_fires(
    severities: tuple[str, ...], color: str, word: str, shipped: Path
):
    resolved = an_alert("resolved", labels={"severity": "critical"})
    data = a_notification(*(an_alert(labels={"severity": s}) for s in severities), resolved)

    assert color == said("obsgen.color", data, shipped)
    assert word == said("obsgen.pagerduty.severity", data, shipped)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("opsgenie.priority", ["P1", "P2", "P3", "P4", "P2", "P1", "P3"]),
        (
            "victorops.message_type",
            ["CRITICAL", "CRITICAL", "WARNING", "INFO", "CRITICAL", "CRITICAL", "WARNING"],
        ),
        ("jira.priority", ["High", "High", "Medium", "Low", "High", "High", "Medium"]),
        # Its end wakes nobody.
        ("pushover.priority", ["2", "1", "0", "-1", "1", "2", "0"]),
    ],
)
def test_each_system_has_its_own_word_for_the_most_urgent_severity(
    name: str, expected: list[str], shipped: Path
):
    firing = (["critical"], ["high"], ["medium"], ["low"], ["unknown"], ["low", "critical"])
    data = [a_notification(*(an_alert(labels={"severity": s}) for s in each)) for each in firing]
    resolved = a_notification(an_alert("resolved", labels={"severity": "medium"}))

    assert expected == [said(f"obsgen.{name}", each, shipped) for each in (*data, resolved)]


def test_pagerduty_has_its_own_word_for_each_severity():
    assert {"sev1": "critical", "sev2": "error", "sev3": "warning", "sev4": "info"} == dict(
        messages.urgency_words(SCHEMES["two that page"])
    )


@pytest.mark.parametrize("markup", ["plain", "slack", "markdown", "html", "jira"])
def test_of_many_alerts_ten_are_told_and_the_others_counted(markup: str, shipped: Path):
    fires = [an_alert(labels={"pod": f"p{i}"}) for i in range(13)]
    over = [an_alert("resolved", labels={"pod": f"r{i}"}) for i in range(11)]
    text = said(f"obsgen.{markup}.text", a_notification(*fires, *over), shipped)

    assert [f"p{i}" for i in range(10)] == re.findall(r"\bp\d+\b", text)
    assert [f"r{i}" for i in range(10)] == re.findall(r"\br\d+\b", text)
    assert ["and 3 more", "and 1 more"] == re.findall(r"and \d+ more", text)


@pytest.mark.parametrize(
    "value", ['a "b" c', "a+b c", r"back\slash", "100%", "a&b=c#d", "ü", "a,b}", "(x)"]
)
def test_a_silence_names_exactly_the_labels_of_the_group(value: str, shipped: Path):
    data = a_notification(an_alert(), groups={"alertname": "Down", "mount": value})
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    expected = f'{{alertname="Down",mount="{escaped}"}}'
    texts = (said("obsgen.silence_url", data, shipped), said("obsgen.html.text", data, shipped))
    links = (texts[0], html.unescape(re.findall('href="([^"]*)">Silence<', texts[1])[0]))

    for link in links:
        fragment = urlsplit(link).fragment
        assert expected == unquote(fragment.removeprefix("/silences/new?filter="))
        assert re.fullmatch(r"[A-Za-z0-9%._~/?=-]+", fragment)


# --- a whole way -------------------------------------------------------------------------------

ROUTING = """
shared: {{slack: {{api_url_file: {file}}}}}
receivers: {{chat: {{slack: {{channel: "#alerts"}}}}}}
default_receiver: chat
timing: {{group_by: [alertname, service], group_wait: 1s, group_interval: 1s, repeat_interval: 4h}}
"""


def posted(name: str, severity: str, **more: object) -> dict[str, object]:
    labels = {"alertname": name, "service": "gateway", "severity": severity}
    labels.update(more.pop("labels", {}))  # type: ignore[call-overload]
    return {"labels": labels, "generatorURL": "http://prometheus:9090/graph?g0.expr=up", **more}


@pytest.fixture
def config(tmp_path: Path) -> Iterator[tuple[Path, object]]:
    with running_sink() as sink:
        secret = tmp_path / "slack"
        secret.write_text(sink.url)
        routing = a_config(ROUTING.format(file=secret))
        file = placed(routing, tmp_path)
        amtool_check_config(file)
        yield file, sink


def test_slack_gets_an_alert_and_its_end(config):
    file, sink = config
    alert = posted(
        "HighErrorRate",
        "critical",
        annotations={
            "summary": "Error rate is 7.3% (limit 5%)",
            "budget_left": "43.2%",
            "runbook_url": "https://runbooks.example/a",
            "dashboard_url": "https://grafana.example/d/x",
        },
    )
    with running_alertmanager(file, f"--web.external-url={EXTERNAL_URL}") as server:
        post_alerts(server, alert)
        first = sink.wait_for(1)
        post_alerts(server, {**alert, "endsAt": "2026-01-01T00:00:00Z"})
        last = sink.wait_for(2)

    (firing,), (resolved,) = first["attachments"], last["attachments"]
    assert "#alerts" == first["channel"]
    assert ("#c62828", "#2e7d32") == (firing["color"], resolved["color"])
    assert "[FIRING 1] CRITICAL HighErrorRate (gateway)" == firing["title"]
    assert "[RESOLVED] CRITICAL HighErrorRate (gateway)" == resolved["title"]
    assert firing["fallback"] == f"{firing['title']}: Error rate is 7.3% (limit 5%)"
    assert (
        "*Error rate is 7.3% (limit 5%)* `critical`\n"
        "Error budget left: 43.2%\n"
        "<https://runbooks.example/a|Runbook>  <https://grafana.example/d/x|Dashboard>  "
        "<http://prometheus:9090/graph?g0.expr=up|Query>  \n\n"
        f"<{SILENCE}|Silence>  <{EXTERNAL_URL}/#/alerts|Alertmanager>"
    ) == firing["text"]
    assert (
        f"*Resolved: Error rate is 7.3% (limit 5%)*\n<{EXTERNAL_URL}/#/alerts|Alertmanager>"
    ) == resolved["text"]


def test_slack_gets_alerts_of_a_group_in_one_message(config):
    file, sink = config
    alerts = [
        posted("DiskFull", "low" if i else "high", labels={"instance": f"db-{i:02}"})
        for i in range(12)
    ]
    with running_alertmanager(file, f"--web.external-url={EXTERNAL_URL}") as server:
        post_alerts(server, *alerts)
        (attachment,) = sink.wait_for(1)["attachments"]

    assert ("#ef6c00", "[FIRING 12] DiskFull (gateway)") == (
        attachment["color"],
        attachment["title"],
    )
    told = re.findall(r"instance=(db-\d+)", attachment["text"])
    assert 10 == len(set(told)) == len(told)
    assert "and 2 more\n" in attachment["text"]


def test_the_file_is_written_where_a_receiver_names_one_of_its_templates():
    slack = ROUTING.format(file="/s")
    hook = "receivers: {chat: {webhook: {url: 'http://a'}}}\ndefault_receiver: chat\n"

    assert ["alertmanager/alertmanager.yml", "alertmanager/templates/obsgen.tmpl"] == list(
        written(a_config(slack))
    )
    assert ["alertmanager/alertmanager.yml"] == list(written(a_config(hook)))


# --- what alerts tell beside their summary -----------------------------------------------------

SERVICE = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 60d}
---
apiVersion: obsgen/v1
kind: Service
name: shop
metrics:
  http_requests_total: {type: counter, labels: [code, endpoint]}
  errors_total: {type: counter}
"""
ALERT = """
alerts:
  - {name: Errors, threshold: {rate: errors_total, above: 5/s}, severity: critical, for: 5m%s}
"""
SLO = """
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: http_requests_total, bad: {code: "5.."}}}
"""


def built(*parts: str) -> Built:
    found = build({"specs/shop.yaml": "".join((SERVICE, *parts))})
    assert not [d for d in found.diagnostics if d.severity is Severity.ERROR]
    return found


def annotations(found: Built, alert: str) -> dict[str, str]:
    rules = (r for f in found.compiled[0].rule_files for g in f.groups for r in g.rules)
    return next(dict(r.annotations) for r in rules if getattr(r, "alert", "") == alert)


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        ("", None),
        (', summary: "{value} errors, limit {limit}"', None),
        (', summary: "{value} errors, more than 5/s"', None),
        (', summary: "too many", description: "{value} where {limit} is allowed"', None),
        (', summary: "too many errors"', "{{ $value | humanize }}/s (limit 5/s)"),
        (', summary: "{value} errors"', "{{ $value | humanize }}/s (limit 5/s)"),
        (', summary: "many", annotations: {value: mine}', "mine"),
    ],
)
def test_an_alert_tells_value_and_limit_once(texts: str, value: str | None):
    assert value == annotations(built(ALERT % texts), "Errors").get("value")


@pytest.mark.parametrize("by", ["", "    by: [endpoint]\n"])
def test_prometheus_fills_in_the_budget_that_is_left(by: str, tmp_path: Path):
    told = annotations(built(SLO, by), "ErrorBudgetBurn")
    labels = {"endpoint": '/a "b" 100%'} if by else {}
    shown = ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
    series = f'slo:error_budget_remaining:ratio{{service="shop",slo="availability",{shown}}}'
    rule = {"alert": "Burns", "expr": f"{series} < 1", "annotations": {"left": told["budget_left"]}}
    (tmp_path / "rules.yml").write_text(
        yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}, width=9999)
    )
    expected = {
        "exp_labels": {"service": "shop", "slo": "availability", **labels},
        "exp_annotations": {"left": "43.2%"},
    }
    test = {
        "interval": "1m",
        "input_series": [{"series": series, "values": "0.432x5"}],
        "alert_rule_test": [{"eval_time": "2m", "alertname": "Burns", "exp_alerts": [expected]}],
    }
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}, width=9999))

    promtool_test(file)


# --- labels and annotations that no alert has --------------------------------------------------


def unheard(text: str, *, group_by: str = "[alertname, service]") -> list[tuple[str, str]]:
    """The findings about a Slack text of a build with one alert: code and message."""
    routing = f"""---
apiVersion: obsgen/v1
kind: Routing
shared: {{slack: {{api_url_file: /s}}}}
receivers: {{chat: {{slack: {{channel: "#a", text: '{text}'}}}}}}
default_receiver: chat
timing: {{group_by: {group_by}}}
"""
    found = built(ALERT % "", routing).diagnostics
    return [(d.code.id, d.message) for d in found if d.code.id in {"ALR647", "ALR648", "ALR649"}]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ .CommonLabels.severity }} {{ .CommonAnnotations.summary }}", []),
        ("{{ .CommonLabels.alertname }} {{ .GroupLabels.service }}", []),
        ("{{ .CommonLabels.pod }}", [("ALR647", "no alert has the label `pod`")]),
        (
            "{{ range .Alerts }}{{ .Annotations.runbook_url }}{{ end }}",
            [("ALR648", "no alert has the annotation `runbook_url`")],
        ),
        # Who asks first knows that it may be missing.
        ("{{ with .CommonAnnotations.runbook_url }}{{ . }}{{ end }}", []),
        ("{{ if .CommonLabels.pod }}{{ .CommonLabels.pod }}{{ end }}", []),
        (
            "{{ with .CommonLabels.servce }}{{ . }}{{ end }}",
            [("ALR647", "no alert has the label `servce`")],
        ),
        ("{{ .GroupLabels.team }}", [("ALR649", "no route to the receiver groups by `team`")]),
    ],
)
def test_labels_that_no_alert_has_are_found(text: str, found: list[tuple[str, str]]):
    assert found == unheard(text)


def test_a_group_of_every_label_has_every_label():
    assert [] == unheard("{{ .GroupLabels.team }}", group_by='["..."]')
