"""
Queries that Prometheus accepts and that are wrong all the same, and others that only look wrong.

`corpus/wrong.yaml` says which findings each mistake brings; of what stands in `corpus/right.yaml`
nothing may be said, not even by the way. `corpus/systems.yaml` holds the same for the queries in
the documents of the four systems, by the ids of their rows.

An entry has an `expr` (of a recorded series), an `alert` (the expression of one, with its `for`,
`labels` and `annotations` beside it; `null` for one that it is without), `rules`, `groups` of
rules, the query of a `panel`, or whole `specs`. It is held to the metrics of
`corpus/<catalogue>.yaml`, or, with `knows: names`, to what obsgen knows of metrics that nobody
declares.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from oracles import tool

from obsgen import checks, disk
from obsgen.catalogue import Catalogue
from obsgen.checks.recordings import DEAD_RECORDING
from obsgen.lint import LintOptions, lint
from obsgen.model.checks import CheckSettings
from obsgen.pipeline import Built, Options, build
from obsgen.promql import substitute_variables
from obsgen.report import as_text
from obsgen.rule_files import declared_by, known_of_presets
from obsgen.units import Duration

# An expression that stands alone is read by nobody.
ALONE: Final = CheckSettings(severities={DEAD_RECORDING.id: None})
FOLDER: Final = Path(__file__).parent / "corpus"
RECORDED: Final = "corpus:result"
OWNERS: Final = {
    "autoforge_": "autoforgenexus",
    "llmproc_": "llm-process-platform",
    "kagura_": "kagura",
    "tonebridge_": "tonebridge",
    "node_": "tonebridge",
    "container_": "tonebridge",
}
Entry = Mapping[str, Any]


def entries(name: str) -> list[Entry]:
    found: list[Entry] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


WRONG: Final = entries("wrong")
RIGHT: Final = entries("right")
SYSTEMS: Final = entries("systems")


@cache
def declared(catalogue: str) -> LintOptions:
    options, found, source_map = declared_by([FOLDER / f"{catalogue}.yaml"], FOLDER)
    assert not found, as_text(found, source_map)
    return replace(options, settings=ALONE)


@cache
def undeclared() -> LintOptions:
    return LintOptions(catalogue=known_of_presets(), settings=ALONE)


def groups(entry: Entry) -> list[dict[str, Any]]:
    """Return the rule groups of an entry, as Prometheus reads them."""
    listed = entry.get("groups") or [entry["rules"] if "rules" in entry else [rule(entry)]]
    return [
        {"name": f"group{n}", "rules": [completed(each) for each in rules]}
        for n, rules in enumerate(listed)
    ]


def rule(entry: Entry) -> dict[str, Any]:
    if "alert" not in entry:
        return {"record": RECORDED, "expr": entry["expr"]}
    more = {key: entry[key] for key in ("for", "labels", "annotations") if key in entry}
    return {"alert": "Corpus", "expr": entry["alert"], **more}


def completed(rule: dict[str, Any]) -> dict[str, Any]:
    """Give an alert what it is usually not without."""
    usual = {"for": "5m", "annotations": {"summary": "It is wrong"}} if "alert" in rule else {}
    return {key: value for key, value in {**usual, **rule}.items() if value is not None}


def checked(entry: Entry, catalogue: str) -> Built:
    if "panel" in entry:
        return of_panel(entry["panel"], catalogue)
    if "specs" in entry:
        return build({"entry.yaml": entry["specs"]})
    options = undeclared() if entry.get("knows") == "names" else declared(catalogue)
    if "rules" in entry or "groups" in entry:
        options = replace(options, settings=CheckSettings())
    if "demands" in entry:
        demanded = tuple(entry["demands"])
        options = replace(options, settings=replace(ALONE, required_annotations=demanded))
    if "prometheus" in entry:
        major, _, minor = str(entry["prometheus"]).partition(".")
        options = replace(options, version=(int(major), int(minor)))
    if "retention" in entry:
        options = replace(options, retention=Duration.parse(entry["retention"]))
    if "without" in entry:
        metrics = options.catalogue.metrics.items()
        left = {name: metric for name, metric in metrics if name not in entry["without"]}
        options = replace(options, catalogue=Catalogue(left))
    return lint({"entry.yaml": yaml.safe_dump({"groups": groups(entry)}, width=1000)}, options)


def of_panel(expr: str, catalogue: str) -> Built:
    """Compile a dashboard of the service that has the metrics of the query."""
    prefix = next((word for word in OWNERS if word in expr), "")
    target = {"expr": expr, "unit": "count"}
    panel = {"timeseries": target, "title": "Corpus"}
    board = {"apiVersion": "obsgen/v1", "kind": "Dashboard", "name": "corpus", "panels": [panel]}
    texts = {
        "catalogue.yaml": (FOLDER / f"{catalogue}.yaml").read_bytes(),
        "entry.yaml": yaml.safe_dump({**board, "service": OWNERS.get(prefix, "shop")}).encode(),
    }
    presets = disk.shipped_presets()
    built = build(texts, Options(presets=presets, with_files=False, with_tests=False))
    # The panel is only the frame of a query here; dashboards have tests of their own.
    told = (d for d in built.diagnostics if d.origin.file == "entry.yaml")
    return replace(built, diagnostics=tuple(d for d in told if not d.code.id.startswith("DSH")))


def found_in(entry: Entry, catalogue: str = "catalogue") -> tuple[list[str], str]:
    built = checked(entry, catalogue)
    text = as_text(built.diagnostics, built.source_map)
    return sorted({d.code.id for d in built.diagnostics}), text


def named(entry: Entry) -> str:
    return str(entry["name"])


@pytest.mark.parametrize("entry", WRONG, ids=named)
def test_a_mistake_is_found_and_nothing_else(entry: Entry):
    codes, text = found_in(entry)

    assert sorted(entry["finds"]) == codes, text


@pytest.mark.parametrize("entry", RIGHT, ids=named)
def test_nothing_is_said_of_what_is_right(entry: Entry):
    _, text = found_in(entry)

    assert not text


@pytest.mark.parametrize("entry", SYSTEMS, ids=named)
def test_the_systems_mistakes_are_found_and_their_corrections_pass(entry: Entry):
    codes, text = found_in(entry, "systems_catalogue")

    assert sorted(entry["finds"]) == codes, text


# What is found only where a Project says so, or in the declarations themselves.
OF_SPECS: Final = frozenset(
    {"ALR547", "ALR548", "ALR549", "PQL406", "PQL449", "PQL452", "PQL453"}
    | {"ALR647", "ALR648", "ALR649"}
    | {f"ALR65{digit}" for digit in (1, 2, 3, 4, 5, 6, 8)}
    | {code for code in checks.codes() if code.startswith("DSH")}
)


def test_every_check_has_its_mistakes():
    found = {code for entry in WRONG for code in entry["finds"]}

    assert sorted(set(checks.codes()) - OF_SPECS) == sorted(found)


@pytest.mark.parametrize("listed", [WRONG, RIGHT, SYSTEMS], ids=["wrong", "right", "systems"])
def test_an_entry_has_a_name_of_its_own_and_a_query_of_its_own(listed: list[Entry]):
    names = Counter(map(named, listed))
    queries = Counter(str({k: v for k, v in each.items() if k != "name"}) for each in listed)

    assert [] == [each for each, times in (names + queries).items() if times > 1]


def expressions(entry: Entry) -> Iterator[str]:
    if "panel" in entry:
        yield substitute_variables(entry["panel"])
    elif "specs" not in entry:
        yield from (each["expr"] for group in groups(entry) for each in group["rules"])


def promtool_version() -> str:
    shown = subprocess.run(
        [tool("promtool"), "--version"], capture_output=True, text=True, check=True
    )
    version = re.search(r"version (\d+\.\d+)", shown.stdout + shown.stderr)
    assert version is not None
    return version[1]


def test_promtool_accepts_every_expression_that_its_version_knows(tmp_path: Path):
    version = promtool_version()
    every = [*WRONG, *RIGHT, *SYSTEMS]
    unknown = [e for e in every if {"PQL442", "PQL455"} & set(of_version(e, version))]
    rules = [
        {"record": f"corpus:expression:{n}", "expr": expr}
        for n, expr in enumerate(x for e in every if e not in unknown for x in expressions(e))
    ]
    path = tmp_path / "corpus.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "corpus", "rules": rules}]}))

    told = subprocess.run(
        [tool("promtool"), "check", "rules", path], capture_output=True, text=True, check=False
    )

    assert f"SUCCESS: {len(rules)} rules found" in told.stdout, told.stdout + told.stderr
    assert len(unknown) < 20
    assert len(rules) > 600


def of_version(entry: Entry, version: str) -> list[str]:
    if "panel" in entry or "specs" in entry:
        return []
    return found_in({**entry, "prometheus": version})[0]
