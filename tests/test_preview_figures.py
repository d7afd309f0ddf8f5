"""What single panels of a preview show: lists of alerts, states, marks, where nothing is fine."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

from obsgen.artefacts import RecordingRule
from obsgen.preview import asking, fields
from obsgen.preview.figures import figure
from obsgen.preview.figures.marks import mark_shapes
from obsgen.preview.figures.panel import Mark, PanelData
from obsgen.preview.frames import NUMBER, STRING, TIME, Field, Frame
from obsgen.preview.ranges import DAY, HOUR, MINUTE, TimeRange
from obsgen.preview.simulated.server import echoes
from obsgen.preview.simulated.states import states_of
from obsgen.simulate import Span

NOW = 1_768_485_600_000
SIX_HOURS = TimeRange(NOW - 6 * HOUR, NOW)


def texts(name: str, *values: str) -> Field:
    return Field(name=name, kind=STRING, values=values, ref="A")


def numbers(name: str, *values: float | None, ref: str = "A") -> Field:
    return Field(name=name, kind=NUMBER, values=values, ref=ref)


def drawn(kind: str, panel: Mapping[str, Any], *frames: Frame) -> str:
    """Return the HTML and the plots of a panel as one text."""
    config = panel.get("fieldConfig") or {}
    found = figure(kind)
    assert found is not None
    data = PanelData(
        key="k",
        panel=panel,
        frames=frames,
        shown=tuple(fields.shown(frame.fields, config) for frame in frames),
        range=SIX_HOURS,
    )
    made = found.draw(data)
    return str(made.body) + str(dict(made.plots))


def alerts(options: Mapping[str, Any]) -> str:
    frame = Frame(
        ref="A",
        fields=(
            texts("alertname", "Disk", "Queue", "Cpu"),
            texts("alertstate", "pending", "firing", "firing"),
            texts("service", "shop", "mail", "shop"),
        ),
    )
    return drawn("alertlist", {"options": options}, frame)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        pytest.param(1, ["Cpu", "Disk", "Queue"], id="by name"),
        pytest.param(2, ["Queue", "Disk", "Cpu"], id="by name, the last first"),
        pytest.param(3, ["Cpu", "Queue", "Disk"], id="by importance: pending comes last"),
    ],
)
def test_alerts_are_sorted_as_the_panel_says(order: int, names: Sequence[str]):
    found = re.findall(r"<strong>(\w+)</strong>", alerts({"sortOrder": order}))

    assert names == found


def test_alerts_stand_together_under_the_label_that_they_are_grouped_by():
    found = re.findall(
        r"<strong>([\w=]+)</strong>", alerts({"sortOrder": 1, "groupBy": ["service"]})
    )

    assert ["service=mail", "Queue", "service=shop", "Cpu", "Disk"] == found


def test_a_state_is_the_range_of_thresholds_that_a_value_lies_in():
    steps = [
        {"color": "green", "value": None},
        {"color": "orange", "value": 100},
        {"color": "red", "value": 1000},
    ]
    config = {"color": {"mode": "thresholds"}, "thresholds": {"mode": "absolute", "steps": steps}}
    times = Field(name="Time", kind=TIME, values=tuple(float(NOW - n * HOUR) for n in (3, 2, 1)))
    frame = Frame(ref="A", fields=(times, numbers("q", 56.0, 68.0, 500.0)), step=HOUR)
    found = drawn("state-timeline", {"fieldConfig": {"defaults": config}}, frame)

    assert "'hovertext': ['&lt; 100', '100 to 1000']" in found


def test_a_search_for_traces_is_told_in_full():
    target = {
        "service": "cart",
        "operation": "GET",
        "tags": "error=true",
        "minDuration": "100ms",
        "maxDuration": "10s",
    }
    found = drawn("traces", {"targets": [target], "datasource": {"type": "jaeger"}})

    assert "service cart, operation GET, tags error=true, at least 100ms, at most 10s" in found


def test_marks_that_overlap_are_one_with_two_lines():
    start = NOW - 3 * HOUR
    every = [
        Mark(start=start + n * MINUTE, end=start + (n + 30) * MINUTE, title="", color="red")
        for n in range(20)
    ]
    shapes = list(mark_shapes(every, SIX_HOURS))

    assert ["rect", "line", "line"] == [shape["type"] for shape in shapes]
    assert [start, start + 49 * MINUTE] == [shape["x0"] for shape in shapes[1:]]


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        ({"fieldConfig": {"defaults": {"noValue": "none"}}, "targets": [{"expr": "up"}]}, True),
        ({"targets": [{"expr": "sum(ALERTS{alertstate='firing'})"}]}, True),
        ({"targets": [{"expr": "time() - ALERTS_FOR_STATE"}]}, True),
        ({"targets": [{"expr": "up"}, {"expr": "ALERTS"}]}, False),
        ({"targets": [{"expr": "MY_ALERTS_TOTAL"}]}, False),
    ],
)
def test_nothing_is_fine_where_a_panel_has_words_for_it_or_asks_for_alerts(
    panel: Mapping[str, Any], expected: bool
):
    assert expected == asking.may_be_empty(panel, panel["targets"])


def test_each_day_of_a_week_that_is_looked_back_by_has_an_echo_with_all_that_is_recorded_of_it():
    ledger = RecordingRule(record="ledger", expr="sum(cost)", labels={})
    found = echoes(["sum_over_time(cost[7d] offset 7d)"], [ledger], Span(NOW - 7 * HOUR, NOW))

    assert [n * DAY for n in range(1, 14)] == sorted(found)
    assert all({"cost", "ledger"} <= names for names in found.values())


def test_echoes_do_not_overlap():
    found = echoes(
        ["a offset 7d", "b offset 7h30m", "c offset 6d20h"], [], Span(NOW - 7 * HOUR, NOW)
    )

    ordered = sorted(found)
    assert all(later - one > 7 * HOUR for one, later in itertools.pairwise(ordered))


def test_a_gauge_is_one_of_the_numbers_that_a_panel_names():
    options = {"0": {"text": "idle"}, "2": {"text": "busy"}}
    mapped = {"defaults": {"mappings": [{"type": "value", "options": options}]}}
    inner = {"fieldConfig": mapped, "targets": [{"expr": "worker_busy"}]}
    found = states_of([{"panels": [{"type": "row", "panels": [inner]}]}])

    assert (("worker_busy", Fraction(0), Fraction(2)),) == found
