"""What is seen of training: a bar with the time left, a line an epoch, or both."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from ..errors import InputError
from ..progress import progress
from .callbacks import Logs, print_line

if TYPE_CHECKING:
    from tqdm import tqdm


class _Running(Protocol):
    def means(self) -> Logs: ...


class Reporter:
    """Tells how far training is.

    Parameters
    ----------
    verbose
        0 nothing, ``auto`` a bar, 1 a bar and a line an epoch, 2 the line alone.
    epochs, steps
        How many there will be, and batches in each.
    who
        For the message.

    Raises
    ------
    InputError
        Another verbose.
    """

    def __init__(self, verbose: int | str, epochs: int, steps: int, who: str) -> None:
        if not isinstance(verbose, int | str) or verbose not in (0, 1, 2, "auto"):
            raise InputError(f"{who}: verbose is 0, 1, 2 or 'auto' (got {verbose!r})")
        self.verbose = 1 if verbose == "auto" else int(verbose)
        # Nobody who says nothing gets lines: experiments write their claims to the same stream.
        self.lines = verbose != "auto" and bool(verbose)
        self.epochs, self.steps = epochs, steps
        self._bar: tqdm[int] | None = None

    def __enter__(self) -> Self:
        if self.verbose == 1:
            self._bar = progress(self.epochs * self.steps, "training")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def batch(self, epoch: int, running: _Running, count: int = 1) -> None:
        """Tell of a batch, or of several."""
        if self._bar is None or self._bar.disable:
            return
        self._bar.update(count)
        if self._bar.n == self._bar.last_print_n:  # it was drawn just now
            self._bar.set_description(f"epoch {epoch + 1}", refresh=False)
            self._bar.set_postfix_str(_told(running.means()), refresh=False)

    def epoch(self, epoch: int, logs: Logs) -> None:
        """Tell of an epoch."""
        if self.lines:
            self.line(f"Epoch {epoch + 1}", logs)
        if self._bar is not None and not self._bar.disable:
            self._bar.set_postfix_str(_told(logs), refresh=False)

    def line(self, title: str, logs: Logs) -> None:
        """Write a line."""
        if self.verbose:
            print_line(f"{title}: {_told(logs)}")


def _told(logs: Logs) -> str:
    return " - ".join(f"{name}: {value:.4f}" for name, value in logs.items())
