"""Selecting by a number: a decoder lights one line of many, a multiplexer passes one on."""

from __future__ import annotations

import numpy as np

from neurosim import Circuit

from .arguments import whole
from .tables import pattern_weights

MOST_SELECT_BITS = 12


def decoder(bits: int) -> Circuit:
    """Return line[k] = 1 iff k is the number given: 2^bits units, each recognising its own number.

    Input `number`, unsigned with so many bits; output `line`, shape (2^bits,).

    Raises
    ------
    CircuitError
        bits is no whole number from 1 to 12.
    """
    bits = whole(bits, "decoder: bits", 1, MOST_SELECT_BITS)
    circuit = Circuit("decoder")
    number = circuit.inputs("number", bits=bits)
    weights, ones = pattern_weights(np.arange(2**bits), bits)
    circuit.output(circuit.binary("line", drive=weights @ number, threshold=ones))
    return circuit


def multiplexer(bits: int) -> Circuit:
    """Return z = data[select]: 2^bits units that recognise their number and their datum, and OR.

    Inputs `data`, shape (2^bits,), and `select`, unsigned with so many bits: ``(data, 2)``.

    Raises
    ------
    CircuitError
        bits is no whole number from 1 to 12.
    """
    bits = whole(bits, "multiplexer: bits", 1, MOST_SELECT_BITS)
    circuit = Circuit("multiplexer")
    data = circuit.inputs("data", shape=2**bits)
    select = circuit.inputs("select", bits=bits)
    weights, ones = pattern_weights(np.arange(2**bits), bits)
    passed = circuit.binary("passed", drive=data + weights @ select, threshold=ones + 1)
    circuit.output(circuit.binary("z", excite=passed.sum(), threshold=1))
    return circuit
