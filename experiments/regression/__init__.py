r"""Regression: by what angle is a digit turned? · 迴歸的應用 · lecture row 22

Question: How well is an angle predicted from an image, and what in the image tells it?
Equation: $r_k = \dfrac{\mathrm{cov}(\hat{\theta},\,\theta)}{s_{\hat{\theta}}\,s_{\theta}}$
    $\bar{r} = \tanh\left(\dfrac{1}{K}\sum_{k=1}^{K} \mathrm{artanh}\,r_k\right)$ of $K$ folds
Levels: computation, algorithm
"""

from __future__ import annotations

import numpy as np

from neurosim.networks.data import load_digits
from neurosim.progress import progress
from neurosim.result import Result

from ..held_out import FEWEST
from ..parameters import check_count, check_range
from .claims import claim_fair_folds, claim_predicted, claim_what_tells
from .drawing import draw
from .folds import by_original
from .learning import learn
from .showing import in_a_window, whole
from .tried import Tried, Who

WIDE = 45  # degrees, from which on a network surely learns more than a plane does
UPRIGHT = 45  # degrees; a square box turned by more looks like one turned the other way
QUICK = 300  # digits for a first look
QUICK_COPIES, QUICK_EPOCHS = 2, 10


def run(
    widest: float = 45.0,
    copies: int = 3,
    epochs: int = 12,
    folds: int = 5,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Let a network predict by what angle a digit is turned, in five experiments.

    1797 handwritten digits (Alpaydin & Kaynak 1998) are each held out once, with all their copies,
    and turned by an angle that a convolutional network predicts, which never learned that digit.
    As in the lecture's table, each fold has its correlation, and the folds their mean; here with
    95% intervals: Fisher's (1921), and for the mean the wider, at either end, of his and Nadeau &
    Bengio's (2003).  Beside the network stand the least-squares plane through the pixels, and the
    mean angle.

    Digits fill the upright boxes that they were cut out by, and between pixels a turned image is a
    mean of neighbours; both tell the angle, whatever is shown.  So what is learned is smooth and
    seen through a round window, in which no border is seen, though still that ink reaches higher
    than wide.  How much whole digits as they are would tell is tried too, and whether noise in
    their place tells the network anything (Geirhos et al. 2020, of learning by shortcuts).

    Parameters
    ----------
    widest
        Degrees to either side by which a digit is turned at most, from 15 to 90.
    copies
        At how many angles each digit is learned, from 2 to 8; it is tried at one.
    epochs
        How often a network sees its images, from 10 to 50.
    folds
        Parts that are held out in turn, from 3 to 10.
    seed
        Of the angles, the folds, the first weights and the order of learning.
    quick
        300 digits, two copies and 10 epochs.
    """
    result = Result("regression", locals(), seed)
    check_range("widest", widest, 15, 90, "°")
    check_range("copies", copies, 2, 8)
    check_range("epochs", epochs, 10, 50)
    check_count("folds", folds, FEWEST, 10)
    if quick:
        copies, epochs = QUICK_COPIES, QUICK_EPOCHS
    images, digits = load_digits()
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(images))[: QUICK if quick else None]
    ink, digits = images[chosen] / 16, digits[chosen]
    degrees = random.uniform(-widest, widest, (len(ink), copies))
    divided = by_original(digits, folds, seed)
    shown = {
        "digits in a window": in_a_window(ink, degrees),
        "whole digits": whole(ink, degrees),
        "noise in a window": in_a_window(random.random(ink.shape), degrees),
    }
    work = [(name, number) for name in shown for number in range(folds)]
    of_fold = {
        (name, number): learn(shown[name], divided[number], widest, epochs, seed + number)
        for name, number in progress(work, "networks")
    }
    window, boxed, noise = (
        Tried(name, [of_fold[name, number] for number in range(folds)]) for name in shown
    )
    claim_fair_folds(result, divided)
    claim_predicted(result, window, beyond_linear=not quick and widest >= WIDE)
    claim_what_tells(result, window, boxed, noise, by_box=not quick and widest <= UPRIGHT)
    result.figure("regression", draw(shown, divided[0], window, boxed))
    _tabulate(result, window, boxed, noise)
    return result


def _tabulate(result: Result, window: Tried, *others: Tried) -> None:
    """List the correlations as the lecture's table does, and what was predicted of each digit."""
    several: list[tuple[Tried, Who]] = [(window, "network"), (window, "plane")]
    several += [(tried, "network") for tried in others]
    rows: list[tuple] = []
    for tried, who in several:
        each = tried.correlations(who)
        rows += [
            (tried.shown, who, number, one.r, *one.interval(), one.pairs)
            for number, one in enumerate(each, start=1)
        ]
        total = sum(one.pairs for one in each)
        rows.append((tried.shown, who, "average", *tried.mean_correlation(who), total))
    result.table(
        "correlations",
        ("shown", "predicted by", "experiment", "PC", "from (95%)", "to (95%)", "digits"),
        rows,
    )
    result.table(
        "errors",
        ("shown", "predicted by", "mean |error| (degrees)"),
        [(tried.shown, who, tried.error(who)) for tried, who in [*several, (window, "mean")]],
    )
    result.table(
        "held-out",
        ("true (degrees)", "network", "plane"),
        np.stack([window.true, window.predicted(), window.predicted("plane")], axis=1),
    )
