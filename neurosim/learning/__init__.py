"""Learning: methods that find the numbers that fit."""

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
