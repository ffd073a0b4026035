r"""Images read from spikes by a GAN · 利用生成對抗網絡做重建 · lecture row 23

Question: What did an eye see, as far as the spikes of its LGN or V1 can tell?
Equation: $L_G = \langle (G(r) - s)^2 \rangle - \lambda\,\langle \ln D(G(r)) \rangle$
    $L_D = -\langle t\,\ln D(s) + (1 - t)\,\ln(1 - D(s)) \rangle$
    $\qquad\;\; - \langle \ln(1 - D(G(r))) \rangle, \quad t = 0.9$
Levels: computation, algorithm
"""

from __future__ import annotations

from neurosim.result import Result

from ..parameters import check_range
from .cells import BRAINS
from .claims import claim_all
from .decoders import reconstruct
from .digits import Digits
from .pictures import draw_images
from .plots import draw_measures
from .tables import tabulate

QUICK = 10  # epochs for a first look


def run(
    spikes: float = 0.5,
    adversary: float = 0.005,
    epochs: int = 60,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Reconstruct handwritten digits from simulated spikes, by three decoders.

    The lecture's fourth application reads images from a human brain (with GANs Seeliger et al.
    2018, Shen et al. 2019).  Here the brain is ours: 128 LGN cells, or 128 complex cells of V1,
    fire Poisson spikes at digits of 256 pixels.  One decoder is linear.  Another is a network that
    is trained on the squared error of its pixels.  The third is the same network from the same
    start, which also has to pass for true before an adversary (Goodfellow et al. 2014; beside
    pixels, as in Dosovitskiy & Brox 2016).  All are tried on 300 images that nothing was learned
    from; the 13 writers of the digits are not kept apart.

    Squared error alone asks for the mean of all images that may have been: it errs least, and is
    blurred.  Images that cannot be told from true ones must err more, at the best up to twice as
    much (Blau & Michaeli 2018).

    Parameters
    ----------
    spikes
        Of a cell at an image, in the mean, from 0.2 to 3.
    adversary
        λ, how much the adversary counts beside the squared error, from 0.003 to 0.03.
    epochs
        How often a network is shown each image, each time with other spikes, from 10 to 150.
    seed
        Of the parts, the spikes, and the networks' first weights.
    quick
        10 epochs.
    """
    result = Result("reconstruction", locals(), seed)
    check_range("spikes", spikes, 0.2, 3)
    check_range("adversary", adversary, 0.003, 0.03)
    check_range("epochs", epochs, 10, 150)
    digits = Digits.divided(seed)
    found = [
        reconstruct(name, digits, spikes, adversary, QUICK if quick else epochs, seed)
        for name in BRAINS
    ]
    claim_all(result, digits, found, spikes)
    tabulate(result, found)
    result.figure("reconstructions", draw_images(digits, found))
    result.figure("measures", draw_measures(found))
    return result
