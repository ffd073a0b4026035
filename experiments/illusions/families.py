"""Families of illusions: one kind, many sizes, beside the closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from neurosim.result import Result


class Family(NamedTuple):
    """Responses to stimuli of one kind and many sizes in degrees, beside the closed form."""

    name: str
    label: str
    sizes: np.ndarray
    measured: np.ndarray
    closed_form: Callable[[float], float]

    def expected(self, sizes: np.ndarray) -> np.ndarray:
        """Return the closed form's responses to stimuli of these sizes."""
        return np.array([self.closed_form(float(size)) for size in sizes])

    @property
    def error(self) -> float:
        """The largest distance from the closed form."""
        return float(np.abs(self.measured - self.expected(self.sizes)).max())


def claim_family(result: Result, family: Family, what: str, error: float) -> Family:
    """Claim that the cell answers as the closed form says; returns the family."""
    claim = f"{family.name}, {what}: largest distance from the closed form"
    result.claim(claim, family.error, at_most=error)
    return family
