"""Measuring any unit of any circuit: answers to movies, tuning, peaks, fields, fits."""

from .curves import Tuning, harmonics
from .electrode import Electrode
from .fields import ReceptiveField, reverse_correlation
from .fitting import Fit, fit
from .models import MODELS
from .peaks import half_width, peak

__all__ = [
    "MODELS",
    "Electrode",
    "Fit",
    "ReceptiveField",
    "Tuning",
    "fit",
    "half_width",
    "harmonics",
    "peak",
    "reverse_correlation",
]
