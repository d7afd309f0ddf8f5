"""
Texts that Alertmanager runs as Go templates: what is wrong with them is told before it sends.

Alertmanager reads them when it notifies and not when it starts: one that is wrong loses the
notification. Which fields it runs: the `notify` packages of its releases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Written
from obsgen.diagnostics import Code, Severity, finding
from obsgen.gotemplate import parse_template
from obsgen.model import ReceiverReader
from obsgen.receivers._findings import OPEN_TEMPLATE, place
from obsgen.source import Scalar
from obsgen.versions import version_text

_LOST: Final = (
    "Alertmanager loads the configuration, and then loses each notification with this text"
)

BROKEN: Final = Code(
    "ALR640",
    "notification-template",
    why=_LOST,
    fix="Correct the Go template where it is underlined.",
)
UNKNOWN_FUNCTION: Final = Code(
    "ALR641",
    "template-function",
    why=_LOST,
    fix="Write one of `title`, `toUpper`, `toLower`, `join`, `match`, `reReplaceAll`, "
    "`stringSlice`, `safeHtml`, or one of Go's own: `len`, `eq`, `index`, `printf`, `urlquery`, … "
    "Those of rules (`humanize`, `query`) belong into annotations.",
)
NEWER_NAME: Final = Code(
    "ALR642",
    "newer-template-name",
    why=_LOST,
    fix="Leave it out, or raise `alertmanager: {version: …}` in the Project once all run it.",
)
UNKNOWN_FIELD: Final = Code(
    "ALR643",
    "template-field",
    why=_LOST,
    fix="A notification has `.Status`, `.Receiver`, `.Alerts`, `.GroupLabels`, `.CommonLabels`, "
    "`.CommonAnnotations` and `.ExternalURL`; an alert, inside of `{{ range .Alerts }}`, has "
    "`.Status`, `.Labels`, `.Annotations`, `.StartsAt`, `.EndsAt`, `.GeneratorURL` and "
    "`.Fingerprint`.",
)
UNKNOWN_TEMPLATE: Final = Code(
    "ALR644",
    "unknown-template",
    why=_LOST,
    fix="Name a template of Alertmanager's own (`slack.default.title`, `email.default.html`) or of "
    "obsgen's (`obsgen.title`, `obsgen.slack.text`).",
)
WRONG_ARGUMENT: Final = Code(
    "ALR645",
    "template-argument",
    why=_LOST,
    fix='Give what is taken: `{{ .CommonLabels.Values | join ", " }}`, '
    '`{{ template "obsgen.title" . }}`.',
)
NOT_RUN: Final = Code(
    "ALR646",
    "template-not-run",
    why="Alertmanager takes the field as it stands, braces and all",
    fix="Write the text itself.",
    severity=Severity.WARNING,
)
CODES: Final = (
    BROKEN,
    UNKNOWN_FUNCTION,
    NEWER_NAME,
    UNKNOWN_FIELD,
    UNKNOWN_TEMPLATE,
    WRONG_ARGUMENT,
    NOT_RUN,
)

_BY_KIND: Final[Mapping[str, Code]] = {
    "syntax": BROKEN,
    "unclosed": OPEN_TEMPLATE,
    "function": UNKNOWN_FUNCTION,
    "newer": NEWER_NAME,
    "field": UNKNOWN_FIELD,
    "template": UNKNOWN_TEMPLATE,
    "argument": WRONG_ARGUMENT,
}
_NEWER_HINT: Final = "leave it out, or raise `alertmanager: {version: …}` in the Project"
# Read when the configuration is loaded, in every integration.
_LOADED: Final = frozenset({"http_config", "tls_config"})


def check_template(node: Scalar, reader: ReceiverReader, run_since: tuple[int, int] | None) -> None:
    """
    Report what is wrong with a text, and keep it for what sees all alerts.

    Args:
        run_since: The first Alertmanager that runs the field; None where none does.
    """
    if "{{" not in node.text:
        return
    if run_since is None or _is_loaded(node) or reader.version < run_since:
        runs = "" if run_since is None or _is_loaded(node) else version_text(run_since)
        message = f"{place(node, reader)} is no template: `{{{{` stays as it is"
        hint = f"Alertmanager {runs} runs it" if runs else "write the text itself"
        at = node.text.index("{{")
        reader.report(finding(NOT_RUN, node.origin.characters(at, at + 2), message, hint))
        return
    template = parse_template(node.text, reader.dialect)
    for error in template.errors:
        message = f"{place(node, reader)}: {error.message}"
        hint = error.hint or (_NEWER_HINT if error.kind == "newer" else "")
        where = node.origin.characters(error.start, error.end)
        reader.report(finding(_BY_KIND[error.kind], where, message, hint))
    if not template.errors:
        reader.keep(Written(text=node.text, origin=node.origin))


def _is_loaded(node: Scalar) -> bool:
    steps = [step for step in node.origin.path if isinstance(step, str)]
    return bool(_LOADED & set(steps)) or steps[-1].endswith("_file")
