"""
What the inference says of an expression holds in a real Prometheus.

Thousands of expressions, the same in every run, are asked as instant queries at several moments of
a small world. More of them, or others: OBSGEN_EXPRESSIONS=20000 OBSGEN_SEED=7.
"""

from __future__ import annotations

import functools
import http.client
import json
import math
import os
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import pytest
from oracles import Server, running_prometheus
from promql_expressions import KNOWN_AGGREGATIONS, KNOWN_FUNCTIONS, Expressions
from promql_world import CATALOGUE, MOMENTS, World, stored
from remote_write import RECEIVER, write

from obsgen.lint import LintOptions, lint
from obsgen.promql import Aggregate, Call, parse, walk
from obsgen.promql.meaning import Meaning, Meanings
from obsgen.promql.meaning.bounds import ANYTHING

COUNT: Final = int(os.environ.get("OBSGEN_EXPRESSIONS", "2000"))
SEED: Final = int(os.environ.get("OBSGEN_SEED", "42"))
_CONNECTIONS: Final = 4
# Prometheus adds up and interpolates in float64; the inference is exact.
_TOLERANCE: Final = 1e-9
_SHOWN: Final = 8
_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded"}

Series = tuple[dict[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Prometheus gives for an expression at a moment; *error* where it gives up."""

    text: str
    moment: int
    meaning: Meaning
    series: tuple[Series, ...]
    error: str


@functools.cache
def made() -> tuple[str, ...]:
    return Expressions(SEED).some(COUNT)


def asked(server: Server, texts: tuple[str, ...]) -> list[Answer]:
    """Ask all of them over one connection."""
    place = urllib.parse.urlsplit(server.url).netloc
    with closing(http.client.HTTPConnection(place)) as connection:
        return [
            _answer(connection, text, moment, meaning)
            for text in texts
            for meaning in (Meanings(parse(text), World()).whole,)
            for moment in MOMENTS
        ]


def _answer(
    connection: http.client.HTTPConnection, text: str, moment: int, meaning: Meaning
) -> Answer:
    body = urllib.parse.urlencode({"query": text, "time": f"{moment / 1000:.3f}"})
    connection.request("POST", "/api/v1/query", body, _HEADERS)
    answer = json.loads(connection.getresponse().read())
    return Answer(
        text=text,
        moment=moment,
        meaning=meaning,
        series=tuple(_series(answer["data"])) if "data" in answer else (),
        error=answer.get("errorType", ""),
    )


def _series(data: dict[str, Any]) -> Iterator[Series]:
    if data["resultType"] == "scalar":
        yield {}, float(data["result"][1])
        return
    for one in data["result"]:
        yield one["metric"], float(one["value"][1])


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    config = tmp_path_factory.mktemp("meaning") / "prometheus.yml"
    config.write_text("global: {scrape_interval: 15s}\n")
    texts = made()
    with running_prometheus(config, *RECEIVER) as server:
        write(server.url, list(stored()))
        shares = [texts[place::_CONNECTIONS] for place in range(_CONNECTIONS)]
        with ThreadPoolExecutor(_CONNECTIONS) as several:
            found = several.map(lambda share: asked(server, share), shares)
            return [answer for share in found for answer in share]


def demand(answers: list[Answer], problem: Callable[[Answer], str]) -> None:
    """Demand that no answer has the problem; the shortest expressions that do are shown."""
    found = {a.text: f"{a.text}   at {a.moment}: {said}" for a in answers if (said := problem(a))}
    shortest = sorted(found, key=lambda text: (len(text), text))[:_SHOWN]
    if found:
        lines = (f"{len(found)} expressions", *(found[text] for text in shortest))
        raise AssertionError("\n".join(lines))


def test_prometheus_accepts_every_expression(answers):
    demand(answers, lambda answer: answer.error if answer.error == "bad_data" else "")


def test_most_expressions_have_an_answer_with_series(answers):
    errors = Counter(answer.error for answer in answers)

    assert errors[""] > 0.7 * len(answers)
    assert sum(bool(answer.series) for answer in answers) > 0.3 * len(answers)


def test_every_function_and_aggregation_is_asked(answers):
    nodes = [node for answer in answers for node in walk(parse(answer.text))]
    called = {node.function for node in nodes if isinstance(node, Call)}
    aggregated = {node.op for node in nodes if isinstance(node, Aggregate)}

    assert KNOWN_FUNCTIONS <= called
    assert KNOWN_AGGREGATIONS <= aggregated


@pytest.mark.parametrize(
    ("said", "share"),
    [
        pytest.param(lambda meaning: meaning.labels.sure, 0.3, id="labels-surely-there"),
        pytest.param(lambda meaning: not meaning.labels.is_open, 0.6, id="labels-surely-not-there"),
        pytest.param(lambda meaning: meaning.is_nothing, 0.03, id="impossible"),
        pytest.param(lambda meaning: meaning.bounds != ANYTHING, 0.3, id="bounds"),
        pytest.param(lambda meaning: meaning.number is not None, 0.01, id="constants"),
        pytest.param(lambda meaning: meaning.values, 0.3, id="values-of-labels"),
    ],
)
def test_the_inference_often_says_something(answers, said, share):
    assert sum(bool(said(answer.meaning)) for answer in answers) > share * len(answers)


def lacking(answer: Answer) -> str:
    sure = answer.meaning.labels.sure
    return next((f"{sure - m.keys()} of {m}" for m, _ in answer.series if sure - m.keys()), "")


def test_no_series_lacks_a_label_that_is_surely_there(answers):
    demand(answers, lacking)


def surplus(answer: Answer) -> str:
    labels = answer.meaning.labels
    names = (name for metric, _ in answer.series for name in metric)
    return next((name for name in names if not labels.may_have(name)), "")


def test_no_series_has_a_label_that_is_surely_not_there(answers):
    demand(answers, surplus)


def possible(answer: Answer) -> str:
    return str(answer.series[0]) if answer.meaning.is_nothing and answer.series else ""


def test_what_is_called_impossible_has_no_series(answers):
    demand(answers, possible)


def outside(answer: Answer) -> str:
    bounds = answer.meaning.bounds
    low = -math.inf if bounds.low is None else float(bounds.low)
    high = math.inf if bounds.high is None else float(bounds.high)
    for _, value in answer.series:
        slack = _TOLERANCE * max(abs(value), 1) if math.isfinite(value) else 0
        if value < low - slack or value > high + slack:
            return f"{value} is not within {low} and {high}"
    return ""


def test_no_value_lies_beyond_the_bounds(answers):
    demand(answers, outside)


def different(answer: Answer) -> str:
    number = answer.meaning.number
    values = [value for _, value in answer.series]
    if number is None or all(math.isclose(number, v, rel_tol=_TOLERANCE) for v in values):
        return ""
    return f"{values} are not {number}"


def test_a_constant_is_the_value(answers):
    demand(answers, different)


def unknown(answer: Answer) -> str:
    known = answer.meaning.values
    pairs = ((name, metric.get(name)) for metric, _ in answer.series for name in known)
    return next((f'{n}="{v}"' for n, v in pairs if v is not None and v not in known[n]), "")


def test_no_label_has_a_value_that_it_cannot_have(answers):
    demand(answers, unknown)


@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("is_complete", [True, False], ids=["declared", "not-declared"])
def test_the_checks_take_whatever_prometheus_accepts(part, is_complete):
    rules = (f"  - {{record: 'a:b', expr: {json.dumps(text)}}}" for text in made()[part::10])
    text = "groups:\n- name: made\n  rules:\n" + "\n".join(rules)
    options = LintOptions(catalogue=CATALOGUE if is_complete else LintOptions().catalogue)

    built = lint({"made.yml": text}, options)

    assert "PQL400" not in {diagnostic.code.id for diagnostic in built.diagnostics}
