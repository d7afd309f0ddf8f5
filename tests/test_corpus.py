"""
Queries that Prometheus accepts and that are wrong all the same, and others that only look wrong.

`corpus/wrong.yaml` says which findings each mistake brings; of what stands in `corpus/right.yaml`
nothing may be said, not even by the way. `corpus/systems.yaml` holds the same for the queries in
the documents of the four systems, by the ids of their rows.

An entry has an `expr` (of a recorded series), an `alert` (the expression of one, with its `for`,
`labels` and `annotations` beside it), `rules`, `groups` of rules or the query of a `panel`. It is
held to the metrics of `corpus/<catalogue>.yaml`, or, with `knows: names`, to what obsgen knows of
metrics that nobody declares.
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
from obsgen.checks.recordings import DEAD_RECORDING
from obsgen.lint import LintOptions, lint
from obsgen.model.checks import CheckSettings
from obsgen.pipeline import Built, Options, build
from obsgen.promql import substitute_variables
from obsgen.report import as_text
from obsgen.rule_files import declared_by, known_of_presets

# An expression that stands alone is read by nobody.
ALONE: Final = CheckSettings(severities={DEAD_RECORDING.id: None})
FOLDER: Final = Path(__file__).parent / "corpus"
RECORDED: Final = "corpus:result"
Entry = Mapping[str, Any]


def entries(name: str) -> list[Entry]:
    found: list[Entry] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


WRONG: Final = entries("wrong")
RIGHT: Final = entries("right")


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
    return [{"name": f"group{n}", "rules": rules} for n, rules in enumerate(listed)]


def rule(entry: Entry) -> dict[str, Any]:
    if "alert" not in entry:
        return {"record": RECORDED, "expr": entry["expr"]}
    more = {key: entry[key] for key in ("for", "labels", "annotations") if key in entry}
    return {"alert": "Corpus", "expr": entry["alert"], **more}


def checked(entry: Entry, catalogue: str) -> Built:
    if "panel" in entry:
        return of_panel(entry["panel"], catalogue)
    options = undeclared() if entry.get("knows") == "names" else declared(catalogue)
    if "rules" in entry or "groups" in entry:
        options = replace(options, settings=CheckSettings())
    if "prometheus" in entry:
        major, _, minor = str(entry["prometheus"]).partition(".")
        options = replace(options, version=(int(major), int(minor)))
    return lint({"entry.yaml": yaml.safe_dump({"groups": groups(entry)}, width=1000)}, options)


def of_panel(expr: str, catalogue: str) -> Built:
    target = {"expr": expr, "unit": "count"}
    panel = {"timeseries": target, "title": "Corpus"}
    board = {"apiVersion": "obsgen/v1", "kind": "Dashboard", "name": "corpus", "panels": [panel]}
    texts = {
        "catalogue.yaml": (FOLDER / f"{catalogue}.yaml").read_bytes(),
        "entry.yaml": yaml.safe_dump({**board, "service": "shop"}).encode(),
    }
    presets = disk.shipped_presets()
    built = build(texts, Options(presets=presets, with_files=False, with_tests=False))
    return replace(
        built, diagnostics=tuple(d for d in built.diagnostics if d.origin.file == "entry.yaml")
    )


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
