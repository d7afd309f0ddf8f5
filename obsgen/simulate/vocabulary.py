"""Words for labels: those that somebody asks for, so that every query finds what it looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.matchers import Matcher
from obsgen.model import Act, Service
from obsgen.simulate.values import examples, is_common

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
        whole: By metric and label, where these are all there are.
    """

    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    whole: frozenset[tuple[str, str]] = frozenset()

    def words(self, metric: str, label: str) -> tuple[str, ...]:
        """Return what is asked for."""
        return self.asked.get((metric, label), ())


NO_WORDS: Final = Vocabulary()

Asked = dict[tuple[str, str], dict[str, None]]
"""Words by metric and label, in order."""

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
    asked: Asked = {}
    for name, label, word in words:
        asked.setdefault((_base(name, service), label), {})[word] = None
    for act in acts:
        for place in act.places:
            labels = (place.label,) if place.label else _PATHS if place.value[:1] == "/" else ()
            for metric in service.catalogue.metrics.values():
                for label in set(labels) & set(metric.labels):
                    asked.setdefault((metric.name, label), {})[place.value] = None
    found, whole = _shared(asked, service)
    return Vocabulary(
        only={label: tuple(words) for label, words in only.items()},
        asked={key: tuple(words) for key, words in found.items()},
        whole=whole,
    )


def _shared(asked: Asked, service: Service) -> tuple[Asked, frozenset[tuple[str, str]]]:
    """
    Return the words with those that metrics of the same prefix have for the same label.

    Returns:
        With it, where these are all words, since one of the metrics declares them.
    """
    words: Asked = {}
    declared: Asked = {}
    every = [
        (metric, label, own)
        for metric in service.catalogue.metrics.values()
        for label, own in metric.labels.items()
    ]
    for metric, label, own in every:
        key = (_prefix(metric.name), label)
        words.setdefault(key, {}).update(asked.get((metric.name, label), {}))
        declared.setdefault(key, {}).update(dict.fromkeys(own or ()))
    found, whole = dict(asked), set()
    for metric, label, own in every:
        key = (_prefix(metric.name), label)
        if own or is_common(label) or not (words[key] or declared[key]):
            continue
        own_words = asked.get((metric.name, label), {})
        found[metric.name, label] = {**own_words, **(declared[key] or words[key])}
        if declared[key]:
            whole.add((metric.name, label))
    return found, frozenset(whole)


def _prefix(name: str) -> str:
    """Return the first word of a name: metrics that begin alike tell of the same thing."""
    return name.split("_", maxsplit=1)[0]


def _base(name: str, service: Service) -> str:
    for ending in _ENDINGS:
        base = name.removesuffix(ending)
        if base != name and base in service.catalogue.metrics:
            return base
    return name
