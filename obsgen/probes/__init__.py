"""One module is one kind of probe; its name is the key that chooses it, and the exporter's word."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("http", "tcp", "icmp", "dns", "grpc")
