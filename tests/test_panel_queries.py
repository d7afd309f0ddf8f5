"""
What panels of `specs/` ask means what the canonical queries mean (`panel_queries.yaml`).

promtool evaluates both over the same three hours: several series under each selector, those of
another job as decoys. A canonical query without its job gives something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml
from canonical import ask, differs, nothing, number, strays
from test_tonebridge import built

QUERIES: Final[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "panel_queries.yaml").read_text()
)
PROMPTS, PERFORMANCE = "autoforge-prompts", "autoforge-performance"
USAGE, AGENTS = "llmproc-usage", "kagura-agents"
MOMENTS: Final = (70, 95, 130, 170)


@dataclass(frozen=True, slots=True)
class Shown:
    """A query of a panel: its dashboard and title, and which of several it is."""

    dashboard: str
    title: str
    place: int = 0


PANELS: Final = {
    "A-Q1": Shown(PROMPTS, "Template usage"),
    "A-Q2": Shown(PROMPTS, "Rounds until good enough", 1),
    "A-Q3": Shown(PROMPTS, "Quality gained"),
    "A-Q4": Shown(PROMPTS, "Prompt response time (p95)"),
    "A-Q5": Shown(PROMPTS, "Availability"),
    "A-Q5b": Shown(PROMPTS, "Models answer"),
    "A-Q7": Shown(PROMPTS, "Cost as it arises"),
    "A-Q8": Shown(PROMPTS, "At the week's pace"),
    "A-Q9": Shown(PROMPTS, "Cost of a point of quality"),
    "A-Q10": Shown(PERFORMANCE, "Response time", 1),
    "A-Q11": Shown(PERFORMANCE, "Response time by route (p99)"),
    "L-S1": Shown(USAGE, "Success rate"),
    "L-S2": Shown(USAGE, "Average inference"),
    "L-D2": Shown(USAGE, "Calls today"),
    "L-D3": Shown(USAGE, "Tokens this month"),
    "L-D5": Shown(USAGE, "By provider and model", 2),
    "K-S1": Shown(AGENTS, "Agents", 1),
    "K-S2": Shown(AGENTS, "Latency (p50, p95)", 1),
    "K-S3": Shown(AGENTS, "Agents", 2),
    "K-S4": Shown(AGENTS, "Slow calls"),
    "K-D1": Shown(AGENTS, "Cost as it arises"),
    "K-D2": Shown(AGENTS, "Agents"),
    "K-D5": Shown(AGENTS, "Tokens"),
}


def asked(shown: Shown) -> str:
    (board,) = (d for d in built().compiled[0].dashboards if d.uid == f"obs-{shown.dashboard}")
    (panel,) = (panel for panel in board.panels if panel.title == shown.title)
    expr = panel.targets[shown.place].expr
    expr = expr.replace("$__rate_interval", "5m").replace("$__range", "1h")
    return re.sub(r"\$\{?(endpoint|agent_name|provider|model)(:\w+)?\}?", ".*", expr)


def counter(step: int) -> str:
    """Grow by so much a minute for the first two hours, then by half of it."""
    return f"0+{2 * step}x120 {241 * step}+{step}x60"


def weight(place: int, times: int) -> int:
    """Of a decoy, which is thirteen times as busy, other parts are bad and slow."""
    return times * place ** (1 if times < 13 else 3)


def bucketed(
    name: str, labels: str, bounds: tuple[str, ...], times: int
) -> Iterator[tuple[str, str]]:
    # Nothing is slower than the last bound, where quantiles could not tell one from the other.
    for place, bound in (*enumerate(bounds, 1), (len(bounds), "+Inf")):
        yield f'{name}_bucket{{{labels},le="{bound}"}}', counter(weight(place, times))
    yield f"{name}_count{{{labels}}}", counter(weight(len(bounds), times))
    yield f"{name}_sum{{{labels}}}", counter(7 * times)


def series() -> Iterator[tuple[str, str]]:
    # Instances differ, and so do jobs: what is not summed or not narrowed shows.
    for job, base in (("autoforge-backend", 1), ("autoforge-old", 13)):
        for instance in (1, 2):
            yield from _autoforge(f'job="{job}",instance="{instance}"', base * instance)
    for job, base in (("llmproc", 1), ("llmproc-old", 13)):
        for place, model in enumerate(("slow", "fast"), 1):
            yield from _platform(f'job="{job}",provider="p",model="{model}"', base * place)
    for job, base in (("kagura", 1), ("kagura-old", 13)):
        for place, agent in enumerate(("api_agent", "report_agent"), 1):
            yield from _agents(f'job="{job}",agent_name="{agent}",model="m"', base * place)


def _autoforge(labels: str, times: int) -> Iterator[tuple[str, str]]:
    yield f'autoforge_template_usage_total{{{labels},template_id="a"}}', counter(times)
    yield f'autoforge_template_usage_total{{{labels},template_id="b"}}', counter(3 * times)
    yield f"autoforge_quality_improvement_total{{{labels}}}", counter(times)
    yield f'autoforge_llm_cost_usd_total{{{labels},provider="p",model="m"}}', counter(times)
    yield f'autoforge_llm_cost_usd_total{{{labels},provider="q",model="m"}}', counter(5 * times)
    for place, status in enumerate(("200", "404", "503"), 1):
        name = f'autoforge_http_requests_total{{{labels},status_code="{status}"}}'
        yield name, counter(weight(place, times))
    for place, status in enumerate(("success", "error"), 1):
        yield (
            f'autoforge_llm_requests_total{{{labels},status="{status}"}}',
            counter(weight(place, times)),
        )
    full = f'{labels},endpoint="/a"'
    yield from bucketed("autoforge_http_request_duration_seconds", full, ("0.1", "1"), times)
    yield from bucketed("autoforge_optimization_iterations", labels, ("1", "5"), times)
    yield from bucketed("autoforge_sli_prompt_response_time_seconds", labels, ("1", "2"), times)
    yield f"autoforge_prompt_quality_score_sum{{{labels}}}", counter(2 * times + 1)


def _platform(labels: str, times: int) -> Iterator[tuple[str, str]]:
    yield f'llmproc_llm_requests_total{{{labels},status="success"}}', counter(9 * times)
    yield f'llmproc_llm_requests_total{{{labels},status="error"}}', counter(times * times)
    yield f'llmproc_llm_tokens_total{{{labels},token_type="prompt"}}', counter(times)
    yield f"llmproc_llm_cost_usd_total{{{labels}}}", counter(times)
    yield f"llmproc_llm_inference_duration_seconds_sum{{{labels}}}", counter(times * times)
    yield f"llmproc_llm_inference_duration_seconds_count{{{labels}}}", counter(times)


def _agents(labels: str, times: int) -> Iterator[tuple[str, str]]:
    yield f'kagura_agent_calls_total{{{labels},status="success"}}', counter(9 * times)
    yield f'kagura_agent_calls_total{{{labels},status="error"}}', counter(times * times)
    for kind in ("input", "output"):
        full = f'{labels},token_type="{kind}"'
        yield f"kagura_agent_cost_usd_total{{{full}}}", counter(times)
        yield f"kagura_agent_tokens_total{{{full}}}", counter(4 * times)
    yield from bucketed("kagura_agent_latency_seconds", labels, ("0.5", "1.0", "5.0"), times)


@pytest.mark.parametrize("requirement", PANELS)
def test_a_panel_means_what_its_canonical_query_means(tmp_path: Path, requirement: str):
    shown, canonical = asked(PANELS[requirement]), QUERIES[requirement]
    checks = [nothing(strays(shown, canonical), moment) for moment in MOMENTS]
    checks += [number(f"vector(1) and on () ({canonical})", moment, 1) for moment in MOMENTS]

    ask(tmp_path, series(), checks)


@pytest.mark.parametrize("requirement", PANELS)
def test_a_canonical_query_without_its_job_gives_something_else(tmp_path: Path, requirement: str):
    canonical = QUERIES[requirement]
    wrong = re.sub(r'job="[^"]*",?', "", canonical)
    check = number(f"vector(1) and on () ({differs(wrong, canonical)})", 95, 1)

    ask(tmp_path, series(), [check])


def test_every_canonical_query_is_compared():
    assert set(QUERIES) == set(PANELS)
