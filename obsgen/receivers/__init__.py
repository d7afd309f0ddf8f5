"""One module is one integration of a receiver; its name is the key that chooses it."""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    *("slack", "pagerduty", "email", "webhook", "opsgenie", "discord", "msteams", "msteamsv2"),
    *("telegram", "webex", "victorops", "pushover", "sns", "wechat", "jira", "rocketchat"),
    *("incidentio", "mattermost"),
)
