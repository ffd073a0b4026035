"""On which device operations run, and what they are made of there: resolved once for each.

An operation is written once, in functions of arrays that NumPy and CuPy have and in kernels that
have the same name and arguments on both.  Which it takes is the engine's to say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any

import numpy as np

from .. import kernels
from ..backend import check_device

WITH_ARRAYS = ("cupy", "neurosim.cuda.simulated")  # of a card


class Doubts:
    """What of the numbers on a card would be refused: read at the end where reading would wait.

    Attributes
    ----------
    noted : whether a condition held since the last time: an array of the card, (1,)
    """

    def __init__(self, xp: Any) -> None:
        self.noted = xp.zeros(1, np.bool_)
        self._is_later = ContextVar("is_later", default=False)  # each thread has its own

    def __call__(self, condition: Any) -> bool:
        """Return whether a condition on numbers holds; False where that is noted for later."""
        if not self._is_later.get():
            return bool(condition)
        np.logical_or(self.noted, condition, out=self.noted)
        return False

    def settle(self) -> bool:
        """Return whether one that was noted since the last time held."""
        noted = bool(self.noted)
        self.forget()
        return noted

    def forget(self) -> None:
        """Forget what was noted."""
        self.noted.fill(False)

    @contextmanager
    def later(self) -> Iterator[None]:
        """Only note within what would be refused."""
        before = self._is_later.set(True)
        try:
            yield
        finally:
            self._is_later.reset(before)


@dataclass(frozen=True, eq=False)
class Engine:
    """A device.

    Attributes
    ----------
    device : "cpu" or "cuda"
    xp : whose arrays are there: NumPy, or CuPy
    kind : the class of these arrays
    kernels : by the names and with the arguments of `neurosim.kernels`
    matmul : the product a @ b, written to out where that is given
    dot : the product of two vectors, an array of one number
    doubts : told whether numbers are such as are refused, answers that: `bool`, or `Doubts`
    """

    device: str
    xp: Any
    kind: type
    kernels: Any
    matmul: Callable[..., Any]
    dot: Callable[[Any, Any], Any]
    doubts: Any

    @property
    def is_card(self) -> bool:
        """Whether it has a memory of its own, and works on while Python goes on."""
        return self.kind is not np.ndarray

    @cached_property
    def convolution(self) -> Any:
        """How a convolution and its gradients are laid out for these kernels."""
        return self._laid_out("convolution")

    @cached_property
    def pooling(self) -> Any:
        """How pooling and its gradients are laid out for these kernels."""
        return self._laid_out("pooling")

    @cached_property
    def divisive(self) -> Any:
        """How divisive normalization and its gradients are made of what there is."""
        return self._laid_out("divisive")

    @cached_property
    def recurrent(self) -> Any:
        """How a recurrent layer and its gradients are laid out for these kernels."""
        return self._laid_out("recurrent")

    def _laid_out(self, subject: str) -> Any:
        """Return the module with a subject's functions for this device: imported when used."""
        where = f"..cuda.{subject}" if self.is_card else f".operations.{subject}_work"
        return import_module(where, __package__)

    def take(self, array: Any) -> Any:
        """Return an array of this device: the same where it is one, else a copy."""
        if isinstance(array, self.kind):
            return array
        return to_host(array) if self.kind is np.ndarray else self.xp.asarray(array)


CPU = Engine("cpu", np, np.ndarray, kernels, np.matmul, np.dot, bool)
_ENGINE: ContextVar[Engine] = ContextVar("engine", default=CPU)


def engine() -> Engine:
    """Return where operations run now."""
    return _ENGINE.get()


@cache
def card() -> Engine:
    """Return the engine of the card, which there must be."""
    from ..cuda import network_kernels, products
    from ..cuda.availability import arrays

    xp = arrays()
    return Engine(
        "cuda", xp, xp.ndarray, network_kernels, products.matmul, products.dot, Doubts(xp)
    )


def forget_card() -> None:
    """Forget all that is held on a card that failed; the next one begins anew."""
    from ..cuda import cublas, launches, network_kernels

    card.cache_clear()
    cublas.forget()
    launches.forget()
    network_kernels.forget()


def chosen(device: str | None) -> str:
    """Return the device of a call, "cpu" or "cuda": where operations run now, if it names none.

    Raises
    ------
    InputError
        As `on_device`.
    """
    return engine().device if device is None else check_device(device)


@contextmanager
def on_device(device: str) -> Iterator[None]:
    """Make tensors, and compute with them, on a device within.

    Networks go there too, and back where they are called or looked at elsewhere.

    Parameters
    ----------
    device
        "cpu", "cuda" or "auto", which takes "cuda" where there is a card and says so once.

    Raises
    ------
    InputError
        Another device; "cuda" where it cannot be had: the message says why, and what to do.

    Examples
    --------
    >>> from neurosim.networks import Tensor
    >>> with on_device("cpu"):
    ...     Tensor([1.0, 2.0]).device
    'cpu'
    """
    before = engine()
    wanted = CPU if check_device(device) == "cpu" else card()
    if wanted is before:
        yield
        return
    token = _ENGINE.set(wanted)
    try:
        if wanted is CPU:
            yield
        else:
            from ..cuda.turns import turn

            with turn():
                yield
    finally:
        _ENGINE.reset(token)


@contextmanager
def running(device: str) -> Iterator[None]:
    """Compute on a device within, as `on_device`, and wait for a card only where it is asked."""
    with on_device(device):
        on = engine()
        with on.doubts.later() if isinstance(on.doubts, Doubts) else nullcontext():
            yield


def is_array(values: Any) -> bool:
    """Return whether these are an array of either device's, as they stand."""
    return isinstance(values, np.ndarray) or is_on_card(values)


def is_on_card(values: Any) -> bool:
    """Return whether these are an array of a card's: there is none where nothing made one."""
    if isinstance(values, np.ndarray):  # as nearly always
        return False
    for name in WITH_ARRAYS:
        module = sys.modules.get(name)
        if module is not None and isinstance(values, getattr(module, "ndarray", ())):
            return True
    return False


def to_host(array: Any) -> np.ndarray:
    """Return NumPy's array of either device's: the same, or a copy."""
    return array.get() if is_on_card(array) else array
