"""How a network's training went, drawn."""

from types import SimpleNamespace

import numpy as np

from experiments.training_curves import draw_training
from neurosim.plotting import new_figure

LOSSES = ([4.0, 2.0, 1.0, 2.0], [3.0, 1.0, 2.0], [8.0, 6.0, 4.0, 2.0, 3.0])  # of the validation


def histories(count):
    return [
        SimpleNamespace(
            history={"loss": [value / 2 for value in losses], "val_loss": losses},
            epoch=list(range(len(losses))),
        )
        for losses in LOSSES[:count]
    ]


def bold(ax):
    return [line for line in ax.lines if line.get_linewidth() == 1.3 and line.get_xdata().size > 1]


def drawn(count, **options):
    ax = new_figure()[1]
    draw_training(ax, histories(count), "loss", "loss", **options)
    return ax


def test_the_median_of_the_networks_is_bold_and_the_legend_says_so():
    ax = drawn(3, best=False)
    learned, validation = bold(ax)
    np.testing.assert_array_equal(validation.get_xdata(), [1, 2, 3])  # then the first one stops
    np.testing.assert_array_equal(validation.get_ydata(), [4, 2, 2])
    np.testing.assert_array_equal(learned.get_ydata(), [2, 1, 1])
    assert ax.get_legend().get_title().get_text() == "bold: median,\nwhile all learn"
    thin = [line for line in ax.lines if line.get_linewidth() == 0.6]
    assert sorted(len(line.get_xdata()) for line in thin) == [3, 3, 4, 4, 5, 5]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "learned from", "validation",
    ]  # fmt: skip


def test_a_network_alone_is_bold_and_nothing_is_said_of_others():
    ax = drawn(1, best=False)
    assert len(ax.lines) == len(bold(ax)) == 2
    assert ax.get_legend().get_title().get_text() == ""


def test_the_best_epoch_of_each_network_is_marked():
    (marks,) = (line for line in drawn(3).lines if line.get_label() == "best epoch")
    np.testing.assert_array_equal(marks.get_xydata(), [[3, 1], [2, 1], [4, 2]])
