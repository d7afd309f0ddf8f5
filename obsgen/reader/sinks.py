"""Where findings go on their way: places added, silence noticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Origin, Path, Related, Severity, finding
from obsgen.model import Reports, Service
from obsgen.reader.documents import Documents
from obsgen.reader.measures import ServiceReader
from obsgen.source import MappingNode

NOT_READ: Final = Code(
    "SCH119",
    "not-read",
    why="the entry could not be understood, and nothing more exact can be said",
    fix="Compare it with the examples of `obsgen schema`.",
)
CODES: Final = (NOT_READ,)


def with_uses(report: Reports, service: MappingNode, presets: list[MappingNode]) -> Reports:
    """Let a finding inside a preset point at the service that uses it, too."""
    inside = [preset.origin for preset in presets]
    return _pointing(report, inside, service.origin) if inside else report


def of_service(report: Reports, service: Service) -> Reports:
    """Do the same with what is found after reading."""
    return _pointing(report, service.presets, service.origin) if service.presets else report


def brought_in(
    diagnostics: Iterable[Diagnostic], services: Iterable[Service]
) -> Iterator[Diagnostic]:
    """Let findings of which no service is known point at the first that uses their preset."""
    users: dict[_Document, Origin] = {}
    for service in services:
        for preset in service.presets:
            users.setdefault(_document(preset), service.origin)
    for diagnostic in diagnostics:
        user = users.get(_document(diagnostic.origin))
        yield diagnostic if user is None else _noted(diagnostic, user)


_Document = tuple[str, Path]


def _document(origin: Origin) -> _Document:
    return origin.file, origin.path[:1]


def _pointing(report: Reports, presets: Iterable[Origin], service: Origin) -> Reports:
    inside = set(map(_document, presets))

    def sink(diagnostic: Diagnostic) -> None:
        is_inside = _document(diagnostic.origin) in inside
        report(_noted(diagnostic, service) if is_inside else diagnostic)

    return sink


def _noted(diagnostic: Diagnostic, service: Origin) -> Diagnostic:
    note = Related("brought in here", service / "uses")
    return replace(diagnostic, related=(*diagnostic.related, note))


@dataclass(slots=True)
class Guard:
    """Sees to it that what could not be read never vanishes in silence."""

    reader: ServiceReader
    documents: Documents
    _before: Reports = field(init=False)
    _seen: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._before = self.reader.sink

        def watch(diagnostic: Diagnostic) -> None:
            self._seen = self._seen or diagnostic.severity is Severity.ERROR
            self._before(diagnostic)

        self.reader.sink = watch

    def check(self, value: object, node: MappingNode, subject: str) -> None:
        """Report an entry that gave nothing and no reason."""
        self.reader.sink = self._before
        if value is None and not self._seen and not self.documents.is_broken(node):
            self._before(finding(NOT_READ, node.origin, f"{subject} could not be read"))
