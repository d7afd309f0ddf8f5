"""
The messages that people get: Alertmanager's template file, and the names it defines.

Jinja writes it from what the build knows (severities and their colours), in square brackets, so
that Go's braces stay readable: `obsgen.tmpl.j2`. Receivers name its templates; none repeats them.
Data and functions: Alertmanager documentation, "Notification template reference".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from obsgen.gotemplate import Given
from obsgen.model import SeverityLevel, SeverityScheme
from obsgen.names import BUDGET_ANNOTATION, VALUE_ANNOTATION
from obsgen.prose import rendered_around_go

MOST_ALERTS: Final = 10
"""So many alerts of a notification are told one by one, of the rest only how many they are."""

RESOLVED_COLOR: Final = "#2e7d32"
UNKNOWN_COLOR: Final = "#757575"
COLORS: Final[Mapping[str, str]] = {
    "critical": "#c62828",
    "error": "#ef6c00",
    "warning": "#f9a825",
    "info": "#1565c0",
}
"""By the word that PagerDuty has for the severity."""

_URGENCIES: Final = tuple(COLORS)
_SYSTEMS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "obsgen.pagerduty.severity": ("critical", "error", "warning", "info"),
    "obsgen.opsgenie.priority": ("P1", "P2", "P3", "P4"),
    "obsgen.victorops.message_type": ("CRITICAL", "CRITICAL", "WARNING", "INFO"),
    # The words of Jira's own scheme of priorities, as Alertmanager's template has them.
    "obsgen.jira.priority": ("High", "High", "Medium", "Low"),
    "obsgen.pushover.priority": ("2", "1", "0", "-1"),
}
"""What other systems call a severity, in the order of PagerDuty's words."""

# That all is well wakes nobody.
_RESOLVED: Final[Mapping[str, str]] = {"obsgen.pushover.priority": "0"}

NAMES: Final = (
    "obsgen.color",
    "obsgen.email.html",
    "obsgen.html.text",
    "obsgen.jira.document",
    "obsgen.jira.priority",
    "obsgen.jira.text",
    "obsgen.link",
    "obsgen.link.text",
    "obsgen.markdown.text",
    "obsgen.markdown.title",
    "obsgen.name",
    "obsgen.opsgenie.priority",
    "obsgen.pagerduty.severity",
    "obsgen.plain.firing",
    "obsgen.plain.resolved",
    "obsgen.plain.text",
    "obsgen.pushover.priority",
    "obsgen.silence_url",
    "obsgen.slack.fallback",
    "obsgen.slack.text",
    "obsgen.slack.title",
    "obsgen.summary",
    "obsgen.title",
    "obsgen.victorops.message_type",
)
"""The templates that are given the whole notification: `{{ template "obsgen.title" . }}`."""

DOCUMENTS_SINCE: Final = (0, 31)
"""The first Alertmanager that sends Jira the documents of its API 3; `toJson` writes them."""

_FILE: Final = "obsgen.tmpl.j2"


def templates(version: tuple[int, int]) -> Mapping[str, Given]:
    """Return all templates of the file for an Alertmanager, with what each is given."""
    found = {
        **dict.fromkeys(NAMES, Given.NOTIFICATION),
        "obsgen.jira.escaped": Given.TEXT,
        "obsgen.markdown.escaped": Given.TEXT,
        "obsgen.slack.escaped": Given.TEXT,
    }
    if version < DOCUMENTS_SINCE:
        del found["obsgen.jira.document"]
    return found


def refers(text: str) -> bool:
    """
    Say whether a Go template may name one of the file.

    >>> refers('{{ template "obsgen.title" . }}'), refers("obsgen.example.com")
    (True, False)
    """
    return '"obsgen.' in text or "`obsgen." in text


def urgency_words(severities: SeverityScheme) -> Mapping[str, str]:
    """
    Return critical, error, warning or info for each severity: PagerDuty's words, Events API v2.

    The most urgent is critical, whatever else pages error, the least urgent of several that do
    not page info, all others warning.
    """
    words = dict.fromkeys(severities.names, "warning")
    quiet = [level.name for level in severities.levels if not level.page]
    if len(quiet) > 1:
        words[quiet[-1]] = "info"
    words.update({level.name: "error" for level in severities.levels if level.page})
    words[severities.names[0]] = "critical"
    return words


@dataclass(frozen=True, slots=True)
class _Level:
    """A severity as the template tests for it."""

    quoted: str
    word: str
    color: str


def template_file(
    severities: SeverityScheme, sources: Iterable[str], version: tuple[int, int]
) -> str:
    """Return the template file for alerts of a severity scheme, as an Alertmanager reads it."""
    # A file's name may end the comment that it stands in.
    origin = ", ".join(sources).replace("*/", "* /")
    text = (resources.files("obsgen.messages") / _FILE).read_text("utf-8")
    return rendered_around_go(
        text,
        sources=origin,
        # The last one that an alert has is kept: the most urgent.
        levels=[_level(level, severities) for level in reversed(severities.levels)],
        urgencies={name: _words(name) for name in _SYSTEMS},
        has_documents=version >= DOCUMENTS_SINCE,
        most=MOST_ALERTS,
        resolved=RESOLVED_COLOR,
        unknown=UNKNOWN_COLOR,
        value=VALUE_ANNOTATION,
        budget=BUDGET_ANNOTATION,
    )


def _words(name: str) -> Mapping[str, str]:
    """Return a system's word by PagerDuty's; `resolved` where none of the alerts fires."""
    words = dict(zip(_URGENCIES, _SYSTEMS[name], strict=True))
    return words | ({"resolved": _RESOLVED[name]} if name in _RESOLVED else {})


def _level(level: SeverityLevel, severities: SeverityScheme) -> _Level:
    word = urgency_words(severities)[level.name]
    names = " ".join(f'"{name}"' for name in (level.name, *level.aliases))
    return _Level(quoted=names, word=word, color=COLORS[word])
