"""A circuit in words: its populations and projections as a table, and as HTML in notebooks."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from .connections import Connection, Convolution, Dense, OneToOne, Sparse
from .neurons import Binary, Neurons, Rate
from .populations import VETO, Population, Projection
from .tables import html_table, text_table

if TYPE_CHECKING:
    from .circuit import Circuit

SYMBOLS = {
    "threshold": "θ", "bias": "b", "semi_saturation": "σ", "gain": "g", "noise": "s", "tau": "τ",
}  # fmt: skip
ORDINARY = {"bias": 0.0, "semi_saturation": 1.0, "gain": 1.0, "noise": 0.0, "tau": 0.0}
ONE_TO_ONE = "one to one"
MOST_DRAWN = 600  # neurons, sheets and boxes that a notebook draws unasked
LARGEST_SVG = 500_000  # characters; a larger drawing is shown as PNG
DOTS_PER_INCH = 110  # of that PNG


@dataclass(frozen=True)
class Description:
    """What `summary` prints and `html` shows.

    Attributes
    ----------
    populations : rows of name, kind, shape, neurons, parameters
    projections : rows of source, target, channel, kind, synapses, delay
    totals : one sentence
    """

    populations: list[tuple[str, ...]]
    projections: list[tuple[str, ...]]
    totals: str


POPULATION_HEADER = ("population", "kind", "shape", "neurons", "parameters")
PROJECTION_HEADER = ("source → target", "channel", "kind", "synapses", "delay")


def describe(circuit: Circuit) -> Description:
    """Return the rows and the totals of a circuit's description."""
    populations = [p for p in circuit.populations if p.role != "delay"]
    synapses = [synapses_of(circuit, p) for p in circuit.projections]
    counted = zip(circuit.projections, synapses, strict=True)
    delays = undelayed(circuit)
    rows = [_projection_row(circuit, projection, count, delays) for projection, count in counted]
    return Description(
        [_population_row(circuit, p) for p in populations], rows, _totals(circuit, sum(synapses))
    )


def summary(circuit: Circuit) -> str:
    """Return a circuit's populations, projections and totals as plain text.

    Synapses are the weights that are not 0, a shared kernel's counted at every place; delay
    lines show as the delay of the projections that leave them.
    """
    parts = describe(circuit)
    blocks = [str(circuit), _table(POPULATION_HEADER, parts.populations)]
    if parts.projections:
        blocks.append(_table(PROJECTION_HEADER, parts.projections))
    return "\n\n".join([*blocks, parts.totals])


def html(circuit: Circuit) -> str:
    """Return the drawing of a circuit, and under it its description, folded, as HTML.

    Whatever a user has named is escaped.
    """
    parts = describe(circuit)
    tables = html_table(POPULATION_HEADER, parts.populations)
    if parts.projections:
        tables += html_table(PROJECTION_HEADER, parts.projections)
    return (
        f'<div class="neurosim-circuit">{_picture(circuit)}'
        f"<details><summary>{escape(circuit.name)}: {escape(parts.totals)}</summary>{tables}"
        "</details></div>"
    )


def depth_of(circuit: Circuit) -> int | None:
    """Return the most neurons that a signal passes on its way; None in a recurrent circuit."""
    origin, _ = undelayed(circuit)
    drivers: dict[int, set[int]] = {
        i: set() for i, p in enumerate(circuit.populations) if p.role == "neurons"
    }
    for projection in circuit.projections:
        index = origin[projection.connection.source.index.ravel()]
        drivers[projection.target].update(i for i in circuit.positions_of(index) if i in drivers)
    depth: dict[int, int] = {}
    try:
        for i in TopologicalSorter(drivers).static_order():
            depth[i] = 1 + max((depth[j] for j in drivers[i]), default=0)
    except CycleError:
        return None
    return max(depth.values(), default=0)


def synapses_of(circuit: Circuit, projection: Projection) -> int:
    """Return how many weights of a projection are not 0, counted at every target."""
    connection = projection.connection
    weights = connection.weights
    if isinstance(connection, OneToOne):
        shape = circuit.population_at(projection.target).shape
        return int(np.count_nonzero(np.broadcast_to(weights, shape)))
    if not isinstance(connection, Convolution):
        return int(np.count_nonzero(weights))
    inside = []  # for each row and column of the kernel, the targets at which it is on the sheet
    rows, columns, top, left = connection.extent
    for n, out, k, before in zip(
        connection.sheet, (rows, columns), weights.shape, (top, left), strict=False
    ):
        at = np.arange(out)[:, None] * connection.stride - before + np.arange(k)
        folds = connection.border in ("reflect", "wrap")
        inside.append(np.full(k, out) if folds else ((at >= 0) & (at < n)).sum(axis=0))
    entries = np.count_nonzero(weights, axis=(2, 3))
    return int(inside[0] @ entries @ inside[1])


def undelayed(circuit: Circuit) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each of the circuit's values, what it repeats and how many seconds later."""
    step = np.arange(circuit.size)
    seconds = np.zeros(circuit.size)
    for population in circuit.populations:
        if population.delayed is not None:
            where = slice(population.start, population.stop)
            step[where] = population.delayed.ravel()
            seconds[where] = population.seconds
    origin, late = step.copy(), seconds.copy()
    while (step[origin] != origin).any():
        late = late + seconds[origin]
        origin = step[origin]
    return origin, late


# ---------------------------------------------------------------- in words


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as text: 64×64."""
    return "×".join(map(str, shape)) if shape else "1"


def number_text(value: float) -> str:
    """Return a number in three digits, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")


def seconds_text(value: float) -> str:
    """Return a time with the unit that fits: 5 ms, 250 µs, 1.5 s."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.4g} {unit}"
    return f"{value / 1e-6:.4g} µs"


def connection_text(connection: Connection, targets: int) -> str:
    """Return what a connection is called: kernel 5×5, dense 10×64, sparse 1%, one to one."""
    if isinstance(connection, Convolution):
        stride = f", stride {connection.stride}" if connection.stride > 1 else ""
        return f"kernel {shape_text(connection.weight.shape[:2])}{stride}"
    if isinstance(connection, Dense):
        return f"dense {shape_text(connection.weight.shape)}"
    if isinstance(connection, Sparse):
        entries = targets * connection.source.size
        filled = 100 * np.count_nonzero(connection.weights) / max(entries, 1)
        return f"sparse {filled:.0f}%" if filled >= 99.5 else f"sparse {filled:.2g}%"
    if connection.source.size == 1 and targets > 1:
        return f"one to all {targets}"
    return ONE_TO_ONE


def parameter_texts(
    neurons: Neurons, element: int | None = None, threshold: bool = True
) -> list[str]:
    """Return θ and the parameters that are not as usual: ["θ 1", "τ 10 ms"].

    Parameters
    ----------
    element
        Which neuron, in C order; None for all, with a range where they differ.
    threshold
        Whether θ is named; a rate neuron's only where it is not 0.
    """
    parts = []
    if threshold and (isinstance(neurons, Binary) or np.any(_at(neurons.threshold, element))):
        parts.append(parameter_text(neurons, "threshold", element))
    for name, ordinary in ORDINARY.items():
        if np.any(_at(getattr(neurons, name, ordinary), element) != ordinary):
            parts.append(parameter_text(neurons, name, element))
    return parts


def parameter_text(neurons: Neurons, name: str, element: int | None = None) -> str:
    """Return one parameter, by its symbol: θ 1, or θ 0.5 to 2."""
    values = _at(getattr(neurons, name), element)
    if not values.size:
        return ""
    written = seconds_text if name == "tau" else number_text
    low, high = written(float(values.min())), written(float(values.max()))
    return f"{SYMBOLS[name]} {low}" + (f" to {high}" if low != high else "")


def _at(value: Any, element: int | None) -> np.ndarray:
    values = np.asarray(value, dtype=float)
    return values if element is None or not values.ndim else values.ravel()[element]


# ---------------------------------------------------------------- rows


def _population_row(circuit: Circuit, population: Population) -> tuple[str, ...]:
    neurons = population.neurons
    if population.role == "input":
        kind = "input, any number"
        if population.bits is not None:
            kind = f"input, {population.bits} bits"
        elif circuit.takes_binary(population):
            kind = "input, 0 or 1"
    elif neurons is None:
        kind = "constant"
    else:
        kind = f"rate, {neurons.transfer}" if isinstance(neurons, Rate) else "binary"
    count = str(population.size) if neurons is not None else ""
    told = ", ".join(parameter_texts(neurons)) if neurons is not None else ""
    return population.name, kind, shape_text(population.shape), count, told


def _projection_row(
    circuit: Circuit, projection: Projection, synapses: int, delays: tuple[np.ndarray, np.ndarray]
) -> tuple[str, ...]:
    """Return a projection's row; one that comes with several delays names their range.

    `delays` is `undelayed`.
    """
    origin, late = delays
    connection, target = projection.connection, circuit.population_at(projection.target)
    places = connection.source.index
    seconds = late[places.ravel()]
    delay = ""
    if seconds.any():
        low, high = (seconds_text(s) if s else "0" for s in (seconds.min(), seconds.max()))
        delay = low if low == high else f"{low} to {high}"
    channel = "divide (veto)" if projection.channel == VETO else projection.channel
    source = circuit.name_of(origin[places])
    kind = connection_text(connection, target.size)
    if connection.learning is not None:
        kind += f", plastic ({connection.learning.rule.name})"
    return f"{source} → {target.name}", channel, kind, str(synapses), delay


def _totals(circuit: Circuit, synapses: int) -> str:
    counts = (
        (len(circuit.input_populations), "input"),
        (sum(p.size for p in circuit.neuron_populations), "neuron"),
        (synapses, "synapse"),
        (len(circuit.outputs), "output"),
    )
    told = ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counts)
    depth = depth_of(circuit)
    return f"{told}; {'recurrent' if depth is None else f'feed-forward, depth {depth}'}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return text_table(header, rows, right=("neurons", "synapses"), ruled=True)


def _picture(circuit: Circuit) -> str:
    """Return the drawing as inline SVG, as PNG where that would be large, or not at all."""
    from matplotlib import rc_context

    from .plotting.scene import scene_of

    if len(scene_of(circuit, depth=0).items) > MOST_DRAWN:
        return ""
    figure = circuit.draw()
    drawn = io.StringIO()
    with rc_context({"svg.hashsalt": "neurosim"}):  # equal circuits give equal HTML
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    svg = drawn.getvalue()
    if len(svg) <= LARGEST_SVG:
        inline = svg[svg.index("<svg") :]
        return inline.replace("<svg", '<svg style="max-width:100%;height:auto"', 1)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=DOTS_PER_INCH)
    coded = base64.b64encode(image.getvalue()).decode()
    name = escape(circuit.name, quote=True)
    return f'<img alt="{name}" style="max-width:100%" src="data:image/png;base64,{coded}">'
