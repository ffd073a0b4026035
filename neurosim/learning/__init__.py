"""Learning: methods that find the numbers that fit."""

from importlib import import_module
from typing import Any

from .delta import DeltaLearning, delta_rule, largest_rate
from .gradient_descent import Descent, gradient_descent
from .hebbian import HebbianLearning, hebb_rule, oja_rule
from .least_squares import LeastSquares, least_squares
from .newton import Root, newton
from .step_sizes import ArmijoStep, DecayingStep, FixedStep, StepSize

__all__ = [
    "ArmijoStep",
    "DecayingStep",
    "DeltaLearning",
    "Descent",
    "FixedStep",
    "HebbianLearning",
    "LeastSquares",
    "Root",
    "StepSize",
    "delta_rule",
    "gradient_descent",
    "hebb_rule",
    "largest_rate",
    "least_squares",
    "newton",
    "oja_rule",
]

# What scikit-learn can use, by the module that imports it: nothing else here needs it.
ESTIMATORS = {"DeltaRegressor": "regressor"}


def __getattr__(name: str) -> Any:
    """Return an estimator, whose module is imported when it is asked for.

    Raises
    ------
    ImportError
        scikit-learn is not installed.
    """
    if name not in ESTIMATORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f".{ESTIMATORS[name]}", __name__)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise ImportError(
            f"{name} needs scikit-learn, which is not installed: pip install 'neurosim[sklearn]'"
        ) from None
    return getattr(module, name)
