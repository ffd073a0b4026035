"""Gabor fields: the linear receptive field of a V1 simple cell, and its answers in closed form.

Marčelja 1980, Daugman 1985; Jones & Palmer 1987 fit them to the cat's simple cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import CircuitError
from neurosim.timing import positive, whole

from ..checking import parameter, record
from ..stimuli import Screen
from ..stimuli.screen import point
from ..stimuli.shapes import normal

DEVIATIONS = 3  # of the envelope that must lie on the screen each way
PER_CYCLE = 4  # pixels, at least
MOST = 1 << 10  # orientations or phases of a bank
LARGEST = 500  # pixels from a kernel's middle to its rim; a bank of 64 such takes 0.5 GB


@dataclass(frozen=True)
class Gabor:
    """G(u, v) = (1/πwl)·e^(−u²/2w² − v²/2l²)·(cos(2πfu − φ) − d), u across the stripes, v along.

    d is what makes the field's volume 0: a uniform field drives no cell.  The field's own grating
    of contrast 1 drives it by 1, but for that correction.

    Attributes
    ----------
    frequency : f in cycles per degree
    orientation : degrees of the stripes, as `stimuli.Screen` counts them: 90 is vertical
    phase : φ in degrees: 0 is even, bright in the middle; 90 odd, bright on the right
    width, length : w and l, the envelope's standard deviations in degrees, across and along
    """

    frequency: float = 1.0
    orientation: float = 90.0
    phase: float = 0.0
    width: float = 0.4
    length: float = 0.6

    def __post_init__(self) -> None:
        for name, unit in (("frequency", "cycles/°"), ("width", "degrees"), ("length", "degrees")):
            parameter(getattr(self, name), f"Gabor field: {name}", unit, above=0)
        for name in ("orientation", "phase"):
            parameter(getattr(self, name), f"Gabor field: {name}")

    def shifted(self, phase: float) -> Gabor:
        """Return the field whose phase is larger by so many degrees; 90 makes its partner."""
        return replace(self, phase=self.phase + parameter(phase, "phase"))

    def weights(self, screen: Screen, at: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
        """Return the field around a point: the weight of each pixel, (rows, columns).

        G at the pixel's middle, times the pixel's area.  Stimuli are averages over pixels, so
        that a grating's answer is the closed form for what the pixels show of it.  The weights
        add up to 0, whatever part of the field the screen holds.

        Raises
        ------
        CircuitError
            Three standard deviations that are not on the screen; pixels wider than one of them,
            or fewer than four a cycle.
        """
        at = point(at)
        self._check(record(screen, Screen, "screen"), at)
        x, y = screen.around(at)
        across_x, across_y = normal(self.orientation)
        u = across_x * x + across_y * y
        v = across_x * y - across_y * x
        envelope = np.exp(-np.square(u / self.width) / 2 - np.square(v / self.length) / 2)
        envelope *= screen.pixel**2 / (math.pi * self.width * self.length)
        wave = np.cos(2 * math.pi * self.frequency * u - math.radians(self.phase))
        return envelope * (wave - np.vdot(envelope, wave) / envelope.sum())

    def kernel(self, pixel: float) -> np.ndarray:
        """Return the weights on a square with an odd side, for sheets of such cells.

        Parameters
        ----------
        pixel
            Degrees a pixel.

        Raises
        ------
        CircuitError
            As `weights`.
        """
        positive(pixel, "pixel", "degrees")
        reach = DEVIATIONS * max(self.width, self.length) / pixel
        if reach > LARGEST:
            raise CircuitError(
                f"Gabor field: {DEVIATIONS} standard deviations are {reach:,.6g} pixels of "
                f"{pixel:g}°; take larger pixels (at most {LARGEST} of them fit)"
            )
        side = 2 * math.ceil(reach) + 1
        return self.weights(Screen((side, side), pixel))

    def _check(self, screen: Screen, at: tuple[float, float]) -> None:
        finest = min(self.width, self.length, 1 / (PER_CYCLE * self.frequency))
        if screen.pixel > finest * (1 + 1e-9):
            raise CircuitError(
                f"Gabor field: pixels of {screen.pixel:g}° are too coarse for {self.frequency:g} "
                f"cycles/° under {self.width:g}° × {self.length:g}°: take {finest:.3g}° or less"
            )
        across_x, across_y = normal(self.orientation)
        reach_x = DEVIATIONS * math.hypot(self.width * across_x, self.length * across_y)
        reach_y = DEVIATIONS * math.hypot(self.width * across_y, self.length * across_x)
        width, height = (2 * (abs(c) + r) for c, r in zip(at, (reach_x, reach_y), strict=True))
        if width > screen.width * (1 + 1e-9) or height > screen.height * (1 + 1e-9):
            raise CircuitError(
                f"Gabor field: its {DEVIATIONS} standard deviations around ({at[0]:g}°, "
                f"{at[1]:g}°) leave the screen of {screen.width:g}° × {screen.height:g}°: give it "
                f"{width:.3g}° × {height:.3g}° or more"
            )

    def grating(self, frequency: ArrayLike, orientation: ArrayLike | None = None) -> Any:
        """Return the linear response to gratings of contrast 1, as complex numbers z.

        |z| is the response's amplitude, arg z the phase of the grating that drives it most: one
        of phase ψ drives it by Re(z·e^(−iψ)).

        Parameters
        ----------
        frequency
            Cycles per degree.
        orientation
            Degrees of the stripes; left out, the field's own.
        """
        waves = np.asarray(frequency, dtype=float)
        stripes = self.orientation if orientation is None else np.asarray(orientation, dtype=float)
        turned = np.radians(stripes - self.orientation)
        across, along = waves * np.cos(turned), waves * np.sin(turned)
        f, turn = self.frequency, math.radians(self.phase)
        near, far = self._passed(across - f, along), self._passed(across + f, along)
        mean = 2 * self._passed(f, 0.0) * self._passed(across, along)
        return math.cos(turn) * (near + far - mean) + 1j * math.sin(turn) * (near - far)

    def _passed(self, across: Any, along: Any) -> Any:
        """Return the envelope's transfer of a frequency in cycles per degree."""
        squares = np.square(self.width * across) + np.square(self.length * along)
        return np.exp(-2 * math.pi**2 * squares)

    def energy(self, frequency: ArrayLike, orientation: ArrayLike | None = None) -> Any:
        """Return e² + o² of the field and its partner, averaged over a drifting grating's cycle."""
        pair = (field.grating(frequency, orientation) for field in (self, self.shifted(90)))
        return sum(np.square(np.abs(z)) for z in pair) / 2

    def frequency_bandwidth(self, exponent: float = 1.0) -> float:
        """Return the octaves between the half heights of [response]ⁿ over spatial frequency.

        The tuning of the envelope under its carrier, a Gaussian of standard deviation 1/(2πw√n):
        exact but for the mirror image and the correction of the mean, e^(−4π²w²f²) and less.
        Infinite where the response to the lowest frequencies is above half.
        """
        half = math.sqrt(math.log(2) / (2 * exponent)) / (math.pi * self.width)
        if half >= self.frequency:
            return math.inf
        return math.log2((self.frequency + half) / (self.frequency - half))

    def orientation_bandwidth(self, exponent: float = 1.0) -> float:
        """Return the degrees from the best orientation to half height of [response]ⁿ.

        For gratings of the field's own frequency, as exact as `frequency_bandwidth`: the cosine c
        of the angle solves w²(1 − c)² + l²(1 − c²) = ln 2/(2π²f²n).  90 where no orientation
        answers by less than half.
        """
        across, along = self.width**2, self.length**2
        level = math.log(2) / (2 * exponent * (math.pi * self.frequency) ** 2)
        if across + along <= level:
            return 90.0
        # The root of (w² − l²)c² − 2w²c + w² + l² − level that stays finite where w = l.
        root = math.sqrt(across**2 - (across - along) * (across + along - level))
        return math.degrees(math.acos((across + along - level) / (across + root)))


def bank(gabor: Gabor, orientations: int = 8, phases: int = 4) -> tuple[Gabor, ...]:
    """Return a field at evenly spaced orientations and phases, all phases of one first.

    Orientations go from the field's own around half a turn, phases around a whole one.

    Raises
    ------
    InputError
        A number that is not whole, or below 1.
    """
    gabor = record(gabor, Gabor, "gabor")
    orientations = whole(orientations, "orientations", 1, MOST)
    phases = whole(phases, "phases", 1, MOST)
    return tuple(
        replace(
            gabor,
            orientation=gabor.orientation + 180 * k / orientations,
            phase=gabor.phase + 360 * p / phases,
        )
        for k in range(orientations)
        for p in range(phases)
    )
