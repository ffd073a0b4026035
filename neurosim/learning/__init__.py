"""Learning: methods that find the numbers that fit."""

from .gradient_descent import Descent, gradient_descent
from .newton import Root, newton
from .step_sizes import ArmijoStep, DecayingStep, FixedStep, StepSize

__all__ = [
    "ArmijoStep",
    "DecayingStep",
    "Descent",
    "FixedStep",
    "Root",
    "StepSize",
    "gradient_descent",
    "newton",
]
