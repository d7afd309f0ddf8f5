"""What the YAML parser stumbled over, in words and with the place where it began."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from obsgen.diagnostics import Diagnostic, Origin, Related, finding
from obsgen.source.nodes import Place
from obsgen.source.problems import YAML_SYNTAX, trap_hint


def place_of(mark: Any, lines: tuple[str, ...]) -> Place:
    """Return where a mark stands; libyaml counts a line behind the last one, which is none."""
    if mark.line < len(lines):
        return mark.line, mark.column
    return len(lines) - 1, len(lines[-1])


_COMMENT: Final = re.compile(r"[{,]\s*[\w-]+:\s+#")


def syntax_error(error: yaml.MarkedYAMLError, file: str, lines: tuple[str, ...]) -> Diagnostic:
    """Return the finding for text that is no YAML; the hint is for what people fall into."""
    mark = error.problem_mark or error.context_mark
    place = place_of(mark, lines) if mark is not None else (0, 0)
    context = f" {error.context}" if error.context else ""
    message = f"YAML: {error.problem or 'syntax error'}{context}"
    origin = Origin(file, mark=(*place, 1))
    related = _opening(error, place, file, lines)
    hint = trap_hint(lines[place[0] : place[0] + 1])
    if not hint and related and related[0].origin.mark is not None:
        row, column, _ = related[0].origin.mark
        opened = lines[row][column : column + 1]
        hint = f"close the `{opened}` that begins there" if opened in ("[", "{") else ""
        if _COMMENT.search(lines[row], column):
            hint = "`#` begins a comment: write the text in quotes"
        if lines[row].startswith("{{", column):
            hint = trap_hint(lines[row : row + 1])
    hint = hint or trap_hint(lines[max(0, place[0] - 1) : place[0]])
    return finding(YAML_SYNTAX, origin, message, hint, related=related)


def _opening(
    error: yaml.MarkedYAMLError, place: Place, file: str, lines: tuple[str, ...]
) -> tuple[Related, ...]:
    """Return where the list, mapping or text began that is in the way, if on another line."""
    if error.context_mark is None:
        return ()
    start = place_of(error.context_mark, lines)
    if start[0] >= place[0]:
        return ()
    return (Related("it begins here", Origin(file, mark=(*start, 1))),)
