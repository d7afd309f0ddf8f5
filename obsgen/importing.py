"""
What `obsgen import` does: finds out what a source is, reads it, and makes a spec of it.

A source is bytes, the address of a page of metrics, or that of a Prometheus. Which of the two an
address is, its answer tells: who has no page of metrics there is asked as a Prometheus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote

from obsgen.diagnostics import NOWHERE, Code, Diagnostic, finding, has_errors
from obsgen.http import Answer, HttpError, ServerRefused, shown
from obsgen.importers import answers, content, prometheus
from obsgen.importers.complaints import complaints
from obsgen.importers.document import Head, write_document
from obsgen.importers.exposition import read_page
from obsgen.importers.families import sort
from obsgen.importers.harvest import Harvest
from obsgen.importers.wanted import OF_THE_RUNTIME, Wanted
from obsgen.plurals import counted
from obsgen.source import Source, SourceMap

NOTHING_IMPORTED: Final = Code(
    "OUT970",
    "nothing-imported",
    why="a catalogue without metrics is never what was meant",
    fix="Check `--match` and `--job`; `--with-runtime` imports what client libraries bring.",
)
CODES: Final = (NOTHING_IMPORTED,)

_API: Final = "/api/v1/"
_JSON: Final = "application/json"

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Shows how far something is: what is done, and how many steps it has."""


class Client(Protocol):
    """Asks servers, as `http.Client` does."""

    def get(self, url: str, params: Sequence[tuple[str, str]] = (), *, accept: str) -> Answer:
        """Ask one question; raises HttpError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """
    What came of a source.

    Attributes:
        text: The spec; empty where there is an error.
        metrics: How many it declares.
        refused: Why metrics were not imported, with their number.
    """

    diagnostics: tuple[Diagnostic, ...]
    source_map: SourceMap = field(default_factory=lambda: SourceMap(()))
    sources: tuple[str, ...] = ()
    text: str = ""
    metrics: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """What was done, in a sentence."""
        words = [f"{counted(self.metrics, 'metric')} imported", *_refusals(self.refused)]
        hint = "; `--with-runtime` imports these, too" if OF_THE_RUNTIME in self.refused else ""
        return ", ".join(words) + hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Makes specs of what it is given: which metrics, below which head, shown how."""

    wanted: Wanted
    head: Head
    progress: Progress

    def from_page(self, data: bytes, content_type: str = "") -> Imported:
        """Import a page of metrics, in either format."""
        text = content.read_text(data, self.head.source, content_type)
        if isinstance(text, Diagnostic):
            return self._broken(text, data.decode("utf-8", "replace"))
        lines = tuple(text.split("\n"))
        with self.progress("reading metrics", len(lines)) as advance:
            harvest = read_page(
                lines,
                self.head.source,
                is_openmetrics=content.is_openmetrics(text, content_type),
                advance=advance,
            )
        if isinstance(harvest, Diagnostic):
            return self._broken(harvest, text)
        return self._made(harvest, self._map(lines), ())

    def from_url(self, url: str, client: Client) -> Imported:
        """
        Import what is at an address: a page, or a Prometheus.

        Raises:
            HttpError, prometheus.ApiUnreadable: it is neither.
        """
        try:
            answer = client.get(url, accept=content.ACCEPT)
        except ServerRefused as refused:
            return self._from_api_or(url, client, refused)
        found = self.from_page(answer.body, answer.content_type)
        if any(d.code is content.NOT_METRICS for d in found.diagnostics):
            return self._from_api_or(url, client, found)
        return found

    def from_prometheus(self, url: str, client: Client, job: str = "") -> Imported:
        """
        Import what a Prometheus knows.

        Raises:
            HttpError, prometheus.ApiUnreadable, prometheus.TooManyNames: it does not tell.
        """
        base = url.rstrip("/") + _API

        def ask(path: str, params: Sequence[tuple[str, str]]) -> bytes:
            try:
                return client.get(base + quote(path), params, accept=_JSON).body
            except ServerRefused as refused:
                if said := answers.error_text(refused.body):
                    message = f"`{shown(base + path)}` says: {said}"
                    hint = "ask for less: `--job NAME`, `--match GLOB`"
                    raise prometheus.ApiUnreadable(message, hint) from refused
                raise

        server = prometheus.Prometheus(ask, self.head.source, job=job)
        server.prepare(self.wanted)
        with self.progress("asking Prometheus", len(server.questions)) as advance:
            harvest = server.harvest(advance)
        return self._made(harvest, SourceMap(()), prometheus.notes(harvest))

    def _from_api_or(self, url: str, client: Client, other: Imported | HttpError) -> Imported:
        """Import from a Prometheus; where there is none, what was found before is told."""
        try:
            return self.from_prometheus(url, client)
        except (ServerRefused, prometheus.ApiUnreadable):
            if isinstance(other, HttpError):
                raise other from None
            return other

    def _made(
        self, harvest: Harvest, source_map: SourceMap, more: Iterable[Diagnostic]
    ) -> Imported:
        found = sort(harvest, self.wanted.refusal)
        notes = (*found.diagnostics, *complaints(found.families), *more)
        refused = Counter(found.refused.values())
        if not found.families:
            message = ", ".join(["there is nothing to import", *_refusals(refused)])
            hint = "`--with-runtime` imports these, too" if OF_THE_RUNTIME in refused else ""
            notes = (*notes, finding(NOTHING_IMPORTED, NOWHERE, message, hint))
        return Imported(
            diagnostics=notes,
            source_map=source_map,
            text="" if has_errors(notes) else write_document(found.families, self.head),
            metrics=len(found.families),
            refused=refused,
        )

    def _broken(self, problem: Diagnostic, text: str) -> Imported:
        return Imported(diagnostics=(problem,), source_map=self._map(tuple(text.split("\n"))))

    def _map(self, lines: tuple[str, ...]) -> SourceMap:
        return SourceMap((Source(file=self.head.source, lines=lines, documents=()),))


def _refusals(refused: Mapping[str, int]) -> list[str]:
    return [f"{number} {reason} left out" for reason, number in sorted(refused.items())]
