"""
Pages of dashboards in a real browser: what is seen, and that nothing in them is run or asked for.

Expected places are reckoned from `gridPos`: 24 columns, rows of 30 pixels, 8 between all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from preview_boards import EVIL, FIRING, LAST, NOW, a_prometheus, board, charts, instant, lists
from preview_boards import panel as a_panel

from obsgen.http import Access, Client
from obsgen.preview import figures
from obsgen.preview.browser import Tab, browser, find_chromium
from obsgen.preview.drawing import DrawnDashboard, View, draw
from obsgen.preview.links import Addresses, Sheet
from obsgen.preview.page import dashboard_page, index_page
from obsgen.preview.server import Prometheus

WIDTHS: Final = (1400, 900)
SHEET: Final = Sheet("board", "Board", "Folder", ("obsgen",))
MARKS: Final = (
    ".scatterlayer path.js-line, .scatterlayer path.point, .barlayer path, .pielayer path,"
    ".heatmaplayer image, .bar, td, .alerts li, .prose, .card, .fit.value, .none"
)
PANELS: Final = """\
[...document.querySelectorAll(".panel")].filter(p => p.offsetParent).map(panel => {
  const box = element => {
    const r = element.getBoundingClientRect();
    return {x: r.left, y: r.top, w: r.width, h: r.height};
  };
  const seen = [...panel.querySelectorAll(MARKS)].map(box).filter(b => b.w > 0.5 || b.h > 0.5);
  return {title: panel.dataset.title, kind: panel.dataset.kind, note: panel.dataset.note || "",
          text: panel.innerText, box: box(panel), body: box(panel.querySelector(".body")), seen};
})""".replace("MARKS", repr(MARKS))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus")
    with a_prometheus(folder) as running, Client(Access()) as client:
        yield Prometheus(client, running.url)


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser(find_chromium()) as found:
        yield found


def drawn(server: Prometheus, *panels: Mapping[str, Any], **more: Any) -> DrawnDashboard:
    view = View(now=NOW, source="Test", scrape=60_000)
    return draw(board(*panels, **more), server, view, Addresses((SHEET,)))


def opened(tab: Tab, folder: Path, picture: DrawnDashboard, width: int = 1400, **how: Any) -> Path:
    page = folder / "board.html"
    page.write_text(dashboard_page(picture, "Folder", "Test", is_light=False, is_served=False))
    tab.open(page.as_uri(), width=width, **how)
    return page


@pytest.fixture(scope="module")
def pictures(server: Prometheus) -> Mapping[str, DrawnDashboard]:
    return {
        "charts": drawn(server, *charts(), annotations={"list": [FIRING]}),
        "lists": drawn(server, *lists()),
    }


@pytest.fixture(scope="module", params=[f"{b}-{w}" for b in ("charts", "lists") for w in WIDTHS])
def page(
    request: pytest.FixtureRequest,
    tab: Tab,
    pictures: Mapping[str, DrawnDashboard],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Any]:
    """Return what a browser says of a page: its panels, complaints and requests."""
    name, _, width = request.param.partition("-")
    path = opened(tab, tmp_path_factory.mktemp("page"), pictures[name], int(width))
    # Everything is looked at, what is folded too.
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    tab.evaluate("new Promise(done => setTimeout(done, 300))")
    return {
        "name": name,
        "width": int(width),
        "panels": tab.evaluate(PANELS),
        "complaints": tab.complaints,
        "foreign": [url for url in tab.requests if url != path.as_uri()],
        "scripts": tab.evaluate("document.scripts.length"),
    }


def test_every_type_of_panel_is_on_one_of_the_boards():
    kinds = {panel["type"] for panel in (*charts(), *lists())}

    assert set(figures.KINDS) | {"row"} == kinds


def test_every_panel_has_a_mark_inside_its_body_or_says_why_not(page: Mapping[str, Any]):
    def is_inside(mark: Mapping[str, float], body: Mapping[str, float]) -> bool:
        across = mark["x"] >= body["x"] - 1 and mark["x"] <= body["x"] + body["w"] + 1
        return across and body["y"] - 1 <= mark["y"] <= body["y"] + body["h"] + 1

    bare = [
        panel["title"]
        for panel in page["panels"]
        if not any(is_inside(mark, panel["body"]) for mark in panel["seen"]) and not panel["note"]
    ]

    assert [] == bare


def test_panels_stand_where_the_grid_says(page: Mapping[str, Any]):
    listed = {"charts": charts, "lists": lists}[page["name"]]()
    grids = {p["title"]: p["gridPos"] for p in listed if p["type"] != "row"}
    column = (page["width"] - 2 * 16 + 8) / 24
    first = next(panel for panel in page["panels"] if panel["title"] == listed[0]["title"])

    for panel in page["panels"]:
        if panel["title"] in grids:
            grid, box = grids[panel["title"]], panel["box"]
            expected = (16 + grid["x"] * column, grid["w"] * column - 8, grid["h"] * 38 - 8)
            assert expected == pytest.approx((box["x"], box["w"], box["h"]), abs=1)
            assert grid["y"] * 38 == pytest.approx(box["y"] - first["box"]["y"], abs=1)


def test_no_two_panels_overlap(page: Mapping[str, Any]):
    def overlap(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
        across = a["x"] < b["x"] + b["w"] - 1 and b["x"] < a["x"] + a["w"] - 1
        return across and a["y"] < b["y"] + b["h"] - 1 and b["y"] < a["y"] + a["h"] - 1

    pairs = itertools.combinations(page["panels"], 2)

    assert [] == [(a["title"], b["title"]) for a, b in pairs if overlap(a["box"], b["box"])]


def test_the_console_stays_empty(page: Mapping[str, Any]):
    assert () == page["complaints"]


def test_a_page_asks_for_nothing_but_itself(page: Mapping[str, Any]):
    assert [] == page["foreign"]


def test_a_label_that_looks_like_a_script_stays_text(page: Mapping[str, Any]):
    # The plots' JSON, plotly, and the page's own.
    assert 3 == page["scripts"]
    assert any(EVIL in panel["text"] for panel in page["panels"])


def test_a_script_that_gets_onto_a_page_is_not_run(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    opened(tab, tmp_path, pictures["lists"])
    tab.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        "document.body.append(s)"
    )

    assert not tab.evaluate("Boolean(window.ran)")
    assert any("Content Security Policy" in said for said in tab.complaints)


def test_a_page_cannot_send_anything_anywhere(
    tab: Tab, tmp_path: Path, server: Prometheus, pictures: Mapping[str, DrawnDashboard]
):
    opened(tab, tmp_path, pictures["lists"])
    sent = f"fetch('{server.url}/-/ready', {{mode: 'no-cors'}}).then(() => 'sent', () => 'refused')"

    assert "refused" == tab.evaluate(sent)


def test_a_narrow_window_has_one_column(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    opened(tab, tmp_path, pictures["charts"], 760)
    boxes = [panel["box"] for panel in tab.evaluate(PANELS)]

    assert {(16, 728)} == {(round(box["x"]), round(box["w"])) for box in boxes}


@pytest.mark.parametrize(
    ("is_light", "ground"), [(True, "rgb(244, 245, 245)"), (False, "rgb(17, 18, 23)")]
)
def test_a_page_is_as_light_as_the_system(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard], is_light: bool, ground: str
):
    opened(tab, tmp_path, pictures["charts"], is_light=is_light)

    assert ground == tab.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_button_changes_the_theme_of_page_and_plots(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    ink = (
        "[getComputedStyle(document.body).color, document.querySelector('.xtick text').style.fill]"
    )
    opened(tab, tmp_path, pictures["charts"])
    before = tab.evaluate(ink)
    tab.evaluate("document.getElementById('theme').click()")
    after = tab.evaluate(ink)

    assert all(a != b for a, b in zip(before, after, strict=True))


def test_a_folded_row_is_drawn_when_it_is_opened(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    lines = "document.querySelectorAll('details .js-line').length"
    opened(tab, tmp_path, pictures["lists"])
    before = tab.evaluate(lines)
    tab.evaluate("document.querySelector('summary').click()")
    tab.evaluate("new Promise(done => setTimeout(done, 300))")

    assert (0, 3) == (before, tab.evaluate(lines))


def test_a_click_on_a_legend_leaves_that_series_alone(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    panel = "document.querySelector('[data-title=Load]')"
    opened(tab, tmp_path, pictures["charts"])
    tab.evaluate(f"{panel}.querySelector('.legend li:nth-child(2)').click()")
    tab.evaluate("new Promise(done => setTimeout(done, 200))")

    assert 1 == tab.evaluate(f"{panel}.querySelectorAll('.js-line').length")


def test_an_annotation_is_a_line_and_a_shade_in_graphs(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    opened(tab, tmp_path, pictures["charts"])
    shapes = "document.querySelectorAll('[data-title=Requests] .shapelayer path').length"

    # A firing alert that goes on: a shade, with a line where it began.
    assert 2 == tab.evaluate(shapes)


def test_no_label_of_an_axis_is_cut_off(
    tab: Tab, tmp_path: Path, pictures: Mapping[str, DrawnDashboard]
):
    for width in WIDTHS:
        opened(tab, tmp_path, pictures["charts"], width)
        cut = tab.evaluate(
            "[...document.querySelectorAll('.plot')].flatMap(plot => {"
            " const r = plot.getBoundingClientRect();"
            " return [...plot.querySelectorAll('.ytick text, .xtick text')]"
            "  .filter(t => { const b = t.getBoundingClientRect();"
            "   return b.left < r.left - 1 || b.right > r.right + 1 || b.bottom > r.bottom + 1; })"
            "  .map(t => plot.dataset.plot + ' ' + t.textContent); })"
        )
        assert [] == cut


def test_links_lead_to_the_pages_of_this_preview_or_into_the_web_alone(server: Prometheus):
    links = [
        {"title": "here", "url": "/d/board?var-a=1"},
        {"title": "gone", "url": "/d/other"},
        {"title": "web", "url": "https://example.org/x"},
        {"title": "bad", "url": "javascript:alert(1)"},
    ]
    picture = drawn(server, a_panel("text", "A", links=links))
    (shown,) = picture.blocks[0].panels

    assert ["board.html", "", "https://example.org/x", ""] == [one.href for one in shown.links]


def test_the_dashboards_of_a_tag_are_a_menu_where_grafana_has_one(
    server: Prometheus, tab: Tab, tmp_path: Path
):
    link = {"title": "Shop", "type": "dashboards", "tags": ["obsgen"]}
    panel = a_panel("text", "A")
    picture = drawn(server, panel, links=[{**link, "asDropdown": True}, link])
    menu, listed = picture.links
    opened(tab, tmp_path, picture)

    assert ("Shop", "", "board.html") == (menu.title, menu.href, menu.menu[0].href)
    assert ("Board", "board.html", ()) == (listed.title, listed.href, listed.menu)
    assert "Shop\nBoard" == tab.evaluate("document.querySelector('.links').innerText")
    tab.evaluate("document.querySelector('.menu').open = true")
    assert tab.evaluate("document.querySelector('.menu a').checkVisibility()")


def test_an_index_lists_pages_by_folder(tab: Tab, tmp_path: Path):
    sheets = [SHEET, Sheet("other", EVIL, "A folder", ())]
    path = tmp_path / "index.html"
    path.write_text(index_page(sheets, "Test", is_light=False, is_served=False))
    tab.open(path.as_uri(), width=900)

    assert ["A folder", "Folder"] == tab.evaluate(
        "[...document.querySelectorAll('.folder h2')].map(h => h.textContent)"
    )
    assert [EVIL, "Board"] == tab.evaluate(
        "[...document.querySelectorAll('.folder a')].map(a => a.textContent)"
    )
    assert () == tab.complaints


# --- what a page says ---------------------------------------------------------------------------


def texts(server: Prometheus, panel: Mapping[str, Any], tab: Tab, folder: Path) -> str:
    opened(tab, folder, drawn(server, panel))
    return str(tab.evaluate("document.querySelector('.panel').innerText"))


def test_a_panel_without_data_says_so_and_is_told(server: Prometheus, tab: Tab, tmp_path: Path):
    panel = a_panel("timeseries", "Nothing", instant("missing_metric"))
    picture = drawn(server, panel)

    assert [(0, "Nothing", False)] == [(p.number, p.panel, p.has_failed) for p in picture.problems]
    assert "No data" in texts(server, panel, tab, tmp_path)


def test_words_for_no_value_stand_in_an_empty_panel(server: Prometheus, tab: Tab, tmp_path: Path):
    panel = a_panel("stat", "A", instant("missing_metric"), defaults={"noValue": "all is well"})

    assert "all is well" in texts(server, panel, tab, tmp_path)


def test_a_query_that_fails_says_why_on_the_page_and_is_told(
    server: Prometheus, tab: Tab, tmp_path: Path
):
    panel = a_panel("stat", "Broken", instant("sum("), options=LAST)
    (problem,) = drawn(server, panel).problems

    assert problem.has_failed
    assert "parse error" in problem.text
    assert "parse error" in texts(server, panel, tab, tmp_path)


def test_a_type_that_is_not_drawn_says_so(server: Prometheus, tab: Tab, tmp_path: Path):
    panel = a_panel("geomap", "Where", instant("up"))

    assert "Type geomap" in texts(server, panel, tab, tmp_path)


def test_a_panel_is_repeated_for_each_value_and_what_is_below_moves_down(server: Prometheus):
    hosts = {"name": "host", "type": "query", "query": "label_values(up, host)", "multi": True,
             "includeAll": True, "current": {"text": ["All"], "value": ["$__all"]}}  # fmt: skip
    repeated = a_panel(
        "stat", "Load of $host", instant('load_ratio{host=~"$host"}', "x"), at=(0, 0, 24, 4),
        repeat="host", repeatDirection="h", maxPerRow=2,
    )  # fmt: skip
    below = a_panel("stat", "Below", instant("up"), at=(0, 4, 24, 4))
    picture = drawn(server, repeated, below, templating={"list": [hosts]})
    (block,) = picture.blocks

    assert [
        ("Load of a", 0, 0, 12), ("Load of b", 12, 0, 12), ("Load of c", 0, 4, 12),
        ("Below", 0, 8, 24),
    ] == [(p.title, p.place.x, p.place.y, p.place.width) for p in block.panels]  # fmt: skip
    assert () == picture.problems
