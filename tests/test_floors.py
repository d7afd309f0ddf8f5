"""The house stands on its floors: imports go down, and outside packages stay in their rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).resolve().parent.parent / "obsgen"

FLOORS: Final = {
    "units": 0,
    "diagnostics": 0,
    "versions": 0,
    "plurals": 0,
    "source": 1,
    "names": 1,
    "gotemplate": 1,
    "logql": 1,
    "prose": 1,
    "matchers": 1,
    "sections": 1,
    "time_spans": 1,
    "specimens": 2,
    "secrets": 1,
    "schema.shared": 1,
    "promql": 2,
    "catalogue": 3,
    "artefacts": 4,
    "grid": 5,
    "exclusions": 5,
    "model": 5,
    "routing": 5,
    "counting": 6,
    "fields": 6,
    "measures": 6,
    "messages": 6,
    "slis": 7,
    "alerts": 7,
    "receivers": 7,
    "panels": 7,
    "datasources": 7,
    "probes": 7,
    "scenarios": 7,
    "packs": 8,
    "schema": 9,
    "reader": 10,
    "formatting": 10,
    "compile": 11,
    "outputs": 11,
    "checks": 11,
    "ignores": 11,
    "speed": 11,
    "pipeline": 12,
    "lint": 13,
    "report": 12,
    "explanations": 14,
    "costs": 13,
    "disk": 14,
    "tools": 14,
    "http": 14,
    "importers": 13,
    "importing": 15,
    "codes": 16,
    "workspace": 15,
    "tidying": 16,
    "starter": 15,
    "rule_files": 16,
    "simulate": 14,
    "sink": 15,
    "stack": 14,
    "unit_tests": 15,
    "terminal": 15,
    "processes": 15,
    "progress": 15,
    "tables": 15,
    "inventory": 13,
    "demo": 16,
    "preview": 16,
    "live": 17,
    "live.reports": 17,
    "commands": 18,
    "cli": 19,
    "__main__": 20,
    "__init__": 20,
}

# Each package from outside, and the only rooms that may know it.
OUTSIDE: Final = {
    "yaml": {"source.builder", "source.syntax", "source.tokens", "outputs.yaml", "stack"},
    "jsonschema": {"reader.shape"},
    "promql_parser": {"promql.authority"},
    "jinja2": {"prose", "preview.markup"},
    "markdown_it": {"preview.markup"},
    "plotly": {"preview.page"},
    "grafanalib": {"outputs.grafana"},
    "attr": {"outputs.grafana"},
    "click": {"cli", "commands", "terminal"},
    "rich": {"progress", "tables"},
    "requests": {"http"},
    "urllib3": {"http"},
    "prometheus_client": {"importers", "simulate.exposition"},
    "zoneinfo": {"routing.intervals", "live.reports.periods"},
    "tzdata": {"reader.intervals"},
}

# What a pure compiler must not have: files, clocks, chance, the machine.
IMPURE: Final = frozenset(
    {"os", "pathlib", "random", "time", "datetime", "socket", "subprocess", "tempfile", "secrets"}
)
PURE_BELOW: Final = FLOORS["disk"]
# The rooms that reckon with dates; none of them asks what day it is.
CALENDARS: Final = frozenset(
    {"artefacts.alertmanager", "model.hours", "model.periods", "reader.route_tests"}
    | {"routing.intervals", "routing.notifications", "time_spans"}
)
CLOCKS: Final = frozenset({"now", "today", "utcnow", "fromtimestamp"})

# The rooms that may start other programs.
STARTERS: Final = frozenset({"tools"})


def modules() -> list[tuple[str, ast.Module]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found.append((name, ast.parse(path.read_text("utf-8"))))
    return found


MODULES: Final = modules()
NAMES: Final = [name for name, _ in MODULES]


def room(module: str) -> str:
    """Return the longest entry of FLOORS that the module lies in."""
    parts = module.split(".")
    while parts:
        if ".".join(parts) in FLOORS:
            return ".".join(parts)
        parts.pop()
    raise AssertionError(f"{module} has no floor: add it to FLOORS")


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(imported: str) -> str:
    """Return the module of obsgen that an import names, or an empty text."""
    if not imported.startswith("obsgen."):
        return ""
    name = imported.removeprefix("obsgen.")
    while name and name not in NAMES:
        name = name.rpartition(".")[0]
    return name


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_a_module_imports_only_from_lower_floors_or_its_own_room(name: str, tree: ast.Module):
    here = room(name)
    upward = {
        found
        for imported in imports(tree)
        if (found := own(imported)) and room(found) != here and FLOORS[room(found)] >= FLOORS[here]
    }

    assert set() == upward


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_an_outside_package_is_known_in_its_room_alone(name: str, tree: ast.Module):
    packages = {imported.split(".")[0] for imported in imports(tree)}
    strays = {
        package
        for package in packages & set(OUTSIDE)
        if not any(f"{name}.".startswith(f"{allowed}.") for allowed in OUTSIDE[package])
    }

    assert set() == strays


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_nothing_below_the_disk_knows_files_clocks_or_chance(name: str, tree: ast.Module):
    packages = {imported.split(".")[0] for imported in imports(tree)}
    functions = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    calls = {function.id for function in functions if isinstance(function, ast.Name)}

    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    allowed = {"datetime"} if name in CALENDARS else set[str]()

    if FLOORS[room(name)] < PURE_BELOW:
        assert set() == packages & IMPURE - allowed
        assert not allowed or not attributes & CLOCKS
        assert "open" not in calls


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_programs_are_started_in_one_place(name: str, tree: ast.Module):
    assert room(name) in STARTERS or "subprocess" not in set(imports(tree))


@pytest.mark.parametrize(("name", "tree"), MODULES, ids=NAMES)
def test_no_import_is_for_type_checking_alone(name: str, tree: ast.Module):
    del name
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    assert "TYPE_CHECKING" not in names


def test_no_two_modules_of_a_floor_import_each_other():
    edges = {
        name: {f for i in imports(tree) if (f := own(i)) and f != name} for name, tree in MODULES
    }
    state: dict[str, int] = {}
    circles: list[tuple[str, str]] = []

    def visit(name: str) -> None:
        state[name] = 1
        for other in edges.get(name, ()):
            if state.get(other) == 1:
                circles.append((name, other))
            elif other not in state:
                visit(other)
        state[name] = 2

    for name in NAMES:
        if name not in state:
            visit(name)

    assert [] == circles
