"""The laws of the canonical text: it means the tree, it is stable, and it fits the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obsgen.promql import (
    Aggregate,
    Binary,
    Call,
    Grouping,
    Label,
    Matcher,
    Matching,
    MatrixSelector,
    Node,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    canonical,
    fold,
    layout,
    narrowed,
    parse,
    walk,
)
from obsgen.promql.authority import prettified

METRICS = st.sampled_from(("up", "http_requests_total", "job:errors:rate5m", "sum", "start"))
LABELS = st.sampled_from(("job", "instance", "le", "on", "a.b", "with space", "_x"))
VALUES = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
DURATIONS = st.integers(1, 100_000_000)
NUMBERS = st.sampled_from(("1", "0.001", "1e3", ".5", "0x1F", "Inf", "NaN", "1h30m", "14.4"))
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
SETS = ("and", "or", "unless")


def labels(most=2):
    return st.lists(LABELS, max_size=most, unique=True).map(
        lambda names: tuple(Label(name=name) for name in names)
    )


def matchers():
    plain = st.builds(Matcher, label=LABELS, op=st.sampled_from(("=", "!=")), value=VALUES)
    regex = st.builds(
        Matcher,
        label=LABELS,
        op=st.sampled_from(("=~", "!~")),
        value=st.sampled_from((".+", "a|b", "5..", r"\d+\.x", "[^/]+", 'say "x"')),
    )
    return st.lists(plain | regex, max_size=3).map(tuple)


def vector_selectors():
    shifted = {
        "offset_ms": st.just(0) | DURATIONS | DURATIONS.map(lambda ms: -ms),
        "at": st.sampled_from(("", "", "start()", "end()", "1609746000", "-1.5")),
    }
    named = st.builds(VectorSelector, name=METRICS, matchers=matchers(), **shifted)
    quoted = st.builds(
        VectorSelector,
        matchers=st.just((Matcher(label="__name__", op="=", value="http.requests"),)),
        **shifted,
    )
    return named | quoted


def matchings(*, group):
    groups = st.sampled_from(("", "left", "right")) if group else st.just("")
    made = st.builds(Matching, on=st.booleans(), labels=labels(), group=groups, include=labels())
    return st.none() | made.map(consistent)


def consistent(matching):
    taken = () if matching.on and matching.group else matching.include
    include = taken if matching.group else ()
    return Matching(on=matching.on, labels=matching.labels, group=matching.group, include=include)


def grown(vectors):
    """Return larger expressions that yield vectors, made of smaller ones."""
    scalars = st.builds(NumberLiteral, text=NUMBERS)
    ranges = st.builds(MatrixSelector, selector=vector_selectors(), range_ms=DURATIONS)
    subqueries = st.builds(
        Subquery, expr=vectors, range_ms=DURATIONS, step_ms=st.just(0) | DURATIONS
    )
    grouping = st.none() | st.builds(Grouping, without=st.booleans(), labels=labels())
    return st.one_of(
        st.builds(Paren, expr=vectors),
        st.builds(Unary, op=st.sampled_from("+-"), expr=vectors),
        st.builds(Call, function=st.just("rate"), args=st.tuples(ranges | subqueries)),
        st.builds(Call, function=st.just("clamp"), args=st.tuples(vectors, scalars, scalars)),
        st.builds(
            Call,
            function=st.just("label_replace"),
            args=st.tuples(vectors, *(st.builds(StringLiteral, value=VALUES),) * 4),
        ),
        st.builds(Aggregate, op=st.just("sum"), expr=vectors, grouping=grouping),
        st.builds(Aggregate, op=st.just("topk"), param=scalars, expr=vectors, grouping=grouping),
        st.builds(
            Binary,
            op=st.sampled_from(COMPARISONS),
            lhs=vectors,
            rhs=vectors,
            is_bool=st.booleans(),
            matching=matchings(group=True),
        ),
        st.builds(
            Binary,
            op=st.sampled_from(ARITHMETIC),
            lhs=vectors,
            rhs=vectors,
            matching=matchings(group=True),
        ),
        st.builds(Binary, op=st.sampled_from(ARITHMETIC), lhs=scalars, rhs=vectors),
        st.builds(Binary, op=st.sampled_from(COMPARISONS), lhs=vectors, rhs=scalars),
        st.builds(
            Binary,
            op=st.sampled_from(SETS),
            lhs=vectors,
            rhs=vectors,
            matching=matchings(group=False),
        ),
    )


EXPRESSIONS = st.recursive(vector_selectors(), grown, max_leaves=12)


def without_parentheses(node: Node) -> tuple:
    """Return the shape of a tree, in which parentheses show only in how nodes are nested."""

    def shape(part, children):
        if isinstance(part, Paren):
            return children[0]
        names = ("text", "value", "name", "matchers", "offset_ms", "at", "range_ms", "step_ms")
        names += ("function", "op", "grouping", "is_bool", "matching")
        return (type(part).__name__, *(getattr(part, n, None) for n in names), children)

    return fold(node, shape)


@given(EXPRESSIONS, st.sampled_from((20, 60, 100)))
def test_the_text_of_a_tree_means_the_tree(tree, width):
    assert without_parentheses(tree) == without_parentheses(parse(layout(tree, width)))


@given(EXPRESSIONS, st.sampled_from((20, 60, 100)))
def test_the_text_of_the_text_is_the_text(tree, width):
    text = layout(tree, width)

    assert text == layout(parse(text), width)


@given(EXPRESSIONS, st.sampled_from((20, 100)))
def test_the_parser_of_others_sees_no_difference_between_one_line_and_many(tree, width):
    assert prettified(layout(tree, 1_000_000)) == prettified(layout(tree, width))


@given(EXPRESSIONS)
def test_a_tree_that_was_read_comes_back_equal_with_all_its_parentheses(tree):
    read = parse(layout(tree))

    assert read == parse(layout(read, 30))
    assert hash(read) == hash(parse(layout(read, 30)))


@given(EXPRESSIONS, st.sampled_from((30, 100)))
def test_the_characters_of_every_node_are_the_node(tree, width):
    text = layout(tree, width)
    root = parse(text)
    shifted = {
        node.selector for node in walk(root) if isinstance(node, MatrixSelector)
        if node.selector.offset_ms or node.selector.at
    }  # fmt: skip

    for node in walk(root):
        if node not in shifted:
            assert node == parse(text[node.span.start : node.span.end])


@given(EXPRESSIONS)
@settings(max_examples=50)
def test_no_line_starts_the_text_with_a_blank_or_ends_in_one(tree):
    lines = layout(tree, 40).split("\n")

    assert not lines[0].startswith(" ")
    assert [line.rstrip() for line in lines] == lines


def test_a_short_expression_stays_on_one_line():
    assert "sum by (job) (rate(x[5m]))" == laid_out("sum(  rate(x[5m])) by(job)")


def test_durations_are_written_as_prometheus_does():
    text = "x[65s] offset 3599999ms + y[500ms:1500ms] @ start() offset -1d"

    written = [laid_out(part) for part in text.split(" + ")]

    assert ["x[1m5s] offset 59m59s999ms", "y[500ms:1s500ms] @ start() offset -1d"] == written


def test_the_operand_of_an_empty_group_keeps_its_parentheses():
    assert "a * on (x) group_left () (b)" == laid_out("a * on(x) group_left() (b)")
    assert "a * on (x) group_left b" == laid_out("a * on(x) group_left() b")


def test_strings_are_quoted_twice_and_escaped():
    assert r'x{a="\\d\"",b="é\u2028"}' == laid_out("x{a=`\\d\"`, b='é\u2028'}")


def test_a_name_that_needs_quotes_is_written_as_every_version_reads_it():
    assert '{__name__="http.requests"}' == laid_out('{"http.requests"}')
    assert '{__name__="and"}' == layout(VectorSelector(name="and"))


def test_a_sum_of_a_thousand_terms_is_laid_out():
    text = layout(parse(" + ".join(["metric_of_some_length"] * 1_000)))

    assert 1_000 == len(text.split("\n"))


def test_deeply_nested_brackets_are_laid_out():
    text = "abs(1 - (" * 95 + "x" + "))" * 95

    assert parse(text) == parse(layout(parse(text)))


LAYOUTS = {
    "operators of sets level with their left side": """\
sum by (endpoint) (
  (
    last_over_time(m{a="b"}[1m] offset 5s)
      - (last_over_time(m[5m] offset 1m5s) or min_over_time(m[1m] offset 5s))
  ) >= 0
  or (
    last_over_time(m[1m] offset 5s)
      + clamp_min(max_over_time(m[1m] offset 5s) - last_over_time(m[5m] offset 1m5s), 0)
  )
)""",
    "a short operand beside the brackets it opens": """\
1 - (
  sum(rate(http_requests_total{code=~"5..",job="api",namespace="production"}[5m]))
    / sum(rate(http_requests_total{job="api",namespace="production"}[5m]))
)""",
    "a comparison below the quotient that it compares": """\
sum(rate(http_requests_total{code=~"5..",job="api",namespace="production"}[5m]))
  / sum(rate(http_requests_total{job="api",namespace="production"}[5m]))
  > 0.05""",
    "arguments on lines of their own": """\
histogram_quantile(
  0.99,
  sum by (le, job) (
    rate(http_request_duration_seconds_bucket{job="api",namespace="production",code!~"5.."}[5m])
  )
)""",
    "both windows of an alert": """\
slo:error_ratio:rate1h{service="checkout",slo="availability"} > 14.4 * 0.001
and slo:error_ratio:rate5m{service="checkout",slo="availability"} > 14.4 * 0.001
unless on () (vector(time() % 300) < 60)""",
    "what `and` joins stands deeper within `or`": """\
slo:error_ratio:rate1h{service="checkout",slo="availability"} > 14.4
  and slo:error_ratio:rate5m{service="checkout",slo="availability"} > 14.4
or slo:error_ratio:rate6h{service="checkout",slo="availability"} > 6
  and slo:error_ratio:rate30m{service="checkout",slo="availability"} > 6""",
    "the range of a subquery behind its closing parenthesis": """\
max_over_time(
  (
    sum by (job) (rate(http_requests_total{code=~"5..",namespace="production"}[5m]))
      / sum by (job) (rate(http_requests_total{namespace="production"}[5m]))
  )[1h:5m]
)""",
    "matchers of a selector too wide for a line": """\
node_filesystem_avail_bytes{
  job="node",
  fstype!~"tmpfs|fuse.lxcfs|squashfs|vfat",
  mountpoint!~"/run.*|/var/lib/docker.*"
} offset 5m""",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_a_wide_expression_shows_its_structure(text):
    assert text == laid_out(" ".join(text.split()))


def laid_out(text):
    return layout(parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum( x )/2", "sum(x) / 2"),
        ("rate(x{a='$b'}[ $window ])", 'rate(x{a="$b"}[$window])'),
        ("rate(x[$w])/rate(x[$w])", "rate(x[$w]) / rate(x[$w])"),
        ("topk( $n,$metric{$label='x'} )", 'topk($n, $metric{$label="x"})'),
        ("sum by( $a,${b:csv} )(x_$c)>$limit", "sum by ($a, ${b:csv}) (x_$c) > $limit"),
        ("x[1h:$step]  offset $ago", "x[1h:$step] offset $ago"),
        ("[[a]]+[[b]]", "[[a]] + [[b]]"),
    ],
)
def test_the_text_of_an_author_keeps_its_variables(text, expected):
    assert expected == canonical(text)
    assert expected == canonical(expected)


@pytest.mark.parametrize(
    "text", ["sum( x )  # all", "# all\nsum( x )", "sum( x", "$agg( x )", "rate(x[${n}m])", ""]
)
def test_a_text_that_only_its_author_can_lay_out_has_no_canonical_one(text):
    assert canonical(text) is None


def test_a_matcher_in_other_quotes_is_not_added_again():
    text = "sum(x{job=~'$job', a='1'})"

    added = narrowed(text, lambda _: ['job=~"$job"', 'a="1"', 'b="2"'])
    assert """sum(x{b="2",job=~'$job', a='1'})""" == added
