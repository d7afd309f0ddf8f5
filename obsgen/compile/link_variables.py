"""Variables that links on values fill: the dashboard that they lead to has to have them."""

from __future__ import annotations

from typing import Final

from obsgen.artefacts import Dashboard
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports

LINK_VARIABLE: Final = Code(
    "REF273",
    "unknown-link-variable",
    why="the dashboard has no such variable, so the link would open it as if nothing were chosen",
    fix="Name one of the variables of the dashboard, or add it to its `variables`.",
)
CODES: Final = (LINK_VARIABLE,)


def check_link_variables(dashboards: tuple[Dashboard, ...], report: Reports) -> None:
    """Report links that fill variables which the dashboard at their end does not have."""
    known = {
        dashboard.uid: [variable.name for variable in dashboard.variables]
        for dashboard in dashboards
    }
    for dashboard in dashboards:
        for panel in dashboard.panels:
            for link in panel.data_links:
                # A dashboard that is not built is reported with all other links.
                there = known.get(link.dashboard)
                for name, _ in link.variables if there is not None else ():
                    if there is None or name in there:
                        continue
                    guess = near(name, there)
                    shown = ", ".join(f"`{each}`" for each in there) or "none"
                    hint = f"did you mean `{guess}`?" if guess else f"its variables: {shown}"
                    message = f"dashboard `{link.dashboard}` has no variable `{name}`"
                    place = (link.origin / "set" / name).key()
                    if not link.origin.file:
                        place = dashboard.origin
                    report(finding(LINK_VARIABLE, place, message, hint))
