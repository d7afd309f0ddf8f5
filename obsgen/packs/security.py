"""
`security`: who is refused, what looks like an attack, which certificates end soon.

What to show follows roles: `auth` (attempts to sign in; `bad` says which failed, without it all
did), `security` (counters of what was noticed, gauges of what is open), `requests` with a label of
HTTP's status codes; certificates of probes; alerts of the category `security`.
"""

from __future__ import annotations

from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Section
from obsgen.matchers import Matcher
from obsgen.model import DashboardContext
from obsgen.packs._alert_panels import AlertPanels
from obsgen.packs._of_services import OfServices, of_service
from obsgen.packs._rows import STATS_IN_A_ROW, in_rows
from obsgen.packs._security_panels import SecurityPanels
from obsgen.packs.alerts import service_ways

_TIME: Final = "now-24h"
_CATEGORY: Final = "security"


class SecurityPack(OfServices):
    """Security."""

    key: Final = "security"
    description: Final = "Failed sign-ins, refused requests, security events, certificates, alerts."
    shows: Final = (
        "metrics with `role: auth` or `security`, requests with a label of status codes, "
        "certificates of probes, and alerts with `category: security`"
    )

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none where nothing tells of security."""
        service = context.service
        panels = SecurityPanels(context)
        alerts = self._alerts(context)
        first = (*(alerts.stats()[:1] if alerts else ()), *panels.stats())
        if not first:
            return ()
        rows = (
            Section(title="", panels=in_rows(first, STATS_IN_A_ROW)),
            Section(title="Sign-ins", panels=tuple(panels.sign_ins())),
            Section(title="Refused requests", panels=tuple(panels.refused())),
            Section(title="Noticed", panels=tuple(panels.events())),
            Section(title="Certificates", panels=tuple(panels.certificates())),
            *(
                Section(
                    title="Alerts of security",
                    panels=(
                        each.table(width=names.COLUMNS, height=_TABLE_HEIGHT),
                        each.timeline(height=_TABLE_HEIGHT),
                    ),
                )
                for each in [alerts]
                if each
            ),
        )
        dashboard = of_service(
            self.key,
            service,
            title="security",
            description=f"Who is refused by {service.title}, and what looks like an attack.",
            sections=tuple(row for row in rows if row.panels),
            time=_TIME,
        )
        return (dashboard,)

    @staticmethod
    def _alerts(context: DashboardContext) -> AlertPanels | None:
        """Return the panels of alerts of security, if there are any."""
        found = tuple(r for r in context.alerts if r.labels.get("category") == _CATEGORY)
        if not found:
            return None
        service = context.service
        scope = (
            Matcher("service", "=", service.name),
            Matcher("category", "=", _CATEGORY),
        )
        ways = service_ways(context.project, service, found, without=_CATEGORY)
        return AlertPanels(context.project, scope, ways)


_TABLE_HEIGHT: Final = 7

KIND: Final = SecurityPack()
