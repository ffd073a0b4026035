"""When a network's numbers were all at home last: what it goes back to where a card fails."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .placed import Placed, note_at_home

if TYPE_CHECKING:
    from .model import Model

SHARE = 100  # times as long as coming home takes they stay away, at least: it costs a hundredth


class Homecoming:
    """The last moment at which a network's weights, and what belongs to them, were at home.

    Parameters
    ----------
    model
        The network.

    Attributes
    ----------
    when : which moment that was, in words; empty before the first
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._is_now = False
        self._next = 0.0
        self.when = ""

    def leave(self, learns: bool) -> None:
        """Note what goes to a card now, unless all is there and has not changed since.

        Parameters
        ----------
        learns
            Whether the weights will change there.
        """
        weights = [parameter.placed for parameter in self._model.weights]
        are_away = all(placed.is_away for placed in (self.numbers() if learns else weights))
        if not (are_away and self.when):
            self.note("before they went to the card")
        self._is_now = self._is_now and not learns

    def note(self, when: str) -> None:
        """Note all as it is now, in words too."""
        start = time.monotonic()
        model = self._model
        note_at_home(self.numbers())
        self.when, self._is_now = when, True
        self._iterations = model.optimizer.iterations if model.is_compiled else 0
        self._counts = [(one, one.step, one.epoch) for one in model.every_stream()]
        end = time.monotonic()
        self._next = end + SHARE * (end - start)

    def note_at_times(self, when: str) -> None:
        """Note all as it is now, which has changed, where that was not done just before."""
        self._is_now = False
        if time.monotonic() >= self._next:
            self.note(when)

    def renew(self, when: str) -> None:
        """Note all as it is now, the words alone where nothing has changed since the last time."""
        if self._is_now:
            self.when = when
        else:
            self.note(when)

    def go_back(self) -> None:
        """Let the network be what it was at that moment, all at home, unless it is there."""
        numbers = self.numbers()
        was_there = any(placed.is_away for placed in numbers) and self.when
        for placed in numbers:
            placed.give_up()
        if not was_there:
            return
        if self._model.is_compiled:
            self._model.optimizer.iterations = self._iterations
        for streams, step, epoch in self._counts:
            streams.step, streams.epoch = step, epoch

    def come_home(self) -> None:
        """Let all come home as it is."""
        for placed in self.numbers():
            placed.home  # noqa: B018 - it comes

    def numbers(self) -> list[Placed]:
        """Return the weights, and what the optimizer keeps of them, wherever they are."""
        model = self._model
        kept = model.optimizer.placed if model.is_compiled else []
        return [*(parameter.placed for parameter in model.weights), *kept]
