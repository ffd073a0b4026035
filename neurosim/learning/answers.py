"""What neurons with learned weights answer, in the patterns' shape."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from .samples import reals

if TYPE_CHECKING:
    from ..circuit import Circuit


class Answering(ABC):
    """Neurons with learned weights, which answer patterns of any number.

    Attributes
    ----------
    weights : (inputs,) of one neuron, (neurons, inputs) of several
    """

    weights: np.ndarray

    @abstractmethod
    def circuit(self) -> Circuit:
        """Return the neurons as a circuit."""

    def __call__(self, patterns: Any) -> Any:
        """Return the neurons' answers, those of `circuit`.

        Parameters
        ----------
        patterns
            (…, inputs)

        Returns
        -------
        (…) of one neuron, (…, neurons) of several; of one neuron and one pattern a number.

        Raises
        ------
        InputError
            Another number of inputs, or no numbers.
        """
        circuit = self.circuit()
        rows, shape = in_rows(patterns, self.weights.shape[-1], str(circuit))
        found = np.asarray(circuit(rows)).reshape(shape + self.weights.shape[:-1])
        return found if found.ndim else float(found)


def in_rows(patterns: Any, inputs: int, whose: str) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return patterns of any number in rows, (patterns, inputs), and the shape that they came in.

    Parameters
    ----------
    patterns
        (…, inputs)
    whose
        Who has so many inputs: what errors begin with.
    """
    shown = reals(patterns, f"{whose}: patterns")
    if not shown.ndim or shown.shape[-1] != inputs:
        count = f"{inputs} input{'s' * (inputs != 1)}"
        raise InputError(
            f"{whose}: it has {count}, so it takes patterns of shape (…, {inputs}) (got "
            f"{shown.shape})"
        )
    return shown.reshape(-1, inputs), shown.shape[:-1]
