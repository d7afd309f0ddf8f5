"""Codes are a contract: unique, listed, explained."""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from obsgen import codes
from obsgen.diagnostics import Code

PACKAGE = Path(__file__).resolve().parent.parent / "obsgen"


def modules_with_codes() -> list[str]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            target.id
            for node in tree.body
            for target in (node.targets if isinstance(node, ast.Assign) else [_target(node)])
            if isinstance(target, ast.Name)
        }
        if "CODES" in names:
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def _target(node: ast.stmt) -> ast.expr | None:
    return node.target if isinstance(node, ast.AnnAssign) else None


def declared_in(module: str) -> list[Code]:
    """Return the codes that a module makes, in CODES or not."""
    values = vars(importlib.import_module(module)).values()
    return [value for value in values if isinstance(value, Code)]


EVERY = [code for name in codes.MODULES for code in importlib.import_module(name).CODES]


def test_every_module_with_codes_is_listed():
    assert modules_with_codes() == sorted(codes.MODULES)


def test_no_code_is_made_outside_a_modules_codes():
    known = set(EVERY)
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in {"__main__.py", "__init__.py"}
    ]

    assert not [code.id for name in modules for code in declared_in(name) if code not in known]


def test_an_id_and_a_name_stand_for_one_code():
    ids = Counter(code.id for code in EVERY)
    names = Counter(code.name for code in EVERY)

    assert [] == [word for word, times in (ids + names).items() if times > 1]
    assert len(EVERY) == len(codes.all_codes())


@pytest.mark.parametrize("code", EVERY, ids=lambda code: code.id)
def test_a_code_says_why_it_matters_and_how_to_fix_it(code: Code):
    assert re.fullmatch(r"(SRC|SCH|REF|SLO|PQL|ALR|DSH|SEC|SIM|LIV|OUT)\d{3}", code.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
    assert code.why.strip()
    assert not code.why.endswith(".")
    assert code.fix.strip()
