"""Words for labels: those that somebody asks for, so that every query finds what it looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.matchers import Matcher
from obsgen.model import Act, Service
from obsgen.simulate.values import examples

_SELECTOR: Final = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^{}]*)\}")
_MATCHER: Final = re.compile(r'([a-zA-Z_]\w*)\s*(=~|=)\s*"([^"\\$]*)"', re.ASCII)
_ENDINGS: Final = ("_bucket", "_count", "_sum")
_PATHS: Final = ("endpoint", "route", "path", "handler", "uri", "url")
_MOST: Final = 6
"""Words of one pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """
    Values of labels beside those that metrics declare.

    Attributes:
        only: By label, all values there are: those with a price.
        asked: By metric and label, values that must be among them.
    """

    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def words(self, metric: str, label: str) -> tuple[str, ...]:
        """Return what is asked for."""
        return self.asked.get((metric, label), ())


NO_WORDS: Final = Vocabulary()

Words = tuple[tuple[str, str, str], ...]
"""What queries ask for: a series, a label, a word; each once, in the order of the queries."""


def words_of(queries: Iterable[str]) -> Words:
    """Read the words out of queries."""
    return tuple(
        dict.fromkeys(
            (name, label, word)
            for query in queries
            for name, inner in _SELECTOR.findall(query)
            for label, op, text in _MATCHER.findall(inner)
            for word in examples(Matcher(label, op, text))[:_MOST]
        )
    )


def vocabulary_of(service: Service, words: Words, acts: Iterable[Act]) -> Vocabulary:
    """Return the words of queries, price lists and acts."""
    only: dict[str, dict[str, None]] = {}
    for price in service.prices:
        for key, _ in price.amounts:
            for label, value in zip(price.by, key, strict=True):
                only.setdefault(label, {})[value] = None
    asked: dict[tuple[str, str], dict[str, None]] = {}
    for name, label, word in words:
        asked.setdefault((_base(name, service), label), {})[word] = None
    for act in acts:
        for place in act.places:
            labels = (place.label,) if place.label else _PATHS if place.value[:1] == "/" else ()
            for metric in service.catalogue.metrics.values():
                for label in set(labels) & set(metric.labels):
                    asked.setdefault((metric.name, label), {})[place.value] = None
    return Vocabulary(
        only={label: tuple(found) for label, found in only.items()},
        asked={key: tuple(found) for key, found in asked.items()},
    )


def _base(name: str, service: Service) -> str:
    for ending in _ENDINGS:
        base = name.removesuffix(ending)
        if base != name and base in service.catalogue.metrics:
            return base
    return name
