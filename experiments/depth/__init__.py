r"""Shallow and deep networks: parity, sawtooth · 淺碟網路 vs. 深度網路 · lecture row 17

Question: Does depth save units, and does it make learning faster?
Equation: $x_1 \oplus x_2 \oplus x_3 \oplus x_4 = (x_1 \oplus x_2) \oplus (x_3 \oplus x_4)$
    $f_L = T \circ f_{L-1}$ has $2^L$ straight pieces
Levels: algorithm, implementation
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .parity import check_parity
from .sawtooth import check_pieces
from .training import compare_training

BITS, LAYERS, STARTS = 10, 10, 20
FEWER_BITS, FEWER_STARTS = 6, 12


def run(
    bits: int = BITS, layers: int = LAYERS, starts: int = STARTS, seed: int = 0, quick: bool = False
) -> Result:
    """Count what shallow and deep networks need for the same, and how fast they learn it.

    Parity of n bits takes 2ⁿ⁻¹ units that know a row each, n that count (Muroga 1959), or a tree of
    XORs, whose synapses grow as n does.  Layers of two cells fold the line: L of them make 2ᴸ
    straight pieces (Telgarsky 2016; Montúfar et al. 2014), where one layer of N cells makes N + 1
    at most.  Of two networks with equally many weights the deep one learns a sawtooth sooner from
    most starts, if its cells are tanh and their weights begin as He's: it learns sub-classes
    first, and joins them.

    Parameters
    ----------
    bits
        n of the widest parity, from 3 to 12.
    layers
        L of the deepest sawtooth, from 4 to 16.
    starts
        Random starts of each network that is trained, from 12 to 200.
    seed
        Of the weights at the start, and of the networks whose pieces are counted.
    quick
        Up to 6 bits, 12 starts.
    """
    result = Result("depth", locals(), seed)
    check_range("bits", bits, 3, 12)
    check_range("layers", layers, 4, 16)
    check_range("starts", starts, FEWER_STARTS, 200)
    figure, axes = new_figure(2, 2, width="page", height=5.2)
    check_parity(result, axes[0, 0], min(bits, FEWER_BITS) if quick else bits)
    check_pieces(result, axes[1, 0], axes[0, 1], layers, seed)
    compare_training(result, axes[1, 1], FEWER_STARTS if quick else starts, seed)
    figure.suptitle(
        "Depth makes more of the same weights"
        if result.holds
        else "Not all that is claimed of shallow and deep networks holds"
    )
    result.figure("depth", figure)
    return result
