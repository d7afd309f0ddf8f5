"""
The systems of `specs/` against what their documents ask for: `docs/systems.md`, `specs/` and the
list below agree.

The specs are read as plain YAML, without obsgen: what a requirement's row claims must be there in
the author's own words. An entry is called by its kind and name; a panel by its dashboard and title,
a route and an escalation by their receivers. A ready dashboard is a word, which names nothing back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import promql_parser
import pytest
import yaml
from oracles import ROOT

DOCUMENT: Final = ROOT / "docs/systems.md"
SPECS: Final = ROOT / "specs"
QUERIES: Final[dict[str, str]] = {
    requirement: query
    for file in sorted(Path(__file__).parent.glob("*_queries.yaml"))
    for requirement, query in yaml.safe_load(file.read_text()).items()
}


def numbered(prefix: str, last: int, first: int = 1, digits: int = 1) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:0{digits}}" for number in range(first, last + 1))


REQUIREMENTS: Final = (
    # ToneBridge.
    *numbered("T-M", 18, digits=2),
    *numbered("T-S", 5),
    *numbered("T-A", 10),
    "T-R",
    *numbered("T-D", 4),
    *numbered("T-Q", 4),
    "T-H1",
    *numbered("T-L", 5),
    *numbered("T-T", 2),
    "T-P1",
    "T-X1",
    # AutoForgeNexus.
    *numbered("A-M", 14, digits=2),
    *numbered("A-M", 49, first=20),
    *numbered("A-S", 9),
    *numbered("A-A", 12),
    *numbered("A-R", 12),
    *numbered("A-D", 9),
    *numbered("A-Q", 11),
    *numbered("A-H", 5),
    *numbered("A-L", 5),
    *numbered("A-T", 6),
    "A-P1",
    # The LLM process platform.
    *numbered("L-M", 11, digits=2),
    *numbered("L-S", 3),
    *numbered("L-A", 5),
    *numbered("L-D", 7),
    *numbered("L-H", 3),
    *numbered("L-L", 4),
    "L-T1",
    # Kagura.
    *numbered("K-M", 8, digits=2),
    *numbered("K-C", 3),
    *numbered("K-S", 4),
    *numbered("K-A", 4),
    *numbered("K-D", 7),
    "K-H1",
    "K-L1",
    *numbered("K-T", 2),
    *numbered("K-R", 2),
)

REPORTS: Final = ("slo", "cost", "stats", "slow", "alerts", "summary", "timeline")
COMMANDS: Final = frozenset({"obsgen verify", *(f"obsgen report {name}" for name in REPORTS)})
"""What answers a demand that is no rule and no dashboard."""

MOST_OUT_OF_REACH: Final = 10
MOST_RAW: Final = 10

QUERIED: Final = (
    *numbered("T-A", 10),
    "T-A5b",
    *numbered("T-Q", 4),
    *numbered("A-A", 5),
    *("A-A5b", "A-A5c", "A-A7", "A-A9"),
    *("A-A11", "A-A11b", "A-A11c"),
    *("A-A12", "A-A12b", "A-A12c", "A-A12d", "A-A12e", "A-A12f"),
    *("A-S4", "A-S6"),
    *numbered("A-H", 5),
    *("A-H5b", "A-H5c"),
    *numbered("L-A", 5),
    "L-A3b",
    *numbered("K-C", 3),
    *numbered("K-A", 4),
    "K-A4b",
    # Panels.
    *numbered("A-Q", 5),
    "A-Q5b",
    *numbered("A-Q", 11, first=7),
    *numbered("L-S", 2),
    *("L-D2", "L-D3", "L-D5"),
    *numbered("K-S", 4),
    *("K-D1", "K-D2", "K-D5"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a requirement, and what is said of it."""

    id: str
    what: str
    where: str

    @property
    def places(self) -> list[str]:
        return re.findall(r"`(specs/\S+\.yaml: [^`]+)`", self.where)

    @property
    def commands(self) -> list[str]:
        return re.findall(r"`(obsgen [^`]+)`", self.where)

    @property
    def is_out_of_reach(self) -> bool:
        return bool(re.match(r"out of reach: .{20,}", self.where))


def rows() -> Iterator[Row]:
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[A-Z]-[A-Z]\d*", cells[0]):
            yield Row(*cells)


ROWS: Final = tuple(rows())


def spec_files() -> list[Path]:
    return sorted(SPECS.rglob("*.yaml"))


@cache
def documents() -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(
        (file.relative_to(ROOT).as_posix(), document)
        for file in spec_files()
        for document in yaml.load_all(file.read_text(), yaml.CSafeLoader)
    )


def entries(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry that may meet a requirement, with the name that the table gives it."""
    if document["kind"] == "Dashboard":
        yield f"dashboard {document['name']}", document
    for key, word in (("metrics", "metric"), ("receivers", "receiver"), ("prices", "prices")):
        for name, entry in document.get(key, {}).items():
            yield f"{word} {name}", entry
    for key in ("slos", "alerts", "probes"):
        for entry in document.get(key, ()):
            yield f"{key.removesuffix('s')} {entry['name']}", entry
    for route in routes(document):
        yield f"route {receivers(route)}", route
    for escalation in document.get("escalate", ()):
        yield f"escalation {receivers(escalation)}", escalation
    if document["kind"] == "Routing":
        for test in document.get("tests", ()):
            yield f"test {test['alert']}", test
    for panel in panels(document):
        yield f"panel {document['name']}/{panel['title']}", panel


def panels(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document.get("panels", ())
    for section in document.get("sections", ()):
        yield from section["panels"]


def routes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The routes below a Routing or a route, at whatever depth."""
    for route in node.get("routes", ()):
        yield route
        yield from routes(route)


def receivers(route: dict[str, Any]) -> str:
    to = route["to"] if isinstance(route["to"], list) else [route["to"]]
    return ", ".join(to)


@cache
def all_entries() -> dict[str, frozenset[str]]:
    """The requirements that each entry names, by place; two of one name name all of them."""
    found: dict[str, frozenset[str]] = {}
    for file, document in documents():
        for name, entry in entries(document):
            place = f"{file}: {name}"
            found[place] = found.get(place, frozenset()) | set(entry.get("refs", ()))
    return found


def ready_places() -> Iterator[str]:
    """The words of services for ready dashboards, those of the Project too, as places."""
    every = [d.get("dashboards", ()) for _, d in documents() if d["kind"] == "Project"]
    of_project = [word for words in every for word in words]
    for file, document in documents():
        if document["kind"] == "Service":
            words = (*document.get("dashboards", ()), *of_project)
            yield from (f"{file}: ready {word}" for word in words)


def every_refs(node: Any) -> Iterator[str]:
    """What stands under any `refs`, at whatever depth."""
    if isinstance(node, dict):
        yield from node.get("refs", ())
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from every_refs(child)


def every_raw(nodes: Iterable[Any]) -> Iterator[str]:
    """The PromQL that authors wrote: what stands under `expr`, or under `queries` of an SLI."""
    for node in nodes:
        if isinstance(node, dict):
            yield from (v for k, v in node.items() if k == "expr" and isinstance(v, str))
            yield from (str(q) for k, v in node.items() if k == "queries" for q in v.values())
            yield from every_raw(node.values())
        elif isinstance(node, list):
            yield from every_raw(node)


def test_each_requirement_has_exactly_one_row():
    assert sorted(REQUIREMENTS) == sorted(row.id for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_says_where_its_requirement_stands(row: Row):
    stands = bool(row.places or row.commands)

    assert [stands, row.is_out_of_reach].count(True) == 1, row.where


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_names_nothing_but_places_and_commands(row: Row):
    rest = row.where
    for named in (*row.places, *row.commands):
        rest = rest.replace(f"`{named}`", "")

    assert row.is_out_of_reach or "" == rest.strip(" ,")


@pytest.mark.parametrize("row", [row for row in ROWS if row.commands], ids=lambda row: row.id)
def test_a_row_names_commands_that_are_meant_for_it(row: Row):
    assert set(row.commands) <= COMMANDS


def test_hardly_anything_is_out_of_reach():
    assert len([row for row in ROWS if row.is_out_of_reach]) <= MOST_OUT_OF_REACH


def test_hardly_anything_is_raw_promql():
    assert len(list(every_raw(document for _, document in documents()))) <= MOST_RAW


@pytest.mark.parametrize("row", [row for row in ROWS if row.places], ids=lambda row: row.id)
def test_each_place_exists_and_points_back(row: Row):
    known, ready = all_entries(), set(ready_places())
    places = [place for place in row.places if place not in ready]

    assert [] == [place for place in places if row.id not in known.get(place, ())]


def test_each_reference_of_the_specs_is_a_row_that_points_back():
    claimed = {(row.id, place) for row in ROWS for place in row.places}
    named = {(id_, place) for place, refs in all_entries().items() for id_ in refs}

    assert set() == named - claimed


def test_no_reference_stands_where_no_entry_is():
    found = sorted(id_ for _, document in documents() for id_ in every_refs(document))
    named = sorted(
        id_
        for _, document in documents()
        for _, entry in entries(document)
        for id_ in entry.get("refs", ())
    )

    assert named == found


def test_the_figures_that_autoforgenexus_wants_are_exceeded():
    own = [d for f, d in documents() if f.startswith("specs/autoforgenexus/")]
    metrics = [name for document in own for name in document.get("metrics", {})]
    alerts = [alert for document in own for alert in document.get("alerts", ())]
    ready = {word for document in own for word in document.get("dashboards", ())}

    assert len(metrics) > 50
    assert len(alerts) > 10
    assert {"use", "cost"} <= ready
    assert "specs/autoforgenexus/service.yaml: ready slo" in set(ready_places())


@pytest.mark.parametrize("file", spec_files(), ids=lambda file: file.relative_to(SPECS).as_posix())
def test_a_spec_begins_with_the_path_of_its_schema(file: Path):
    to_root = "../" * len(file.relative_to(ROOT).parent.parts)
    first, _ = file.read_text().split("\n", maxsplit=1)

    assert f"# yaml-language-server: $schema={to_root}.obsgen/schema.json" == first


def test_every_alert_tells_what_it_means_and_what_to_do():
    alerts = [alert for _, document in documents() for alert in document.get("alerts", ())]

    assert alerts
    assert [] == [
        a["name"] for a in alerts if not a.get("summary") or len(a.get("description", "")) < 80
    ]


def test_every_metric_has_a_help():
    metrics = [m for _, document in documents() for m in document.get("metrics", {}).items()]
    told = {name for name, metric in metrics if metric.get("help")}

    # What a service changes of a preset's metric keeps the preset's help.
    assert told
    assert set() == {name for name, _ in metrics} - told


def test_each_alert_and_query_of_the_document_has_its_corrected_promql():
    assert set(QUERIED) == set(QUERIES)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_the_corrected_promql_parses(query: str):
    promql_parser.parse(query)
