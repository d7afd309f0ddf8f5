"""
Specs as plain values, and the many ways to write the same ones down.

A `Tree` holds documents by file: mappings, lists, texts and booleans, every number as its text. It
can be rendered plain, quoted, in flow style, with comments; its keys can be shuffled, and it can be
damaged.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

Value = Any
"""A mapping, a list, a text or a boolean."""

_NOT_PLAIN: Final = frozenset({"", "~", "null", "true", "false", "True", "False", "NULL"})


@dataclass(frozen=True, slots=True)
class Style:
    """How scalars and collections are written: `"`, `'` or plain; in braces or on lines."""

    quote: str = ""
    flow: bool = False


PLAIN: Final = Style()


class _Dumper(yaml.CSafeDumper):
    """Writes every text in one style, without tags."""

    style = PLAIN

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


_Dumper.yaml_implicit_resolvers = {}
_TEXT: Final = "tag:yaml.org,2002:str"


def _represent_text(dumper: _Dumper, text: str) -> Any:
    style = dumper.style.quote
    if not style and text in _NOT_PLAIN:
        style = '"'
    elif not style and "\n" in text:
        style = "|"
    return dumper.represent_scalar(_TEXT, text, style=style)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(
    bool, lambda dumper, flag: dumper.represent_scalar(_TEXT, str(flag).lower(), style="")
)


@dataclass(frozen=True, slots=True)
class Tree:
    """Documents by file."""

    files: dict[str, list[dict[str, Value]]]

    def texts(self, style: Style = PLAIN) -> dict[str, bytes]:
        """Return the files."""
        dumper = type("_Styled", (_Dumper,), {"style": style})
        return {
            file: yaml.dump_all(
                documents,
                Dumper=dumper,
                sort_keys=False,
                allow_unicode=True,
                default_flow_style=style.flow,
                explicit_start=True,
                width=2**30,
            ).encode()
            for file, documents in self.files.items()
        }

    def documents(self, kind: str = "") -> Iterator[dict[str, Value]]:
        """Yield the documents of a kind, or all."""
        for documents in self.files.values():
            yield from (d for d in documents if kind in {"", d["kind"]})

    def where(self, keep: Callable[[dict[str, Value]], bool]) -> Tree:
        """Return the tree without the documents that are not to be kept."""
        kept = {f: [d for d in docs if keep(d)] for f, docs in self.files.items()}
        return Tree({file: documents for file, documents in kept.items() if documents})


def commented(text: bytes) -> bytes:
    """Write comments before, behind and between; never within a block scalar."""
    lines = text.decode().split("\n")
    found = ["# comment: with - { odd } 'signs'", ""]
    for line in lines:
        starts = line[:1].isalpha() or line.startswith("- ")
        if starts:
            found += ["", "# comment", "      # deep comment"]
        is_block = line.endswith(("|", "|-", "|+"))
        found.append(f"{line}  # behind" if starts and not is_block else line)
    return "\n".join(found).encode()


IN_ORDER: Final = frozenset(
    {
        "where",
        "share",
        "bad",
        "good",
        "receivers",
        "shared",
        "intervals",
        "labels",
        "states",
        "texts",
    }
    | {"above", "below", "at_least", "at_most", "equals", "not_equals"}
)
"""What is written out in the author's own order, so that it is an order and means something."""


def shuffled(value: Value, dice: random.Random) -> Value:
    """Return the same with the keys of mappings in another order, but for `IN_ORDER`."""
    if isinstance(value, Tree):
        files = {f: [shuffled(d, dice) for d in docs] for f, docs in value.files.items()}
        return replace(value, files=files)
    if isinstance(value, list):
        return [shuffled(item, dice) for item in value]
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {k: value[k] if k in IN_ORDER else shuffled(value[k], dice) for k in keys}
    return value


# --- damage ------------------------------------------------------------------------------------

_ODD: Final[tuple[Value, ...]] = (
    *("", " ", "-", "0", "-1", "1e999", "NaN", "0.999", "100", "99999999999999d", "5m", "1y"),
    *("5%", "5 %", "$", "10 parsecs", "{{ $labels.x", "{value", "a b", "x" * 300, "é", "#", "a/b"),
    *("(", "[a-", "a|b", "\\", '"', "'", "\u2028", "\x85", "🔥", "sum(", "up{", "rate(up[5m])"),
    *("slo", "service", "le", "any", "none", "page", "month", "1/0", "..", "now-6h", "constructor"),
    *(True, False, [], {}, [[]], [{}], {"not": "x"}, {"not": {"not": []}}, {"by": "x"}, ["a", "a"]),
    *({"is": []}, {"": ""}, {"x-y": "z"}, {"at_least": "high"}, {"measure": "measure"}),
)
_JUNK: Final = (*"{}[]:,#&*!|>'\"%@`-? \t\n", "\r", "\x00", "\ufeff", "---\n", "- ", "<<: ", "é")
_KEYS: Final = ("name", "kind", "where", "by", "remove", "uses", "expr", "x-a", "targe", "0", "")


def damaged(tree: Tree, dice: random.Random) -> dict[str, bytes]:
    """Return the files of a tree in which a few things are not as they should be."""
    values = copy.deepcopy(tree.files)
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        _damage_value(values, dice)
    texts = Tree(values).texts(Style(flow=dice.random() < 0.2))
    for _ in range(dice.choice((0, 0, 1, 2))):
        file = dice.choice(sorted(texts))
        texts[file] = _damage_text(texts[file], dice)
    return texts


def _places(value: Value) -> Iterator[tuple[Any, Any]]:
    """Yield every collection with each of its keys or indices."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in list(steps):
        yield value, step
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _damage_value(files: dict[str, list[dict[str, Value]]], dice: random.Random) -> None:
    places = [place for documents in files.values() for place in _places(documents)]
    if not places:
        return
    holder, step = dice.choice(places)
    match dice.randrange(6):
        case 0:
            del holder[step]
        case 1:
            holder[step] = copy.deepcopy(dice.choice(_ODD))
        case 2:
            other, place = dice.choice(places)
            holder[step] = copy.deepcopy(other[place])
        case 3 if isinstance(holder, dict):
            holder[dice.choice(_KEYS)] = copy.deepcopy(dice.choice(_ODD))
        case 3:
            holder.append(copy.deepcopy(holder[step]))
        case 4 if isinstance(holder, dict):
            holder[dice.choice((step[:-1], step + "s", step.upper()))] = holder.pop(step)
        case 4:
            holder.insert(0, copy.deepcopy(dice.choice(_ODD)))
        case _ if isinstance(holder[step], str) and holder[step]:
            text, at = holder[step], dice.randrange(len(holder[step]))
            holder[step] = text[:at] + dice.choice(("", *_JUNK)) + text[at + 1 :]
        case _:
            holder[step] = [holder[step]]


def _damage_text(data: bytes, dice: random.Random) -> bytes:
    text = data.decode(errors="replace")
    at = dice.randrange(len(text) + 1)
    match dice.randrange(5):
        case 0:
            text = text[:at]
        case 1:
            text = text[:at] + text[at + dice.randrange(1, 30) :]
        case 2:
            text = text[:at] + dice.choice(_JUNK) + text[at:]
        case 3:
            lines = text.split("\n")
            lines.insert(dice.randrange(len(lines)), dice.choice(lines))
            text = "\n".join(lines)
        case _:
            return text.encode()[:at] + bytes([dice.randrange(256)]) + text.encode()[at + 1 :]
    return text.encode()
