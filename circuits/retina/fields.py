"""Receptive fields of ganglion cells: a difference of two Gaussians, and its closed forms.

A narrow center excites and a wide surround inhibits (Rodieck 1965; Enroth-Cugell & Robson 1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import CircuitError

from ..checking import parameter

# For the few hundred numbers here; scipy.special's costs a fifth of a second to import.
erf = np.vectorize(math.erf, otypes=[float])
RADII = 3  # of a Gaussian that its kernel covers each way
LARGEST = 2000  # pixels from a kernel's middle to its rim; two such kernels take 256 MB


@dataclass(frozen=True)
class DifferenceOfGaussians:
    """W(r) = (A/πa²)·e^(−r²/a²) − (B/πb²)·e^(−r²/b²), and its responses in closed form.

    The methods give the response at the field's center, for stimuli of contrast 1.  The default
    radii and volumes are those of pyLGN (Mobarhan et al. 2018), of the order of a cat's X cell.

    Attributes
    ----------
    center, surround : a and b, the 1/e radii in degrees (a = √2 standard deviations)
    center_gain, surround_gain : A and B, the volumes of the two Gaussians
    """

    center: float = 0.62
    surround: float = 1.26
    center_gain: float = 1.0
    surround_gain: float = 0.85

    def __post_init__(self) -> None:
        for name in ("center", "surround", "center_gain", "surround_gain"):
            what, value = f"receptive field: {name}", getattr(self, name)
            if name in ("center", "surround"):
                parameter(value, what, "degrees", above=0)
            else:
                parameter(value, what, least=0)

    def spot(self, diameter: ArrayLike) -> Any:
        """Return the response to a centered spot of this diameter in degrees.

        The difference of two terms A·(1 − e^(−d²/4a²)) (Einevoll & Plesser 2005).
        """
        square = np.square(diameter) / 4
        center = self.center_gain * -np.expm1(-square / self.center**2)
        return center - self.surround_gain * -np.expm1(-square / self.surround**2)

    def annulus(self, inner: ArrayLike, outer: ArrayLike) -> Any:
        """Return the response to a centered ring between two diameters in degrees."""
        return self.spot(outer) - self.spot(inner)

    def bar(self, width: ArrayLike) -> Any:
        """Return the response to a long centered bar of this width in degrees."""
        center = self.center_gain * erf(np.asarray(width) / (2 * self.center))
        return center - self.surround_gain * erf(np.asarray(width) / (2 * self.surround))

    def edge(self, position: ArrayLike) -> Any:
        """Return the response to an edge whose bright side reaches `position` degrees beyond."""
        center = self.center_gain * (1 + erf(np.asarray(position) / self.center))
        return (center - self.surround_gain * (1 + erf(np.asarray(position) / self.surround))) / 2

    def grating(self, frequency: ArrayLike) -> Any:
        """Return the amplitude of the response to a grating, in cycles per degree."""
        f = np.asarray(frequency)
        center = self.center_gain * np.exp(-np.square(np.pi * self.center * f))
        return center - self.surround_gain * np.exp(-np.square(np.pi * self.surround * f))

    @property
    def peak_frequency(self) -> float:
        """The best spatial frequency in cycles per degree; 0 where the field is low-pass."""
        wider = (self.surround / self.center) * (self.surround / self.center)
        ratio = self.surround_gain * wider / self.center_gain if self.center_gain else 0.0
        if wider <= 1 or ratio <= 1:
            return 0.0
        return math.sqrt(math.log(ratio) / (wider - 1)) / (math.pi * self.center)

    @property
    def best_diameter(self) -> float:
        """The best spot's diameter in degrees, where W crosses 0; ∞ where it never does."""
        wider = (self.surround / self.center) * (self.surround / self.center)
        if wider <= 1 or not self.surround_gain:
            return math.inf
        ratio = self.center_gain * wider / self.surround_gain
        if ratio <= 1:
            return math.inf
        return 2 * self.surround * math.sqrt(math.log(ratio) / (wider - 1))

    def kernels(self, pixel: float, radius: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the center's and the surround's weights, each integrated over the pixels.

        Parameters
        ----------
        pixel
            Degrees a pixel.
        radius
            Pixels from the middle to the rim; left out, each Gaussian's own 3 radii, beyond which
            lies less than 0.005% of it.

        Returns
        -------
        Two square arrays with odd sides.

        Raises
        ------
        CircuitError
            A pixel that is not possible, or so small that a kernel would not fit into memory.
        """
        pixel = parameter(pixel, "pixel", "degrees", above=0)
        kernels = []
        for spread, gain in (
            (self.center, self.center_gain), (self.surround, self.surround_gain),
        ):  # fmt: skip
            reach = _reach(spread, pixel) if radius is None else radius
            if reach > LARGEST:
                raise CircuitError(
                    f"receptive field: a kernel of {reach:,} pixels each way is too large: take "
                    f"{LARGEST:,} at most"
                )
            edges = (np.arange(-reach, reach + 2) - 0.5) * pixel
            line = np.diff(erf(edges / spread)) / 2
            kernels.append(gain * np.outer(line, line))
        return kernels[0], kernels[1]


def _reach(spread: float, pixel: float) -> int:
    """Return the pixels from the middle to the rim of a Gaussian's kernel."""
    reach = RADII * spread / pixel
    if reach > LARGEST:
        raise CircuitError(
            f"receptive field: a radius of {spread:g}° is {spread / pixel:,.6g} pixels of "
            f"{pixel:g}°; take larger pixels (at most {LARGEST // RADII:,} of them fit into a "
            "radius)"
        )
    return math.ceil(reach)


def gaussian(deviation: float, pixel: float) -> np.ndarray:
    """Return a Gaussian of unit volume and this standard deviation in degrees, over pixels."""
    radius = math.sqrt(2) * parameter(deviation, "standard deviation", "degrees", above=0)
    return DifferenceOfGaussians(radius, radius, 1.0, 0.0).kernels(pixel)[0]
