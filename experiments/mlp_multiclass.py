r"""The sheet's classifier of ten digits, with dropout · 多層感知器多元分類 · lecture row 20

Question: Do hidden layers help to tell ten digits apart, beside ten cells alone?
Equation: $y_k = \dfrac{e^{u_k}}{\sum_j e^{u_j}}$
    $u = W_3\,[W_2\,[W_1 x + b_1]_+ + b_2]_+ + b_3$
Levels: computation, algorithm
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from neurosim.networks import Dense, Dropout, History, RMSprop, Sequential
from neurosim.networks.data import load_digits, load_mnist, to_categorical
from neurosim.plotting import new_figure
from neurosim.progress import progress
from neurosim.result import Result

from .accuracy import SURE, Accuracy, behind_by_chance, claim_above_chance, tabulate_accuracies
from .confusion import confusion, draw_confusion, tabulate_confusion
from .held_out import FEWEST, Part, fold, given_apart
from .mistakes import draw_mistakes
from .parameters import check_range
from .training_curves import draw_training, tabulate_training

CLASSES = 10
QUICK = 10  # epochs for a first look


def run(
    data: Path | None = None,
    units: int = 128,
    dropout: float = 0.2,
    epochs: int = 30,
    folds: int = 5,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Train the sheet's network of two layers with dropout, and softmax, on handwritten digits.

    1797 digits of 8 × 8 pixels (Alpaydin & Kaynak 1998) are each held out once, and told by a
    network that never learned them.  While a network learns, cells fall silent by chance
    (Srivastava et al. 2014).  Beside it a layer of ten softmax cells alone learns the same parts.

    Parameters
    ----------
    data
        A folder with MNIST's four files, or Keras's mnist.npz: its test part is held out.  Left
        out, the digits.
    units
        Cells of either layer, from 64 to 1024; the sheet has 512, for 28 × 28 pixels.
    dropout
        The probability of a cell to fall silent, from 0 to 0.3.
    epochs
        How often a network sees its digits, from 10 to 200.
    folds
        Parts that are held out in turn, from 3 to 10.
    seed
        Of the parts, the first weights, the order of the digits, and the cells that fall silent.
    quick
        Three parts, and at most 10 epochs.
    """
    result = Result("mlp-multiclass", locals(), seed)
    check_range("units", units, 64, 1024)
    check_range("dropout", dropout, 0, 0.3)
    check_range("epochs", epochs, 10, 200)
    if data is None:
        images, labels = load_digits()
        parts = fold(images / 16, labels, FEWEST if quick else folds, seed)
    else:
        train, test = load_mnist(data)
        parts = [given_apart((train[0] / 255, train[1]), (test[0] / 255, test[1]), seed)]
    learned = [
        _learn(part, units, dropout, min(epochs, QUICK) if quick else epochs, seed + number)
        for number, part in enumerate(progress(parts, "networks"))
    ]
    labels = np.concatenate([part.y_held_out for part in parts]).astype(int)
    activities = np.concatenate([one.activities for one in learned])
    answers = activities.argmax(axis=1)
    linear = np.concatenate([one.linear for one in learned])
    right, right_of_linear = Accuracy.of(answers, labels), Accuracy.of(linear, labels)
    claim_above_chance(result, right, "held-out digits")
    result.claim(
        "ten softmax cells alone are not surely better: probability that equals fall as far "
        "behind (McNemar)",
        behind_by_chance(answers, linear, labels),
        at_least=SURE,
    )
    result.claim(
        "the activities of the ten softmax cells add up to 1: off by at most",
        float(np.abs(activities.sum(axis=1, dtype=float) - 1).max()),
        at_most=CLASSES * float(np.finfo(np.float32).eps),
    )
    result.claim(
        "the metric accuracy counts what is told right",
        sum(round(one.accuracy * len(one.linear)) for one in learned),
        right.right,
    )
    table, names = confusion(answers, labels, CLASSES), [str(n) for n in range(CLASSES)]
    figure, (training, taken, mistaken) = new_figure(
        1, 3, width="page", height=2.6, width_ratios=[1, 1.15, 1]
    )
    draw_training(
        training, [one.history for one in learned], "loss", "cross-entropy (nats)", best=False
    )
    training.set_title(f"Loss of {len(learned)} network{'s' * (len(learned) > 1)}")
    draw_confusion(taken, table, names)
    taken.set_title("What is told of each digit")
    shown = np.concatenate([part.x_held_out for part in parts])[..., None]
    draw_mistakes(mistaken, shown, answers, labels, names)
    wrong = right.cases - right.right
    mistaken.set_title(f"Of {wrong} mistaken digits")
    figure.suptitle(
        f"Two layers of {units} cells tell {right.part:.1%} of new digits right, a "
        f"layer of ten alone {right_of_linear.part:.1%}"
    )
    result.figure("mlp-multiclass", figure)
    tabulate_accuracies(result, {"network": right, "ten cells": right_of_linear})
    tabulate_confusion(result, table, names)
    tabulate_training(result, [one.history for one in learned])
    return result


class Learned(NamedTuple):
    """What came of one part.

    Attributes
    ----------
    history : how the network's training went
    accuracy : on the digits held out, as `evaluate` tells it
    activities : of its ten cells, at each of them, (digits, 10)
    linear : what ten softmax cells alone take each for, (digits,)
    """

    history: History
    accuracy: float
    activities: np.ndarray
    linear: np.ndarray


def _learn(part: Part, units: int, dropout: float, epochs: int, seed: int) -> Learned:
    x_train, x_test = (x.reshape(len(x), -1) for x in (part.x, part.x_held_out))
    y_train, y_test = (to_categorical(y, CLASSES) for y in (part.y, part.y_held_out))
    model = Sequential(seed=seed)
    model.add(Dense(units, activation="relu", input_shape=x_train.shape[1:]))
    model.add(Dropout(dropout))
    model.add(Dense(units, activation="relu"))
    model.add(Dropout(dropout))
    model.add(Dense(CLASSES, activation="softmax"))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x_train, y_train, epochs=epochs, batch_size=32, validation_split=0.1)
    linear = Sequential([Dense(CLASSES, activation="softmax")], seed=seed)
    linear.compile(optimizer=RMSprop(0.003), loss="categorical_crossentropy")
    linear.fit(x_train, y_train, epochs=epochs, batch_size=32, validation_split=0.1)
    return Learned(
        history,
        model.evaluate(x_test, y_test)[1],
        model.predict(x_test),
        linear.predict_classes(x_test),
    )
