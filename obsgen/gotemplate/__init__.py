"""
Go templates in labels and annotations, read and never run.

Prometheus checks the grammar when it loads rules, and the rest when an alert fires: a label that
is not there is empty, a wrong field turns the whole annotation into an error. Both are told here.
Grammar: Go's `text/template`; functions and variables: Prometheus documentation, "Template
reference", compared with what promtool takes (`tmpl` exists in console templates only).

`parse` goes from action to action, `lexer` divides one into tokens, `statements` reads its keyword,
`pipelines` the rest; `references` and `calls` judge names, `uses` collects.
"""

from __future__ import annotations

from obsgen.gotemplate.functions import FUNCTIONS, MANY, SINCE
from obsgen.gotemplate.parse import parse_template
from obsgen.gotemplate.template import FunctionReference, LabelReference, Template, TemplateError

__all__ = [
    "FUNCTIONS",
    "MANY",
    "SINCE",
    "FunctionReference",
    "LabelReference",
    "Template",
    "TemplateError",
    "parse_template",
]
