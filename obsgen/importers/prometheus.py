"""
What a running Prometheus knows of its metrics, in few questions whose answers are bounded.

1. `metadata`: type, help and unit of every family, once.
2. `query`: how many series each name has right now, counted by the server.
3. `series`, for as many names at once as together have SERIES_AT_ONCE series.
4. `labels` and `label/…/values`, for single names that have more.

The second answer brings the server's own time: all else is asked for the five minutes before it, so
that no series of the past is looked for. Older versions pass over `limit`; the number of series
bounds what they answer. (Prometheus, "HTTP API".)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obsgen.catalogue import TARGET_LABELS
from obsgen.diagnostics import Code, Diagnostic, ObsgenError, Origin, Severity, finding
from obsgen.importers import answers
from obsgen.importers.complaints import MANY
from obsgen.importers.families import TYPES
from obsgen.importers.harvest import Harvest, Told
from obsgen.importers.wanted import Wanted
from obsgen.importers.words import listed
from obsgen.matchers import quoted
from obsgen.schema.shared import METRIC_PATTERN

API_UNREADABLE: Final = Code(
    "OUT963",
    "api-unreadable",
    why="the server does not answer as Prometheus's HTTP API does",
    fix="Give the address that Prometheus's own pages have, without what follows the host (or the "
    "path that a proxy puts before it).",
)
TOO_MANY_NAMES: Final = Code(
    "OUT964",
    "too-many-metrics",
    why="a catalogue of a whole company is of no use in one file, and asking for it takes long",
    fix="Import one service at a time: `--job NAME`, or `--match 'gateway_*'`.",
)
LABELS_OF_TARGETS: Final = Code(
    "OUT965",
    "labels-of-targets",
    why="what the scrape configuration adds belongs to every metric; declared for each, it would "
    "be wrong as soon as the configuration changes",
    fix="List them once, in the Project: `target_labels: [environment, pod]`.",
    severity=Severity.INFO,
)
CODES: Final = (API_UNREADABLE, TOO_MANY_NAMES, LABELS_OF_TARGETS)

SERIES_AT_ONCE: Final = 10_000
MOST_NAMES: Final = 20_000

_LOOKBACK_SECONDS: Final = 300
# Some proxies take no longer addresses.
_PATTERN_LENGTH: Final = 4000
_ENOUGH: Final = 10 * MANY
_UP: Final = "up"
_NAME: Final = "__name__"

Ask = Callable[[str, Sequence[tuple[str, str]]], bytes]
"""Asks for a path below `/api/v1/`, with parameters; returns the body."""


class ApiUnreadable(ObsgenError):
    """The server does not answer as Prometheus's HTTP API does."""

    code = API_UNREADABLE


class TooManyNames(ObsgenError):
    """There are more metrics than a catalogue can hold."""

    code = TOO_MANY_NAMES


@dataclass(frozen=True, slots=True)
class _Question:
    """Names whose series are asked for together, or one whose labels are."""

    names: tuple[str, ...]
    has_many: bool = False


class Prometheus:
    """
    What there is to ask of a server, and then what it told.

    Attributes:
        questions: How many will be asked by `harvest`.
    """

    def __init__(self, ask: Ask, source: str, *, job: str = "") -> None:
        self._ask = ask
        self._harvest = Harvest(source=source, is_live=True)
        self._scope = f",job={quoted(job)}" if job else ""
        self._of_jobs: dict[str, set[str]] = {}
        self._window: tuple[tuple[str, str], ...] = ()
        self.questions: tuple[_Question, ...] = ()

    def prepare(self, wanted: Wanted) -> None:
        """
        Ask what there is; nothing yet of any series.

        Raises:
            ApiUnreadable: it is no Prometheus that answers.
            TooManyNames: there are too many of them.
        """
        self._told()
        counts = self._counts(wanted)
        if len(counts) > MOST_NAMES:
            message = f"`{self._harvest.source}` has {len(counts)} names of series"
            raise TooManyNames(message, "narrow it: `--job NAME` or `--match 'gateway_*'`")
        self.questions = tuple(_questions(counts))

    def harvest(self, advance: Callable[[int], None]) -> Harvest:
        """
        Ask for series and labels.

        Args:
            advance: Is told of each question that is answered.
        """
        self._learn_of_targets()
        for question in self.questions:
            if question.has_many:
                self._ask_labels(question.names[0])
            else:
                self._ask_series(question.names)
            advance(1)
        return self._harvest

    def _told(self) -> None:
        for name, entries in sorted(answers.mapping(self._data("metadata")).items()):
            told = {
                tuple(answers.text(entry, key) for key in ("type", "help", "unit"))
                for entry in answers.rows(entries)
            }
            # Which target said what is not told, and their order changes from answer to answer.
            known = sorted(each for each in told if each[0] in TYPES) or [("unknown", "", "")]
            type_, text, unit = known[0]
            others = tuple(sorted({each[0] for each in known} - {type_}))
            self._harvest.told[name] = Told(type=type_, help=text, unit=unit, others=others)

    def _counts(self, wanted: Wanted) -> dict[str, int]:
        """Return how many series the names have that may be needed; learn the server's time."""
        selector = f"{{{_NAME}=~{quoted(wanted.pattern)}{self._scope}}}"
        answer = self._data("query", ("query", f"count by ({_NAME}) ({selector})"))
        counts = {}
        for row in answers.rows(answers.mapping(answer).get("result")):
            name = answers.text(answers.mapping(row.get("metric")), _NAME)
            time, count = answers.pair(row.get("value"))
            self._window = (("start", str(time - _LOOKBACK_SECONDS)), ("end", str(time)))
            if wanted.may_need(name) and re.fullmatch(METRIC_PATTERN, name):
                counts[name] = int(count)
            else:
                # Not imported: that it is there is all that is to be known.
                self._harvest.series_of(name)
        return dict(sorted(counts.items()))

    def _learn_of_targets(self) -> None:
        """Learn the labels of targets: `up` has these and no others, whatever the relabelling."""
        for labels in self._series(f"{_UP}{{{self._scope.removeprefix(',')}}}"):
            self._of_jobs.setdefault(labels.get("job", ""), set()).update(labels)

    def _ask_series(self, names: tuple[str, ...]) -> None:
        for labels in self._series(self._selector(names)):
            name = labels.pop(_NAME, "")
            of_target = self._of_jobs.get(labels.get("job", ""), set()).union(TARGET_LABELS)
            self._harvest.of_targets |= of_target & labels.keys() - set(TARGET_LABELS)
            if name in names:
                self._harvest.series_of(name).add(labels, of_target)

    def _ask_labels(self, name: str) -> None:
        match = ("match[]", self._selector((name,)))
        labels = set(answers.texts(self._data("labels", match, *self._window))) - {_NAME}
        jobs = self._values("job", match) if "job" in labels else ()
        of_jobs = [self._of_jobs.get(job, set()) for job in jobs]
        of_target = set.intersection(*of_jobs) if of_jobs else set()
        self._harvest.of_targets |= labels & of_target - set(TARGET_LABELS)
        series = self._harvest.series_of(name)
        for label in sorted(labels - of_target.union(TARGET_LABELS)):
            series.add_values(label, self._values(label, match))

    def _selector(self, names: tuple[str, ...]) -> str:
        return f"{{{_NAME}=~{quoted('|'.join(names))}{self._scope}}}"

    def _series(self, selector: str) -> Iterator[dict[str, str]]:
        limit = ("limit", str(2 * SERIES_AT_ONCE))
        for row in answers.rows(self._data("series", ("match[]", selector), limit, *self._window)):
            yield {label: value for label, value in row.items() if isinstance(value, str)}

    def _values(self, label: str, match: tuple[str, str]) -> tuple[str, ...]:
        limit = ("limit", str(_ENOUGH))
        return answers.texts(self._data(f"label/{label}/values", match, limit, *self._window))

    def _data(self, path: str, *params: tuple[str, str]) -> object:
        try:
            answer = json.loads(self._ask(path, params), parse_float=Decimal)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and answer.get("status") == "success" and "data" in answer:
            return answer["data"]
        message = f"`{self._harvest.source}` does not answer as a Prometheus does to `{path}`"
        raise ApiUnreadable(message, "is this the address of its own pages?")


def notes(harvest: Harvest) -> Iterator[Diagnostic]:
    """Yield what the Project has to say for the catalogue to be whole."""
    if harvest.of_targets:
        labels = sorted(harvest.of_targets)
        message = f"the targets of these series bring {listed(labels)}"
        hint = f"write `target_labels: [{', '.join(labels)}]` in the Project"
        yield finding(LABELS_OF_TARGETS, Origin(harvest.source), message, hint)


def _questions(counts: Mapping[str, int]) -> Iterator[_Question]:
    names: list[str] = []
    series = length = 0
    for name, count in counts.items():
        if count > SERIES_AT_ONCE:
            yield _Question((name,), has_many=True)
            continue
        if series + count > SERIES_AT_ONCE or length + len(name) > _PATTERN_LENGTH:
            yield _Question(tuple(names))
            names, series, length = [], 0, 0
        names.append(name)
        series, length = series + count, length + len(name) + 1
    if names:
        yield _Question(tuple(names))
