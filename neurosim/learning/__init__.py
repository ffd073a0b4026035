"""Learning: methods that find the numbers that fit.

`PerceptronClassifier` is here, too, where scikit-learn is installed (extra: sklearn).
"""

from importlib import import_module
from typing import Any

from .cognitron import Reinforcement, cognitron_rule
from .gradient_descent import Descent, gradient_descent
from .least_squares import LeastSquares, least_squares
from .newton import Root, newton
from .perceptron import perceptron_rule
from .perceptron_learning import PerceptronLearning
from .separation import separable
from .step_sizes import ArmijoStep, DecayingStep, FixedStep, StepSize

__all__ = [
    "ArmijoStep",
    "DecayingStep",
    "Descent",
    "FixedStep",
    "LeastSquares",
    "PerceptronLearning",
    "Reinforcement",
    "Root",
    "StepSize",
    "cognitron_rule",
    "gradient_descent",
    "least_squares",
    "newton",
    "perceptron_rule",
    "separable",
]

ESTIMATORS = {"PerceptronClassifier": "classifier"}  # and where they stand


def __getattr__(name: str) -> Any:
    """Load an estimator when it is asked for: scikit-learn takes a second to import."""
    if name not in ESTIMATORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f".{ESTIMATORS[name]}", __name__), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise ImportError(
            f"{name} needs scikit-learn, which is not installed: pip install 'neurosim[sklearn]'"
        ) from None
