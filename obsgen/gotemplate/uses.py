"""What was found in a text so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from obsgen.gotemplate.kinds import Kind
from obsgen.gotemplate.lexer import Token
from obsgen.gotemplate.template import (
    ErrorKind,
    FunctionReference,
    LabelReference,
    Template,
    TemplateError,
    TemplateQuery,
)


@dataclass(slots=True)
class Uses:
    """
    Grows while a text is read; the attributes are those of `Template`.

    Attributes:
        names: Labels and annotations, by the map that they are taken from.
    """

    names: dict[Kind, list[LabelReference]] = field(default_factory=dict)
    value: bool = False
    value_pipes: list[FunctionReference] = field(default_factory=list)
    functions: list[FunctionReference] = field(default_factory=list)
    queries: list[TemplateQuery] = field(default_factory=list)
    errors: list[TemplateError] = field(default_factory=list)

    def say(
        self, message: str, start: int, end: int, hint: str = "", kind: ErrorKind = "syntax"
    ) -> None:
        """Keep an error."""
        self.errors.append(TemplateError(message, start, end, hint, kind))

    def refer(self, kind: Kind, place: Token, name: str) -> None:
        """Keep a label or an annotation of the map *kind*."""
        self.names.setdefault(kind, []).append(LabelReference(name, place.start, place.end))

    def template(self, text: str) -> Template:
        """Return all of it."""
        return Template(
            text=text,
            labels=self._of(Kind.LABELS),
            external_labels=self._of(Kind.EXTERNAL),
            group_labels=self._of(Kind.GROUPS),
            annotations=self._of(Kind.ANNOTATIONS),
            uses_value=self.value,
            value_pipes=tuple(self.value_pipes),
            functions=tuple(self.functions),
            queries=tuple(self.queries),
            errors=tuple(sorted(self.errors, key=lambda error: (error.start, error.end))),
        )

    def _of(self, kind: Kind) -> tuple[LabelReference, ...]:
        return tuple(self.names.get(kind, ()))
