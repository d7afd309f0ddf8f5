"""What keeps names apart that are cut or cannot be spoken."""

from __future__ import annotations

from typing import Final

HASH_LENGTH: Final = 8


def digest(text: str) -> str:
    """Return so many hexadecimal digits of the text's SHA-256."""
    import hashlib  # loads OpenSSL: only where something is hashed

    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
