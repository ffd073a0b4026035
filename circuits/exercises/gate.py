"""A gate: one neuron, and then XOR, which one neuron cannot be."""

from neurosim import Circuit, InputError
from neurosim.grading import Exercise, Interface, Part, Port, assert_implements

TASK = """\
Neurons of 0 and 1.  Write three circuits, each with the inputs x and y, in this order, and the
output z, all of them 0 or 1:

  implies    one neuron: 1 unless x is 1 and y is 0
  xor        1 if exactly one of x and y is 1; no single neuron can do it
  unanimous  1 if x and y are equal, made of at most 3 neurons

A circuit is a Circuit, or a function without arguments that returns one.
"""

STARTER = """\
from neurosim import Circuit


def implies():
    circuit = Circuit("implies")
    x, y = circuit.inputs("x", "y")
    z = circuit.binary("z", excite=y, subtract=x, threshold=1)  # not yet right
    circuit.output(z)
    return circuit


def xor():
    circuit = Circuit("xor")
    x, y = circuit.inputs("x", "y")
    ...
    return circuit


def unanimous():
    circuit = Circuit("unanimous")
    x, y = circuit.inputs("x", "y")
    ...
    return circuit
"""

INTERFACE = Interface((Port("x"), Port("y")), (Port("z"),))


def _implies(circuit: Circuit) -> str:
    told = str(assert_implements(circuit, lambda x, y: int(y or not x)))
    _at_most(circuit, 1)
    return told


def _xor(circuit: Circuit) -> str:
    return str(assert_implements(circuit, lambda x, y: x ^ y))


def _unanimous(circuit: Circuit) -> str:
    told = str(assert_implements(circuit, lambda x, y: int(x == y)))
    _at_most(circuit, 3)
    return told


def _at_most(circuit: Circuit, most: int) -> None:
    count = sum(population.size for population in circuit.neuron_populations)
    if count > most:
        raise InputError(
            f"{circuit} answers rightly, but with {count} neurons; "
            f"{most} {'is' if most == 1 else 'are'} enough"
        )


EXERCISE = Exercise(
    __name__, "gate", "Gates", "有 0 與 1 的神經元", TASK, STARTER,
    (
        Part("implies, in one neuron", 2, "implies", INTERFACE, _implies),
        Part("xor", 3, "xor", INTERFACE, _xor),
        Part("unanimous, in three neurons", 3, "unanimous", INTERFACE, _unanimous),
    ),
)  # fmt: skip
