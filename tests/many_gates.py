"""An exercise of many parts, an AND in each, and a last part whose examiner fails itself."""

from neurosim.grading import Exercise, Part

from two_gates import INTERFACE, _and  # isort: skip

NAMES = (
    "loop", "leave", "end", "fail", "nothing", "something", "arguments", "others", "silent",
    "graded", "inside", "neuron", "wrong", "recurrent", "huge", "right",
)  # fmt: skip
PARTS = (
    *(Part(name, 1, name, INTERFACE, _and) for name in NAMES),
    Part("fault", 1, "right", INTERFACE, lambda circuit: str(1 / 0)),
)
EXERCISE = Exercise("many_gates", "many-gates", "Many gates", "許多閘", "", "", PARTS)
