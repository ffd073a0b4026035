"""Saving: networks in files that Keras opens too, or that need NumPy alone; and going on."""

from .models import load_model, load_weights, save, save_weights

__all__ = ["load_model", "load_weights", "save", "save_weights"]
