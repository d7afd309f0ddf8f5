"""
The messages that receivers send unless they have their own: the templates of `obsgen.messages`.

Text by the markup that a service reads; a receiver takes the one that fits it.
"""

from __future__ import annotations

from typing import Final


def called(name: str) -> str:
    """
    Return the text that runs a template.

    >>> called("obsgen.title")
    '{{ template "obsgen.title" . }}'
    """
    return f'{{{{ template "{name}" . }}}}'


TITLE: Final = called("obsgen.title")
"""One line: `[FIRING 2] CRITICAL HighErrorRate (gateway)`."""

SUMMARY: Final = called("obsgen.summary")
"""What all alerts of a notification say, else their name and service, in a line."""

PLAIN_TEXT: Final = called("obsgen.plain.text")
"""All alerts, without markup: mail, SMS, tickets."""

MARKDOWN_TEXT: Final = called("obsgen.markdown.text")
"""All alerts in Markdown: Discord, Mattermost, Rocket.Chat, Teams, Webex."""

MARKDOWN_TITLE: Final = called("obsgen.markdown.title")
"""The title, with Markdown's own characters escaped: for a heading."""

HTML_TEXT: Final = called("obsgen.html.text")
"""All alerts in the HTML that chats read (`b`, `code`, `a`): Telegram, Pushover."""

SLACK_TITLE: Final = called("obsgen.slack.title")
"""The title, with Slack's own characters escaped."""

SLACK_TEXT: Final = called("obsgen.slack.text")
"""All alerts in Slack's mrkdwn."""

SLACK_FALLBACK: Final = called("obsgen.slack.fallback")
"""Title and summary, for notifications of clients."""

EMAIL_HTML: Final = called("obsgen.email.html")
"""A whole HTML page."""

COLOR: Final = called("obsgen.color")
"""`#rrggbb`, of the most urgent alert that fires; green once none does."""

SILENCE_URL: Final = called("obsgen.silence_url")
"""Alertmanager's form for a silence, the labels of the group filled in."""

LINK: Final = called("obsgen.link")
LINK_TEXT: Final = called("obsgen.link.text")
"""Where to look first, and what that is: the runbook if there is one, else Alertmanager."""

JIRA_TEXT: Final = called("obsgen.jira.text")
"""All alerts in the markup of Jira's API 2."""

JIRA_DOCUMENT: Final = called("obsgen.jira.document")
"""All alerts as a document of Jira's API 3, in JSON."""

JIRA_PRIORITY: Final = called("obsgen.jira.priority")
OPSGENIE_PRIORITY: Final = called("obsgen.opsgenie.priority")
PAGERDUTY_SEVERITY: Final = called("obsgen.pagerduty.severity")
PUSHOVER_PRIORITY: Final = called("obsgen.pushover.priority")
VICTOROPS_MESSAGE_TYPE: Final = called("obsgen.victorops.message_type")
"""What the system calls the most urgent severity of the alerts that fire."""

PLAIN_FIRING: Final = called("obsgen.plain.firing")
PLAIN_RESOLVED: Final = called("obsgen.plain.resolved")
"""The alerts of one status, without markup."""
