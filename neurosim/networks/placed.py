"""Arrays that may be on either device: where they were asked for last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .engines import engine, to_host

AT_ONCE = 1 << 26  # bytes that come home in one piece, of which the card makes a copy before


class Placed:
    """Numbers that move to the device that asks for them.

    Who asks may write to what he is given: the copy on the other device is old from then on, and
    is written anew, into the same memory, when it is asked for.

    Parameters
    ----------
    home
        The array on the CPU.
    """

    __slots__ = ("_away", "_home", "_is_away")

    def __init__(self, home: np.ndarray) -> None:
        self._home = home
        self._away: Any = None
        self._is_away = False

    @property
    def home(self) -> np.ndarray:
        """The array on the CPU, as the numbers are now."""
        if self._is_away:
            self._home[...] = self._away.get()
            self._is_away = False
        return self._home

    @property
    def here(self) -> Any:
        """The array on the device where operations run now."""
        on = engine()
        if not on.is_card:
            return self.home
        if not self._is_away:
            if self._away is None:
                self._away = on.xp.asarray(self._home)
            else:
                self._away.set(self._home)
            self._is_away = True
        return self._away

    @property
    def nbytes(self) -> int:
        """How much memory the numbers take, at either place."""
        return self._home.nbytes

    @property
    def nbytes_there(self) -> int:
        """How much memory of a card they have already."""
        return 0 if self._away is None else self.nbytes

    @property
    def is_away(self) -> bool:
        """Whether the numbers as they are now are on a card."""
        return self._is_away

    def read(self) -> np.ndarray:
        """Return the numbers as they are now, to be read alone: they stay where they are."""
        return self._away.get() if self._is_away else self._home

    def give_up(self) -> None:
        """Forget what is on a card: the numbers are those that were at home last."""
        self._away, self._is_away = None, False

    def __getstate__(self) -> np.ndarray:
        return self.read()

    def __setstate__(self, state: np.ndarray) -> None:
        self.__init__(state)  # type: ignore[misc]


def note_at_home(numbers: Iterable[Placed]) -> None:
    """Write down at home what numbers on a card are now, all of one moment; they stay there.

    Many small arrays come in one piece: each copy alone would be waited for.  A large one comes by
    itself, and takes no more of the card's memory.
    """
    pieces: dict[np.dtype, list[Placed]] = {}
    for placed in numbers:
        if placed.is_away and placed.nbytes >= AT_ONCE:
            placed._home[...] = placed.read()
        elif placed.is_away:
            piece = pieces.setdefault(placed._home.dtype, [])
            piece.append(placed)
            if sum(one.nbytes for one in piece) >= AT_ONCE:
                _bring(pieces.pop(placed._home.dtype))
    for piece in pieces.values():
        _bring(piece)


def _bring(piece: list[Placed]) -> None:
    flat = to_host(np.concatenate([placed._away.reshape(-1) for placed in piece]))
    first = 0
    for placed in piece:
        last = first + placed._home.size
        placed._home[...] = flat[first:last].reshape(placed._home.shape)
        first = last
