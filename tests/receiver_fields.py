"""
Every field of every integration, and the first Alertmanager that has it.

Written by hand from Alertmanager's documentation ("Receiver integration settings") and its
changelog. `KNOWN` is what Alertmanager 0.25 knows, which an amtool of that version judges; `NEWER`
is what came later.
"""

from __future__ import annotations

from typing import Final

import yaml

HTTP: Final = """
http_config:
  basic_auth: {username: a, password_file: /run/secrets/b}
  tls_config: {ca_file: /ca, cert_file: /c, key_file: /k, server_name: s,
    insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}
  proxy_url: http://proxy:3128
  follow_redirects: false
  enable_http2: true
"""
OAUTH: Final = """
http_config:
  oauth2: {client_id: a, client_secret_file: /b, token_url: "http://c/d", scopes: [e],
    endpoint_params: {f: g}, tls_config: {ca_file: /h}, proxy_url: "http://i"}
"""
AUTHORIZATION: Final = """
http_config:
  authorization: {type: Bearer, credentials_file: /run/secrets/a}
"""

KNOWN: Final = {
    "slack": (
        f"""
channel: "#alerts"
api_url_file: /etc/alertmanager/secrets/slack
send_resolved: false
title: t
title_link: http://a
text: "a: {{{{ .Status }}}}"
pretext: p
fallback: f
color: good
fields: [{{title: a, value: b, short: true}}]
short_fields: true
actions: [{{type: button, text: a, url: "http://b", style: primary, name: c, value: d,
  confirm: {{text: a, title: b, ok_text: c, dismiss_text: d}}}}]
footer: f
username: u
icon_emoji: ":fire:"
icon_url: http://i
image_url: http://i
thumb_url: http://i
callback_id: c
link_names: true
mrkdwn_in: [text]
{HTTP}""",
        f"""
channel: C123
api_url: https://slack.com/api/chat.postMessage
{AUTHORIZATION}""",
    ),
    "pagerduty": (
        f"""
routing_key_file: /etc/alertmanager/secrets/pagerduty
send_resolved: false
description: d
severity: error
client: c
client_url: http://c
class: c
component: c
group: g
source: s
details: {{team: a}}
images: [{{src: "https://a", alt: b, href: "http://c"}}]
links: [{{href: "http://a", text: b}}]
url: http://events:8080
{OAUTH}""",
        "service_key_file: /etc/alertmanager/secrets/pagerduty",
    ),
    "email": (
        """
to: a@example.com
send_resolved: false
from: b@example.com
smarthost: smtp.example.com:587
hello: c
auth_username: d
auth_password_file: /etc/alertmanager/secrets/smtp
auth_secret: "${SMTP_SECRET}"
auth_identity: e
headers: {Subject: s, X-Team: f}
html: g
text: h
require_tls: true
tls_config: {ca_file: /ca, cert_file: /c, key_file: /k, server_name: s,
  insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}
""",
    ),
    "webhook": (
        f"""
url: http://tickets:8080/alerts
send_resolved: false
max_alerts: 20
{HTTP}""",
        'url: "https://tickets.example.com/hooks/${TICKETS_HOOK}"',
    ),
    "opsgenie": (
        f"""
api_key_file: /etc/alertmanager/secrets/opsgenie
api_url: https://api.eu.opsgenie.com/
send_resolved: false
message: m
description: d
source: s
details: {{team: a}}
entity: e
responders:
  - {{name: platform, type: team}}
  - {{id: a-b, type: "{{{{ .CommonLabels.kind }}}}"}}
  - {{username: a@example.com, type: user}}
actions: restart
tags: a, b
note: n
priority: P2
update_alerts: true
{HTTP}""",
    ),
    "discord": (
        f"""
webhook_url: "https://discord.com/api/webhooks/${{DISCORD_WEBHOOK}}"
send_resolved: false
title: t
message: m
{HTTP}""",
    ),
    "telegram": (
        f"""
chat_id: -1001234567890
bot_token: "${{TELEGRAM_BOT_TOKEN}}"
api_url: https://telegram.example.com
send_resolved: false
message: m
parse_mode: MarkdownV2
disable_notifications: true
{HTTP}""",
    ),
    "webex": (
        f"""
room_id: r
api_url: https://webex.example.com/v1/messages
send_resolved: false
message: m
{AUTHORIZATION}""",
    ),
    "victorops": (
        f"""
routing_key: platform
api_key_file: /etc/alertmanager/secrets/victorops
api_url: https://oncall.example.com/alert/
send_resolved: false
message_type: WARNING
entity_display_name: e
state_message: s
monitoring_tool: m
custom_fields: {{team: a}}
{HTTP}""",
    ),
    "pushover": (
        f"""
user_key: "${{PUSHOVER_USER_KEY}}"
token: "${{PUSHOVER_TOKEN}}"
send_resolved: false
title: t
message: m
url: http://u
url_title: u
sound: siren
priority: "2"
retry: 2m
expire: 1h30m
html: true
{HTTP}""",
    ),
    "sns": (
        f"""
topic_arn: arn:aws:sns:eu-central-1:123456789012:alerts
api_url: https://sns.eu-central-1.amazonaws.com
sigv4: {{region: eu-central-1, access_key: "${{AWS_ACCESS_KEY_ID}}",
  secret_key: "${{AWS_SECRET_ACCESS_KEY}}", profile: p, role_arn: "arn:aws:iam::1:role/a"}}
send_resolved: false
subject: s
message: m
attributes: {{team: a}}
{HTTP}""",
        'phone_number: "+491701234567"',
        "target_arn: arn:aws:sns:eu-central-1:123456789012:endpoint/a",
    ),
    "wechat": (
        f"""
corp_id: c
api_secret: "${{WECHAT_API_SECRET}}"
agent_id: "1000002"
to_user: "@all"
to_party: "12"
to_tag: oncall
api_url: https://wechat.example.com/cgi-bin/
send_resolved: false
message: m
message_type: markdown
{HTTP}""",
    ),
}
"""What Alertmanager 0.25 has, each field of it in one of the examples."""

NEW_HTTP: Final = """
http_config:
  oauth2: {client_id: a, client_secret_file: /b, token_url: "http://c/d", proxy_url: "http://i",
    no_proxy: j, proxy_connect_header: {X-Team: [k]}}
  proxy_url: http://proxy:3128
  no_proxy: l
  proxy_connect_header: {X-Team: [m], Proxy-Authorization: ["${PROXY_AUTHORIZATION}"]}
  http_headers: {X-Team: {values: [n]}, X-Auth-Token: {files: [/run/secrets/o]}}
"""
PROXIES: Final = """
http_config:
  basic_auth: {username_file: /run/secrets/a, password_file: /run/secrets/b}
  proxy_from_environment: true
"""
OAUTH_PROXIES: Final = """
http_config:
  oauth2: {client_id: a, client_secret_file: /b, token_url: "http://c/d",
    proxy_from_environment: true, proxy_connect_header: {X-Team: [k]}}
"""

NEWER: Final = {
    "slack": (
        """
channel: "#alerts"
app_token_file: /etc/alertmanager/secrets/slack
app_url: https://slack.example.com/api/chat.postMessage
message_text: m
timeout: 10s
http_config: {proxy_from_environment: true}
""",
        f"""
channel: C123
api_url: https://slack.com/api/chat.postMessage
update_message: true
{AUTHORIZATION}""",
    ),
    "pagerduty": (
        f"""
routing_key_file: /etc/alertmanager/secrets/pagerduty
details: {{team: a, facts: [1, 2.5, true, x], more: {{a: {{b: c}}}}}}
timeout: 1h30m
{NEW_HTTP}""",
    ),
    "email": (
        """
to: a@example.com
from: b@example.com
smarthost: smtp.example.com:465
auth_secret_file: /etc/alertmanager/secrets/smtp
force_implicit_tls: true
threading: {enabled: true, thread_by_date: daily}
""",
    ),
    "webhook": (
        f"""
url_file: /etc/alertmanager/secrets/webhook
timeout: 10s
payload: {{text: "{{{{ .Status }}}}", facts: [1, true, {{a: b}}], more: {{count: 2}}}}
{NEW_HTTP}""",
        'url: "http://tickets:8080/{{ .GroupLabels.service }}"',
    ),
    "opsgenie": (f"api_key_file: /etc/alertmanager/secrets/opsgenie{PROXIES}",),
    "discord": (
        f"""
webhook_url_file: /etc/alertmanager/secrets/discord
content: c
username: u
avatar_url: http://a
{OAUTH_PROXIES}""",
    ),
    "msteams": (
        f"""
webhook_url_file: /etc/alertmanager/secrets/msteams
send_resolved: false
title: t
summary: s
text: x
{NEW_HTTP}""",
    ),
    "msteamsv2": (
        f"""
webhook_url_file: /etc/alertmanager/secrets/msteams
send_resolved: false
title: t
text: x
{NEW_HTTP}""",
    ),
    "telegram": (
        """
chat_id_file: /etc/alertmanager/chat
bot_token_file: /etc/alertmanager/secrets/telegram
message_thread_id: 12
parse_mode: ""
""",
    ),
    "webex": (f"room_id: r{AUTHORIZATION}",),
    "victorops": ("routing_key: r\napi_key_file: /etc/alertmanager/secrets/victorops",),
    "pushover": (
        """
user_key_file: /etc/alertmanager/secrets/user
token_file: /etc/alertmanager/secrets/token
device: d
ttl: 1d12h
monospace: true
""",
    ),
    "sns": (
        """
topic_arn: arn:aws:sns:eu-central-1:123456789012:a
sigv4: {role_arn: r, external_id: e, use_fips_sts_endpoint: true, service_name: sns}
use_aws_http_client: true
""",
    ),
    "wechat": (
        """
corp_id: c
api_secret_file: /etc/alertmanager/secrets/wechat
agent_id: "1"
to_tag: oncall
""",
    ),
    "jira": (
        f"""
project: OPS
issue_type: Incident
api_url: https://example.atlassian.net/rest/api/2/
api_type: cloud
send_resolved: false
summary: s
description: d
labels: [alertmanager]
priority: High
reopen_transition: Reopen
resolve_transition: Done
wont_fix_resolution: Never
reopen_duration: 30d
fields: {{components: [{{name: a}}], customfield_1: 5, customfield_2: {{value: "5"}}}}
{NEW_HTTP}""",
        """
project: OPS
issue_type: Incident
api_url: https://example.atlassian.net/rest/api/3/
summary: {template: s, enable_update: false}
description: {template: "{{ .CommonAnnotations.description | toJson }}", enable_update: false}
""",
    ),
    "rocketchat": (
        f"""
channel: "#alerts"
token_file: /etc/alertmanager/secrets/token
token_id_file: /etc/alertmanager/secrets/id
api_url: https://chat.example.com/
send_resolved: false
title: t
title_link: http://t
text: x
color: red
emoji: ":fire:"
icon_url: http://i
image_url: http://i
thumb_url: http://i
fields: [{{title: a, value: b, short: true}}]
short_fields: true
link_names: true
actions: [{{type: button, text: a, url: "http://b", msg: c}}]
{NEW_HTTP}""",
    ),
    "incidentio": (
        f"""
url: https://api.incident.io/v2/alert_events/alertmanager/a
send_resolved: false
max_alerts: 5
timeout: 10s
{AUTHORIZATION}""",
        """
url_file: /etc/alertmanager/secrets/url
alert_source_token_file: /etc/alertmanager/secrets/token
""",
    ),
    "mattermost": (
        f"""
webhook_url_file: /etc/alertmanager/secrets/mattermost
channel: c
username: u
send_resolved: false
text: x
fallback: f
color: "#ff0000"
pretext: p
author_name: a
author_link: http://a
author_icon: http://a
title: t
title_link: http://t
fields: [{{title: a, value: b, short: true}}]
thumb_url: http://t
footer: f
footer_icon: http://f
image_url: http://i
icon_url: http://i
icon_emoji: ":fire:"
attachments: [{{fallback: f, color: "#ff0000", pretext: p, text: x, author_name: a, author_link: "http://a",
  author_icon: "http://a", title: t, title_link: "http://t", fields: [{{title: a, value: b,
  short: true}}], thumb_url: "http://t", footer: f, footer_icon: "http://f", image_url: "http://i"}}]
type: custom_a
props: {{card: c}}
priority: {{priority: urgent, requested_ack: true, persistent_notifications: true}}
{NEW_HTTP}""",
    ),
}
"""What came after Alertmanager 0.25, each field of it in one of the examples."""

SINCE: Final[dict[str, tuple[int, int]]] = {
    "opsgenie.api_key_file": (0, 24),
    "pagerduty.routing_key_file": (0, 25),
    "pagerduty.service_key_file": (0, 25),
    "email.auth_password_file": (0, 25),
    "victorops.api_key_file": (0, 25),
    "webhook.url_file": (0, 26),
    "telegram.bot_token_file": (0, 26),
    "pushover.user_key_file": (0, 26),
    "pushover.token_file": (0, 26),
    "pushover.device": (0, 26),
    "http_config.no_proxy": (0, 26),
    "http_config.proxy_from_environment": (0, 26),
    "http_config.proxy_connect_header": (0, 26),
    "http_config.oauth2.no_proxy": (0, 26),
    "http_config.oauth2.proxy_from_environment": (0, 26),
    "http_config.oauth2.proxy_connect_header": (0, 26),
    "discord.webhook_url_file": (0, 27),
    "msteams.webhook_url_file": (0, 27),
    "msteams.summary": (0, 27),
    "pushover.ttl": (0, 27),
    "http_config.basic_auth.username_file": (0, 27),
    "discord.content": (0, 28),
    "discord.username": (0, 28),
    "discord.avatar_url": (0, 28),
    "msteamsv2.webhook_url_file": (0, 28),
    "rocketchat.token_file": (0, 28),
    "rocketchat.token_id_file": (0, 28),
    "telegram.message_thread_id": (0, 28),
    "webhook.timeout": (0, 28),
    "http_config.http_headers": (0, 28),
    "jira.api_type": (0, 29),
    "incidentio.alert_source_token_file": (0, 29),
    "pushover.monospace": (0, 29),
    "sns.sigv4.use_fips_sts_endpoint": (0, 29),
    "sns.sigv4.service_name": (0, 29),
    "slack.app_token_file": (0, 30),
    "slack.app_url": (0, 30),
    "slack.timeout": (0, 30),
    "pagerduty.timeout": (0, 30),
    "mattermost.webhook_url_file": (0, 30),
    "jira.summary": (0, 30),
    "jira.description": (0, 30),
    "email.threading": (0, 30),
    "slack.message_text": (0, 31),
    "email.auth_secret_file": (0, 31),
    "email.force_implicit_tls": (0, 31),
    "telegram.chat_id_file": (0, 31),
    "wechat.api_secret_file": (0, 31),
    "slack.update_message": (0, 32),
    "webhook.payload": (0, 32),
    **{
        f"mattermost.{key}": (0, 32)
        for key in (
            *("fallback", "color", "pretext", "author_name", "author_link", "author_icon"),
            *("title", "title_link", "fields", "thumb_url", "footer", "footer_icon", "image_url"),
        )
    },
    "sns.use_aws_http_client": (0, 33),
    "sns.sigv4.external_id": (0, 34),
}
"""Fields with the first Alertmanager that has them; all others are as old as their integration."""

SHARED: Final[dict[str, tuple[int, int]]] = {
    "slack.api_url_file": (0, 0),
    "slack.app_token_file": (0, 30),
    "slack.app_url": (0, 30),
    "pagerduty.url": (0, 0),
    "email.smarthost": (0, 0),
    "email.from": (0, 0),
    "email.hello": (0, 0),
    "email.auth_username": (0, 0),
    "email.auth_password_file": (0, 25),
    "email.auth_secret_file": (0, 31),
    "email.auth_identity": (0, 0),
    "email.require_tls": (0, 0),
    "email.force_implicit_tls": (0, 31),
    "email.tls_config": (0, 28),
    "opsgenie.api_url": (0, 0),
    "opsgenie.api_key_file": (0, 24),
    "telegram.api_url": (0, 0),
    "telegram.bot_token_file": (0, 31),
    "webex.api_url": (0, 0),
    "victorops.api_url": (0, 0),
    "victorops.api_key_file": (0, 25),
    "wechat.api_url": (0, 0),
    "wechat.api_corp_id": (0, 0),
    "wechat.api_secret_file": (0, 31),
    "jira.api_url": (0, 0),
    "rocketchat.api_url": (0, 0),
    "rocketchat.token_file": (0, 28),
    "rocketchat.token_id_file": (0, 28),
    "mattermost.webhook_url_file": (0, 32),
}
"""What `shared` says, with the first Alertmanager whose `global` has it; 0.0 is from the start."""

KIND_SINCE: Final[dict[str, tuple[int, int]]] = {
    "telegram": (0, 24),
    "sns": (0, 23),
    "wechat": (0, 12),
    "discord": (0, 25),
    "webex": (0, 25),
    "msteams": (0, 26),
    "msteamsv2": (0, 28),
    "jira": (0, 28),
    "rocketchat": (0, 28),
    "incidentio": (0, 29),
    "mattermost": (0, 30),
}
"""Integrations with the first Alertmanager that has them; all others are of its first days."""


def fields(text: str) -> dict[str, object]:
    """Return an example as a mapping."""
    found: dict[str, object] = yaml.safe_load(text)
    return found
