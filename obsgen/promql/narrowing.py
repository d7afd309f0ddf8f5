"""
Matchers added to the selectors of an expression, with all else as its author wrote it.

Environments and the variables of dashboards narrow every query; raw PromQL is no exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from obsgen.promql.flat import matcher_text
from obsgen.promql.labels import selectors
from obsgen.promql.parse import parse
from obsgen.promql.strings import unquote
from obsgen.promql.tree import Matcher, VectorSelector
from obsgen.promql.variables import substitute_variables

_OPENING: Final = re.compile(r"(?:\s|#[^\r\n]*)*\{")
_QUOTES: Final = ("'", '"', "`")
_CLOSING: Final = re.compile(r"\s*\}")


def narrowed(text: str, chosen: Callable[[VectorSelector], Iterable[str]]) -> str:
    """
    Return an expression that parses with further matchers in its selectors.

    Args:
        text: It may hold variables of Grafana.
        chosen: Says which matchers a selector gets; those that it has already are left out.

    >>> narrowed('sum(x) / y{a="1"} # b', lambda selected: ['env="test"'])
    'sum(x{env="test"}) / y{env="test",a="1"} # b'
    """
    parts, done = [], 0
    for selected in selectors(parse(substitute_variables(text))):
        present = {_as_written(matcher, text) for matcher in selected.matchers}
        added = ",".join(m for m in dict.fromkeys(chosen(selected)) if m not in present)
        if not added:
            continue
        start = selected.span.start + len(selected.name or "")
        opening = _OPENING.match(text, start)
        place = opening.end() if opening else start
        parts.append(text[done:place])
        if opening is None:
            parts.append(f"{{{added}}}")
        else:
            parts.append(added if _CLOSING.match(text, place) else f"{added},")
        done = place
    return "".join((*parts, text[done:]))


def _as_written(matcher: Matcher, text: str) -> str:
    """Return a matcher in its canonical text, with the variables that the tree does not have."""
    written = text[matcher.value_span.start : matcher.value_span.end]
    if not written.startswith(_QUOTES):
        return "".join(text[matcher.span.start : matcher.span.end].split())
    return matcher_text(replace(matcher, value=unquote(written, matcher.value_span.start)))
