"""Peaks: where a measured curve is highest, and how far from there it falls to half."""

from __future__ import annotations

import numpy as np

from ..errors import InputError


def peak(x: np.ndarray, y: np.ndarray, *, degree: int = 5) -> float:
    """Return where a smooth curve through measured points is highest, between the first and last.

    Parameters
    ----------
    x, y
        (points,) each, x rising; more points than the degree.
    degree
        Of the polynomial that is fitted to them.

    Raises
    ------
    InputError
        Too few points for such a polynomial.
    """
    if len(x) <= degree:
        raise InputError(
            f"peak() takes more points than the polynomial's degree {degree} (got {len(x)})"
        )
    fitted = np.polynomial.Polynomial.fit(x, y, degree)
    turns = fitted.deriv().roots()
    turns = turns[np.isreal(turns)].real
    places = np.concatenate([turns[(turns > x[0]) & (turns < x[-1])], [x[0], x[-1]]])
    return float(places[fitted(places).argmax()])


def half_width(x: np.ndarray, y: np.ndarray) -> float:
    """Return from the first point, the peak, to where the curve falls to half, by a line between.

    Parameters
    ----------
    x, y
        (points,) each, x rising from the peak on.

    Raises
    ------
    InputError
        The curve stays above half of its first value.
    """
    half = y[0] / 2
    below = y < half
    if not below.any():
        raise InputError(
            f"the curve stays above half of its peak as far as {x[-1]:g}: it has no half-width "
            "there; measure further from the peak"
        )
    after = int(np.argmax(below))
    return float(np.interp(half, y[[after, after - 1]], x[[after, after - 1]]) - x[0])
