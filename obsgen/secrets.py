"""
Secrets that were written where only the path of a file belongs.

Specs and what is generated from them are committed, so a token in either has leaked. The shapes of
tokens are those that their issuers document; a text is judged alone, so only what can hold a
secret (receivers, `shared`, labels) is to be asked about, never prose or PromQL.
"""

from __future__ import annotations

import re
from typing import Final

from obsgen.diagnostics import Code

LITERAL_SECRET: Final = Code(
    "SEC801",
    "literal-secret",
    why="specs and generated files are committed: everyone who reads the repository has the secret",
    fix=(
        "Revoke the secret, mount the new one as a file, and name the file: "
        "`slack: {api_url_file: /etc/alertmanager/secrets/slack}`."
    ),
    hides=True,
)
CODES: Final = (LITERAL_SECRET,)

_KEYS: Final = frozenset(
    {
        "access_key",
        "api_key",
        "api_secret",
        "api_token",
        "api_url",
        "apikey",
        "app_token",
        "auth_password",
        "auth_secret",
        "authorization",
        "bearer_token",
        "bot_token",
        "client_secret",
        "credentials",
        "integration_key",
        "passwd",
        "password",
        "private_key",
        "routing_key",
        "secret",
        "secret_key",
        "service_key",
        "slack_api_url",
        "token",
        "user_key",
        "webhook_url",
    }
)
_KEY_ENDS: Final = ("_password", "_token", "_secret", "_authorization", "_api_key")

_CHAT_URL: Final = re.compile(
    r"hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks|outlook\.office(?:365)?\.com/webhook"
    r"|webhook\.office\.com/|logic\.azure\.com|chat\.googleapis\.com/v1/spaces"
    r"|api\.telegram\.org/bot|oapi\.dingtalk\.com/robot|open\.(?:feishu|larksuite)\.(?:cn|com)/open-apis/bot"
    r"|qyapi\.weixin\.qq\.com/cgi-bin/webhook|events\.pagerduty\.com/integration/"
    r"|alert\.victorops\.com/integrations/|hc-ping\.com/|nosnch\.in/",
    re.IGNORECASE,
)
_TOKENS: Final = (
    (r"xox[a-z]-[0-9A-Za-z-]{6,}|xapp-[0-9A-Za-z-]{6,}", "a Slack token"),
    (r"gh[pousr]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,}", "a GitHub token"),
    (r"glpat-[0-9A-Za-z_-]{16,}", "a GitLab token"),
    (r"(?<![0-9A-Za-z])A(?:KI|SI)A[0-9A-Z]{16}(?![0-9A-Za-z])", "an AWS access key"),
    (r"eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*", "a JSON web token"),
    (r"AIza[0-9A-Za-z_-]{35}", "a Google API key"),
    (r"SG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}", "a SendGrid key"),
    (r"gl(?:sa|c)_[0-9A-Za-z+/=_]{20,}", "a Grafana token"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY", "a private key"),
    (r"(?i:^\s*(?:bearer|basic)\s+)[0-9A-Za-z+/=._-]{8,}", "the value of an Authorization header"),
    (r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z])", "a hexadecimal token"),
    (
        r"(?<![0-9A-Za-z])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])(?=(?:[A-Za-z]*[0-9]){3})"
        r"[0-9A-Za-z]{32,}(?![0-9A-Za-z])",
        "a token",
    ),
)
_USER_INFO: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\s@]+@")
_QUERY_SECRET: Final = re.compile(
    r"[?&;](?:access_|api|auth|client_)?[_-]?(?:token|key|secret|password|passwd|sig|signature)="
    r"(?!\{\{)[^&\s]{4,}",
    re.IGNORECASE,
)
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_URL_TOKEN: Final = re.compile(
    # A dashboard's uid is no secret: Grafana links are `/d/<uid>`.
    rf"://\S*(?<!/d)[/=](?:{_UUID}|(?=[A-Za-z]*[0-9])(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])"
    r"[0-9A-Za-z]{20,})(?:[/?&#]|\Z)"
)
_MASKED: Final = "<secret>"
# A web address can be loaded only if its host is written out.
_PLACEHOLDER: Final = re.compile(
    r"(?P<before>https?://[0-9A-Za-z.:_\[\]-]+/[^\s${}]*)?\$\{[A-Za-z_][0-9A-Za-z_]*\}"
)


def looks_secret(text: str) -> str:
    """
    Return what makes a text look like a secret, or an empty text.

    >>> looks_secret("https://hooks.slack.com/services/T0/B0/x")
    'the address of a chat webhook'
    >>> looks_secret("https://runbooks.example/high-error-rate#steps")
    ''
    """
    if text.strip() == _MASKED:
        return f"`{_MASKED}`, which Alertmanager shows in place of a secret"
    if is_placeholder(text):
        return ""
    if _CHAT_URL.search(text):
        return "the address of a chat webhook"
    if _USER_INFO.search(text):
        return "a URL with a user and a password"
    return _token(text)


def _token(text: str) -> str:
    for pattern, name in _TOKENS:
        if re.search(pattern, text):
            return name
    if _QUERY_SECRET.search(text) or _URL_TOKEN.search(text):
        return "a URL with a token"
    return ""


def is_placeholder(text: str) -> bool:
    """
    Say whether a text leaves its secret to whoever deploys it: `${NAME}`, or an address ending so.

    >>> is_placeholder("${API_KEY}"), is_placeholder("https://discord.com/api/webhooks/${HOOK}")
    (True, True)
    >>> is_placeholder("https://discord.com/api/webhooks/1/x"), is_placeholder("prefix ${API_KEY}")
    (False, False)
    """
    match = _PLACEHOLDER.fullmatch(text)
    return match is not None and not _token(match["before"] or "")


def names_secret(key: str) -> bool:
    """
    Say whether a key is one under which secrets are written.

    >>> names_secret("X-Auth-Token"), names_secret("routing_key"), names_secret("api_url_file")
    (True, True, False)
    """
    word = key.strip().lower().replace("-", "_")
    return word in _KEYS or word.endswith(_KEY_ENDS)
