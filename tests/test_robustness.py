"""No spec, however it is broken, makes the compiler raise: it builds, or says what is wrong."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from casefolders import all_cases

from obsgen.disk import shipped_presets
from obsgen.pipeline import Built, Options, build
from obsgen.report import as_text

SECONDS = 1.0
SEEDS = range(3)
OPTIONS = Options(requires_project=True, presets=shipped_presets())

WORDS = (
    *("", "~", "null", "true", "off", "0", "-1", "1e309", "0x1F", "1_000", "99.9", "100", "5%"),
    *("5m", "1h30m", "0s", "-5m", "1y", "999999999y", "500ms", "10/s", "1,000 USD", "$5", "€5"),
    *("{{ $labels.x }}", "{{", "{value}", "{", "}", "[5m]", "#", "|", ">", "!x", "&a", "*a"),
    *("a/b", "../../etc", "\\", "'", '"', "\u2028", "ü", "🛒", "a" * 300, "NaN", "Inf", "up"),
    *("sum(up)", "rate(up)", "(((", "up[", "le", "job", "__name__", "service", "standard", "none"),
    *("range", "month", "(?!x)", "(", "[z-a]", "x{9999999}", "cart", "http_requests_total"),
)


def texts() -> list[str]:
    """Return the specs of every case."""
    folders = (case.folder / "specs" for case in all_cases())
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.rglob("*")))
    return [file.read_text("utf-8") for file in files if file.is_file()]


TEXTS = texts()


def documents() -> list[list[Any]]:
    found = []
    for text in TEXTS:
        try:
            found.append(list(yaml.load_all(text, Loader=yaml.BaseLoader)))
        except yaml.YAMLError:
            continue
    return found


DOCUMENTS = documents()


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container with each of its keys or indices, the root's included."""
    pending = [node]
    seen = 0
    while pending and seen < 5000:
        current = pending.pop()
        seen += 1
        keys: list[Any] = []
        if isinstance(current, dict):
            keys = list(current)
        elif isinstance(current, list):
            keys = list(range(len(current)))
        for key in keys:
            yield current, key
            pending.append(current[key])


def delete(chance: random.Random, node: Any) -> None:
    container, key = chance.choice(list(places(node)))
    del container[key]


def retype(chance: random.Random, node: Any) -> None:
    container, key = chance.choice(list(places(node)))
    value = container[key]
    container[key] = chance.choice([[value], {"x": value}, {"not": value}, [], {}, None, ""])


def rename(chance: random.Random, node: Any) -> None:
    found = [(c, k) for c, k in places(node) if isinstance(c, dict)]
    container, key = chance.choice(found)
    container[chance.choice([key + "s", key[:-1], *WORDS])] = container.pop(key)


def reword(chance: random.Random, node: Any) -> None:
    found = [(c, k) for c, k in places(node) if isinstance(c[k], str)]
    container, key = chance.choice(found)
    container[key] = chance.choice(WORDS)


def transplant(chance: random.Random, node: Any) -> None:
    container, key = chance.choice(list(places(node)))
    other, where = chance.choice(list(places(chance.choice(DOCUMENTS))))
    container[key] = yaml.load(yaml.safe_dump(other[where]), Loader=yaml.BaseLoader)


def duplicate(chance: random.Random, node: Any) -> None:
    lists = [c for c, _ in places(node) if isinstance(c, list)]
    chosen = chance.choice(lists)
    chosen.append(chance.choice(chosen))


MUTATIONS: tuple[Callable[[random.Random, Any], None], ...] = (
    *(delete, retype, rename, reword, reword, transplant, duplicate),
)


def outcome(data: bytes | str) -> Built:
    """Build one file and print its findings, as the command does."""
    built = build({"specs/shop.yaml": data}, OPTIONS)
    as_text(built.diagnostics, built.source_map)
    return built


def in_time() -> Iterator[int]:
    """Count until the time is over, so that the suite stays fast on every machine."""
    end = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < end:
        yield number
        number += 1


@pytest.mark.parametrize("seed", SEEDS)
def test_specs_whose_nodes_are_mutated_never_raise(seed: int):
    for number in in_time():
        chance = random.Random(f"{seed} {number}")
        mutant = [yaml.load(yaml.safe_dump(d), Loader=yaml.BaseLoader) for d in _any(chance)]
        for _ in range(chance.randint(1, 3)):
            mutation = chance.choice(MUTATIONS)
            try:
                mutation(chance, mutant)
            except IndexError:  # nothing of the kind is left to mutate
                continue
        text = yaml.safe_dump_all(mutant, allow_unicode=True)
        try:
            outcome(text)
        except Exception as problem:
            problem.add_note(f"{seed} {number}\n{text}")
            raise


def _any(chance: random.Random) -> list[Any]:
    return chance.choice(DOCUMENTS)


@pytest.mark.parametrize("seed", SEEDS)
def test_specs_whose_characters_are_mutated_never_raise(seed: int):
    for number in in_time():
        chance = random.Random(f"text {seed} {number}")
        data = bytearray(chance.choice(TEXTS).encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data) + 1)
            piece = chance.choice(
                [bytes([chance.randrange(256)]), chance.choice(WORDS).encode(), b"\n  ", b": "]
            )
            data[at : at + chance.choice((0, 0, 1, len(piece), 40))] = piece
        try:
            outcome(bytes(data))
        except Exception as problem:
            problem.add_note(f"{seed} {number}\n{bytes(data)!r}")
            raise


def test_random_bytes_never_raise():
    for number in in_time():
        chance = random.Random(f"bytes {number}")
        outcome(chance.randbytes(chance.randrange(400)))
