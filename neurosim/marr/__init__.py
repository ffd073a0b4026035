"""Marr's three levels as objects that run and are held against one another.

What is computed (`Computation`), by which steps on which representation (`Algorithm`), in what
hardware (`Implementation`), put together as `Marr`.
"""

from .algorithm import Algorithm, Repeat, Step
from .computation import Axiom, Computation
from .domains import Bits, Drawn, Listed, Reals
from .implementation import Implementation
from .levels import Marr

__all__ = [
    "Algorithm",
    "Axiom",
    "Bits",
    "Computation",
    "Drawn",
    "Implementation",
    "Listed",
    "Marr",
    "Reals",
    "Repeat",
    "Step",
]
