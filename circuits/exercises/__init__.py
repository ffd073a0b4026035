"""Exercises: what students are to build, for `neurosim grade`.

Each is a module here, whose variable EXERCISE is a `neurosim.grading.Exercise`.  What a student
hands in that earns full marks, and what does not, is in the tests.
"""

from importlib import import_module

from neurosim.grading import Exercise

# From the first lecture on.
NAMES = ("gate", "adder", "spot-detector", "edge-detector", "orientation-cell", "perceptron")


def exercise(name: str) -> Exercise:
    """Return the exercise of that name, one of `NAMES`."""
    found: Exercise = import_module(f".{name.replace('-', '_')}", __name__).EXERCISE
    return found
