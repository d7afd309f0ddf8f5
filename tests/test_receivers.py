"""What receivers become, what they refuse, and which texts count as secrets."""

from __future__ import annotations

import pytest
from routing_specs import a_project, read

from obsgen.receivers import KINDS
from obsgen.schema.kinds import load
from obsgen.secrets import looks_secret, names_secret

SLACK = "shared: {slack: {api_url_file: /etc/alertmanager/secrets/slack}}\n"
SMTP = "shared: {email: {smarthost: smtp.example.com:587, from: alerts@example.com}}\n"


def one(receiver: str, shared: str = "") -> str:
    return f"{shared}receivers: {{chat: {receiver}}}\ndefault_receiver: chat\n"


def integrations(receiver: str, shared: str = "") -> dict[str, dict[str, object]]:
    (config,) = read(one(receiver, shared)).ok.receivers
    return {key: dict(fields) for key, fields in config.integrations}


# --- the schema --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_description_and_every_text_an_example(kind):
    for schema in (load("receivers", kind).schema, load("receivers", kind).shared):
        for name, field in schema.get("properties", {}).items():
            assert field["description"], name
            if field.get("type") == ["string", "number", "boolean"]:
                assert field.get("examples") or field["deprecated"], name


# --- defaults ----------------------------------------------------------------------------------


def test_slack_sends_what_is_resolved_unless_told():
    found = integrations('{slack: {channel: "#a"}}', SLACK)["slack_configs"]

    assert found["send_resolved"] is True
    assert '{{ template "obsgen.slack.text" . }}' == found["text"]


def test_the_authors_own_message_replaces_the_default():
    found = integrations('{slack: {channel: "#a", title: t, text: x}}', SLACK)["slack_configs"]

    assert ("t", "x") == (found["title"], found["text"])


def test_an_email_keeps_the_subject_of_its_author():
    found = integrations("{email: {to: a@b.c, headers: {subject: mine}}}", SMTP)["email_configs"]

    assert {"subject": "mine"} == found["headers"]


def test_an_email_written_by_hand_has_no_other_half():
    found = integrations("{email: {to: a@b.c, text: mine}}", SMTP)["email_configs"]

    assert ("mine", False) == (found["text"], "html" in found)


# --- shared ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        ("{slack: {api_url_file: /s}}", {"slack_api_url_file": "/s"}),
        ("{pagerduty: {url: 'http://e'}}", {"pagerduty_url": "http://e"}),
        (
            "{smtp: {smarthost: 's:25', from: a@b.c, require_tls: false, auth_password_file: /p}}",
            {
                "smtp_smarthost": "s:25",
                "smtp_from": "a@b.c",
                "smtp_require_tls": False,
                "smtp_auth_password_file": "/p",
            },
        ),
    ],
)
def test_shared_becomes_global(shared, expected):
    text = f"shared: {shared}\n" + one("{webhook: {url: 'http://a'}}")

    assert expected == dict(read(text).ok.global_)


def test_email_and_smtp_are_one_server():
    text = "shared: {email: {from: a@b.c}, smtp: {smarthost: 's:25'}}\n"
    found = read(text + one("{webhook: {url: 'http://a'}}"))

    assert (("ALR562",), ("`shared.smtp` says what `shared.email` says",)) == (
        found.codes,
        found.messages,
    )


# --- what is wrong -----------------------------------------------------------------------------

WRONG = {
    "slack without an address": (
        one('{slack: {channel: "#a"}}'),
        "ALR552",
        "receiver `chat`: slack has no `api_url_file`",
    ),
    "pagerduty without a key": (
        one("{pagerduty: {}}"),
        "ALR552",
        "receiver `chat`: pagerduty has no `routing_key_file`",
    ),
    "pagerduty with two keys": (
        one("{pagerduty: {routing_key_file: /a, service_key_file: /b}}"),
        "ALR551",
        "receiver `chat`: pagerduty has the keys of two Events APIs",
    ),
    "email without a server": (
        one("{email: {to: a@b.c, from: d@e.f}}"),
        "ALR552",
        "receiver `chat`: email has no `smarthost`",
    ),
    "smarthost without a port": (
        one("{email: {to: a@b.c}}", "shared: {smtp: {smarthost: mail, from: a@b.c}}\n"),
        "ALR551",
        "shared smtp: smarthost `mail` has no port",
    ),
    "webhook without an address": (
        one("{webhook: {}}"),
        "ALR552",
        "receiver `chat`: webhook has no `url` or `url_file`",
    ),
    "webhook to something else": (
        one("{webhook: {url: tickets}}"),
        "ALR551",
        "receiver `chat`: `webhook.url` takes a web address, found `tickets`",
    ),
    "part of an alert": (
        one("{webhook: {url: 'http://a', max_alerts: 1.5}}"),
        "ALR551",
        "receiver `chat`: `webhook.max_alerts` takes a whole number, found `1.5`",
    ),
    "unclosed template": (
        one("{slack: {title: '{{ .Status'}}", SLACK),
        "ALR554",
        "receiver `chat`: `slack.title`: `{{` is not closed",
    ),
    "field of a newer Alertmanager": (
        one("{webhook: {url_file: /a}}"),
        "ALR553",
        "receiver `chat`: `webhook.url_file` needs Alertmanager 0.26, the target is 0.25",
    ),
    "nested field of a newer Alertmanager": (
        one("{webhook: {url: 'http://a', http_config: {proxy_from_environment: true}}}"),
        "ALR553",
        "receiver `chat`: `webhook.http_config.proxy_from_environment` needs Alertmanager 0.26, "
        "the target is 0.25",
    ),
    "two integrations of a kind": (
        one("{webhook: [{url: 'http://a'}, {url: 'http://b'}]}"),
        "ALR570",
        "receiver `chat` has a list of `webhook` integrations",
    ),
    "slack address": (
        one("{slack: {api_url: 'https://hooks.slack.com/services/T0/B0/x'}}"),
        "SEC801",
        "receiver `chat`: `slack.api_url` is written out",
    ),
    "slack address in the file's place": (
        one("{slack: {api_url_file: 'https://hooks.slack.com/services/T0/B0/x'}}"),
        "SEC801",
        "receiver `chat`: `slack.api_url_file` holds the address of a chat webhook",
    ),
    "pagerduty key": (
        one("{pagerduty: {routing_key: abc}}"),
        "SEC801",
        "receiver `chat`: `pagerduty.routing_key` is written out",
    ),
    "smtp password in shared": (
        one("{email: {to: a@b.c}}", SMTP.replace("from:", "auth_password: hunter2, from:")),
        "SEC801",
        "shared email: `auth_password` is written out",
    ),
    "token in a header": (
        one("{email: {to: a@b.c, headers: {X-Auth-Token: abc}}}", SMTP),
        "SEC801",
        "receiver `chat`: `email.headers.X-Auth-Token` is a secret by its name",
    ),
    "password under a key that nobody knows": (
        one("{webhook: {url: 'http://a', password: hunter2}}"),
        "SEC801",
        "receiver `chat`: `webhook.password` is a secret by its name",
    ),
    "secret in an integration that nobody knows": (
        one("{webhook: {url: 'http://a'}, hipchat: {auth_token: abc}}"),
        "SEC801",
        "receiver `chat`: `hipchat.auth_token` is a secret by its name",
    ),
    "webhook address with a user": (
        one("{webhook: {url: 'http://me:pw@host/'}}"),
        "SEC801",
        "receiver `chat`: `webhook.url` holds a URL with a user and a password",
    ),
    "webhook of a chat": (
        one("{webhook: {url: 'https://discord.com/api/webhooks/1/x'}}"),
        "SEC801",
        "receiver `chat`: `webhook.url` holds the address of a chat webhook",
    ),
}


@pytest.mark.parametrize(("text", "code", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_a_receiver_is_told(text, code, message):
    found = read(text)

    assert ((code,), (message,)) == (found.codes, found.messages)


def test_a_secret_is_never_repeated_in_its_finding():
    found = read(one("{webhook: {url: 'https://discord.com/api/webhooks/1/hunter2'}}"))

    assert "hunter2" not in "".join((*found.messages, *(d.hint for d in found.found)))


def test_the_hint_of_a_secret_is_its_file():
    (found,) = read(one("{slack: {api_url: abc}}")).found

    assert "write `api_url_file`" == found.hint


def test_a_field_of_a_newer_alertmanager_is_fine_where_that_is_the_target():
    project = a_project(version=(0, 28))
    found = read(one("{webhook: {url_file: /a, timeout: 10s}}"), project).ok

    assert {"url_file": "/a", "timeout": "10s"} == dict(found.receivers[0].integrations[0][1])


def test_a_template_under_a_secret_name_is_no_secret():
    text = one("{email: {to: a@b.c, headers: {X-Token: '{{ .CommonLabels.token }}'}}}", SMTP)

    assert () == read(text).found


def test_a_receiver_may_be_empty_to_drop_alerts():
    assert () == read(one("{}")).ok.receivers[0].integrations


# --- what looks like a secret ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.slack.com/services/T000/B000/XXXX",
        "https://discord.com/api/webhooks/123/abc",
        "https://discordapp.com/api/webhooks/123/abc",
        "https://outlook.office.com/webhook/abc",
        "https://example.webhook.office.com/webhookb2/abc",
        "xoxb-123456789012-abcdef",
        "0123456789abcdef0123456789abcdef",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "glpat-0123456789abcdefghij",
        "R02ABCDEFGH1JKLMN0PQRSTUVWXYZ012",
        "https://user:password@example.com/",
        "https://example.com/hook?token=abcdef",
        "https://example.com/ping/1b2c3d4e-aaaa-bbbb-cccc-123456789abc",
        "https://example.com/hook/a1B2c3D4e5F6g7H8i9J0k1",
        "Bearer abcdefghijkl",
        "-----BEGIN RSA PRIVATE KEY-----",
        "<secret>",
    ],
)
def test_this_looks_like_a_secret(text):
    assert looks_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#alerts",
        "C0123ABCD",
        "oncall@example.com",
        "/etc/alertmanager/secrets/slack",
        "http://deadman:8080/ping",
        "https://runbooks.example.com/Checkout-2024-HighErrorRate-Long-Name#steps",
        "https://git.example.com/team/specs/blob/main/runbooks/HighErrorRate.md",
        "https://grafana.example.com/d/1b2c3d4e-aaaa-bbbb-cccc-123456789abc/overview",
        "{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}",
        "{{ .CommonAnnotations.runbook_url }}",
        "built from 8f14e45f",
        "TheNameOfAnAlertThatIsVeryLongButHasNoDigits",
        "https://tickets.example.com/alerts?project=OPS&key=OPS",
    ],
)
def test_this_does_not_look_like_a_secret(text):
    assert "" == looks_secret(text)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("api_url", True),
        ("routing_key", True),
        ("X-Auth-Token", True),
        ("smtp_auth_password", True),
        ("api_url_file", False),
        ("group_key", False),
        ("title", False),
    ],
)
def test_a_key_may_name_a_secret(key, expected):
    assert expected == names_secret(key)
