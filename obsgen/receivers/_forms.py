"""
Texts that a service bounds: words it knows, addresses, channels, colours.

Alertmanager passes such a text on as it is, and the service refuses the notification or leaves the
part out. A text with a Go template or with a placeholder is known only when it is sent: it passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.diagnostics import Code, finding
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Text
from obsgen.receivers._findings import place
from obsgen.secrets import looks_secret
from obsgen.source import Node, Scalar

REFUSED_BY_SERVICE: Final = Code(
    "ALR669",
    "refused-by-service",
    why="Alertmanager loads the configuration and sends; the service refuses the notification, or "
    "shows it without this part",
    fix="Write the value as the service documents it: `severity: error` for PagerDuty, "
    "`priority: P2` for Opsgenie, `to: oncall@example.com` in a mail.",
)
CODES: Final = (REFUSED_BY_SERVICE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    A text of a certain form.

    Attributes:
        text: What it is, with an example that has the form.
        takes: The form in words: "a mail address".
        pattern: Matches the whole text.
        words: The words, where it takes nothing else.
    """

    text: Text
    takes: str
    pattern: re.Pattern[str]
    words: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """What it is."""
        return self.text.description

    @property
    def example(self) -> str:
        """A text of the form."""
        return self.text.example

    @property
    def schema(self) -> Mapping[str, Any]:
        """As of any text: JSON Schema knows no templates."""
        return self.text.schema

    def read(self, node: Node, reader: ReceiverReader) -> Json:
        """Return the text, after a look at its form."""
        found = self.text.read(node, reader)
        is_known = isinstance(found, str) and found and "{{" not in found and "${" not in found
        if not (isinstance(node, Scalar) and is_known) or looks_secret(node.text):
            return found
        if not self.pattern.fullmatch(node.text):
            message = f"{place(node, reader)} takes {self.takes}, found {node.word}"
            reader.report(finding(REFUSED_BY_SERVICE, node.origin, message, self._hint(node.text)))
        return found

    def _hint(self, written: str) -> str:
        by_lower = {word.lower(): word for word in self.words}
        close = get_close_matches(written.lower(), by_lower, n=1)
        return f"write `{by_lower[close[0]] if close else self.text.example}`"


def words(text: Text, *known: str) -> Form:
    """Return the form of a text that is one of some words."""
    listed = ", ".join(f"`{word}`" for word in known[:-1])
    pattern = re.compile("|".join(re.escape(word) for word in known))
    return Form(text=text, takes=f"{listed} or `{known[-1]}`", pattern=pattern, words=known)


def link(text: Text) -> Form:
    """Return the form of an address that a reader opens: one with its scheme."""
    return Form(text=text, takes="a whole address", pattern=_LINK)


def picture(text: Text) -> Form:
    """Return the form of a picture's address: services fetch it themselves."""
    return Form(text=text, takes="the web address of a picture", pattern=_PICTURE)


def emoji(text: Text) -> Form:
    """Return the form of an emoji's name."""
    return Form(text=text, takes="an emoji between colons", pattern=_EMOJI)


def mail_addresses(text: Text, *, is_one: bool = False) -> Form:
    """
    Return the form of mail addresses, each with or without a name.

    Source: `mail.ParseAddressList` of Go, with which Alertmanager reads them when it sends.

    >>> bool(mail_addresses(Text("")).pattern.fullmatch('"Doe, Jo" <jo@example.com>, ops@b.org'))
    True
    """
    if is_one:
        return Form(text=text, takes="one mail address", pattern=_MAIL)
    return Form(text=text, takes="mail addresses, parted by commas", pattern=_MAILS)


def colour(text: Text) -> Form:
    """Return the form of the colour of an attachment, as Slack and Mattermost take it."""
    takes = "`good`, `warning`, `danger` or a colour such as `#d33c3c`"
    return Form(text=text, takes=takes, pattern=_COLOUR)


_LINK: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_PICTURE: Final = re.compile(r"https?://[^\s/]+[^\s]*")
_EMOJI: Final = re.compile(r":[^\s:]+(?:::[^\s:]+)?:")
_COLOUR: Final = re.compile("good|warning|danger|#?(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_ATOM: Final = r'[^\s@<>()\[\],;:\\".]+'
_ADDRESS: Final = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_ATOM}(?:\.{_ATOM})*|\[[0-9A-Fa-f:.]+\])"
_MAILBOX: Final = rf'\s*(?:{_ADDRESS}|(?:"[^"]*"|[^",<>@]*)\s*<{_ADDRESS}>)\s*'
_MAIL: Final = re.compile(_MAILBOX)
_MAILS: Final = re.compile(f"{_MAILBOX}(?:,{_MAILBOX})*")
