"""Grading: whether a circuit is what it should be, told so that a student understands it.

`assert_implements` compares one circuit with its specification.  `marking.grade` runs a student's
file against an `Exercise`, part by part in limited processes.

The limits keep an honest mistake (an endless loop, a fork in it, too much memory) from harming the
grader.  **They are no sandbox against malice**: the file runs with the rights of whoever grades it
and can read and write what that user can, the network included; it can change the grader's files,
and kill what watches it and so leave something running.  Grade strangers' files as a user without
rights, in a container or a virtual machine.
"""

from .assertion import RefutedError, assert_implements
from .exercise import Exercise, Part
from .grades import Grade, PartGrade
from .interface import Interface, Port
from .limits import Limits

__all__ = [
    "Exercise",
    "Grade",
    "Interface",
    "Limits",
    "Part",
    "PartGrade",
    "Port",
    "RefutedError",
    "assert_implements",
]
