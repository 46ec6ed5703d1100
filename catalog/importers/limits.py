"""How much of a document is read before reading stops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Beyond `max_bytes`, `max_seconds` and `max_memory_mb` reading stops; beyond the others, a piece is a problem.

    `max_bytes` holds for the document as it comes and unpacked. `max_seconds` is processor time, and so is the time
    spent waiting for the next batch. `max_macro_characters` is the length of one @string, `max_expanded_characters`
    what all uses of macros may add up to.
    """

    max_bytes: int = 64 * 2**20
    max_entries: int = 100_000
    max_brace_depth: int = 1_000
    max_macro_characters: int = 10_000
    max_expanded_characters: int = 20_000_000
    max_seconds: float = 60
    max_memory_mb: int = 1024


DEFAULT_LIMITS = Limits()
