"""
The message of a notification in the notations of chats and mails: a paragraph for each alert.

Data and functions: Alertmanager documentation, "Notification template reference". A paragraph says
what is wrong, how urgent it is and where to look; a key that an alert lacks leaves no trace.
"""

from __future__ import annotations

from typing import Final

_LINKS: Final = (
    ("Runbook", ".Annotations.runbook_url"),
    ("Dashboard", ".Annotations.dashboard_url"),
    ("Query", ".GeneratorURL"),
)


def _paragraphs(title: str, severity: str, link: str, gap: str = "\n") -> str:
    """
    Return the template.

    Args:
        title: What is put round `TITLE`.
        severity: What is put round `SEVERITY`.
        link: What is put round `NAME` and `URL`.
        gap: Ends a line.
    """
    head = (
        '{{ if eq .Status "resolved" }}Resolved: {{ end }}'
        "{{ or .Annotations.summary .Labels.alertname }}"
    )
    links = "{{ end -}}\n".join(
        f"{{{{ with {path} }}}}{link.replace('NAME', name).replace('URL', '{{ . }}')}{gap}"
        for name, path in _LINKS
    )
    return (
        "{{ range .Alerts -}}\n"
        f"{title.replace('TITLE', head)}"
        f"{{{{ with .Labels.severity }}}} {severity.replace('SEVERITY', '{{ . }}')}{{{{ end }}}}"
        f"{gap}{{{{ with .Annotations.description }}}}{{{{ . }}}}{gap}{{{{ end -}}}}\n"
        # The last line end is not trimmed: it parts the paragraphs.
        f"{links}{{{{ end }}}}\n{{{{ end }}}}"
    )


PLAIN: Final = _paragraphs("TITLE", "(SEVERITY)", "NAME: URL")
"""Words alone, each link on a line of its own."""

MARKDOWN: Final = _paragraphs("**TITLE**", "`SEVERITY`", "[NAME](URL)", "\n\n")
"""Markdown, where only an empty line ends a paragraph."""

HTML: Final = _paragraphs("<b>TITLE</b>", "<code>SEVERITY</code>", '<a href="URL">NAME</a>')
"""The HTML of chats, whose line ends are kept."""

WIKI: Final = _paragraphs("*TITLE*", "(SEVERITY)", "[NAME|URL]")
"""Jira's markup of texts."""

FIRST_LINK: Final = "{{ or .CommonAnnotations.runbook_url .ExternalURL }}"
"""Where to look first: the runbook if there is one, else Alertmanager."""
