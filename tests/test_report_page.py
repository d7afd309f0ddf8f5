"""The page of a report: charts say what they measure, and a browser shows tables whole."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from obsgen.live.reports import periods
from obsgen.live.reports.document import Cell, Chart, Field, Part, Report
from obsgen.live.reports.formats import html
from obsgen.preview.browser import browser, find_chromium

UTC: Final = periods.time_zone("UTC", 0)
MONTH: Final = periods.span("2025-10", periods.moment("2025-10-31T23:59", UTC), UTC)
FIELDS: Final = (
    Field("calls", "Calls", "count"),
    Field("failed", "Failed", "count"),
    Field("success", "Success rate", "share"),
    Field("average", "Avg latency", "seconds"),
    Field("p95", "P95 latency", "seconds"),
    Field("cost", "Cost", "money", "USD"),
)
FIGURES: Final = tuple(map(Decimal, ("123456", "3", "0.999976", "0.75", "1.434", "1234.5")))


def timeline(times: list[str], figures: tuple[Decimal, ...] = FIGURES, *drawn: str) -> Part:
    keys = drawn or ("calls", "failed", "success", "p95", "cost")
    return Part(
        service="shop",
        key="timeline",
        title="Calls",
        fields=(Field("time", "Time"), *FIELDS),
        rows=tuple((time, *figures) for time in times),
        chart=Chart("columns", "time", keys),
    )


def written(*parts: Part) -> str:
    report = Report(
        kind="timeline",
        title="Timeline",
        project="shop",
        environment="",
        source="http://prometheus:9090",
        span=MONTH,
        parts=parts,
    )
    return html.render(report)


def plots(*parts: Part) -> list[Any]:
    found = re.search(r'<script type="application/json" id="plots">(.*?)</script>', written(*parts))
    assert found
    return list(json.loads(found[1]).values())


DAYS: Final = [f"2025-10-{day:02}" for day in range(1, 32)]
HOURS: Final = [f"2025-10-04 {hour:02}:00" for hour in range(24)]


def test_each_chart_says_what_its_axis_measures():
    axes = [plot["layout"]["yaxis"] for plot in plots(timeline(DAYS))]

    assert ["calls", "failed", "%", "ms", "USD"] == [axis["title"]["text"] for axis in axes]


def test_what_is_drawn_is_in_the_unit_of_the_axis():
    drawn = [plot["data"][0]["y"][0] for plot in plots(timeline(DAYS))]

    # 0.999976 are 99.9976 percent, 1.434 s are 1434 ms.
    assert [123456, 3, 99.9976, 1434, 1234.5] == drawn


@pytest.mark.parametrize(
    ("seconds", "unit", "value"),
    [("9.5", "ms", 9500), ("42", "s", 42), ("9000", "hours", 2.5)],
)
def test_times_are_measured_in_a_unit_of_their_size(seconds: str, unit: str, value: float):
    figures = (*FIGURES[:4], Decimal(seconds), FIGURES[5])
    (plot,) = plots(timeline(DAYS, figures, "p95"))

    assert unit == plot["layout"]["yaxis"]["title"]["text"]
    assert value == pytest.approx(plot["data"][0]["y"][0])


def test_few_are_counted_one_by_one():
    both = plots(timeline(DAYS, FIGURES, "calls", "failed"))
    many, few = (plot["layout"]["yaxis"] for plot in both)

    assert ("dtick" in many, few["dtick"]) == (False, 1)


@pytest.mark.parametrize(
    ("times", "below", "first"),
    [
        (DAYS, "2025-10", "01"),
        (HOURS, "2025-10-04", "00:00"),
        (["2025-09-30", "2025-10-01"], "2025", "09-30"),
        (["2025-10-04"], "2025-10", "04"),
    ],
    ids=["month", "day", "two months", "one"],
)
def test_what_all_times_begin_with_stands_once_below_them(times: list[str], below: str, first: str):
    (plot,) = plots(timeline(times, FIGURES, "calls"))
    axis = plot["layout"]["xaxis"]

    assert (below, first) == (axis["title"]["text"], axis["ticktext"][0])


def test_bars_that_lie_have_their_unit_below():
    rows: tuple[tuple[Cell, ...], ...] = (("a", Decimal(2)), ("b", Decimal(1)))
    fields = (Field("agent", "Agent"), FIELDS[-1])
    chart = Chart("bars", "agent", ("cost",))
    (plot,) = plots(
        Part(service="shop", key="by", title="By", fields=fields, rows=rows, chart=chart)
    )

    assert "USD" == plot["layout"]["xaxis"]["title"]["text"]
    assert ["b", "a"] == plot["layout"]["yaxis"]["ticktext"]


SEEN: Final = """({
    hidden: [...document.querySelectorAll(".rows")].map((e) => e.scrollWidth - e.clientWidth),
    page: document.documentElement.scrollWidth - window.innerWidth,
    widths: [...document.querySelectorAll(".plot")].map((e) => e.clientWidth),
    turned: [...document.querySelectorAll(".xtick text")]
        .filter((e) => /rotate\\((?!0[,)])/.test(e.getAttribute("transform") || "")).length,
    units: document.querySelectorAll(".ytitle").length,
})"""


def test_no_column_is_out_of_sight_and_no_name_is_turned_in_a_browser(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(written(timeline(DAYS), timeline(HOURS)), "utf-8")
    with browser(find_chromium()) as tab:
        for width in (900, 1100, 1300):
            tab.open(page.as_uri(), width=width)
            seen = tab.evaluate(SEEN)

            assert isinstance(seen, dict)
            assert [0, 0] == seen["hidden"], width
            assert 0 >= seen["page"], width
            assert 300 < min(seen["widths"]), width
            assert (0, 10) == (seen["turned"], seen["units"]), width


def test_a_column_of_which_nothing_is_declared_is_neither_told_nor_drawn():
    whole = timeline(DAYS)
    part = whole.without({"failed", "p95"})

    assert ("time", "calls", "success", "average", "cost") == tuple(f.key for f in part.fields)
    assert (DAYS[0], *(FIGURES[n] for n in (0, 2, 3, 5))) == part.rows[0]
    assert 3 == len(plots(part))
