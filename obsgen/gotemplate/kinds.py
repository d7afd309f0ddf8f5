"""What the values of a template are, as far as this can be known without running it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from obsgen.gotemplate.lexer import Token


class Kind(enum.Enum):
    """What an operand is, as far as this can be known without running; the words of messages."""

    ROOT = "an alert"
    LABELS = "a set of labels"
    EXTERNAL = "the external labels"
    TEXT = "a text"
    NUMBER = "a number"
    VALUE = "the alert's value"
    SHOWN = "made from the value"
    OTHER = "unknown"
    # Of notifications.
    NOTIFICATION = "a notification"
    ALERTS = "the list of alerts"
    ALERT_LIST = "a list of alerts"
    ALERT = "an alert of a notification"
    GROUPS = "the labels of the group"
    ANNOTATIONS = "a set of annotations"
    ROUTE_LABELS = "the labels of the route"
    PAIRS = "a list of pairs"
    PAIR = "a pair"
    TEXTS = "a list of texts"
    TIME = "a time"

    @property
    def noun(self) -> str:
        """The word for messages."""
        nouns = {Kind.VALUE: Kind.NUMBER, Kind.ALERT: Kind.ROOT}
        return nouns.get(self, self).value


@dataclass(frozen=True, slots=True)
class Member:
    """
    A field or a method.

    Attributes:
        gives: What it holds or returns.
        takes: The arguments of a method.
        since: The first version of the server that has it, where older ones are known.
    """

    gives: Kind
    takes: tuple[Kind, ...] = ()
    since: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Operand:
    """
    A value as it is written.

    Attributes:
        names: The fields that are taken of it.
        takes: The arguments of the method that the last of them is.
    """

    kind: Kind
    token: Token
    names: tuple[Token, ...] = ()
    takes: tuple[Kind, ...] = ()

    @property
    def last(self) -> Token:
        """Its last token."""
        return self.names[-1] if self.names else self.token
