"""Measuring any unit of any circuit: answers to movies, tuning, receptive fields, fits."""

from .curves import Tuning, harmonics
from .electrode import Electrode
from .fields import ReceptiveField, reverse_correlation
from .fitting import Fit, fit
from .models import MODELS

__all__ = [
    "MODELS",
    "Electrode",
    "Fit",
    "ReceptiveField",
    "Tuning",
    "fit",
    "harmonics",
    "reverse_correlation",
]
