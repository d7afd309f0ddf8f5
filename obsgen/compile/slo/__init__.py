"""
The rules of one SLO, and the unit tests that prove its alerts.

Two groups run them: the ledger, its fast ratios and the alerts every tile; what may be slower,
every two minutes. Ranges over recorded series are one millisecond short
(`Duration.minus_a_millisecond`) and never subqueries, which repeat stale tiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.compile.slo.absence import absence_alerts
from obsgen.compile.slo.absence_proof import absence_proofs
from obsgen.compile.slo.budget import budget_rules
from obsgen.compile.slo.burn import burn_alerts, spent_alerts
from obsgen.compile.slo.burn_proof import burn_proofs, spent_proofs
from obsgen.compile.slo.calendar import calendar_ledger
from obsgen.compile.slo.ledger import Streams, ledger_rules
from obsgen.compile.slo.ratios import fast_ratios, slow_ratios
from obsgen.compile.slo.scope import SloScope
from obsgen.model import Context, Proof, Slo

__all__ = ["SloRules", "Streams", "compile_slo", "recorded_series"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SloRules:
    """
    What one SLO compiles to.

    Attributes:
        ledger: Rules of the group that runs every tile, in their order.
        budget: Rules of the slower group.
        proofs: What shows that the alerts fire, and that they stay quiet.
    """

    ledger: tuple[RecordingRule | AlertingRule, ...]
    budget: tuple[RecordingRule | AlertingRule, ...]
    proofs: tuple[Proof, ...]


def compile_slo(slo: Slo, context: Context, streams: Streams) -> SloRules:
    """
    Return the rules of an SLO.

    Args:
        streams: What the SLOs before it count; what it counts itself is added.
    """
    scope = SloScope(slo, context)
    burns = tuple(burn_alerts(scope))
    spents = tuple(spent_alerts(scope))
    absences = tuple(absence_alerts(scope))
    return SloRules(
        ledger=(
            *ledger_rules(scope, streams),
            *calendar_ledger(scope),
            *fast_ratios(scope),
            *(rule for _, rule in burns),
            *absences,
        ),
        budget=(*slow_ratios(scope), *budget_rules(scope), *(rule for _, rule in spents)),
        proofs=(
            *(proof for tier, rule in burns for proof in burn_proofs(scope, tier, rule)),
            *(proof for asked, rule in spents for proof in spent_proofs(scope, asked, rule)),
            *(proof for rule in absences for proof in absence_proofs(scope, rule)),
        ),
    )


def recorded_series(rules: SloRules) -> Mapping[str, frozenset[str]]:
    """Return the series that an SLO's rules record, with their labels."""
    found: dict[str, frozenset[str]] = {}
    for rule in (*rules.ledger, *rules.budget):
        if isinstance(rule, RecordingRule):
            found[rule.record] = frozenset((*rule.labels, *rule.groups))
    return found
