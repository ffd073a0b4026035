"""Tuning: what a unit answers to each of a family of stimuli, and the harmonics of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import InputError, unknown
from ..timing import whole
from .fitting import Fit, fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def harmonics(responses: np.ndarray, cycles: int = 1) -> np.ndarray:
    """Return F0, F1 and F2 of answers that go through so many cycles.

    Parameters
    ----------
    responses
        (frames, …): a whole number of cycles.
    cycles
        Of the stimulus in these frames; 0 for one that stands still, whose F1 and F2 are 0.

    Returns
    -------
    complex, (3, …): the mean, and the first and second harmonic as amplitude·e^(i·phase), phase 0
    being a cosine from the first frame on.

    Raises
    ------
    InputError
        No answers; fewer than 4 frames a cycle, which show no second harmonic.
    """
    responses = np.asarray(responses)
    if responses.dtype.kind not in "biuf" or not responses.ndim or not len(responses):
        raise InputError(
            f"harmonics are of answers, (frames, …) (got {responses.dtype} of shape "
            f"{responses.shape})"
        )
    frames, cycles = len(responses), whole(cycles, "cycles", 0)
    if frames < 4 * cycles:
        raise InputError(
            f"harmonics of {cycles} cycles need 4 frames of each, {4 * cycles} or more (got "
            f"{frames})"
        )
    found = np.zeros((3, *responses.shape[1:]), dtype=complex)
    found[0] = responses.mean(axis=0)
    if cycles:
        turn = 2 * np.pi * cycles * np.arange(frames) / frames
        for k in (1, 2):
            # Half of a component is at −f, but at half the frames' rate both are one.
            wave = np.exp(-1j * k * turn) * ((1 if frames == 2 * k * cycles else 2) / frames)
            found[k] = np.einsum("f,f...->...", wave, responses)
    return found


@dataclass(frozen=True, eq=False)
class Tuning:
    """A unit's answers to stimuli that differ in one or more quantities.

    Attributes
    ----------
    quantities : what was varied, such as "orientation"
    units : of each, such as "°"
    values : of each, (n,)
    harmonics : complex (n, …, 3): F0, F1 and F2 for each stimulus
    """

    quantities: tuple[str, ...]
    units: tuple[str, ...]
    values: tuple[np.ndarray, ...]
    harmonics: np.ndarray

    @property
    def f0(self) -> np.ndarray:
        """The mean answer to each stimulus, (n, …)."""
        return self.harmonics[..., 0].real

    @property
    def f1(self) -> np.ndarray:
        """The amplitude at the stimulus's own frequency, (n, …)."""
        return np.abs(self.harmonics[..., 1])

    @property
    def f2(self) -> np.ndarray:
        """The amplitude at twice that frequency, (n, …)."""
        return np.abs(self.harmonics[..., 2])

    @property
    def phase(self) -> np.ndarray:
        """By how many degrees the first harmonic leads a cosine from the first frame on."""
        return np.degrees(np.angle(self.harmonics[..., 1]))

    @property
    def ratio(self) -> float:
        """F1/F0 at the best stimulus: simple cells have more than 1 (Skottun et al. 1991).

        F0 is the whole mean, spontaneous activity with it.  A unit whose mean is 0 there, a linear
        one, has ∞; one that is silent all the while has NaN.
        """
        f1, f0 = self.f1[self._best], self.f0[self._best]
        if f1 == 0 and f0 == 0:
            return float("nan")
        return float(f1 / f0) if f0 > 1e-9 * f1 else float("inf")

    @property
    def measure(self) -> str:
        """Which harmonic stands for the response: "F1" if it is larger somewhere, else "F0"."""
        return "F1" if self.f1.max() > self.f0.max() else "F0"

    @property
    def responses(self) -> np.ndarray:
        """The answers by their `measure`, (n, …)."""
        return self.f1 if self.measure == "F1" else self.f0

    @property
    def _best(self) -> tuple[int, ...]:
        place = np.unravel_index(int(np.argmax(self.responses)), self.responses.shape)
        return tuple(int(k) for k in place)

    @property
    def best(self) -> Any:
        """The value with the largest response; of several quantities a tuple of them."""
        found = [float(v[k]) for v, k in zip(self.values, self._best, strict=True)]
        return found[0] if len(found) == 1 else tuple(found)

    def along(self, *quantities: str) -> Tuning:
        """Return the tuning to some of the quantities, the others at their best.

        Raises
        ------
        InputError
            A quantity that was not varied.
        """
        for name in quantities:
            if name not in self.quantities:
                raise InputError(unknown("varied quantity", name, self.quantities))
        kept = [k for k, name in enumerate(self.quantities) if name in quantities]
        if not kept:
            raise InputError(f"along() takes one or more of {', '.join(self.quantities)}")
        at = tuple(slice(None) if k in kept else self._best[k] for k in range(len(self.quantities)))
        return replace(
            self,
            quantities=tuple(self.quantities[k] for k in kept),
            units=tuple(self.units[k] for k in kept),
            values=tuple(self.values[k] for k in kept),
            harmonics=self.harmonics[at],
        )

    def fit(self, model: str) -> Fit:
        """Fit a model (`measuring.MODELS`) to the responses; see `measuring.fit`."""
        return fit(model, self._only("fit"), self.responses)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw one quantity as a curve, two as an image; returns the axes.

        Raises
        ------
        InputError
            More than two quantities: take some with `along`.
        """
        if len(self.quantities) > 2:
            raise InputError(
                f"a tuning to {len(self.quantities)} quantities cannot be drawn: take one or two, "
                f"along({self.quantities[0]!r}, {self.quantities[1]!r})"
            )
        from ..plotting import new_figure

        own = ax is None
        if ax is None:
            _, ax = new_figure()
        labels = [_label(*pair) for pair in zip(self.quantities, self.units, strict=True)]
        if len(self.quantities) == 1:
            ax.plot(self.values[0], self.responses, **{"marker": "o", **options})
            ax.set(xlabel=labels[0], ylabel=f"response ({self.measure})")
            if own:
                best = self.values[0][int(np.argmax(self.responses))]
                unit = self.units[0] if self.units[0] in ("", "°") else f" {self.units[0]}"
                ax.set_title(f"The response is largest at {self.quantities[0]} {best:.4g}{unit}")
            return ax
        rows, columns = self.values
        mesh = ax.pcolormesh(columns, rows, self.responses, shading="nearest", **options)
        ax.set(xlabel=labels[1], ylabel=labels[0])
        figure = ax.get_figure()
        if figure is not None:
            figure.colorbar(mesh, ax=ax, label=f"response ({self.measure})")
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a stimulus: its quantities, F0, F1 and F2."""
        header = [_label(*pair) for pair in zip(self.quantities, self.units, strict=True)]
        grid = np.meshgrid(*self.values, indexing="ij")
        columns = [*(g.ravel() for g in grid), self.f0.ravel(), self.f1.ravel(), self.f2.ravel()]
        rows: Sequence[Any] = np.stack(columns, axis=1).tolist()
        return write_csv(path, [*header, "F0", "F1", "F2"], rows)

    def _only(self, what: str) -> np.ndarray:
        if len(self.values) != 1:
            raise InputError(
                f"{what}() is for one quantity, this tuning has {', '.join(self.quantities)}: take "
                f"one with along({self.quantities[0]!r})"
            )
        return self.values[0]


def _label(quantity: str, unit: str) -> str:
    return f"{quantity} ({unit})" if unit else quantity
