"""The variables `job` and `instance`, which Prometheus puts on every series that it scrapes."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.artefacts import Dashboard, Variable
from obsgen.checks._queries import Query
from obsgen.checks.dashboards._rule import Found
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.names import is_recorded
from obsgen.promql import VectorSelector

_EVERY_VALUE = ".+"


def variable_findings(code: Code, name: str, dashboard: Dashboard) -> Found:
    """Yield what is wrong with a dashboard's variable of a target label."""
    variable = next((each for each in dashboard.variables if each.name == name), None)
    if variable is None:
        message = f"dashboard `{dashboard.title}` has no variable `{name}`"
        yield finding(code, dashboard.origin, message, f"write `variables: [{name}]`")
        return
    place = variable.origin if variable.origin.file else dashboard.origin
    for problem, hint in _problems(variable):
        message = f"variable `{name}` of dashboard `{dashboard.title}` {problem}"
        yield finding(code, place, message, hint)


def _problems(variable: Variable) -> Iterator[tuple[str, str]]:
    if variable.label != variable.name:
        yield f"is labelled `{variable.label}`", f"label it `{variable.name}`"
    if not variable.multi:
        yield "takes one value only", "let several be chosen"
    elif variable.all_value != _EVERY_VALUE:
        yield f"means `{variable.all_value}` by all", f"write `{_EVERY_VALUE}`: it is always there"


def matcher_findings(code: Code, name: str, query: Query) -> Iterator[Diagnostic]:
    """Yield the selectors that the variable of a target label does not narrow."""
    wanted = f"${name}"
    narrowed = {wanted, f"${{{name}}}", f"${{{name}:regex}}"}
    for node in query.nodes(VectorSelector):
        series = query.meaning(node).series
        # What a rule records has been summed up, and no instance is left.
        if is_recorded(node.metric_name or "") or (series is not None and series.source):
            continue
        text = query.text[node.span.start : node.span.end]
        if not any(_has(text, name, each) for each in narrowed):
            message = f"`{query.shown(node)}` of {query.subject} is not narrowed by `{wanted}`"
            yield query.finding(code, node, message, f'write `{name}=~"{wanted}"` into it')


def _has(selector: str, name: str, value: str) -> bool:
    return f'{name}=~"{value}"' in selector.replace(" ", "")
