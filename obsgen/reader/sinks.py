"""Where findings go on their way: places added, silence noticed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Related, Severity, finding
from obsgen.model import Reports
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
    if not presets:
        return report
    inside = {(p.origin.file, p.origin.path[:1]) for p in presets}
    place = service.origin / "uses"

    def sink(diagnostic: Diagnostic) -> None:
        origin = diagnostic.origin
        if (origin.file, origin.path[:1]) in inside:
            related = (*diagnostic.related, Related("brought in here", place))
            diagnostic = replace(diagnostic, related=related)
        report(diagnostic)

    return sink


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
