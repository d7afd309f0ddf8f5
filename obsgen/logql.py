"""
The form of LogQL, as far as brackets, strings and stream selectors go.

There is no grammar of LogQL here: what a stage of a pipeline says is left to Loki. Syntax: Loki
documentation, "Log queries".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

LOKI: Final = "loki"

_TOKEN: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|(?P<open>["`])|(?P<bracket>[](){}\[])|\s+|[^\s"`#(){}\[\]]+'
)
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_MATCHER: Final = re.compile(
    r'\s*[A-Za-z_]\w*\s*(?P<op>=~|!~|!=|=)\s*(?P<value>"(?:[^"\\\n]|\\.)*"|`[^`]*`)\s*', re.ASCII
)
_VARIABLE: Final = re.compile(r"\$\{[^{}\n]*\}|\$\w+|\[\[\w+(?::\w+)?\]\]", re.ASCII)


def logql_problem(text: str) -> str:
    """
    Return what is wrong with a query, or an empty text.

    >>> logql_problem('{job="web"} |= "error"'), logql_problem('{job="web"')
    ('', '`{` is never closed')
    """
    pending: list[str] = []
    plain = _VARIABLE.sub(_stand_in, text)
    for match in _TOKEN.finditer(plain):
        if match["open"]:
            return f"a string that begins with `{match['open']}` is never closed"
        bracket = match["bracket"]
        if bracket in _PAIRS:
            if not pending or pending.pop() != _PAIRS[bracket]:
                return f"`{bracket}` closes nothing"
        elif bracket:
            pending.append(bracket)
    if pending:
        return f"`{pending[-1]}` is never closed"
    return _selector_problem(plain)


def ranges_of(text: str) -> Iterator[str]:
    """
    Yield what stands in the brackets of ranges.

    >>> list(ranges_of('rate({job="a[b]"}[5m])'))
    ['5m']
    """
    start = -1
    for match in _TOKEN.finditer(text):
        if match["bracket"] == "[":
            start = match.end()
        elif match["bracket"] == "]" and start >= 0:
            yield text[start : match.start()].strip()
            start = -1


def counted(lines: str, window: str, by: Sequence[str] = ()) -> str:
    """
    Return the LogQL that counts the lines of a window, for each value of some labels.

    >>> print(counted('{job="web"} |= "error"', "5m", ["level"]))
    sum by (level) (
      count_over_time(
        {job="web"} |= "error" [5m]
      )
    )
    """
    groups = f" by ({', '.join(by)}) " if by else ""
    rows = [row.strip() for row in lines.strip().split("\n")]
    # A comment at the end would swallow the range.
    end = "\n" if "#" in rows[-1] else " "
    inside = "\n    ".join(f"{chr(10).join(rows)}{end}[{window}]".split("\n"))
    return f"sum{groups}(\n  count_over_time(\n    {inside}\n  )\n)"


def _stand_in(match: re.Match[str]) -> str:
    """A variable of Grafana may hold anything that fits; its brackets are no brackets here."""
    return "x" * len(match.group())


def _selector_problem(text: str) -> str:
    selectors = list(_selectors(text))
    if not selectors:
        return "it selects no streams: there is no `{…}`"
    for selector in selectors:
        # A variable may hold whole matchers.
        if selector.strip() and not selector.strip().strip("x"):
            continue
        matchers = [_MATCHER.fullmatch(part) for part in _parts(selector)]
        if not matchers or None in matchers:
            return (
                f"`{{{selector}}}` is no list of matchers"
                if selector.strip()
                else ("`{}` selects no streams: Loki wants a matcher")
            )
    return ""


def _selectors(text: str) -> Iterator[str]:
    """Yield what stands in braces, outside of strings."""
    start = -1
    for match in _TOKEN.finditer(text):
        if match["bracket"] == "{":
            start = match.end()
        elif match["bracket"] == "}" and start >= 0:
            yield text[start : match.start()]
            start = -1


def _parts(selector: str) -> list[str]:
    """Split at the commas outside of strings."""
    parts = [""]
    for match in _TOKEN.finditer(selector):
        if match.group().startswith(('"', "`")):
            parts[-1] += match.group()
            continue
        first, *rest = match.group().split(",")
        parts[-1] += first
        parts.extend(rest)
    return [part for part in parts if part.strip()]
