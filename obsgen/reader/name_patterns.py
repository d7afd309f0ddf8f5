r"""
Patterns of names of series, which a browser's engine reads and not Prometheus.

Grafana tries them in JavaScript (`stringToJsRegex`), from end to end. What RE2 and JavaScript have
in common is judged as everywhere; what one of them lacks is known by name. Source: ECMA-262,
"RegExp (Regular Expression) Objects", and https://github.com/google/re2/wiki/Syntax.
"""

from __future__ import annotations

import re
from typing import Final

from obsgen.promql.re2 import regex_problem

# JavaScript has these, RE2 has not: looking ahead and behind, and what a group found.
_LOOKS: Final = re.compile(r"\(\?(?:<?[=!])")
_FOUND: Final = re.compile(r"\\(?:[1-9]|k<\w+>)", re.ASCII)
# RE2 has these, JavaScript has not.
_ONLY_RE2: Final = re.compile(
    r"(?P<flags>\(\?[imsU-]+[:)])|(?P<named>\(\?P<)|(?P<escape>\\[AzQEC])|(?P<cls>\[\[:)", re.ASCII
)
_INSTEAD: Final = {
    "flags": "has no flags inside a pattern",
    "named": "writes `(?<name>…)`",
    "escape": "does not know this escape",
    "cls": "has no classes with names",
}


def name_pattern_problem(pattern: str) -> str:
    r"""
    Return why JavaScript does not read the pattern as it is meant, or an empty text.

    >>> name_pattern_problem("p9(?=9)|5.."), name_pattern_problem("p9[")
    ('', '`[` is not closed')
    """
    if match := _ONLY_RE2.search(pattern):
        return f"`{match.group()}`: JavaScript {_INSTEAD[match.lastgroup or '']}"
    return regex_problem(_FOUND.sub("x", _LOOKS.sub("(?:", pattern)))
