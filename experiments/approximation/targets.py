"""Continuous functions on [0, 1] whose cosine series and modulus of continuity are known."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from scipy.special import fresnel

KINK = 0.4  # where |x − c| has its edge
RATIO = 0.7  # of a coefficient of the smooth function to the one before


class Target(ABC):
    """A function f(x) = a₀ + Σ a_k·cos(kπx).

    Attributes
    ----------
    name : as it is drawn
    constant, exponent : ω(f, h) ≤ constant·h^exponent (Hölder)
    mean : a₀
    edge : where it is not smooth, or 0
    rate : what its series' largest error falls with, for N terms: Σ|a_k| over k > N
    """

    name: str
    constant: float
    exponent: float
    mean: float
    edge = 0.0
    rate: str

    @abstractmethod
    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return f at points, of their shape."""

    @abstractmethod
    def coefficients(self, k: np.ndarray) -> np.ndarray:
        """Return a_k for k from 1, of its shape."""

    @abstractmethod
    def beyond(self, terms: int) -> tuple[float, float]:
        """Return bounds of Σ|a_k| and Σ a_k² over k > terms."""

    def modulus(self, h: float) -> float:
        """Return a bound of |f(x) − f(y)| for |x − y| ≤ h."""
        return self.constant * h**self.exponent


class Smooth(Target):
    """Poisson's kernel, (1 − r)/(1 + r)·(1 + 2Σ rᵏcos(kπx)): between 0 and 1."""

    name = "smooth"
    exponent = 1.0
    scale = (1 - RATIO) / (1 + RATIO)
    mean = scale
    rate = f"{RATIO:g}$^N$"

    def __init__(self) -> None:
        # f′ is largest where 2r·cos² + (1 + r²)·cos − 4r = 0 of cos(πx).
        square = 1 + RATIO**2
        cosine = (np.sqrt(square**2 + 32 * RATIO**2) - square) / (4 * RATIO)
        sine, below = np.sqrt(1 - cosine**2), square - 2 * RATIO * cosine
        self.constant = float(self.scale * (1 - RATIO**2) * 2 * RATIO * np.pi * sine / below**2)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return f at points, of their shape."""
        below = 1 - 2 * RATIO * np.cos(np.pi * x) + RATIO**2
        return np.asarray(self.scale * (1 - RATIO**2) / below)

    def coefficients(self, k: np.ndarray) -> np.ndarray:
        """Return a_k for k from 1, of its shape."""
        return np.asarray(2 * self.scale * RATIO**k)

    def beyond(self, terms: int) -> tuple[float, float]:
        """Return Σ|a_k| and Σ a_k² over k > terms."""
        first = 2 * self.scale * RATIO ** (terms + 1)
        return first / (1 - RATIO), first**2 / (1 - RATIO**2)


class Kink(Target):
    """|x − c|: continuous, its slope is not."""

    name = "|x − 0.4|"
    constant, exponent = 1.0, 1.0
    mean = (KINK**2 + (1 - KINK) ** 2) / 2
    edge = KINK
    rate = "$N^{-1}$"

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return f at points, of their shape."""
        return np.asarray(np.abs(x - KINK))

    def coefficients(self, k: np.ndarray) -> np.ndarray:
        """Return a_k for k from 1, of its shape."""
        ends = 1 + np.cos(np.pi * k)
        return np.asarray(2 * (ends - 2 * np.cos(np.pi * k * KINK)) / (np.pi * k) ** 2)

    def beyond(self, terms: int) -> tuple[float, float]:
        """Return bounds of Σ|a_k| and Σ a_k² over k > terms, by |a_k| ≤ 8/(kπ)²."""
        most = 8 / np.pi**2
        return most / terms, most**2 / (3 * terms**3)


class Root(Target):
    """√x: continuous, infinitely steep at 0."""

    name = "√x"
    constant, exponent = 1.0, 0.5
    mean = 2 / 3
    rate = "$N^{-1/2}$"

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return f at points, of their shape."""
        return np.sqrt(x)

    def coefficients(self, k: np.ndarray) -> np.ndarray:
        """Return a_k for k from 1, of its shape: −√2·S(√(2k))/(πk^{3/2}), S Fresnel's integral."""
        return np.asarray(-np.sqrt(2) * fresnel(np.sqrt(2 * k))[0] / (np.pi * k**1.5))

    def beyond(self, terms: int) -> tuple[float, float]:
        """Return bounds of Σ|a_k| and Σ a_k² over k > terms, by S ≤ S(√2) < 0.714."""
        most = np.sqrt(2) * 0.714 / np.pi
        return 2 * most / np.sqrt(terms), most**2 / (2 * terms**2)


TARGETS: dict[str, Target] = {"smooth": Smooth(), "kink": Kink(), "root": Root()}
