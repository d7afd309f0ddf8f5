"""
Go templates in labels and annotations, read and never run.

Prometheus checks the grammar when it loads rules, and the rest when an alert fires: a label that
is not there is empty, a wrong field turns the whole annotation into an error. Both are told here.
Grammar: Go's `text/template`; functions and variables: Prometheus documentation, "Template
reference", compared with what promtool takes (`tmpl` exists in console templates only).
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

MANY: Final = 1_000

FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    # text/template's own
    "and": (1, MANY),
    "call": (1, MANY),
    "eq": (1, MANY),
    "ge": (2, 2),
    "gt": (2, 2),
    "html": (0, MANY),
    "index": (1, MANY),
    "js": (0, MANY),
    "le": (2, 2),
    "len": (1, 1),
    "lt": (2, 2),
    "ne": (2, 2),
    "not": (1, 1),
    "or": (1, MANY),
    "print": (0, MANY),
    "printf": (1, MANY),
    "println": (0, MANY),
    "slice": (1, 4),
    "urlquery": (0, MANY),
    # Prometheus'
    "args": (0, MANY),
    "externalURL": (0, 0),
    "first": (1, 1),
    "graphLink": (1, 1),
    "humanize": (1, 1),
    "humanize1024": (1, 1),
    "humanizeDuration": (1, 1),
    "humanizePercentage": (1, 1),
    "humanizeTimestamp": (1, 1),
    "label": (2, 2),
    "match": (2, 2),
    "now": (0, 0),
    "parseDuration": (1, 1),
    "pathPrefix": (0, 0),
    "query": (1, 1),
    "reReplaceAll": (3, 3),
    "safeHtml": (1, 1),
    "sortByLabel": (2, 2),
    "stripDomain": (1, 1),
    "stripPort": (1, 1),
    "strvalue": (1, 1),
    "tableLink": (1, 1),
    "title": (1, 1),
    "toDuration": (1, 1),
    "toLower": (1, 1),
    "toTime": (1, 1),
    "toUpper": (1, 1),
    "urlQueryEscape": (1, 1),
    "value": (1, 1),
}
"""Every function, with the fewest and the most arguments it takes."""

SINCE: Final[Mapping[str, str]] = {"now": "3.6", "toDuration": "3.6", "urlQueryEscape": "3.8"}
"""The Prometheus version that brought a function, for those that 2.x has not (its changelog)."""


@dataclass(frozen=True, slots=True)
class LabelReference:
    """A label that the template shows; *start* and *end* are the characters of its name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FunctionReference:
    """A function that the template calls; *start* and *end* are the characters of its name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TemplateError:
    """Why Prometheus refuses the template, or shows an error in its place when the alert fires."""

    message: str
    start: int
    end: int
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """
    What a template uses.

    Attributes:
        labels: Of the alert: `$labels.x`, `.Labels.x`, `index $labels "x"`.
        external_labels: Of the server: `$externalLabels.x` and its other spellings.
        uses_value: The alert's value appears.
        value_pipes: What the value goes through, in order: `$value | humanize`, `humanize $value`.
        functions: All calls.
        errors: In the order of the text.
    """

    text: str
    labels: tuple[LabelReference, ...] = ()
    external_labels: tuple[LabelReference, ...] = ()
    uses_value: bool = False
    value_pipes: tuple[FunctionReference, ...] = ()
    functions: tuple[FunctionReference, ...] = ()
    errors: tuple[TemplateError, ...] = ()


def parse_template(text: str) -> Template:
    """
    Read the text of a label or an annotation; any text at all can be read.

    >>> template = parse_template("{{ $labels.pod }} at {{ $value | humanizePercent }}")
    >>> [label.name for label in template.labels], template.errors[0].hint
    (['pod'], 'did you mean `humanizePercentage`?')
    """
    if "{{" not in text:
        return Template(text=text)
    reader = _Reader(text)
    reader.run()
    return Template(
        text=text,
        labels=tuple(reader.labels),
        external_labels=tuple(reader.external_labels),
        uses_value=reader.uses_value,
        value_pipes=tuple(reader.value_pipes),
        functions=tuple(reader.functions),
        errors=tuple(sorted(reader.errors, key=lambda error: (error.start, error.end))),
    )


class _Kind(enum.Enum):
    """What an operand is, as far as this can be known without running."""

    ROOT = "the alert"
    LABELS = "the labels"
    EXTERNAL = "the external labels"
    TEXT = "a text"
    VALUE = "the value"
    SHOWN = "made from the value"
    OTHER = "unknown"


_ROOT_FIELDS: Final = {
    "Labels": _Kind.LABELS,
    "ExternalLabels": _Kind.EXTERNAL,
    "ExternalURL": _Kind.TEXT,
    "Value": _Kind.VALUE,
}
# Prometheus puts their definitions before each text: rules/alerting.go, `expand`.
_VARIABLES: Final = {
    "$": _Kind.ROOT,
    "$labels": _Kind.LABELS,
    "$externalLabels": _Kind.EXTERNAL,
    "$externalURL": _Kind.TEXT,
    "$value": _Kind.VALUE,
}

_KEYWORDS: Final = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with")
)
_MAX_DEPTH: Final = 50
_SPACE: Final = " \t\r\n"

_TokenKind = Literal[
    "assign",
    "bool",
    "comma",
    "constant",
    "declare",
    "dot",
    "end",
    "field",
    "function",
    "keyword",
    "nil",
    "paren",
    "pipe",
    "string",
    "variable",
]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _TokenKind
    text: str
    start: int
    end: int


class _Wrong(Exception):
    """The rest of an action is not read."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.error = TemplateError(message, start, end, hint)


_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)i?"
)
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_RAW: Final = re.compile("`[^`]*`")
_CHARACTER: Final = re.compile(r"'(?:[^'\\\n]|\\.)+'")
_ESCAPE: Final = re.compile(
    r"\\(?:[abfnrtv\\\"]|[0-3][0-7]{2}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_CLOSING: Final = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_AFTER_WORD: Final = frozenset(" \t\r\n.,|:)(")


class _Lexer:
    """Reads the tokens of one action, from after its `{{`."""

    def __init__(self, text: str, start: int, at: int) -> None:
        self.text = text
        self.start = start
        self.at = at

    def tokens(self) -> list[_Token]:
        """Return all tokens; the last one is the closing `}}`."""
        found: list[_Token] = []
        while True:
            if match := _CLOSING.match(self.text, self.at):
                self.at = match.end()
                found.append(_Token("end", match[0], match.start(), match.end()))
                return found
            if self.at >= len(self.text):
                self._unclosed()
            if self.text[self.at] in _SPACE:
                self.at += 1
                continue
            token = self._token()
            self.at = token.end
            found.append(token)

    def _unclosed(self) -> None:
        raise _Wrong("`{{` is not closed", self.start, self.start + 2, "write `}}` at its end")

    def _token(self) -> _Token:
        text, at = self.text, self.at
        char = text[at]
        if char in "\"`'":
            return self._quoted(char)
        if char == "$":
            return self._word("variable")
        if char.isdecimal() or char in "+-" or re.match(r"\.[0-9]", text[at : at + 2]):
            return self._number()
        if char == ".":
            nxt = text[at + 1 : at + 2]
            if nxt.isalnum() or nxt == "_":
                return self._word("field")
            return _Token("dot", ".", at, at + 1)
        if char.isalpha() or char == "_":
            return self._word("function")
        if text.startswith(":=", at):
            return _Token("declare", ":=", at, at + 2)
        if char in _SINGLE:
            return _Token(_SINGLE[char], char, at, at + 1)
        if text.startswith(("{{", "}"), at):
            self._unclosed()
        raise _Wrong(f"`{_shown(char)}` means nothing in a template", at, at + 1)

    def _quoted(self, quote: str) -> _Token:
        pattern = {'"': _STRING, "`": _RAW, "'": _CHARACTER}[quote]
        match = pattern.match(self.text, self.at)
        if match is None:
            hint = f"write `{quote}` at its end" if quote != "`" else ""
            raise _Wrong(f"text after `{quote}` has no end", self.at, self.at + 1, hint)
        if quote == '"':
            self._check_escapes(match)
        if quote == "'" and len(_ESCAPE.sub("x", match[0])) > len("'x'") and match[0] != r"'\''":
            hint = f'write it in double quotes: "{match[0][1:-1]}"'
            message = "single quotes hold one character"
            raise _Wrong(message, match.start(), match.end(), hint)
        kind: _TokenKind = "constant" if quote == "'" else "string"
        return _Token(kind, match[0], match.start(), match.end())

    def _check_escapes(self, match: re.Match[str]) -> None:
        for escape in re.finditer(r"\\.", _ESCAPE.sub(_blank, match[0])):
            at = match.start() + escape.start()
            hint = f"write `\\{escape[0]}`, or the text in backquotes"
            raise _Wrong(f"`{escape[0]}` is not an escape", at, at + 2, hint)

    def _number(self) -> _Token:
        match = _NUMBER.match(self.text, self.at)
        end = match.end() if match else self.at + 1
        if match is None or _WORD.match(self.text, end):
            rest = _WORD.match(self.text, end)
            end = rest.end() if rest else end
            raise _Wrong(f"`{_shown(self.text[self.at : end])}` is not a number", self.at, end)
        return _Token("constant", match[0], match.start(), match.end())

    def _word(self, kind: _TokenKind) -> _Token:
        """Read `$name`, `.Name` or a word, and what must not follow it."""
        start = self.at
        skip = 0 if kind == "function" else 1
        match = _WORD.match(self.text, start + skip)
        end = match.end() if match else start + skip
        follower = self.text[end : end + 1]
        if follower and follower not in _AFTER_WORD and not _CLOSING.match(self.text, end):
            self._wrong_follower(start, end)
        text = self.text[start:end]
        if kind == "function":
            if text in {"true", "false"}:
                kind = "bool"
            elif text == "nil":
                kind = "nil"
            elif text in _KEYWORDS:
                kind = "keyword"
        return _Token(kind, text, start, end)

    def _wrong_follower(self, start: int, end: int) -> None:
        char = self.text[end]
        word = self.text[start:end]
        if self.text.startswith(("{{", "}"), end):
            self._unclosed()
        hint = ""
        if char == "-" and word.startswith("."):
            hint = 'names with other characters: `index $labels "a-b"`'
        raise _Wrong(f"`{_shown(char)}` cannot follow `{_shown(word)}`", end, end + 1, hint)


_SINGLE: Final[Mapping[str, _TokenKind]] = {
    "|": "pipe",
    "(": "paren",
    ")": "paren",
    "=": "assign",
    ",": "comma",
}


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


@dataclass(slots=True)
class _Block:
    """An open `if`, `range`, `with`, `define` or `block`."""

    word: str
    start: int
    end: int
    variables: dict[str, _Kind]
    dot: _Kind
    root: _Kind
    has_else: bool = False


@dataclass(frozen=True, slots=True)
class _Operand:
    kind: _Kind
    token: _Token
    names: tuple[_Token, ...] = ()


@dataclass(slots=True)
class _Pipeline:
    kind: _Kind = _Kind.OTHER
    declared: list[str] = field(default_factory=list)


class _Reader:
    """Reads one text; one use."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.labels: list[LabelReference] = []
        self.external_labels: list[LabelReference] = []
        self.uses_value = False
        self.value_pipes: list[FunctionReference] = []
        self.functions: list[FunctionReference] = []
        self.errors: list[TemplateError] = []
        self._blocks: list[_Block] = []
        self._variables = dict(_VARIABLES)
        self._dot = _Kind.ROOT
        self._templates: set[str] = set()
        self._called: list[_Token] = []
        self._tokens: list[_Token] = []
        self._next = 0
        self._depth = 0

    def run(self) -> None:
        """Read all actions of the text."""
        at = 0
        while (start := self.text.find("{{", at)) >= 0:
            at = start + 2
            if self.text[at : at + 1] == "-" and self.text[at + 1 : at + 2] in tuple(_SPACE):
                at += 2
            at = (
                self._comment(start, at)
                if self.text.startswith("/*", at)
                else (self._action(start, at))
            )
        for block in self._blocks:
            hint = "write `{{ end }}` where it ends"
            self._say(f"`{block.word}` has no `end`", block.start, block.end, hint)
        for name in self._called:
            if name.text[1:-1] not in self._templates:
                message = f"template `{_shown(name.text[1:-1])}` is not defined in this text"
                self._say(message, name.start, name.end)

    def _say(self, message: str, start: int, end: int, hint: str = "") -> None:
        self.errors.append(TemplateError(message, start, end, hint))

    def _comment(self, start: int, at: int) -> int:
        end = self.text.find("*/", at + 2)
        if end < 0:
            self._say("comment is not closed", start, at + 2, "write `*/}}` at its end")
            return len(self.text)
        closing = _CLOSING.match(self.text, end + 2)
        if closing is None:
            message = "comment does not end with its action"
            self._say(message, end, end + 2, "write `*/}}`, with nothing between")
            return end + 2
        return closing.end()

    def _action(self, start: int, at: int) -> int:
        """Read one action and return where the text goes on."""
        lexer = _Lexer(self.text, start, at)
        try:
            self._tokens, self._next = lexer.tokens(), 0
        except _Wrong as wrong:
            self.errors.append(wrong.error)
            self._keep_blocks(start, at)
            return self._after_wrong_action(lexer.at)
        end = self._tokens[-1].end
        try:
            self._depth = 0
            self._statement(start, end)
        except _Wrong as wrong:
            self.errors.append(wrong.error)
        return end

    def _after_wrong_action(self, at: int) -> int:
        """Go on after the next `}}`, or at the next `{{` if that one is nearer."""
        closing, opening = self.text.find("}}", at), self.text.find("{{", at)
        if closing < 0 or 0 <= opening < closing:
            return opening if opening >= 0 else len(self.text)
        return closing + 2

    def _keep_blocks(self, start: int, at: int) -> None:
        """Count the block that an unreadable action opens, so that its `end` is not blamed too."""
        match = re.compile(r"\s*(if|range|with|define|block|end)\b").match(self.text, at)
        if match and match[1] != "end":
            self._open(match[1], start, match.end())
        elif match and self._blocks:
            self._close()

    # Tokens of the action being read.

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _expect_end(self, after: str) -> None:
        token = self._peek()
        if token.kind != "end":
            message = f"`{_shown(token.text)}` cannot follow `{after}`"
            raise _Wrong(message, token.start, token.end)

    # Statements.

    def _statement(self, start: int, end: int) -> None:
        token = self._peek()
        if token.kind != "keyword":
            self._pipeline("action")
            return
        self._take()
        match token.text:
            case "if" | "range" | "with":
                self._control(token, start, end)
            case "else":
                self._else(token, start, end)
            case "end":
                self._end(token)
            case "break" | "continue":
                if not any(block.word == "range" for block in self._blocks):
                    message = f"`{token.text}` stands outside of a `range`"
                    raise _Wrong(message, token.start, token.end)
                self._expect_end(token.text)
            case "define" | "block":
                self._define(token, start, end)
            case _:
                self._call_template()

    def _open(self, word: str, start: int, end: int) -> _Block:
        root = self._variables["$"]
        block = _Block(word, start, end, dict(self._variables), self._dot, root)
        self._blocks.append(block)
        return block

    def _close(self) -> None:
        block = self._blocks.pop()
        self._variables, self._dot = block.variables, block.dot

    def _control(self, token: _Token, start: int, end: int) -> None:
        self._open(token.text, start, end)
        self._head(token.text)

    def _head(self, word: str) -> None:
        """Read the pipeline of `if`, `range` or `with`, and set what `.` means below it."""
        try:
            pipeline = self._pipeline(word)
        except _Wrong:
            self._dot = self._dot if word == "if" else _Kind.OTHER
            raise
        if word == "with":
            self._dot = pipeline.kind
        elif word == "range":
            self._dot = _Kind.OTHER
            for name in pipeline.declared:
                self._variables[name] = _Kind.OTHER

    def _else(self, token: _Token, start: int, end: int) -> None:
        block = self._blocks[-1] if self._blocks else None
        if block is None or block.word in {"define", "block"}:
            message = "`else` belongs to no `if`, `range` or `with`"
            raise _Wrong(message, token.start, token.end)
        if block.has_else:
            message = f"`{block.word}` has an `else` already"
            raise _Wrong(message, token.start, token.end, "write `{{ end }}` before")
        self._dot = block.dot
        following = self._peek()
        if following.kind == "keyword" and following.text == "with":
            hint = "write `{{ else }}{{ with … }}…{{ end }}{{ end }}`"
            message = "Prometheus 2 knows no `else with`"
            raise _Wrong(message, token.start, following.end, hint)
        if following.kind == "keyword" and following.text == "if":
            self._take()
            self._head(following.text)
            return
        block.has_else = True
        self._expect_end("else")

    def _end(self, token: _Token) -> None:
        if not self._blocks:
            message = "`end` belongs to no `if`, `range` or `with`"
            raise _Wrong(message, token.start, token.end)
        self._close()
        self._expect_end("end")

    def _define(self, token: _Token, start: int, end: int) -> None:
        block = self._open(token.text, start, end)
        if token.text == "define" and len(self._blocks) > 1:
            message = f"`define` stands inside of `{self._blocks[-2].word}`"
            raise _Wrong(message, token.start, token.end, "move it out")
        name = self._template_name(token)
        self._templates.add(name.text[1:-1])
        if token.text == "block":
            self._pipeline("block")
        else:
            self._expect_end("define")
        # Another template: it sees what it is given, and none of the variables around it.
        self._variables = {"$": _Kind.OTHER}
        self._dot = _Kind.OTHER
        block.root = _Kind.OTHER

    def _call_template(self) -> None:
        self._called.append(self._template_name(self._tokens[0]))
        if self._peek().kind != "end":
            self._pipeline("template")

    def _template_name(self, word: _Token) -> _Token:
        token = self._take()
        if token.kind != "string":
            hint = f'write {{{{ {word.text} "name" . }}}}'
            raise _Wrong(f"`{word.text}` needs a name in quotes", word.start, word.end, hint)
        return token

    # Pipelines.

    def _pipeline(self, context: str) -> _Pipeline:
        result = _Pipeline(declared=self._declarations(context))
        first = True
        while True:
            kind, called = self._command(context, result.kind, is_first=first)
            if not first and result.kind in {_Kind.VALUE, _Kind.SHOWN} and called is not None:
                self.value_pipes.append(called)
            result.kind = kind
            first = False
            if self._peek().kind != "pipe":
                break
            self._take()
        for name in result.declared:
            self._variables[name] = result.kind
        return result

    def _declarations(self, context: str) -> list[str]:
        declared: list[str] = []
        while self._peek().kind == "variable":
            name, following = self._peek(), self._tokens[self._next + 1]
            if following.kind not in {"declare", "assign", "comma"}:
                if declared:
                    break
                return []
            if following.kind == "assign":
                self._check_variable(name)
            declared.append(name.text)
            # Set before the pipeline is read, as Go does.
            self._variables.setdefault(name.text, _Kind.OTHER)
            self._next += 2
            if following.kind != "comma":
                break
            if context != "range":
                message = f"`{_shown(following.text)}` cannot follow `{name.text}`"
                raise _Wrong(message, following.start, following.end)
            if len(declared) > 1 or self._peek().kind != "variable":
                message = "`range` declares an index and an element, nothing else"
                raise _Wrong(message, following.start, following.end)
        return declared

    def _command(
        self, context: str, piped: _Kind, *, is_first: bool
    ) -> tuple[_Kind, FunctionReference | None]:
        """Read a function with its arguments, or one operand; return what it gives."""
        operands = self._operands(context)
        head = operands[0]
        if head.token.kind == "function" and not head.names:
            return self._call(head.token, operands[1:], piped, is_first=is_first)
        if head.token.kind == "nil":
            raise _Wrong("`nil` is no command", head.token.start, head.token.end)
        fixed = head.kind is not _Kind.OTHER or head.token.kind in {"bool", "constant", "string"}
        if not is_first and fixed:
            message = f"`{_shown(head.token.text)}` takes nothing from a pipe"
            hint = f"did you mean `{near}`?" if (near := _near(head.token.text, FUNCTIONS)) else ""
            raise _Wrong(message, head.token.start, head.token.end, hint)
        if len(operands) > 1 and fixed:
            self._too_many(operands)
        return head.kind, None

    def _too_many(self, operands: list[_Operand]) -> None:
        head, following = operands[0].token, operands[1].token
        hint = ""
        if following.kind == "function":
            names = operands[0].names
            end = names[-1].end if names else head.end
            hint = f"write `{_shown(self.text[head.start : end])} | {following.text}`"
        message = f"`{_shown(following.text)}` stands where `|` or `}}}}` belongs"
        raise _Wrong(message, following.start, following.end, hint)

    def _call(
        self, token: _Token, arguments: list[_Operand], piped: _Kind, *, is_first: bool
    ) -> tuple[_Kind, FunctionReference]:
        called = FunctionReference(token.text, token.start, token.end)
        count = len(arguments) + (not is_first)
        fewest, most = FUNCTIONS[token.text]
        if not fewest <= count <= most:
            number = fewest if count < fewest else most
            some = (
                "nothing"
                if not number
                else "1 argument"
                if number == 1
                else (f"{number} arguments")
            )
            least = "at least " if count < fewest and most > fewest else ""
            message = f"`{token.text}` takes {least}{some}, not {count}"
            hint = f"did you mean `${token.text}`?" if f"${token.text}" in _VARIABLES else ""
            raise _Wrong(message, token.start, token.end, hint)
        kinds = {argument.kind for argument in arguments}
        of_value = bool(kinds & {_Kind.VALUE, _Kind.SHOWN})
        if of_value:
            self.value_pipes.append(called)
        if token.text == "index":
            return self._index(arguments, piped, is_first=is_first), called
        if of_value or (not is_first and piped in {_Kind.VALUE, _Kind.SHOWN}):
            return _Kind.SHOWN, called
        return _Kind.OTHER, called

    def _index(self, arguments: list[_Operand], piped: _Kind, *, is_first: bool) -> _Kind:
        if not is_first or not arguments:
            return _Kind.OTHER
        kind = arguments[0].kind
        if kind not in {_Kind.LABELS, _Kind.EXTERNAL} or len(arguments) < len("mk"):
            return _Kind.OTHER
        key = arguments[1].token
        if key.kind == "string" and "\\" not in key.text:
            self._refer(kind, replace(key, start=key.start + 1, end=key.end - 1), key.text[1:-1])
        return _Kind.TEXT

    def _operands(self, context: str) -> list[_Operand]:
        operands: list[_Operand] = []
        while True:
            token = self._peek()
            if token.kind in {"end", "pipe"} or (token.kind == "paren" and token.text == ")"):
                break
            if operands and token.start == self._tokens[self._next - 1].end:
                message = f"a space is missing before `{_shown(token.text)}`"
                raise _Wrong(message, token.start, token.end)
            operands.append(self._operand())
        token = self._peek()
        if token.text == ")" and not self._depth:
            raise _Wrong("`)` closes nothing", token.start, token.end)
        if not operands:
            self._empty(context, token)
        return operands

    def _empty(self, context: str, token: _Token) -> None:
        if self._next and self._tokens[self._next - 1].kind == "pipe":
            pipe = self._tokens[self._next - 1]
            raise _Wrong("nothing follows `|`", pipe.start, pipe.end)
        if context in {"if", "range", "with", "block"}:
            raise _Wrong(f"`{context}` has no condition", token.start, token.end)
        raise _Wrong("an action that says nothing", token.start, token.end)

    def _operand(self) -> _Operand:
        token = self._take()
        match token.kind:
            case "function":
                self._check_function(token)
                kind = _Kind.OTHER
            case "variable":
                self._check_variable(token)
                kind = self._variables[token.text]
            case "dot" | "field":
                kind = self._dot
            case "bool" | "constant" | "nil" | "string":
                kind = _Kind.OTHER
            case "paren":
                kind = self._parenthesis(token)
            case _:
                message = f"`{_shown(token.text)}` stands where a value belongs"
                raise _Wrong(message, token.start, token.end)
        names = self._names(token)
        if names and token.kind in {"bool", "constant", "dot", "nil", "string"}:
            message = f"`{_shown(token.text)}` has no fields"
            raise _Wrong(message, names[0].start, names[0].end)
        if token.kind == "field":
            names = (token, *names)
        for name in names:
            kind = self._field(kind, name)
        if kind is _Kind.VALUE:
            self.uses_value = True
        return _Operand(kind, token, names)

    def _names(self, token: _Token) -> tuple[_Token, ...]:
        """Take the fields that follow without a space."""
        names: list[_Token] = []
        end = self._tokens[self._next - 1].end if token.kind == "paren" else token.end
        while self._peek().kind == "field" and self._peek().start == end:
            names.append(self._take())
            end = names[-1].end
        return tuple(names)

    def _parenthesis(self, token: _Token) -> _Kind:
        if self._depth >= _MAX_DEPTH:
            raise _Wrong("parentheses nest too deeply", token.start, token.end)
        self._depth += 1
        if self._peek().text == ")" and self._peek().kind == "paren":
            raise _Wrong("`()` says nothing", token.start, self._peek().end)
        pipeline = self._pipeline("parentheses")
        closing = self._take()
        if closing.kind != "paren":
            raise _Wrong("`(` is not closed", token.start, token.end, "write `)` at its end")
        self._depth -= 1
        return pipeline.kind

    def _field(self, kind: _Kind, name: _Token) -> _Kind:
        word = name.text[1:]
        match kind:
            case _Kind.ROOT:
                if word not in _ROOT_FIELDS:
                    self._unknown_field(name)
                return _ROOT_FIELDS[word]
            case _Kind.LABELS | _Kind.EXTERNAL:
                self._refer(kind, replace(name, start=name.start + 1), word)
                return _Kind.TEXT
            case _Kind.TEXT | _Kind.VALUE:
                self.uses_value = self.uses_value or kind is _Kind.VALUE
                what = "a number" if kind is _Kind.VALUE else "a text"
                message = f"{what} has no field `{_shown(name.text)}`"
                raise _Wrong(message, name.start, name.end)
        return _Kind.OTHER

    def _unknown_field(self, name: _Token) -> None:
        near = _near(name.text[1:], _ROOT_FIELDS)
        hint = f"did you mean `.{near}`?" if near else f"write `$labels{_shown(name.text)}`"
        message = f"an alert has no field `{_shown(name.text)}`"
        raise _Wrong(message, name.start, name.end, hint)

    def _refer(self, kind: _Kind, place: _Token, name: str) -> None:
        found = self.labels if kind is _Kind.LABELS else self.external_labels
        found.append(LabelReference(name, place.start, place.end))

    def _check_function(self, token: _Token) -> None:
        if token.text in FUNCTIONS:
            self.functions.append(FunctionReference(token.text, token.start, token.end))
            return
        if token.text == "tmpl":
            hint = 'write {{ template "name" . }}: `tmpl` exists in console templates only'
        elif near := _near(token.text, FUNCTIONS) or _near(f"${token.text}", self._variables):
            hint = f"did you mean `{near}`?"
        else:
            hint = "a label is written `$labels.name`, a text in quotes"
        if f"${token.text}" in _VARIABLES:
            hint = f"did you mean `${token.text}`?"
        raise _Wrong(f"function `{token.text}` does not exist", token.start, token.end, hint)

    def _check_variable(self, token: _Token) -> None:
        if token.text in self._variables:
            return
        near = _near(token.text, self._variables)
        hint = f"did you mean `{near}`?" if near else ""
        if token.text in _VARIABLES:
            hint = "a template of its own sees only what it is given: `.`"
        raise _Wrong(f"variable `{token.text}` is not declared", token.start, token.end, hint)


def _near(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like *word*, capitals aside, or nothing."""
    lowered = {name.casefold(): name for name in known}
    for close in difflib.get_close_matches(word.casefold(), lowered, 1, 0.7):
        return lowered[close]
    return ""
