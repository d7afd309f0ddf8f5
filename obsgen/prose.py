"""Jinja for prose, pages and messages; never for YAML and JSON, which are dumped data."""

from __future__ import annotations

import functools
import re
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


_MARKUP: Final = re.compile(r"[\\`*\[\]<>&|$]|~(?=~)|(?<=~)~|(?<!\w)_|_(?!\w)")
_BEGINS: Final = re.compile(r"[-+#=>~]|\d+(?=[.)])")


def markdown(text: str) -> str:
    r"""
    Return a text as Markdown that shows it as it stands, its lines as lines.

    >>> markdown("# not *so* <b>big</b>, but snake_case stays")
    '\\# not \\*so\\* \\<b\\>big\\</b\\>, but snake_case stays'
    """
    return "\n".join(_markdown_line(line.strip()) for line in text.strip().splitlines())


def cell(text: str) -> str:
    """Return a text as it may stand in a cell of a table, or behind the `#` of a heading."""
    return " ".join(markdown(text).split())


def link(text: str, url: str) -> str:
    """Return a link; just both texts where the URL is none of the web."""
    if not url.startswith(("http://", "https://")):
        return f"{cell(text)}: {cell(url)}" if url else cell(text)
    quoted = re.sub(r"[\s<>\\]", lambda m: f"%{ord(m[0]):02X}", url)
    return f"[{cell(text)}](<{quoted}>)"


def fenced(text: str, language: str = "") -> str:
    """Return a text as a block of code, whatever backticks are in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _markdown_line(line: str) -> str:
    escaped = _MARKUP.sub(lambda m: f"\\{m[0]}", line)
    begin = _BEGINS.match(escaped)
    if begin is None:
        return escaped
    # A number begins a list by what stands behind it, all else by itself.
    place = begin.end() if begin[0].isdigit() else 0
    return f"{escaped[:place]}\\{escaped[place:]}"


def capitalized(text: str) -> str:
    """Return the text with a capital first letter, unless it begins with a name of specs."""
    first = text.partition(" ")[0]
    return text if "_" in first or "/" in first else text[:1].upper() + text[1:]
