"""Panels and sections that stand there once for each value of a variable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Origin, finding
from obsgen.model import PanelSpec, Reader, SectionSpec, VariableSpec
from obsgen.reader.shape import words

REPEAT: Final = Code(
    "DSH678",
    "panel-repeat",
    why="what is repeated for each value of a variable is the same each time, unless its queries "
    "have the variable",
    fix="Name one of the dashboard's `variables`, and show metrics that have the label.",
)
CODES: Final = (REPEAT,)


def check_repeats(
    sections: Sequence[SectionSpec], variables: Sequence[VariableSpec], reader: Reader
) -> None:
    """Report what is repeated for something that is no variable with several values."""
    for above, section in zip((None, *sections), sections, strict=False):
        _check_header(section, above, reader)
        _check(section.repeat, section.origin, variables, reader)
        for panel in section.panels:
            _check(panel.repeat, panel.origin, variables, reader)
            _check_alone(panel, reader)


def _check(name: str, origin: Origin, variables: Sequence[VariableSpec], reader: Reader) -> None:
    if not name:
        return
    known = {variable.label: variable for variable in variables}
    place = origin / "repeat"
    if name not in known:
        guess = near(name, known)
        hint = "list it among the dashboard's `variables`"
        if known:
            hint = f"did you mean `{guess}`?" if guess else f"it has {words(list(known))}"
        message = f"`repeat` names `{name}`, which is no variable of the dashboard"
        reader.report(finding(REPEAT, place, message, hint))
    elif not known[name].multi:
        message = f"of `{name}` one value is chosen at a time, so nothing is repeated"
        reader.report(finding(REPEAT, place, message, "leave `multi: false` out"))


def _check_header(section: SectionSpec, above: SectionSpec | None, reader: Reader) -> None:
    """Report panels without a header of their own: to Grafana they stand in the row above."""
    if above is not None and above.repeat and not section.title and not section.repeat:
        message = "a section without a title belongs to the row above, and is repeated with it"
        reader.report(finding(REPEAT, section.origin, message, "give it a `title`"))


def _check_alone(panel: PanelSpec, reader: Reader) -> None:
    if panel.per_row and not panel.repeat:
        message = "`per_row` counts repeated panels, and this one is not repeated"
        place = (panel.origin / "per_row").key()
        reader.report(finding(REPEAT, place, message, "add `repeat: VARIABLE`"))
