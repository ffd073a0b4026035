"""Arrays that may be on either device: where they were asked for last."""

from __future__ import annotations

from typing import Any

import numpy as np

from .engines import engine


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

    def read(self) -> np.ndarray:
        """Return the numbers as they are now, to be read alone: they stay where they are."""
        return self._away.get() if self._is_away else self._home

    def __getstate__(self) -> np.ndarray:
        return self.read()

    def __setstate__(self, state: np.ndarray) -> None:
        self.__init__(state)  # type: ignore[misc]
