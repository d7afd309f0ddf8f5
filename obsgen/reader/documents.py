"""Documents by their kind: what a build was given, each with the shape of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from obsgen import schema
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Origin, Severity, finding
from obsgen.model import Reports
from obsgen.reader.merge import name_of
from obsgen.reader.names import twice
from obsgen.reader.shape import NOT_A_DOCUMENT, check_shape, words
from obsgen.source import MappingNode, Node, Scalar, Sequence, Source

EMPTY_FILE: Final = Code(
    "SCH118",
    "empty-file",
    why="a file of specs that says nothing is one that was not saved, or that lost its content",
    fix="Write a document, or delete the file.",
    severity=Severity.WARNING,
)
CODES: Final = (EMPTY_FILE,)


@dataclass(frozen=True, slots=True)
class Documents:
    """
    The documents of a build, in the order of files and of each file.

    Attributes:
        broken: Where their shape is wrong: nothing more is said of what cannot be read there.
    """

    by_kind: dict[str, tuple[MappingNode, ...]]
    broken: frozenset[Origin] = frozenset()

    def of(self, kind: str) -> tuple[MappingNode, ...]:
        """Return the documents of a kind."""
        return self.by_kind.get(kind, ())

    def completed_by(self, context: Documents) -> Documents:
        """Return the documents with the Project, if they hold none, and the presets of others."""
        own = {name_of(preset) for preset in self.of("Preset")}
        presets = [p for p in context.of("Preset") if name_of(p) not in own]
        added = {
            "Project": self.of("Project") or context.of("Project"),
            "Preset": (*self.of("Preset"), *presets),
        }
        return Documents({**self.by_kind, **added}, self.broken | context.broken)

    def is_broken(self, node: MappingNode) -> bool:
        """Say whether the shape of an entry, or of a part of it, is wrong."""
        places = [(e.value.origin.file, e.value.origin.path) for e in node.entries.values()]
        places.append((node.origin.file, node.origin.path))
        return any(
            file == wrong.file and wrong.path[: len(path)] == path
            for wrong in self.broken
            for file, path in places
        )

    def check(self, document: MappingNode, kind: str, report: Reports) -> None:
        """Check the shape of a document that was changed after it was read."""
        used = frozenset(_keys(document))
        for diagnostic in check_shape(document, kind, schema.assemble(used.__contains__)):
            report(diagnostic)


def read_documents(
    sources: Iterable[Source], report: Reports, *, broken_files: frozenset[str] = frozenset()
) -> Documents:
    """
    Sort documents by kind and check their shapes.

    Args:
        broken_files: Files that are no YAML: what they hold may not be all there is.
    """
    found: dict[str, list[MappingNode]] = {}
    checked: list[tuple[MappingNode, str]] = []
    for source in sources:
        if source.file not in broken_files and all(map(_is_nothing, source.documents)):
            hint = "write a document, or delete the file"
            origin = Origin(source.file)
            report(finding(EMPTY_FILE, origin, "the file holds no document", hint))
        for root in source.documents:
            kind = _kind(root, report)
            if kind and isinstance(root, MappingNode):
                found.setdefault(kind, []).append(root)
                checked.append((root, kind))
    used = frozenset(key for root, _ in checked for key in _keys(root))
    assembled: dict[str, Any] = schema.assemble(used.__contains__) if checked else {}
    broken = set()
    for root, kind in checked:
        for diagnostic in check_shape(root, kind, assembled):
            broken.add(diagnostic.origin)
            report(diagnostic)
    by_kind = {kind: tuple(nodes) for kind, nodes in found.items()}
    documents = Documents(by_kind, frozenset(broken))
    for kind in _NAMED:
        _check_unique(documents.of(kind), kind, report)
    return documents


_NAMED: Final = ("Service", "Preset", "Dashboard", "Environment")


def _is_nothing(root: Node) -> bool:
    return isinstance(root, Scalar) and root.is_null


def _kind(root: Node, report: Reports) -> str:
    if _is_nothing(root):
        return ""
    if not isinstance(root, MappingNode):
        message = f"a document is a mapping, found {root.word}"
        report(finding(NOT_A_DOCUMENT, root.origin, message, _HEAD))
        return ""
    version = root.get("apiVersion")
    if not isinstance(version, Scalar) or version.text != schema.API_VERSION:
        place = root.origin if version is None else version.origin
        found = "no `apiVersion`" if version is None else f"`apiVersion` is {version.word}"
        message = f"{found}, this version reads `{schema.API_VERSION}`"
        report(finding(NOT_A_DOCUMENT, place, message, _HEAD))
        return ""
    kind = root.get("kind")
    if isinstance(kind, Scalar) and kind.text in schema.DOCUMENT_KINDS:
        return kind.text
    place = root.origin if kind is None else kind.origin
    guess = near(kind.text, schema.DOCUMENT_KINDS) if isinstance(kind, Scalar) else ""
    known = words(list(schema.DOCUMENT_KINDS))
    hint = f"did you mean `{guess}`?" if guess else f"write one of {known}"
    what = "no `kind`" if kind is None else f"kind {kind.word} is not known"
    report(finding(NOT_A_DOCUMENT, place, what, hint))
    return ""


_HEAD: Final = "begin with `apiVersion: obsgen/v1` and `kind: Service`"


def _keys(node: Node) -> Iterator[str]:
    pending: list[Node] = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, MappingNode):
            yield from node.entries
            pending.extend(entry.value for entry in node.entries.values())
        elif isinstance(node, Sequence):
            pending.extend(node.items)


def distinct(documents: tuple[MappingNode, ...]) -> tuple[MappingNode, ...]:
    """Return the first document of each name; the others were reported."""
    first = {name_of(document): document for document in reversed(documents)}
    return tuple(d for d in documents if d is first[name_of(d)])


def _check_unique(documents: tuple[MappingNode, ...], kind: str, report: Reports) -> None:
    first: dict[str, Origin] = {}
    for document in documents:
        name = name_of(document)
        if name and name in first:
            report(twice(f"{kind} `{name}`", document.origin / "name", first[name]))
        first.setdefault(name, document.origin / "name")
