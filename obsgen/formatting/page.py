"""
The page that is written: lines, and the comments behind and between them.

It takes over what stands between two parts of the author's text (comments, a blank line) and
leaves out the rest, which is white space.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 100
"""Columns of a line; what is wider is broken where it can be."""

INDENT: Final = 2

# Before a comment behind a text; what stands further off was put there by its author.
_BEFORE_COMMENT: Final = 2
# The rest of the line that ends, and the beginning of the next.
_ROWS_WITHOUT_BLANK: Final = 2


_SPEAKS_TO_OBSGEN: Final = re.compile(r"\s*#\s*obsgen:")


def holds_its_line(comment: str) -> bool:
    """
    Say whether a comment speaks of a line, so that what stands on it must stay on it.

    >>> holds_its_line("# obsgen: ignore[PQL440] for now"), holds_its_line("# obsgen")
    (True, False)
    """
    return _SPEAKS_TO_OBSGEN.match(comment) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """
    A comment as it stood.

    Attributes:
        end: One past its last character.
        column: Where its `#` stood.
        gap: How many blanks there were before it.
        blank_before: A blank line stood above it.
    """

    text: str
    end: int
    column: int
    gap: int
    blank_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """
    What stands between two parts of a text.

    Attributes:
        behind: The comment on the line that ends.
        between: Those on lines of their own.
        blank_after: A blank line stood above what follows.
    """

    behind: Comment | None
    between: tuple[Comment, ...]
    blank_after: bool

    @property
    def has_comments(self) -> bool:
        """Say whether there is any comment."""
        return self.behind is not None or bool(self.between)


def read_gap(text: str, start: int, end: int) -> Gap:
    """Return the comments and blank lines between two characters; a text begins with a new line."""
    behind: Comment | None = None
    between: list[Comment] = []
    row_start, is_blank = start, False
    rows = text[start:end].split("\n")
    for number, row in enumerate(rows, start=0 if start else 1):
        shown = row.strip()
        if shown:
            place = row_start + row.index("#")
            comment = Comment(
                text=shown,
                end=place + len(shown),
                column=place - (text.rfind("\n", 0, place) + 1),
                gap=place - row_start,
                blank_before=is_blank,
            )
            if number:
                between.append(comment)
            else:
                behind = comment
        row_start += len(row) + 1
        is_blank = number > 0 and not shown
    # The last row is what stands before the next part on its own line.
    blank_after = len(rows) > _ROWS_WITHOUT_BLANK and not rows[-2].strip()
    return Gap(behind=behind, between=tuple(between), blank_after=blank_after)


@dataclass(slots=True)
class _Line:
    text: str
    comment: Comment | None = None


class Page:
    """Lines in the making; whoever writes knows which part of the text is next."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._line = _Line("")

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was written yet."""
        return not self._lines and not self._line.text and self._line.comment is None

    @property
    def line_above(self) -> str:
        """The line before the one that is being written."""
        return self._lines[-1].text if self._lines else ""

    def write(self, text: str) -> None:
        """Add to the line."""
        self._line.text += text

    def comment(self, comment: Comment) -> None:
        """Put a comment behind the line."""
        self._line.comment = comment

    def lines(self, rows: tuple[str, ...]) -> None:
        """Add whole lines, as they are."""
        for row in rows:
            self._end_line()
            self._line.text = row

    def gap(self, gap: Gap, columns: tuple[int, ...]) -> None:
        """Write the comments between two parts; *columns* says where those on own lines go."""
        if gap.behind is not None:
            self.comment(gap.behind)
        for comment, column in zip(gap.between, columns, strict=True):
            self.begin_line(column, blank_before=comment.blank_before)
            self.write(comment.text)

    def begin_line(self, column: int, *, blank_before: bool) -> None:
        """Begin a line with blanks; the first one of the page has nothing above it."""
        if not self.is_empty:
            self._end_line()
            if blank_before:
                self._end_line()
        self.write(" " * column)

    def text(self) -> str:
        """Return all lines, the last one ended."""
        rows = [*self._lines, self._line]
        return "".join(f"{row}\n" for row in _with_comments(rows)) if not self.is_empty else ""

    def _end_line(self) -> None:
        self._lines.append(self._line)
        self._line = _Line("")


def _with_comments(lines: list[_Line]) -> Iterator[str]:
    """
    Yield the lines, their comments aligned.

    Comments of consecutive lines that stood in one column stay in one, which is the same unless a
    line needs the room, or none of them was set off from its text.
    """
    for column, group in itertools.groupby(
        lines, lambda line: line.comment and line.comment.column
    ):
        rows = list(group)
        if column is None:
            yield from (row.text for row in rows)
            continue
        nearest = max(len(row.text) for row in rows) + _BEFORE_COMMENT
        is_set_off = any(row.comment.gap > _BEFORE_COMMENT for row in rows if row.comment)
        place = max(column, nearest) if is_set_off else nearest
        for row in rows:
            yield row.text.ljust(place) + (row.comment.text if row.comment else "")
