"""Boston's house prices, as `keras.datasets.boston_housing.load_data` returns them."""

from __future__ import annotations

from os import PathLike

import numpy as np

from ...errors import FileError, InputError
from ...timing import real, whole
from ...wording import short, shown
from .mnist import Parts
from .npz import load_npz
from .reading import opened
from .tables import load_csv

FEATURES = 13
ARCHIVE = b"PK"


def load_boston_housing(
    path: str | PathLike[str], test_split: float = 0.2, seed: int = 113
) -> Parts:
    """Return Boston's house prices (Harrison & Rubinfeld 1978) in two parts, at random.

    Parameters
    ----------
    path
        Keras's ``boston_housing.npz``, or ``housing.data`` of the UCI repository: text, 14 columns
        parted by spaces.
    test_split
        The share that is tested, from 0 to below 1.
    seed
        Of the order of samples.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        13 features, float64, (samples, 13), and the median value of homes in thousands of dollars,
        (samples,).

    Raises
    ------
    FileError
        No such file, or one that holds anything else.
    InputError
        A share or a seed that cannot be.
    """
    try:
        share = real(test_split)
    except (TypeError, ValueError):
        share = -1.0
    if not 0 <= share < 1:
        raise InputError(
            f"load_boston_housing: test_split must be from 0 to below 1 (got {short(test_split)})"
        )
    random = np.random.RandomState(whole(seed, "load_boston_housing: seed", 0, 2**32))
    with opened(path) as source:
        is_archive = source.stream.read(len(ARCHIVE)) == ARCHIVE
    read = load_npz(path, ["x", "y"]) if is_archive else load_csv(path, delimiter=None)
    x, y = (values.astype(np.float64) for values in read)
    if x.ndim != 2 or x.shape[1] != FEATURES or y.shape != x.shape[:1]:
        raise FileError(
            f"{shown(path)}: it must have {FEATURES} features and one price a sample (got shapes "
            f"{x.shape} and {y.shape})"
        )
    order = np.arange(len(x))
    random.shuffle(order)
    trained = int(len(x) * (1 - share))
    train, test = order[:trained], order[trained:]
    return (x[train], y[train]), (x[test], y[test])
