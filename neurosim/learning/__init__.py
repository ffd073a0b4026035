"""Learning from examples: least squares."""

from .least_squares import LeastSquares, least_squares

__all__ = ["LeastSquares", "least_squares"]
