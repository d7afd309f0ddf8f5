"""What can be wrong with an integration of a receiver, and how it is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import ReceiverReader
from obsgen.secrets import LITERAL_SECRET, is_placeholder, looks_secret, names_secret
from obsgen.source import MappingNode, Node, Scalar, Sequence

FIELD_VALUE: Final = Code(
    "ALR551",
    "receiver-field",
    why="Alertmanager would not load the configuration, or send a broken notification",
    fix="Write the value as the field takes it: `max_alerts: 20`, `timeout: 10s`.",
)
MISSING_FIELD: Final = Code(
    "ALR552",
    "receiver-incomplete",
    why="the integration cannot send anything without it, and Alertmanager refuses to start",
    fix="Add what is missing to the receiver, or once for all receivers to `shared`.",
)
NEWER_ALERTMANAGER: Final = Code(
    "ALR553",
    "needs-newer-alertmanager",
    why="Alertmanager refuses to start on a field that it does not know",
    fix="Leave it out, or raise `alertmanager: {version: …}` in the Project once all run it.",
)
OPEN_TEMPLATE: Final = Code(
    "ALR554",
    "unclosed-template",
    why="Alertmanager loads the configuration, and then loses each notification with this text",
    fix="Close every `{{` with `}}`.",
)
CODES: Final = (FIELD_VALUE, MISSING_FIELD, NEWER_ALERTMANAGER, OPEN_TEMPLATE)

# Document, `receivers`, the receiver's name; or document, `shared` and the integration's word.
_DEPTH: Final = 3


def report_secrets(key: str, node: Node, reader: ReceiverReader) -> None:
    """Report each secret below a key that nothing else reads."""
    for name, scalar in _scalars(key, node):
        if reason := looks_secret(scalar.text):
            report_secret(scalar, reader, f"holds {reason}")
        elif names_secret(name) and scalar.text and not scalar.is_null:
            report_secret(scalar, reader, "is a secret by its name", _file_hint(name))


def report_open_secret(node: Scalar, reader: ReceiverReader) -> None:
    """Report a text that looks like a secret."""
    if reason := looks_secret(node.text):
        report_secret(node, reader, f"holds {reason}")


def report_named_secret(key: str, text: str, node: Node, reader: ReceiverReader) -> None:
    """Report a text under a name such as `X-Auth-Token`, unless a template or a placeholder."""
    is_fine = not text or "{{" in text or looks_secret(text) or is_placeholder(text)
    if names_secret(key) and not is_fine:
        report_secret(node, reader, "is a secret by its name")


def missing(node: MappingNode, reader: ReceiverReader, what: str, hint: str) -> None:
    """Report that an integration lacks what it cannot send without."""
    kind = node.origin.path[-1]
    message = f"{reader.subject}: {kind} has no {what}"
    reader.report(finding(MISSING_FIELD, node.origin.key(), message, hint))


def _scalars(key: str, node: Node) -> Iterator[tuple[str, Scalar]]:
    if isinstance(node, Scalar):
        yield key, node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(key, item)
    else:
        for name, entry in node.entries.items():
            yield from _scalars(name, entry.value)


def report_secret(node: Node, reader: ReceiverReader, problem: str, hint: str = "") -> None:
    """Report a secret, without the secret: reports end up in the logs of CI."""
    message = f"{place(node, reader)} {problem}"
    key = next((s for s in reversed(node.origin.path) if isinstance(s, str)), "")
    reader.report(finding(LITERAL_SECRET, node.origin, message, hint or _file_hint(key)))


def _file_hint(key: str) -> str:
    if key.endswith("_file"):
        return "write the path of the file that holds it"
    return f"write the secret into a file and name it: `{key}_file: /etc/alertmanager/secrets/…`"


def place(node: Node, reader: ReceiverReader) -> str:
    """Say which field of which receiver a node is."""
    keys = [str(step) for step in node.origin.path[_DEPTH:]]
    return f"{reader.subject}: `{'.'.join(keys)}`" if keys else reader.subject
