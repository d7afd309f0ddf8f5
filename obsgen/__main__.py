"""`python -m obsgen`."""

from __future__ import annotations

from obsgen.cli import main

if __name__ == "__main__":
    main()
