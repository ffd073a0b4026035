"""An adder: from two bits to numbers of any width."""

from neurosim import Circuit
from neurosim.grading import Exercise, Interface, Part, Port, assert_implements

TASK = """\
Add with neurons of 0 and 1, by calling circuits on circuits: Y = g(f(X)).

  half_adder   inputs x, y; outputs sum, carry: x + y = sum + 2·carry
  full_adder   inputs x, y, carry_in; outputs sum, carry: x + y + carry_in = sum + 2·carry
  adder(bits)  a function that returns a circuit: inputs a, b, numbers of so many bits; output
               total = a + b, a number of one bit more

half_adder and full_adder are Circuits, or functions without arguments that return one.  Inputs and
outputs are declared in this order.  Bit 0 of a number, a[0], is the least significant.
"""

STARTER = """\
from neurosim import Circuit


def half_adder():
    circuit = Circuit("half adder")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("sum", excite=x + y, threshold=1))  # not yet right
    circuit.output(circuit.binary("carry", excite=x + y, threshold=2))
    return circuit


def full_adder():
    circuit = Circuit("full adder")
    x, y, carry_in = circuit.inputs("x", "y", "carry_in")
    first = half_adder()(x, y)  # first.sum and first.carry are neurons of this circuit
    ...
    return circuit


def adder(bits):
    circuit = Circuit("adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    sums = []  # a full adder for each bit: a[0] and b[0] first
    ...
    circuit.output(sums, "total", bits=bits + 1)
    return circuit
"""

SUM = (Port("sum"), Port("carry"))


def _half(circuit: Circuit) -> str:
    return str(assert_implements(circuit, lambda x, y: (x ^ y, x & y)))


def _full(circuit: Circuit) -> str:
    def split(x: int, y: int, carry_in: int) -> tuple[int, int]:
        return (x + y + carry_in) % 2, (x + y + carry_in) // 2

    return str(assert_implements(circuit, split))


def _adds(circuit: Circuit) -> str:
    return str(assert_implements(circuit, lambda a, b: a + b, vectorized=True))


def _numbers(bits: int) -> Interface:
    inputs = (Port("a", bits=bits), Port("b", bits=bits))
    return Interface(inputs, (Port("total", bits=bits + 1),))


EXERCISE = Exercise(
    __name__, "adder", "An adder", "加法器", TASK, STARTER,
    (
        Part("half adder", 2, "half_adder", Interface((Port("x"), Port("y")), SUM), _half),
        Part(
            "full adder", 3, "full_adder",
            Interface((Port("x"), Port("y"), Port("carry_in")), SUM), _full,
        ),
        Part("numbers of 4 bits", 3, "adder", _numbers(4), _adds, (4,)),
        Part("numbers of 1 bit", 1, "adder", _numbers(1), _adds, (1,)),
        Part("numbers of 8 bits", 1, "adder", _numbers(8), _adds, (8,)),
    ),
)  # fmt: skip
