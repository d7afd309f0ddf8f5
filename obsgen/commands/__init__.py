"""
The commands, a module each: they take arguments apart and call. What is done stands lower.

Whatever a command needs is imported when it runs, so that `--help` waits for none of that.
"""

from __future__ import annotations

from typing import Final

from obsgen.commands.cost import cost
from obsgen.commands.explain import explain
from obsgen.commands.generate import generate
from obsgen.commands.init import init
from obsgen.commands.schema import schema
from obsgen.commands.test import test
from obsgen.commands.validate import validate

COMMANDS: Final = (cost, explain, generate, init, schema, test, validate)
