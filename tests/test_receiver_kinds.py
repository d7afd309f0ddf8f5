"""Each kind of integration has the fields that its Alertmanager has, and says what they lack."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from oracles import amtool_check_config
from receiver_fields import AUTHORIZATION, KIND_SINCE, KNOWN, NEWER, SHARED, SINCE, fields
from routing_specs import a_config, a_project, placed, read, written

from obsgen import messages
from obsgen.pipeline import Options, build
from obsgen.receivers import KINDS
from obsgen.schema.kinds import load
from obsgen.secrets import is_placeholder

NEWEST = (0, 34)


def a_spec(kind: str, text: str, shared: str = "") -> str:
    body = "".join(f"      {line}\n" for line in text.strip().splitlines())
    head = f"shared: {shared}\n" if shared else ""
    return f"{head}receivers:\n  chat:\n    {kind}:\n{body}default_receiver: chat\n"


def examples(of: Mapping[str, tuple[str, ...]]) -> list[Any]:
    return [
        pytest.param(kind, text, id=f"{kind}-{number}")
        for kind, texts in of.items()
        for number, text in enumerate(texts, 1)
    ]


def loaded(kind: str, text: str, version: tuple[int, int]) -> dict[str, Any]:
    """Return what Alertmanager would read of an integration."""
    config = a_config(a_spec(kind, text), project=a_project(version=version))
    document = yaml.safe_load(written(config)["alertmanager/alertmanager.yml"])
    found: dict[str, Any] = document["receivers"][0][f"{kind}_configs"][0]
    return found


# --- every field -------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "text"), examples(KNOWN))
def test_amtool_accepts_every_field_that_its_version_has(kind, text, tmp_path):
    amtool_check_config(placed(a_config(a_spec(kind, text)), tmp_path))


@pytest.mark.parametrize(("kind", "text"), [*examples(KNOWN), *examples(NEWER)])
def test_what_the_author_wrote_is_what_alertmanager_reads(kind, text):
    found = loaded(kind, text, (0, 25) if text in KNOWN.get(kind, ()) else NEWEST)
    given = fields(text)

    assert _as_go(given) == {key: found[key] for key in given}


def _as_go(given: Any) -> Any:
    """Write days as hours: most of Alertmanager's durations know no days."""
    days = {"1d": "24h", "1d12h": "36h", "30d": "720h"}
    if isinstance(given, dict):
        return {key: _as_go(value) for key, value in given.items()}
    return days.get(given, given) if isinstance(given, str) else given


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_have_every_field_of_their_kind(kind):
    written_out = [fields(text) for text in (*KNOWN.get(kind, ()), *NEWER.get(kind, ()))]
    schema = load("receivers", kind).schema

    assert [] == sorted(set(_paths(schema)) - {p for f in written_out for p in _keys(f)})


def _paths(schema: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, inner in schema.get("properties", {}).items():
        if not inner.get("deprecated") and key != "http_config":
            yield f"{before}{key}"
            yield from _paths(inner, f"{before}{key}.")
            yield from _paths(inner.get("items", {}), f"{before}{key}.")


def _keys(value: Any, before: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _keys(item, before)
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield f"{before}{key}"
        yield from _keys(inner, f"{before}{key}.")


# --- since when --------------------------------------------------------------------------------


def an_example_with(path: str) -> tuple[str, str]:
    """Return a kind and an example of it that has the field."""
    first, _, rest = path.partition(".")
    wanted = path if first == "http_config" else rest
    kinds = KINDS if first == "http_config" else (first,)
    for kind in kinds:
        for text in (*NEWER.get(kind, ()), *KNOWN.get(kind, ())):
            if wanted in _keys(fields(text)):
                return kind, text
    raise AssertionError(f"no example has {path}")


@pytest.mark.parametrize("path", SINCE)
def test_a_field_needs_the_first_alertmanager_that_has_it(path):
    kind, text = an_example_with(path)
    field = path.partition(".")[2]
    subject = path if path.startswith(f"{kind}.") else f"{kind}.{path}"
    if path in {"jira.summary", "jira.description"}:
        # As a mapping; as a text they are as old as the integration.
        text = 'project: a\nissue_type: b\napi_url: "http://c/2/"\n' + f"{field}: {{template: d}}"
    major, minor = SINCE[path]
    before = read(a_spec(kind, text), a_project(version=(major, minor - 1)))
    since = read(a_spec(kind, text), a_project(version=(major, minor)))
    message = (
        f"receiver `chat`: `{subject}` needs Alertmanager {major}.{minor}, "
        f"the target is {major}.{minor - 1}"
    )

    assert message in before.messages
    assert f"`{subject}` needs" not in "".join(since.messages)


@pytest.mark.parametrize("kind", KINDS)
def test_only_these_fields_are_younger_than_their_kind(kind):
    since = KIND_SINCE.get(kind, (0, 1))
    gated = {
        f"{kind}.{path}"
        for path, text in _descriptions(load("receivers", kind).schema)
        if (match := re.search(r"\(Alertmanager (\d+)\.(\d+)\)", text))
        and (int(match[1]), int(match[2])) > since
    }
    # A kind that came with its files names the version, too.
    listed = {p for p, version in SINCE.items() if p.startswith(f"{kind}.") and version > since}

    assert listed == {p for p in gated if ".http_config." not in p}


def _descriptions(schema: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in schema.get("properties", {}).items():
        yield f"{before}{key}", inner["description"]
        yield from _descriptions(inner, f"{before}{key}.")


@pytest.mark.parametrize("kind", KIND_SINCE)
def test_a_kind_needs_the_first_alertmanager_that_has_it(kind):
    text = {**KNOWN, **NEWER}[kind][0]
    major, minor = KIND_SINCE[kind]
    what = f"receiver `chat`: {kind} needs Alertmanager {major}.{minor}"

    assert what not in "".join(read(a_spec(kind, text), a_project(version=(major, minor))).messages)
    assert f"{what}, the target is {major}.{minor - 1}" in (
        read(a_spec(kind, text), a_project(version=(major, minor - 1))).messages
    )


# --- shared ------------------------------------------------------------------------------------


def shared_value(field: str) -> str:
    if field == "tls_config":
        return "{ca_file: /a}"
    if field in {"require_tls", "force_implicit_tls"}:
        return "true"
    if field == "smarthost":
        return "a:25"
    texts = {"from": "alerts@example.com"} | dict.fromkeys(
        ("api_url", "url", "app_url"), "http://a/"
    )
    return texts.get(field, "/a")


@pytest.mark.parametrize("path", SHARED)
def test_shared_says_what_the_global_section_of_that_version_has(path):
    kind, field = path.split(".")
    text = f"shared: {{{kind}: {{{field}: {shared_value(field)}}}}}\n" + a_spec(
        "webhook", "url: http://a"
    )
    major, minor = SHARED[path]
    key = f"{'smtp' if kind == 'email' else kind}_{field}"

    assert [key] == list(read(text, a_project(version=NEWEST)).ok.global_)
    if minor:
        assert (
            f"shared {kind}: `{field}` needs Alertmanager {major}.{minor}, "
            f"the target is {major}.{minor - 1}",
        ) == read(text, a_project(version=(major, minor - 1))).messages


@pytest.mark.parametrize("kind", KINDS)
def test_shared_says_nothing_else(kind):
    listed = [path.split(".")[1] for path in SHARED if path.startswith(f"{kind}.")]
    properties = load("receivers", kind).shared.get("properties", {})

    assert sorted(listed) == sorted(k for k, v in properties.items() if not v.get("deprecated"))


SHARING = {
    "slack": ("{api_url_file: /a}", 'channel: "#a"'),
    "email": ("{smarthost: 'a:25', from: a@b.c}", "to: a@b.c"),
    "opsgenie": ("{api_key_file: /a}", "tags: a"),
    "telegram": ("{bot_token_file: /a}", "chat_id: 1"),
    "victorops": ("{api_key_file: /a}", "routing_key: a"),
    "wechat": ("{api_secret_file: /a, api_corp_id: b}", "agent_id: 1\nto_tag: c"),
    "jira": ("{api_url: 'http://a'}", "project: a\nissue_type: b"),
    "rocketchat": ("{token_file: /a, token_id_file: /b}", 'channel: "#a"'),
    "mattermost": ("{webhook_url_file: /a}", "channel: a"),
}


@pytest.mark.parametrize("kind", SHARING)
def test_what_shared_says_need_not_be_said_again(kind):
    shared, text = SHARING[kind]
    spec = a_spec(kind, text, f"{{{kind}: {shared}}}")

    assert () == read(spec, a_project(version=NEWEST)).found
    assert "ALR552" in read(a_spec(kind, text), a_project(version=NEWEST)).codes


# --- secrets -----------------------------------------------------------------------------------


# Field: the first Alertmanager that reads it from a file, a placeholder, and what else there is.
PLACEHOLDERS = {
    "opsgenie.api_key": ((0, 24), "${KEY}", ""),
    "pagerduty.routing_key": ((0, 25), "${KEY}", ""),
    "pagerduty.service_key": ((0, 25), "${KEY}", ""),
    "victorops.api_key": ((0, 25), "${KEY}", "routing_key: a"),
    "email.auth_password": ((0, 25), "${PASSWORD}", "to: a@b.c\nfrom: a@b.c\nsmarthost: a:25"),
    "email.auth_secret": ((0, 31), "${SECRET}", "to: a@b.c\nfrom: a@b.c\nsmarthost: a:25"),
    "telegram.bot_token": ((0, 26), "${TOKEN}", "chat_id: 1"),
    "pushover.token": ((0, 26), "${TOKEN}", 'user_key: "${USER}"'),
    "pushover.user_key": ((0, 26), "${USER}", 'token: "${TOKEN}"'),
    "discord.webhook_url": ((0, 27), "https://discord.com/api/webhooks/${HOOK}", ""),
    "msteams.webhook_url": ((0, 27), "https://a.webhook.office.com/${HOOK}", ""),
    "wechat.api_secret": ((0, 31), "${SECRET}", "corp_id: a\nagent_id: 1\nto_tag: b"),
}


def with_secret(path: str, value: str) -> str:
    kind, field = path.split(".")
    return a_spec(kind, f'{PLACEHOLDERS[path][2]}\n{field}: "{value}"')


@pytest.mark.parametrize("path", PLACEHOLDERS)
def test_a_placeholder_stands_where_no_file_can(path):
    (major, minor), value, _ = PLACEHOLDERS[path]
    found = read(with_secret(path, value), a_project(version=(major, minor - 1)))

    assert value == dict(found.ok.receivers[0].integrations[0][1])[path.split(".")[1]]


@pytest.mark.parametrize("path", PLACEHOLDERS)
def test_the_secret_itself_is_refused_with_both_ways_out(path):
    (major, minor), value, _ = PLACEHOLDERS[path]
    written_out = value.replace("${", "hunter2").replace("}", "")
    field = path.split(".")[1]
    (found,) = read(with_secret(path, written_out), a_project(version=(major, minor - 1))).found

    assert ("SEC801", f"receiver `chat`: `{path}` is written out") == (
        found.code.id,
        found.message,
    )
    first = f"Alertmanager {major}.{minor} is the first with `{field}_file`; write `{field}: "
    assert found.hint.startswith(first)
    assert found.hint.endswith('}"`, which a deploy step fills in')
    assert "hunter2" not in found.hint


@pytest.mark.parametrize("path", PLACEHOLDERS)
def test_a_placeholder_gives_way_to_the_file_where_there_is_one(path):
    since, value, _ = PLACEHOLDERS[path]
    found = read(with_secret(path, value), a_project(version=since)).found
    mine = [d for d in found if f"`{path}`" in d.message]

    assert [f"receiver `chat`: `{path}` is left to a deploy step, and needs none"] == [
        d.message for d in mine
    ]
    assert mine[0].hint.startswith(f"write `{path.split('.')[1]}_file: /etc/alertmanager/secrets/")


def test_a_file_that_the_target_does_not_read_is_told_with_the_placeholder():
    (found,) = read(a_spec("telegram", "chat_id: 1\nbot_token_file: /a")).found

    assert (
        "ALR553",
        "receiver `chat`: `telegram.bot_token_file` needs Alertmanager 0.26, the target is 0.25",
        "raise `alertmanager: {version: …}` in the Project, or write "
        '`bot_token: "${TELEGRAM_BOT_TOKEN}"`, which a deploy step fills in',
    ) == (found.code.id, found.message, found.hint)


def test_no_alertmanager_reads_the_keys_of_aws_from_a_file():
    topic = "topic_arn: arn:aws:sns:eu-central-1:123456789012:a"
    text = topic + "\nsigv4: {access_key: '${KEY}', secret_key: hunter2}"
    (found,) = read(a_spec("sns", text), a_project(version=NEWEST)).found

    assert (
        "receiver `chat`: `sns.sigv4.secret_key` is written out",
        "leave both keys out and let Alertmanager find AWS's own credentials; write "
        '`secret_key: "${AWS_SECRET_ACCESS_KEY}"`, which a deploy step fills in',
    ) == (found.message, found.hint)


def test_a_webhook_needs_its_host_before_it_is_deployed():
    (found,) = read(a_spec("discord", 'webhook_url: "${HOOK}"')).found

    assert "receiver `chat`: `discord.webhook_url` is no web address until it is filled in" == (
        found.message
    )
    assert "https://discord.com/api/webhooks/${DISCORD_WEBHOOK}" in found.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${NAME}", True),
        ("https://chat.example.com/hooks/${NAME}", True),
        ("https://chat.example.com:8443/hooks?key=${NAME}", True),
        ("", False),
        ("$NAME", False),
        ("${}", False),
        ("${NAME} ${OTHER}", False),
        ("https://${NAME}", False),
        ("https://user:password@chat.example.com/${NAME}", False),
        ("https://chat.example.com/?token=abcdef&x=${NAME}", False),
        ("https://chat.example.com/0123456789abcdef0123456789abcdef/${NAME}", False),
    ],
)
def test_this_is_a_placeholder_or_is_none(text, expected):
    assert expected == is_placeholder(text)


# --- what fields say about each other ----------------------------------------------------------

HTTP = "url: http://a\nhttp_config: "
MAIL = "to: a@b.c\nfrom: a@b.c\nsmarthost: a:25\n"
JIRA = "project: a\nissue_type: b\n"
WECHAT = "api_secret_file: /a\n"
BOT = "channel: a\napi_url: https://slack.com/api/chat.postMessage\n"
SIGV4 = "topic_arn: arn:aws:sns:eu-central-1:123456789012:a\nsigv4: "

RULES = {
    "webhook url and file": ("webhook", "url: http://a\nurl_file: /b", "`url_file` excludes `url`"),
    "two ways to sign in": (
        "webhook",
        HTTP + "{basic_auth: {username: a}, oauth2: {client_id: a, token_url: b}}",
        "`http_config.oauth2` excludes `basic_auth`",
    ),
    "user and file": (
        "webhook",
        HTTP + "{basic_auth: {username: a, username_file: /b, password_file: /c}}",
        "`http_config.basic_auth.username_file` excludes `username`",
    ),
    "basic as a scheme": (
        "webhook",
        HTTP + "{authorization: {type: Basic, credentials_file: /a}}",
        "`http_config.authorization.type` is `basic`, which Alertmanager takes as `basic_auth`",
    ),
    "two proxies": (
        "webhook",
        HTTP + "{proxy_from_environment: true, proxy_url: 'http://a'}",
        "`http_config.proxy_url` excludes `proxy_from_environment`",
    ),
    "no proxy to except": (
        "webhook",
        HTTP + "{no_proxy: a}",
        "`http_config.no_proxy` needs `proxy_url`",
    ),
    "no proxy to greet": (
        "webhook",
        HTTP + "{oauth2: {client_id: a, token_url: b, proxy_connect_header: {A: [b]}}}",
        "`http_config.oauth2.proxy_connect_header` needs `proxy_url`",
    ),
    "certificate without a key": (
        "webhook",
        HTTP + "{tls_config: {cert_file: /a}}",
        "`http_config.tls_config.cert_file` needs `key_file`",
    ),
    "key without a certificate": (
        "webhook",
        HTTP + "{tls_config: {key_file: /a}}",
        "`http_config.tls_config.key_file` needs `cert_file`",
    ),
    "TLS upside down": (
        "webhook",
        HTTP + "{tls_config: {min_version: TLS13, max_version: TLS12}}",
        "`http_config.tls_config.min_version` is above `TLS12`",
    ),
    "no TLS": (
        "webhook",
        HTTP + "{tls_config: {min_version: SSL3}}",
        "`http_config.tls_config.min_version` does not know `SSL3`",
    ),
    "header of its own": (
        "webhook",
        HTTP + "{http_headers: {Content-Type: {values: [a]}}}",
        "`http_config.http_headers.Content-Type` cannot be set: Alertmanager does so itself",
    ),
    "escape that is none": (
        "webhook",
        'url: "http://a/%zz"',
        "`url` takes a web address, found `http://a/%zz`",
    ),
    "slack webhook and app": (
        "slack",
        "channel: a\napi_url_file: /a\napp_token_file: /b",
        "`app_token_file` excludes `api_url_file`",
    ),
    "slack app and authorization": (
        "slack",
        "channel: a\napp_token_file: /b\nhttp_config: {authorization: {credentials_file: /c}}",
        "`http_config.authorization` excludes `app_token_file`",
    ),
    "slack update through a webhook": (
        "slack",
        "channel: a\napi_url_file: /a\nupdate_message: true",
        "`update_message` needs a bot's token",
    ),
    "slack update by an app": (
        "slack",
        "channel: a\napp_token_file: /a\nupdate_message: true",
        "`update_message` needs a bot's token",
    ),
    "slack bot without a token": ("slack", BOT, "has no `http_config.authorization`"),
    "slack button to nowhere": (
        "slack",
        "api_url_file: /a\nactions: [{type: button, text: a}]",
        "has no `url` or `name`",
    ),
    "pagerduty keys": (
        "pagerduty",
        "routing_key_file: /a\nservice_key_file: /b",
        "pagerduty has the keys of two Events APIs",
    ),
    "email header twice": (
        "email",
        MAIL + "headers: {X-Team: a, x-team: b}",
        "`headers.x-team` is `X-Team` again",
    ),
    "email threads by hand": (
        "email",
        MAIL + "headers: {References: a}\nthreading: {enabled: true, thread_by_date: none}",
        "`headers.References` excludes `threading`",
    ),
    "email threads by the week": (
        "email",
        MAIL + "threading: {enabled: true, thread_by_date: weekly}",
        "`threading.thread_by_date` does not know `weekly`",
    ),
    "opsgenie without a key": ("opsgenie", "tags: a", "has no `api_key_file`"),
    "opsgenie nobody": (
        "opsgenie",
        "api_key_file: /a\nresponders: [{type: team}]",
        "has no `name` or `id`",
    ),
    "opsgenie somebody twice": (
        "opsgenie",
        "api_key_file: /a\nresponders: [{type: team, name: a, id: b}]",
        "`responders.0.id` excludes `name`",
    ),
    "opsgenie of a kind": (
        "opsgenie",
        "api_key_file: /a\nresponders: [{type: tribe, name: a}]",
        "`responders.0.type` does not know `tribe`",
    ),
    "discord without a webhook": ("discord", "title: a", "has no `webhook_url_file`"),
    "msteams without a webhook": ("msteams", "title: a", "has no `webhook_url_file`"),
    "msteamsv2 without a webhook": ("msteamsv2", "title: a", "has no `webhook_url_file`"),
    "mattermost without a webhook": ("mattermost", "title: a", "has no `webhook_url_file`"),
    "telegram without a chat": (
        "telegram",
        "bot_token_file: /a",
        "has no `chat_id` or `chat_id_file`",
    ),
    "telegram chats": (
        "telegram",
        "bot_token_file: /a\nchat_id: 1\nchat_id_file: /b",
        "`chat_id_file` excludes `chat_id`",
    ),
    "telegram to nobody": ("telegram", "bot_token_file: /a\nchat_id: 0", "`chat_id` is `0`"),
    "telegram to a name": (
        "telegram",
        'bot_token_file: /a\nchat_id: "@ops"',
        "`chat_id` takes a whole number, found `@ops`",
    ),
    "telegram without a bot": ("telegram", "chat_id: 1", "has no `bot_token_file`"),
    "telegram markup": (
        "telegram",
        "bot_token_file: /a\nchat_id: 1\nparse_mode: BBCode",
        "`parse_mode` does not know `BBCode`",
    ),
    "telegram markup of the author": (
        "telegram",
        "bot_token_file: /a\nchat_id: 1\nparse_mode: MarkdownV2",
        "has no `message` in MarkdownV2",
    ),
    "webex without a token": ("webex", "room_id: a", "has no `http_config.authorization`"),
    "webex without a room": (
        "webex",
        'room_id: ""\nhttp_config: {authorization: {credentials_file: /a}}',
        "`room_id` is empty",
    ),
    "victorops without a key": ("victorops", "routing_key: a", "has no `api_key_file`"),
    "victorops field of its own": (
        "victorops",
        "routing_key: a\napi_key_file: /b\ncustom_fields: {entity_id: c}",
        "`custom_fields.entity_id` is a field of its own",
    ),
    "pushover without a user": ("pushover", "token_file: /a", "has no `user_key_file`"),
    "pushover without an application": ("pushover", "user_key_file: /a", "has no `token_file`"),
    "pushover markup twice": (
        "pushover",
        "user_key_file: /a\ntoken_file: /b\nhtml: true\nmonospace: true",
        "`monospace` excludes `html`",
    ),
    "sns to nowhere": ("sns", "subject: a", "has no `topic_arn` or `phone_number` or `target_arn`"),
    "sns to two": (
        "sns",
        'topic_arn: arn:aws:sns:eu-central-1:123456789012:a\nphone_number: "+491701234567"',
        "`phone_number` excludes `topic_arn`",
    ),
    "sns to the third": (
        "sns",
        'phone_number: "+491701234567"\ntarget_arn: b',
        "`target_arn` excludes",
    ),
    "sns half a key": (
        "sns",
        SIGV4 + "{access_key: '${A}'}",
        "`sigv4.access_key` needs `secret_key`",
    ),
    "sns the other half": (
        "sns",
        SIGV4 + "{secret_key: '${A}'}",
        "`sigv4.secret_key` needs `access_key`",
    ),
    "sns no role": ("sns", SIGV4 + "{external_id: a}", "`sigv4.external_id` needs `role_arn`"),
    "wechat without a secret": (
        "wechat",
        "corp_id: a\nagent_id: 1\nto_tag: b",
        "has no `api_secret_file`",
    ),
    "wechat without a company": (
        "wechat",
        WECHAT + "agent_id: 1\nto_tag: b",
        "has no `corp_id`",
    ),
    "wechat without an application": (
        "wechat",
        WECHAT + "corp_id: a\nto_tag: b",
        "has no `agent_id`",
    ),
    "wechat to nobody": (
        "wechat",
        WECHAT + "corp_id: a\nagent_id: 1",
        "has no `to_user` or `to_party` or `to_tag`",
    ),
    "wechat in HTML": (
        "wechat",
        WECHAT + "corp_id: a\nagent_id: 1\nto_tag: b\nmessage_type: html",
        "`message_type` does not know `html`",
    ),
    "jira without a server": ("jira", JIRA, "has no `api_url`"),
    "jira of a kind": (
        "jira",
        JIRA + "api_url: http://a/2/\napi_type: server",
        "`api_type` does not know `server`",
    ),
    "rocketchat without a token": ("rocketchat", "token_id_file: /a", "has no `token_file`"),
    "rocketchat without a sender": ("rocketchat", "token_file: /a", "has no `token_id_file`"),
    "incidentio to nowhere": (
        "incidentio",
        "alert_source_token_file: /a",
        "has no `url` or `url_file`",
    ),
    "incidentio without a token": (
        "incidentio",
        "url: http://a",
        "has no `alert_source_token_file`",
    ),
    "incidentio tokens": (
        "incidentio",
        "url: http://a\nalert_source_token_file: /a\n"
        "http_config: {authorization: {credentials_file: /c}}",
        "`alert_source_token_file` excludes `http_config.authorization`",
    ),
}


@pytest.mark.parametrize(("kind", "text", "problem"), RULES.values(), ids=RULES)
def test_a_rule_between_fields_is_told_once(kind, text, problem):
    (found,) = read(a_spec(kind, text), a_project(version=NEWEST)).found
    subject = f"receiver `chat`: `{kind}." if problem.startswith("`") else "receiver `chat`: "

    assert found.message.startswith(subject)
    assert problem.lstrip("`") in found.message
    assert found.code.id in {"ALR551", "ALR552"}
    assert found.hint


def test_two_global_addresses_of_slack_exclude_each_other():
    shared = "{slack: {api_url_file: /a, app_token_file: /b}}"
    found = read(a_spec("slack", "channel: a", shared), a_project(version=NEWEST))

    assert ("shared slack: `app_token_file` excludes `api_url_file`",) == found.messages


def test_jiras_third_api_needs_an_alertmanager_that_writes_its_documents():
    text = JIRA + "api_url: https://example.atlassian.net/rest/api/3/"
    (found,) = read(a_spec("jira", text), a_project(version=(0, 30))).found

    assert ("ALR553", "write `https://example.atlassian.net/rest/api/2/`") == (
        found.code.id,
        found.hint,
    )
    assert () == read(a_spec("jira", text), a_project(version=(0, 31))).found


def test_a_template_in_a_webhooks_address_needs_an_alertmanager_that_fills_it_in():
    text = 'url: "http://a/{{ .GroupLabels.service }}"'
    found = read(a_spec("webhook", text), a_project(version=(0, 30)))

    assert (
        "receiver `chat`: `webhook.url` with a template needs Alertmanager 0.31, "
        "the target is 0.30",
    ) == found.messages


def test_details_of_pagerduty_are_texts_until_they_may_be_more():
    text = "routing_key_file: /a\ndetails: {a: b, c: [d]}"
    found = read(a_spec("pagerduty", text), a_project(version=(0, 29)))

    assert (
        "receiver `chat`: `pagerduty.details.c` holds a list, which needs Alertmanager 0.30, "
        "the target is 0.29",
    ) == found.messages


def test_the_room_of_webex_looks_like_a_token_and_is_none():
    text = f"room_id: Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4{AUTHORIZATION}"

    assert () == read(a_spec("webex", text)).found


def test_a_secret_deep_in_a_payload_is_found():
    text = "url: http://a\npayload: {a: [{api_key: hunter2}]}"
    found = read(a_spec("webhook", text), a_project(version=NEWEST))

    assert ("SEC801",) == found.codes


# --- whatever is written -----------------------------------------------------------------------

ODD: tuple[Any, ...] = (
    *("", "1e999", "99999999999999999999", "{{", "${A}", "http://[", "http://a:99999999", "\u2028"),
    *("%", "\x85", "1y1y", "💸", -1, 2.5, True, None, [], {}, [[]], [{}], [None], [True]),
    *({"a": {"b": ["c"]}}, {"values": [None]}, {"values": {}}, {"": ""}, {"x-a": [{}]}),
)


@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_value_is_told_or_taken_and_never_raises(kind):
    for text in (*KNOWN.get(kind, ()), *NEWER.get(kind, ())):
        example = fields(text)
        for number, path in enumerate(_keys(example)):
            # Every value meets some field, every field some values.
            odd = [_with(example, path.split("."), value) for value in ODD[number % 4 :: 4]]
            made = {f"r{n}": {kind: fields_} for n, fields_ in enumerate(odd)}
            spec = json.dumps({"receivers": made, "default_receiver": "r0"}, ensure_ascii=False)
            found = read(spec, a_project(version=(0, 20) if number % 2 else NEWEST))

            assert found.routing is not None


def _with(value: Any, path: list[str], odd: Any) -> Any:
    """Return the same with another value at the path, in each item of lists."""
    if isinstance(value, list):
        return [_with(item, path, odd) for item in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    inner = odd if len(path) == 1 else _with(value[path[0]], path[1:], odd)
    return {**value, path[0]: inner}


@pytest.mark.parametrize("kind", KINDS)
def test_a_misspelt_field_is_told_with_its_neighbour(kind):
    text = {**KNOWN, **NEWER}[kind][0] + "\nsend_resolvd: true"
    spec = (
        "apiVersion: obsgen/v1\nkind: Project\nname: a\nalertmanager: {version: 0.34}\n---\n"
        f"apiVersion: obsgen/v1\nkind: Routing\n{a_spec(kind, text)}"
    )
    found = build({"specs/a.yaml": spec.encode()}, Options()).diagnostics

    assert ["did you mean `send_resolved`?"] == [d.hint for d in found if d.code.id == "SCH101"]


# --- defaults ----------------------------------------------------------------------------------

SHORT = {
    "opsgenie": ("api_key_file: /a", ("message", "description", "entity", "priority")),
    "discord": ("webhook_url_file: /a", ("title", "message")),
    "msteams": ("webhook_url_file: /a", ("title", "summary", "text")),
    "msteamsv2": ("webhook_url_file: /a", ("title", "text")),
    "telegram": ("bot_token_file: /a\nchat_id: 1", ("message", "parse_mode")),
    "webex": (f"room_id: r{AUTHORIZATION}", ("message",)),
    "victorops": (
        "routing_key: r\napi_key_file: /a",
        ("message_type", "entity_display_name", "state_message"),
    ),
    "pushover": (
        "user_key_file: /a\ntoken_file: /b",
        ("title", "message", "url", "url_title", "priority"),
    ),
    "sns": ("topic_arn: arn:aws:sns:eu-central-1:123456789012:a", ("sigv4", "subject", "message")),
    "wechat": (
        "corp_id: c\napi_secret_file: /a\nagent_id: 1\nto_tag: t",
        ("send_resolved", "message"),
    ),
    "jira": (JIRA + "api_url: http://a/2/", ("summary", "description", "priority")),
    "rocketchat": (
        "token_file: /a\ntoken_id_file: /b",
        ("send_resolved", "color", "title", "title_link", "text"),
    ),
    "incidentio": ("url: http://a\nalert_source_token_file: /b", ()),
    "mattermost": ("webhook_url_file: /a", ("color", "title", "title_link", "text")),
}


@pytest.mark.parametrize("kind", SHORT)
def test_an_integration_says_enough_without_any_template_of_its_author(kind):
    text, written_for_them = SHORT[kind]
    found = loaded(kind, text, NEWEST)

    assert [*fields(text), *written_for_them] == list(found)
    assert bool(called(found)) == (kind != "incidentio")
    assert called(found) <= messages.templates(NEWEST).keys()
    if kind != "incidentio":
        assert any(name.endswith(("text", "document")) for name in called(found))


def called(found: Mapping[str, Any]) -> set[str]:
    """Return the templates that an integration names."""
    return set(re.findall(r'{{ template "([^"]+)" \. }}', str(found)))


def test_a_default_is_no_younger_than_the_target():
    old_teams = "webhook_url: 'https://a.webhook.office.com/${HOOK}'"

    assert "summary" not in loaded("msteams", old_teams, (0, 26))
    assert {"webhook_url_file", "text"} == set(
        loaded("mattermost", "webhook_url_file: /a", (0, 30))
    )


JIRA_3 = JIRA + "api_url: http://a/rest/api/3/"
MARKUP = {
    "opsgenie": ("opsgenie", SHORT["opsgenie"][0], "plain.text"),
    "victorops": ("victorops", SHORT["victorops"][0], "plain.text"),
    "sns": ("sns", SHORT["sns"][0], "plain.text"),
    "discord": ("discord", SHORT["discord"][0], "markdown.text"),
    "msteams": ("msteams", SHORT["msteams"][0], "markdown.text"),
    "msteamsv2": ("msteamsv2", SHORT["msteamsv2"][0], "markdown.text"),
    "webex": ("webex", SHORT["webex"][0], "markdown.text"),
    "rocketchat": ("rocketchat", SHORT["rocketchat"][0], "markdown.text"),
    "mattermost": ("mattermost", SHORT["mattermost"][0], "markdown.text"),
    "telegram": ("telegram", SHORT["telegram"][0], "html.text"),
    "telegram, no markup": (
        "telegram",
        SHORT["telegram"][0] + '\nparse_mode: ""',
        "plain.text",
    ),
    "pushover": ("pushover", SHORT["pushover"][0], "plain.text"),
    "pushover, HTML": ("pushover", SHORT["pushover"][0] + "\nhtml: true", "html.text"),
    "wechat": ("wechat", SHORT["wechat"][0], "plain.text"),
    "wechat, Markdown": (
        "wechat",
        SHORT["wechat"][0] + "\nmessage_type: markdown",
        "markdown.text",
    ),
    "jira": ("jira", SHORT["jira"][0], "jira.text"),
    "jira, API 3": ("jira", JIRA_3, "jira.document"),
}


@pytest.mark.parametrize(("kind", "text", "name"), MARKUP.values(), ids=MARKUP)
def test_markup_of_the_ready_message_is_that_of_its_chat(kind, text, name):
    message = {n for n in called(loaded(kind, text, NEWEST)) if n.endswith(("text", "document"))}

    assert {f"obsgen.{name}"} == message - {"obsgen.link.text"}


def test_the_address_of_all_issues_says_which_api_it_is():
    shared = "{jira: {api_url: http://a/rest/api/3/}}"
    routing = read(a_spec("jira", JIRA, shared), a_project(version=NEWEST)).ok
    ((_, found),) = routing.receivers[0].integrations
    (old,) = read(a_spec("jira", JIRA, shared), a_project(version=(0, 30))).found

    assert '{{ template "obsgen.jira.document" . }}' == found["description"]
    assert ("ALR553", "write `http://a/rest/api/2/`") == (old.code.id, old.hint)


# --- which fields are templates ----------------------------------------------------------------

# Source: the `notify` packages of Alertmanager 0.25 to 0.34.
RUN_SINCE = {
    "webex.room_id": (0, 28),
    "rocketchat.channel": (0, 29),
    "jira.fields.a": (0, 30),
}
NEVER_RUN = {
    "discord": ("username", "avatar_url"),
    "email": ("smarthost", "hello", "auth_username", "auth_identity"),
    "jira": ("reopen_transition", "resolve_transition", "wont_fix_resolution"),
    "rocketchat": ("actions.type",),
    "slack": ("mrkdwn_in",),
    "sns": (
        "sigv4.region",
        "sigv4.profile",
        "sigv4.role_arn",
        "sigv4.external_id",
        "sigv4.service_name",
    ),
}
RUN = "{{ .Status }}"


def with_template(path: str) -> str:
    """Return an example whose field is a template."""
    kind, _, rest = path.partition(".")
    made = fields(an_example_with(path)[1])
    place: Any = made
    *outer, last = rest.split(".")
    for step, key in itertools.pairwise([*outer, last]):
        inner = place[step]
        place = next(item for item in inner if key in item) if isinstance(inner, list) else inner
    place[last] = [RUN] if isinstance(place[last], list) else RUN
    return a_spec(kind, json.dumps(made))


@pytest.mark.parametrize("path", RUN_SINCE)
def test_a_field_is_a_template_from_this_alertmanager_on(path):
    major, minor = RUN_SINCE[path]
    if path == "jira.fields.a":
        spec = a_spec("jira", JIRA + "api_url: http://a/2/\nfields: {a: '{{ .Status }}'}")
    else:
        spec = with_template(path)
    before, since = (read(spec, a_project(version=(major, minor - n))) for n in (1, 0))

    assert [f"Alertmanager {major}.{minor} runs it"] == [
        d.hint for d in before.found if d.code.id == "ALR646"
    ]
    assert "ALR646" not in since.codes


@pytest.mark.parametrize("kind", KINDS)
def test_all_other_texts_are_templates(kind):
    told = {
        path
        for path in _paths(load("receivers", kind).schema)
        # Files are read when the configuration is loaded, as is all of TLS.
        if not path.endswith("_file") and not path.startswith("tls_config")
        for found in read(with_template(f"{kind}.{path}"), a_project(version=NEWEST)).found
        if found.code.id == "ALR646" and found.hint == "write the text itself"
    }

    assert set(NEVER_RUN.get(kind, ())) == told
