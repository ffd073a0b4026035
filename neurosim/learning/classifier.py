"""The perceptron as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ..errors import InputError
from .perceptron import perceptron_rule


class PerceptronClassifier(ClassifierMixin, BaseEstimator):
    """Neurons that learn classes by the perceptron's rule (Rosenblatt 1958), as in scikit-learn.

    Two classes need one neuron; of more, each has one that tells it from all others, and the
    neuron of the largest w·x + b decides.

    Parameters
    ----------
    rate
        η; it scales the weights, and changes no mistake.
    passes
        At most so many over all samples; None: as many as it takes, which raises ConvergenceError
        where no plane parts a class from the others.
    shuffle
        Whether each pass has an order of its own.
    random_state
        Seed of these orders.

    Attributes
    ----------
    classes_ : (classes,), sorted
    coef_, intercept_ : (neurons, features) and (neurons,)
    n_iter_ : passes made
    learning_ : the `PerceptronLearning` behind it, with all mistakes; of two classes for one neuron
    """

    def __init__(
        self,
        rate: float = 1.0,
        passes: int | None = 100,
        shuffle: bool = True,
        random_state: Any = None,
    ):
        self.rate = rate
        self.passes = passes
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> PerceptronClassifier:  # noqa: N803 (scikit-learn's name)
        """Learn from samples, X (samples, features), and their classes, y (samples,).

        Raises
        ------
        ValueError
            Shapes that do not fit, values that are not finite, fewer than two classes.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(
                f"PerceptronClassifier: y must have two classes at least (got one class, "
                f"{self.classes_.tolist()[0]!r})"
            )
        labels = numbers
        if len(self.classes_) > 2:
            labels = numbers[:, None] == np.arange(len(self.classes_))
        self.learning_ = perceptron_rule(
            X,
            labels,
            rate=self.rate,
            passes=self.passes,
            shuffle=self.shuffle,
            seed=int(check_random_state(self.random_state).randint(2**31)),
        )
        self.coef_ = np.atleast_2d(self.learning_.weights)
        self.intercept_ = np.atleast_1d(self.learning_.bias)
        self.n_iter_ = len(self.learning_.mistakes_by_pass)
        return self

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return w·x + b, (samples,) of two classes, else (samples, classes)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        drive: np.ndarray = X @ self.coef_.T + self.intercept_
        return drive[:, 0] if len(self.classes_) == 2 else drive

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the class of each sample, (samples,)."""
        drive = self.decision_function(X)
        chosen = (drive > 0).astype(int) if drive.ndim == 1 else drive.argmax(axis=1)
        found: np.ndarray = self.classes_[chosen]
        return found
