"""Movies: inputs whose frames are made when they are needed, so that a long one is never whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from .errors import InputError
from .timing import MOST, positive, real, whole

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
        if not callable(make):
            raise InputError(
                f"a movie is made by a function make(first, count) (got {make!r}): frames that are "
                "there already are Movie.of(frames, frame)"
            )
        if not isinstance(shape, tuple | list):
            raise InputError(f"a movie's shape is that of one frame, a tuple (got {shape!r})")
        self._make = make
        self.shape = tuple(whole(n, "each side of a movie's shape", 0) for n in shape)
        self.frame = positive(frame, "frame", "seconds")
        self.count = None if count is None else whole(count, "count", 1, MOST)

    @classmethod
    def of(cls, frames: np.ndarray, frame: float) -> Movie:
        """Return frames that are there already, (count, *shape), as a movie.

        Raises
        ------
        InputError
            No array of numbers with an axis of frames.
        """
        try:
            frames = np.asarray(frames)
        except ValueError:  # rows of different lengths
            raise InputError("a movie's frames must all have one shape") from None
        if frames.dtype.kind not in "biuf" or not frames.ndim:
            raise InputError(
                f"a movie's frames are an array of numbers, (count, *shape) (got {frames.dtype} of "
                f"shape {frames.shape})"
            )
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
        made = np.asarray(self._make(first, count))
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
            most = max(1, BLOCK // max(8, 8 * math.prod(self.shape)))
        most = whole(most, "most", 1)
        return (self.frames(first, min(most, last - first)) for first in range(0, last, most))

    def __len__(self) -> int:
        if self.count is None:
            raise InputError("the movie has no end: take so many frames of it with cut(count)")
        return self.count

    def __iter__(self) -> Iterator[np.ndarray]:
        return (image for block in self.blocks() for image in block)

    def __call__(self, time: float) -> np.ndarray:
        """Return what is shown at a time in seconds.

        Raises
        ------
        InputError
            A time before the first frame, or after the last.
        """
        try:
            now = real(time)
        except (TypeError, ValueError):
            raise InputError(f"time must be a number of seconds (got {time!r})") from None
        if not 0 <= now < MOST * self.frame:
            raise InputError(f"time must be finite and at least 0 seconds (got {now:g})")
        return self.frames(int(now / self.frame + 1e-6), 1)[0]

    def __repr__(self) -> str:
        long = "without end" if self.count is None else f"{self.count:,} frames"
        return f"<movie, {long} of shape {self.shape}, {self.frame:g} s each>"
