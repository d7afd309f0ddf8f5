"""
Findings as one SARIF 2.1.0 document, which code scanning reads.

OASIS Standard, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0 plus Errata 01".
What GitHub demands beyond it: "SARIF support for code scanning" (every result has a place, related
places are linked from the message). A finding of no file is therefore no result but a notification
about the run. The document is ASCII: it is the same on every terminal and in every file.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

import obsgen
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, Severity
from obsgen.report.findings import known_span, masked, sorted_diagnostics
from obsgen.source import SourceMap

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

AREAS: Final = {
    "SRC": "yaml",
    "SCH": "schema",
    "REF": "references",
    "SLO": "slo",
    "PQL": "promql",
    "ALR": "alerting",
    "DSH": "dashboards",
    "SEC": "security",
    "SIM": "simulation",
    "LIV": "servers",
    "OUT": "files",
}
"""Tags of codes by the letters that they begin with."""

FINGERPRINT: Final = "obsgen/v1"
"""
Names our fingerprint. GitHub's own name, `primaryLocationLineHash`, is left to its upload action:
it warns of each that it did not compute itself.
"""

_ROOT: Final = "SRCROOT"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# Where `source` breaks lines.
_NEWLINES: Final = ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029")

_Json = dict[str, object]


def render(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    files: Sequence[str] = (),
    color: bool = False,
) -> str:
    """Return the document; without findings, a run without results."""
    found = sorted_diagnostics(diagnostics, source_map)
    placed = [d for d in found if d.origin.file]
    general = [d for d in found if not d.origin.file]
    rules, notifications = _codes(placed), _codes(general)
    prints = _fingerprints(placed, masked(found, source_map))
    driver = {
        "name": "obsgen",
        "version": obsgen.__version__,
        "rules": [_descriptor(code) for code in rules],
        "notifications": [_descriptor(code) for code in notifications],
    }
    invocation = {
        # Results do not fail a run of a tool; what keeps it from its work does.
        "executionSuccessful": all(d.severity < Severity.ERROR for d in general),
        "toolExecutionNotifications": [
            _notification(d, notifications.index(d.code)) for d in general
        ],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the folder that obsgen ran in"}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": list(_NEWLINES),
        "results": [
            {
                **_result(diagnostic, rules.index(diagnostic.code), source_map),
                "partialFingerprints": {FINGERPRINT: fingerprint},
            }
            for diagnostic, fingerprint in zip(placed, prints, strict=True)
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(_encodable(document), indent=2) + "\n"


def _codes(diagnostics: Iterable[Diagnostic]) -> list[Code]:
    """Return each code once, by its id."""
    return sorted({d.code for d in diagnostics}, key=lambda code: code.id)


def _descriptor(code: Code) -> _Json:
    area = AREAS.get(code.id[:3])
    return {
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": code.name.replace("-", " ")},
        "fullDescription": {"text": code.why},
        "help": {"text": code.fix, "markdown": code.fix},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
        "properties": {"tags": [area] if area else []},
    }


def _notification(diagnostic: Diagnostic, index: int) -> _Json:
    return {
        "descriptor": {"id": diagnostic.code.id, "index": index},
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _told(diagnostic)},
    }


def _result(diagnostic: Diagnostic, index: int, source_map: SourceMap) -> _Json:
    related = [
        {
            "id": number,
            **_location(related.origin, source_map),
            "message": {"text": related.message},
        }
        for number, related in enumerate(_placed(diagnostic.related), start=1)
    ]
    return {
        "ruleId": diagnostic.code.id,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _told(diagnostic)},
        "locations": [_location(diagnostic.origin, source_map)],
        **({"relatedLocations": related} if related else {}),
    }


def _placed(related: Iterable[Related]) -> list[Related]:
    return [each for each in related if each.origin.file]


def _told(diagnostic: Diagnostic) -> str:
    """Return the message, its notes with links to the places that they speak of, and the hint."""
    numbers = {id(each): n for n, each in enumerate(_placed(diagnostic.related), start=1)}
    lines = [diagnostic.message]
    for related in diagnostic.related:
        number = numbers.get(id(related))
        lines.append(f"note: {_link(related.message, number) if number else related.message}")
    if diagnostic.hint:
        lines.append(f"hint: {diagnostic.hint}")
    return "\n".join(lines)


def _link(text: str, number: int) -> str:
    """Link a text to a related place; brackets in it are escaped, as section 3.11.6 demands."""
    for char in "\\[]":
        text = text.replace(char, f"\\{char}")
    return f"[{text}]({number})"


def _location(origin: Origin, source_map: SourceMap) -> _Json:
    # A character that UTF-8 lacks is one of a file name that is none in UTF-8.
    path = quote(origin.file, errors="backslashreplace")
    physical: _Json = {
        "artifactLocation": (
            {"uri": f"file://{path}"}
            if origin.file.startswith("/")
            else {"uri": path, "uriBaseId": _ROOT}
        )
    }
    span = known_span(origin, source_map)
    if span is not None:
        # As here, columns count characters from 1, and the end is the column after the last one.
        physical["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {"physicalLocation": physical}


def _fingerprints(diagnostics: Iterable[Diagnostic], shown: SourceMap) -> list[str]:
    """
    Return what tells each finding from others, wherever its line moves.

    Args:
        shown: Lines with secrets masked: even a hash of a short secret can be guessed.
    """
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        origin = diagnostic.origin
        line = ""
        span = known_span(origin, shown)
        if span is not None:
            line = "".join(shown.lines(origin.file)[span.line - 1 : span.line]).strip()
        told = "\0".join((diagnostic.code.id, origin.file, diagnostic.message, line))
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        seen[digest] += 1
        found.append(f"{digest}:{seen[digest]}")
    return found


def _encodable(value: object) -> object:
    """Return JSON without halves of characters (lone surrogates), which strict readers refuse."""
    if isinstance(value, dict):
        return {key: _encodable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
