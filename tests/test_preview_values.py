"""
What a preview asks and how it writes what comes: as Grafana does.

Expected texts are those that Grafana's own tests and documentation give for these values
(`@grafana/data`, valueFormats; "Prometheus template variables"), or are reckoned by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from preview_boards import MINUTE, NOW, row
from preview_boards import panel as a_panel

from obsgen.preview import fields, frames, legends, ranges, transformations
from obsgen.preview.colors import of_palette
from obsgen.preview.expansion import blocks
from obsgen.preview.figures.axes import scale
from obsgen.preview.formats import shown
from obsgen.preview.frames import NUMBER, STRING, Field, Frame
from obsgen.preview.markup import markdown, script_json
from obsgen.preview.ranges import DAY, HOUR, TimeRange
from obsgen.preview.reduce import reduced
from obsgen.preview.server import Sampled
from obsgen.preview.variables import Chosen, Values

# --- numbers


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (1000.0, "short", None, "1 K"),
        (1_500_000.0, "short", 1, "1.5 Mil"),
        (0.0, "short", None, "0"),
        (0.5, "percentunit", 0, "50%"),
        (12.345, "percent", 1, "12.3%"),
        (1024.0, "bytes", None, "1 KiB"),
        (1000.0, "decbytes", None, "1 kB"),
        (1.5 * 1024**2, "kbytes", 1, "1.5 GiB"),
        (1200.0, "binBps", 0, "1 KiB/s"),
        (0.05, "s", 0, "50 ms"),
        (0.00004, "s", 0, "40 µs"),
        (90.0, "s", 1, "1.5 mins"),
        (7200.0, "s", 0, "2 hours"),
        (1500.0, "ms", 1, "1.5 s"),
        (90.0, "m", 1, "1.5 hours"),
        (1234.0, "reqps", 1, "1.2K req/s"),
        (60.0, "cpm", 0, "60 c/m"),
        (1200.0, "count:tokens/min", 1, "1.2K tokens/min"),
        (5.0, "count:/s", 0, "5 /s"),
        (1234.5, "currencyUSD", 2, "$1.23K"),
        (-5.0, "currencyEUR", 0, "-€5"),
        (93784.0, "dtdurations", None, "1 day"),
        (93784.0, "dtdurations", 1, "1 day, 2 hours"),
        (3661.0, "dthms", None, "01:01:01"),
        (1.0, "bool_yes_no", None, "Yes"),
        (1_700_049_600_000.0, "dateTimeAsIso", None, "2023-11-15 12:00:00"),
        (3.0, "widgets", None, "3 widgets"),
        (3.0, "suffix:apples", None, "3 apples"),
        (0.5, "none", None, "0.500"),
        (-0.001, "none", 1, "0.0"),
        (float("inf"), "s", None, "∞"),
        (None, "s", None, ""),
    ],
)
def test_a_number_is_written_as_grafana_writes_it(
    value: float | None, unit: str, decimals: int | None, text: str
):
    assert text == shown(value, unit, decimals)


@pytest.mark.parametrize(
    ("low", "high", "unit", "texts"),
    [
        (0, 1, "percentunit", ["0%", "20%", "40%", "60%", "80%", "100%"]),
        (0, 0.4, "s", ["0 s", "100 ms", "200 ms", "300 ms", "400 ms"]),
        (0, 2000, "short", ["0", "500", "1.0 K", "1.5 K", "2.0 K"]),
        (0, 4 * 2**30, "bytes", ["0 B", "1 GiB", "2 GiB", "3 GiB", "4 GiB"]),
    ],
)
def test_ticks_are_round_in_their_unit(low: float, high: float, unit: str, texts: list[str]):
    made = scale(low, high, unit=unit, decimals=None, height=210, fixed=(True, True))

    assert texts == list(made.texts)


@pytest.mark.parametrize(("low", "high"), [(5, 5), (0, 0), (-3, -3)])
def test_a_flat_line_has_a_scale(low: float, high: float):
    made = scale(low, high, unit="", decimals=None, height=200)

    assert made.low <= low <= made.high
    assert made.low < made.high


@pytest.mark.parametrize(
    ("calculation", "expected"),
    [
        ("lastNotNull", 4.0), ("last", None), ("max", 4.0), ("min", 1.0), ("mean", 2.5),
        ("sum", 10.0), ("range", 3.0), ("diff", 3.0), ("delta", 3.0), ("count", 5.0),
        ("firstNotNull", 1.0), ("unheard-of", None),
    ],
)  # fmt: skip
def test_a_calculation_makes_one_number(calculation: str, expected: float | None):
    assert expected == reduced((1.0, 2.0, 3.0, 4.0, None), calculation)


def test_a_counter_that_is_reset_goes_on_counting():
    assert 7.0 == reduced((1.0, 5.0, 1.0, 3.0), "delta")


# --- times and variables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("now-6h", NOW - 6 * HOUR),
        ("now-1d/d", NOW - 36 * HOUR),
        ("now/d", NOW - 12 * HOUR),
        ("now/M", NOW - 12 * HOUR - 14 * DAY),
        ("now/y", NOW - 12 * HOUR - 318 * DAY),
        ("now/w", NOW - 12 * HOUR - 2 * DAY),  # 2023-11-15 was a Wednesday
        ("yesterday", None),
    ],
)
def test_a_moment_is_read_as_grafana_reads_it(text: str, expected: int | None):
    assert expected == ranges.moment(text, NOW)


@pytest.mark.parametrize(
    ("hours", "pixels", "expected"), [(6, 600, 30), (6, 1200, 20), (24, 600, 120), (168, 600, 900)]
)
def test_a_step_is_about_a_pixel_and_a_round_time(hours: int, pixels: int, expected: int):
    assert expected * 1000 == ranges.step(hours * HOUR, pixels, 15_000)


def test_a_step_is_never_shorter_than_a_scrape():
    assert 30_000 == ranges.step(HOUR, 1000, 30_000)


def values(**variables: Chosen) -> Values:
    span = TimeRange(NOW - 6 * HOUR, NOW)
    return Values(range=span, variables=variables, step=30_000, scrape=15_000)


def a_variable(*chosen: str, everything: str = "", is_multi: bool = True) -> Chosen:
    return Chosen(
        name="v", label="v", text="", values=chosen, everything=everything, is_multi=is_multi
    )


@pytest.mark.parametrize(
    ("step", "scrape", "expected"),
    [(15, 15, "1m"), (120, 15, "135s"), (30, 30, "2m"), (60, 60, "4m")],
)
def test_a_rate_looks_back_at_four_scrapes_or_a_step_and_a_scrape(
    step: int, scrape: int, expected: str
):
    span = TimeRange(NOW - HOUR, NOW)
    own = Values(range=span, step=step * 1000, scrape=scrape * 1000)

    assert f"rate(x[{expected}])" == own.fill("rate(x[$__rate_interval])")


def test_built_in_variables_are_filled_in():
    assert "30s 21600s 21600 30000" == values().fill(
        "$__interval ${__range} $__range_s $__interval_ms"
    )


@pytest.mark.parametrize(
    ("chosen", "text", "expected"),
    [
        (a_variable("a"), 'x{v=~"$v"}', 'x{v=~"a"}'),
        (a_variable("a", "b"), 'x{v=~"$v"}', 'x{v=~"(a|b)"}'),
        (a_variable("a.b"), 'x{v=~"${v}"}', 'x{v=~"a\\\\.b"}'),
        (a_variable("a", "b", everything=".*"), 'x{v=~"[[v]]"}', 'x{v=~".*"}'),
        (a_variable("a", "b"), "${v:csv}", "a,b"),
        (a_variable("a", "b"), "${v:pipe}", "a|b"),
        (a_variable("5m", is_multi=False), "x[$v]", "x[5m]"),
        (a_variable("a"), "$other ${__field.labels.v}", "$other ${__field.labels.v}"),
    ],
)
def test_a_variable_is_filled_in_as_grafana_does(chosen: Chosen, text: str, expected: str):
    assert expected == values(v=chosen).fill(text)


# --- frames


def test_a_legend_names_series_by_labels_or_by_what_there_is():
    matrix = (Sampled({"a": "1", "b": "2"}, {}), Sampled({"a": "3"}, {}), Sampled({}, {}))

    assert ("1/2", "3/", "/") == legends.titles(matrix, "{{a}}/{{b}}", "q")
    assert ('{a="1", b="2"}', "3", "q") == legends.titles(matrix, "__auto", "q")


def test_buckets_are_sorted_by_bound_and_lose_what_is_below_them():
    matrix = tuple(
        Sampled({"le": le}, {NOW: value})
        for le, value in (("+Inf", 10.0), ("1", 8.0), ("0.5", 5.0))
    )
    found = frames.buckets(matrix, "A", TimeRange(NOW, NOW), MINUTE)

    assert [("0.5", (5.0,)), ("1", (3.0,)), ("+Inf", (2.0,))] == [
        (frame.fields[1].title, frame.fields[1].values) for frame in found
    ]


def a_frame(ref: str = "A", **columns: tuple[Any, ...]) -> Frame:
    made = (
        Field(
            name=name, kind=STRING if isinstance(cells[0], str) else NUMBER, values=cells, ref=ref
        )
        for name, cells in columns.items()
    )
    return Frame(ref=ref, fields=tuple(made))


def table(*found: Frame) -> list[Mapping[str, tuple[Any, ...]]]:
    return [{f.title or f.name: f.values for f in frame.fields} for frame in found]


def applied(found: tuple[Frame, ...], **transformation: Mapping[str, Any]):
    listed = [{"id": name, "options": options} for name, options in transformation.items()]
    made, unknown = transformations.transformed(found, listed)
    assert () == unknown
    return table(*made)


HOSTS = a_frame("A", host=("a", "b", "c"), x=(1.0, 3.0, 2.0))
MORE = a_frame("B", host=("b", "a"), y=(4.0, 5.0))


def test_merged_rows_agree_in_what_they_share():
    assert [{"host": ("a", "b", "c"), "x": (1.0, 3.0, 2.0), "y": (5.0, 4.0, None)}] == applied(
        (HOSTS, MORE), merge={}
    )


def test_an_inner_join_keeps_what_all_have():
    options = {"byField": "host", "mode": "inner"}

    assert [{"host": ("a", "b"), "x": (1.0, 3.0), "y": (5.0, 4.0)}] == applied(
        (HOSTS, MORE), joinByField=options
    )


def test_columns_are_hidden_ordered_and_renamed():
    options = {"excludeByName": {"z": True}, "indexByName": {"x": 0, "host": 1},
               "renameByName": {"x": "X"}}  # fmt: skip
    made = applied((a_frame(host=("a",), x=(1.0,), z=(0.0,)),), organize=options)

    assert [{"X": (1.0,), "host": ("a",)}] == made
    assert ["X", "host"] == list(made[0])


def test_rows_are_sorted_and_limited():
    options = {"sort": [{"field": "x", "desc": True}]}

    assert [{"host": ("b", "c"), "x": (3.0, 2.0)}] == applied(
        (HOSTS,), sortBy=options, limit={"limitField": 2}
    )


def test_series_become_rows_of_calculations():
    assert [{"Field": ("x",), "Max": (3.0,), "Mean": (2.0,)}] == applied(
        (HOSTS,), reduce={"reducers": ["max", "mean"]}
    )


def test_a_transformation_that_is_not_known_is_named():
    made, unknown = transformations.transformed((HOSTS,), [{"id": "heatmap"}])

    assert ((HOSTS,), ("heatmap",)) == (made, unknown)


# --- fields


def a_field(*cells: Any, name: str = "x", **config: Any) -> fields.Shown:
    frame = a_frame(**{name: cells})
    return fields.shown(frame.fields, {"defaults": config, "overrides": []})[0]


STEPS = {
    "mode": "absolute",
    "steps": [{"color": "green", "value": None}, {"color": "red", "value": 2}],
}


def test_a_value_has_the_colour_of_the_last_step_it_reached():
    field = a_field(1.0, 2.0, thresholds=STEPS)

    assert ("#73BF69", "#F2495C") == (field.cell(1.0).color, field.cell(2.0).color)


def test_steps_in_percent_are_of_the_scale():
    steps = {**STEPS, "mode": "percentage"}
    field = a_field(1.0, min=0, max=50, thresholds=steps)

    assert ("#73BF69", "#F2495C") == (field.color_of(0.9), field.color_of(1.0))


@pytest.mark.parametrize(
    ("mapping", "value", "text"),
    [
        ({"type": "value", "options": {"0": {"text": "off"}}}, 0.0, "off"),
        ({"type": "value", "options": {"warn": {"text": "W"}}}, "warn", "W"),
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "mid"}}}, 1.5, "mid"),
        (
            {"type": "special", "options": {"match": "null", "result": {"text": "none"}}},
            None,
            "none",
        ),
        ({"type": "regex", "options": {"pattern": "^a", "result": {"text": "A"}}}, "abc", "A"),
        ({"type": "value", "options": {"0": {"text": "off"}}}, 1.0, "1"),
    ],
)
def test_a_value_is_mapped_to_a_text(mapping: Mapping[str, Any], value: Any, text: str):
    assert text == a_field(1.0, mappings=[mapping]).cell(value).text


@pytest.mark.parametrize(
    "matcher",
    [
        {"id": "byName", "options": "x"},
        {"id": "byRegexp", "options": "/^x$/"},
        {"id": "byType", "options": "number"},
        {"id": "byFrameRefID", "options": "A"},
        {"id": "byNames", "options": {"names": ["x"]}},
    ],
)
def test_an_override_changes_the_fields_that_it_fits(matcher: Mapping[str, Any]):
    properties = [{"id": "unit", "value": "s"}, {"id": "custom.lineStyle.fill", "value": "dash"}]
    config = {
        "defaults": {"unit": "bytes"},
        "overrides": [{"matcher": matcher, "properties": properties}],
    }
    x, y = fields.shown((*a_frame(x=(1.0,)).fields, *a_frame("B", y=("a",)).fields), config)

    assert ("s", {"lineStyle": {"fill": "dash"}}) == (x.unit, x.custom)
    assert {} == y.custom


def test_series_without_a_mode_of_colours_have_those_of_the_palette():
    found = fields.shown([*a_frame(x=(1.0,)).fields, *a_frame(y=(1.0,)).fields], {})

    assert [of_palette(0), of_palette(1)] == [one.series_color for one in found]


# --- rows, and what stands in pages


def test_panels_below_a_row_stand_from_its_top():
    panels = [
        a_panel("stat", "Top", at=(0, 0, 6, 4)),
        row("Open", 4),
        a_panel("stat", "First", at=(0, 5, 6, 4)),
        row("Closed", 9, a_panel("stat", "Second", at=(0, 10, 6, 4))),
    ]
    found = list(blocks(panels, {}))

    assert [("", False, [0]), ("Open", False, [0]), ("Closed", True, [0])] == [
        (b.title, b.is_collapsed, [p.y for p in b.panels]) for b in found
    ]
    assert [0, 1, 2] == [p.number for b in found for p in b.panels]


def test_a_row_is_repeated_for_each_value():
    chosen = Chosen(name="v", label="v", text="", values=("a", "b"), is_multi=True)
    panels = [row("Of $v", 0, repeat="v"), a_panel("stat", "One", at=(0, 1, 6, 4))]

    assert [("Of a", (("v", "a"),)), ("Of b", (("v", "b"),))] == [
        (block.title, block.panels[0].scope) for block in blocks(panels, {"v": chosen})
    ]


@pytest.mark.parametrize("text", ["</script><script>", "<!--", "]]>", "\u2028", "&lt;"])
def test_json_in_a_page_cannot_end_its_element(text: str):
    made = script_json({"a": text})

    assert not set("<>&\u2028") & set(made)


def test_links_of_markdown_that_would_run_something_are_text():
    made = markdown("[a](javascript:alert(1)) <img src=x onerror=alert(1)>")

    assert "<a" not in made
    assert "<img" not in made
