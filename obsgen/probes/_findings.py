"""What can be wrong with a probe, and how it is said."""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import ProbeReader
from obsgen.secrets import LITERAL_SECRET, looks_secret
from obsgen.source import Node, Scalar

FIELD_VALUE: Final = Code(
    "ALR620",
    "probe-field",
    why="the blackbox exporter would not load its configuration, or the probe never succeed",
    fix="Write the value as the field takes it: `status: [200, 204]`, `ip_protocol: ip4`.",
)
TARGET: Final = Code(
    "ALR621",
    "probe-target",
    why="the blackbox exporter cannot ask such a target: the probe would fail for ever",
    fix='Write the whole URL, `url: "https://shop.example.com/health"`, or a host with its port, '
    '`address: "db:5432"`.',
)
PATTERN: Final = Code(
    "ALR622",
    "probe-pattern",
    why="the blackbox exporter compiles patterns with RE2, and refuses all of its configuration "
    "for one that it cannot read",
    fix="Write an RE2 pattern; it is found anywhere in the text unless it begins with `^`.",
)
NEWER_EXPORTER: Final = Code(
    "ALR625",
    "needs-newer-blackbox-exporter",
    why="the blackbox exporter refuses to start on a field that it does not know",
    fix="Leave it out, or raise `blackbox: {version: …}` in the Project once all run it.",
)
CODES: Final = (FIELD_VALUE, TARGET, PATTERN, NEWER_EXPORTER)

# Document, `probes`, the number of the probe.
_DEPTH: Final = 3


def place(node: Node, reader: ProbeReader) -> str:
    """Say which field of which probe a node is: probe `health`: `http.status`."""
    keys = [step for step in node.origin.path[_DEPTH:] if isinstance(step, str)]
    return f"{reader.subject}: `{'.'.join(keys)}`" if keys else reader.subject


def report_value(node: Node, reader: ProbeReader, problem: str, hint: str) -> None:
    """Report a value that a field does not take."""
    reader.report(finding(FIELD_VALUE, node.origin, f"{place(node, reader)} {problem}", hint))


def report_secret(node: Node, reader: ProbeReader, problem: str, hint: str) -> None:
    """Report a secret, without the secret: reports end up in the logs of CI."""
    message = f"{place(node, reader)} {problem}"
    reader.report(finding(LITERAL_SECRET, node.origin, message, hint))


def is_open_secret(node: Scalar, reader: ProbeReader, hint: str) -> bool:
    """Say whether a text looks like a secret, reporting it."""
    reason = looks_secret(node.text)
    if reason:
        report_secret(node, reader, f"holds {reason}", hint)
    return bool(reason)
