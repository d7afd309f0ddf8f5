"""
A Prometheus is asked for its metrics: in how many questions, and what comes of the answers.

The answers are made here, as the HTTP API documents them; test_import_live.py has the real server.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing_pages import (
    FakePrometheus,
    Refusing,
    Saying,
    an_importer,
    codes,
    findings,
    metrics,
)

from obsgen import build
from obsgen.diagnostics import ObsgenError, has_errors
from obsgen.importers import prometheus
from obsgen.importing import Imported

URL = "http://prometheus"
TARGET = {"job": "cart", "instance": "cart-1:80", "env": "dev"}


def series(name: str, **labels: str) -> dict[str, str]:
    return {"__name__": name, **TARGET, **labels}


def told(type_: str, help_: str = "", unit: str = "") -> list[dict[str, str]]:
    return [{"type": type_, "help": help_, "unit": unit}]


def from_api(server: Any, job: str = "", **options: Any) -> Imported:
    return an_importer(**options).from_prometheus(URL, server, job)


UP = {"__name__": "up", **TARGET}
CART = [
    UP,
    series("requests_total", code="200", route="/"),
    series("requests_total", code="500"),
    series("took_seconds_bucket", le="0.1"),
    series("took_seconds_bucket", le="1.0"),
    series("took_seconds_bucket", le="+Inf"),
    series("took_seconds_sum"),
    series("took_seconds_count"),
    series("requests_created"),
    series("size_bytes", quantile="0.5"),
    series("size_bytes_sum"),
    series("size_bytes_count"),
    series("native_seconds", route="/"),
    series("build_info", version="1"),
    series("job:requests:rate5m"),
    series("ALERTS", alertname="X"),
]
METADATA = {
    "requests": told("counter", "All requests"),
    "took_seconds": told("histogram"),
    "size_bytes": told("summary"),
    "native_seconds": told("histogram"),
    "build": told("info"),
    "gone_total": told("counter"),
}


def test_metadata_and_series_become_a_catalogue():
    imported = from_api(FakePrometheus(CART, METADATA))

    assert {
        "build_info": {"type": "gauge", "labels": ["version"]},
        "native_seconds": {"type": "native_histogram", "labels": ["route"]},
        "requests_total": {"type": "counter", "labels": ["code", "route"], "help": "All requests"},
        "size_bytes": {"type": "summary", "quantiles": [0.5]},
        "took_seconds": {"type": "histogram", "buckets": [0.1, 1]},
    } == metrics(imported)
    assert list(metrics(imported)) == sorted(metrics(imported))
    assert not build({"specs/a.yaml": imported.text}).diagnostics


def test_labels_of_targets_are_left_out_and_told_for_the_project():
    imported = from_api(FakePrometheus(CART, METADATA))

    assert findings(imported) == (
        "page: info: the targets of these series bring `env` [OUT965]\n"
        "  hint: write `target_labels: [env]` in the Project\n"
    )


def test_a_label_of_the_targets_of_another_job_is_one_of_the_metric():
    other = {"__name__": "x", "job": "shop", "instance": "shop-1:80", "env": "of the metric"}
    up = {"__name__": "up", "job": "shop", "instance": "shop-1:80"}
    imported = from_api(FakePrometheus([*CART, up, other]))

    assert ["env"] == metrics(imported)["x"]["labels"]


def test_small_names_are_asked_for_together():
    many = [series(f"metric_{number}") for number in range(100)]
    server = FakePrometheus([*CART, *many], METADATA)
    imported = from_api(server)

    assert 105 == len(metrics(imported))
    assert ["metadata", "query", "series", "series"] == [path for path, _ in server.asked]
    window = {"start": "1699999700.25", "end": "1700000000.25"}
    asked_series = [params for path, params in server.asked if path == "series"]
    assert all(window.items() <= params.items() for params in asked_series)


def test_questions_are_bounded_by_series_and_by_their_own_length():
    server = FakePrometheus([series(f"metric_with_a_long_name_{n:04}") for n in range(400)])
    server.sizes = {f"metric_with_a_long_name_{n:04}": 3000 for n in range(12)}
    imported = from_api(server)
    selectors = [params["match[]"] for path, params in server.asked if path == "series"][1:]

    assert 400 == len(metrics(imported))
    assert max(map(len, selectors)) < 4200
    assert [3, 3, 3] == [selector.count("|") + 1 for selector in selectors[:3]]
    assert len(selectors) < 10


def test_a_name_with_very_many_series_is_asked_for_its_labels_alone():
    server = FakePrometheus(CART, METADATA)
    server.sizes = {"requests_total": 1_000_000, "took_seconds_bucket": 20_000}
    imported = from_api(server, values=5)

    assert {"code": ["200", "500"], "route": ["/"]} == metrics(imported)["requests_total"]["labels"]
    assert [0.1, 1] == metrics(imported)["took_seconds"]["buckets"]
    paths = [path for path, _ in server.asked]
    assert {"labels", "label/code/values", "label/route/values", "label/le/values"} <= set(paths)
    assert "label/env/values" not in paths
    asked = [params["match[]"] for path, params in server.asked if path == "series"]
    assert not any("requests_total" in selector for selector in asked)
    limits = {params["limit"] for path, params in server.asked if path.startswith("label/")}
    assert {"1000"} == limits


def test_a_job_and_patterns_narrow_what_the_server_looks_for():
    server = FakePrometheus(CART, METADATA)
    imported = from_api(server, job='ca"rt', globs=("requests_*", "took*"))
    query = dict(server.asked)["query"]["query"]

    assert (
        'count by (__name__) ({__name__=~"(?:requests_.*|took.*)'
        "(?:_bucket|_count|_sum|_created|_total|_info|_gcount|_gsum)?"
        '",job="ca\\"rt"})'
    ) == query
    assert ["requests_total", "took_seconds"] == list(metrics(imported))
    series_asked = [params["match[]"] for path, params in server.asked if path == "series"]
    assert 'up{job="ca\\"rt"}' == series_asked[0]
    assert all(selector.endswith(',job="ca\\"rt"}') for selector in series_asked[1:])


def test_types_that_differ_are_told_and_one_is_taken():
    metadata = {"x_total": [*told("gauge", "b"), *told("counter", "a"), *told("unknown")]}
    imported = from_api(FakePrometheus([UP, series("x_total")], metadata))

    assert {"x_total": {"type": "counter", "help": "a"}} == metrics(imported)
    assert (
        "page: warning: `x_total` is exposed as `counter` and `gauge`; it is taken for a counter "
        "[OUT969]\n"
    ) in findings(imported)


def test_series_without_metadata_are_guessed():
    bucket = [series("x_bucket", le="1"), series("x_bucket", le="+Inf")]
    imported = from_api(FakePrometheus([UP, *bucket, series("x_sum"), series("x_count")]))

    assert {"x": {"type": "histogram", "buckets": [1]}} == metrics(imported)
    assert ["OUT967", "OUT965"] == codes(imported)


def test_a_name_that_no_spec_can_have_is_told_and_not_asked_for():
    server = FakePrometheus([series("http.requests"), series("x")])
    imported = from_api(server)

    assert "OUT966" in codes(imported)
    assert ["x"] == list(metrics(imported))
    assert not any("http.requests" in params.get("match[]", "") for _, params in server.asked)


def test_nothing_alive_is_an_error():
    assert ["OUT970"] == codes(from_api(FakePrometheus([], METADATA)))


def test_a_whole_company_is_refused():
    server = FakePrometheus([series(f"x{number}") for number in range(20_001)])
    with pytest.raises(prometheus.TooManyNames) as caught:
        from_api(server)

    assert "`page` has 20001 names of series" == caught.value.message


# --- what does not answer as a Prometheus


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"status":"error"}',
        b'{"status":"success"}',
        b"[" * 100_000,
        b"\xff",
        b'{"status":"success","data":' + b"9" * 5000 + b"}",
    ],
)
def test_an_answer_that_is_none_is_said(body: bytes):
    with pytest.raises(prometheus.ApiUnreadable) as caught:
        from_api(Saying(body))

    assert "`page` does not answer as a Prometheus does to `metadata`" == caught.value.message


def test_what_prometheus_says_went_wrong_is_passed_on():
    error = "query processing would load too many samples\ninto memory"
    body = json.dumps({"status": "error", "errorType": "execution", "error": error}).encode()
    with pytest.raises(prometheus.ApiUnreadable) as caught:
        from_api(Refusing(422, body))

    assert (
        "`http://prometheus/api/v1/metadata` says: query processing would load too many samples "
        "into memory"
    ) == caught.value.message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["x_total", "up", "counter", "1", "le", "cart"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["result", "metric", "__name__", "value", "type", "x", "job", "le"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, min_size=4, max_size=4))
def test_whatever_the_answers_hold_there_is_a_finding_or_a_spec(answers: list[Any]):
    class Server(FakePrometheus):
        def _data(self, path: str, params: dict[str, str]) -> Any:
            return answers[["metadata", "query", "series", "labels"].index(path)]

    try:
        imported = from_api(Server([]))
    except ObsgenError:
        return
    assert has_errors(imported.diagnostics) != bool(imported.text)
    if imported.text:
        assert not build({"specs/a.yaml": imported.text}).diagnostics
