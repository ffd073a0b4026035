"""Networks at work on a card, which may fail: what is said then, and what they are afterwards."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cuda.trouble import is_loss, is_memory
from ..errors import DeviceError, InputError
from .engines import engine, forget_card, running
from .footprint import Footprint
from .homecoming import Homecoming

if TYPE_CHECKING:
    from .model import Model


@dataclass
class Work:
    """How far work is.

    Attributes
    ----------
    during : in which part of it, in words: ``" in epoch 3"``
    saved : where the network was saved last, empty if nowhere
    """

    during: str = ""
    saved: Callable[[], str] = str


@contextmanager
def away(
    model: Model, who: str, device: str, footprint: Callable[[], Footprint], learns: bool = False
) -> Iterator[Work]:
    """Let a network work on a device within.

    Parameters
    ----------
    who
        Which call it is, for messages.
    device
        "cpu" or "cuda".
    footprint
        Returns what the work takes of the card's memory.
    learns
        Whether it changes the weights.

    Raises
    ------
    InputError
        The card has too little memory: how much is needed, and how large batches may be.
    DeviceError
        It failed.  The network is on the CPU again, as it was when all of it was there last.
    """
    work, home = Work(), model.homecoming
    if device == "cpu":
        with running(device):
            yield work
        return
    try:
        with running(device):
            home.leave(learns)
            try:
                yield work
            finally:
                engine().doubts.forget()
        return
    except DeviceError:  # of what ran within
        home.go_back()
        raise
    except Exception as error:
        cause: Exception | None = error
        if is_memory(error):
            traceback.clear_frames(error.__traceback__)  # these hold what takes the memory
            home.come_home()
            failed: Exception = InputError(f"{who}: {footprint().refusal()}")
            cause = None
        elif is_loss(error):
            failed = _lost(error, who, work, home)
        else:
            raise
    raise failed from cause


def _lost(error: Exception, who: str, work: Work, home: Homecoming) -> DeviceError:
    """Return the error of a card that failed, and let the network go on without it."""
    traceback.clear_frames(error.__traceback__)
    home.go_back()
    forget_card()
    saved = work.saved()
    told = " ".join(str(error).split()).rstrip(".")
    return DeviceError(
        f"{who}: device 'cuda' failed{work.during} ({type(error).__name__}: {told}); the network "
        f"is on the CPU again, with its weights from {home.when or 'before'}; "
        + (f"the last checkpoint is {saved!r}; " if saved else "")
        + "go on with device='cpu', or on the card in a new process"
    )
