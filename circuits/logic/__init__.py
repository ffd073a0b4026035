"""Logic circuits: gates, truth tables, expressions, selectors and circuits that remember.

Every function returns a `neurosim.Circuit`.  A gate of n inputs has n single 0/1 inputs, called x
and y for two and x1, x2, …, xn for more, so that it is called as ``and_(3)(1, 1, 0)``; only what
is one thing, a number (`bits=`) or a row of data, is one input.
"""

from .expressions import expression
from .gates import and_, majority, nand, nor, not_, or_, xnor, xor
from .selecting import decoder, multiplexer
from .sequential import ring_oscillator, sr_latch
from .tables import from_table, parity, symmetric

__all__ = [
    "and_",
    "decoder",
    "expression",
    "from_table",
    "majority",
    "multiplexer",
    "nand",
    "nor",
    "not_",
    "or_",
    "parity",
    "ring_oscillator",
    "sr_latch",
    "symmetric",
    "xnor",
    "xor",
]
