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
    words = dict.fromkeys(severities.names, "warning")
    quiet = [level.name for level in severities.levels if not level.page]
    if len(quiet) > 1:
        words[quiet[-1]] = "info"
    words.update({level.name: "error" for level in severities.levels if level.page})
    words[severities.names[0]] = "critical"
    branches = " else ".join(
        f'if eq .CommonLabels.severity "{name}" }}}}{word}{{{{' for name, word in words.items()
    )
    return f"{{{{ {branches} else }}}}error{{{{ end }}}}"
