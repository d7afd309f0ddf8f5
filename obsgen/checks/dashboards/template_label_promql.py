"""A variable whose query Grafana or Prometheus cannot read: its list of choices stays empty."""

from __future__ import annotations

import re
from typing import Final

from obsgen.artefacts import Dashboard, Variable
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_dashboards
from obsgen.diagnostics import Code, finding
from obsgen.promql import PromqlError, parse, substitute_variables

LABEL_PROMQL: Final = Code(
    "DSH632",
    "template-label-promql-rule",
    why="a variable whose query cannot be read has nothing to choose from, and every panel that it "
    "narrows is empty",
    fix="Write `label_values(METRIC{…}, LABEL)`.",
)
CODES: Final = (LABEL_PROMQL,)

# Grafana documentation, "Prometheus query variables".
_QUERY: Final = re.compile(r"\s*(?P<function>\w+)\((?P<argument>.*)\)\s*", re.DOTALL | re.ASCII)
_OF_SERIES: Final = re.compile(r"(?P<selector>.+?)\s*,\s*(?P<label>\w+)\s*", re.DOTALL | re.ASCII)
_FUNCTIONS: Final = ("label_values", "label_names", "metrics", "query_result")


def _look(subject: Subject, dashboard: Dashboard) -> Found:
    del subject
    for variable in dashboard.variables:
        if problem := _problem(variable.query):
            place = variable.origin if variable.origin.file else dashboard.origin
            message = f"the query of variable `{variable.name}` cannot be read: {problem}"
            yield finding(LABEL_PROMQL, place, message, "write `label_values(METRIC{…}, LABEL)`")


def series_of(variable: Variable) -> str:
    """Return the PromQL that a variable asks, or an empty text."""
    match = _QUERY.fullmatch(variable.query)
    if match is None:
        return ""
    if match["function"] == "query_result":
        return match["argument"]
    inner = _OF_SERIES.fullmatch(match["argument"])
    return inner["selector"] if inner is not None and match["function"] == "label_values" else ""


def _problem(query: str) -> str:
    match = _QUERY.fullmatch(query)
    if match is None:
        return f"`{query}` is no call of a function"
    if match["function"] not in _FUNCTIONS:
        return f"there is no function `{match['function']}`"
    asked = match["argument"]
    if match["function"] == "label_values" and (inner := _OF_SERIES.fullmatch(asked)):
        asked = inner["selector"]
    elif match["function"] != "query_result":
        return ""
    try:
        parse(substitute_variables(asked))
    except PromqlError as error:
        return str(error)
    return ""


KIND: Final = Check(
    run=of_dashboards(_look),
    examples=(
        Example(
            code=LABEL_PROMQL,
            wrong='{"name": "route", "query": "label_values(http_requests_total{, route)"}',
            right='{"name": "route", "query": "label_values(http_requests_total, route)"}',
        ),
    ),
)
