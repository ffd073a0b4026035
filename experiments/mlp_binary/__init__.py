r"""The sheet's binary classifier · 多層感知器二元分類 · lecture row 20

Question: Does a network of three layers tell two classes apart, and better than one neuron?
Equation: $y = \sigma\left(w_3 \cdot [W_2\,[W_1 x + b_1]_+ + b_2]_+ + b_3\right)$
Levels: computation, algorithm
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from neurosim import InputError
from neurosim.networks import Adam, Dense, EarlyStopping, History, Sequential
from neurosim.networks.data import load_breast_cancer, load_csv
from neurosim.plotting import COLOURS, FAINT, new_figure
from neurosim.progress import progress
from neurosim.result import Result

from ..accuracy import SURE, Accuracy, behind_by_chance, claim_above_chance
from ..held_out import FEWEST, Part, fold
from ..parameters import check_range
from ..training_curves import claim_restored, draw_training, tabulate_training
from .roc import Roc

RARE = 10  # the fewest samples of a class that can be told from chance
DEVIATIONS = 3.29  # that leave out so much, on both sides together


def run(
    data: Path | None = None,
    epochs: int = 200,
    patience: int = 10,
    folds: int = 5,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Train the sheet's network of 12, 8 and 1 cells to tell two classes apart.

    It learns which of 569 tumours are benign from 30 measures of their cell nuclei (Street,
    Wolberg & Mangasarian 1993).  Each case is held out once: a network that never learned it tells
    what it is.  The area under the ROC curve is the probability that a case of class 1 has the
    higher answer (Hanley & McNeil 1982).  Beside it a single neuron learns the same parts.

    Parameters
    ----------
    data
        A table in text with a case a line and the class, 0 or 1, in its last column, as the Pima
        Indians' diabetes; left out, the tumours.
    epochs
        How often a network sees its cases at most, from 30 to 2000.
    patience
        For how many epochs it goes on although the validation's loss does not fall, from 3 to 100.
    folds
        Parts that are held out in turn, from 3 to 10.
    seed
        Of the parts, the first weights, and the order of the cases.
    quick
        Three parts.
    """
    result = Result("mlp-binary", locals(), seed)
    check_range("epochs", epochs, 30, 2000)
    check_range("patience", patience, 3, 100)
    x, y = load_breast_cancer() if data is None else _two_classes(data)
    parts = fold(x, y, FEWEST if quick else folds, seed)
    learned = [
        _learn(part.standardized(), epochs, patience, seed + number)
        for number, part in enumerate(progress(parts, "networks"))
    ]
    labels = np.concatenate([part.y_held_out for part in parts]).astype(int)
    deep = np.concatenate([network.answers for network in learned])
    single = np.concatenate([network.of_one_neuron for network in learned])
    curves = {"network": Roc.of(deep, labels), "one neuron": Roc.of(single, labels)}
    told = {"network": deep > 0.5, "one neuron": single > 0.5}
    right = {name: Accuracy.of(answers, labels) for name, answers in told.items()}

    roc, accuracy = curves["network"], right["network"]
    claim_above_chance(result, accuracy, "held-out cases")
    result.claim(
        f"the area under the ROC curve, {roc.area:.4f}, is above ½: how far at least, at 99.9% "
        "(Hanley & McNeil's error)",
        roc.area - DEVIATIONS * roc.error - 0.5,
        at_least=0,
    )
    result.claim(
        "the area by ranks is the area below the curve",
        roc.area,
        roc.area_below_the_curve,
        tolerance=len(labels) * float(np.finfo(float).eps),
    )
    result.claim(
        "one neuron is not surely better: probability that equals fall as far behind (McNemar)",
        behind_by_chance(told["network"], told["one neuron"], labels),
        at_least=SURE,
    )
    histories = [network.history for network in learned]
    claim_restored(result, histories, [network.restored for network in learned])
    _draw(result, learned, curves, accuracy, deep, labels)
    _tabulate(result, curves, right)
    tabulate_training(result, histories)
    return result


class Learned(NamedTuple):
    """What came of one part.

    Attributes
    ----------
    history : how the network's training went
    restored : its loss on the validation, with the weights that it ended with
    answers : to the cases held out, (cases,)
    of_one_neuron : a single neuron's answers to them, (cases,)
    """

    history: History
    restored: float
    answers: np.ndarray
    of_one_neuron: np.ndarray


def _learn(part: Part, epochs: int, patience: int, seed: int) -> Learned:
    model = Sequential(seed=seed)
    model.add(Dense(12, input_dim=part.x.shape[1], kernel_initializer="uniform", activation="relu"))
    model.add(Dense(8, kernel_initializer="uniform", activation="relu"))
    model.add(Dense(1, kernel_initializer="uniform", activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    kept = len(part.x) // 5
    validation = part.x[-kept:], part.y[-kept:]
    history = model.fit(
        part.x[:-kept], part.y[:-kept], epochs=epochs, batch_size=32, validation_data=validation,
        callbacks=[EarlyStopping(patience=patience, restore_best_weights=True)],
    )  # fmt: skip
    neuron = Sequential([Dense(1, activation="sigmoid")], seed=seed)
    neuron.compile(optimizer=Adam(0.01), loss="binary_crossentropy")
    neuron.fit(
        part.x[:-kept], part.y[:-kept], epochs=epochs, batch_size=32, validation_data=validation,
        callbacks=[EarlyStopping(patience=patience, restore_best_weights=True)],
    )  # fmt: skip
    return Learned(
        history,
        model.evaluate(*validation)[0],
        model.predict(part.x_held_out)[:, 0],
        neuron.predict(part.x_held_out)[:, 0],
    )


def _two_classes(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return a table's features and classes, or raise InputError where these are not 0 and 1."""
    x, y = load_csv(path)
    if strange := sorted(set(y.tolist()) - {0.0, 1.0}):
        raise InputError(
            f"the last column of {path} must be the class, 0 or 1 (got {strange[0]:g}); put it "
            "there, or number the classes"
        )
    zeros, ones = int((y == 0).sum()), int((y == 1).sum())
    if min(zeros, ones) < RARE:
        raise InputError(
            f"{path} has {zeros} cases of class 0 and {ones} of class 1; give at least {RARE} of "
            "each"
        )
    return x, y


def _draw(
    result: Result, learned: list[Learned], curves: dict[str, Roc], accuracy: Accuracy,
    answers: np.ndarray, labels: np.ndarray,
) -> None:  # fmt: skip
    figure, (training, roc, told) = new_figure(
        1, 3, width="page", height=2.5, width_ratios=[1, 1.3, 1]
    )
    draw_training(
        training, [network.history for network in learned], "loss", "cross-entropy (nats)"
    )
    training.set_title(f"Loss of {len(learned)} networks")
    for (name, curve), line in zip(curves.items(), ("-", "--"), strict=True):
        colour = COLOURS["blue" if name == "network" else "vermillion"]
        roc.plot(
            100 * curve.false_alarms, 100 * curve.hits, line, color=colour,
            label=f"{name} {curve.area:.3f} ± {curve.error:.3f}",
        )  # fmt: skip
    roc.plot([0, 100], [0, 100], ":", color=FAINT, linewidth=0.8, label="chance ½")
    roc.legend(
        title="area ± standard error", loc="lower right", handlelength=1.4, frameon=True,
        facecolor="white", edgecolor="none", framealpha=0.9,
    )  # fmt: skip
    roc.set(xlabel="false alarms (% of class 0)", ylabel="hits (% of class 1)")
    roc.set_title("ROC of the cases held out")
    edges = np.linspace(0, 1, 21)
    counts = [np.histogram(answers[labels == label], edges)[0] for label in (0, 1)]
    for label, (count, colour, line) in enumerate(
        zip(counts, ("orange", "blue"), ("-", "--"), strict=True)
    ):
        told.stairs(
            count, edges, color=COLOURS[colour], linestyle=line, linewidth=1.3,
            label=f"class {label}",
        )  # fmt: skip
    told.axvline(0.5, color=FAINT, linestyle=":", linewidth=1.0)
    told.set(xlabel="answer of the output cell", ylabel="held-out cases", yscale="log", ylim=0.7)
    told.legend(
        loc="upper center", frameon=True, facecolor="white", edgecolor="none", framealpha=0.9
    )
    told.set_title("Answers to each class")
    figure.suptitle(
        f"A network of 12, 8 and 1 cells tells {accuracy.right} of {accuracy.cases} held-out cases "
        f"right, one answer for all {accuracy.chance:.0%}"
    )
    result.figure("mlp-binary", figure)


def _tabulate(result: Result, curves: dict[str, Roc], right: dict[str, Accuracy]) -> None:
    result.table(
        "held-out",
        (
            "learner", "right", "cases", "accuracy", "from (95%)", "to (95%)", "area", "its error"
        ),
        [
            (
                name, score.right, score.cases, score.part, *score.interval, curves[name].area,
                curves[name].error,
            )
            for name, score in right.items()
        ],
    )  # fmt: skip
    result.table(
        "roc",
        ("learner", "false alarms", "hits"),
        [
            (name, float(alarm), float(hit))
            for name, curve in curves.items()
            for alarm, hit in zip(curve.false_alarms, curve.hits, strict=True)
        ],
    )
