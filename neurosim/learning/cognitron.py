"""The cognitron's reinforcement: sheets of cells that learn patterns without a teacher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import InputError, spelled
from ..kernels import present_to_cognitron, respond_as_cognitron
from ..kernels.tables import AREA
from ..timing import positive, whole
from .samples import reals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGEST = 1e50  # of patterns and rates: what is made of them is then within all floats
STRETCH = 1 << 26  # synapses that a kernel visits before Ctrl-C is looked at
MARGIN = AREA // 2
LAYERS = 4  # Fukushima's
POINTS = 24  # of a curve that is drawn


@dataclass(frozen=True, eq=False)
class Reinforcement:
    """What the cells of a cognitron have learned, and which of them learned when.

    Attributes
    ----------
    excitatory : a, (layers, rows, columns, 5, 5): of each cell to the 5 × 5 area of the sheet
        before it that is centered on it; 0 beyond the border
    inhibitory : b, (layers, rows, columns)
    reinforced : how many cells each presentation reinforced, (presentations, layers): those that
        no cell in their vicinity exceeded
    silent : how many learned in silence, (presentations, layers): their vicinity was silent, and
        their area was not
    """

    excitatory: np.ndarray
    inhibitory: np.ndarray
    reinforced: np.ndarray
    silent: np.ndarray

    @property
    def layers(self) -> int:
        """How many layers."""
        return len(self.inhibitory)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of each layer, and of an image."""
        rows, columns = self.inhibitory.shape[1:]
        return rows, columns

    @property
    def presentations(self) -> int:
        """How many patterns were presented, a repeated one each time."""
        return len(self.reinforced)

    def __str__(self) -> str:
        rows, columns = self.shape
        told = (
            f"{self.layers} layer{'s' * (self.layers != 1)} of {rows} × {columns} cells, after "
            f"{self.presentations} presentation{'s' * (self.presentations != 1)}"
        )
        if not self.presentations:
            return told
        return (
            f"{told}; the last one reinforced {self.reinforced[-1].sum()} cells, and "
            f"{self.silent[-1].sum()} learned in silence"
        )

    def responses(self, images: Any) -> np.ndarray:
        """Return what every cell answers to images; nothing is learned.

        Parameters
        ----------
        images
            (images, rows, columns), not negative.

        Returns
        -------
        u, (images, layers, rows, columns)

        Raises
        ------
        InputError
            Images of another size, or of values that `cognitron_rule` does not take.
        """
        images = _patterns(images, "images", self.shape)
        weights = _laid_out(self)
        sheets, e, v, _ = _scratch(self.shape, self.layers)
        responses = np.empty((len(images), self.layers, *self.shape))
        for some in _stretches(len(images), self):
            respond_as_cognitron(images[some], *weights, sheets, e, v, responses[some])
        return responses

    def features(self, images: Any) -> np.ndarray:
        """Return what the cells of the last layer answer to images, (images, cells).

        As `responses`, of which only some are held at a time.
        """
        images = _patterns(images, "images", self.shape)
        last = np.empty((len(images), *self.shape))
        for some in _stretches(len(images), self):
            last[some] = self.responses(images[some])[:, -1]
        return last.reshape(len(images), self.inhibitory[0].size)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw how many cells were reinforced, and how many learned in silence, by presentation.

        Each point is the mean over a few presentations where there are more than 24.
        """
        from ..plotting import COLOURS, new_figure

        alone = ax is None
        if ax is None:
            _, ax = new_figure()
            ax.set_title(f"Cells that learn in {self.layers} layers")
        known = list(COLOURS.values())
        cuts = np.arange(0, self.presentations, -(-self.presentations // POINTS) or 1)
        ends = np.append(cuts[1:], self.presentations)
        middles = (cuts + 1 + ends) / 2
        for n in range(self.layers):
            colour = known[n % len(known)]
            for counts, style in ((self.reinforced, "-"), (self.silent, ":")):
                means = np.add.reduceat(counts[:, n], cuts) / (ends - cuts)
                name = f"layer {n + 1}" if style == "-" else None
                ax.plot(middles, means, style, color=colour, label=name)
        if alone:
            ax.set(xlabel="presentation", ylabel="cells that learn (dotted: in silence)")
            ax.legend()
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a presentation and layer: the cells reinforced, and those in silence.

        Raises
        ------
        FileError
            It cannot be written there.
        """
        rows = [
            (k + 1, n + 1, int(self.reinforced[k, n]), int(self.silent[k, n]))
            for k in range(self.presentations)
            for n in range(self.layers)
        ]
        return write_csv(path, ("presentation", "layer", "reinforced", "silent"), rows)


@spelled
def cognitron_rule(
    patterns: Any,
    layers: int | None = None,
    *,
    passes: int = 1,
    q: float = 16.0,
    q_silent: float = 2.0,
    start: Reinforcement | None = None,
) -> Reinforcement:
    """Let a cognitron learn patterns without a teacher (Fukushima 1975).

    A cell hears a 5 × 5 area of the sheet before it: u = [(e − h)/(1 + h)]₊ with e = Σ a·u and
    h = b·v, where v = Σ c·u is the area's mean, c = 1/25.  At each presentation all cells respond,
    and then these learn:

    - one that is active, and that no cell in its vicinity exceeds: Δa = q·c·u, Δb = q·Σc·u²/(2v);
    - one in whose vicinity, itself included, all are silent: Δa = q′·c·u, Δb = q′·v.

    u on the right is that of the sheet before.  The vicinity is a diamond of 13 cells, as far as
    two steps away.  All cells that tie for the largest are reinforced.

    What a silent cell learned from a pattern, k times from a = b = 0, gives e − h = k·q′·Var(u),
    where Var(u) = Σc·u² − (Σc·u)² is the variance over its area: an even area stays unanswered.

    Parameters
    ----------
    patterns
        (patterns, rows, columns), from 0 to 1e50, presented in this order.  An image may have any
        size; each layer has as many cells as it has pixels.
    layers
        How many; left out, those of `start`, or Fukushima's 4.
    passes
        How often the patterns are presented in all.
    q, q_silent
        The rates q and q′ of the two rules, above 0.
    start
        What was learned before, which goes on; left out, all weights are 0.

    Raises
    ------
    InputError
        Patterns that are no finite numbers from 0 on, or have other dimensions, or another size
        than the cells of `start`; rates or counts out of range.

    Notes
    -----
    Patterns should be sparse, as thin lines are.  What a cell was reinforced by, k times a pattern
    p, adds k·q·(Σc·p − Σc·p²/(2Σc·p)) to its e − h for an even area of 1s.  That is above 0 where
    the variance of p is below its mean squared: of 0s and 1s, where more than half are 1s.
    Such cells answer nearly everything, and the layers after them can tell nothing apart.

    Beyond the border lie silent cells, so c stays 1/25 there, and the variance is over the whole
    area, the silent part included: the border of an even sheet is seen as an edge is.

    A difference within 2⁻⁴⁰ of a value is rounding and decides nothing: e must exceed h by more
    for a cell to respond, and its neighbour's answer must exceed its own by more to outdo it.
    Without this the order of a sum would make a cell respond to an even area.
    """
    if start is not None and not isinstance(start, Reinforcement):
        raise InputError(f"cognitron: start must be what cognitron_rule returned (got {start!r})")
    shape = None if start is None else start.shape
    patterns = _patterns(patterns, "patterns", shape)
    passes = whole(passes, "cognitron: passes", 1)
    rates = np.float64(_rate(q, "q")), np.float64(_rate(q_silent, "q_silent"))
    count = _layers(layers, start)
    begun = _blank(patterns.shape[1:], count) if start is None else start
    excitatory, inhibitory = _laid_out(begun)
    scratch = _scratch(begun.shape, begun.layers)
    counts = np.zeros((passes, len(patterns), begun.layers, 2), dtype=np.int64)
    for done in counts:
        for some in _stretches(len(patterns), begun):
            present_to_cognitron(
                patterns[some], excitatory, inhibitory, rates, *scratch, done[some]
            )
    reinforced, silent = np.moveaxis(counts.reshape(-1, begun.layers, 2), -1, 0)
    rows, columns = begun.shape
    return Reinforcement(
        excitatory=np.ascontiguousarray(
            np.moveaxis(_sheets(excitatory, rows), 1, -1)[:, :, :columns]
        ).reshape(begun.layers, rows, columns, AREA, AREA),
        inhibitory=_sheets(inhibitory, rows)[..., :columns].copy(),
        reinforced=np.concatenate([begun.reinforced, reinforced]),
        silent=np.concatenate([begun.silent, silent]),
    )


def _rate(value: Any, name: str) -> float:
    rate = positive(value, f"cognitron: {name}")
    if rate > LARGEST:
        raise InputError(f"cognitron: {name} must be at most {LARGEST:g} (got {rate:g})")
    return rate


def _layers(layers: int | None, start: Reinforcement | None) -> int:
    """Return how many layers there are to be."""
    usual = LAYERS if start is None else start.layers
    count = usual if layers is None else whole(layers, "cognitron: layers", 1)
    if start is not None and count != start.layers:
        raise InputError(
            f"cognitron: start has {start.layers} layers (got layers={count}); leave layers out"
        )
    return count


def _patterns(values: Any, name: str, shape: tuple[int, int] | None) -> np.ndarray:
    """Return images as floats, in one piece."""
    images = reals(values, f"cognitron: {name}")
    if images.ndim != 3 or 0 in images.shape[1:] or (shape is None and not len(images)):
        raise InputError(
            f"cognitron: {name} must have the shape ({name}, rows, columns), none of them 0 (got "
            f"{images.shape}); one image is image[None]"
        )
    if shape is not None and images.shape[1:] != shape:
        raise InputError(
            f"cognitron: its layers have {shape[0]} × {shape[1]} cells, so it takes images of as "
            f"many pixels (got {images.shape[1]} × {images.shape[2]})"
        )
    allowed = (images >= 0) & (images <= LARGEST)
    if not allowed.all():
        k, row, column = np.argwhere(~allowed)[0].tolist()
        raise InputError(
            f"cognitron: {name} must be numbers from 0 to {LARGEST:g} (got "
            f"{images[k, row, column]:g} in number {k}, row {row}, column {column})"
        )
    return np.ascontiguousarray(images)


def _blank(shape: tuple[int, ...], layers: int) -> Reinforcement:
    """Return a cognitron that has learned nothing."""
    never = np.zeros((0, layers), dtype=np.int64)
    sheets = (layers, *shape)
    return Reinforcement(np.zeros((*sheets, AREA, AREA)), np.zeros(sheets), never, never)


def _laid_out(learned: Reinforcement) -> tuple[np.ndarray, np.ndarray]:
    """Return a and b as kernels take them: (layers, 25, cells) and (layers, cells)."""
    rows, columns = learned.shape
    excitatory = np.zeros((learned.layers, AREA**2, rows, columns + 2 * MARGIN))
    flat = learned.excitatory.reshape(learned.layers, rows, columns, AREA**2)
    excitatory[..., :columns] = np.moveaxis(flat, -1, 1)
    inhibitory = np.zeros((learned.layers, rows, columns + 2 * MARGIN))
    inhibitory[..., :columns] = learned.inhibitory
    return (
        excitatory.reshape(learned.layers, AREA**2, -1),
        inhibitory.reshape(learned.layers, -1),
    )


def _sheets(weights: np.ndarray, rows: int) -> np.ndarray:
    """Return a kernel's cells by row and column."""
    return weights.reshape(*weights.shape[:-1], rows, -1)


def _scratch(shape: tuple[int, int], layers: int) -> tuple[np.ndarray, ...]:
    """Return a kernel's sheets of responses, and e, v and the largest response of each cell."""
    rows, stride = shape[0], shape[1] + 2 * MARGIN
    places = (rows + 2 * MARGIN) * stride + 2 * MARGIN
    return np.zeros((layers + 1, places)), *np.empty((3, rows * stride))


def _stretches(count: int, learned: Reinforcement) -> Iterator[slice]:
    """Yield which presentations a kernel makes at a time."""
    most = max(1, STRETCH // learned.excitatory.size)
    return (slice(first, first + most) for first in range(0, count, most))
