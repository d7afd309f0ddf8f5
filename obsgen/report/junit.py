"""
Findings as JUnit's XML, which GitLab, Jenkins and most CI servers read as tests.

A suite for each file, a test for each finding. The elements and attributes are those of the schema
of Jenkins' xUnit plugin (`junit-10.xsd`); GitLab reads `classname`, `name` and the failure's text,
and of tests with one name in a file only the first, so names are numbered. The document is ASCII,
and `time` is always 0: the same findings give the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree

from obsgen.diagnostics import Diagnostic, Severity
from obsgen.report.findings import masked, sorted_diagnostics
from obsgen.report.text import text_of
from obsgen.source import SourceMap

_TOOL: Final = "obsgen"
"""The suite of what no file is to blame for."""
_PASSED: Final = "nothing found"
_NO_TIME: Final = "0"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
# XML 1.0, section 2.2: what is no Char.
_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    files: Sequence[str] = (),
    color: bool = False,
) -> str:
    """Return the document; a file without findings is a test that passes."""
    found = sorted_diagnostics(diagnostics, source_map)
    shown = masked(found, source_map)
    by_file: dict[str, list[Diagnostic]] = {file: [] for file in files}
    for diagnostic in found:
        by_file.setdefault(diagnostic.origin.file, []).append(diagnostic)
    if not by_file:
        # Readers take a document without a test for a broken one.
        by_file[""] = []
    tests = sum(max(len(each), 1) for each in by_file.values())
    root = ElementTree.Element("testsuites", {"name": _TOOL, **_counts(tests, found)})
    for file in sorted(by_file):
        _add_suite(root, file, by_file[file], shown)
    ElementTree.indent(root)
    return f"{_DECLARATION}\n{ElementTree.tostring(root, 'us-ascii').decode()}\n"


def xml_text(text: str) -> str:
    """Return a text with U+FFFD for each character that XML cannot hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _counts(tests: int, found: Iterable[Diagnostic]) -> dict[str, str]:
    failures = sum(map(_fails, found))
    return {"tests": str(tests), "failures": str(failures), "errors": "0", "time": _NO_TIME}


def _fails(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity > Severity.INFO


def _add_suite(
    root: ElementTree.Element, file: str, found: Sequence[Diagnostic], shown: SourceMap
) -> None:
    name = xml_text(file or _TOOL)
    place = {"file": name} if file else {}
    counts = _counts(max(len(found), 1), found)
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, **place, **counts})
    if not found:
        _case(suite, name, _PASSED)
    seen: Counter[str] = Counter()
    for diagnostic in found:
        code = f"{diagnostic.code.id} {diagnostic.code.name}"
        seen[code] += 1
        number = f" ({seen[code]})" if seen[code] > 1 else ""
        case = _case(suite, name, f"{code}{number}")
        _tell(case, diagnostic, text_of(diagnostic, shown))


def _case(suite: ElementTree.Element, file: str, name: str) -> ElementTree.Element:
    names = {"classname": file, "name": name, "time": _NO_TIME}
    return ElementTree.SubElement(suite, "testcase", names)


def _tell(case: ElementTree.Element, diagnostic: Diagnostic, text: str) -> None:
    """
    Say what was found: as a failure, or beside a passed test if it is for information only.

    Args:
        text: For people; whatever is shown harmlessly, XML can hold.
    """
    if _fails(diagnostic):
        told = {"type": str(diagnostic.severity), "message": xml_text(diagnostic.message)}
        ElementTree.SubElement(case, "failure", told).text = text
    else:
        ElementTree.SubElement(case, "system-out").text = text
