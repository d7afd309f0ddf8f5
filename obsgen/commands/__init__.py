"""
The commands, a module each: they take arguments apart and call. What is done stands lower.

A command is imported when it is called or listed, and imports what it needs when it runs.
"""

from __future__ import annotations

import importlib
import keyword
from typing import Final

import click

NAMES: Final = (
    "cost",
    "demo",
    "explain",
    "fmt",
    "generate",
    "import",
    "init",
    "lint",
    "preview",
    "report",
    "routes",
    "schema",
    "simulate",
    "sink",
    "stack",
    "stats",
    "test",
    "validate",
    "verify",
)
"""The modules of this package that hold a command of the same name (`import_`: a keyword)."""


class Commands(click.Group):
    """All commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names, as help lists them."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of them, or None where there is none of that name."""
        if cmd_name not in NAMES:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        found = getattr(importlib.import_module(f"obsgen.commands.{name}"), name)
        assert isinstance(found, click.Command)
        return found
