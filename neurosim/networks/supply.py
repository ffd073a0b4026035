"""What hands samples out in batches, epoch by epoch, on the device where operations run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np

from .engines import engine
from .samples import Batch, Samples


class Supply(ABC):
    """Samples that are gone over in batches, perhaps in another order each time.

    Parameters
    ----------
    data
        The samples as they were given, on the host.
    batch_size
        How many are handed out at a time; the last ones may be fewer.
    within
        Where batches are taken from.
    """

    def __init__(self, data: Samples, batch_size: int, within: Samples) -> None:
        self.data, self.batch_size, self.within = data, batch_size, within

    @abstractmethod
    def begin(self, order: np.ndarray | None) -> None:
        """Begin to go over all, in some order or in theirs."""

    @abstractmethod
    def bring(self, part: slice) -> None:
        """Let a part of that order be at hand; it is asked for part by part, none left out."""

    @abstractmethod
    def places(self, part: slice) -> Any:
        """Return where the samples of a part that is at hand are within `within`."""

    @abstractmethod
    def where(self, numbers: Any) -> Any:
        """Return the same, of places in the order that a card has found itself."""

    def parts(self) -> Iterator[slice]:
        """Return where batches begin and end in the order."""
        return parts(len(self.data), self.batch_size)

    def batches(self) -> Iterator[Batch]:
        """Go over all in their own order."""
        self.begin(None)
        for part in self.parts():
            self.bring(part)
            yield self.within.batch(self.places(part))


class Whole(Supply):
    """Samples that are all there.

    Parameters
    ----------
    data, batch_size
        As `Supply` takes them.
    within
        The same samples on the device where operations run; left out, batches go there one by one.
    """

    def __init__(self, data: Samples, batch_size: int, within: Samples | None = None) -> None:
        super().__init__(data, batch_size, data if within is None else within)
        self._order: Any = None

    def begin(self, order: np.ndarray | None) -> None:
        """As `Supply.begin`; on a card an order is written to where the first one was."""
        on = engine()
        if on.is_card and order is not None and self._order is not None:
            self._order.set(order)
        else:
            self._order = None if order is None else on.take(order)

    def bring(self, part: slice) -> None:
        """As `Supply.bring`: all are there."""

    def places(self, part: slice) -> Any:
        """As `Supply.places`."""
        return self.where(part)

    def where(self, numbers: Any) -> Any:
        """As `Supply.where`."""
        return numbers if self._order is None else self._order[numbers]


def parts(count: int, size: int) -> Iterator[slice]:
    """Return where batches begin and end; the last may be smaller."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))
