"""
Go templates for the messages that receivers send unless they have their own.

Data and functions: Alertmanager documentation, "Notification template reference". A key that an
alert lacks is empty there (`missingkey=zero`), so every piece stands in a `with`.
"""

from __future__ import annotations

from typing import Final

from obsgen.model import SeverityScheme

STATUS: Final = (
    '{{ .Status | toUpper }}{{ if eq .Status "firing" }} {{ .Alerts.Firing | len }}{{ end }}'
)

TITLE: Final = (
    f"[{STATUS}] {{{{ with .CommonLabels.severity }}}}{{{{ . | toUpper }}}} {{{{ end }}}}"
    "{{ with or .GroupLabels.alertname .CommonLabels.alertname }}{{ . }}"
    "{{ else }}{{ .Alerts | len }} alerts{{ end }}"
    "{{ with .CommonLabels.service }} ({{ . }}){{ end }}"
)
"""One line: `[FIRING 2] CRITICAL HighErrorRate (gateway)`."""

SUMMARY: Final = (
    "{{ with .CommonAnnotations.summary }}{{ . }}{{ else }}"
    "{{ with or .GroupLabels.alertname .CommonLabels.alertname }}{{ . }}"
    "{{ else }}{{ .Alerts | len }} alerts{{ end }}"
    "{{ with .CommonLabels.service }} ({{ . }}){{ end }}{{ end }}"
)
"""What all alerts of a notification say, else their name and service."""

SLACK_TEXT: Final = """\
{{ range .Alerts -}}
*{{ if eq .Status "resolved" }}Resolved: {{ end }}\
{{ or .Annotations.summary .Labels.alertname }}*\
{{ with .Labels.severity }} `{{ . }}`{{ end }}
{{ with .Annotations.description }}{{ . }}
{{ end -}}
{{ with .Annotations.runbook_url }}<{{ . }}|Runbook>  {{ end -}}
{{ with .Annotations.dashboard_url }}<{{ . }}|Dashboard>  {{ end -}}
{{ with .GeneratorURL }}<{{ . }}|Query>{{ end }}

{{ end }}"""
"""A paragraph for each alert: summary, severity, description, links."""


def pagerduty_severity(severities: SeverityScheme) -> str:
    """
    Return the template that gives PagerDuty's word for the severity that all alerts carry.

    PagerDuty knows critical, error, warning and info (Events API v2, `payload.severity`). The most
    urgent is critical, whatever else pages error, the least urgent of several that do not page
    info, all others warning; alerts of several severities in one notification count as error.
    """
    return by_severity(severities, ("critical", "error", "warning", "info"), "error")


def by_severity(
    severities: SeverityScheme, words: tuple[str, str, str, str], otherwise: str
) -> str:
    """
    Return the template that gives another system's word for the severity that all alerts carry.

    Args:
        words: For the most urgent, for all others that page, for those that do not, and for the
            least urgent of several that do not.
        otherwise: For alerts of several severities in one notification, and of none.
    """
    first, page, rest, least = words
    chosen = dict.fromkeys(severities.names, rest)
    quiet = [level.name for level in severities.levels if not level.page]
    if len(quiet) > 1:
        chosen[quiet[-1]] = least
    chosen.update({level.name: page for level in severities.levels if level.page})
    chosen[severities.names[0]] = first
    branches = " else ".join(
        f'if eq .CommonLabels.severity "{name}" }}}}{word}{{{{' for name, word in chosen.items()
    )
    return f"{{{{ {branches} else }}}}{otherwise}{{{{ end }}}}"
