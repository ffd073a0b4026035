"""What earns full marks for the edge detector: each pixel against its right and lower neighbour."""

import numpy as np

from neurosim import Circuit, convolve


def edge_detector():
    circuit = Circuit("edges")
    image = circuit.inputs("image", shape=(24, 24), real=True)
    falls = np.array([[0, 1, -1]])
    found = [
        circuit.binary(f"change{k}", drive=convolve(image, kernel, border="reflect"), threshold=0.1)
        for k, kernel in enumerate((falls, -falls, falls.T, -falls.T))
    ]
    circuit.output(circuit.binary("edges", excite=sum(found), threshold=1))
    return circuit
