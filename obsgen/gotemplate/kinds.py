"""What the values of a template are, as far as this can be known without running it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from obsgen.gotemplate.lexer import Token


class Kind(enum.Enum):
    """What an operand is, as far as this can be known without running."""

    ROOT = "the alert"
    LABELS = "the labels"
    EXTERNAL = "the external labels"
    TEXT = "a text"
    VALUE = "the value"
    SHOWN = "made from the value"
    OTHER = "unknown"


ROOT_FIELDS: Final = {
    "Labels": Kind.LABELS,
    "ExternalLabels": Kind.EXTERNAL,
    "ExternalURL": Kind.TEXT,
    "Value": Kind.VALUE,
}
# Prometheus puts their definitions before each text: rules/alerting.go, `expand`.
VARIABLES: Final = {
    "$": Kind.ROOT,
    "$labels": Kind.LABELS,
    "$externalLabels": Kind.EXTERNAL,
    "$externalURL": Kind.TEXT,
    "$value": Kind.VALUE,
}


@dataclass(frozen=True, slots=True)
class Operand:
    """A value as it is written; *names* are the fields that are taken of it."""

    kind: Kind
    token: Token
    names: tuple[Token, ...] = ()
