"""
The words and signs of a YAML text, each with its exact characters.

Nodes tell what a text means; whoever rearranges the text itself needs every sign in between.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TokenKind(enum.Enum):
    """What a token is; the values are PyYAML's names."""

    STREAM_START = "StreamStartToken"
    STREAM_END = "StreamEndToken"
    DIRECTIVE = "DirectiveToken"
    DOCUMENT_START = "DocumentStartToken"
    DOCUMENT_END = "DocumentEndToken"
    BLOCK_SEQUENCE_START = "BlockSequenceStartToken"
    BLOCK_MAPPING_START = "BlockMappingStartToken"
    BLOCK_END = "BlockEndToken"
    FLOW_SEQUENCE_START = "FlowSequenceStartToken"
    FLOW_SEQUENCE_END = "FlowSequenceEndToken"
    FLOW_MAPPING_START = "FlowMappingStartToken"
    FLOW_MAPPING_END = "FlowMappingEndToken"
    FLOW_ENTRY = "FlowEntryToken"
    BLOCK_ENTRY = "BlockEntryToken"
    KEY = "KeyToken"
    VALUE = "ValueToken"
    ALIAS = "AliasToken"
    ANCHOR = "AnchorToken"
    TAG = "TagToken"
    SCALAR = "ScalarToken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceToken:
    """
    A word or a sign.

    Attributes:
        start: Its first character, counted from 0 in the text; *end* is one past its last.
        value: Of a scalar, without quotes and escapes; else empty.
        style: Of a scalar: `""` plain, or one of `'`, `"`, `|`, `>`.
    """

    kind: TokenKind
    start: int
    end: int
    value: str = ""
    style: str = ""


def source_tokens(text: str) -> Iterator[SourceToken]:
    """
    Yield the tokens of a text that `read_source` found nothing wrong with.

    >>> [token.kind.name for token in source_tokens("[a]")][1:-1]
    ['FLOW_SEQUENCE_START', 'SCALAR', 'FLOW_SEQUENCE_END']
    """
    token: Any  # PyYAML's types know only what all tokens have
    for token in yaml.scan(text, Loader=_LOADER):
        kind = TokenKind(type(token).__name__)
        is_scalar = kind is TokenKind.SCALAR
        yield SourceToken(
            kind=kind,
            start=token.start_mark.index,
            end=token.end_mark.index,
            value=token.value if is_scalar else "",
            style=(token.style or "") if is_scalar and not token.plain else "",
        )
