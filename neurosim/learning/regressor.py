"""The delta rule as an estimator of scikit-learn's (extra: sklearn)."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .delta import delta_rule

CALM = 0.02  # of 1/(the mean of |x|²): the weights' wandering then adds a hundredth to the error


class DeltaRegressor(RegressorMixin, BaseEstimator):
    """Neurons that learn by the delta rule, pattern by pattern (Widrow & Hoff 1960).

    Features of very different size, or far from 0, are learned slowly: put
    `sklearn.preprocessing.StandardScaler` before it.

    Parameters
    ----------
    rate : η.  None: 0.02/(mean of |x|²), or 1/(largest |x|²) where that is smaller, with the bias's
        input of 1 in x: no order of the samples makes linear neurons diverge, and where x is
        Gaussian the wandering of their weights adds about a hundredth to the squared error (Widrow
        & Stearns 1985)
    passes : through all samples, at most so many
    transfer : f, as in `delta_rule`
    bias : whether the neurons have one
    shuffle : whether each pass has an order of its own
    random_state : of these orders: None, a seed or a generator, as everywhere in scikit-learn
    tolerance : it stops where a pass moves no weight by more than this, as in `delta_rule`

    Attributes
    ----------
    coef_ : the weights, (inputs,), for targets in columns (neurons, inputs)
    intercept_ : the bias, a number or (neurons,)
    learning_ : the `DeltaLearning` behind it, with the error and the weights of each pass
    n_iter_ : passes made
    rate_ : η as it was taken
    n_features_in_, feature_names_in_ : as everywhere in scikit-learn
    """

    def __init__(
        self,
        *,
        rate: float | None = None,
        passes: int = 1000,
        transfer: Any = "identity",
        bias: bool = True,
        shuffle: bool = False,
        random_state: Any = None,
        tolerance: float = 1e-6,
    ):
        self.rate = rate
        self.passes = passes
        self.transfer = transfer
        self.bias = bias
        self.shuffle = shuffle
        self.random_state = random_state
        self.tolerance = tolerance

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 (scikit-learn's word)
        """Learn targets y, (samples,) or (samples, neurons), from patterns X, (samples, inputs).

        Raises
        ------
        InputError, ValueError
            Samples or parameters that cannot be used.
        ConvergenceError
            It diverged: take a smaller rate.
        """
        patterns, targets = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        targets = np.asarray(targets, dtype=np.float64)
        self.rate_ = _calm_rate(patterns, self.bias) if self.rate is None else self.rate
        self.learning_ = delta_rule(
            patterns,
            targets,
            rate=self.rate_,
            passes=self.passes,
            transfer=self.transfer,
            bias=self.bias,
            shuffle=self.shuffle,
            seed=int(check_random_state(self.random_state).randint(2**31)),
            tolerance=self.tolerance,
        )
        self.coef_ = self.learning_.weights
        self.intercept_ = self.learning_.bias
        self.n_iter_ = len(self.learning_.errors)
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the neurons' answers, of the shape of the targets.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        """
        check_is_fitted(self)
        patterns = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.learning_(patterns))

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks: targets may come in columns."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _calm_rate(patterns: np.ndarray, bias: bool) -> float:
    with np.errstate(over="ignore"):  # patterns so large are refused by the rule
        squares = (patterns**2).sum(axis=1) + bool(bias)
    largest = float(squares.max())
    if largest < np.finfo(float).tiny:
        return 1.0  # nothing is heard, so nothing is learned at any rate
    return min(CALM / float(squares.mean()), 1 / largest)
