"""The benchmarks measure what they say; how long it takes is no matter here."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from oracles import ROOT
from problems import problems

from obsgen import Options, build


@pytest.fixture(autouse=True)
def root_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_the_generated_specs_build_without_findings():
    from benchmarks.services import specs

    built = build(specs(3, seed=7), Options(requires_project=True))

    assert () == problems(built)
    (spec,) = built.specs
    assert [3, 3, 3] == [len(service.slos) for service in spec.services]
    assert [5, 5, 5] == [len(service.alerts) for service in spec.services]
    assert [2, 2, 2] == [len(service.ready_dashboards) for service in spec.services]


def test_the_same_seed_gives_the_same_specs_and_another_none_of_them():
    from benchmarks.services import specs

    assert specs(5, seed=1) == specs(5, seed=1)
    assert {"specs/project.yaml"} == set(specs(5, seed=1)) & set(specs(5, seed=2))


def test_what_is_stored_adds_up_to_what_happened():
    from benchmarks.backfill import MARGIN, START, played, service_for
    from obsgen.simulate import Span, tell
    from obsgen.simulate.stories import Plot

    service, _ = service_for(1, 2)
    span = Span(START, START + 4 * 3_600_000)
    plot = Plot(arrivals=2_000, restarts=0, long_gaps=0, idle=0)
    busy = Span(span.start + MARGIN, span.end - MARGIN)
    backfill = played(service, tell(plot, busy, targets=2, seed=3), span, seed=3)

    def last(name: str, labels: dict[str, str]) -> float:
        own = [
            s for s in backfill.series if s.labels.items() >= {"__name__": name, **labels}.items()
        ]
        return sum(max((v for v in s.values if v is not None), default=0.0) for s in own)

    truth = backfill.truth["availability"]
    assert truth.total == last("requests_total", {})
    assert truth.bad == sum(last("requests_total", {"code": c}) for c in ("500", "502", "503"))
    assert backfill.truth["latency"].total == last("request_duration_seconds_count", {})


def test_a_target_that_does_not_answer_has_stale_series():
    from benchmarks.backfill import START, played, service_for
    from obsgen.simulate import Gap, Span, tell
    from obsgen.simulate.stories import Plot

    service, _ = service_for(1, 1)
    span = Span(START, START + 3_600_000)
    told = tell(Plot(arrivals=9_000, gaps=0, long_gaps=0, missed_ppm=0), span, targets=1, seed=3)
    gap = Gap(span=Span(START + 1_800_000, START + 1_860_000))
    story = replace(told, scraping=replace(told.scraping, gaps=(gap,)))
    backfill = played(service, story, span, seed=3)

    # A label set of which nothing has happened has no samples.
    counted = [s for s in backfill.series if s.labels["__name__"] == "requests_total" and s.times]
    before = [s for s in counted if s.times[0] < gap.span.start]

    assert before
    for series in before:
        ends = [t for t, v in zip(series.times, series.values, strict=True) if v is None]
        assert 1 == len(ends)
        assert ends[0] in gap.span


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
