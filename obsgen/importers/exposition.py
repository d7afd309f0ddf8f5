"""
Pages of metrics, read by the parsers of `prometheus_client`, the reference implementation.

They raise a bare `ValueError` without a place at the first line that is wrong, so the lines are
handed to them one by one; of a mistake that shows only at the end of a family, the family's first
line is told. Formats: "Exposition formats" (Prometheus) and OpenMetrics 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from obsgen.diagnostics import Diagnostic, Origin, finding
from obsgen.importers.content import BROKEN_METRICS
from obsgen.importers.harvest import Harvest, Told

_METADATA: Final = re.compile(r'\s*#\s+(HELP|TYPE|UNIT)\s+("(?:[^"\\]|\\.)*"|\S+)\s*(\S*)')
_NAME: Final = re.compile(r"\s*([^\s{#]+)")
_TYPES: Final = frozenset({"counter", "gauge", "histogram", "summary", "untyped"})
_OPENMETRICS_TYPES: Final = (_TYPES - {"untyped"}) | {
    *("gaugehistogram", "info", "stateset", "unknown"),
}
_STEP: Final = 1000
_SHOWN: Final = 120

_NOTHING: Final = Told(type="unknown")

# What their code does with text that nobody thought of: a key that is not there, and the like.
_FAILURES: Final = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def read_page(
    lines: tuple[str, ...],
    source: str,
    *,
    is_openmetrics: bool,
    advance: Callable[[int], None] = lambda _: None,
) -> Harvest | Diagnostic:
    """
    Read a page, or say what is wrong with it first.

    Args:
        source: Names it in findings.
        advance: Is told how many lines more are read.
    """
    import prometheus_client.openmetrics.parser as openmetrics
    import prometheus_client.parser as text_format

    feed = _Feed(lines, source, is_openmetrics=is_openmetrics, advance=advance)
    parser = openmetrics if is_openmetrics else text_format
    try:
        _gather(parser.text_fd_to_metric_families(feed), feed)
    except _FAILURES as error:
        format_ = "OpenMetrics" if is_openmetrics else "the text format"
        reason = " ".join(str(error).split())
        place = feed.place_of(reason)
        reason = _in_words(reason)
        reason = reason if len(reason) <= _SHOWN else f"{reason[: _SHOWN - 1]}…"
        message = f"this is not {format_}{f': {reason}' if reason else ''}"
        hint = ""
        if is_openmetrics:
            hint = "the text format may do: `curl -s URL | obsgen import metrics -`"
        return finding(BROKEN_METRICS, place, message, hint)
    return feed.harvest


_VALUE_AND_TIME: Final = 2


def _behind_labels(line: str) -> list[str]:
    """Return the words behind the name and the labels of a sample."""
    _, brace, rest = line.rpartition("}")
    return rest.split() if brace else line.split()[1:]


_NO_NUMBER: Final = re.compile(r"could not convert string to float: (?P<text>.+)")


def _in_words(reason: str) -> str:
    """Say in words of the format what the parser says in those of Python."""
    match = _NO_NUMBER.fullmatch(reason)
    if match is None:
        return reason
    if "{" in match["text"]:
        return "the quotes or braces of the labels are not closed"
    return f"{match['text']} is no number"


def _gather(families: Iterable[Any], feed: _Feed) -> None:
    harvest = feed.harvest
    for family in families:
        name = family.name
        # In the text format the parser takes `_total` from a counter's name, or adds it.
        type_ = "counter" if name in feed.counters else family.type
        if name in feed.described:
            # HELP and TYPE may stand apart.
            before = harvest.told.get(name, _NOTHING)
            harvest.told[name] = Told(
                type=before.type if before.type != _NOTHING.type else type_,
                help=before.help or family.documentation,
                unit=before.unit or family.unit,
            )
        for sample in family.samples:
            harvest.series_of(sample.name).add(sample.labels or {})


class _Feed:
    """Hands lines on, and remembers where each name was first read."""

    def __init__(
        self,
        lines: tuple[str, ...],
        source: str,
        *,
        is_openmetrics: bool,
        advance: Callable[[int], None],
    ) -> None:
        self.harvest = Harvest(source=source, is_openmetrics=is_openmetrics)
        self.counters: set[str] = set()
        self.described: set[str] = set()
        self._lines = lines
        self._is_openmetrics = is_openmetrics
        self._advance = advance
        self._number = -1

    def __iter__(self) -> Iterator[str]:
        """Yield the lines, each with its end."""
        last = len(self._lines) - 1
        for number, line in enumerate(self._lines):
            self._number = number
            if number % _STEP == _STEP - 1:
                self._advance(_STEP)
            if line or number < last:
                yield self._noted(line) + "\n"
        self._advance(len(self._lines) % _STEP)

    def _noted(self, line: str) -> str:
        """Note what a line is of; return it as the parser is to see it."""
        if match := _METADATA.match(line):
            name = match[2].strip('"')
            self._note(name, match.start(2))
            self.described.add(name)
            return self._typed(line, match[2], match[3]) if match[1] == "TYPE" else line
        if match := _NAME.match(line):
            if not self._is_openmetrics and len(line.split(None, 1)) == 1 and "{" not in line:
                raise ValueError("a sample is a name and a value")
            if not self._is_openmetrics and len(_behind_labels(line)) > _VALUE_AND_TIME:
                raise ValueError("a sample is a name, a value and at most a time")
            self._note(match[1], match.start(1))
        return line

    def _note(self, name: str, column: int) -> None:
        if name not in self.harvest.places:
            mark = (self._number, column, len(name))
            self.harvest.places[name] = Origin(self.harvest.source, mark=mark)

    def _typed(self, line: str, name: str, type_: str) -> str:
        # The parser looks at it only at the end of the family.
        if type_ not in (_OPENMETRICS_TYPES if self._is_openmetrics else _TYPES):
            raise ValueError(f"`{type_}` is no type")
        if type_ == "counter" and not self._is_openmetrics:
            # As something else it keeps the name that it has on the page.
            self.counters.add(name.strip('"'))
            return f"# TYPE {name} untyped"
        return line

    def place_of(self, reason: str) -> Origin:
        """Return where a mistake is: the line that was read last, or the family it speaks of."""
        source, line = self.harvest.source, self._lines[max(self._number, 0)]
        word = reason.rpartition(": ")[2]
        if word != line and word in self.harvest.places:
            return self.harvest.places[word]
        indent = len(line) - len(line.lstrip())
        mark = (max(self._number, 0), indent, max(len(line.strip()), 1))
        return Origin(source, mark=mark)
