"""
Expressions that Prometheus 2.42 accepts, made at random from a seed: every function, aggregation
and matching clause that it knows, over the series of a small world.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

from obsgen.checks.features import SINCE
from obsgen.promql.functions import AGGREGATIONS, COMPARISONS, FUNCTIONS, SET_OPERATORS, Type

_TARGET: Final = (2, 42)
NEWER: Final = frozenset(name for name, since in SINCE.items() if since > _TARGET)
"""Functions and aggregations that Prometheus 2.42 does not know."""

_FUNCTIONS: Final = {name: s for name, s in sorted(FUNCTIONS.items()) if name not in NEWER}
_AGGREGATIONS: Final = [name for name in sorted(AGGREGATIONS) if name not in NEWER]
KNOWN_FUNCTIONS: Final = frozenset(_FUNCTIONS)
KNOWN_AGGREGATIONS: Final = frozenset(_AGGREGATIONS)
_ARITHMETIC: Final = ("+", "-", "*", "/", "%", "^", "atan2")
_LABELS: Final = ("job", "instance", "code", "zone", "disk", "le", "kind", "absent", "__name__")
_METRICS: Final = (
    "requests_total", "busy_seconds_total", "temperature", "odd", "free_bytes", "load", "up",
    "undeclared", "latency_seconds_bucket", "latency_seconds_count", "latency_seconds_sum",
    "missing",
)  # fmt: skip
_MATCHERS: Final = (
    'job="api"', 'job=~"api|db"', 'job!="api"', 'job!~"a.*"', 'job="none"', 'job=~"n.+"',
    'instance=~".*-0"', 'instance="db-1"', 'code="500"', 'code=~"5..|404"', 'code!="200"',
    'zone=""', 'zone!=""', 'zone="east"', 'disk=~".+"', 'le="0.5"', 'le="+Inf"', 'le=~"0.1|1"',
    'kind="k1"', 'absent=""', 'absent="x"', 'absent!="x"', 'absent=~"x|"', 'job=~""',
)  # fmt: skip
_NUMBERS: Final = (
    "0", "1", "2", "-1", "0.5", "0.1", "-0.5", "100", "1e3", "60", "1024", "8", "0x10", "Inf",
    "-Inf", "NaN", "3600", "0.9", "1e-6", "0.3",
)  # fmt: skip
_RANGES: Final = ("1m", "5m", "20m", "1h", "40s", "1s")
_SUBQUERIES: Final = ("10m:1m", "5m:", "30m:5m", "1m:15s", "10s:7s")
_OFFSETS: Final = ("1m", "30m", "-5m", "3h")
_STRINGS: Final = {
    # label, replacement, source, pattern
    "label_replace": (
        ("zone", "new", "job", "__name__", "le"), ("$1", "x", "", "a-$1"),
        ("job", "code", "absent", "__name__"), ("(.*)", "a.*", "nothing", ""),
    ),
    "label_join": (("zone", "new", "job", "le"), ("-", "", ","), ("job", "code", "absent")),
}  # fmt: skip
_SHAPED: Final = (
    "histogram_quantile({0}, sum by (le, {1}) (rate(latency_seconds_bucket[{2}])))",
    "histogram_quantile({0}, rate(latency_seconds_bucket[{2}]))",
    "histogram_quantile({0}, latency_seconds_bucket)",
    'sum by ({1}) (rate(requests_total{{code="500"}}[{2}]))'
    " / sum by ({1}) (rate(requests_total[{2}]))",
    'sum(rate(latency_seconds_bucket{{le="0.5"}}[{2}])) / sum(rate(latency_seconds_count[{2}]))',
    "rate(latency_seconds_sum[{2}]) / rate(latency_seconds_count[{2}])",
    "1 - avg_over_time(up[{2}])",
    'count_values by ({1}) ("value", up)',
    "requests_total * on (instance) group_left (job) load",
    "temperature * on (instance) group_left () up",
    'temperature{{zone="east"}} * on (instance) group_left (zone) load',
    'temperature * on (instance) group_left (job) label_replace(load, "job", "x", "", "")',
    'label_replace(up, "job", "x", "", "") + on (instance) group_right (job) requests_total',
    "up * on (instance) group_right (job) temperature",
    "sum by (job) (load) > on (job) max by (job) (up)",
    'absent(requests_total{{job="none", code=~"5.."}})',
    'absent_over_time(up{{job="none", instance="x"}}[{2}])',
    "(load > {0}) or vector({0})",
    "sum(load) by (job) unless on (job) up",
)


def _different(texts: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text


class Expressions:
    """Makes expressions, the same ones from the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def some(self, count: int) -> tuple[str, ...]:
        """Return so many different expressions; every function and aggregation comes early."""
        return tuple(itertools.islice(_different(self._endless()), count))

    def _endless(self) -> Iterator[str]:
        names = [*_FUNCTIONS, *_AGGREGATIONS]
        for number in itertools.count():
            if number < 4 * len(names):
                yield self._named(names[number % len(names)], number // len(names) % 2 + 1)
            elif self._random.random() < 0.1:
                yield self._shaped()
            elif self._random.random() < 0.05:
                yield self._one("", "-", "vector") + f"({self._scalar(2)})"
            else:
                yield self._vector(self._random.choice((1, 1, 2, 2, 3, 3, 4)))

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _named(self, name: str, depth: int) -> str:
        return self._call(name, depth) if name in _FUNCTIONS else self._aggregate(name, depth)

    def _shaped(self) -> str:
        shape = self._one(*_SHAPED)
        return shape.format(
            self._one(*_NUMBERS), self._one("job", "instance"), self._one("5m", "1h")
        )

    def _vector(self, depth: int) -> str:
        if depth <= 0:
            return self._selector()
        kind = self._random.random()
        if kind < 0.34:
            names = [n for n, s in _FUNCTIONS.items() if s.returns is Type.VECTOR]
            return self._call(self._one(*names), depth)
        if kind < 0.56:
            return self._aggregate(self._one(*_AGGREGATIONS), depth)
        if kind < 0.9:
            return self._binary(depth)
        if kind < 0.94:
            return f"{self._one('-', '+')}({self._vector(depth - 1)})"
        if kind < 0.96:
            return self._shaped()
        return self._selector()

    def _scalar(self, depth: int) -> str:
        kind = self._random.random()
        if depth <= 0 or kind < 0.7:
            return self._one(*_NUMBERS, "time()", "pi()")
        if kind < 0.85:
            return f"scalar({self._vector(depth - 1)})"
        if kind < 0.9:
            return f"-({self._scalar(depth - 1)})"
        left, right = self._scalar(depth - 1), self._scalar(depth - 1)
        if kind < 0.95:
            return f"({left} {self._one(*sorted(COMPARISONS))} bool {right})"
        return f"({left} {self._one(*_ARITHMETIC)} {right})"

    def _range(self, depth: int) -> str:
        if depth > 0 and self._random.random() < 0.4:
            return f"({self._vector(depth - 1)})[{self._one(*_SUBQUERIES)}]{self._moved()}"
        return f"{self._plain_selector()}[{self._one(*_RANGES)}]{self._moved()}"

    def _selector(self) -> str:
        return self._plain_selector() + self._moved()

    def _plain_selector(self) -> str:
        matchers = [self._one(*_MATCHERS) for _ in range(self._random.choice((0, 0, 1, 1, 2)))]
        inside = f"{{{','.join(matchers)}}}" if matchers else ""
        if self._random.random() < 0.05:
            return self._one('{__name__=~"load|up"}', '{job="api"}', '{__name__="load",job=~".+"}')
        return self._one(*_METRICS) + inside

    def _moved(self) -> str:
        if self._random.random() < 0.85:
            return ""
        offset = f" offset {self._one(*_OFFSETS)}"
        at = self._one(" @ 1704070800", " @ start()", " @ end()")
        return self._one(offset, at, at + offset)

    def _call(self, name: str, depth: int) -> str:
        signature = _FUNCTIONS[name]
        if name in _STRINGS:
            texts = [f'"{self._one(*choices)}"' for choices in _STRINGS[name]]
            return f"{name}({', '.join((self._vector(depth - 1), *texts))})"
        # More than two are the strings of labels alone, which are made above.
        count = self._random.randint(signature.least, min(signature.most, len(signature.arguments)))
        made = {Type.VECTOR: self._vector, Type.SCALAR: self._scalar, Type.MATRIX: self._range}
        arguments = (made[signature.argument(place)](depth - 1) for place in range(count))
        return f"{name}({', '.join(arguments)})"

    def _labels(self) -> str:
        return ", ".join(self._random.sample(_LABELS, self._random.randint(0, 3)))

    def _aggregate(self, name: str, depth: int) -> str:
        grouping = self._one("", f" by ({self._labels()}) ", f" without ({self._labels()}) ")
        parameter = AGGREGATIONS[name]
        first = ""
        if parameter is Type.STRING:
            first = f'"{self._one("value", "job", "le", "__name__")}", '
        elif parameter is Type.SCALAR:
            first = f"{self._one('1', '2', '0.5', '0', '0.9', self._scalar(depth - 1))}, "
        return f"{name}{grouping}({first}{self._vector(depth - 1)})"

    def _binary(self, depth: int) -> str:
        left = self._vector(depth - 1)
        kind = self._random.random()
        operators = (*_ARITHMETIC, *_ARITHMETIC, *sorted(COMPARISONS))
        if kind < 0.2:
            right = left if self._random.random() < 0.2 else self._vector(depth - 1)
            on = self._one("", f" on ({self._labels()})", f" ignoring ({self._labels()})")
            return f"({left}) {self._one(*sorted(SET_OPERATORS))}{on} ({right})"
        operator = self._one(*operators)
        if operator in COMPARISONS and self._random.random() < 0.4:
            operator += " bool"
        if kind < 0.6:
            sides = [f"({left})", self._scalar(depth - 1)]
            self._random.shuffle(sides)
            return f"{sides[0]} {operator} {sides[1]}"
        right = left if self._random.random() < 0.3 else self._vector(depth - 1)
        return f"({left}) {operator}{self._matching()} ({right})"

    def _matching(self) -> str:
        if self._random.random() < 0.3:
            return ""
        names = self._random.sample(_LABELS, self._random.randint(0, 3))
        word = self._one("on", "ignoring")
        clause = f" {word} ({', '.join(names)})"
        if self._random.random() < 0.4:
            return clause
        taken = self._random.sample(_LABELS[:-1], self._random.randint(0, 2))
        if word == "on":
            taken = [label for label in taken if label not in names]
        return f"{clause} group_{self._one('left', 'right')} ({', '.join(taken)})"
