"""Motion: delay, multiply, subtract; the detector of Hassenstein & Reichardt (1956).

A detector compares what one receptor sees now with what its neighbour saw a little earlier.  The
product is made of neurons that sum and half-square, 4xy = (x + y)² − (x − y)²: so built, the
detector is at the same time a model of motion energy (van Santen & Sperling 1985; Adelson & Bergen
1985), whose cells square what a delayed and an undelayed receptor add up to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import Circuit, CircuitError, power
from neurosim.timing import positive

from .checking import record, record_or, sheet
from .cortex import Gabor
from .stimuli import Screen


@dataclass(frozen=True)
class Correlator:
    """A detector's two parameters, and its answer to a drifting grating in closed form.

    Attributes
    ----------
    spacing : Δφ, degrees from one receptor to the other
    tau : τ, seconds, of the filter that delays
    """

    spacing: float = 1.0
    tau: float = 0.05

    def __post_init__(self) -> None:
        positive(self.spacing, "spacing", "degrees")
        positive(self.tau, "tau", "seconds")

    def response(
        self, wavelength: ArrayLike, temporal_frequency: ArrayLike, contrast: ArrayLike = 1.0
    ) -> Any:
        """Return C²·ωτ/(1 + ω²τ²)·sin(2πΔφ/λ), the answer to a sine that drifts across.

        Parameters
        ----------
        wavelength
            λ, degrees along the line through both receptors.
        temporal_frequency
            Hz, ω/2π: above 0 to the right, below 0 to the left.
        contrast
            C at the receptors.

        Returns
        -------
        Above 0 where motion to the right is seen, below 0 for motion to the left; the wrong way
        round for Δφ < λ < 2Δφ.  A run with steps of dt answers less, by a part of about dt/2τ
        where ω·dt is small.
        """
        turn = 2 * np.pi * np.asarray(temporal_frequency) * self.tau
        phase = 2 * np.pi * self.spacing / np.asarray(wavelength)
        return np.square(contrast) * turn / (1 + turn**2) * np.sin(phase)

    @property
    def best_frequency(self) -> float:
        """The best temporal frequency in Hz, where ωτ = 1, whatever the wavelength."""
        return 1 / (2 * math.pi * self.tau)

    def pixels(self, pixel: float) -> int:
        """Return how many pixels lie between the receptors.

        Raises
        ------
        CircuitError
            The spacing is no whole number of pixels.
        """
        exact = self.spacing / positive(pixel, "pixel", "degrees")
        apart = round(exact)
        if apart < 1 or not math.isclose(apart, exact, rel_tol=1e-9):
            raise CircuitError(
                f"the receptors' spacing of {self.spacing:g}° is no whole number of pixels of "
                f"{pixel:g}°; take pixels of {self.spacing / max(apart, 1):g}°"
            )
        return apart


def multiplier(shape: int | tuple[int, ...] = ()) -> Circuit:
    """Return x·y of two graded inputs of one shape, made of cells that half-square.

    4xy = (x + y)² − (x − y)², and each square is that of an ON and of an OFF cell.
    """
    circuit = Circuit("multiplier")
    x, y = circuit.inputs("x", "y", shape=shape, real=True)
    squares = [
        circuit.rate(name, **drive, transfer=power(2))
        for name, drive in (
            ("sum_on", {"excite": x + y}),
            ("sum_off", {"subtract": x + y}),
            ("difference_on", {"excite": x, "subtract": y}),
            ("difference_off", {"excite": y, "subtract": x}),
        )
    ]
    product = circuit.rate(
        "product",
        excite=0.25 * squares[0] + 0.25 * squares[1],
        subtract=0.25 * squares[2] + 0.25 * squares[3],
        transfer="identity",
    )
    circuit.output(product)
    return circuit


def motion_detectors(
    shape: tuple[int, int], correlator: Correlator | None = None, *, pixel: float = 0.25
) -> Circuit:
    """Return a sheet of detectors of motion along the rows: an image in time in, motion out.

    Each has its left receptor at a pixel and its right one Δφ further.  Its two halves multiply
    what either receptor saw a while ago with what the other sees now; the half for the right
    excites it, the half for the left inhibits it.  A drifting sine makes both halves flicker, and
    their difference constant.

    Parameters
    ----------
    shape
        Rows and columns of the image, in contrast: light above 0, dark below.
    correlator
        Spacing and time constant; left out, `Correlator()`.
    pixel
        Degrees a pixel.

    Returns
    -------
    Outputs "right", "left" and "motion", their difference, each (rows, columns − Δφ in pixels).

    Raises
    ------
    CircuitError
        A spacing that is no whole number of pixels, or not smaller than the image is wide.
    """
    correlator = record_or(correlator, Correlator(), "correlator")
    apart = correlator.pixels(pixel)
    rows, columns = sheet(shape, "motion_detectors")
    if apart >= columns:
        raise CircuitError(
            f"receptors {correlator.spacing:g}° apart do not fit on an image {columns * pixel:g}° "
            f"wide: give it at least {apart + 1} columns"
        )
    circuit = Circuit("motion detectors")
    image = circuit.inputs("image", shape=shape, real=True)
    now = circuit.rate("receptor", excite=image, transfer="identity")
    before = circuit.rate("delayed", excite=image, transfer="identity", tau=correlator.tau)
    product = multiplier((rows, columns - apart))
    right = product(before[:, :-apart], now[:, apart:], name="right_product")
    left = product(before[:, apart:], now[:, :-apart], name="left_product")
    circuit.output(right, "right")
    circuit.output(left, "left")
    circuit.output(circuit.rate("motion", excite=right, subtract=left, transfer="identity"))
    return circuit


def wide_field_cell(
    shape: tuple[int, int], correlator: Correlator | None = None, *, pixel: float = 0.25
) -> Circuit:
    """Return one cell that hears a whole sheet of detectors, and answers their mean.

    So do the cells of the fly's lobula plate that see motion anywhere in a wide field (Borst &
    Egelhaaf 1989): motion their way excites them, the other way inhibits them.

    Parameters
    ----------
    shape, correlator, pixel
        As `motion_detectors`.

    Raises
    ------
    CircuitError
        As `motion_detectors`.
    """
    circuit = Circuit("wide-field cell")
    image = circuit.inputs("image", shape=shape, real=True)
    motion = motion_detectors(shape, correlator, pixel=pixel)(image).motion
    mean = np.full(motion.size, 1 / motion.size) @ motion
    circuit.output(circuit.rate("cell", excite=mean, transfer="identity"))
    return circuit


def energy_cells(
    screen: Screen, gabor: Gabor | None = None, *, tau: float = 0.05,
    at: tuple[float, float] = (0.0, 0.0),
) -> Circuit:  # fmt: skip
    """Return two complex cells that see motion across a Gabor's stripes, forward and backward.

    The motion energy of Adelson & Bergen (1985), with the detectors' delay.  The field and its
    partner a quarter of a cycle further are each heard at once and delayed, e, o, e′ and o′; a
    linear cell tilted in space and time adds one of each, and energy is the sum of a quadrature
    pair's squares: (e − o′)² + (o + e′)² forward, (e + o′)² + (o − e′)² backward.  A drifting sine
    has a constant energy of E²·[1 + (1 ± 2ωτ)/(1 + ω²τ²)], E its amplitude in either field; the
    difference of the two cells is the Reichardt detector's tuning, 4E²·ωτ/(1 + ω²τ²).

    Parameters
    ----------
    screen
        What they look at, in contrast.
    gabor
        The field; left out, `Gabor()`.
    tau
        Seconds, of the filter that delays.
    at
        Degrees right and up of the screen's middle, where the fields lie.

    Returns
    -------
    Outputs "forward" (as `stimuli.drifting_grating` moves: to the right for vertical stripes) and
    "backward".

    Raises
    ------
    CircuitError
        A field that the screen cannot hold.
    """
    gabor = record_or(gabor, Gabor(), "gabor")
    circuit = Circuit("motion energy")
    image = circuit.inputs("image", shape=record(screen, Screen, "screen").shape, real=True)
    now, late = {}, {}
    for name, field in (("even", gabor), ("odd", gabor.shifted(90))):
        heard = field.weights(screen, at).ravel() @ image
        now[name] = circuit.rate(name, drive=heard, transfer="identity")
        late[name] = circuit.rate(f"{name}_delayed", drive=heard, transfer="identity", tau=tau)
    for way, tilted in (
        ("forward", {"even": now["even"] - late["odd"], "odd": now["odd"] + late["even"]}),
        ("backward", {"even": now["even"] + late["odd"], "odd": now["odd"] - late["even"]}),
    ):
        squares = [
            circuit.rate(f"{way}_{name}_{sign}", drive=turned, transfer=power(2))
            for name, drive in tilted.items()
            for sign, turned in (("on", drive), ("off", -drive))
        ]
        circuit.output(circuit.rate(way, excite=sum(squares)))
    return circuit
