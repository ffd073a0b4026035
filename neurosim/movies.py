"""Movies: inputs whose frames are made when they are needed, so that a long one is never whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .errors import InputError
from .timing import MOST, positive, whole

BLOCK = 1 << 22  # bytes of frames made at a time where nobody says how many


class Movie:
    """Frames in time.  `circuit.simulate(movie, …)` shows it, `measuring` answers to it.

    Parameters
    ----------
    make
        ``make(first, count)`` returns the frames from number `first` on: (count, *shape), the
        same whatever stretch is asked for.
    shape
        Of one frame.
    frame
        Seconds that one is shown.
    count
        How many there are; left out, the movie has no end.

    Raises
    ------
    InputError
        Seconds or a count that cannot be.
    """

    def __init__(
        self, make: Callable[[int, int], np.ndarray], shape: tuple[int, ...], frame: float,
        count: int | None = None,
    ):  # fmt: skip
        self._make = make
        self.shape = shape
        self.frame = positive(frame, "frame", "seconds")
        self.count = None if count is None else whole(count, "count", 1, MOST)

    @classmethod
    def of(cls, frames: np.ndarray, frame: float) -> Movie:
        """Return frames that are there already, (count, *shape), as a movie."""
        return cls(
            lambda first, count: frames[first : first + count], frames.shape[1:], frame, len(frames)
        )

    def frames(self, first: int, count: int) -> np.ndarray:
        """Return `count` frames from number `first` on: (count, *shape).

        Raises
        ------
        InputError
            Frames before the first or after the last; frames of another shape than the movie's.
        """
        first, count = whole(first, "first", 0), whole(count, "count", 0)
        if self.count is not None and first + count > self.count:
            raise InputError(
                f"the movie has {self.count:,} frames of {self.frame:g} s; frames {first:,} to "
                f"{first + count - 1:,} are not all there"
            )
        made = self._make(first, count)
        if made.shape != (count, *self.shape):
            raise InputError(
                f"the movie's frames have shape {self.shape}; {count} of them were made as an "
                f"array of shape {made.shape}"
            )
        return made

    def cut(self, count: int) -> Movie:
        """Return the first `count` frames as a movie.

        Raises
        ------
        InputError
            There are fewer.
        """
        count = whole(count, "count", 1, MOST)
        if self.count is not None and count > self.count:
            raise InputError(f"the movie has {self.count:,} frames, not {count:,}")
        return Movie(self._make, self.shape, self.frame, count)

    def blocks(self, most: int | None = None) -> Iterator[np.ndarray]:
        """Return the frames, at most so many at a time: each (count, *shape).

        Raises
        ------
        InputError
            A movie without end: cut it first.
        """
        last = len(self)
        if most is None:
            most = max(1, BLOCK // max(8, 8 * int(np.prod(self.shape))))
        return (self.frames(first, min(most, last - first)) for first in range(0, last, most))

    def __len__(self) -> int:
        if self.count is None:
            raise InputError("the movie has no end: take so many frames of it with cut(count)")
        return self.count

    def __iter__(self) -> Iterator[np.ndarray]:
        return (image for block in self.blocks() for image in block)

    def __call__(self, time: float) -> np.ndarray:
        """Return what is shown at a time in seconds."""
        return self.frames(int(time / self.frame + 1e-6), 1)[0]

    def __repr__(self) -> str:
        long = "without end" if self.count is None else f"{self.count:,} frames"
        return f"<movie, {long} of shape {self.shape}, {self.frame:g} s each>"
