"""
What each function, aggregation and operator makes of samples: their type, unit, bounds and labels.

Every function is named in one table, with what Prometheus' documentation says of its result; the
promise is that a value or a label that could come is never ruled out.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from obsgen.promql import Aggregate, Binary, Call, parse, walk
from obsgen.promql.functions import AGGREGATIONS, COMPARISONS, FUNCTIONS, SET_OPERATORS, STRENGTH
from obsgen.promql.labels import Labels, declared_labels
from obsgen.promql.meaning import Meanings, Sample, Series
from obsgen.promql.meaning.bounds import NOT_NEGATIVE, ZERO_OR_ONE, Bounds
from obsgen.units import Unit

LOAD = Bounds(Decimal("0.25"), Decimal("0.75"))
JOBS = {"job": frozenset({"api", "db"})}
BUCKETS = (Decimal("0.1"), Decimal(1), Decimal(5))


def unit_of(text):
    return None if text is None else Unit.parse(text)


def a_series(name, sample, unit=None, *labels, **more):
    known = {"labels": declared_labels(("job", *labels)), "values": JOBS, **more}
    return Series(name=name, metric=name, sample=sample, unit=unit_of(unit), **known)


DECLARED = {
    one.name: one
    for one in (
        a_series("requests", Sample.COUNTER, "count", "code"),
        a_series("busy", Sample.COUNTER, "s"),
        a_series("received", Sample.COUNTER, "bytes"),
        a_series("cost", Sample.COUNTER, "USD"),
        a_series("level", Sample.GAUGE, None, "zone"),
        a_series("free", Sample.GAUGE, "bytes", bounds=NOT_NEGATIVE),
        a_series("size", Sample.GAUGE, "bytes", bounds=NOT_NEGATIVE),
        a_series("delay", Sample.GAUGE, "s"),
        a_series("load", Sample.GAUGE, "ratio", bounds=LOAD),
        a_series("power", Sample.GAUGE, "joules/s", bounds=NOT_NEGATIVE),
        a_series("up", Sample.GAUGE, bounds=ZERO_OR_ONE),
        a_series(
            "bucket",
            Sample.BUCKETS,
            "count",
            "le",
            observed=Unit.parse("s"),
            buckets=BUCKETS,
            bounds=NOT_NEGATIVE,
        ),
        a_series("native", Sample.HISTOGRAM, "count", observed=Unit.parse("s")),
        a_series("teams", Sample.GAUGE, labels=Labels(names=frozenset({"team"})), values={}),
    )
}
"""One series of each sort, by its name; `undeclared` is not here."""


class World:
    def series_of(self, name):
        return DECLARED.get(name)


def meaning(text):
    return Meanings(parse(text), World()).whole


COUNTER, GAUGE, UNKNOWN = Sample.COUNTER, Sample.GAUGE, Sample.UNKNOWN
RATES, HISTOGRAM = Sample.BUCKET_RATES, Sample.HISTOGRAM
ANY = (None, None)
POSITIVE = (0, None)

# Expression, type of the samples, unit, least and greatest value.
OF_SAMPLES = [
    # Selectors keep what is declared; counters start at 0.
    ("requests", COUNTER, "count", POSITIVE),
    ("busy", COUNTER, "s", POSITIVE),
    ("load", GAUGE, "ratio", (0.25, 0.75)),
    ("load offset 5m", GAUGE, "ratio", (0.25, 0.75)),
    ("load @ 1609746000", GAUGE, "ratio", (0.25, 0.75)),
    ("level", GAUGE, None, ANY),
    ("undeclared", UNKNOWN, None, ANY),
    ('{job="api"}', UNKNOWN, None, ANY),
    ('{__name__="load"}', GAUGE, "ratio", (0.25, 0.75)),
    ("(load)", GAUGE, "ratio", (0.25, 0.75)),
    # Functions of a vector.
    ("abs(delay)", GAUGE, "s", POSITIVE),
    ("abs(load)", GAUGE, "ratio", (0.25, 0.75)),
    ("absent(load)", GAUGE, None, (1, 1)),
    ("acos(load)", GAUGE, None, ANY),
    ("acosh(load)", GAUGE, None, ANY),
    ("asin(load)", GAUGE, None, ANY),
    ("asinh(load)", GAUGE, None, ANY),
    ("atan(load)", GAUGE, None, ANY),
    ("atanh(load)", GAUGE, None, ANY),
    ("ceil(delay)", GAUGE, "s", ANY),
    ("ceil(load)", GAUGE, "ratio", POSITIVE),
    ("clamp(delay, 1, 5)", GAUGE, "s", (1, 5)),
    ("clamp(delay, 1, scalar(load))", GAUGE, "s", (1, None)),
    ("clamp_max(delay, 5)", GAUGE, "s", (None, 5)),
    ("clamp_max(load, 0.5)", GAUGE, "ratio", (0.25, 0.5)),
    ("clamp_max(load, 0.1)", GAUGE, "ratio", (0.1, 0.1)),
    ("clamp_max(load, 9)", GAUGE, "ratio", (0.25, 0.75)),
    ("clamp_max(load, scalar(delay))", GAUGE, "ratio", (None, 0.75)),
    ("clamp_min(delay, 5)", GAUGE, "s", (5, None)),
    ("clamp_min(load, 0.5)", GAUGE, "ratio", (0.5, 0.75)),
    ("clamp_min(load, 9)", GAUGE, "ratio", (9, 9)),
    ("clamp_min(load, scalar(delay))", GAUGE, "ratio", (0.25, None)),
    ("cos(load)", GAUGE, None, (-1, 1)),
    ("cosh(load)", GAUGE, None, ANY),
    ("day_of_month()", GAUGE, None, (1, 31)),
    ("day_of_week(delay)", GAUGE, None, (0, 6)),
    ("day_of_year(delay)", GAUGE, None, (1, 366)),
    ("days_in_month(delay)", GAUGE, None, (28, 31)),
    ("hour()", GAUGE, None, (0, 23)),
    ("minute(delay)", GAUGE, None, (0, 59)),
    ("month()", GAUGE, None, (1, 12)),
    ("year()", GAUGE, None, ANY),
    ("deg(load)", GAUGE, None, ANY),
    ("exp(load)", GAUGE, None, ANY),
    ("floor(load)", GAUGE, "ratio", POSITIVE),
    ("info(load)", GAUGE, "ratio", (0.25, 0.75)),
    ('label_join(load, "a", "-", "job")', GAUGE, "ratio", (0.25, 0.75)),
    ('label_replace(load, "a", "$1", "job", "(.*)")', GAUGE, "ratio", (0.25, 0.75)),
    ("ln(load)", GAUGE, None, ANY),
    ("log10(load)", GAUGE, None, ANY),
    ("log2(load)", GAUGE, None, ANY),
    ("rad(load)", GAUGE, None, ANY),
    ("round(load)", GAUGE, "ratio", POSITIVE),
    ("round(delay, 0.1)", GAUGE, "s", ANY),
    ("scalar(load)", GAUGE, "ratio", (0.25, 0.75)),
    ("sgn(delay)", GAUGE, None, (-1, 1)),
    ("sin(load)", GAUGE, None, (-1, 1)),
    ("sinh(load)", GAUGE, None, ANY),
    ("sort(load)", GAUGE, "ratio", (0.25, 0.75)),
    ('sort_by_label(load, "job")', GAUGE, "ratio", (0.25, 0.75)),
    ('sort_by_label_desc(load, "job")', GAUGE, "ratio", (0.25, 0.75)),
    ("sort_desc(load)", GAUGE, "ratio", (0.25, 0.75)),
    ("sqrt(free)", GAUGE, None, POSITIVE),
    ("start_timestamp(load)", GAUGE, "s", POSITIVE),
    ("tan(load)", GAUGE, None, ANY),
    ("tanh(load)", GAUGE, None, (-1, 1)),
    ("timestamp(level)", GAUGE, "s", POSITIVE),
    ("vector(7)", GAUGE, None, (7, 7)),
    ("vector(scalar(load))", GAUGE, "ratio", (0.25, 0.75)),
    # Numbers.
    ("end()", GAUGE, "s", POSITIVE),
    ("start()", GAUGE, "s", POSITIVE),
    ("time()", GAUGE, "s", POSITIVE),
    ("range()", GAUGE, "s", POSITIVE),
    ("step()", GAUGE, "s", POSITIVE),
    ("pi()", GAUGE, None, ANY),
    ("max_of(1, time())", GAUGE, None, ANY),
    ("min_of(1, time())", GAUGE, None, ANY),
    ("-2.5", GAUGE, None, (-2.5, -2.5)),
    ("Inf", GAUGE, None, ANY),
    # Functions over time.
    ("absent_over_time(load[5m])", GAUGE, None, (1, 1)),
    ("avg_over_time(load[5m])", GAUGE, "ratio", (0.25, 0.75)),
    ("avg_over_time(requests[5m])", GAUGE, "count", POSITIVE),
    ("changes(delay[5m])", GAUGE, "count", POSITIVE),
    ("count_over_time(delay[5m])", GAUGE, "count", (1, None)),
    ("delta(free[5m])", GAUGE, "bytes", ANY),
    ("deriv(free[5m])", GAUGE, "bytes/s", ANY),
    ("double_exponential_smoothing(free[5m], 0.5, 0.5)", GAUGE, "bytes", ANY),
    ("holt_winters(free[5m], 0.5, 0.5)", GAUGE, "bytes", ANY),
    ("first_over_time(load[5m])", GAUGE, "ratio", (0.25, 0.75)),
    ("idelta(free[5m])", GAUGE, "bytes", ANY),
    ("increase(busy[5m])", GAUGE, "s", POSITIVE),
    ("increase(bucket[5m])", RATES, "count", POSITIVE),
    ("increase(delay[5m])", GAUGE, "s", ANY),
    ("increase(free[5m])", GAUGE, "bytes", POSITIVE),
    ("integral(power[5m])", GAUGE, "joules", POSITIVE),
    ("integral(delay[5m], 1)", GAUGE, None, ANY),
    ("irate(received[5m])", GAUGE, "bytes/s", POSITIVE),
    ("last_over_time(requests[5m])", COUNTER, "count", POSITIVE),
    ("mad_over_time(delay[5m])", GAUGE, "s", POSITIVE),
    ("max_over_time(load[5m])", GAUGE, "ratio", (0.25, 0.75)),
    ("min_over_time(load[5m])", GAUGE, "ratio", (0.25, 0.75)),
    ("predict_linear(free[1h], 3600)", GAUGE, "bytes", ANY),
    ("present_over_time(delay[5m])", GAUGE, None, (1, 1)),
    ("quantile_over_time(0.9, load[5m])", GAUGE, "ratio", (0.25, 0.75)),
    ("quantile_over_time(1.5, load[5m])", GAUGE, "ratio", ANY),
    ("quantile_over_time(scalar(up), load[5m])", GAUGE, "ratio", ANY),
    ("rate(requests[5m])", GAUGE, "count/s", POSITIVE),
    ("rate(busy[5m])", GAUGE, "ratio", POSITIVE),
    ("rate(cost[5m])", GAUGE, "USD/s", POSITIVE),
    ("rate(bucket[5m])", RATES, "count/s", POSITIVE),
    ("rate(native[5m])", HISTOGRAM, "count/s", ANY),
    ("rate(power[5m])", GAUGE, None, POSITIVE),
    ("rate(undeclared[5m])", UNKNOWN, None, ANY),
    ("resets(requests[5m])", GAUGE, "count", POSITIVE),
    ("stddev_over_time(delay[5m])", GAUGE, "s", POSITIVE),
    ("stdvar_over_time(delay[5m])", GAUGE, None, POSITIVE),
    ("sum_over_time(load[5m])", GAUGE, "ratio", POSITIVE),
    ("sum_over_time(delay[5m])", GAUGE, "s", ANY),
    ("ts_of_first_over_time(delay[5m])", GAUGE, "s", POSITIVE),
    ("ts_of_last_over_time(delay[5m])", GAUGE, "s", POSITIVE),
    ("ts_of_max_over_time(delay[5m])", GAUGE, "s", POSITIVE),
    ("ts_of_min_over_time(delay[5m])", GAUGE, "s", POSITIVE),
    ("max_over_time(rate(busy[5m])[1h:])", GAUGE, "ratio", POSITIVE),
    ("max_over_time((load * 2)[1h:5m] offset 1h)", GAUGE, "ratio", (0.5, 1.5)),
    # Functions of histograms.
    ("histogram_avg(rate(native[5m]))", GAUGE, "s", ANY),
    ("histogram_count(native)", GAUGE, "count", POSITIVE),
    ("histogram_count(rate(native[5m]))", GAUGE, "count/s", POSITIVE),
    ("histogram_fraction(0, 0.1, rate(native[5m]))", GAUGE, "ratio", (0, 1)),
    ("histogram_fraction(0, scalar(load), rate(bucket[5m]))", GAUGE, "ratio", (0, 1)),
    ("histogram_quantile(0.9, rate(bucket[5m]))", GAUGE, "s", (0, 5)),
    ("histogram_quantile(0.9, sum by (le) (rate(bucket[5m])))", GAUGE, "s", (0, 5)),
    ("histogram_quantile(-1, rate(bucket[5m]))", GAUGE, "s", ANY),
    ("histogram_quantile(NaN, rate(bucket[5m]))", GAUGE, "s", ANY),
    ("histogram_quantile(0.9, rate(native[5m]))", GAUGE, "s", ANY),
    ('histogram_quantiles(rate(bucket[5m]), "q", 0.5, 0.9)', GAUGE, "s", (0, 5)),
    ('histogram_quantiles(rate(bucket[5m]), "q", 0.5, 9)', GAUGE, "s", ANY),
    ("histogram_stddev(rate(native[5m]))", GAUGE, "s", POSITIVE),
    ("histogram_stdvar(rate(native[5m]))", GAUGE, None, POSITIVE),
    ("histogram_sum(increase(native[5m]))", GAUGE, "s", ANY),
    ("histogram_sum(rate(native[5m]))", GAUGE, "ratio", ANY),
    (
        "histogram_sum(rate(native[5m])) / histogram_count(rate(native[5m]))", GAUGE, "s", ANY,
    ),
    # Aggregations.
    ("avg(load)", GAUGE, "ratio", (0.25, 0.75)),
    ("avg(requests)", GAUGE, "count", POSITIVE),
    ("bottomk(3, load)", GAUGE, "ratio", (0.25, 0.75)),
    ("count(delay)", GAUGE, "count", (1, None)),
    ('count_values("v", delay)', GAUGE, "count", (1, None)),
    ("group(delay)", GAUGE, None, (1, 1)),
    ("limit_ratio(0.1, load)", GAUGE, "ratio", (0.25, 0.75)),
    ("limitk(3, load)", GAUGE, "ratio", (0.25, 0.75)),
    ("max(load)", GAUGE, "ratio", (0.25, 0.75)),
    ("min(load)", GAUGE, "ratio", (0.25, 0.75)),
    ("quantile(0.5, load)", GAUGE, "ratio", (0.25, 0.75)),
    ("quantile(2, load)", GAUGE, "ratio", ANY),
    ("quantile(scalar(up), load)", GAUGE, "ratio", ANY),
    ("stddev(delay)", GAUGE, "s", POSITIVE),
    ("stdvar(delay)", GAUGE, None, POSITIVE),
    ("sum(load)", GAUGE, "ratio", POSITIVE),
    ("sum(delay)", GAUGE, "s", ANY),
    ("sum(requests)", COUNTER, "count", POSITIVE),
    ("sum(up * 0)", GAUGE, None, ANY),
    ("topk(3, load)", GAUGE, "ratio", (0.25, 0.75)),
    # A vector and a number.
    ("load + 1", GAUGE, "ratio", (1.25, 1.75)),
    ("1 + load", GAUGE, "ratio", (1.25, 1.75)),
    ("load - 1", GAUGE, "ratio", (-0.75, -0.25)),
    ("1 - load", GAUGE, "ratio", (0.25, 0.75)),
    ("load * 2", GAUGE, "ratio", (0.5, 1.5)),
    ("2 * load", GAUGE, "ratio", (0.5, 1.5)),
    ("load * -2", GAUGE, "ratio", (-1.5, -0.5)),
    ("load / 2", GAUGE, "ratio", (0.125, 0.375)),
    ("load / 0", GAUGE, None, ANY),
    ("2 / load", GAUGE, None, ANY),
    ("delay % 60", GAUGE, "s", ANY),
    ("load ^ 2", GAUGE, None, ANY),
    ("2 ^ load", GAUGE, None, ANY),
    ("load atan2 1", GAUGE, None, ANY),
    ("load + Inf", GAUGE, "ratio", ANY),
    ("load + scalar(load)", GAUGE, "ratio", (0.5, 1.5)),
    ("-load", GAUGE, "ratio", (-0.75, -0.25)),
    ("+load", GAUGE, "ratio", (0.25, 0.75)),
    ("requests + 1", GAUGE, "count", (1, None)),
    ("requests * 2", COUNTER, "count", POSITIVE),
    # Factors that change the unit.
    ("delay * 1000", GAUGE, "ms", ANY),
    ("delay / 60", GAUGE, "min", ANY),
    ("delay / 3600", GAUGE, "h", ANY),
    ("delay * 2", GAUGE, "s", ANY),
    ("load * 100", GAUGE, "percent", (25, 75)),
    ("100 * load", GAUGE, "percent", (25, 75)),
    ("rate(requests[5m]) * 60", GAUGE, "count/min", POSITIVE),
    ("rate(cost[5m]) * 3600", GAUGE, "USD/h", POSITIVE),
    ("rate(cost[5m]) * 3600 * 24", GAUGE, "USD/h", POSITIVE),
    ("free / 1024", GAUGE, "KiB", POSITIVE),
    ("free / 1024 / 1024", GAUGE, "MiB", POSITIVE),
    ("free / 1e9", GAUGE, "GB", POSITIVE),
    ("rate(received[5m]) * 8", GAUGE, "bits/s", POSITIVE),
    # Two vectors.
    ("free + size", GAUGE, "bytes", POSITIVE),
    ("free - size", GAUGE, "bytes", ANY),
    ("load - load", GAUGE, "ratio", (-0.5, 0.5)),
    ("load + load", GAUGE, "ratio", (0.5, 1.5)),
    ("free + undeclared", UNKNOWN, "bytes", ANY),
    ("free + delay", GAUGE, None, ANY),
    ("delay + delay * 1000", GAUGE, None, ANY),
    ("requests + requests", COUNTER, "count", POSITIVE),
    ("rate(bucket[5m]) + rate(bucket[5m])", RATES, "count/s", POSITIVE),
    ("free / size", GAUGE, "ratio", POSITIVE),
    ("rate(requests[5m]) / rate(requests[5m])", GAUGE, "ratio", (0, 1)),
    ("rate(busy[5m]) / rate(requests[5m])", GAUGE, "s", POSITIVE),
    ("increase(busy[5m]) / increase(requests[5m])", GAUGE, "s", POSITIVE),
    ("rate(cost[5m]) / rate(requests[5m])", GAUGE, "USD", POSITIVE),
    ("rate(received[5m]) / rate(requests[5m])", GAUGE, "bytes", POSITIVE),
    ("free / delay", GAUGE, None, ANY),
    ("free * load", GAUGE, "bytes", POSITIVE),
    ("load * free", GAUGE, "bytes", POSITIVE),
    ("free * count(up)", GAUGE, "bytes", POSITIVE),
    ("free * delay", GAUGE, None, ANY),
    ("free * on (job) group_left () load", GAUGE, "bytes", POSITIVE),
    ("load % load", GAUGE, "ratio", ANY),
    ("load ^ load", GAUGE, None, ANY),
    ("load atan2 load", GAUGE, None, ANY),
    (
        'sum(rate(requests{code="500"}[5m])) / sum(rate(requests[5m]))', GAUGE, "ratio", (0, 1),
    ),
    (
        'sum(rate(requests[5m])) / sum(rate(requests{code="500"}[5m]))', GAUGE, "ratio", POSITIVE,
    ),
    ('1 - sum(rate(requests{code="500"}[5m])) / sum(rate(requests[5m]))', GAUGE, "ratio", (0, 1)),
    # Comparisons keep the left vector, within what passes.
    ("load > 0.5", GAUGE, "ratio", (0.5, 0.75)),
    ("load >= 0.5", GAUGE, "ratio", (0.5, 0.75)),
    ("load < 0.5", GAUGE, "ratio", (0.25, 0.5)),
    ("load <= 0.5", GAUGE, "ratio", (0.25, 0.5)),
    ("load == 0.5", GAUGE, "ratio", (0.5, 0.5)),
    ("load != 0.5", GAUGE, "ratio", (0.25, 0.75)),
    ("0.5 < load", GAUGE, "ratio", (0.5, 0.75)),
    ("0.5 > load", GAUGE, "ratio", (0.25, 0.5)),
    ("delay > load", GAUGE, "s", (0.25, None)),
    ("load > delay", GAUGE, "ratio", (0.25, 0.75)),
    ("load > bool 0.5", GAUGE, None, (0, 1)),
    ("1 > bool 2", GAUGE, None, (0, 1)),
    # Set operators.
    ("load and delay", GAUGE, "ratio", (0.25, 0.75)),
    ("load unless delay", GAUGE, "ratio", (0.25, 0.75)),
    ("load or load * 2", GAUGE, "ratio", (0.25, 1.5)),
    ("load or vector(0)", GAUGE, "ratio", (0, 0.75)),
    ("load or delay", GAUGE, None, ANY),
    ("requests or load", UNKNOWN, None, POSITIVE),
]  # fmt: skip
IDS = [row[0] for row in OF_SAMPLES]


def test_the_table_names_every_function():
    called = {n.function for row in OF_SAMPLES for n in walk(parse(row[0])) if isinstance(n, Call)}

    assert FUNCTIONS.keys() == called


def test_the_table_names_every_aggregation():
    nodes = (node for row in OF_SAMPLES for node in walk(parse(row[0])))

    assert AGGREGATIONS.keys() == {node.op for node in nodes if isinstance(node, Aggregate)}


def test_the_table_names_every_operator_of_vectors():
    nodes = (node for row in OF_SAMPLES for node in walk(parse(row[0])))
    binary = {node.op for node in nodes if isinstance(node, Binary)}

    assert STRENGTH.keys() | COMPARISONS | SET_OPERATORS == binary


@pytest.mark.parametrize(("text", "sample"), [row[:2] for row in OF_SAMPLES], ids=IDS)
def test_samples_have_a_type(text, sample):
    assert sample is meaning(text).sample


@pytest.mark.parametrize(("text", "unit"), [(r[0], r[2]) for r in OF_SAMPLES], ids=IDS)
def test_samples_have_a_unit(text, unit):
    assert unit_of(unit) == meaning(text).unit


@pytest.mark.parametrize(("text", "ends"), [(r[0], r[3]) for r in OF_SAMPLES], ids=IDS)
def test_samples_lie_within_bounds(text, ends):
    low, high = (None if end is None else Decimal(str(end)) for end in ends)

    assert Bounds(low, high) == meaning(text).bounds


# --- numbers -----------------------------------------------------------------------------------

NUMBERS = {
    "1 + 2 * 3": "7", "2 ^ 3 ^ 2": "512", "2 ^ -1": "0.5", "-2 ^ 2": "-4", "10 / 4": "2.5",
    "7 % 3": "1", "-7 % 3": "-1", "0x10": "16", "1e3": "1000", "1h30m": "5400", "-(2)": "-2",
    "+3": "3", "vector(5)": "5", "-vector(5)": "-5", "0.1 + 0.2": "0.3", "(1)": "1",
    "1e300 * 1e300": None, "1e308 * 1e-308": "1", "1e400": None, "1 / 0": None, "0 / 0": None,
    "NaN": None, "Inf": None, "-Inf": None,
    "time()": None, "pi()": None, "scalar(load)": None, "load": None, "vector(time())": None,
    "2 atan2 1": None, "2 ^ 0.5": None, "1 > bool 2": None, "vector(1) + 1": None, '"a"': None,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_a_constant_has_its_value(text):
    value = NUMBERS[text]

    assert (None if value is None else Decimal(value)) == meaning(text).number


@pytest.mark.parametrize(
    ("text", "is_number"),
    {
        "1": True, "time()": True, "scalar(load)": True, "1 + time()": True, "-pi()": True,
        "1 > bool 2": True, "vector(1)": False, "load": False, "1 + load": False,
        "time() > load": False, "max_of(1, 2)": True,
    }.items(),
)  # fmt: skip
def test_numbers_are_told_from_vectors(text, is_number):
    assert is_number is meaning(text).is_number


# --- what never is -----------------------------------------------------------------------------

NOTHING = {
    "load > 0.75": "comparison",
    "load >= 0.76": "comparison",
    "load < 0.25": "comparison",
    "load <= 0.2": "comparison",
    "load == 1": "comparison",
    "0.75 < load": "comparison",
    "up > 1": "comparison",
    "up == 2": "comparison",
    "count(up) == 0": "comparison",
    "count(up) < 1": "comparison",
    "rate(requests[5m]) < 0": "comparison",
    "histogram_quantile(0.9, rate(bucket[5m])) > 5": "comparison",
    "load * 100 > 75": "comparison",
    "vector(1) > 2": "comparison",
    "load > on (job) count by (job) (up)": "comparison",
    'up{job="none"}': "value",
    'up{job=~"x|y"}': "value",
    'up{zone="x"}': "label",
    'up{zone!=""}': "label",
    'up{job="api",job="db"}': "matchers",
    'undeclared{a="1",a="2"}': "matchers",
    "requests + load": "pairing",
    "requests * on (code) load": "pairing",
    "requests * on (job) teams": "pairing",
    "requests and load": "pairing",
    "requests > load": "pairing",
    'up{job="api"} + up{job="db"}': "pairing",
    'up{job="api"} * on (job) group_left () load{job="db"}': "pairing",
    "requests * ignoring (job) level": "pairing",
}


@pytest.mark.parametrize("text", NOTHING)
def test_what_never_has_a_series_is_found(text):
    assert NOTHING[text] == meaning(text).nothing


SOMETHING = (
    "load > 0.7", "load >= 0.75", "load != 0.5", "load == 0.5", "up == 0", "up > bool 1",
    "load > scalar(delay)", "delay > 1e9", "count(up) != 0", 'up{job="api"}', 'up{job=~"x|db"}',
    'up{job!="none"}', 'up{zone=""}', 'up{zone!="x"}', 'undeclared{job="none"}',
    "requests * on (job) load", "requests * ignoring (code) load", "level * on (team) teams",
    "requests unless load", "requests or load", 'up{job="api"} + on () up{job="db"}',
    "load + undeclared", "1 - 1", "rate(undeclared[5m]) < 0", "rate(delay[5m]) < 0",
    "quantile(2, load) > 1", "absent(up) > 0", "requests * ignoring (code, zone) level",
)  # fmt: skip


@pytest.mark.parametrize("text", SOMETHING)
def test_what_may_have_a_series_is_not_called_impossible(text):
    assert not meaning(text).is_nothing


IMPOSSIBLE = "(up > 1)"
AROUND = {
    f"sum({IMPOSSIBLE})": True,
    f"count({IMPOSSIBLE})": True,
    f"-{IMPOSSIBLE}": True,
    f"abs({IMPOSSIBLE})": True,
    f"max_over_time({IMPOSSIBLE}[5m:])": True,
    f"{IMPOSSIBLE} + 1": True,
    f"1 > bool {IMPOSSIBLE}": True,
    f"{IMPOSSIBLE} * load": True,
    f"load and {IMPOSSIBLE}": True,
    f"{IMPOSSIBLE} unless load": True,
    f"{IMPOSSIBLE} or {IMPOSSIBLE}": True,
    f"{IMPOSSIBLE} or load": False,
    f"load or {IMPOSSIBLE}": False,
    f"load unless {IMPOSSIBLE}": False,
    f"absent({IMPOSSIBLE})": False,
    f"absent_over_time({IMPOSSIBLE}[5m:])": False,
    f"scalar({IMPOSSIBLE})": False,
    f"vector(scalar({IMPOSSIBLE}))": False,
    f"clamp_min(load, scalar({IMPOSSIBLE}))": False,
    'info(load, {code="1",code="2"})': False,
}  # fmt: skip


@pytest.mark.parametrize("text", AROUND)
def test_what_is_made_of_nothing_is_nothing_unless_nothing_is_asked_for(text):
    assert AROUND[text] is meaning(text).is_nothing


def test_the_reason_stays_where_it_lies():
    root = parse("sum(up > 1) + 1")
    found = Meanings(root, World())

    assert ["comparison"] == [found[node].nothing for node in walk(root) if found[node].nothing]


# --- conditions --------------------------------------------------------------------------------

CONDITIONAL = {
    "load": False,
    "load > 0.5": True,
    "load > bool 0.5": False,
    "sum(load > 0.5)": True,
    "(load > 0.5) * 2": True,
    "load * (load > 0.5)": True,
    "load and (up == 0)": True,
    "load and up": False,
    "load unless up": True,
    "(load > 0.5) or vector(0)": False,
    "(load > 0.5) or (up == 0)": True,
    "absent(load)": True,
    "absent_over_time(load[5m])": True,
    "max_over_time((load > 0.5)[1h:])": True,
    "max_over_time(load[1h])": False,
    "rate(requests[5m])": False,
    "vector(1)": False,
    "-(load > 0.5)": True,
}


@pytest.mark.parametrize("text", CONDITIONAL)
def test_whether_there_is_a_series_may_depend_on_the_samples(text):
    assert CONDITIONAL[text] is meaning(text).is_conditional


# --- labels and their values -------------------------------------------------------------------

# Only functions that change labels; tests/test_promql_labels.py holds operators and aggregations.
LABELS = {
    "absent(load)": "",
    'absent(load{job="api"})': "job",
    'absent_over_time(load{job="api"}[5m])': "job",
    "histogram_quantile(0.9, rate(bucket[5m]))": "job",
    "histogram_fraction(0, 1, rate(bucket[5m]))": "job",
    'histogram_quantiles(rate(bucket[5m]), "q", 0.5, 0.9)': "job q",
    'label_join(load, "all", "-", "job")': "all job",
    'label_replace(load, "new", "$1", "job", "(.*)")': "job new",
    "vector(1)": "",
    "hour()": "",
    'count_values("v", requests)': "v",
    'count_values without (job) ("v", requests)': "code v",
    'count_values without (v) ("v", requests)': "code job",
    'count_values without (job) ("job", requests)': "code",
}
KEPT = frozenset(
    name
    for name, signature in FUNCTIONS.items()
    if signature.returns is not FUNCTIONS["time"].returns
) - {
    "absent", "absent_over_time", "histogram_quantile", "histogram_fraction", "info", "vector",
    "histogram_quantiles", "label_join", "label_replace",
}  # fmt: skip
_ARGUMENTS = {"n": "0.5", "v": "requests", "r": "requests[5m]", "s": '"job"'}


def call(name):
    """Return a call with all arguments, optional ones too."""
    letters = {"a number": "n", "a vector": "v", "a range": "r", "a string": "s"}
    kinds = [letters[kind.value] for kind in FUNCTIONS[name].arguments]
    return f"{name}({', '.join(_ARGUMENTS[kind] for kind in kinds)})"


@pytest.mark.parametrize("text", LABELS)
def test_labels_are_dropped_and_made(text):
    labels = meaning(text).labels

    assert LABELS[text].split() == sorted(labels.names)


@pytest.mark.parametrize("name", sorted(KEPT))
def test_all_other_functions_keep_the_labels_of_their_argument(name):
    assert frozenset({"job", "code"}) == meaning(call(name)).labels.sure


def test_the_counted_value_may_become_the_name():
    assert meaning('count_values("__name__", load)').labels.may_have("__name__")


@pytest.mark.parametrize("grouping", ["without ()", "without (__name__)"])
def test_no_name_is_left_where_labels_go_without(grouping):
    text = f'count_values {grouping} ("__name__", load)'

    assert not meaning(text).labels.may_have("__name__")


VALUES = {
    "up": {"job": "api db"},
    'up{job="api"}': {"job": "api"},
    'up{job=~"a.*"}': {"job": "api"},
    'up{job!="api"}': {"job": "db"},
    'up{job=~"api|x"}': {"job": "api"},
    'undeclared{job="x"}': {"job": "x"},
    'undeclared{job=~"x|y"}': {"job": "x y"},
    'undeclared{job=~"x|"}': {},
    'undeclared{job=~"x.*"}': {},
    'rate(requests{job="api"}[5m])': {"job": "api"},
    'sum by (job) (up{job="api"})': {"job": "api"},
    'sum by (code) (requests{job="api"})': {},
    'sum without (job) (requests{job="api"})': {},
    '2 * up{job="api"}': {"job": "api"},
    'up{job="api"} > 0': {"job": "api"},
    '(up{job="api"} or up{job="db"})': {"job": "api db"},
    'up{job="api"} and up': {"job": "api"},
    'requests * on (job) group_left () up{job="api"}': {"job": "api db"},
    'up{job="api"} * on (job) group_right () requests': {"job": "api db"},
    'requests * on (code) group_left (job) undeclared{job="x"}': {"job": "x"},
    "requests * on (code) group_left (job) undeclared": {},
    'undeclared{job="x"} * on (code) group_right (job) requests': {"job": "x"},
    'label_replace(up, "job", "$1", "job", "(.*)")': {},
    'label_replace(up, "new", "$1", "job", "(.*)")': {"job": "api db"},
    'label_join(up, "job", "-", "job")': {},
    'count_values by (job) ("job", up)': {},
    'absent(up{job="none"})': {"job": "none"},
    'absent(up{job="none",job="api"})': {"job": "none api"},
    'absent(up{job=~"none"})': {},
    'absent_over_time(up{job="none"}[5m])': {"job": "none"},
    "time()": {},
    "vector(1)": {},
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_known_values_of_labels_follow_the_labels(text):
    wanted = {label: frozenset(values.split()) for label, values in VALUES[text].items()}

    assert wanted == dict(meaning(text).values)


@pytest.mark.parametrize(
    ("text", "name"),
    [("load", "load"), ('{__name__="load"}', "load"), ("undeclared", None), ("-load", None)],
)
def test_only_a_selector_has_the_series_itself(text, name):
    series = meaning(text).series

    assert name == (None if series is None else series.name)
