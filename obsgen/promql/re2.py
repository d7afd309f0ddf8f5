"""
Where the regular expressions of RE2 end and those of other engines begin.

Prometheus compiles with Go's `regexp` (RE2 syntax); promql-parser with Rust's, which accepts more
and refuses a little that RE2 knows. Source: https://github.com/google/re2/wiki/Syntax.
"""

from __future__ import annotations

import re
from typing import Final

_MAX_REPEAT: Final = 1_000
_REPEAT: Final = re.compile(r"\{(\d+)(,(\d*))?\}", re.ASCII)
_GROUP: Final = re.compile(r"\(\?(?P<kind>P?<\w*>|[imsU]*(?:-[imsU]+)?[:)]|.{0,2})", re.ASCII)
_ESCAPES: Final = frozenset("AzbBdDwWsSpPQEafnrtvx")
_NAMED_CLASSES: Final = frozenset(
    {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower"}
    | {"print", "punct", "space", "upper", "word", "xdigit"}
)
_PIECE: Final = re.compile(
    r"(?P<literal>\\Q.*?(?:\\E|\Z))|(?P<octal>\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2}))"
    r"|(?P<named>\\(?:[pP]|x)\{[^{}]*\})|(?P<escape>\\(?:.|\Z))|(?P<cls>\[\^?\]?)"
    r"|(?P<group>\(\?)|(?P<open>\()|(?P<close>\))|(?P<repeat>\{\d+(?:,\d*)?\}|[*+?])|(?P<other>.)",
    re.DOTALL | re.ASCII,
)
_FLAGS: Final = re.compile(r":|(?=.*[imsU])[imsU]*(?:-[imsU]+)?[:)]", re.ASCII)
_NAMED_CLASS: Final = re.compile(r"\[:\^?(\w{1,8}):\]", re.ASCII)
_ESCAPE_LENGTH: Final = 2
# What stands before a repetition: nothing, one piece, a repeated piece, a lazily repeated one.
_NOTHING, _ONCE, _REPEATED, _LAZY = range(4)
_CLASS_PIECE: Final = re.compile(r"\[:\^?\w+:\]|\\.|.", re.DOTALL | re.ASCII)


def regex_problem(pattern: str) -> str:
    r"""
    Return why RE2 does not compile the pattern, or an empty string.

    Only what other engines read differently is looked for; a parser has the last word.

    >>> regex_problem("a|b+?"), regex_problem("(?=x)"), regex_problem("[a-z")
    ('', '`(?=` is no group of RE2', '`[` is not closed')
    """
    position, depth, repeated = 0, 0, _NOTHING
    while match := _PIECE.match(pattern, position):
        kind, text = match.lastgroup, match.group()
        position, problem = match.end(), ""
        if kind == "repeat":
            problem, repeated = _repetition(text, repeated)
        elif kind == "cls":
            position, problem = _class_end(pattern, position)
            repeated = _ONCE
        elif kind in ("group", "open"):
            position, depth, problem = _group(pattern, match.start(), depth)
            repeated = _NOTHING
        else:
            problem = _piece_problem(text, depth)
            depth -= text == ")"
            repeated = _NOTHING if text == "|" else _ONCE
        if problem:
            return problem
    return "`(` is not closed" if depth else ""


def rust_regex(pattern: str) -> str:
    r"""
    Return the pattern with what Rust's engine lacks written otherwise: `\Q…\E` and bare braces.

    >>> rust_regex(r"\Qa.b\E{{x}}{2}")
    'a\\.b\\{\\{x\\}\\}{2}'
    """
    written, position = [], 0
    while match := _PIECE.match(pattern, position):
        text, position = match.group(), match.end()
        if match.lastgroup == "literal":
            text = re.escape(text.removeprefix("\\Q").removesuffix("\\E"))
        elif match.lastgroup == "octal":
            text = f"\\x{{{int(text[1:], 8):x}}}"
        elif match.lastgroup == "other" and text in "{}":
            text = f"\\{text}"
        elif match.lastgroup == "cls":
            end, _ = _class_end(pattern, position)
            text += _plain_class(pattern[position:end])
            position = end
        written.append(text)
    return "".join(written)


def _plain_class(text: str) -> str:
    """Escape what only Rust reads as an operation on classes: `[a&&b]`, `[a[b]]`, `[a~~b]`."""
    return _CLASS_PIECE.sub(lambda m: f"\\{m.group()}" if m.group() in "[&~" else m.group(), text)


def _piece_problem(text: str, depth: int) -> str:
    if text == "\\":
        return "it ends in a backslash"
    if text[0] == "\\" and len(text) == _ESCAPE_LENGTH:
        is_known = text[1] in _ESCAPES or not text[1].isalnum()
        return "" if is_known else f"`{text}` is no escape of RE2"
    return "`)` closes nothing" if text == ")" and not depth else ""


def _repetition(text: str, repeated: int) -> tuple[str, int]:
    """Return what is wrong with a repetition, and the state behind it."""
    if repeated == _NOTHING:
        return f"`{text}` repeats nothing", repeated
    # One `?` behind a repetition makes it lazy; anything else repeats a repetition.
    if repeated == _LAZY or (repeated == _REPEATED and text != "?"):
        return "a repetition is repeated", repeated
    return _repeat_problem(text), repeated + 1


def _repeat_problem(text: str) -> str:
    match = _REPEAT.fullmatch(text)
    if match is None:
        return ""
    least, most = match.group(1), match.group(3) or match.group(1)
    if max(len(least.lstrip("0")), len(most.lstrip("0"))) > len(str(_MAX_REPEAT)):
        return f"`{text[:20]}` repeats more than {_MAX_REPEAT} times"
    if max(int(least), int(most)) > _MAX_REPEAT:
        return f"`{text}` repeats more than {_MAX_REPEAT} times"
    return f"`{text}` ends before it begins" if int(most) < int(least) else ""


def _class_end(pattern: str, position: int) -> tuple[int, str]:
    while position < len(pattern):
        if pattern[position] == "]":
            return position + 1, ""
        named = _NAMED_CLASS.match(pattern, position)
        if named is not None and named.group(1) in _NAMED_CLASSES:
            position = named.end()
        else:
            position += 2 if pattern[position] == "\\" else 1
    return len(pattern), "`[` is not closed"


def _group(pattern: str, start: int, depth: int) -> tuple[int, int, str]:
    match = _GROUP.match(pattern, start)
    if match is None:
        return start + 1, depth + 1, ""
    kind = match.group("kind")
    if kind.endswith(">") and len(kind.strip("P<>")) == 0:
        return start, depth, "a group has an empty name"
    if kind.startswith(("P<", "<")) and kind.endswith(">"):
        return match.end(), depth + 1, ""
    if _FLAGS.fullmatch(kind):
        return match.end(), depth + kind.endswith(":"), ""
    return start, depth, f"`(?{kind[:1]}` is no group of RE2"
