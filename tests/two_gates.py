"""Small exercises for the tests of grading, which the examiner's process imports anew."""

from neurosim.grading import Exercise, Interface, Part, Port, assert_implements

INTERFACE = Interface((Port("x"), Port("y")), (Port("z"),))


def _and(circuit):
    return str(assert_implements(circuit, lambda x, y: x & y))


def _or(circuit):
    return str(assert_implements(circuit, lambda x, y: x | y))


PARTS = (
    Part("and", 1, "both", INTERFACE, _and),
    Part("or", 2, "either", INTERFACE, _or),
)
EXERCISE = Exercise("two_gates", "two-gates", "Two gates", "兩個閘", "", "", PARTS)
