"""LGN: the lecture's listing, and ON and OFF sheets behind a retina."""

from __future__ import annotations

import numpy as np

from neurosim import Circuit, CircuitError, convolve
from neurosim.neurons import power

from .checking import parameter
from .retina import DifferenceOfGaussians, ganglion_cells, gaussian

# RETINA in the lecture: three stimuli on five receptors.  Its first row has only four entries,
# which no program multiplies; five are meant.
LISTING_STIMULI = np.array([[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0]])
LISTING_FIELD = np.array([0, -0.5, 1, -0.5, 0])


def listing() -> Circuit:
    """Return LGN_RESPONSE = RETINA·LGN_RF: one linear cell on five receptors.

    ``listing()(LISTING_STIMULI)`` is [0, 1, 0]: blank, spot, bar.
    """
    circuit = Circuit("lgn")
    retina = circuit.inputs("retina", shape=5, real=True)
    circuit.output(circuit.rate("response", drive=LISTING_FIELD @ retina, transfer="identity"))
    return circuit


def listing_detector(threshold: float = 0.75) -> Circuit:
    """Return the listing's cell as a pattern recogniser: a binary neuron with a threshold.

    At 0.75 it fires iff the center is on and both neighbours are off.
    """
    circuit = Circuit("spot detector")
    retina = circuit.inputs("retina", shape=5)
    cell = circuit.binary("fires", drive=LISTING_FIELD @ retina, threshold=threshold)
    circuit.output(cell)
    return circuit


def listing_pair() -> Circuit:
    """Return the listing's ON cell and its OFF partner, both rectified: light and dark spots."""
    circuit = Circuit("lgn pair")
    retina = circuit.inputs("retina", shape=5, real=True)
    circuit.output(circuit.rate("on", drive=LISTING_FIELD @ retina))
    circuit.output(circuit.rate("off", drive=-LISTING_FIELD @ retina))
    return circuit


def sheets(
    shape: tuple[int, int],
    field: DifferenceOfGaussians | None = None,
    *,
    pixel: float = 0.1,
    border: str = "reflect",
    pool: float | None = None,
    semi_saturation: float | None = None,
) -> Circuit:
    """Return retina and LGN: an image in, a sheet of ON and a sheet of OFF relay cells out.

    The composition Y = g(f(X)): the retina is built inside by calling it, each relay cell hears
    one ganglion cell.

    Parameters
    ----------
    shape, field, pixel, border
        As `circuits.retina.ganglion_cells`.
    pool
        Standard deviation in degrees of the surroundings that suppress a relay cell: it is
        divided by σ and the root of their mean squared activity, a local RMS contrast (Bonin,
        Mante & Carandini 2005).  So responses saturate with contrast, and a grating that reaches
        beyond the classical surround is answered less.  Left out, nothing divides.
    semi_saturation
        σ, with `pool` only: the RMS activity that halves a response; left out, 1.

    Raises
    ------
    CircuitError
        As `circuits.retina.ganglion_cells`; a pool or a σ that is not possible; σ without `pool`.
    """
    if pool is not None:
        pool = parameter(pool, "pool", "degrees", above=0)
    if pool is None and semi_saturation is not None:
        raise CircuitError("semi_saturation takes effect with pool=: give that as well")
    sigma = 1.0 if semi_saturation is None else semi_saturation
    circuit = Circuit("lgn")
    image = circuit.inputs("image", shape=shape, real=True)
    on, off = ganglion_cells(shape, field, pixel=pixel, border=border)(image)
    if pool is None:
        circuit.output(circuit.rate("on", excite=on))
        circuit.output(circuit.rate("off", excite=off))
        return circuit
    energy = circuit.rate("energy", excite=on + off, transfer=power(2.0))
    surroundings = convolve(energy, gaussian(pool, pixel), border=border)
    contrast = circuit.rate("contrast", excite=surroundings, transfer=power(0.5))
    for name, source in (("on", on), ("off", off)):
        cell = circuit.rate(name, excite=source, divide=contrast, semi_saturation=sigma)
        circuit.output(cell)
    return circuit
