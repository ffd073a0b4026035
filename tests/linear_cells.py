"""Linear cells with a known receptive field, for tests of what measures them."""

import numpy as np
from scipy.special import erf

from circuits.stimuli import Screen
from neurosim import Circuit

SCREEN = Screen((21, 25), 0.2, frame=1 / 128)
A, B, B_GAIN = 0.5, 0.9, 0.8  # the radii, and the surround's volume


def weights(screen=SCREEN) -> np.ndarray:
    """A difference of Gaussians, integrated over each pixel."""

    def volume(spread):
        def part(u):
            half = screen.pixel / 2
            return (erf((u + half) / spread) - erf((u - half) / spread)) / 2

        return part(screen.x) * part(screen.y)

    return volume(A) - B_GAIN * volume(B)


def linear(shape, w, **rate) -> Circuit:
    circuit = Circuit("linear")
    image = circuit.inputs("image", shape=shape, real=True)
    rate = {"transfer": "identity", **rate}
    circuit.output(circuit.rate("cell", drive=np.ravel(w) @ image, **rate))
    return circuit
