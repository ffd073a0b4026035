r"""What the cells of the retina and LGN do with light · 視網膜神經節細胞 · lecture row 5

Question: What does each cell from receptor to LGN make of light, in time and in space?
Equation: $R(I) = \dfrac{I^n}{I^n + (\sigma_0 + L)^n}$
    $W(r) = \dfrac{A}{\pi a^2}\,e^{-r^2/a^2} - \dfrac{B}{\pi b^2}\,e^{-r^2/b^2}$
    $R(c) = \dfrac{c\,G}{\sigma + c\,G/\sqrt{2}}$
Levels: implementation
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .gain_control import saturation, suppression
from .in_space import published_fields, summation
from .in_time import adaptation, turning_over

# What each parameter may be, ends included, and its unit.
RANGES = {
    "exponent": (0.3, 2.0, ""),
    "rebound": (0.1, 1.0, ""),
    "rectifier": (1.0, 2.0, ""),
    "semi_saturation": (0.01, 0.3, ""),
    "pool": (2.0, 4.0, "°"),
}


def run(
    exponent: float = 0.74,
    rebound: float = 0.38,
    rectifier: float = 1.5,
    semi_saturation: float = 0.1,
    pool: float = 3.0,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Put an electrode at the cells from receptor to LGN, a classical experiment at each.

    Receptors adapt to light over decades.  Answers to a flash turn over, and what stays is
    answered little or not at all.  An X cell adds up its field linearly, and a grating can be
    laid so that it does not see it reverse; a Y cell sees it wherever it lies.  Gratings find the
    fields of P, M, X and Y cells as they were published.  Contrast around turns a cell of the LGN
    down: it saturates, and wide gratings suppress it.

    Parameters
    ----------
    exponent
        n of the receptors' Iⁿ/(Iⁿ + σⁿ), from 0.3 to 2; of the macaque's cones 0.74.
    rebound
        B, how deep the second phase of the biphasic kernel is beside the first, from 0.1 to 1.
    rectifier
        Exponent of the rectifier of a Y cell's subunits, from 1 to 2.
    semi_saturation
        σ of the LGN, from 0.01 to 0.3: the local RMS contrast, as the retina answers to it, that
        halves a response.
    pool
        Standard deviation of the Gaussian over which that contrast is averaged, from 2° to 4°.
    seed
        Changes nothing: nothing here is random.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("retina", locals(), seed)
    for name, (least, most, unit) in RANGES.items():
        check_range(name, result.parameters[name], least, most, unit)
    figure, axes = new_figure(2, 3, width="page", height=5.4)
    adaptation(result, axes[0, 0], exponent)
    turning_over(result, axes[0, 1], rebound)
    summation(result, axes[0, 2], rectifier)
    published_fields(result, axes[1, 0])
    saturation(result, axes[1, 1], semi_saturation, pool)
    suppression(result, axes[1, 2], semi_saturation, pool)
    figure.suptitle(
        "From receptor to LGN: cells adapt, turn over in time, add up in space or not, and are "
        "turned down by contrast"
        if result.holds
        else "These cells do not do all that is claimed of them"
    )
    result.figure("retina", figure)
    return result
