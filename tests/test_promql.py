"""PromQL is read as Prometheus reads it, and what is wrong is underlined to the character."""

import json
import subprocess
import sys

import promql_parser
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from obsgen.promql import (
    Aggregate,
    Binary,
    Call,
    NewerSyntaxError,
    PromqlError,
    Span,
    Type,
    Unary,
    VectorSelector,
    layout,
    parse,
    quote,
    result_type,
    substitute_variables,
    variables,
    walk,
)
from obsgen.promql.authority import accepts_form, prettified, refusal, rewritten
from obsgen.promql.functions import FUNCTIONS
from obsgen.promql.grammar import read_expression
from obsgen.promql.labels import selectors
from obsgen.promql.lexer import MAX_LENGTH, tokenize

GOOD = """\
up
up{job="api"}
up{job="api",}
{job="api"}
{__name__="up"}
{__name__=~"up|down",job!=""}
up{job='api', env=~"a|b", x!~"c.*", y!="d"}
up{job=`raw \\d+`}
up{a="\\\\d \\"q\\" \\n \\x41 \\u00e9 \\U0001F600 \\101"}
up{a='it\\'s'}
up{on="a",by="b",sum="c",offset="d"}
job:errors:rate5m
:odd:
sum
count + group
up offset 5m
up offset -5m
up offset 1h30m
up OFFSET 5m
up @ 1609746000
up @ 1609746000.5
up @ start()
up @ end() offset 5m
up offset 5m @ end()
1
-1
+1
.5
5.
1e3
1E-3
0x1F
inf
+Inf
-INF
NaN
1 + 2 * 3 ^ 4
2 ^ 3 ^ 2
-2 ^ 2
2 ^ -2
- -1
-up * 2
1 - -1
up / 2 % 3
up atan2 up
up ATAN2 up
a == b
a != bool b
a > 1
1 < bool 2
a >= bool 1 <= 3
a and b
a AND b or c unless d
a or b and c
a and on (job) b
a unless ignoring (job, instance) b
a or on () b
a / on (job, instance) b
a * ignoring (x) b
a * on (job) group_left b
a * on (job) group_left (team) b
a * on (job) group_right (team, owner) b
a * on (job) group_left () (b)
a * ignoring (job,) group_left (team,) b
a == bool on (job) b
(a)
((a + b)) * c
sum(a)
SUM(a)
sum by (job) (a)
sum by () (a)
sum(a) by (job, instance)
sum without (le, pod) (a)
sum (a) without ()
avg(a) + min(a) + max(a) + count(a) + group(a) + stddev(a) + stdvar(a)
topk(5, a)
bottomk by (job) (scalar(b), a)
quantile(0.9, a)
count_values("version", a)
count_values by (job) ('v', a)
sum by (by, on, and, sum) (a)
rate(a[5m])
rate(a{b="c"}[1h30m] offset 1m)
irate(a[90s] @ start())
increase(a[1d]) + delta(a[1w]) + idelta(a[1y])
rate(a[5m]) / rate(b[5m]) > 0.5
max_over_time(a[500ms])
avg_over_time(rate(a[5m])[1h:])
avg_over_time(rate(a[5m])[1h:1m] offset 5m)
avg_over_time((a > 1)[1h:1m] @ 5)
sum_over_time(a[1h:5m] @ end() offset -1d)
min_over_time(max_over_time(a[5m])[1h:1m])
last_over_time(a offset 5m[10m:1m])
count_over_time(a[1m]) + present_over_time(a[1m]) + stddev_over_time(a[1m])
stdvar_over_time(a[1m]) + sum_over_time(a[1m]) + changes(a[1m]) + resets(a[1m])
quantile_over_time(0.9, a[1m])
predict_linear(a[1h], 4 * 3600)
deriv(a[1h]) + absent_over_time(a[1h])
histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m])))
histogram_count(a) + histogram_sum(a) + histogram_fraction(0, 0.2, a)
absent(a{job="x"})
label_replace(a, "dst", "$1", "src", "(.*)-x")
label_join(a, "dst", "-", "x", "y", "z")
label_join(a, "dst", "-")
clamp(a, 0, 1) + clamp_min(a, 0) + clamp_max(a, 1)
round(a) + round(a, 0.1)
abs(a) + ceil(a) + floor(a) + exp(a) + sqrt(a) + sgn(a)
ln(a) + log2(a) + log10(a) + deg(a) + rad(a)
sin(a) + cos(a) + tan(a) + asin(a) + acos(a) + atan(a)
sinh(a) + cosh(a) + tanh(a) + asinh(a) + acosh(a) + atanh(a)
sort(a) or sort_desc(b)
scalar(a) + vector(1)
time() - timestamp(a)
pi() * 2
hour() + minute(a) + month() + year(a) + day_of_month() + day_of_week(a)
day_of_year() + days_in_month(a)
vector(time() % 300) < 60
a # the rest is a comment " ' (
a{b="#"} > 1 # c
# first\\na
sum by (job) (rate(a[5m]))\\n  / sum by (job) (rate(b[5m]))
\\ta\\r\\n+b
a{b=""} or c{d=~".*"}
a{b=~"[[:alpha:]]+\\\\.x{1,3}?"}
a{b=~"(?i:x|y)(?P<n>z)"}
a{b=~"\\\\Qa.b\\\\E"}
a{b=~"{{x}}"}
a{b=~"[a&&b]"}
"""
"""One expression a line; `\\n`, `\\t` and `\\r` outside of strings stand for the characters."""

NEWER = """\
{"http.requests"}
{"http.requests", job="a"}
up{"a.b"="c"}
sum by ("a b", c) (x)
a[300]
x offset 5
x[1.5:30]
up @ 1m
time() - 1h
limitk(5, a)
limit_ratio(0.1, a)
info(a)
info(a, {k8s_cluster=~".+"})
histogram_avg(a) + histogram_stddev(a) + histogram_stdvar(a)
mad_over_time(a[5m])
sort_by_label(a, "x") or sort_by_label_desc(a, "x", "y")
double_exponential_smoothing(a[5m], 0.5, 0.5)
first_over_time(a[5m]) + ts_of_max_over_time(a[5m])
"""
"""What Prometheus learnt after 2.42."""


def spelled(line):
    if line.startswith(("#", "\\t", "sum by (job) (rate(a[5m]))\\n")):
        for escape, character in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r")):
            line = line.replace(escape, character)
    return line


CORPUS = [spelled(line) for line in GOOD.splitlines()]
NEWER_CORPUS = NEWER.splitlines()


@pytest.mark.parametrize("text", CORPUS + NEWER_CORPUS)
def test_the_tree_agrees_with_the_one_of_promql_parser(text):
    node = parse(text)
    theirs = landmarks(promql_parser.parse(rewritten(tokenize(text), Span(0, len(text)))))

    assert theirs == [seen for part in walk(node) for seen in landmark(part)]


@pytest.mark.parametrize("text", CORPUS + NEWER_CORPUS)
def test_the_layout_means_the_same_to_promql_parser(text):
    assert theirs_of(text) == theirs_of(layout(parse(text), 20)) == theirs_of(layout(parse(text)))


def theirs_of(text):
    return prettified(rewritten(tokenize(text), Span(0, len(text))))


def landmark(node):
    match node:
        case VectorSelector():
            yield ("series", node.metric_name, node.offset_ms)
        case Call():
            yield ("call", node.function)
        case Aggregate():
            labels = () if node.grouping is None else node.grouping.names
            yield ("aggregate", node.op, labels)
        case Binary():
            matching = node.matching
            yield (
                "binary",
                node.op,
                node.is_bool,
                () if matching is None else matching.names,
                () if matching is None else matching.include_names,
            )


def landmarks(root):
    found = []

    def visit(node):
        match node:
            case promql_parser.VectorSelector():
                names = [m.value for m in node.matchers.matchers if m.name == "__name__"]
                regex = [m for m in node.matchers.matchers if m.op != promql_parser.MatchOp.Equal]
                named = names if not any(m.name == "__name__" for m in regex) else []
                offset = node.offset.total_seconds() * 1000 if node.offset else 0
                found.append(("series", node.name or (named or [None])[0], offset))
            case promql_parser.Call():
                found.append(("call", node.func.name))
            case promql_parser.AggregateExpr():
                labels = () if node.modifier is None else tuple(node.modifier.labels)
                found.append(("aggregate", str(node.op), labels))
            case promql_parser.BinaryExpr():
                modifier = node.modifier
                matching = modifier and modifier.matching
                found.append(
                    (
                        "binary",
                        str(node.op),
                        bool(modifier and modifier.return_bool),
                        tuple(matching.labels) if matching else (),
                        tuple((modifier and modifier.group_labels) or ()),
                    )
                )

    promql_parser.walk(root, visit)
    return found


def test_promtool_accepts_what_is_accepted_here(tmp_path):
    rules = [{"record": f"rule:{index}", "expr": text} for index, text in enumerate(CORPUS)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "corpus", "rules": rules}]}))

    done = subprocess.run(
        ["promtool", "check", "rules", "--lint=none", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)


def test_every_function_of_promql_parser_is_known_with_its_types():
    letters = {Type.SCALAR: "1", Type.VECTOR: "x", Type.MATRIX: "x[5m]", Type.STRING: '"a"'}
    for name, signature in FUNCTIONS.items():
        arguments = ", ".join(letters[kind] for kind in signature.arguments)
        # It knows this one by its later name alone.
        known = "double_exponential_smoothing" if name == "holt_winters" else name
        function = promql_parser.parse(f"{known}({arguments})").func

        ours = [signature.argument(n).name.lower() for n, _ in enumerate(function.arg_types)]
        assert ours == [str(kind).rpartition(".")[2].lower() for kind in function.arg_types]
        assert (
            signature.returns.name.lower() == str(function.return_type).rpartition(".")[2].lower()
        )


WRONG = [
    ("", "", "the expression is empty", ""),
    ("  # nothing", "  # nothing", "the expression is empty", ""),
    ("a +", "+", "the expression ends after `+`, where an operand is expected", ""),
    ("a + * b", "*", "`*` stands where an operand is expected", ""),
    ("(a + b", "(", "expected `)` to close `(`", ""),
    ("(a + b]", "]", "expected `)` to close `(`, found `]`", ""),
    ("a + b)", ")", "`)` closes nothing", ""),
    ("sum(a", "(", "expected `)` to close `(`", ""),
    ('a{b="c"', "{", "expected `}` to close `{`", ""),
    ("rate(a[5m)", ")", "expected `]` to close `[`, found `)`", ""),
    ("a b", "b", "`b` follows `a` without an operator between them", ""),
    ("a = b", "=", "`=` compares nothing outside of braces", "write `==`"),
    ("a && b", "&&", "`&&` is not PromQL", "write `and`"),
    ("a || b", "||", "`||` is not PromQL", "write `or`"),
    ("a and and b", "and", "`and` stands where an operand is expected",
     'a metric of this name is `{__name__="and"}`'),
    ("rate(a)", "a", "`rate` takes a range: write `a[5m]`", ""),
    ('1 + rate(a{b="c"})', 'a{b="c"}', "`rate` takes a range: write `a[5m]`", ""),
    ("rate(sum(a))", "sum(a)", "`rate` takes a range, found a vector",
     "write a subquery: `(…)[5m:]`"),
    ("sum(a[5m])", "a[5m]", "`sum` takes a vector, found a range",
     "a range becomes a vector with `rate(…)`, or another function over time"),
    ("a[5m] > 1", "a[5m]", "`>` takes numbers and vectors, found a range",
     "a range becomes a vector with `rate(…)`, or another function over time"),
    ('a + "b"', '"b"', "`+` takes numbers and vectors, found a string", ""),
    ("-a[5m]", "a[5m]", "a sign takes a number or a vector, found a range",
     "a range becomes a vector with `rate(…)`, or another function over time"),
    ("1 > 2", ">", "`>` compares two numbers, which needs `bool`", "write `> bool`"),
    ("a and 1", "1", "`and` takes two vectors, found a number",
     "a number becomes a vector with `vector(…)`"),
    ("a + bool b", "bool", "`bool` follows `+`, which compares nothing", ""),
    ("a + on (x) 1", "on (x)", "`on` pairs two vectors, found a number", "leave it out"),
    ("a and on (x) group_left b", "on (x) group_left",
     "`and` pairs many with many: it takes no `group_left`", ""),
    ("a * group_left b", "group_left",
     "`group_left` needs `on (…)` or `ignoring (…)` before it", ""),
    ("a * on (x) group_left (x) b", "x", "label `x` stands in `on` and in `group_left`",
     "leave it out of the second"),
    ("a / on job b", "job", "`job` stands where `(` after `on` is expected", "write `on (job)`"),
    ("topk(a)", "(a)", "`topk` takes two arguments, found 1", "write `topk(5, x)`"),
    ("sum(a, b)", "(a, b)", "`sum` takes one argument, found 2", "write `sum(x)`"),
    ("topk(b, a)", "b", "`topk` takes a number first, found a vector",
     "a vector of one series becomes a number with `scalar(…)`"),
    ("sum by (a) (x) by (b)", "by", "labels are grouped twice", ""),
    ("clamp(a, 1)", "clamp(a, 1)", "`clamp` takes 3 arguments, found 2", ""),
    ("time(1)", "time(1)", "`time` takes no arguments, found 1", ""),
    ("round()", "round()", "`round` takes 1 or 2 arguments, found none", ""),
    ("abs(1)", "1", "`abs` takes a vector, found a number",
     "a number becomes a vector with `vector(…)`"),
    ("rat(a[5m])", "rat", "function `rat` does not exist", "did you mean `rate`?"),
    ("count_scalar(a)", "count_scalar", "function `count_scalar` is gone",
     "Prometheus 2.0 removed it: write `count(…)`"),
    ("keep_last_value(a)", "keep_last_value", "function `keep_last_value` does not exist",
     "it belongs to MetricsQL, which only VictoriaMetrics reads"),
    ("rate(a[5m],)", ",", "a comma follows the last argument", ""),
    ("{}", "{}", "the selector matches every series: no matcher asks for a value",
     'name a metric, or write a matcher such as `job="x"`'),
    ('1 + {a=~".*"}', '{a=~".*"}', "the selector matches every series: no matcher asks for a value",
     'name a metric, or write a matcher such as `job="x"`'),
    ("a{b=c}", "c", "`c` stands where a string is expected", 'write `b="c"`'),
    ('a{b=="c"}', "==", "`==` stands where one of `=`, `!=`, `=~`, `!~` after `b` is expected",
     "write `=`"),
    ("a{b}", "}", "`}` stands where one of `=`, `!=`, `=~`, `!~` after `b` is expected", ""),
    ('a{b:c="d"}', "b:c", "label `b:c` holds a colon", "only names of metrics do"),
    ('a{b="1" or b="2"}', "or", "`or` stands between matchers",
     'write `=~"a|b"`, or two selectors with `or` between them'),
    ('a{__name__="b"}', '__name__="b"', "the metric is named twice: `a` and `b`", ""),
    ('a{b=~"\\."}', "\\.", "unknown escape sequence `\\.` in a double-quoted string",
     "write `\\\\.` or use backticks"),
    ("a{b='\\\"'}", '\\"', 'unknown escape sequence `\\"` in a single-quoted string',
     'write `\\\\"` or use backticks'),
    ('a{b="c}', '"c}', 'expected `"` to close the string', ""),
    ('a{b="\\xff"}', '"\\xff"', "the escapes of this string are not UTF-8",
     "write the character itself or `\\u00e9`"),
    ('a{b=~"(c"}', '"(c"', "`(c` is not a regular expression: `(` is not closed", ""),
    ('a{b=~"c**"}', '"c**"', "`c**` is not a regular expression: a repetition is repeated", ""),
    ('a{b!~"(?!c)"}', '"(?!c)"',
     "`(?!c)` is not a regular expression: `(?!` is no group of RE2", ""),
    ('a{b=~"c{1001}"}', '"c{1001}"',
     "`c{1001}` is not a regular expression: `{1001}` repeats more than 1000 times", ""),
    ('a{x="y",b=~"\\\\p{Nope}"}', '"\\\\p{Nope}"', "`\\p{Nope}` is not a regular expression", ""),
    ("a[5m1h]", "5m1h", "`5m1h` has its units out of order",
     "write each unit once, the longest first: `1h30m`"),
    ("a[0s]", "0s", "`0s` is no time at all", ""),
    ("a[999999y]", "999999y", "`999999y` is longer than 292 years", ""),
    ("a[1e999999999]", "1e999999999", "`1e999999999` is longer than 292 years", ""),
    ("a[1.5h]", "1.5h", "`1.5h` is neither a number nor a duration",
     "a duration counts in whole units: `1h30m`"),
    ("a > 1_b", "1_b", "`1_b` is neither a number nor a duration", "a name begins with a letter"),
    ("a[5x]", "5x", "`5x` is neither a number nor a duration",
     "durations are written `5m`, `1h30m`, `500ms`"),
    ("a[5m 1h]", "1h", "a range is one plain duration", "write `1h30m`, the longest unit first"),
    ("a[5m*", "*", "the expression ends after `*`, where the rest of a duration is expected", ""),
    ("a[]", "]", "`]` stands where a duration such as `5m` is expected", ""),
    ("rate(a)[5m]", "[5m]", "a range stands only behind a metric",
     "for the range of an expression write a subquery: `(…)[1h:5m]`"),
    ("rate(a offset 1m[5m])", "[5m]", "the range stands behind `offset` or `@`",
     "write it first: `x[5m] offset 1m`"),
    ("sum(a) offset 5m", "offset", "`offset` stands only behind a metric, a range or a subquery",
     "move it behind the metric itself"),
    ("a offset 1m offset 2m", "offset", "`offset` is written twice", ""),
    ("a @ 1 @ 2", "@", "`@` is written twice", ""),
    ("a @ start", "start", "the expression ends after `start`, where `(` after `start` is expected",
     "write `start()`"),
    ("rate(a[$__rate_interval])", "$__rate_interval",
     "`$__rate_interval` is a variable, where a duration such as `5m` is expected",
     "variables of Grafana live in dashboards only"),
    ("{{ .Value }} > 1", "{{", "`{{` stands where an operand is expected",
     "`{{ … }}` belongs into labels and annotations"),
    ("http.requests", ".", "`.` is not PromQL",
     'a name with dots is quoted in braces: `{"http.requests"}`'),
    ("a ≥ 1", "≥", "`≥` is not PromQL", "write `>=`"),
    ("a\x00", "\x00", "`U+0000` is not PromQL", ""),
    ("a\ud800", "\ud800", "`U+D800` is half a character", "write the file in UTF-8"),
    ("a{b=“c”}", "“", "`“` is not PromQL", 'write `"`'),
]  # fmt: skip


NEWER_SYNTAX = {
    "a[5m*2]": ("5m*2", "3.14 (3.4 with the flag `promql-duration-expr`)"),
    "a[5m:(1m + 30s)]": ("(1m + 30s)", "3.14 (3.4 with the flag `promql-duration-expr`)"),
    "a[step()]": ("step()", "3.14 (3.4 with the flag `promql-duration-expr`)"),
    "a[max_of(5m, step())]": ("max_of(5m, step())", "3.14"),
    "a offset (5m+1m)": ("(5m+1m)", "3.14 (3.4 with the flag `promql-duration-expr`)"),
    "a offset -range() + b": ("range()", "3.14 (3.4 with the flag `promql-duration-expr`)"),
    "rate(a[5m] anchored)": ("anchored", "3.16 (3.7 with the flag"),
    "a smoothed": ("smoothed", "3.16 (3.7 with the flag `promql-extended-range-selectors`)"),
    "a + fill(0) b": ("fill", "3.10 (with the flag `promql-binop-fill-modifiers`)"),
    "a / on (x) fill_left(0) b": ("fill_left", "3.10"),
    "a </ 5": ("</", "3.11"),
    "a >/ b": (">/", "3.11"),
    "a > 1_000": ("1_000", "2.54"),
}


@pytest.mark.parametrize("text", NEWER_SYNTAX)
def test_syntax_of_a_later_prometheus_is_told_apart(text):
    underlined, since = NEWER_SYNTAX[text]

    with pytest.raises(NewerSyntaxError) as raised:
        parse(text)

    error = raised.value
    assert underlined == text[error.span.start : error.span.end]
    assert f" of Prometheus {since}" in error.message
    assert error.hint


NAMES = {
    "anchored": ["anchored"],
    "rate(smoothed[5m]) + Anchored": ["smoothed", "Anchored"],
    "sum by (anchored) (a)": ["a"],
    "a * on (smoothed) group_left (anchored) fill": ["a", "fill"],
    'step{smoothed="x"}': ["step"],
}


@pytest.mark.parametrize("text", NAMES)
def test_later_modifiers_are_names_where_none_can_stand(text):
    named = [node for node in walk(parse(text)) if isinstance(node, VectorSelector)]

    assert NAMES[text] == [node.name for node in named]


def test_a_name_that_promql_parser_does_not_take_keeps_its_characters():
    (node,) = [n for n in walk(parse("1 + anchored - 2")) if isinstance(n, VectorSelector)]

    assert Span(4, 12) == node.span


@pytest.mark.parametrize(
    ("text", "underlined", "message", "hint"), WRONG, ids=[ascii(row[0]) for row in WRONG]
)
def test_a_mistake_is_named_and_underlined(text, underlined, message, hint):
    with pytest.raises(PromqlError) as caught:
        parse(text)

    error = caught.value
    assert (message, underlined, hint) == (
        error.message,
        text[error.span.start : error.span.end],
        error.hint,
    )
    assert message == str(error)


def test_the_last_of_several_equal_words_is_underlined_where_it_is_the_wrong_one():
    with pytest.raises(PromqlError) as caught:
        parse("a * on (x) group_left (x) b")

    assert Span(23, 24) == caught.value.span


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a[5m]", "a range vector cannot be graphed or compared"),
        ("a[1h:5m]", "a range vector cannot be graphed or compared"),
        ('"a"', "a string cannot be graphed or compared"),
    ],
)
def test_the_caller_decides_whether_a_range_or_a_string_will_do(text, message):
    parse(text)

    with pytest.raises(PromqlError) as caught:
        parse(text, result="vector")
    assert (message, Span(0, len(text))) == (caught.value.message, caught.value.span)


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "1 + time()": Type.SCALAR,
        "(a)": Type.VECTOR,
        "1 + a": Type.VECTOR,
        "a[5m]": Type.MATRIX,
        '"a"': Type.STRING,
    }.items(),
)
def test_an_expression_has_a_type(text, expected):
    assert expected is result_type(parse(text))


def test_places_are_not_compared():
    assert parse("sum(a)+1") == parse("sum( a )  + 1")
    assert parse("a + b") != parse("a - b")
    assert parse("abs(a)") != parse("a")
    assert parse("a") != "a"


def test_a_sign_binds_more_loosely_than_a_power():
    node = parse("-a ^ b * c")

    assert isinstance(node, Binary)
    assert isinstance(node.lhs, Unary)
    assert "*" == node.op


def test_spans_of_labels_and_matchers_point_at_their_characters():
    text = 'sum by (job, "a b") (x{c=~"d"}) * on (e) group_left (f) y'
    node = parse(text)
    aggregate, selector = [*walk(node)][1:3]

    spans = [label.span for label in aggregate.grouping.labels]
    spans += [selector.matchers[0].label_span, selector.matchers[0].value_span]
    spans += [aggregate.name_span, node.op_span, node.matching.span, aggregate.grouping.span]
    assert ["job", '"a b"', "c", '"d"', "sum", "*", "on (e) group_left (f)", 'by (job, "a b")'] == [
        text[span.start : span.end] for span in spans
    ]


HOSTILE = {
    "a megabyte of parentheses": "(" * 1_000_000,
    "many parentheses": "(" * 30_000,
    "many brackets": "a" + "[" * 30_000,
    "many braces": "{" * 30_000,
    "too many nested calls": "abs(" * 201 + "a" + ")" * 201,
    "a sum of 100,000 terms": " + ".join(["a"] * 100_000),
    "a sum of 10,000 terms": "+".join(["a"] * 10_000),
    "many signs": "-" * 30_000 + "a",
    "many powers": "^".join(["1"] * 10_000),
    "many strings": '"a"' * 10_000,
    "an endless string": '"' + "\\\\" * 30_000,
    "an endless number": "1" * 60_000 + "x",
    "an endless duration": "a[" + "1" * 60_000 + "m]",
    "an endless regex": 'a{b=~"' + "(" * 60_000 + '"}',
    "many escapes": 'a{b="' + "\\\\" * 30_000 + '"}',
    "many escapes of a regex": "a{b=~`" + "\\Q" * 20_000 + "`}",
    "many escapes of characters": 'a{b="' + "\u2028" * 30_000 + '"}',
    "many escapes of many strings": "a{" + r'b=~"\\",' * 5_000 + "}",
    "nested repetitions": 'a{b=~"' + "(x{1000}" * 6 + "){1000}" * 6 + '"}',
    "a lone surrogate": "a\udfff",
    "NUL": "\0" * 10,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_refused_and_crashes_nothing(text):
    with pytest.raises(PromqlError) as caught:
        parse(text)

    span = caught.value.span
    assert 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "abs(" * 200 + "a" + ")" * 200,
        "+".join(["a"] * 1_001),
        "^".join(["1"] * 1_001),
        "-" * 1_000 + "a",
        "a{" + ",".join(f'b{n}="c"' for n in range(4_000)) + "}",
    ],
    ids=["brackets", "a sum", "powers", "signs", "matchers"],
)
def test_an_expression_at_the_limits_is_read(text):
    node = parse(text)

    assert node == parse(" " + text)
    assert result_type(node) in (Type.VECTOR, Type.SCALAR)


def test_the_limit_of_the_length_is_named():
    with pytest.raises(PromqlError) as caught:
        parse("a" * (MAX_LENGTH + 1))

    assert "the expression has 65537 characters, more than 65536" == caught.value.message


def test_a_deep_stack_of_the_caller_does_not_matter():
    def descend(levels):
        return parse("(" * 200 + "a" + ")" * 200) if levels == 0 else descend(levels - 1)

    limit = sys.getrecursionlimit()
    assert limit >= 1_000
    assert result_type(descend(100)) is Type.VECTOR


WORDS = st.sampled_from(
    [
        *"(){}[],+-*/%^=@:#\"'`$\\ \n", "==", "=~", "!~", "!=", ">=", "bool", "on", "by", "and",
        "or", "unless", "group_left", "offset", "sum", "topk", "rate", "label_replace", "a", "le",
        "5m", "1h", "1", "0x1", "1e9", "inf", '"b"', "`c`", "'d'", "{{", "}}", "$x", "${y}",
        "[[z]]", "start", "end", "é", "\0", "\ud800", "\u2028",
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=25).map("".join) | st.text(max_size=40))
@settings(max_examples=1_000)
def test_no_text_raises_anything_but_a_promql_error(text):
    try:
        parse(substitute_variables(text))
    except PromqlError as error:
        assert 0 <= error.span.start <= error.span.end <= len(text)
        assert error.message


WORDS_OF_NAMES = st.sampled_from(
    [
        "x_x", "count_values", "group_left", "label_replace", "holt_winters", "quantile_over_time",
        "start_", "end_x", "inf_", "nan_x", "on_", "by_x", "bool_", "offset_", "_", "a:b_c", ":_",
        "__name__", "anchored", "smoothed", "and", "1_0", "x_5m", "histogram_count", "up", "start",
        "offset", "inf", "nan", "bool", "sum", "on",
    ]
)  # fmt: skip
FORMS = st.sampled_from(
    [
        "{0}", '{0}{{{1}="{2}"}}', '{{__name__="{2}"}}', '{{"{2}"}}', '{0}{{{1}!="{2}"}}',
        '{{{1}="{2}"}}', "sum by ({1}) ({0})", "{0} * on ({1}) group_left ({0}) {1}",
        'label_replace({0}, "{1}", "$1", "{2}", "(.*)")', 'count_values("{2}", {0})',
        "rate({0}[5m] offset 5m)", "{0} offset 1m @ 5", "{0} {1}", "{0}({1})", "-{0} ^ {1}",
    ]
)  # fmt: skip


@given(FORMS, WORDS_OF_NAMES, WORDS_OF_NAMES, st.text(max_size=6) | WORDS_OF_NAMES)
@settings(max_examples=500)
def test_promql_parser_answers_for_the_form_of_an_expression_as_for_the_whole(form, one, two, text):
    written = form.format(one, two, text.replace("\\", "").replace('"', ""))
    try:
        tokens = tokenize(written)
        node = read_expression(tokens)
    except PromqlError:
        assume(False)
    named = frozenset(s.span.start for s in selectors(node) if s.name is not None)

    assert accepts_form(tokens, named) == (not refusal(tokens, Span(0, len(written))))


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "rate(a[$__rate_interval])": "rate(a[5m              ])",
        "rate(a[$__interval:$step])": "rate(a[5m         :5m   ])",
        "a offset $o": "a offset 5m",
        "a[${n}m]": "a[0001m]",
        'a{job=~"$job",$all}': 'a{job=~"xxxx",x=""}',
        'a{job="[[job]]"}': 'a{job="xxxxxxx"}',
        "a{job=~${job:doublequote}}": 'a{job=~"xxxxxxxxxxxxxxxx"}',
        'a{$label="b"}': 'a{xxxxxx="b"}',
        "sum by ($group) (a)": "sum by (xxxxxx) (a)",
        "sum by (a) ($metric)": "sum by (a) (xxxxxxx)",
        "foo_${env}_total": "foo_xxxxxx_total",
        "${a}_${b}": "xxxx_xxxx",
        "topk by (x) ($n, a)": "topk by (x) (1 , a)",
        "topk(5, $metric)": "topk(5, xxxxxxx)",
        "histogram_quantile($q, a)": "histogram_quantile(1 , a)",
        "clamp_max(a, $limit)": "clamp_max(a, 1     )",
        "a > $threshold": "a > 1         ",
        "$metric > 1": "xxxxxxx > 1",
        "increase(a[$__range]) / $__range_s": "increase(a[5m      ]) / 1         ",
        "$agg by (x) (a)": "sum  by (x) (a)",
        "$func(a[5m])": "rate (a[5m])",
        "$func(a)": "abs  (a)",
        "a @ ${__to:date:seconds}": "a @ 1                   ",
        'label_replace(a, "b", "$1${2}", "c", "(.*)")':
            'label_replace(a, "b", "$1${2}", "c", "(.*)")',
        'label_replace(a, $dst, "", "", "")': 'label_replace(a, "xx", "", "", "")',
        "a{b=~`[[:alpha:]]`}": "a{b=~`[[:alpha:]]`}",
    }.items(),
)  # fmt: skip
def test_a_variable_of_grafana_gives_way_to_a_stand_in_of_its_length(text, expected):
    substituted = substitute_variables(text)

    assert expected == substituted
    assert len(text) == len(substituted)
    parse(substituted)


def test_a_text_without_tokens_keeps_its_variables():
    assert 'a{b="$c' == substitute_variables('a{b="$c')


def test_variables_are_found_with_their_characters():
    text = 'rate(a{b=~"${c:regex}"}[$__rate_interval]) > [[d]]'

    assert [("c", "${c:regex}"), ("__rate_interval", "$__rate_interval"), ("d", "[[d]]")] == [
        (variable.name, text[variable.span.start : variable.span.end])
        for variable in variables(text)
    ]


RE2 = r"""
a|b a+? a{2} a{2,}? a{,3} (?i)a (?s-i:a) (?P<n>a) []a] [^]] [[:^digit:]x] \d\.\-\x41\pL ^a$ } a{x}
\Q(*\E (a|) [\]] \p{Greek}\x{1F600}\012 {{x}} [a&&b] [a[b]
"""

NOT_RE2 = r"""
( ) [ *a a** a++ a{2}{3} a{3,2} (?=a) (?<=a) (?x)a (?R) (?>a) \1 \y \ a|* [a (?P<>a) x{1,1001} (?
(?-) \p{Nope} [z-a]
"""


@pytest.mark.parametrize("pattern", RE2.split())
def test_a_regular_expression_of_re2_is_accepted(pattern):
    parse(f"x{{y=~{quote(pattern)}}}")


@pytest.mark.parametrize("pattern", NOT_RE2.split())
def test_a_regular_expression_that_only_other_engines_know_is_refused(pattern):
    text = f"x{{y=~{quote(pattern)}}}"

    with pytest.raises(PromqlError) as caught:
        parse(text)
    assert Span(5, len(text) - 1) == caught.value.span
    assert "is not a regular expression" in caught.value.message


def test_a_regular_expression_of_exponential_cost_is_no_trap():
    with pytest.raises(PromqlError) as caught:
        parse("{x=~`(||){40}(|a){40}`}")
    assert caught.value.message.startswith("the selector matches every series")
