"""The benchmarks measure what they say; how long it takes is no matter here."""

from __future__ import annotations

import sys

import pytest
from oracles import ROOT

from obsgen import Options, build


@pytest.fixture(autouse=True)
def root_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_the_generated_specs_build_without_findings():
    from benchmarks.services import specs

    built = build(specs(3, seed=7), Options(requires_project=True))

    assert () == built.diagnostics
    (spec,) = built.specs
    assert [3, 3, 3] == [len(service.slos) for service in spec.services]
    assert [5, 5, 5] == [len(service.alerts) for service in spec.services]
    assert [2, 2, 2] == [len(service.ready_dashboards) for service in spec.services]


def test_the_same_seed_gives_the_same_specs_and_another_none_of_them():
    from benchmarks.services import specs

    assert specs(5, seed=1) == specs(5, seed=1)
    assert {"specs/project.yaml"} == set(specs(5, seed=1)) & set(specs(5, seed=2))


def test_the_table_says_which_aims_are_met():
    from benchmarks.table import Figure, table

    figures = [
        Figure(what="one", measured="10 ms"),
        Figure(what="three", measured="12 ms", ratio=1.2, at_most=1.1),
        Figure(what="two", measured="11 ms", ratio=1.1, at_most=1.1),
    ]

    assert (
        "       measured  ratio    aim\n"
        "one       10 ms\n"
        "three     12 ms   1.20  ≤ 1.1  missed\n"
        "two       11 ms   1.10  ≤ 1.1     met\n"
    ) == table(figures)
    assert "benchmarks" in {name.split(".")[0] for name in sys.modules}
