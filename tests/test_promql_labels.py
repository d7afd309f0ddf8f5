"""What the inference of labels promises: a label that could be there is never called absent."""

import pytest

from obsgen.promql import METRIC_NAME_LABEL, parse, result_labels, selectors

DECLARED = {
    "requests": frozenset({"job", "code", "path"}),
    "limits": frozenset({"job", "team"}),
    "latency_bucket": frozenset({"job", "le"}),
}


class Declared:
    def labels_of(self, name):
        return DECLARED.get(name)


def labels_of(text):
    return result_labels(parse(text), Declared())


CLOSED = {
    "requests": "code job path",
    'requests{code=""}': "job path",
    'requests{code=~""}': "job path",
    'requests{zone="a"}': "code job path zone",
    '{__name__="requests"}': "code job path",
    '{"requests"}': "code job path",
    "rate(requests[5m])": "code job path",
    "max_over_time(rate(requests[5m])[1h:])": "code job path",
    "-requests": "code job path",
    "(requests)": "code job path",
    "2 * requests": "code job path",
    "requests > bool 1": "code job path",
    "sum(requests)": "",
    "sum by (job, team) (requests)": "job",
    "sum by () (requests)": "",
    "sum without (job) (requests)": "code path",
    "sum without () (requests)": "code job path",
    "topk by (job) (3, requests)": "code job path",
    "limitk(3, requests)": "code job path",
    "quantile by (job) (0.5, requests)": "job",
    'count_values("version", requests)': "version",
    'count_values by (job) ("version", requests)': "job version",
    "requests + limits": "job",
    "requests / on (job) limits": "job",
    "requests / on (job, path) limits": "job",
    "requests > on (job) limits": "job",
    "requests - ignoring (code, path, team) limits": "job",
    "requests * on (job) group_left limits": "code job path",
    "requests * on (job) group_left (team) limits": "code job path team",
    "requests * on (job) group_left (path) limits": "code job",
    "requests * ignoring (code, path, team) group_left (team) limits": "code job path team",
    "limits * on (job) group_right (team) requests": "code job path team",
    "requests and on (job) limits": "code job path",
    "requests unless limits": "code job path",
    "requests or limits": "code job path team",
    "requests or vector(0)": "code job path",
    'absent(requests{job="api",code=~"5.."})': "job",
    'absent_over_time(unknown{job="api"}[5m])': "job",
    "absent(sum(requests))": "",
    "vector(1)": "",
    "time()": "",
    "scalar(requests)": "",
    "1": "",
    "scalar(requests) * limits": "job team",
    "hour()": "",
    "hour(requests)": "code job path",
    "histogram_quantile(0.9, rate(latency_bucket[5m]))": "job",
    "quantile_over_time(0.9, requests[5m])": "code job path",
    'label_replace(requests, "zone", "$1", "path", "(.*)")': "code job path zone",
    'label_join(requests, "all", "-", "job", "code")': "all code job path",
    "clamp_max(requests, scalar(limits))": "code job path",
    "sum by (job) (unknown) / on (job) limits": "job",
    "unknown + limits": "job team",
}


@pytest.mark.parametrize(("text", "expected"), CLOSED.items(), ids=CLOSED)
def test_the_labels_of_declared_metrics_are_known_exactly(text, expected):
    labels = labels_of(text)

    assert not labels.is_open
    assert sorted(expected.split()) == sorted(labels.names)


OPEN = {
    "unknown": ("", ()),
    'unknown{zone=""}': ("zone", ()),
    'unknown{zone="a"}': ("", ("zone",)),
    '{__name__=~"requests|limits"}': ("", ()),
    "sum without (job) (unknown)": ("job", ()),
    "unknown or requests": ("", ()),
    'unknown{zone=""} or requests': ("zone", ()),
    'unknown{code=""} or requests': ("", ()),
    "unknown * on (job) group_left (team) limits": ("", ("job", "team")),
    "info(requests)": ("", ("code", "job", "path")),
}


@pytest.mark.parametrize(("text", "expected"), OPEN.items(), ids=OPEN)
def test_a_metric_that_is_not_declared_may_have_any_label(text, expected):
    labels = labels_of(text)
    absent, sure = expected

    assert labels.is_open
    assert labels.may_have("whatever")
    assert sorted(absent.split()) == sorted(labels.names)
    assert sorted(sure) == sorted(labels.sure)


SURE = {
    "requests": "code job path",
    'requests{code!="5.."}': "code job path",
    "sum by (job, team) (requests)": "job",
    "requests or limits": "job",
    "requests or vector(0)": "",
    "requests * on (job) group_left (team) limits": "code job path team",
    "unknown and limits": "",
    'unknown{zone=~".+"}': "zone",
    'unknown{zone=~".*"}': "",
    r'unknown{zone=~"\\pL+"}': "zone",
    'label_replace(requests, "code", "$1", "path", "(.*)")': "job path",
    "unknown + limits": "job team",
}


@pytest.mark.parametrize(("text", "expected"), SURE.items(), ids=SURE)
def test_labels_that_every_series_has_are_told_apart(text, expected):
    labels = labels_of(text)

    assert sorted(expected.split()) == sorted(labels.sure)
    assert all(labels.must_have(name) and labels.may_have(name) for name in labels.sure)


def test_a_computed_label_name_leaves_everything_possible():
    assert labels_of('label_replace(requests, ("x"), "y", "", "")').may_have("x")


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "requests": True,
        "sum by (__name__) (requests)": True,
        "sum by (job) (requests)": False,
        "sum without (job) (requests)": False,
        "vector(1)": False,
    }.items(),
)
def test_the_name_of_a_metric_goes_with_an_aggregation(text, expected):
    assert expected is labels_of(text).may_have(METRIC_NAME_LABEL)


def test_a_thousand_operands_are_inferred():
    assert labels_of(" + ".join(["requests"] * 1_000)).must_have("path")


def test_selectors_come_in_the_order_of_the_text():
    node = parse(
        'topk(scalar(a), b) / on (x) rate(c[5m] offset 1m) > max_over_time({n="1"}[1h:5m])'
    )

    assert ["a", "b", "c", None] == [selector.metric_name for selector in selectors(node)]
    assert [0, 0, 60_000, 0] == [selector.offset_ms for selector in selectors(node)]
