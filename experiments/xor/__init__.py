r"""The XOR problem: none, one, two hidden layers · XOR 問題 · lecture row 17

Question: Why does a network without hidden cells not learn XOR, and what do hidden cells change?
Equation: $y = \sigma\left(v \cdot \tanh(Wx + b) + c\right)$
    $\min E = \ln 2\;$ without hidden cells
Levels: computation, algorithm, implementation
"""

from __future__ import annotations

from neurosim.plotting import new_figure
from neurosim.result import Result

from ..parameters import check_range
from .drawing import draw_answers, draw_fractions, draw_hidden, draw_losses
from .neurons import as_neurons, prove
from .single import check_single
from .training import NONE, train_all, trained

STARTS = 100
# About 64% of starts learn it by 2 + 2 hidden cells, 99.8% by 4 + 4: of so many, counts that are
# not told apart are rarer than one in 100,000; of 30 starts they are one in twenty.
FEWER = 80


def run(starts: int = STARTS, seed: int = 0, quick: bool = False) -> Result:
    """Teach networks without, with one and with two hidden layers to tell whether x and y differ.

    Without hidden cells the best is to answer ½ to everything, a loss of ln 2, since XOR is one of
    the two gates of two inputs that no threshold neuron computes (Minsky & Papert 1969).  Two
    hidden cells can: they learn sub-classes, and the output joins them (Rumelhart, Hinton &
    Williams 1986).  From some starts they do not, and rest where two patterns, or three, are given
    one answer; more hidden cells get stuck more rarely.  What was learned is proved as neurons.

    Parameters
    ----------
    starts
        Random starts of each network, from 80 to 1000.
    seed
        Of the weights at the start.
    quick
        80 starts.
    """
    result = Result("xor", locals(), seed)
    check_range("starts", starts, FEWER, 1000)
    check_single(result)
    outcomes = train_all(result, FEWER if quick else starts, seed)
    proved = prove(result, outcomes)

    figure, axes = new_figure(2, 3, width="page", height=4.5)
    draw_answers(
        axes[0, 0], outcomes[NONE].networks[0], "No hidden cell: ½ to all (wanted: ○ 0, ■ 1)"
    )
    draw_answers(axes[0, 1], proved, "Two hidden cells part the plane twice")
    draw_hidden(axes[0, 2], proved)
    draw_answers(axes[1, 0], trained(outcomes), "Two hidden layers can bend the borders")
    draw_losses(axes[1, 1], outcomes)
    draw_fractions(axes[1, 2], outcomes)
    figure.suptitle(
        "XOR needs a hidden layer, and two cells in it are enough from some starts only"
        if result.holds
        else "Not all that is claimed of networks that learn XOR holds"
    )
    result.figure("xor", figure)
    drawing = as_neurons(proved, threshold=True).draw()
    result.figure("circuit", drawing)
    result.table(
        "starts",
        ("hidden cells", "start", "loss", "right of 4"),
        [
            (outcome.name, start, loss, right)
            for outcome in outcomes.values()
            for start, (loss, right) in enumerate(zip(outcome.losses, outcome.right, strict=True))
        ],
    )
    return result
