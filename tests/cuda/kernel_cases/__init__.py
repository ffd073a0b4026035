"""A case for every kernel of the networks: it runs by the CPU's kernel and by the card's alike."""

from . import images, layers, losses, optimizers, sequences  # noqa: F401 - each keeps its cases
from .arguments import CASES, Arguments

__all__ = ["CASES", "Arguments"]
