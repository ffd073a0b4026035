"""Which way a pattern moves: by delay and comparison, or by gradients; in two kinds of cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from circuits import stimuli
from circuits.cortex import Gabor
from circuits.motion import Correlator, energy_cells, wide_field_cell
from neurosim.marr import Algorithm, Computation, Implementation, Marr

CORRELATOR = Correlator(spacing=1.0, tau=0.05)
PIXEL = 0.25  # degrees
SCREEN = stimuli.Screen((16, 32), PIXEL, CORRELATOR.tau / 20)  # degrees a pixel, seconds a frame
SECONDS = 0.5
SETTLED = 0.5  # share of these after which the onset is over
VELOCITIES = (0, 4, -4, 16, -16, 64, -64)  # degrees a second, to the right
WAVELENGTHS = (4.0, 6.0, 3.0)  # degrees, more than twice the receptors' spacing
TOO_SHORT = 1.5  # degrees, less than that
CONTRASTS = (1.0, 0.5, 0.25)
STILL = 1e-9  # of a response, that is rounding
DELAY = "delay and compare"
GRADIENTS = "gradients"


def motion_direction(wavelengths: Sequence[float] = WAVELENGTHS) -> Marr:
    """Return which way a grating moves, at three levels.

    Parameters
    ----------
    wavelengths
        Degrees, of the patterns that there are.
    """
    apart = CORRELATOR.pixels(PIXEL)
    return Marr(
        "motion direction",
        computation=Computation(
            "direction",
            lambda velocity, wavelength, contrast: int(np.sign(velocity)),
            domain={
                "velocity": VELOCITIES, "wavelength": wavelengths, "contrast": CONTRASTS,
            },
            axioms={
                "a mirror image moves the other way": lambda f, velocity, wavelength, contrast: (
                    f(-velocity, wavelength, contrast), -f(velocity, wavelength, contrast),
                ),
                "speed does not matter": lambda f, velocity, wavelength, contrast: (
                    f(4 * velocity, wavelength, contrast), f(velocity, wavelength, contrast),
                ),
                "contrast does not matter": lambda f, velocity, wavelength, contrast: (
                    f(velocity, wavelength, contrast / 2), f(velocity, wavelength, contrast),
                ),
            },
            formula="$sign(v)$ of brightness that moves, $s(x - vt)$: 1 right, −1 left, 0 still",
        ),
        algorithms=[_delay_and_compare(apart), _gradients()],
        implementations=[
            Implementation(
                wide_field_cell(SCREEN.shape, CORRELATOR, pixel=PIXEL), realizes=DELAY,
                encode=movie, decode=_sign_at_the_end, duration=SECONDS, dt=SCREEN.frame,
                name="wide-field cell",
            ),
            Implementation(
                energy_cells(SCREEN, Gabor(frequency=0.25, width=1.2, length=0.6),
                             tau=CORRELATOR.tau),
                encode=movie, duration=SECONDS, dt=SCREEN.frame, name="energy cells",
                decode=lambda forward, backward: _sign_at_the_end(forward - backward),
            ),
        ],
    )  # fmt: skip


def movie(velocity: float, wavelength: float, contrast: float) -> np.ndarray:
    """Return a drifting grating in contrast, (time, rows, columns)."""
    count = round(SECONDS / SCREEN.frame)
    shown = stimuli.drifting_grating(
        SCREEN, 1 / wavelength, velocity / wavelength, contrast=contrast, count=count
    )
    return shown.frames(0, count)


def _sign_at_the_end(response: np.ndarray) -> int:
    """Return the sign of a response's mean after the onset, 0 for none."""
    return _sign(response[int(SETTLED * len(response)) :].mean())


def _sign(value: float) -> int:
    return 0 if abs(value) < STILL else int(math.copysign(1, value))


class Compared(NamedTuple):
    """A movie of a row of pixels, (time, columns), and what becomes of it."""

    movie: np.ndarray
    late: Any = None
    right: Any = None
    left: Any = None
    motion: Any = None


def _row(velocity: float, wavelength: float, contrast: float) -> np.ndarray:
    return movie(velocity, wavelength, contrast)[:, 0]


def _delay_and_compare(apart: int) -> Algorithm:
    """Hassenstein & Reichardt's (1956) way, with a low-pass filter for the delay."""
    keep = math.exp(-SCREEN.frame / CORRELATOR.tau)

    def delay(s: Compared) -> Compared:
        late = np.zeros_like(s.movie)
        for now in range(1, len(late)):
            late[now] = keep * late[now - 1] + (1 - keep) * s.movie[now - 1]
        return s._replace(late=late)

    def multiply(s: Compared) -> Compared:
        return s._replace(
            right=s.late[:, :-apart] * s.movie[:, apart:],
            left=s.late[:, apart:] * s.movie[:, :-apart],
        )

    return Algorithm(
        DELAY,
        representation="brightness at points, in time",
        encode=lambda velocity, wavelength, contrast: Compared(
            _row(velocity, wavelength, contrast)
        ),
        steps=[
            ("delay what each point sees", delay),
            ("multiply it with what its neighbour sees now", multiply),
            (
                "subtract the mirror image",
                lambda s: s._replace(motion=(s.right - s.left).mean(axis=1)),
            ),
        ],
        decode=lambda s: _sign_at_the_end(s.motion),
    )


class Changes(NamedTuple):
    """A movie of a row of pixels, (time, columns), and how it changes in time and in space."""

    movie: np.ndarray
    in_time: Any = None
    in_space: Any = None
    velocity: Any = None


def _gradients() -> Algorithm:
    """The way of Fennema & Thompson (1979): v = −(∂s/∂t)/(∂s/∂x), by least squares."""

    def velocity(s: Changes) -> Changes:
        steep = (s.in_space**2).sum()
        return s._replace(velocity=-(s.in_time * s.in_space).sum() / steep)

    return Algorithm(
        GRADIENTS,
        representation="brightness at points, in time",
        encode=lambda velocity, wavelength, contrast: Changes(_row(velocity, wavelength, contrast)),
        steps=[
            ("take the change in time", lambda s: s._replace(in_time=_middle(s.movie, 0))),
            ("take the change in space", lambda s: s._replace(in_space=_middle(s.movie, 1))),
            ("divide one by the other", velocity),
        ],
        decode=lambda s: _sign(s.velocity),
    )


def _middle(movie: np.ndarray, axis: int) -> np.ndarray:
    """Return central differences along one axis, the borders of both left away."""
    return np.gradient(movie, axis=axis)[1:-1, 1:-1]
