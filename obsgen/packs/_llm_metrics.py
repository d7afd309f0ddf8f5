"""
Which metrics of a service tell of language models, and what their labels are called.

Roles: `tokens`, `quality`, `time_to_first_token`, `time_per_token`, `rate_limited` and `blocked`
are of models by themselves; `requests`, `errors`, `duration` and `cost` where the metric has a
label for the model or its provider, since a service answers other requests and pays for other
things, too.
Label names: OpenTelemetry's semantic conventions for generative AI, LiteLLM, and plain words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import Metric
from obsgen.packs._cost_accounts import accounts

MODEL: Final = (
    "gen_ai_request_model",
    "gen_ai_response_model",
    "model",
    "model_name",
    "model_id",
    "requested_model",
    "llm_model",
)
PROVIDER: Final = (
    "gen_ai_provider_name",
    "gen_ai_system",
    "provider",
    "api_provider",
    "llm_provider",
    "vendor",
)
OPERATION: Final = (
    "gen_ai_operation_name",
    "agent_name",
    "agent",
    "operation",
    "feature",
    "application",
    "app",
)
TOKEN_TYPE: Final = ("gen_ai_token_type", "token_type", "token_kind", "direction", "type")
ERROR_TYPE: Final = ("error_type", "error", "exception_class", "reason", "status", "status_code")
"""Labels by what they tell, the most telling first."""

_OF_MODELS: Final = frozenset(
    {
        "tokens",
        "quality",
        "time_to_first_token",
        "time_per_token",
        "rate_limited",
        "blocked",
    }
)
_OF_ANYTHING: Final = frozenset({"requests", "errors", "duration", "cost"})


def label_of(metric: Metric, family: Iterable[str]) -> str:
    """Return the first label of a family that a metric has, or nothing."""
    return next((label for label in family if label in metric.labels), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmMetrics:
    """
    The metrics that tell of language models, by role.

    Attributes:
        requests: Counters, or where there are none histograms of durations, which count as well.
        first_token, per_token: How long the first and each further token takes.
    """

    requests: tuple[Metric, ...]
    errors: tuple[Metric, ...]
    durations: tuple[Metric, ...]
    first_token: tuple[Metric, ...]
    per_token: tuple[Metric, ...]
    tokens: tuple[Metric, ...]
    costs: tuple[Metric, ...]
    quality: tuple[Metric, ...]
    rate_limited: tuple[Metric, ...]
    blocked: tuple[Metric, ...]

    @classmethod
    def of(cls, metrics: Iterable[Metric]) -> LlmMetrics:
        """Return those of a service."""
        every = tuple(metrics)
        known = [metric for metric in every if _is_of_models(metric)]

        def having(role: str, *types: str) -> tuple[Metric, ...]:
            return tuple(m for m in known if m.role == role and m.type in types)

        durations = having("duration", "histogram")
        return cls(
            requests=having("requests", "counter") or durations,
            errors=having("errors", "counter"),
            durations=durations,
            first_token=having("time_to_first_token", "histogram"),
            per_token=having("time_per_token", "histogram"),
            tokens=having("tokens", "counter", "histogram"),
            costs=accounts(every) if known else (),
            quality=having("quality", "histogram", "gauge"),
            rate_limited=having("rate_limited", "counter"),
            blocked=having("blocked", "counter"),
        )

    @property
    def all(self) -> tuple[Metric, ...]:
        """Each of them once."""
        every = (
            *self.requests,
            *self.tokens,
            *self.costs,
            *self.durations,
            *self.first_token,
            *self.per_token,
            *self.errors,
            *self.rate_limited,
            *self.quality,
            *self.blocked,
        )
        return tuple({metric.name: metric for metric in every}.values())


def _is_of_models(metric: Metric) -> bool:
    is_labelled = bool(label_of(metric, (*MODEL, *PROVIDER)))
    return metric.role in _OF_MODELS or (is_labelled and metric.role in _OF_ANYTHING)
