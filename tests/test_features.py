"""Which version of Prometheus knows a function, an operator or a piece of syntax."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from oracles import tool

from obsgen.catalogue import Catalogue, Metric
from obsgen.checks.features import SINCE, STABLE_SINCE
from obsgen.diagnostics import Severity
from obsgen.lint import LintOptions, lint
from obsgen.promql import Type
from obsgen.promql.functions import AGGREGATIONS, FUNCTIONS

# Prometheus 2.19, docs/querying/functions.md and operators.md.
_OLD_NAMES = """
abs absent avg_over_time ceil changes clamp_max clamp_min count_over_time
day_of_month day_of_week days_in_month delta deriv exp floor histogram_quantile holt_winters hour
idelta increase irate label_join label_replace ln log10 log2 max_over_time min_over_time minute
month predict_linear quantile_over_time rate resets round scalar sort sort_desc sqrt
stddev_over_time stdvar_over_time sum_over_time time timestamp vector year
avg bottomk count count_values max min quantile stddev stdvar sum topk
"""
OLDER_THAN_2_20 = frozenset(_OLD_NAMES.split())
EVERY = FUNCTIONS.keys() | AGGREGATIONS.keys()


def test_every_function_and_aggregation_is_old_or_has_a_first_version():
    assert EVERY == OLDER_THAN_2_20 | SINCE.keys()


def test_none_of_the_old_ones_has_a_first_version():
    assert not OLDER_THAN_2_20 & SINCE.keys()


def test_what_is_experimental_has_a_first_version():
    assert STABLE_SINCE.keys() <= SINCE.keys()


def test_nothing_becomes_stable_before_it_is_there():
    stable = {name: since for name, since in STABLE_SINCE.items() if since is not None}

    assert not [name for name, since in stable.items() if since <= SINCE[name]]


# --- promtool 2.42 -----------------------------------------------------------------------------

_ARGUMENTS = {Type.VECTOR: "x", Type.SCALAR: "0.5", Type.MATRIX: "x[5m]", Type.STRING: '"a"'}


def called(name: str) -> str:
    """Return an expression that calls a function with all arguments that it must have."""
    if name in AGGREGATIONS:
        parameter = AGGREGATIONS[name]
        return f"{name}({'' if parameter is None else f'{_ARGUMENTS[parameter]}, '}x)"
    signature = FUNCTIONS[name]
    arguments = (_ARGUMENTS[signature.argument(place)] for place in range(signature.least))
    return f"{name}({', '.join(arguments)})"


SYNTAX = {
    "x atan2 y": (2, 31),
    "x @ 5": (2, 33),
    "x @ end()": (2, 33),
    "x offset -5m": (2, 33),
    "x[300]": (2, 54),
    "x offset 5": (2, 54),
    "x > 5m": (2, 54),
    "x @ 5m": (2, 54),
    '{"x"}': (3, 0),
    'x{"a"="b"}': (3, 0),
    'sum by ("a") (x)': (3, 0),
    'x * on ("a") y': (3, 0),
}
ASKED = {name: (called(name), SINCE.get(name, (2, 0))) for name in sorted(EVERY)} | {
    text: (text, since) for text, since in SYNTAX.items()
}


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Return which of what is asked promtool 2.42 accepts."""
    folder = tmp_path_factory.mktemp("asked")
    files = {}
    for number, (key, (text, _)) in enumerate(ASKED.items()):
        rule = {"record": "a:b", "expr": f"rate({text})" if text.endswith("]") else text}
        file = folder / f"{number}.yml"
        file.write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
        files[str(file)] = key
    done = subprocess.run(
        [tool("promtool"), "check", "rules", *files], capture_output=True, text=True, check=False
    )
    good = re.findall(r"Checking (\S+)\n\s+SUCCESS", done.stdout)
    return frozenset(files[file] for file in good)


@pytest.mark.parametrize("key", ASKED)
def test_promtool_2_42_accepts_what_is_not_newer(accepted, key):
    _, since = ASKED[key]

    assert (key in accepted) is (since <= (2, 42))


# --- findings ----------------------------------------------------------------------------------

CATALOGUE = Catalogue(
    {
        "x": Metric(name="x", type="gauge"),
        "y": Metric(name="y", type="gauge"),
        "latency_seconds": Metric(name="latency_seconds", type="histogram"),
    }
)


def found(text: str, version: tuple[int, int], *codes: str) -> list[str]:
    """Return the messages of the findings with these codes, of a rule for a version."""
    rule = {"record": "a:b", "expr": text}
    file = json.dumps({"groups": [{"name": "g", "rules": [rule]}]})
    built = lint({"rules.yml": file}, LintOptions(catalogue=CATALOGUE, version=version))
    return [d.message for d in built.diagnostics if d.code.id in codes]


TOO_NEW = [
    ("group(x)", "`group`", "2.20"),
    ("clamp(x, 0, 1)", "`clamp`", "2.26"),
    ("day_of_year()", "`day_of_year`", "2.36"),
    ("histogram_avg(x)", "`histogram_avg`", "2.51"),
    ("info(x)", "`info`", "2.55"),
    ("min_of(1, 2) * x", "`min_of`", "3.13"),
    ("integral(x[5m])", "`integral`", "3.16"),
    ("x atan2 y", "`atan2`", "2.31"),
    ("x @ start()", "`@`", "2.33"),
    ("rate(x[5m] @ 5)", "`@`", "2.33"),
    ("max_over_time((x + y)[5m:] @ end())", "`@`", "2.33"),
    ("x offset -5m", "a negative `offset`", "2.33"),
    ("rate(x[5m] offset -1m)", "a negative `offset`", "2.33"),
    ("rate(x[300])", "the plain number `300` as a length", "2.54"),
    ("rate(x[5m] offset 60)", "the plain number `60` as a length", "2.54"),
    ('x{y="[5]"} offset - 5', "the plain number `5` as a length", "2.54"),
    ("max_over_time((x + 7)[5m:30])", "the plain number `30` as a length", "2.54"),
    ("time() - x > 1h", "the length `1h` as a number", "2.54"),
    ("x @ 50m", "the length `50m` as a time", "2.54"),
    ("{'x'}", "a quoted name in braces", "3.0"),
    ("x{'http.code'='5'}", "a quoted name in braces", "3.0"),
    ("sum by (`http.code`) (x)", "the quoted name of a label", "3.0"),
    ("x * on ('a.b') group_left () y", "the quoted name of a label", "3.0"),
    ("x * on () group_left ('a.b') y", "the quoted name of a label", "3.0"),
    (
        "histogram_fraction(0, 1, rate(latency_seconds_bucket[5m]))",
        "`histogram_fraction` of a classic histogram",
        "3.4",
    ),
]


@pytest.mark.parametrize(("text", "what", "since"), TOO_NEW, ids=[row[0] for row in TOO_NEW])
def test_what_the_target_does_not_know_yet_is_found(text, what, since):
    first = tuple(map(int, since.split(".")))
    before = (first[0], first[1] - 1) if first[1] else (2, 99)

    said = f"{what} needs Prometheus {since}, the target is {before[0]}.{before[1]}"
    assert [said] == found(text, before, "PQL442")


@pytest.mark.parametrize(("text", "what", "since"), TOO_NEW, ids=[row[0] for row in TOO_NEW])
def test_what_the_target_knows_is_not_found(text, what, since):
    first = tuple(map(int, since.split(".")))

    assert not found(text, first, "PQL442")


PLAIN = (
    "rate(x[5m] offset 1m)",
    'x{y="offset 5 [3]"} > 300',
    "x @ 1609746000",
    "max_over_time(x[1h:5m])",
    '{__name__="x"}',
    "histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))",
    "x > 0x10",
)


@pytest.mark.parametrize("text", PLAIN)
def test_what_prometheus_2_33_knows_is_not_found(text):
    assert not found(text, (2, 33), "PQL442", "PQL455")


@pytest.mark.parametrize(
    ("text", "version", "is_experimental"),
    [
        ("limitk(5, x)", (3, 16), True),
        ("sort_by_label(x, 'job')", (2, 49), True),
        ("min_of(1, 2) * x", (3, 13), True),
        ("first_over_time(x[5m])", (3, 13), True),
        ("first_over_time(x[5m])", (3, 14), False),
        ("histogram_avg(x)", (2, 51), False),
    ],
)
def test_experimental_functions_are_found_until_they_are_stable(text, version, is_experimental):
    assert len(found(text, version, "PQL455")) == is_experimental


def test_an_experimental_function_that_is_too_new_is_found_once():
    assert len(found("info(x)", (2, 42), "PQL442", "PQL455")) == 1


def test_rules_in_newer_syntax_are_no_error_where_nothing_is_compiled():
    rule = {"record": "a:b", "expr": "rate(x[5m] anchored)"}
    file = json.dumps({"groups": [{"name": "g", "rules": [rule]}]})

    (diagnostic,) = lint({"rules.yml": file}, LintOptions()).diagnostics

    assert ("PQL443", Severity.WARNING) == (diagnostic.code.id, diagnostic.severity)
