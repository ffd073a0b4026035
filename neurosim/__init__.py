"""neurosim: circuits of neurons as functions, every claim about them checked by the machine."""

from .circuit import Circuit
from .errors import (
    CircuitError,
    ConvergenceError,
    DeviceError,
    FileError,
    FitError,
    InputError,
    NeurosimError,
    SimulationError,
)
from .grading import assert_implements
from .movies import Movie
from .neurons import Binary, Rate, Transfer, naka_rushton, power
from .plasticity import Delta, Hebb, Oja, Perceptron, plastic
from .sources import Source, convolve, stack

__version__ = "0.1.0"

__all__ = [
    "Binary",
    "Circuit",
    "CircuitError",
    "ConvergenceError",
    "Delta",
    "DeviceError",
    "FileError",
    "FitError",
    "Hebb",
    "InputError",
    "Movie",
    "NeurosimError",
    "Oja",
    "Perceptron",
    "Rate",
    "SimulationError",
    "Source",
    "Transfer",
    "assert_implements",
    "convolve",
    "naka_rushton",
    "plastic",
    "power",
    "stack",
]
