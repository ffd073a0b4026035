"""Temporal kernels of cells: how long an answer lasts, and that it turns over.

Two published ones, each with its closed forms and as neurons: taps of a delay line, which hold any
kernel of finite length, and a cascade of leaky neurons, which holds two numbers a cell and stage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import Circuit, CircuitError
from neurosim.timing import positive, whole

from ..checking import parameter, record_or

FEWEST, MOST = 4, 10_000  # taps of a delay line
LONGEST = 100  # neurons of a cascade


@dataclass(frozen=True)
class Biphasic:
    """K(t) = sin(πt/T) up to T, B·sin(πt/T) from there to 2T, where it is negative; then 0.

    The kernel of an LGN cell in pyLGN (Mobarhan et al. 2018), T = 43 ms and B = 0.38.

    Attributes
    ----------
    duration : T, seconds of each phase
    rebound : B ≥ 0, how deep the second is beside the first
    """

    duration: float = 0.043
    rebound: float = 0.38

    def __post_init__(self) -> None:
        positive(self.duration, "duration", "seconds")
        parameter(self.rebound, "biphasic kernel: rebound", least=0)

    @property
    def volume(self) -> float:
        """The integral of the first phase in seconds, 2T/π."""
        return 2 * self.duration / math.pi

    @property
    def integral(self) -> float:
        """The integral of the whole kernel in seconds, 2T(1 − B)/π."""
        return self.volume * (1 - self.rebound)

    def kernel(self, time: ArrayLike) -> Any:
        """Return K at times in seconds."""
        t = np.asarray(time) / self.duration
        shown = np.where((t >= 0) & (t <= 1), 1.0, np.where((t > 1) & (t <= 2), self.rebound, 0.0))
        return shown * np.sin(np.pi * t)

    def step(self, time: ArrayLike) -> Any:
        """Return the integral of K up to times in seconds, over `volume`: 1 at T, 1 − B from 2T."""
        t = np.asarray(time) / self.duration
        first = (1 - np.cos(np.pi * np.clip(t, 0, 1))) / 2
        return first - self.rebound * (1 - np.cos(np.pi * np.clip(t - 1, 0, 1))) / 2


@dataclass(frozen=True)
class AdelsonBergen:
    """K(t) = (kt)ⁿ·e^(−kt)·[1/n! − (kt)²/(n + 2)!] (Adelson & Bergen 1985).

    Its integral is 0: it answers to change alone.  They take n = 3 and n = 5 for the faster and
    the slower filter of their motion detector.

    Attributes
    ----------
    k : one over the time constant, per second; 100 is our choice
    n : how slowly it rises
    """

    k: float = 100.0
    n: int = 3

    def __post_init__(self) -> None:
        positive(self.k, "k", "per second")
        if whole(self.n, "n", 0) > LONGEST:
            raise CircuitError(f"Adelson–Bergen kernel: n must be at most {LONGEST} (got {self.n})")

    @property
    def volume(self) -> float:
        """The integral of the first of the two terms in seconds, 1/k."""
        return 1 / self.k

    def kernel(self, time: ArrayLike) -> Any:
        """Return K at times in seconds."""
        kt = self.k * np.maximum(time, 0)
        return self._term(kt, self.n) - self._term(kt, self.n + 2)

    def step(self, time: ArrayLike) -> Any:
        """Return the integral of K up to times in seconds, over `volume`: the answer to a step."""
        kt = self.k * np.maximum(time, 0)
        return self._term(kt, self.n + 1) + self._term(kt, self.n + 2)

    @staticmethod
    def _term(kt: Any, n: int) -> Any:
        """(kt)ⁿ·e^(−kt)/n!, without a large number on the way."""
        with np.errstate(divide="ignore"):
            logarithm = n * np.log(kt) if n else np.zeros_like(kt)
        return np.exp(logarithm - kt - math.lgamma(n + 1))


def tapped_delay_line(
    shape: int | tuple[int, ...], kernel: Biphasic | None = None, *, tap: float = 1e-3
) -> Circuit:
    """Return cells that answer to what they saw as the kernel weighs it: one input, one output.

    A chain of delays keeps the input of the last 2T; every tap has the weight of the kernel's
    integral over it, so that the first phase's weights add up to 1 and a steady input of 1 is
    answered with 1 − B.  The answer is exact for an input that changes at whole taps; for others
    its error is of the first order in `tap`.  It stands a step `dt` after the input, as every
    neuron's.

    Parameters
    ----------
    shape
        Of the input and of the cells.
    kernel
        Left out, `Biphasic()`.
    tap
        Seconds from one tap to the next, a whole number of the steps in which it runs.

    Raises
    ------
    CircuitError
        Fewer than 4 or more than 10,000 taps.
    """
    kernel = record_or(kernel, Biphasic(), "kernel")
    exact = 2 * kernel.duration / positive(tap, "tap", "seconds")
    if not FEWEST <= exact <= MOST:
        raise CircuitError(
            f"a kernel of {2 * kernel.duration:g} s in taps of {tap:g} s has {exact:,.6g} of them: "
            f"take {FEWEST} to {MOST:,}"
        )
    times = np.arange(math.ceil(exact - 1e-9) + 1) * tap
    circuit = Circuit("tapped delay line")
    line = circuit.inputs("input", shape=shape, real=True)
    weights = np.diff(kernel.step(times)).tolist()
    heard = weights[0] * line
    for weight in weights[1:]:
        line = line.delay(tap)
        heard = heard + weight * line
    circuit.output(circuit.rate("response", drive=heard, transfer="identity"))
    return circuit


def cascade(shape: int | tuple[int, ...], kernel: AdelsonBergen | None = None) -> Circuit:
    """Return cells with Adelson & Bergen's kernel over its `volume`: one input, one output.

    Of n + 3 leaky neurons in a row, each with τ = 1/k, number n + 1 excites the response and the
    last subtracts from it: the two terms of the kernel.  A steady input is answered with exactly
    0.  Each neuron is late by half a step, so the error is of the first order in `dt`.

    Parameters
    ----------
    shape
        Of the input and of the cells.
    kernel
        Left out, `AdelsonBergen()`.
    """
    kernel = record_or(kernel, AdelsonBergen(), "kernel")
    circuit = Circuit("cascade")
    stage = circuit.inputs("input", shape=shape, real=True)
    stages = []
    for number in range(1, kernel.n + 4):
        stage = circuit.rate(
            f"stage {number}", excite=stage, tau=1 / kernel.k, transfer="identity"
        )  # fmt: skip
        stages.append(stage)
    early, late = stages[kernel.n], stages[-1]
    circuit.output(circuit.rate("response", excite=early, subtract=late, transfer="identity"))
    return circuit
