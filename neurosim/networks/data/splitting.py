"""Samples divided at random into a part to train on and a part to test on.

The function is written here rather than taken from scikit-learn, which is an extra: experiments run
without it, and a seed must give the same parts whether it is installed or not.  The parts are
those of `sklearn.model_selection.train_test_split`, sample by sample, stratified ones too; a test
holds them to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError
from ...timing import real, truth, whole
from ...wording import short

TEST_SIZE = 0.25  # where neither size is given


def train_test_split(
    *arrays: Any, test_size: float | None = None, train_size: float | None = None,
    random_state: int | None = None, shuffle: bool = True, stratify: Any = None,
) -> list[Any]:  # fmt: skip
    """Return each array's training part and its test part, as scikit-learn's function does.

    Parameters
    ----------
    arrays
        As many samples each: arrays along their first axis, or lists.
    test_size, train_size
        A number of samples, or a share of them between 0 and 1, the test's rounded up and the
        training's down.  One left out is the rest; both left out, a quarter is tested.
    random_state
        Seed of the order, from 0 to 2^32 − 1; left out, another one each time.
    shuffle
        Whether samples are taken in a random order; else the last are tested.
    stratify
        The samples' classes, (samples,): each part then has all in the same proportions.

    Returns
    -------
    list
        Training and test part of the first array, of the second, …; parts of lists are lists.

    Raises
    ------
    InputError
        No array, or arrays of unequal numbers of samples; sizes or a seed that cannot be; a class
        of one sample, or a part with fewer samples than classes, to be stratified.
    """
    if not arrays:
        raise InputError("train_test_split: takes at least one array")
    given = [array if isinstance(array, list | tuple) else np.asarray(array) for array in arrays]
    for number, array in enumerate(given):
        if isinstance(array, np.ndarray) and not array.ndim:
            raise InputError(
                f"train_test_split: array {number + 1} has no samples (got {short(arrays[number])})"
            )
    counts = {len(array) for array in given}
    if len(counts) > 1:
        listed = ", ".join(str(len(array)) for array in given)
        raise InputError(
            f"train_test_split: the arrays have {listed} samples; all must have as many"
        )
    if truth(shuffle, "train_test_split: shuffle") is False and stratify is not None:
        raise InputError("train_test_split: stratify= needs shuffle=True")
    if random_state is not None:
        random_state = whole(random_state, "train_test_split: random_state", 0, 2**32)
    samples = counts.pop()
    trained, tested = _sizes(samples, train_size, test_size)
    random = np.random.RandomState(random_state)
    if stratify is not None:
        train, test = _stratified(_classes(stratify, samples), trained, tested, random)
    elif shuffle:
        order = random.permutation(samples)
        test, train = order[:tested], order[tested : tested + trained]
    else:
        train, test = np.arange(trained), np.arange(trained, trained + tested)
    return [_taken(array, places) for array in given for places in (train, test)]


def _taken(array: Sequence[Any] | np.ndarray, places: np.ndarray) -> Any:
    if isinstance(array, np.ndarray):
        return array[places]
    return [array[place] for place in places.tolist()]


def _sizes(samples: int, train_size: Any, test_size: Any) -> tuple[int, int]:
    """Return the numbers of samples of both parts, or raise."""
    if train_size is None and test_size is None:
        test_size = TEST_SIZE
    tested = _size(test_size, "test_size", samples, math.ceil)
    trained = _size(train_size, "train_size", samples, math.floor)
    if tested is None:
        tested = samples - (trained or 0)
    if trained is None:
        trained = samples - tested
    if trained + tested > samples:
        raise InputError(
            f"train_test_split: {trained} training and {tested} test samples are more than the "
            f"{samples} there are; make test_size or train_size smaller"
        )
    if not trained or not tested:
        empty = "test" if trained else "training"
        raise InputError(
            f"train_test_split: of {samples} samples nothing is left for the {empty} part; give "
            "other sizes or more samples"
        )
    return trained, tested


def _size(size: Any, name: str, samples: int, rounded: Any) -> int | None:
    """Return a part's number of samples as it was given, None where it was not, or raise."""
    if size is None:
        return None
    try:
        share = real(size)
    except (TypeError, ValueError):
        share = math.nan
    if isinstance(size, int | np.integer):
        if 0 < share < samples:
            return int(share)
    elif 0 < share < 1:
        return rounded(share * samples)
    raise InputError(
        f"train_test_split: {name} must be a number of samples below the {samples} given, or a "
        f"share between 0 and 1 (got {short(size)})"
    )


def _classes(stratify: Any, samples: int) -> np.ndarray:
    """Return the place of each sample's class among all, (samples,), or raise."""
    classes = np.asarray(stratify)
    if classes.shape != (samples,):
        raise InputError(
            f"train_test_split: stratify must be one class a sample, of shape ({samples},) (got "
            f"shape {classes.shape})"
        )
    try:
        names, places, counts = np.unique(classes, return_inverse=True, return_counts=True)
    except TypeError:
        raise InputError(
            "train_test_split: stratify has classes that cannot be ordered; give numbers or text"
        ) from None
    if counts.min() < 2:
        rare = names[counts < 2][0]
        raise InputError(
            f"train_test_split: class {short(rare.item())} has a single sample; to be stratified "
            "each needs at least 2"
        )
    return places


def _stratified(
    places: np.ndarray, trained: int, tested: int, random: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    """Return the samples of both parts, each class in its share; the order of draws is fixed."""
    counts = np.bincount(places)
    if min(trained, tested) < len(counts):
        short_part = "training" if trained < len(counts) else "test"
        raise InputError(
            f"train_test_split: the {short_part} part has {min(trained, tested)} samples and there "
            f"are {len(counts)} classes; to be stratified it needs at least one of each"
        )
    of_train = _shares(counts, trained, random)
    of_test = _shares(counts - of_train, tested, random)
    members = np.split(np.argsort(places, kind="stable"), np.cumsum(counts)[:-1])
    train, test = [], []
    for inside, first, second in zip(members, of_train, of_test, strict=True):
        order = inside[random.permutation(len(inside))]
        train.append(order[:first])
        test.append(order[first : first + second])
    return random.permutation(np.concatenate(train)), random.permutation(np.concatenate(test))


def _shares(counts: np.ndarray, drawn: int, random: np.random.RandomState) -> np.ndarray:
    """Return how many of each class are drawn, `drawn` in all, nearest to its share.

    What rounding down leaves goes to the classes of the largest remainders, and at random among
    equal ones.
    """
    exact = counts / counts.sum() * drawn
    shares = np.floor(exact)
    remainders = exact - shares
    left = int(drawn - shares.sum())
    for remainder in np.unique(remainders)[::-1]:
        if left <= 0:
            break
        equal = np.flatnonzero(remainders == remainder)
        more = random.choice(equal, size=min(len(equal), left), replace=False)
        shares[more] += 1
        left -= len(more)
    return shares.astype(int)
