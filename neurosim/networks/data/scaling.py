"""Features brought to mean 0 and standard deviation 1.

The class is written here rather than taken from scikit-learn, which is an extra, so that what is
trained is the same with and without it; a test holds its numbers to `sklearn.preprocessing`'s.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ...errors import InputError
from ...wording import short


class StandardScaler:
    """z = (x − mean)/σ, a feature at a time, as scikit-learn's scaler of the same name.

    A feature that does not vary, as far as rounding can tell, is only centered.

    Attributes
    ----------
    mean_, var_ : of each feature over the samples fitted, float64, (features,)
    scale_ : σ, the root of var_; 1 where a feature does not vary
    n_features_in_ : how many features there are
    """

    mean_: np.ndarray
    var_: np.ndarray
    scale_: np.ndarray
    n_features_in_: int

    def fit(self, x: Any, y: Any = None) -> Self:
        """Measure mean and variance of samples, (samples, features); `y` is not looked at.

        The variance is that of two passes, corrected for the mean's rounding (Chan, Golub &
        LeVeque 1983), and divided by the number of samples.

        Raises
        ------
        InputError
            What is no table of finite numbers with at least one sample and one feature.
        """
        table = _table(x)
        samples = len(table)
        if not table.size:
            raise InputError(f"StandardScaler: there is nothing to fit in shape {table.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            total = table.sum(axis=0, dtype=np.float64)
            mean = total / samples
            deviations = table - mean
            correction = deviations.sum(axis=0)
            deviations *= deviations
            var = (deviations.sum(axis=0) - correction**2 / samples) / samples
        if not np.isfinite(var).all():
            raise InputError(
                f"StandardScaler: the variance of feature {np.flatnonzero(~np.isfinite(var))[0]} "
                "is more than float64 holds; give it another unit"
            )
        rounding = np.finfo(np.float64).eps * samples
        varies = var > rounding * var + (rounding * mean) ** 2
        self.mean_, self.var_ = mean, var
        self.scale_ = np.where(varies, np.sqrt(var), 1.0)
        self.n_features_in_ = table.shape[1]
        return self

    def transform(self, x: Any) -> np.ndarray:
        """Return (x − mean)/σ: float32 of float32, else float64.

        Raises
        ------
        InputError
            Before `fit`; a table of other features, or not of finite numbers.
        """
        table = self._of_these_features(x, "transform")
        z = table - self.mean_.astype(table.dtype)
        z /= self.scale_.astype(table.dtype)
        return z

    def fit_transform(self, x: Any, y: Any = None) -> np.ndarray:
        """Return what `fit` and then `transform` make of the same samples."""
        return self.fit(x, y).transform(x)

    def inverse_transform(self, x: Any) -> np.ndarray:
        """Return x·σ + mean, the values that `transform` made x of.

        Raises
        ------
        InputError
            As `transform`.
        """
        table = self._of_these_features(x, "inverse_transform")
        values = table * self.scale_.astype(table.dtype)
        values += self.mean_.astype(table.dtype)
        return values

    def _of_these_features(self, x: Any, method: str) -> np.ndarray:
        if not hasattr(self, "mean_"):
            raise InputError(f"StandardScaler: {method}() comes after fit() on the training data")
        table = _table(x)
        if table.shape[1] != self.n_features_in_:
            raise InputError(
                f"StandardScaler: {method}() got {table.shape[1]} features, fit() had "
                f"{self.n_features_in_}"
            )
        return table


def _table(x: Any) -> np.ndarray:
    """Return samples as a float32 or float64 table, or raise."""
    try:
        given = np.asarray(x)
        if given.dtype.kind in "cmM":  # complex numbers, and times
            raise TypeError
        table = given if given.dtype in (np.float32, np.float64) else given.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(f"StandardScaler: takes a table of numbers (got {short(x)})") from None
    if table.ndim != 2:
        raise InputError(
            f"StandardScaler: takes a table (samples, features), got shape {table.shape}; images "
            "are made rows with x.reshape(len(x), -1)"
        )
    finite = np.isfinite(table)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise InputError(
            f"StandardScaler: feature {column} of sample {row} is {table[row, column]}; all values "
            "must be finite"
        )
    return table
