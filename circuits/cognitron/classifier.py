"""A cognitron that sees and perceptrons that name: a classifier by scikit-learn's conventions."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from neurosim import Circuit, InputError, stack
from neurosim.learning import cognitron_rule, perceptron_rule
from neurosim.learning.samples import standard_units
from neurosim.timing import whole

from .layers import cognitron


class CognitronClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # they have no types
    """Tell images apart: a cognitron learns them without labels, then perceptrons read it.

    There is a perceptron a class, and one for two classes.  They hear the cells of every layer, and
    learn by Rosenblatt's rule from how far each cell's response is from its mean, in its standard
    deviations; cells that answer all images alike have no say.  Of several classes the one whose
    perceptron is excited most wins.

    A cognitron is for sparse images, such as thin lines, or what LGN cells answer: see
    `neurosim.learning.cognitron_rule`.

    Parameters
    ----------
    image_shape
        Rows and columns of an image.  One of them may be −1: what the other leaves of the pixels.
        Left out, images are square.
    layers
        Of the cognitron.
    passes
        How often the cognitron sees the images.
    q, q_silent
        The rates of its reinforcement, as in `neurosim.learning.cognitron_rule`.
    reading_passes
        How often, at most, the perceptrons do.

    Attributes
    ----------
    classes_ : the classes, (classes,)
    n_features_in_ : pixels of an image
    image_shape_ : rows and columns
    cognitron_ : what the cognitron learned, a `neurosim.learning.Reinforcement`
    coef_ : of each perceptron to each cell's response, (perceptrons, layers · pixels); of two
        classes there is one perceptron, for the second
    intercept_ : (perceptrons,)
    n_iter_ : passes of the perceptrons

    References
    ----------
    Fukushima 1975; Rosenblatt 1958.
    """

    def __init__(
        self,
        image_shape: tuple[int, int] | None = None,
        *,
        layers: int = 4,
        passes: int = 3,
        q: float = 16.0,
        q_silent: float = 2.0,
        reading_passes: int = 100,
    ):
        self.image_shape = image_shape
        self.layers = layers
        self.passes = passes
        self.q = q
        self.q_silent = q_silent
        self.reading_passes = reading_passes

    def fit(self, X: Any, y: Any) -> CognitronClassifier:  # noqa: N803  (scikit-learn's name)
        """Learn.

        Parameters
        ----------
        X
            Images in rows, (images, pixels), not negative.
        y
            Their classes, (images,), two at least.

        Raises
        ------
        ValueError
            What scikit-learn refuses, images of another shape, or negative pixels.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_non_negative(X, "CognitronClassifier")
        check_classification_targets(y)
        self.classes_, numbered = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(
                "CognitronClassifier needs images of two classes at least (got 1 class: "
                f"{self.classes_[0]})"
            )
        self.image_shape_ = _image_shape(self.image_shape, X.shape[1])
        reading_passes = whole(self.reading_passes, "CognitronClassifier: reading_passes", 1)
        images = X.reshape(-1, *self.image_shape_)
        self.cognitron_ = cognitron_rule(
            images, self.layers, passes=self.passes, q=self.q, q_silent=self.q_silent
        )
        seen = self._seen(images)
        mean, deviation = standard_units(seen)
        wanted = numbered[:, None] == np.arange(len(self.classes_))
        read = perceptron_rule(
            (seen - mean) / deviation,
            wanted[:, 1:] if len(self.classes_) == 2 else wanted,
            passes=reading_passes,
        )
        self.coef_ = read.weights / deviation
        self.intercept_ = read.bias - self.coef_ @ mean
        self.n_iter_ = len(read.mistakes_by_pass)
        return self

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return each perceptron's drive: (images, classes), of two classes (images,).

        Raises
        ------
        ValueError
            As `fit`; images of another number of pixels.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        check_non_negative(X, "CognitronClassifier")
        drives = self._seen(X.reshape(-1, *self.image_shape_)) @ self.coef_.T + self.intercept_
        return drives[:, 0] if len(self.classes_) == 2 else drives

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the classes, (images,); raises as `decision_function`."""
        drives = self.decision_function(X)
        best = (drives > 0).astype(int) if drives.ndim == 1 else drives.argmax(axis=1)
        return self.classes_[best]

    def circuit(self) -> Circuit:
        """Return what was learned as neurons: an image in, each perceptron's drive out.

        Returns
        -------
        Input "image" (rows, columns); output "drives" (perceptrons,).
        """
        check_is_fitted(self)
        circuit = Circuit("cognitron and perceptrons")
        image = circuit.inputs("image", shape=self.image_shape_, real=True)
        cognitron(self.cognitron_)(image, name="cognitron")
        layers = range(1, self.cognitron_.layers + 1)
        seen = stack(circuit[f"cognitron.u{n}"] for n in layers)
        drives = circuit.rate(
            "drives", drive=self.coef_ @ seen, bias=self.intercept_, transfer="identity"
        )
        circuit.output(drives)
        return circuit

    def _seen(self, images: np.ndarray) -> np.ndarray:
        """Return the responses of all cells, (images, layers · pixels)."""
        return self.cognitron_.responses(images).reshape(len(images), -1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        # By scikit-learn's measure, points of a plane: as images of one row their cells all hear
        # both pixels, tie, and answer alike.
        tags.classifier_tags.poor_score = True
        return tags


def _image_shape(shape: Any, pixels: int) -> tuple[int, int]:
    """Return rows and columns of images of so many pixels, or raise InputError."""
    if shape is None:
        side = round(pixels**0.5)
        if side**2 != pixels:
            raise InputError(
                f"CognitronClassifier: X has {pixels} pixels an image, which is no square; give "
                "image_shape=(rows, columns)"
            )
        return side, side
    try:
        if min(shape) < -1:  # which NumPy takes for −1
            raise ValueError
        rows, columns = np.empty(pixels, dtype=bool).reshape(shape).shape
    except (TypeError, ValueError):
        raise InputError(
            f"CognitronClassifier: image_shape must be rows and columns of {pixels} pixels, one "
            f"of them −1 for what the other leaves (got {shape!r})"
        ) from None
    return rows, columns
