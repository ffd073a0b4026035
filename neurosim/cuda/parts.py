"""Sums over the rows of tall arrays: of parts first, by threads enough to keep a card busy."""

from __future__ import annotations

from typing import Any

import numpy as np

from .availability import arrays

SUMMING = 2**16  # threads, a quarter of those that an H100 holds


def room_for_parts(rows: int, channels: int, dtype: np.dtype) -> Any:
    """Return room for sums over parts of so many rows, (parts, channels): a thread writes each."""
    parts = min(rows, -(-SUMMING // max(1, channels)))
    return arrays().empty((max(1, parts), channels), dtype)
