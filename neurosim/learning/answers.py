"""What neurons with learned weights answer: their circuit's answers, in the patterns' shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError

if TYPE_CHECKING:
    from ..circuit import Circuit


def answers(circuit: Circuit, weights: np.ndarray, patterns: Any) -> Any:
    """Return a circuit's answers to patterns of any number.

    Parameters
    ----------
    weights
        (inputs,) of one neuron, (neurons, inputs) of several.
    patterns
        (…, inputs)

    Returns
    -------
    (…) of one neuron, (…, neurons) of several; of one neuron and one pattern a number.

    Raises
    ------
    InputError
        Another number of inputs.
    """
    shown = np.asarray(patterns)
    inputs = weights.shape[-1]
    if not shown.ndim or shown.shape[-1] != inputs:
        raise InputError(
            f"{circuit}: it has {inputs} inputs, so it takes patterns of shape (…, {inputs}) (got "
            f"{shown.shape})"
        )
    found = np.asarray(circuit(shown.reshape(-1, inputs)))
    found = found.reshape(shown.shape[:-1] + weights.shape[:-1])
    return found if found.ndim else float(found)
