"""
What specs say, read and checked: the project, its services and the promises of every kind.

A kind (of measure, SLI, alert, receiver, panel) is one module with a `KIND` that can `read` a
node into one of the values here; nothing here or above asks which kind a value is.
"""

from __future__ import annotations

from obsgen.model.dashboards import (
    DashboardContext,
    DashboardSpec,
    LinkSpec,
    Pack,
    PanelBody,
    PanelSpec,
    SectionSpec,
)
from obsgen.model.kinds import (
    AlertKind,
    MeasureKind,
    PanelKind,
    Reader,
    ReceiverKind,
    ReceiverReader,
    SliKind,
)
from obsgen.model.measures import Condition, Limit, Measure, ModifierNodes, Modifiers, Query
from obsgen.model.project import (
    Alert,
    AlertBody,
    AlertParts,
    Context,
    Environment,
    Project,
    Reports,
    Service,
)
from obsgen.model.proofs import Domain, Flow, Played, Rhythm, Stage, Unprovable
from obsgen.model.slos import (
    RECORDED_ALWAYS,
    Absence,
    AbsenceMode,
    BudgetAlert,
    Calendar,
    Hours,
    Ledger,
    LedgerScope,
    Period,
    SeverityLevel,
    SeverityScheme,
    Sli,
    Slo,
    SloPart,
    Tier,
    Tile,
    burn_rate_factor,
)
from obsgen.model.spec import Routing, Spec
from obsgen.schema.shared import Schema

__all__ = [
    "RECORDED_ALWAYS",
    "Absence",
    "AbsenceMode",
    "Alert",
    "AlertBody",
    "AlertKind",
    "AlertParts",
    "BudgetAlert",
    "Calendar",
    "Condition",
    "Context",
    "DashboardContext",
    "DashboardSpec",
    "Domain",
    "Environment",
    "Flow",
    "Hours",
    "Ledger",
    "LedgerScope",
    "Limit",
    "LinkSpec",
    "Measure",
    "MeasureKind",
    "ModifierNodes",
    "Modifiers",
    "Pack",
    "PanelBody",
    "PanelKind",
    "PanelSpec",
    "Period",
    "Played",
    "Project",
    "Query",
    "Reader",
    "ReceiverKind",
    "ReceiverReader",
    "Reports",
    "Rhythm",
    "Routing",
    "Schema",
    "SectionSpec",
    "Service",
    "SeverityLevel",
    "SeverityScheme",
    "Sli",
    "SliKind",
    "Slo",
    "SloPart",
    "Spec",
    "Stage",
    "Tier",
    "Tile",
    "Unprovable",
    "burn_rate_factor",
]
