"""The lecture's listing three times: by hand, as TensorFlow has it, as PyTorch has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Tensor, gradients
from neurosim.plotting import FAINT, signed_colours, style
from neurosim.result import Result

from .graphs import BACKWARD, FORWARD, both_ways, number, operation_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CELLS = (0.62, 0.44)  # inches that an array may take, across and down


def check_listing(
    result: Result, rows: int, columns: int, seed: int
) -> Mapping[str, tuple[np.ndarray, np.ndarray]]:
    """Claim that the gradients are those derived by hand; return each name's value and gradient."""
    rng = np.random.default_rng(seed)
    x, y, z = (Tensor(rng.standard_normal((rows, columns)), requires_grad=True) for _ in range(3))

    a = x * y
    b = a + z
    c = b.sum()
    c.backward()  # the lecture's PyTorch

    by_hand = derive_by_hand(*(tensor.numpy().astype(float) for tensor in (x, y, z)))
    rounding = float(np.finfo(np.float32).eps) * (x.size + 2)  # of a sum of float32
    terms = float(np.abs(by_hand["a"][0]).sum() + np.abs(by_hand["z"][0]).sum())
    result.claim("c = Σ(x·y + z)", c.item(), by_hand["c"][0].item(), tolerance=rounding * terms)
    for name, tensor in {"x": x, "y": y, "z": z}.items():
        assert tensor.grad is not None
        off = float(np.abs(tensor.grad - by_hand[name][1]).max())
        result.claim(f"∂c/∂{name} by backward() is {MEANING[name]}: off by", off, 0)

    a = x * y
    b = a + z
    c = b.sum()
    named = {"x": x, "y": y, "z": z, "a": a, "b": b, "c": c}
    found = dict(zip(named, gradients(c, list(named.values())), strict=True))  # its TensorFlow
    for name, gradient in found.items():
        off = float(np.abs(gradient - by_hand[name][1]).max())
        result.claim(f"∂c/∂{name} by gradients() is {MEANING[name]}: off by", off, 0)
    result.table(
        "listing",
        ("row", "column", *named, *(f"dc/d{name}" for name in ("x", "y", "z"))),
        [
            (
                *place,
                *(np.broadcast_to(t.numpy(), x.shape)[place] for t in named.values()),
                *(found[name][place] for name in ("x", "y", "z")),
            )
            for place in np.ndindex(x.shape)
        ],
    )
    return {name: (tensor.numpy(), found[name]) for name, tensor in named.items()}


MEANING = {"x": "y", "y": "x", "z": "1", "a": "1", "b": "1", "c": "1"}


def derive_by_hand(
    x: np.ndarray, y: np.ndarray, z: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return value and gradient by name, line by line as the lecture's NumPy listing has them."""
    a = x * y
    b = a + z
    c = np.sum(b)

    grad_c = np.ones_like(c)
    grad_b = grad_c * np.ones_like(b)
    grad_a = grad_b.copy()
    grad_z = grad_b.copy()
    grad_x = grad_a * y
    grad_y = grad_a * x
    return {
        "x": (x, grad_x), "y": (y, grad_y), "z": (z, grad_z), "a": (a, grad_a), "b": (b, grad_b),
        "c": (c, grad_c),
    }  # fmt: skip


# Inches, from the left and from below, of what is drawn; of an array its middle.
HEIGHTS = {"x": 2.05, "y": 1.25, "z": 0.35}
VALUES, SLOPES, BEGIN = 0.36, 1.16, 1.42
TIMES, PLUS, SUM, END = (2.25, 1.65), (3.9, 1.65), (5.3, 1.65), (6.2, 1.65)


def draw_listing(ax: Axes, listing: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Draw the graph: values flow to the right, gradients of c back to the left."""
    arrays = [array for name in "xyzab" for array in listing[name]]
    reach = max(float(np.abs(array).max()) for array in arrays)
    ax.set_axis_off()
    for place, sign in ((TIMES, "×"), (PLUS, "+"), (SUM, "Σ")):
        operation_at(ax, place, sign)
    for name in "xyz":
        value, slope = listing[name]
        height = HEIGHTS[name]
        _array(ax, value, (VALUES, height), reach, name, FORWARD)
        _array(ax, slope, (SLOPES, height), reach, f"∂c/∂{name}", BACKWARD)
        corner = [(PLUS[0], height)] if name == "z" else []
        both_ways(ax, (BEGIN, height), *corner, PLUS if name == "z" else TIMES)
    for name, start, end in (("a", TIMES, PLUS), ("b", PLUS, SUM)):
        value, slope = listing[name]
        both_ways(ax, start, end)
        middle = (start[0] + end[0]) / 2
        _array(ax, value, (middle, start[1] + 0.36), reach, name, FORWARD)
        _array(ax, slope, (middle, start[1] - 0.52), reach, f"∂c/∂{name}", BACKWARD)
    c, slope = listing["c"]
    both_ways(ax, SUM, END)
    ax.annotate(f"c = {number(float(c))}", (5.5, 1.74), color=FORWARD, va="bottom")
    ax.annotate(f"∂c/∂c = {slope:g}", (5.5, 1.56), color=BACKWARD, va="top")
    ax.annotate("values go forward", (4.3, 0.62), color=FORWARD)
    ax.annotate("gradients of c come back", (4.3, 0.42), color=BACKWARD)
    with style():
        figure = ax.get_figure()
        assert figure is not None
        beside = ax.inset_axes((4.32, 0.2, 1.75, 0.09), transform=ax.transData)
        bar = figure.colorbar(ax.images[0], cax=beside, orientation="horizontal")
        bar.set_label("value or gradient of an element")
    bar.outline.set_linewidth(0.6)
    ax.set(xlim=(0, 6.3), ylim=(-0.2, 2.5), aspect="equal")


def _array(
    ax: Axes, array: np.ndarray, middle: tuple[float, float], reach: float, name: str, colour: str
) -> None:
    """Draw an array as squares under its name."""
    rows, columns = array.shape
    cell = min(CELLS[0] / columns, CELLS[1] / rows)
    left, bottom = middle[0] - cell * columns / 2, middle[1] - cell * rows / 2
    right, top = left + cell * columns, bottom + cell * rows
    ax.imshow(
        array, cmap=signed_colours(), vmin=-reach, vmax=reach, extent=(left, right, bottom, top),
        interpolation="nearest",
    )  # fmt: skip
    for k in range(rows + 1):
        ax.plot([left, right], [bottom + k * cell] * 2, color=FAINT, linewidth=0.4)
    for k in range(columns + 1):
        ax.plot([left + k * cell] * 2, [bottom, top], color=FAINT, linewidth=0.4)
    ax.annotate(
        name, (middle[0], top), (0, 2), textcoords="offset points", ha="center", va="bottom",
        color=colour,
    )  # fmt: skip
