"""Movies shown at once, each a trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim.movies import Movie


def at_once(movies: Sequence[Movie]) -> Movie:
    """Return movies of one shape as the trials of one."""
    first = movies[0]

    def make(start: int, count: int) -> np.ndarray:
        return np.stack([movie.frames(start, count) for movie in movies], axis=1)

    return Movie(make, (len(movies), *first.shape), first.frame, first.count)
