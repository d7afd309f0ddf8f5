"""Receivers with their integrations, and what `shared` says for all of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import Json, ReceiverConfig, Written
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.gotemplate import Dialect, notifications
from obsgen.messages import templates
from obsgen.model import Project, ReceiverKind, Reports
from obsgen.receivers import KINDS
from obsgen.receivers._findings import NEWER_ALERTMANAGER, report_secrets
from obsgen.schema.kinds import load
from obsgen.source import Entry, MappingNode, Scalar, Sequence
from obsgen.versions import Version, needs

STATED_TWICE: Final = Code(
    "ALR562",
    "stated-twice",
    why="Routing documents are merged into one configuration, which has one value for it",
    fix="Keep one of the two.",
)
TWO_INTEGRATIONS: Final = Code(
    "ALR570",
    "two-integrations",
    why="a receiver holds at most one integration of a kind, so that each has a name of its own",
    fix="Make two receivers, and name both in `to: [a, b]`.",
)
CODES: Final = (STATED_TWICE, TWO_INTEGRATIONS)


@dataclass(frozen=True, slots=True)
class Integrations:
    """
    Reads what receivers hold.

    Attributes:
        shared: What stands under `shared:`, by its word.
    """

    shared: Mapping[str, Entry]
    project: Project
    report: Reports

    def receivers(self, entries: Mapping[str, Entry]) -> Iterable[ReceiverConfig]:
        """Yield each receiver that is a mapping."""
        for name, entry in entries.items():
            node = entry.value
            if isinstance(node, MappingNode):
                texts: list[Written] = []
                read = tuple(self._integrations(name, node, texts))
                yield ReceiverConfig(
                    name=name, integrations=read, texts=tuple(texts), origin=entry.key.origin
                )

    def globals(self) -> dict[str, Json]:
        """Return what `shared` says, each kind once."""
        found: dict[str, Json] = {}
        seen: dict[str, Scalar] = {}
        for word, entry in self.shared.items():
            kind = _sharing(word)
            reader = self._field_reader(f"shared {word}")
            if kind is None or not isinstance(entry.value, MappingNode):
                report_secrets(word, entry.value, reader)
            elif kind.key in seen:
                message = f"`shared.{word}` says what `shared.{seen[kind.key].text}` says"
                self.report(finding(STATED_TWICE, entry.key.origin, message, "keep one of the two"))
            else:
                seen[kind.key] = entry.key
                found.update(kind.globals(entry.value, reader))
        return found

    def _field_reader(self, subject: str, texts: list[Written] | None = None) -> _FieldReader:
        version = self.project.alertmanager_version
        return _FieldReader(
            subject=subject,
            version=version,
            dialect=dialect_of(version),
            texts=[] if texts is None else texts,
            reports=self.report,
        )

    def _integrations(
        self, name: str, node: MappingNode, texts: list[Written]
    ) -> Iterable[tuple[str, Mapping[str, Json]]]:
        """Yield the integrations of a receiver; *texts* gets the templates that they hold."""
        reader = self._field_reader(f"receiver `{name}`", texts)
        for key, entry in node.entries.items():
            if key not in KINDS:
                report_secrets(key, entry.value, reader)
                continue
            if isinstance(entry.value, Sequence):
                message = f"receiver `{name}` has a list of `{key}` integrations"
                hint = "make a receiver of each, and name them all in `to: [a, b]`"
                self.report(finding(TWO_INTEGRATIONS, entry.value.origin, message, hint))
                report_secrets(key, entry.value, reader)
            if isinstance(entry.value, MappingNode):
                kind = _kind(key)
                what = f"receiver `{name}`: {key}"
                check_version(entry.key, kind.since, what, self.project, self.report)
                yield kind.config_key, kind.read(entry.value, self._shared_node(kind), reader)

    def _shared_node(self, kind: ReceiverKind) -> MappingNode | None:
        entries = [self.shared[word] for word in kind.shared_keys if word in self.shared]
        node = entries[0].value if entries else None
        return node if isinstance(node, MappingNode) else None


@functools.cache
def dialect_of(version: Version) -> Dialect:
    """Return the templates of an Alertmanager, and those of the build."""
    return notifications(version, templates(version))


@dataclass(frozen=True, slots=True, kw_only=True)
class _FieldReader:
    """What a receiver kind is given."""

    subject: str
    version: tuple[int, int]
    dialect: Dialect
    reports: Reports
    texts: list[Written]

    def report(self, diagnostic: Diagnostic) -> None:
        self.reports(diagnostic)

    def keep(self, written: Written) -> None:
        self.texts.append(written)


def check_version(
    key: Scalar, since: tuple[int, int], what: str, project: Project, report: Reports
) -> None:
    """Report *what* stands under a key if the target Alertmanager does not have it yet."""
    version = project.alertmanager_version
    if version < since:
        message = needs(what, "Alertmanager", since, version)
        hint = "leave it out, or raise `alertmanager: {version: …}` in the Project"
        report(finding(NEWER_ALERTMANAGER, key.origin, message, hint))


def _kind(key: str) -> ReceiverKind:
    kind: ReceiverKind = load("receivers", key)
    return kind


def _sharing(word: str) -> ReceiverKind | None:
    """Return the kind of which `shared` speaks under a word."""
    likely = sorted(KINDS, key=lambda key: key != word)
    kinds = (_kind(key) for key in likely)
    return next((kind for kind in kinds if word in kind.shared_keys), None)
