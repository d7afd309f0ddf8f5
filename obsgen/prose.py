"""Jinja for prose and pages; YAML and JSON are never written with it, they are dumped data."""

from __future__ import annotations

from typing import Any


def rendered(template: str, **values: Any) -> str:
    """
    Fill in a page.

    Raises:
        jinja2.UndefinedError: for a name that *values* does not hold: a bug, not an input.
    """
    import jinja2  # noqa: PLC0415 - only pages need it

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown and YAML comments, never HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(template).render(**values)
