"""
One picture of each ready dashboard, at both widths, as this repository's specs draw it.

They are drawn anew and compared in size and in ink, the share of pixels that something was drawn
on: fonts and browsers differ, what is missing or twice as large does not hide. `--update` rewrites
them; look at them.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import png
import pytest
from oracles import ROOT, TOOLS

from obsgen import packs
from obsgen.artefacts import Dashboard
from obsgen.preview.browser import Tab, browser, find_chromium
from obsgen.preview.run import Look, Preview, drawn, plan, shipped, simulation
from obsgen.workspace import compile_specs

PICTURES: Final = Path(__file__).resolve().parent / "pictures"
WIDTHS: Final = (1400, 900)
SCALE: Final = 0.4
MOST_BYTES: Final = 1_500_000
LOOKED_AT: Final = """\
[...document.querySelectorAll(".panel")].filter(p => !p.closest("details:not([open])")).map(p => {
  const r = p.getBoundingClientRect();
  return {title: p.dataset.title, x: r.left, y: r.top, w: r.width, h: r.height};
})"""


@contextlib.contextmanager
def quietly(what: str, total: int) -> Iterator[Callable[[int], None]]:
    yield lambda steps: None


def word_of(dashboard: Dashboard) -> str:
    """Return the ready word that a dashboard comes from, by its kind or its uid; else nothing."""
    found = re.match(r"obs-([a-z]+)-", dashboard.uid)
    word = dashboard.kind or (found[1] if found else "")
    return word if word in packs.KINDS and dashboard.service else ""


def one_of_each(dashboards: tuple[Dashboard, ...]) -> Mapping[str, Dashboard]:
    """Return for each ready word the dashboard of a service that has fewest panels."""
    found: dict[str, Dashboard] = {}
    for dashboard in sorted(dashboards, key=lambda d: (-len(d.panels), d.uid)):
        if word := word_of(dashboard):
            found[word] = dashboard
    return found


@pytest.fixture(scope="module")
def drawings() -> Iterator[tuple[Mapping[str, Dashboard], Preview]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("PATH", str(TOOLS), prepend=":")
        built = compile_specs([Path("specs")], None, cwd=ROOT, with_files=False, with_tests=False)
        compiled = built.compiled[0]
        chosen = one_of_each(compiled.dashboards)
        dashboards = tuple(chosen.values())
        documents = shipped(compiled, dashboards)
        wanted = plan(compiled, built.specs[0].services, documents, "")
        with simulation(wanted, quietly) as (server, view):
            yield chosen, drawn(dashboards, documents, server, view, Look(), quietly)


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser(find_chromium()) as found:
        yield found


@pytest.fixture(scope="module")
def pages(
    drawings: tuple[Mapping[str, Dashboard], Preview],
    tab: Tab,
    tmp_path_factory: pytest.TempPathFactory,
    update: bool,
) -> Mapping[str, Mapping[str, Any]]:
    """Return by `red-1400` what a browser shows of each page."""
    folder = tmp_path_factory.mktemp("pages")
    chosen, preview = drawings
    found = {}
    for (word, dashboard), width in itertools.product(chosen.items(), WIDTHS):
        page = folder / f"{dashboard.uid}.html"
        page.write_text(preview.pages[page.name])
        tab.open(page.as_uri(), width=width)
        picture = png.read(tab.picture(SCALE))
        found[f"{word}-{width}"] = {
            "picture": picture,
            "panels": tab.evaluate(LOOKED_AT),
            "complaints": tab.complaints,
        }
        if update:
            PICTURES.mkdir(exist_ok=True)
            (PICTURES / f"{word}-{width}.png").write_bytes(png.write(picture))
    return found


def test_every_ready_dashboard_of_the_specs_has_its_pictures(pages: Mapping[str, Any]):
    assert set(pages) == {path.stem for path in PICTURES.glob("*.png")}


def test_pictures_have_the_size_that_they_had(pages: Mapping[str, Any]):
    before = {name: png.read((PICTURES / f"{name}.png").read_bytes()) for name in pages}

    for name, page in pages.items():
        old, new = before[name], page["picture"]
        # The head of a page may break its lines otherwise with other fonts.
        assert old.width == new.width, name
        assert abs(old.height - new.height) <= 40 * SCALE, name


def test_pictures_have_as_much_ink_as_they_had(pages: Mapping[str, Any]):
    for name, page in pages.items():
        old = png.read((PICTURES / f"{name}.png").read_bytes()).ink()

        assert old == pytest.approx(page["picture"].ink(), rel=0.25, abs=0.02), name


def test_no_panels_of_ready_dashboards_overlap(pages: Mapping[str, Any]):
    def overlap(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
        across = a["x"] < b["x"] + b["w"] - 1 and b["x"] < a["x"] + a["w"] - 1
        return across and a["y"] < b["y"] + b["h"] - 1 and b["y"] < a["y"] + a["h"] - 1

    for name, page in pages.items():
        pairs = itertools.combinations(page["panels"], 2)
        assert [] == [(a["title"], b["title"]) for a, b in pairs if overlap(a, b)], name


def test_ready_dashboards_leave_the_console_empty(pages: Mapping[str, Any]):
    assert {} == {name: page["complaints"] for name, page in pages.items() if page["complaints"]}


def test_no_query_of_a_ready_dashboard_fails(
    drawings: tuple[Mapping[str, Dashboard], Preview],
):
    failed = [one for one in drawings[1].found if one.problem.has_failed]

    assert [] == [(one.dashboard, one.problem.panel, one.problem.text) for one in failed]


def test_pictures_are_small():
    assert sum(path.stat().st_size for path in PICTURES.glob("*.png")) < MOST_BYTES
