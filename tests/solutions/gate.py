"""What earns full marks for the gates: one neuron, and two layers where one is not enough."""

from neurosim import Circuit


def implies():
    circuit = Circuit("implies")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=y, subtract=x, threshold=0))
    return circuit


def xor():
    circuit = Circuit("xor")
    x, y = circuit.inputs("x", "y")
    both = circuit.binary("both", excite=x + y, threshold=2)
    circuit.output(circuit.binary("z", excite=x + y, subtract=2 * both, threshold=1))
    return circuit


unanimous = Circuit("unanimous")
x, y = unanimous.inputs("x", "y")
both = unanimous.binary("both", excite=x + y, threshold=2)
unanimous.output(unanimous.binary("z", excite=2 * both, subtract=x + y, threshold=0))
