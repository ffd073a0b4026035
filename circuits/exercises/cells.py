"""A student's cell on the examiner's screen: what it answers, and what is asked of that."""

from __future__ import annotations

import math

import numpy as np

from neurosim import Circuit, Source

from ..stimuli import Screen

ANY = 1e-6  # the least answer that counts as one
MOST_PLAIN = 1e12  # above which a number has more digits than anybody reads


class Cell:
    """One cell that sees images.

    Parameters
    ----------
    circuit
        With one input, an image as large as the screen, and one output, a single cell.
    screen
        It shows contrasts: 0 is the background.
    """

    def __init__(self, circuit: Circuit, screen: Screen):
        self.circuit = circuit
        self.screen = screen
        self.unit = Source(circuit, circuit.outputs[0].index)
        self.spontaneous = float(circuit(np.zeros(screen.shape)))

    def answer(self, image: np.ndarray) -> float:
        """Return by how much it is more active than on an empty screen."""
        return float(self.circuit(image)) - self.spontaneous

    def to_uniform(self, contrast: float) -> float:
        """Return its answer where the whole screen is brighter, or below 0 darker."""
        return self.answer(np.full(self.screen.shape, contrast))


def ask(
    measured: float, what: str, *, at_most: float = math.inf, at_least: float = -math.inf
) -> None:
    """Raise an AssertionError that says what was measured and what is asked for.

    Parameters
    ----------
    measured
        A number; NaN is never what is asked for.
    what
        What it is, as the beginning of a sentence: "the answer to a centred spot".
    at_most, at_least
        What is asked for.
    """
    if not at_least <= measured <= at_most:
        low = "more than 0" if at_least == ANY else f"at least {plain(at_least)}"
        bound = low if measured < at_least else f"at most {plain(at_most)}"
        if math.isnan(measured):
            bound = "a number"
        raise AssertionError(f"{what} is {plain(measured)}; asked for: {bound}")


def plain(number: float) -> str:
    """Return a number in three digits without a power of ten; almost nothing as 0."""
    if abs(number) < ANY:
        return "0"
    if not abs(number) <= MOST_PLAIN:
        return f"{number:.3g}"
    rounded = float(f"{number:.3g}")
    return (
        f"{rounded:,.0f}" if abs(rounded) >= 1000 else np.format_float_positional(rounded, trim="-")
    )
