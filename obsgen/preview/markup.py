"""
HTML: Jinja with everything escaped, Markdown without HTML, and JSON that a page may hold.

What comes from labels and specs is text, whatever is written in it.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any, Final

_ESCAPED: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


class Html(str):
    """Text that is HTML already: its makers escaped what is in it."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the text: Jinja takes it as it stands."""
        return str(self)


def html(template: str, **values: object) -> Html:
    """Fill in a template; texts among *values* are escaped, `Html` is not."""
    return Html(_compiled(template).render(**values))


def page(name: str, **values: object) -> str:
    """Fill in a template of the package, likewise."""
    return str(html(resource(name), **values))


def resource(name: str) -> str:
    """Return a file of `preview/assets/`, as the page is to hold it."""
    text = resources.files("obsgen.preview").joinpath("assets", name).read_text("utf-8")
    return normal(text)


def normal(text: str) -> str:
    """Return a text with the line ends that a browser makes of all, so that hashes agree."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def script_json(data: object) -> Html:
    r"""
    Return JSON that cannot end the element it stands in.

    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Html("".join(_ESCAPED.get(character, character) for character in text))


def markdown(text: str) -> Html:
    r"""
    Return the HTML of Markdown; HTML in it is text, and links lead to the web alone.

    >>> markdown("**a** <script>")
    '<p><strong>a</strong> &lt;script&gt;</p>\n'
    """
    return Html(_reader().render(text))


@functools.cache
def _compiled(template: str) -> Any:  # noqa: ANN401 (of Jinja)
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template)


@functools.cache
def _reader() -> Any:  # noqa: ANN401 (of markdown-it)
    from markdown_it import MarkdownIt

    return MarkdownIt("js-default", {"html": False, "linkify": False})
