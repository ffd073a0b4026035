r"""The sheet's regression, beside the least-squares line · 多層感知器迴歸 · lecture row 20

Question: Does a network predict a quantity better than a straight line does?
Equation: $y = w_2 \cdot [W_1 x + b_1]_+ + b_2$
Levels: computation, algorithm
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from neurosim import InputError
from neurosim.learning import least_squares
from neurosim.networks import Dense, EarlyStopping, History, Sequential
from neurosim.networks.data import StandardScaler, load_boston_housing, load_diabetes
from neurosim.plotting import COLOURS, FAINT, new_figure
from neurosim.progress import progress
from neurosim.result import Result

from .correlations import Correlation
from .held_out import FEWEST, Part, fold, given_apart
from .parameters import check_range
from .training_curves import claim_restored, draw_training, tabulate_training

RARE = 10  # the fewest samples held out that say how well they are predicted
SURE = 3.29  # standard errors that chance exceeds once in a thousand times


def run(
    data: Path | None = None,
    epochs: int = 200,
    patience: int = 10,
    folds: int = 5,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Train the sheet's network of 64 cells and 1 to predict a quantity.

    From ten measures of 442 patients it predicts how far their diabetes goes in a year (Efron et
    al. 2004).  Each is held out once, and predicted by a network that never learned it.  Beside it
    stands the least-squares line through the same samples.  All is in standard units: mean 0 and
    deviation 1 over the samples learned from.

    Parameters
    ----------
    data
        Boston's house prices: Keras's boston_housing.npz, or housing.data of the UCI repository;
        a fifth of them is held out.  Left out, the patients.
    epochs
        How often a network sees its samples at most, from 20 to 2000.
    patience
        For how many epochs it goes on although the validation's loss does not fall, from 3 to 100.
    folds
        Parts that are held out in turn, from 3 to 10.
    seed
        Of the parts, the first weights, and the order of the samples.
    quick
        Three parts.
    """
    result = Result("mlp-regression", locals(), seed)
    check_range("epochs", epochs, 20, 2000)
    check_range("patience", patience, 3, 100)
    if data is None:
        parts = fold(*load_diabetes(), FEWEST if quick else folds, seed)
    else:
        parts = [given_apart(*load_boston_housing(data), seed)]
        _check_targets(data, parts[0])
    learned = [
        _learn(_standard(part), epochs, patience, seed + number)
        for number, part in enumerate(progress(parts, "networks"))
    ]
    measured, network, line = (
        np.concatenate([getattr(one, name) for one in learned])
        for name in ("measured", "network", "line")
    )
    correlation = Correlation.of(network, measured)
    low, high = correlation.interval(0.999)
    result.claim(
        f"predicted and measured correlate by {correlation.r:.3f} (99.9% interval {low:.3f} to "
        f"{high:.3f}, by Fisher's z): at least",
        low,
        at_least=0,
    )
    gain = np.square(measured) - np.square(network - measured)
    result.claim(
        "the network's squared error is surely below that of the mean of what was learned from: "
        "by how many standard errors",
        float(gain.mean() / (gain.std(ddof=1) / math.sqrt(len(gain)))),
        at_least=SURE,
    )
    if data is None:
        result.claim(
            "what 64 cells find in these measures is nearly the line: the network's correlation "
            "with the line, above that with what was measured",
            Correlation.of(network, line).r - correlation.r,
            at_least=0,
        )
    result.claim(
        "the metric mae is the mean distance of predicted and measured",
        [one.told for one in learned],
        [float(np.abs(one.network - one.measured).mean()) for one in learned],
        relative=1e-5,  # sums of float32 in another order
    )
    histories = [one.history for one in learned]
    claim_restored(result, histories, [one.restored for one in learned])
    _draw(result, learned, measured, network, line)
    result.table(
        "held-out", ("measured", "network", "line"), np.stack([measured, network, line], axis=1)
    )
    tabulate_training(result, histories)
    return result


class Learned(NamedTuple):
    """What came of one part, in standard units.

    Attributes
    ----------
    history : how the network's training went
    restored : its loss on the validation, with the weights that it ended with
    told : the mean absolute error held out, as `evaluate` tells it
    measured, network, line : what was held out, and what was predicted, (samples,)
    """

    history: History
    restored: float
    told: float
    measured: np.ndarray
    network: np.ndarray
    line: np.ndarray


def _learn(part: Part, epochs: int, patience: int, seed: int) -> Learned:
    model = Sequential(seed=seed)
    model.add(Dense(64, activation="relu", input_dim=part.x.shape[1]))
    model.add(Dense(1))
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    kept = len(part.x) // 5
    validation = part.x[-kept:], part.y[-kept:]
    history = model.fit(
        part.x[:-kept], part.y[:-kept], epochs=epochs, batch_size=32, validation_data=validation,
        callbacks=[EarlyStopping(patience=patience, restore_best_weights=True)],
    )  # fmt: skip
    return Learned(
        history,
        model.evaluate(*validation)[0],
        model.evaluate(part.x_held_out, part.y_held_out)[1],
        part.y_held_out,
        model.predict(part.x_held_out)[:, 0].astype(float),
        least_squares(part.x, part.y)(part.x_held_out),
    )


def _check_targets(data: Path, part: Part) -> None:
    """Raise InputError where there is nothing to predict, or too little to say how well."""
    count = len(part.y_held_out)
    if count < RARE:
        raise InputError(f"{data}: {count} samples are held out; give so many that {RARE} are")
    for y, of in ((part.y, "learned from"), (part.y_held_out, "held out")):
        if np.ptp(y) == 0:
            raise InputError(
                f"{data}: all targets {of} are {y[0]:g}; give some that differ, or nothing is left "
                "to predict"
            )


def _standard(part: Part) -> Part:
    """Return a part in standard units, its targets too."""
    scaler = StandardScaler().fit(part.y[:, None])
    return part.standardized()._replace(
        y=scaler.transform(part.y[:, None])[:, 0],
        y_held_out=scaler.transform(part.y_held_out[:, None])[:, 0],
    )


def _draw(
    result: Result, learned: list[Learned], measured: np.ndarray, network: np.ndarray,
    line: np.ndarray,
) -> None:  # fmt: skip
    figure, (training, predicted, beside) = new_figure(1, 3, width="page", height=2.5)
    draw_training(training, [one.history for one in learned], "mae", "mean |error| (SD)")
    training.set_title(f"The error of {len(learned)} network{'s' * (len(learned) > 1)}")
    for ax, x, labels, title in (
        (predicted, measured, ("measured", "network's"), "Predicted and measured"),
        (beside, line, ("the line's prediction", "network's"), "The network and the line"),
    ):
        ends = [min(x.min(), network.min()), max(x.max(), network.max())]
        ax.plot(ends, ends, color=FAINT, linewidth=0.8)
        ax.plot(x, network, "o", color=COLOURS["blue"], markersize=2, alpha=0.6, linewidth=0)
        ax.set(xlabel=f"{labels[0]} (SD)", ylabel=f"{labels[1]} prediction (SD)")
        ax.set_title(f"{title}: r = {Correlation.of(x, network).r:.2f}")
    of_network, of_line = (
        1 - np.square(values - measured).mean() / measured.var() for values in (network, line)
    )
    figure.suptitle(
        f"Held out, the network explains {of_network:.0%} of the variance, the least-squares line "
        f"{of_line:.0%}"
    )
    result.figure("mlp-regression", figure)
