"""Whose turn it is on the card, and on which card and stream: Numba's, for CuPy too."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from .availability import is_simulated


class Turns:
    """Who may use what is there once: one thread at a time, in the order in which they came.

    A thread that has its turn may take it again within.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me, ticket = threading.get_ident(), object()
        with self._changed:
            if self._owner != me:
                self._waiting.append(ticket)
                try:
                    self._changed.wait_for(
                        lambda: self._owner is None and self._waiting[0] is ticket
                    )
                finally:  # where Ctrl-C is heard too: who waits behind is not to wait for ever
                    self._waiting.remove(ticket)
                    self._changed.notify_all()
                self._owner = me
            self._depth += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            if self._owner != threading.get_ident():  # Ctrl-C, and again, while it gave way
                return
            self._depth -= 1
            if not self._depth:
                self._owner = None
                self._changed.notify_all()

    def give_way(self) -> None:
        """Let the threads that wait have their turns, then go on; within another turn, do nothing.

        It is called by the thread whose turn it is.
        """
        if self._waiting and self._depth == 1:
            self.__exit__()
            try:
                self.__enter__()
            except BaseException:  # Ctrl-C: what is put in order then needs the turn, too
                self.__enter__()
                raise


_turns = Turns()  # on the card's default stream, and in the simulator
give_way = _turns.give_way


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Have the card for oneself: CuPy's arrays and copies go where Numba's launches go.

    Numba launches on its own current card's default stream, CuPy works on the card and the stream
    that the caller may have chosen: the two would not wait for each other.  Who has it for long
    calls `give_way` now and then.
    """
    with _turns:
        if is_simulated():
            yield
            return
        import cupy

        # CuPy's own context managers would leave behind another stream than `use` has chosen.
        device = cupy.cuda.Device()
        cupy.cuda.Device(card()).use()
        stream = cupy.cuda.get_current_stream()  # each card has its own
        cupy.cuda.Stream.null.use()
        try:
            yield
        finally:
            stream.use()
            device.use()


def card() -> int:
    """Return the number of the card that Numba launches on."""
    if is_simulated():
        return 0
    from ..kernels.cuda_jit import cuda

    return int(cuda.get_current_device().id)
