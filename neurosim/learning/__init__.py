"""Learning: methods that find the numbers that fit."""

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
