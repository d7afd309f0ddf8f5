"""
Pages of metrics become catalogues: what is declared, what is said about it, what is no page.

Pages are written by hand as the formats have them, or by the client library; what comes out is
checked by the compiler itself.
"""

from __future__ import annotations

import gzip
import io

import prometheus_client
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing_pages import OPENMETRICS, an_importer, codes, findings, from_page, metrics
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from obsgen import build
from obsgen.diagnostics import Severity, has_errors
from obsgen.formatting import format_source
from obsgen.importing import Imported
from obsgen.report import as_text
from obsgen.simulate import Scraper, Size, Span, World, populate, tell, write_history
from obsgen.simulate.stories import Plot

PAGE = """\
# HELP http_requests_total All requests: "good" and bad
# TYPE http_requests_total counter
http_requests_total{method="GET",code="200"} 5
http_requests_total{method="POST",code="500",job="a",instance="b"} 5 1700000000000
# TYPE http_duration_seconds histogram
http_duration_seconds_bucket{route="/",le="0.1"} 1
http_duration_seconds_bucket{route="/",le="1.0"} 2
http_duration_seconds_bucket{route="/",le="1e+06"} 2
http_duration_seconds_bucket{route="/",le="+Inf"} 3
http_duration_seconds_sum{route="/"} 1.5
http_duration_seconds_count{route="/"} 3
# HELP queue_wait_minutes Minutes\\n  that jobs  wait
# TYPE queue_wait_minutes summary
queue_wait_minutes{quantile="0.99"} 1
queue_wait_minutes{quantile="0.5"} 1
queue_wait_minutes_sum 3
queue_wait_minutes_count 4
# TYPE on gauge
on{y="no"} 1
"""


def is_clean(imported: Imported) -> bool:
    """Say whether the compiler takes a spec without a word."""
    built = build({"specs/imported.yaml": imported.text.encode()})
    assert "" == as_text(built.diagnostics, built.source_map)
    return bool(imported.text)


# --- what is declared


def test_a_page_becomes_a_catalogue_as_a_person_would_write_it():
    imported = from_page(PAGE)

    assert imported.text == (
        """\
# Imported by obsgen from page; it is yours to edit.
apiVersion: obsgen/v1
kind: Preset
name: imported
metrics:
  http_requests_total:
    type: counter
    labels: [code, method]
    help: 'All requests: "good" and bad'
  http_duration_seconds:
    type: histogram
    labels: [route]
    buckets: [0.1, 1, 1000000]
  queue_wait_minutes:
    type: summary
    unit: min
    quantiles: [0.5, 0.99]
    help: Minutes that jobs wait
  "on":
    type: gauge
    labels: ["y"]
"""
    )
    assert is_clean(imported)
    assert "4 metrics imported" == imported.summary


def test_what_is_imported_is_laid_out_as_specs_are():
    for page in (PAGE, "# HELP a Two: 'words'\n# TYPE a gauge\na{b=\"c\"} 1\n"):
        text = from_page(page).text.encode()

        assert text == format_source("imported.yaml", text).text


def test_a_label_with_few_values_is_declared_with_them():
    lines = "".join(f'x{{code="{code}",user_id="7",path="/{code}"}} 1\n' for code in (200, 404))
    imported = from_page(lines + 'x{code="on",path="/"} 1\n', values=2)

    assert {"code": "any", "path": "any", "user_id": "any"}.keys() == set(
        metrics(imported)["x"]["labels"]
    )
    assert {
        "code": ["200", "404", "on"],
        "path": ["/", "/200", "/404"],
        "user_id": "any",
    } == metrics(from_page(lines + 'x{code="on",path="/"} 1\n', values=3))["x"]["labels"]
    assert is_clean(from_page(lines, values=3))


def test_values_that_no_person_would_write_are_not_declared():
    imported = from_page(f'x{{a="tab\\tno\u0007",b="{"b" * 101}",c="ok"}} 1\n', values=3)

    assert {"a": "any", "b": "any", "c": ["ok"]} == metrics(imported)["x"]["labels"]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("a_seconds", None),
        ("a_seconds_total", None),
        ("a_bytes", None),
        ("a_ms", None),
        ("a_hours", "h"),
        ("a_nanoseconds_total", "ns"),
        ("a_joules_total", "joules"),
        ("a_total", None),
        ("a_us", None),
        ("ns", None),
        ("speed", None),
    ],
)
def test_a_unit_is_declared_where_the_name_does_not_tell_it_and_cannot_mean_another(
    name: str, unit: str | None
):
    assert unit == metrics(from_page(f"# TYPE {name} gauge\n{name} 1\n"))[name].get("unit")


def test_openmetrics_may_say_the_unit():
    page = "# TYPE length_furlongs gauge\n# UNIT length_furlongs furlongs\nlength_furlongs 1\n# EOF"

    assert "furlongs" == metrics(from_page(page))["length_furlongs"]["unit"]


def test_both_formats_of_the_client_library_give_the_same_catalogue():
    registry = prometheus_client.CollectorRegistry()
    make = {"registry": registry}
    requests = prometheus_client.Counter("requests", 'All "of"\nthem', ["code"], **make)
    requests.labels("200").inc(exemplar={"trace_id": "x"})
    prometheus_client.Counter("unused", "No series", ["code"], **make)
    prometheus_client.Gauge("temperature", "T", unit="celsius", **make).set(1)
    prometheus_client.Histogram(
        "took", "D", ["route"], buckets=(0.1, 1, 250), unit="seconds", **make
    ).labels("/").observe(1)
    prometheus_client.Summary("size", "S", unit="bytes", **make).observe(1)
    prometheus_client.Info("build", "B", **make).info({"version": "1"})
    prometheus_client.Enum("state", "E", states=["on", "off"], **make)

    text = from_page(generate_latest(registry).decode(), values=5)
    openmetrics = from_page(generate_openmetrics(registry).decode(), OPENMETRICS, values=5)

    assert text.text == openmetrics.text
    assert is_clean(text)
    declared = metrics(text)
    assert [
        *("requests_total", "unused_total", "temperature_celsius", "took_seconds", "size_bytes"),
        *("build_info", "state"),
    ] == list(declared)
    assert {
        "type": "histogram",
        "labels": {"route": ["/"]},
        "buckets": [0.1, 1, 250],
        "help": "D",
    } == declared["took_seconds"]
    assert {"type": "gauge", "labels": {"state": ["off", "on"]}, "help": "E"} == declared["state"]


def test_a_native_histogram_is_told_by_its_sample():
    page = (
        "# TYPE took_seconds histogram\n"
        'took_seconds{route="/"} {count:4,sum:6,schema:3,zero_threshold:2.938735877055719e-39,'
        "zero_count:0,positive_spans:[0:1],positive_deltas:[4]}\n# EOF\n"
    )

    assert {"took_seconds": {"type": "native_histogram", "labels": ["route"]}} == metrics(
        from_page(page)
    )


def test_a_counter_keeps_the_name_of_its_series():
    # The text format names counters as their series; some write OpenMetrics' family name there.
    page = "# TYPE hits counter\nhits 1\n# TYPE misses counter\nmisses_total 1\n"

    assert ["hits", "misses_total"] == list(metrics(from_page(page)))


def test_a_type_may_stand_apart_from_its_help_and_its_series():
    page = "# HELP a A\n# HELP b_total B\n# TYPE b_total counter\n# TYPE a gauge\nb_total 1\na 2\n"

    assert {
        "a": {"type": "gauge", "help": "A"},
        "b_total": {"type": "counter", "help": "B"},
    } == metrics(from_page(page))


@pytest.mark.parametrize(
    ("page", "declared"),
    [
        ("x_total 1\n", {"x_total": {"type": "counter"}}),
        ("# TYPE x_total untyped\nx_total 1\n", {"x_total": {"type": "counter"}}),
        ("# HELP x_total X\n", {"x_total": {"type": "counter", "help": "X"}}),
        ("x 1\n", {"x": {"type": "gauge"}}),
        (
            'x_sum 1\nx_bucket{le="1"} 1\nx_bucket{le="+Inf"} 1\nx_count 1\n',
            {"x": {"type": "histogram", "buckets": [1]}},
        ),
        (
            'x_sum 1\nx{quantile="0.5"} 1\nx_count 1\n',
            {"x": {"type": "summary", "quantiles": [0.5]}},
        ),
        ("x_sum 1\nx_count 1\n", {"x": {"type": "summary"}}),
        ("x_count 1\n", {"x_count": {"type": "gauge"}}),
    ],
)
def test_the_type_of_what_is_untyped_is_guessed_and_said_to_be(page: str, declared):
    imported = from_page(page)

    assert declared == metrics(imported)
    assert "# untyped: guessed from " in imported.text
    assert "OUT967" in codes(imported)
    assert is_clean(imported)


def test_a_family_without_series_is_declared_and_said_to_lack_labels():
    imported = from_page("# TYPE x_total counter\n")

    assert "type: counter  # no series yet: labels are not known\n" in imported.text
    assert ["OUT968"] == codes(imported)


def test_what_prometheus_rules_and_runtimes_add_is_left_out_and_counted():
    page = "up 1\nscrape_samples_scraped 1\njob:x:rate5m 1\ngo_threads 1\nprocess_x 1\nx 1\n"
    imported = from_page(page)

    assert ["x"] == list(metrics(imported))
    assert (
        "1 metric imported, 2 of Prometheus itself left out, 2 of the runtime left out, "
        "1 recorded by rules left out; `--with-runtime` imports these, too"
    ) == imported.summary
    assert ["go_threads", "process_x", "x"] == list(metrics(from_page(page, with_runtime=True)))


def test_only_what_a_pattern_matches_is_imported():
    page = "a_total 1\na_seconds_sum 1\na_seconds_count 1\nb_total 1\n"

    assert ["a_total", "a_seconds"] == list(metrics(from_page(page, globs=("a_*",))))
    assert ["a_total", "b_total"] == list(metrics(from_page(page, globs=("?_total", "zz"))))
    nothing = from_page(page, globs=("c",))
    assert ["OUT970"] == codes(nothing)
    assert "there is nothing to import, 3 not matched left out" in findings(nothing)


# --- what is said


def said(page: str, content_type: str = "") -> str:
    return findings(from_page(page, content_type))


def test_a_finding_shows_the_line_that_it_is_about():
    assert said("# HELP hits H\n# TYPE hits counter\nhits 1\n") == (
        "page:1:8: warning: counter `hits` does not end in `_total` [OUT971]\n"
        "    1 | # HELP hits H\n"
        "      |        ^^^^\n"
        "  hint: call it `hits_total`\n"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("x_ms", "expose `x_seconds`"),
        ("x_milliseconds_total", "expose `x_seconds_total`"),
        ("x_megabytes", "expose `x_bytes`"),
        ("x_percent", "expose `x_ratio`"),
    ],
)
def test_other_units_than_the_base_units_are_told(name: str, hint: str):
    assert f"[OUT972]\n    1 | {name} 1\n" in said(f"{name} 1\n")
    assert f"hint: {hint}\n" in said(f"{name} 1\n")


@pytest.mark.parametrize(
    "label",
    [
        *("user_id", "userId", "request_id", "session_id", "sessionid", "trace_id", "x_order_id"),
        *("email", "user_email", "ip", "client_ip", "remote_addr_ip", "uuid", "pod_uuid", "guid"),
    ],
)
def test_a_label_that_sounds_like_an_id_is_told_once(label: str):
    page = f'x_total{{{label}="1"}} 1\ny_total{{{label}="1"}} 1\n'

    assert 1 == codes(from_page(page)).count("OUT973")
    assert f"label `{label}` of `x_total` and `y_total` tells single users" in said(page)


@pytest.mark.parametrize(
    "label", ["zone_id", "cluster_id", "shard_id", "code", "script", "trip", "username_kind"]
)
def test_a_label_of_few_things_is_none(label: str):
    assert "OUT973" not in said(f'x{{{label}="1"}} 1\n')


@pytest.mark.parametrize(
    ("value", "is_id"),
    [
        ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", True),
        ("someone@example.org", True),
        ("gateway", False),
    ],
)
def test_values_may_tell_an_id_that_the_label_does_not(value: str, is_id: bool):
    assert is_id == ("OUT973" in said(f'x{{thing="{value}"}} 1\n'))


@pytest.mark.parametrize(("count", "is_many"), [(100, False), (101, True)])
def test_a_label_with_more_than_a_hundred_values_is_told(count: int, is_many: bool):
    page = "".join(f'x{{path="{number}"}} 1\n' for number in range(count))

    assert is_many == ("label `path` of `x` has more than 100 values [OUT974]" in said(page))


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        (("1", "2", "+Inf"), ""),
        (("1", "2"), "has series without the bucket `+Inf`"),
        (("+Inf",), "has no bucket below `+Inf`"),
        (("1", "x", "+Inf"), "are no numbers: `x`"),
        (("1e300", "+Inf"), "are no numbers: `1e300`"),
    ],
)
def test_buckets_that_no_histogram_has_are_told(bounds: tuple[str, ...], problem: str):
    page = "# TYPE x histogram\n" + "".join(f'x_bucket{{le="{le}"}} 1\n' for le in bounds)

    assert bool(problem) == ("OUT975" in said(page))
    assert problem in said(page)
    assert is_clean(from_page(page))


def test_series_with_different_buckets_are_told_and_all_bounds_declared():
    buckets = [("a", "1"), ("a", "+Inf"), ("b", "2"), ("b", "+Inf")]
    page = "# TYPE x histogram\n" + "".join(f'x_bucket{{r="{r}",le="{b}"}} 1\n' for r, b in buckets)

    assert "the series of histogram `x` have different buckets [OUT975]" in said(page)
    assert [1, 2] == metrics(from_page(page))["x"]["buckets"]


def test_the_same_bound_in_two_spellings_is_one():
    buckets = [("a", "1"), ("a", "+Inf"), ("b", "1.0"), ("b", "+Inf")]
    page = "# TYPE x histogram\n" + "".join(f'x_bucket{{r="{r}",le="{b}"}} 1\n' for r, b in buckets)

    assert "OUT975" not in said(page)
    assert [1] == metrics(from_page(page))["x"]["buckets"]


def test_names_and_labels_that_specs_have_no_word_for_are_left_out_and_told():
    imported = from_page('{"http.requests",code="200"} 1\nx{"a.b"="1",c="2",le="3"} 1\n')

    assert {"x": {"type": "gauge", "labels": ["c"]}} == metrics(imported)
    assert "specs cannot name or type `http.requests`: left out [OUT966]" in findings(imported)
    assert "label `a.b` of `x` is no name in specs: left out [OUT976]" in findings(imported)
    assert "`le` of the gauge `x`: left out [OUT976]" in findings(imported)


def test_a_gauge_histogram_is_left_out_and_told():
    page = (
        "# TYPE x gaugehistogram\n"
        'x_bucket{le="1"} 1\nx_bucket{le="+Inf"} 1\nx_gcount 1\nx_gsum 1\n'
        "# TYPE y gauge\ny 1\n# EOF\n"
    )

    assert ["y"] == list(metrics(from_page(page)))
    assert ["OUT966"] == codes(from_page(page))


# --- what is no page


@pytest.mark.parametrize(
    ("data", "content_type", "problem"),
    [
        (b"", "", "there is nothing, not metrics"),
        (b" \n\n", "", "there is nothing, not metrics"),
        (b"<!DOCTYPE html>\n<title>x", "text/html", "a page for people (`<!DOCTYPE html>`)"),
        (b'{"status":"success"}', "", "this is JSON, not metrics"),
        (b"[" * 100_000, "", "this is JSON, not metrics"),
        (gzip.compress(b"x 1\n", mtime=0), "", "this is compressed, not metrics"),
        (b"x 1\ny\0 2\n", "", "this is binary (NUL in line 2), not metrics"),
        (b"\x0a\x05", "application/vnd.google.protobuf", "answers in its binary format"),
    ],
)
def test_what_is_no_page_of_metrics_is_called_by_its_name(
    data: bytes, content_type: str, problem: str
):
    imported = an_importer().from_page(data, content_type)

    assert ["OUT961"] == codes(imported)
    assert problem in findings(imported)
    assert "" == imported.text


@pytest.mark.parametrize(
    ("page", "line", "problem"),
    [
        ("x 1\nhello world\n", 2, "'world' is no number"),
        ('x 1\ny{a="b} 1\n', 2, "the quotes or braces of the labels are not closed"),
        ("x 1\ny\n", 2, "a sample is a name and a value"),
        ("x 1\nnan\n", 2, "a sample is a name and a value"),
        ("x 1\ny 1 2 3\n", 2, "a sample is a name, a value and at most a time"),
        ('x 1\ny{a="}"} 1 2 3\n', 2, "a sample is a name, a value and at most a time"),
        ('x 1\n  y{a="b",a="c"} 1\n', 2, "Invalid labels"),
        ("x 1\n# TYPE y countre\ny 1\n", 2, "`countre` is no type"),
        ("# TYPE y info\ny 1\n", 1, "`info` is no type"),
        ("x 1\n1x 2\n", 2, "invalid metric name"),
    ],
)
def test_a_broken_line_is_told_with_its_place(page: str, line: int, problem: str):
    imported = from_page(page)

    assert ["OUT962"] == codes(imported)
    assert findings(imported).startswith(f"page:{line}:")
    assert problem in findings(imported)


@pytest.mark.parametrize(
    ("page", "line", "problem"),
    [
        ("# TYPE a counter\na_total 1\n", 3, "Missing # EOF at end"),
        ("# TYPE a counter\na_total 1\n# EOF\nb 1\n", 4, "Received line after # EOF"),
        (
            '# TYPE a gauge\na 1\n# TYPE h histogram\nh_bucket{le="1.0"} 1\nh_count 1\nh_sum 1\n'
            "# TYPE b gauge\nb 1\n# EOF\n",
            3,
            "+Inf bucket missing: h",
        ),
        ("# TYPE a gauge\na 1\n\nb 1\n# EOF\n", 3, "Received blank line"),
        ("# TYPE a untyped\n# EOF\n", 1, "`untyped` is no type"),
        (
            "# TYPE a_x gauge\n# UNIT a_x y\na_x 1\n# TYPE b gauge\n# EOF\n",
            1,
            "Unit does not match",
        ),
    ],
)
def test_a_broken_family_of_openmetrics_is_told_by_its_first_line(
    page: str, line: int, problem: str
):
    imported = from_page(page, OPENMETRICS)

    assert ["OUT962"] == codes(imported)
    assert findings(imported).startswith(f"page:{line}:")
    assert problem in findings(imported)


def test_a_byte_that_is_no_text_is_told_with_its_place():
    imported = an_importer().from_page("x 1\nä ".encode() + b"\xff 1\n")

    assert findings(imported).startswith("page:2:3: error: byte 0xff is not UTF-8 [OUT962]\n")


def test_a_line_of_a_megabyte_is_refused():
    imported = from_page("x 1\ny " + "1" * 1_000_000)

    assert findings(imported).startswith("page:2:1: error: the line has 1000002 characters")


def test_a_byte_order_mark_and_other_line_ends_are_no_problem():
    assert ["x_total"] == list(metrics(from_page("\ufeff# TYPE x_total counter\r\nx_total 1\r\n")))


# --- whatever the bytes

LINES = st.builds(
    lambda name, labels, value: (
        name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + f"}} {value}"
    ),
    st.sampled_from(
        ["a", "a_total", "b_ms", "h_bucket", "h_sum", "h_count", "s", "on", "c_created"]
    ),
    st.dictionaries(
        st.sampled_from(["le", "quantile", "job", "user_id", "on", "x"]),
        st.text(st.characters(exclude_characters='\n"\\', exclude_categories=["Cs"]), max_size=4),
        max_size=3,
    ),
    st.sampled_from(["1", "0.5", "NaN"]),
)
WORDS = st.sampled_from(
    [
        *("# TYPE ", "# HELP ", "# UNIT ", "# EOF", "a", "a_total", "h", "h_bucket", "s", "c_info"),
        *(" counter", " gauge", " histogram", " summary", " untyped", " info", " stateset", " 1"),
        *('{le="1"}', '{le="+Inf"}', '{quantile="0.5"}', '{x="y"}', '{"a.b"}', " {count:1}"),
        *("\n", "\n", "\n", "\r\n", " ", "\t", "{", "}", '"', "\\", ",", "=", "\u2028", "🙂"),
    ]
)
PAGES = st.one_of(
    st.lists(st.one_of(LINES, WORDS), max_size=12).map("\n".join),
    st.lists(WORDS, max_size=30).map("".join),
)


def _is_spec_or_finding(data: bytes, content_type: str) -> None:
    imported = an_importer(with_runtime=True, values=3).from_page(data, content_type)
    assert has_errors(imported.diagnostics) != bool(imported.text)
    findings(imported)
    if imported.text:
        assert is_clean(imported)


@given(st.binary(max_size=300), st.sampled_from(["", OPENMETRICS]))
def test_any_bytes_give_a_finding_or_a_spec(data: bytes, content_type: str):
    _is_spec_or_finding(data, content_type)


@given(PAGES, st.sampled_from(["", OPENMETRICS]))
def test_anything_like_a_page_gives_a_finding_or_a_spec_that_compiles(page: str, content_type: str):
    _is_spec_or_finding(page.encode(), content_type)


@given(PAGES)
def test_the_same_page_gives_the_same_bytes(page: str):
    assert from_page(page).text == from_page(page).text


# --- there and back


CART = """
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80", "cart-2:80"]}]
metrics:
  requests_total: {type: counter, labels: {code: ["200", "404", "500"], route: [a, b]}}
  took_seconds: {type: histogram, labels: [route], buckets: [0.1, 0.5, 1, 2.5], help: It took}
  size_bytes: {type: summary, quantiles: [0.5, 0.99]}
  queue_length: {type: gauge, labels: [queue]}
"""


def last_scrapes(history: str) -> str:
    """Return what the last scrapes of a history saw, as a page: no series twice, no times."""
    page = {}
    for line in history.splitlines():
        sample = line if line.startswith("#") else line.rpartition(" ")[0]
        series = line if line.startswith("#") else sample.rpartition(" ")[0]
        page[series] = sample
    return "\n".join([*page.values(), ""])


def test_what_is_simulated_from_a_catalogue_is_imported_as_that_catalogue():
    service = build({"specs/cart.yaml": CART}).specs[0].services[0]
    plot = Plot(arrivals=2000, failing_ppm=20_000, incidents=0, restarts=0, gaps=0, long_gaps=0)
    span = Span(1_700_000_040_000, 1_700_000_040_000 + 3_600_000)
    targets = populate(service, Size(targets=2))
    story = tell(plot, span, targets=len(targets), seed=7)
    world = World(targets, story.traffic, seed=7, start=span.start)
    file = io.StringIO()
    write_history(Scraper(world, story.scraping, seed=7), span.end, file)

    imported = from_page(last_scrapes(file.getvalue()), values=10)

    text = imported.text.replace("kind: Preset", "kind: Service")
    found = build({"specs/cart.yaml": text}).specs[0].services[0].catalogue.metrics
    own = ("requests_total", "took_seconds", "size_bytes", "queue_length")
    assert own == tuple(metrics(imported))
    for name in own:
        metric = service.catalogue.metrics[name]
        assert metric.type == found[name].type
        assert metric.labels.keys() == found[name].labels.keys()
        assert metric.buckets == found[name].buckets
        assert metric.quantiles == found[name].quantiles
        assert metric.unit == found[name].unit
        assert metric.help == found[name].help
    assert service.catalogue.metrics["requests_total"].labels == found["requests_total"].labels


def test_every_warning_of_a_page_leaves_a_spec_that_is_written():
    imported = from_page(PAGE + 'hits_ms{user_id="1"} 1\n')

    assert {Severity.WARNING, Severity.INFO} >= {d.severity for d in imported.diagnostics}
    assert imported.text
