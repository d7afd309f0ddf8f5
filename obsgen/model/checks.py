"""What a Project says about checks: how grave, what is demanded, where the bounds lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.diagnostics import Origin, Severity

DEFAULT_CARDINALITY: Final = 10_000
DEFAULT_LEAST_SCRAPES: Final = 4
DEFAULT_ID_LABELS: Final = (
    "client_ip", "correlation_id", "email", "execution_id", "ip_address", "order_id", "prompt_id",
    "query_id", "request_id", "session_id", "span_id", "trace_id", "transaction_id", "user_email",
    "user_id", "user_name", "uuid",
)  # fmt: skip
"""Labels whose values never end: each request or each person has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """
    What checks are told beside what they check.

    Attributes:
        severities: How grave the findings of a code are, by its id or name; None for not at all.
        places: Where each of them is set.
        required_labels: Labels that every alert must have.
        required_annotations: Annotations that every alert must have.
        alert_names: Pattern that the name of every alert must match in whole, or empty.
        record_names: The same for recorded series.
        cardinality: Most series that one metric or recorded series may have.
        least_scrapes: Fewest scrapes that a range must span.
        id_labels: Names of labels that take a value for each request or person.
    """

    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    places: Mapping[str, Origin] = field(default_factory=dict)
    required_labels: tuple[str, ...] = ()
    required_annotations: tuple[str, ...] = ()
    alert_names: str = ""
    record_names: str = ""
    cardinality: int = DEFAULT_CARDINALITY
    least_scrapes: int = DEFAULT_LEAST_SCRAPES
    id_labels: tuple[str, ...] = DEFAULT_ID_LABELS
