"""The equations that measurements are fitted to, each with its parameters, bounds and starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Bounds = list[tuple[float, float]]
Settled = tuple[np.ndarray, np.ndarray]
ALL = math.inf


@dataclass(frozen=True, eq=False)
class Model:
    """An equation y = f(x; parameters) and how its fit is begun.

    Attributes
    ----------
    equation : f(x, *parameters); x is (points,), or (2, points) for a sheet
    parameters : their names, in the equation's order
    bounds : (x, y) → the lowest and highest value of each
    starts : (x, y) → values to begin from; the fit that ends lowest is taken
    dimensions : 1 for a curve, 2 for a sheet
    settled : (values, errors) → of equivalent parameters and their errors, those reported
    """

    equation: Callable[..., Any]
    parameters: tuple[str, ...]
    bounds: Callable[[np.ndarray, np.ndarray], Bounds]
    starts: Callable[[np.ndarray, np.ndarray], Iterator[list[float]]]
    dimensions: int = 1
    settled: Callable[[np.ndarray, np.ndarray], Settled] = lambda values, errors: (values, errors)


# ------------------------------------------------------------------ contrast


def naka_rushton(c: Any, maximum: float, c50: float, exponent: float, baseline: float) -> Any:
    """Rmax·cⁿ/(c50ⁿ + cⁿ) + b, in a form that no contrast overflows (Albrecht & Hamilton 1982)."""
    with np.errstate(divide="ignore", over="ignore"):
        return baseline + maximum / (1 + (c50 / np.maximum(c, 0)) ** exponent)


def _naka_rushton_bounds(c: np.ndarray, r: np.ndarray) -> Bounds:
    reach = np.abs(r).max()
    return [(0, 100 * reach), (1e-6, 100 * c.max()), (0.1, 20), (-reach, reach)]


def _naka_rushton_starts(c: np.ndarray, r: np.ndarray) -> Iterator[list[float]]:
    low, high = float(r.min()), float(r.max())
    half = float(c[np.argmin(np.abs(r - (low + high) / 2))])
    for exponent in (1.0, 2.0, 4.0):
        yield [1.2 * (high - low), max(half, 1e-3), exponent, low]


# ------------------------------------------------------------------ spatial frequency, diameter


def dog_frequency(
    f: Any, center_gain: float, center: float, surround_gain: float, surround: float
) -> Any:
    """A·e^(−(πaf)²) − B·e^(−(πbf)²) (Enroth-Cugell & Robson 1966)."""
    inside = center_gain * np.exp(-np.square(np.pi * center * f))
    return inside - surround_gain * np.exp(-np.square(np.pi * surround * f))


def dog_diameter(
    d: Any, center_gain: float, center: float, surround_gain: float, surround: float
) -> Any:
    """A(1 − e^(−d²/4a²)) − B(1 − e^(−d²/4b²)) (Einevoll & Plesser 2005)."""
    inside = center_gain * -np.expm1(-np.square(d / (2 * center)))
    return inside - surround_gain * -np.expm1(-np.square(d / (2 * surround)))


def _dog_settled(values: np.ndarray, errors: np.ndarray) -> Settled:
    """The center is the narrower Gaussian; that of an OFF cell has a gain below 0."""
    if values[1] <= values[3]:
        return values, errors
    order = [2, 3, 0, 1, *range(4, len(values))]
    found = values[order]
    found[[0, 2]] *= -1
    return found, errors[order]


def _dog_bounds(x: np.ndarray, y: np.ndarray) -> Bounds:
    reach = 100 * float(np.abs(y).max())
    return [(0, reach), (1e-6, ALL), (0, reach), (1e-6, ALL)]


def _dog_frequency_starts(f: np.ndarray, r: np.ndarray) -> Iterator[list[float]]:
    top = float(r.max())
    peak = max(float(f[np.argmax(r)]), float(f[f > 0].min()) if (f > 0).any() else 1.0)
    for narrower in (0.3, 0.6, 1.0):
        center = narrower / (math.pi * peak)
        for gain, ratio in ((0.5, 2.0), (0.9, 2.0), (0.9, 5.0)):
            yield [1.5 * top, center, 1.5 * gain * top, ratio * center]


def _dog_diameter_starts(d: np.ndarray, r: np.ndarray) -> Iterator[list[float]]:
    top = float(r.max())
    best = max(float(d[np.argmax(r)]), 1e-6)
    for narrower in (0.25, 0.35, 0.5):
        for gain, ratio in ((0.5, 2.0), (0.9, 2.0), (0.9, 5.0)):
            yield [1.5 * top, narrower * best, 1.5 * gain * top, ratio * narrower * best]


# ------------------------------------------------------------------ orientation


def _around(x: Any, mean: float, width: float, period: float) -> Any:
    """Return a Gaussian on a circle (von Mises), e^(κ(cos(2π(x − m)/period) − 1))."""
    turn = 2 * math.pi / period
    kappa = 1 / np.square(turn * width)  # as of a Gaussian with that standard deviation
    return np.exp(kappa * (np.cos(turn * (x - mean)) - 1))


def orientation(x: Any, height: float, preferred: float, width: float, baseline: float) -> Any:
    """A Gaussian on the half circle of orientations, on a baseline."""
    return baseline + height * _around(x, preferred, width, 180.0)


def direction(
    x: Any, height: float, opposite: float, preferred: float, width: float, baseline: float
) -> Any:
    """Two Gaussians of one width on a circle, half a turn apart (Carandini & Ferster 2000)."""
    forth = height * _around(x, preferred, width, 360.0)
    return baseline + forth + opposite * _around(x, preferred + 180.0, width, 360.0)


def _orientation_bounds(x: np.ndarray, y: np.ndarray) -> Bounds:
    reach = 10 * float(np.abs(y).max())
    return [(0, reach), (-ALL, ALL), (0.18, 180), (-reach, reach)]


def _orientation_starts(x: np.ndarray, y: np.ndarray) -> Iterator[list[float]]:
    low, high = float(y.min()), float(y.max())
    for width in (5.0, 15.0, 30.0):
        yield [high - low, float(x[np.argmax(y)]), width, low]


def _orientation_settled(values: np.ndarray, errors: np.ndarray) -> Settled:
    found = values.copy()
    found[1] = found[1] % 180 % 180  # twice, since −1e-17 % 180 is 180
    return found, errors


def _direction_bounds(x: np.ndarray, y: np.ndarray) -> Bounds:
    reach = 10 * float(np.abs(y).max())
    return [(0, reach), (0, reach), (-ALL, ALL), (0.36, 360), (-reach, reach)]


def _direction_starts(x: np.ndarray, y: np.ndarray) -> Iterator[list[float]]:
    low, high = float(y.min()), float(y.max())
    for width in (10.0, 30.0, 60.0):
        for share in (0.1, 0.8):
            yield [high - low, share * (high - low), float(x[np.argmax(y)]), width, low]


def _direction_settled(values: np.ndarray, errors: np.ndarray) -> Settled:
    """The preferred direction is that of the higher Gaussian."""
    order = [0, 1, 2, 3, 4] if values[0] >= values[1] else [1, 0, 2, 3, 4]
    found = values[order]
    found[2] = (found[2] + 180 * order[0]) % 360 % 360
    return found, errors[order]


# ------------------------------------------------------------------ any peak


def gaussian(x: Any, height: float, mean: float, width: float, baseline: float) -> Any:
    """b + A·e^(−(x − m)²/2s²)."""
    return baseline + height * np.exp(-np.square((x - mean) / width) / 2)


def _gaussian_bounds(x: np.ndarray, y: np.ndarray) -> Bounds:
    reach, span = 10 * float(np.abs(y).max()), float(np.ptp(x)) or 1.0
    return [(-reach, reach), (-ALL, ALL), (span / 1000, 10 * span), (-reach, reach)]


def _gaussian_starts(x: np.ndarray, y: np.ndarray) -> Iterator[list[float]]:
    low, high, span = float(y.min()), float(y.max()), float(np.ptp(x)) or 1.0
    for width in (span / 20, span / 8, span / 3):
        yield [high - low, float(x[np.argmax(y)]), width, low]
        yield [low - high, float(x[np.argmin(y)]), width, high]


# ------------------------------------------------------------------ receptive fields


def dog_field(
    place: Any, center_gain: float, center: float, surround_gain: float, surround: float,
    x0: float, y0: float,
) -> Any:  # fmt: skip
    """(A/πa²)·e^(−r²/a²) − (B/πb²)·e^(−r²/b²) around a point (Rodieck 1965)."""
    square = np.square(place[0] - x0) + np.square(place[1] - y0)
    inside = center_gain / (math.pi * center**2) * np.exp(-square / center**2)
    return inside - surround_gain / (math.pi * surround**2) * np.exp(-square / surround**2)


def _dog_field_bounds(place: np.ndarray, w: np.ndarray) -> Bounds:
    span = float(np.ptp(place[0]))
    gain = 100 * float(np.abs(w).max()) * max(span, 1e-9) ** 2
    return [(-gain, gain), (span / 1000, 10 * span), (-gain, gain), (span / 1000, 10 * span)] + [
        (float(axis.min()), float(axis.max())) for axis in place
    ]


def _dog_field_starts(place: np.ndarray, w: np.ndarray) -> Iterator[list[float]]:
    top = int(np.argmax(np.abs(w)))
    span = float(np.ptp(place[0]))
    for center in (span / 30, span / 15, span / 8):
        gain = float(w[top]) * math.pi * center**2
        for ratio in (2.0, 5.0):
            yield [gain, center, 0.8 * gain, ratio * center, *map(float, place[:, top])]


def gabor_field(
    place: Any, amplitude: float, x0: float, y0: float, width: float, length: float,
    orientation: float, frequency: float, phase: float,
) -> Any:  # fmt: skip
    """A·e^(−u²/2w² − v²/2l²)·cos(2πfu − phase) (Jones & Palmer 1987).

    u runs across the stripes, v along them; the orientation is that of the stripes, in degrees
    counterclockwise from the horizontal; the phase is in degrees.
    """
    turned = math.radians(orientation - 90)
    x, y = place[0] - x0, place[1] - y0
    across = math.cos(turned) * x + math.sin(turned) * y
    along = math.cos(turned) * y - math.sin(turned) * x
    window = np.exp(-np.square(across / width) / 2 - np.square(along / length) / 2)
    wave = np.cos(2 * math.pi * frequency * across - math.radians(phase))
    return amplitude * window * wave


def _gabor_bounds(place: np.ndarray, w: np.ndarray) -> Bounds:
    span = float(np.ptp(place[0]))
    reach = 10 * float(np.abs(w).max())
    middle = [(float(axis.min()), float(axis.max())) for axis in place]
    spread = (span / 1000, 10 * span)
    finest = 0.5 * math.sqrt(w.size) / max(span, 1e-9)  # about half the pixels a degree
    return [(0, reach), *middle, spread, spread, (-ALL, ALL), (0, finest), (-ALL, ALL)]


def _gabor_starts(place: np.ndarray, w: np.ndarray) -> Iterator[list[float]]:
    """From the largest Fourier component of the field, and its envelope."""
    energy = np.square(w)
    x0, y0 = (float(np.sum(axis * energy) / energy.sum()) for axis in place)
    spread = math.sqrt(
        float(np.sum((np.square(place[0] - x0) + np.square(place[1] - y0)) * energy))
        / float(energy.sum()) / 2
    )  # fmt: skip
    span = float(np.ptp(place[0]))
    tried = np.linspace(0, 0.5 * math.sqrt(w.size) / span, 25)[1:]
    turns = np.arange(0, 180, 7.5)
    found = []
    for orientation in turns:
        turned = math.radians(orientation - 90)
        across = math.cos(turned) * (place[0] - x0) + math.sin(turned) * (place[1] - y0)
        waves = np.exp(-2j * math.pi * tried[:, None] * across)
        component = waves @ w
        best = int(np.argmax(np.abs(component)))
        phase = -math.degrees(float(np.angle(component[best])))
        found.append((-float(np.abs(component[best])), orientation, tried[best], phase))
    for _, orientation, frequency, phase in sorted(found)[:3]:
        size = float(np.abs(w).max())
        yield [size, x0, y0, spread, spread, float(orientation), float(frequency), phase]


def _gabor_settled(values: np.ndarray, errors: np.ndarray) -> Settled:
    """A half turn of the stripes turns the phase's sign."""
    found = values.copy()
    if found[5] % 360 >= 180:
        found[7] = -found[7]
    found[5] = found[5] % 180 % 180
    found[7] = found[7] % 360 % 360
    return found, errors


DOG = ("center_gain", "center", "surround_gain", "surround")
MODELS = {
    "naka-rushton": Model(
        naka_rushton, ("maximum", "c50", "exponent", "baseline"), _naka_rushton_bounds,
        _naka_rushton_starts,
    ),
    "dog frequency": Model(
        dog_frequency, DOG, _dog_bounds, _dog_frequency_starts, settled=_dog_settled
    ),
    "dog diameter": Model(
        dog_diameter, DOG, _dog_bounds, _dog_diameter_starts, settled=_dog_settled
    ),
    "gaussian": Model(
        gaussian, ("height", "mean", "width", "baseline"), _gaussian_bounds, _gaussian_starts
    ),
    "orientation": Model(
        orientation, ("height", "preferred", "width", "baseline"), _orientation_bounds,
        _orientation_starts, settled=_orientation_settled,
    ),
    "direction": Model(
        direction, ("height", "opposite", "preferred", "width", "baseline"), _direction_bounds,
        _direction_starts, settled=_direction_settled,
    ),
    "dog field": Model(
        dog_field, (*DOG, "x", "y"), _dog_field_bounds, _dog_field_starts, dimensions=2,
        settled=_dog_settled,
    ),
    "gabor field": Model(
        gabor_field,
        ("amplitude", "x", "y", "width", "length", "orientation", "frequency", "phase"),
        _gabor_bounds, _gabor_starts, dimensions=2, settled=_gabor_settled,
    ),
}  # fmt: skip
