"""What was found in a text so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from obsgen.gotemplate.kinds import Kind
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.template import FunctionReference, LabelReference, Template, TemplateError


@dataclass(slots=True)
class Uses:
    """Grows while a text is read; the attributes are those of `Template`."""

    labels: list[LabelReference] = field(default_factory=list)
    external_labels: list[LabelReference] = field(default_factory=list)
    value: bool = False
    value_pipes: list[FunctionReference] = field(default_factory=list)
    functions: list[FunctionReference] = field(default_factory=list)
    errors: list[TemplateError] = field(default_factory=list)

    def say(self, message: str, start: int, end: int, hint: str = "") -> None:
        """Keep an error."""
        self.errors.append(TemplateError(message, start, end, hint))

    def refer(self, kind: Kind, place: Token, name: str) -> None:
        """Keep a label: of the alert or, by its *kind*, of the server."""
        found = self.labels if kind is Kind.LABELS else self.external_labels
        found.append(LabelReference(name, place.start, place.end))

    def template(self, text: str) -> Template:
        """Return all of it."""
        return Template(
            text=text,
            labels=tuple(self.labels),
            external_labels=tuple(self.external_labels),
            uses_value=self.value,
            value_pipes=tuple(self.value_pipes),
            functions=tuple(self.functions),
            errors=tuple(sorted(self.errors, key=lambda error: (error.start, error.end))),
        )
