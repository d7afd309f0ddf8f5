"""
What is wrong with dashboards that Grafana would show all the same.

The rules of Grafana's dashboard-linter have its names here, so that a `.lint` file of it serves on;
the others look at what only a compiler can know: what is recorded, what a query means, where a
panel lies. All of them look at what was compiled, before it is JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BY_CONSTRUCTION: Final[Mapping[str, str]] = {
    "template-datasource-rule": "every dashboard has a variable for each datasource that it asks",
    "template-on-time-change-reload-rule": "every variable is filled anew with the time range",
    "uneditable-dashboard": "every dashboard is written as not editable",
}
"""Rules of the dashboard-linter that no spec can break, and why."""
