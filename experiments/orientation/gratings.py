"""The gratings that all these cells are shown."""

from __future__ import annotations

ERROR = 0.01  # of the largest response, what the pixels cost
FRAMES = 24  # a cycle
HERTZ = 4.0
FRAME = 1 / (FRAMES * HERTZ)  # seconds
