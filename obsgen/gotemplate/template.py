"""What is told about a template: what it uses, and why Prometheus refuses it."""

from __future__ import annotations

from dataclasses import dataclass


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
class TemplateError:
    """Why Prometheus refuses the template, or shows an error in its place when the alert fires."""

    message: str
    start: int
    end: int
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """
    What a template uses.

    Attributes:
        labels: Of the alert: `$labels.x`, `.Labels.x`, `index $labels "x"`.
        external_labels: Of the server: `$externalLabels.x` and its other spellings.
        uses_value: The alert's value appears.
        value_pipes: What the value goes through, in order: `$value | humanize`, `humanize $value`.
        functions: All calls.
        errors: In the order of the text.
    """

    text: str
    labels: tuple[LabelReference, ...] = ()
    external_labels: tuple[LabelReference, ...] = ()
    uses_value: bool = False
    value_pipes: tuple[FunctionReference, ...] = ()
    functions: tuple[FunctionReference, ...] = ()
    errors: tuple[TemplateError, ...] = ()
