"""The severity scheme of the Project: names, most urgent first, aliases, who is called."""

from __future__ import annotations

from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.model import Reports, SeverityLevel, SeverityScheme
from obsgen.reader.merge import named_items
from obsgen.reader.names import twice
from obsgen.reader.shape import WRONG_COUNT, words
from obsgen.reader.values import read_duration, read_flag, read_list, read_text, read_words
from obsgen.source import Node, Scalar, Sequence
from obsgen.units import Duration

UNKNOWN_SEVERITY: Final = Code(
    "REF206",
    "unknown-severity",
    why="routes and inhibition go by the severities of the Project; an alert with another one "
    "reaches nobody in particular",
    fix="Write a severity of the Project, one of its aliases, `page` or `ticket`.",
)
ONE_KIND: Final = Code(
    "ALR671",
    "no-page-or-no-ticket",
    why="tiers of SLOs say `page` and `ticket`; where no severity pages, a page is only the most "
    "urgent severity, and nothing else takes it for one; where all do, a slow leak calls somebody "
    "at night",
    fix="Give those that call somebody at night `page: true`, and leave it out at the others.",
    severity=Severity.WARNING,
)
CODES: Final = (UNKNOWN_SEVERITY, ONE_KIND)

_S: Final = Duration.parse
DEFAULT_SEVERITIES: Final = (
    SeverityLevel(name="critical", respond_within=_S("5m"), page=True),
    SeverityLevel(name="high", respond_within=_S("15m"), page=True),
    SeverityLevel(name="medium", respond_within=_S("1h"), aliases=("warning",)),
    SeverityLevel(name="low", respond_within=_S("24h"), aliases=("info",)),
)
_DEFAULT_WAIT: Final = _S("1h")


def read_severities(node: Node | None, report: Reports) -> SeverityScheme:
    """Read the scheme; without one the defaults hold."""
    levels = []
    seen: dict[str, Origin] = {}
    for item in named_items(node):
        name = read_text(item.get("name"), report)
        aliases = read_words(item.get("aliases"))
        for word in (item.get("name"), *read_list(item.get("aliases"))):
            if not isinstance(word, Scalar):
                continue
            if word.text in seen:
                report(twice(f"severity `{word.text}`", word.origin, seen[word.text]))
            seen.setdefault(word.text, word.origin)
        within = read_duration(item.get("respond_within"), report)
        is_page = read_flag(item.get("page"))
        if name:
            level = SeverityLevel(
                name=name, respond_within=within or _DEFAULT_WAIT, page=is_page, aliases=aliases
            )
            levels.append(level)
    if isinstance(node, Sequence):
        _check(node, levels, report)
    return SeverityScheme(tuple(levels) or DEFAULT_SEVERITIES)


def _check(node: Sequence, levels: list[SeverityLevel], report: Reports) -> None:
    if not node.items:
        message = "the scheme has no severity"
        hint = "write `- {name: critical, page: true}`, or leave `severities` out"
        report(finding(WRONG_COUNT, node.origin, message, hint))
    elif levels and not any(level.page for level in levels):
        message = f"no severity has `page: true`: `page` means `{levels[0].name}`"
        hint = f"write `{{name: {levels[0].name}, page: true}}`"
        report(finding(ONE_KIND, node.origin.key(), message, hint))
    elif len(levels) > 1 and all(level.page for level in levels):
        message = f"every severity has `page: true`: `ticket` means `{levels[0].name}`"
        hint = f"leave `page` out at `{levels[-1].name}`"
        report(finding(ONE_KIND, node.origin.key(), message, hint))


def resolved_severity(node: Scalar, scheme: SeverityScheme, report: Reports) -> str | None:
    """Return the severity that a scalar names, reporting one that the Project does not have."""
    name = scheme.resolve(node.text)
    if name is None:
        report(unknown_severity(node.text, node.origin, scheme))
    return name


def unknown_severity(word: str, origin: Origin, scheme: SeverityScheme) -> Diagnostic:
    """Return the finding for a severity that the Project does not have."""
    names = (n for level in scheme.levels for n in (level.name, *level.aliases))
    known = list(dict.fromkeys(names))
    guess = near(word, known)
    hint = f"did you mean `{guess}`?" if guess else f"it has {words(known)}"
    return finding(UNKNOWN_SEVERITY, origin, f"severity `{word}` is not defined", hint)
