"""What a run needs of the card's memory, and what is said where there is not so much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError
from .availability import free_bytes

if TYPE_CHECKING:
    from ..program import Program

GIB = 2**30


def nbytes_of(program: Program) -> int:
    """Return how many bytes a Program's own arrays take."""
    return sum(array.nbytes for array in program.tables)


def check_weights(program: Program) -> None:
    """Refuse a Program whose own arrays do not fit.

    Raises
    ------
    InputError
        They do not; the message says how much they need and how much there is.
    """
    free = free_bytes()
    if nbytes_of(program) > free:
        raise weights_too_large(program)


def weights_too_large(program: Program) -> InputError:
    """Return the error for a Program whose own arrays do not fit."""
    return InputError(
        f"device 'cuda': the weights need {nbytes_of(program) / GIB:,.3g} GiB, but "
        f"{free_bytes() / GIB:,.3g} GiB are free there: use dtype='float32' or device='cpu'"
    )


@dataclass(frozen=True)
class Need:
    """What some trials need beside the Program's own arrays.

    Attributes
    ----------
    trials : how many they are
    places : values in a state vector
    shared : bytes for all of them together
    each : bytes for each of them
    weights : bytes of the Program's own arrays, which are there already
    """

    trials: int
    places: int
    shared: int
    each: int
    weights: int

    def fit(self) -> int:
        """Return how many trials fit at a time."""
        return max(0, free_bytes() - self.shared) // max(1, self.each)

    def check(self, trials: int) -> None:
        """Refuse so many trials at a time where they do not fit, before anything is moved there.

        Raises
        ------
        InputError
            It does not; the message says how much is needed, how much there is, and what would fit.
        """
        if self.shared + self.each * trials > free_bytes():
            raise self.too_large()

    def too_large(self) -> InputError:
        """Return the error for what does not fit."""
        free = free_bytes()
        fit = min(self.fit(), self.trials - 1)  # it did not, whatever the sums say
        advice = f"{fit:,} trials would fit" if fit else "not even one trial fits: use device='cpu'"
        needed = (self.shared + self.each * self.trials) / GIB
        return InputError(
            f"device 'cuda': {self.trials:,} trials of {self.places:,} values need {needed:,.3g} "
            f"GiB beside {self.weights / GIB:,.3g} GiB of weights, but {free / GIB:,.3g} GiB are "
            f"free there: {advice}"
        )
