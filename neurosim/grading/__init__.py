"""Grading: whether a circuit is what it should be, told so that a student understands it."""

from .assertion import RefutedError, assert_implements

__all__ = ["RefutedError", "assert_implements"]
