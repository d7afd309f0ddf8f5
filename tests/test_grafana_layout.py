"""Panels flow over the grid: whatever their sizes, none lies on another."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from obsgen.artefacts import Panel, Section
from obsgen.grid import Place, placed


def a_panel(width: int, height: int) -> Panel:
    return Panel(type="stat", title="", description="", width=width, height=height)


def a_section(*sizes: tuple[int, int], title: str = "", collapsed: bool = False) -> Section:
    panels = tuple(a_panel(*size) for size in sizes)
    return Section(title=title, panels=panels, collapsed=collapsed)


sizes = st.tuples(st.integers(-2, 30), st.integers(-2, 40))
sections = st.builds(
    lambda found, title, collapsed: a_section(*found, title=title, collapsed=collapsed),
    st.lists(sizes, max_size=8),
    st.sampled_from(["", "A row"]),
    st.booleans(),
)


def overlap(one: Place, other: Place) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    below = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (beside or below)


def all_distinct(places: list[Place]) -> bool:
    return not any(overlap(a, b) for i, a in enumerate(places) for b in places[:i])


@given(st.lists(sections, max_size=6))
def test_nothing_overlaps_or_leaves_the_grid(given_sections: list[Section]):
    top: list[Place] = []
    for section in placed(given_sections):
        inside = [item.place for item in section.panels]
        assert all_distinct(inside)
        assert all(0 <= p.x and p.x + p.width <= 24 for p in inside)
        assert all(p.y >= 0 and p.height >= 1 and p.width >= 1 for p in inside)
        top += [section.header] if section.header is not None else []
        top += inside if section.header is None or not section.section.collapsed else []
    assert all_distinct(top)


@given(st.lists(sections, max_size=6))
def test_every_panel_is_placed_once_and_in_order(given_sections: list[Section]):
    found = [item.panel for section in placed(given_sections) for item in section.panels]

    assert [panel for section in given_sections for panel in section.panels] == found


def test_what_does_not_fit_begins_a_new_line():
    (section,) = placed([a_section((12, 8), (8, 8), (8, 8))])

    assert [(0, 0), (12, 0), (0, 8)] == [(p.place.x, p.place.y) for p in section.panels]


def test_panels_of_one_line_are_as_high_as_the_highest():
    (section,) = placed([a_section((4, 4), (8, 8), (24, 3))])

    assert [8, 8, 3] == [p.place.height for p in section.panels]


def test_a_header_takes_a_row_and_a_collapsed_section_nothing_more():
    first, second = placed(
        [a_section((24, 8), title="Closed", collapsed=True), a_section((24, 8), title="Open")]
    )

    assert first.header is not None
    assert second.header is not None
    assert (0, 1) == (first.header.y, second.header.y)
    assert (1, 2) == (first.panels[0].place.y, second.panels[0].place.y)


def test_a_section_without_panels_leaves_no_header():
    assert [] == list(placed([a_section(title="Empty")]))


def repeated(width: int, *, down: bool = False) -> Panel:
    extra = {"repeatDirection": "v"} if down else {}
    return replace(a_panel(width, 8), repeat="queue", extra=extra)


def test_a_panel_that_is_repeated_side_by_side_has_lines_of_its_own():
    row = Section(title="", panels=(a_panel(6, 4), repeated(6), a_panel(6, 4)))

    (section,) = placed([row])

    # Grafana spreads the repetitions over all columns, whatever the panel's own width is.
    assert [(0, 0, 6), (0, 4, 24), (0, 12, 6)] == [
        (p.place.x, p.place.y, p.place.width) for p in section.panels
    ]


def test_a_panel_that_is_repeated_downwards_flows_like_any_other():
    (section,) = placed([Section(title="", panels=(repeated(6, down=True), a_panel(6, 8)))])

    assert [0, 6] == [p.place.x for p in section.panels]
