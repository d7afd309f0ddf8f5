"""Pages for people, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.artefacts import Compiled, OutputFile


def files(compiled: Compiled) -> Iterator[OutputFile]:
    """Yield the files below `docs/`."""
    for page in compiled.pages:
        yield OutputFile(path=f"docs/{page.path}", data=page.text.encode(), sources=page.sources)
