"""manifest.json: every file with its hash and the specs it comes from, for pruning and drift."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from obsgen.artefacts import OutputFile


def manifest(files: Iterable[OutputFile], environment: str = "", speed: int = 1) -> OutputFile:
    """Return the manifest of *files*; it says the environment, and by what times are divided."""
    listed = {
        file.path: {
            "sha256": hashlib.sha256(file.data).hexdigest(),
            "sources": list(file.sources),
        }
        for file in sorted(files, key=lambda file: file.path)
    }
    named = {"environment": environment} if environment else {}
    divided = {"speed": speed} if speed > 1 else {}
    text = json.dumps({**named, **divided, "files": listed}, indent=2, ensure_ascii=False)
    return OutputFile(path="manifest.json", data=f"{text}\n".encode(), sources=())
