"""What is told about a template: what it uses, and why Prometheus refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ErrorKind = Literal["syntax", "unclosed", "function", "newer", "field", "argument", "template"]
"""What is wrong: the grammar, or a name that nothing has, or that only later versions have."""


@dataclass(frozen=True, slots=True)
class LabelReference:
    """A label that the template shows; *start* and *end* are the characters of its name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FunctionReference:
    """A function that the template calls; *start* and *end* are the characters of its name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TemplateQuery:
    """PromQL that the template asks; *start* and *end* are its characters within the quotes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TemplateError:
    """Why a server refuses the template, or cannot fill it in when an alert fires."""

    message: str
    start: int
    end: int
    hint: str = ""
    kind: ErrorKind = "syntax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """
    What a template uses.

    Attributes:
        labels: Of the alert: `$labels.x`, `.Labels.x`, `index $labels "x"`; of a notification
            those of its alerts, `.CommonLabels.x` among them.
        external_labels: Of the server: `$externalLabels.x` and its other spellings.
        group_labels: Of a notification: `.GroupLabels.x`.
        annotations: Of a notification's alerts: `.CommonAnnotations.x`, `.Annotations.x`.
        uses_value: The alert's value appears.
        value_pipes: What the value goes through, in order: `$value | humanize`, `humanize $value`.
        functions: All calls.
        queries: What `query "…"` asks, as far as it is written out.
        errors: In the order of the text.
    """

    text: str
    labels: tuple[LabelReference, ...] = ()
    external_labels: tuple[LabelReference, ...] = ()
    group_labels: tuple[LabelReference, ...] = ()
    annotations: tuple[LabelReference, ...] = ()
    uses_value: bool = False
    value_pipes: tuple[FunctionReference, ...] = ()
    functions: tuple[FunctionReference, ...] = ()
    queries: tuple[TemplateQuery, ...] = ()
    errors: tuple[TemplateError, ...] = ()
