r"""What each layer's cells prefer · 淺層偵測簡單物體；深層偵測複雜物體 · lecture row 16

Question: What do the cells of shallow and of deep layers prefer, if nobody tells them?
Equation: $s_L = 1 + \sum_{l=1}^{L} (k_l - 1) \prod_{i < l} d_i$ pixels seen by a cell of layer $L$
Levels: algorithm, implementation
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .drawing import draw_accuracies, draw_cells, draw_fields, draw_selectivity
from .fields import check_fields
from .network import LAYERS, Animals, train_all
from .preferences import check_first_layer
from .selectivity import compare_layers

STARTS, FEWER = 6, 5


def run(starts: int = STARTS, seed: int = 0, quick: bool = False) -> Result:
    """Let a small convolutional network tell cats from dogs, and see what its cells prefer.

    It is given pixels and labels alone, without feature engineering: nobody tells it what an ear
    is.  A cell of the first layer sees 5 pixels a side and prefers its own kernel; deeper
    cells see more (Luo et al. 2016), and each alone tells the animals apart better (cf. Zeiler &
    Fergus 2014).

    Parameters
    ----------
    starts
        Networks that are trained, from 5 to 30.
    seed
        Of the animals, of which are held out, and of the weights at the start.
    quick
        5 networks, fewer animals.
    """
    result = Result("features", locals(), seed)
    check_range("starts", starts, FEWER, 30)
    animals = Animals.drawn(seed, quick)
    networks = train_all(result, animals, FEWER if quick else starts, seed)
    best = networks[0]
    sides = check_fields(result, best, seed)
    preferred = check_first_layer(result, best, seed)
    found = compare_layers(result, networks, animals, seed)

    figure, axes = new_figure(2, 3, width="page", height=5.0)
    for layer, ax in zip(LAYERS, axes[0], strict=True):
        draw_cells(ax, best, animals, layer, sides[layer], preferred[layer])
    draw_fields(axes[1, 0], animals, sides)
    draw_selectivity(axes[1, 1], *found)
    draw_accuracies(axes[1, 2], networks)
    figure.suptitle(
        "Deeper cells see more, and tell cats from dogs better"
        if result.holds
        else "Not all that is claimed of the layers holds"
    )
    result.figure("features", figure)
    return result
