"""Jinja for prose, pages and messages; never for YAML and JSON, which are dumped data."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final


def rendered(template: str, **values: object) -> str:
    """
    Fill in a page.

    Raises:
        jinja2.UndefinedError: for a name that *values* does not hold: a bug, not an input.
    """
    return _compiled(template)(**values)


def rendered_around_go(template: str, **values: object) -> str:
    """
    Fill in a file of Go templates, whose braces stay: Jinja's are `[[ ]]`, `[% %]` and `[# #]`.

    Raises:
        jinja2.UndefinedError: for a name that *values* does not hold: a bug, not an input.
    """
    return _compiled(template, is_around_go=True)(**values)


_BRACES: Final = (("{{", "}}"), ("{%", "%}"), ("{#", "#}"))
_SQUARE: Final = (("[[", "]]"), ("[%", "%]"), ("[#", "#]"))


@functools.cache
def _compiled(template: str, *, is_around_go: bool = False) -> Callable[..., str]:
    """Compile a template once: that takes longer than to fill it in."""
    import jinja2

    value, block, comment = _SQUARE if is_around_go else _BRACES
    environment = jinja2.Environment(
        variable_start_string=value[0],
        variable_end_string=value[1],
        block_start_string=block[0],
        block_end_string=block[1],
        comment_start_string=comment[0],
        comment_end_string=comment[1],
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # Markdown and YAML, never HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(template).render


def capitalized(text: str) -> str:
    """Return the text with a capital first letter, unless it begins with a name of specs."""
    first = text.partition(" ")[0]
    return text if "_" in first or "/" in first else text[:1].upper() + text[1:]
