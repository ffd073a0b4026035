"""Exercises: what students are to build, for `neurosim grade`.

Each is a module here, whose variable EXERCISE is a `neurosim.grading.Exercise`.  What a student
hands in that earns full marks, and what does not, is in the tests.
"""
