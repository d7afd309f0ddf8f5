"""Jinja for prose and pages; YAML and JSON are never written with it, they are dumped data."""

from __future__ import annotations

import functools
from collections.abc import Callable


def rendered(template: str, **values: object) -> str:
    """
    Fill in a page.

    Raises:
        jinja2.UndefinedError: for a name that *values* does not hold: a bug, not an input.
    """
    return _compiled(template)(**values)


@functools.cache
def _compiled(template: str) -> Callable[..., str]:
    """Compile a template once: that takes longer than to fill it in."""
    import jinja2

    environment = jinja2.Environment(
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
