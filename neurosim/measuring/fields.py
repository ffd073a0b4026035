"""Receptive fields by reverse correlation: what a unit's answers say of what it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import InputError
from ..movies import Movie
from ..sources import Source
from ..timing import positive, real, whole
from .electrode import Electrode
from .fitting import Fit, fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_UNKNOWNS = 8192  # of the least squares, whose matrix then takes 512 MB


@dataclass(frozen=True, eq=False)
class ReceptiveField:
    """A unit's weights on the pixels, as its answers tell them.

    Attributes
    ----------
    weights : (lags, rows, columns): what a pixel's change by 1 adds to the answer so many frames
        later; of a stimulus of another shape (lags, *shape)
    pixel : degrees a pixel
    frame : seconds a frame, so a lag's
    frames : how many it was estimated from
    """

    weights: np.ndarray
    pixel: float
    frame: float
    frames: int

    @property
    def lag(self) -> int:
        """The lag at which the weights are largest, in frames."""
        return int(np.argmax(np.square(self.weights).reshape(len(self.weights), -1).sum(axis=1)))

    @property
    def spatial(self) -> np.ndarray:
        """The weights at that lag, (rows, columns)."""
        return self.weights[self.lag]

    @property
    def temporal(self) -> np.ndarray:
        """The weight at each lag of the pixel that has the largest, (lags,)."""
        flat = self.weights.reshape(len(self.weights), -1)
        return flat[:, int(np.argmax(np.abs(flat).max(axis=0)))]

    def correlation(self, true: Any) -> float:
        """Return how the estimate correlates with known weights of the same shape.

        Raises
        ------
        InputError
            Another shape; weights that are all alike.
        """
        try:
            known = np.asarray(true, dtype=float)
        except (TypeError, ValueError):
            raise InputError("the known weights must be numbers, of one shape") from None
        if not np.isfinite(known).all():
            raise InputError("the known weights must be finite (got NaN or infinite ones)")
        mine = self.weights if known.ndim == self.weights.ndim else self.spatial
        if mine.shape != known.shape:
            raise InputError(
                f"the field has shape {mine.shape}, the known weights {known.shape}: they must "
                "have the same"
            )
        if not (np.ptp(mine) and np.ptp(known)):
            raise InputError("weights that are all alike correlate with nothing")
        return float(np.corrcoef(mine.ravel(), known.ravel())[0, 1])

    def fit(self, model: str) -> Fit:
        """Fit "dog field" or "gabor field" to the weights at the best lag, a square degree's.

        Raises
        ------
        InputError, FitError
            As `measuring.fit`; weights that are no sheet.
        """
        x, y = self._places()
        return fit(model, np.stack([x.ravel(), y.ravel()]), self.spatial.ravel() / self.pixel**2)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the weights at the best lag; returns the axes."""
        from ..plotting import new_figure, show_image

        if ax is None:
            _, ax = new_figure()
        x, y = self._places()
        half = self.pixel / 2
        extent = (x.min() - half, x.max() + half, y.min() - half, y.max() + half)
        show_image(
            ax, self.spatial, signed=True, extent=extent, **{"label": "weight a pixel", **options}
        )
        ax.set(xlabel="x (°)", ylabel="y (°)")
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a pixel and lag: lag in seconds, x and y in degrees, weight."""
        x, y = self._places()
        rows = [
            row
            for lag, sheet in enumerate(self.weights)
            for row in zip(
                [lag * self.frame] * x.size, x.ravel(), y.ravel(), sheet.ravel(), strict=True
            )
        ]
        return write_csv(path, ("lag (s)", "x (deg)", "y (deg)", "weight"), rows)

    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of the pixels' middles, in degrees from the field's."""
        if self.weights.ndim != 3:
            raise InputError(f"weights of shape {self.weights.shape[1:]} are no sheet of pixels")
        rows, columns = self.weights.shape[1:]
        x = (np.arange(columns) - (columns - 1) / 2) * self.pixel
        y = ((rows - 1) / 2 - np.arange(rows)) * self.pixel
        return np.broadcast_to(x, (rows, columns)), np.broadcast_to(y[:, None], (rows, columns))


def reverse_correlation(
    unit: Source,
    movie: Movie,
    *,
    pixel: float = 1.0,
    lags: int = 1,
    ridge: float | None = None,
    shows: str | None = None,
    held: Mapping[str, Any] | None = None,
    dt: float | None = None,
    seed: int = 0,
    dtype: str = "float64",
) -> ReceptiveField:
    """Recover a unit's receptive field from its answers to noise, or to any movie.

    White noise: the response-weighted average Σ(r − r̄)(s − s̄)/Σ(s − s̄)², pixel by pixel and lag
    by lag (Chichilnisky 2001, without spikes).  Stimuli whose pixels are correlated, such as
    natural ones, need `ridge`: least squares with a penalty (Theunissen et al. 2001; Willmore &
    Smyth 2003).  Frames are made, answered and forgotten a block at a time; those that are float32,
    as white noise is, are weighted in float32, whose rounding is far below the noise's.

    Parameters
    ----------
    unit
        One neuron: ``circuit["on"][32, 32]``.
    movie
        With an end: ``stimuli.white_noise(screen, count=20_000)``.
    pixel
        Degrees a pixel, for the result's axes.
    lags
        How many frames back the field reaches, this one included.
    ridge
        The penalty on Σw², as a fraction of the pixels' mean variance; 0 is plain least squares.
        Left out, the response-weighted average.
    shows, held, dt, seed, dtype
        As `Electrode`.

    Raises
    ------
    InputError
        More units than one, a movie without end, fewer frames than weights for least squares, or
        so many that its matrix is too large.
    """
    if not isinstance(movie, Movie):
        raise InputError(
            f"reverse correlation takes a Movie: Movie.of(frames, frame) (got {movie!r})"
        )
    electrode = Electrode(unit, shows=shows, held=held, dt=dt, seed=seed, dtype=dtype)
    if unit.size != 1:
        raise InputError(f"reverse correlation is of one unit, {unit} has {unit.size}: unit[i, j]")
    pixel, lags = positive(pixel, "pixel", "degrees"), whole(lags, "lags", 1)
    size = int(np.prod(movie.shape))
    used = len(movie) - (lags - 1)
    if used < 2:
        raise InputError(f"{len(movie)} frames are too few for {lags} lags")
    if ridge is not None:
        try:
            ridge = real(ridge)
        except (TypeError, ValueError):
            raise InputError(f"ridge must be a number (got {ridge!r})") from None
        if not (np.isfinite(ridge) and ridge >= 0):
            raise InputError(f"ridge must be finite and not negative (got {ridge:g})")
        if lags * size > MOST_UNKNOWNS:
            raise InputError(
                f"least squares for {lags} × {size} weights needs a matrix of {lags * size:,} "
                f"rows; at most {MOST_UNKNOWNS:,}: take fewer pixels or lags"
            )
        if used <= lags * size:
            raise InputError(
                f"least squares for {lags * size:,} weights needs more frames than that (got "
                f"{used:,})"
            )
    sums = _Sums(size, lags, ridge is not None, _level(movie))
    for frames, answers in electrode.blocks(movie, before=lags - 1):
        sums.add(frames, answers)
    weights = sums.average() if ridge is None else sums.least_squares(ridge)
    return ReceptiveField(weights.reshape(lags, *movie.shape), pixel, movie.frame, sums.count)


def _level(movie: Movie) -> float:
    """Return what a movie's pixels vary around, if that is far from 0 beside how much they do.

    Sums of float32 numbers around a bright mean luminance would lose what is said of the contrast.
    """
    first = movie.frames(0, min(len(movie), 16))
    mean = float(first.mean(dtype=float))
    return mean if abs(mean) > 4 * float(first.std(dtype=float)) else 0.0


class _Sums:
    """What is kept of all frames: sums of the pixels, their squares, and their products."""

    def __init__(self, size: int, lags: int, products: bool, level: float):
        self.lags, self.level = lags, level
        self.count = 0
        self.answers = 0.0
        self.crossed = np.zeros((lags, size))  # Σ r(t)·s(t − lag)
        self.shown = np.zeros((lags, size))  # Σ s(t − lag)
        self.squares = np.zeros((lags, size))
        self.products = np.zeros((lags * size, lags * size)) if products else None

    def add(self, frames: np.ndarray, answers: np.ndarray) -> None:
        """Take in a block; `frames` may begin up to lags − 1 frames before the answers."""
        flat, answers = frames.reshape(len(frames), -1), answers.reshape(-1)
        if self.level:
            flat = flat - flat.dtype.type(self.level)
        earlier = len(flat) - len(answers)
        answers = answers[max(0, self.lags - 1 - earlier) :]  # the first have no frames before
        count = len(answers)
        if not count:
            return
        weights = answers.astype(flat.dtype, copy=False)
        last = [len(flat) - lag for lag in range(self.lags)]
        seen = [flat[end - count : end] for end in last]
        for lag, part in enumerate(seen):
            # Not BLAS: for so thin a product waking its threads takes longer than the sums.
            self.crossed[lag] += np.einsum("f,fp->p", weights, part)
            self.shown[lag] += part.sum(axis=0)
            if self.products is None:
                self.squares[lag] += np.einsum("fp,fp->p", part, part)
        if self.products is not None:
            joined = np.concatenate(seen, axis=1).astype(float)
            self.products += joined.T @ joined
        self.count += count
        self.answers += float(answers.sum())

    def average(self) -> np.ndarray:
        """Return the covariance of answer and pixel over the pixel's variance; 0 if it is still."""
        mean = self.shown / self.count
        crossed = self.crossed / self.count - mean * (self.answers / self.count)
        variance = self.squares / self.count - np.square(mean)
        still = variance <= 1e-12 * (self.squares / self.count)
        return np.where(still, 0.0, crossed / np.where(still, 1.0, variance))

    def least_squares(self, ridge: float) -> np.ndarray:
        """Return argmin Σ(r − r̄ − w·(s − s̄))² + λΣw², λ = ridge·mean variance·frames."""
        from scipy.linalg import LinAlgError, solve

        assert self.products is not None
        mean = self.shown.ravel() / self.count
        crossed = self.crossed.ravel() - self.count * mean * (self.answers / self.count)
        covariance = self.products - self.count * np.outer(mean, mean)
        covariance[np.diag_indices_from(covariance)] += ridge * np.trace(covariance) / len(mean)
        try:
            found: np.ndarray = solve(covariance, crossed, assume_a="pos")
        except LinAlgError:
            raise InputError(
                "the movie leaves some weights undetermined (pixels that never change, or always "
                "together): give a ridge above 0, such as 1e-3"
            ) from None
        return found
