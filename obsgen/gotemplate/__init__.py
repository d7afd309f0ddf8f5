"""
Go templates in labels, annotations and notifications, read and never run.

Prometheus checks the grammar when it loads rules, and the rest when an alert fires: a label that
is not there is empty, a wrong field turns the whole annotation into an error. Alertmanager checks
nothing before it sends, and then loses the notification. All of it is told here.
Grammar: Go's `text/template`; functions and variables: Prometheus documentation, "Template
reference", compared with what promtool takes (`tmpl` exists in console templates only).

`parse` goes from action to action, `lexer` divides one into tokens, `statements` reads its keyword,
`pipelines` the rest; `references` and `calls` judge names, `uses` collects. Whose template it is
says a `dialect`: of rules (`functions`) or of `notifications`.
"""

from __future__ import annotations

from obsgen.gotemplate.dialect import Dialect
from obsgen.gotemplate.functions import FUNCTIONS, MANY, RULES, SINCE
from obsgen.gotemplate.kinds import Kind as Given
from obsgen.gotemplate.notifications import notifications
from obsgen.gotemplate.parse import parse_template
from obsgen.gotemplate.template import FunctionReference, LabelReference, Template, TemplateError

__all__ = [
    "FUNCTIONS",
    "MANY",
    "RULES",
    "SINCE",
    "Dialect",
    "FunctionReference",
    "Given",
    "LabelReference",
    "Template",
    "TemplateError",
    "notifications",
    "parse_template",
]
