"""Random circuits, each built twice: as a `Circuit`, and as `naive` describes one.

Both are built from the same choices by code that shares nothing: the circuit by its public
interface, the description synapse by synapse.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any

import naive
import numba
import numpy as np
from hypothesis import strategies as st
from scipy import sparse

from neurosim import Circuit, Source, convolve, naka_rushton, power, stack

DT = 0.001


def examples(number: int) -> int:
    """How many examples a property gets: few in plain Python, where one takes seconds."""
    if numba.config.ENABLE_CUDASIM:
        return max(2, number // 2)
    return max(2, number // 12) if numba.config.DISABLE_JIT else number


BORDERS = ("zero", "reflect", "wrap", "valid")
TRANSFERS: tuple[tuple[Any, Any, bool], ...] = (  # ours, the oracle's, whether never negative
    ("identity", ("identity", ()), False),
    ("threshold-linear", ("threshold-linear", ()), True),
    ("step", ("step", ()), True),
    ("logistic", ("logistic", ()), True),
    ("tanh", ("tanh", ()), False),
    ("softplus", ("softplus", ()), True),
    (power(1.5), ("power", (1.5,)), True),
    (naka_rushton(2.0, 0.5, 2.0), ("naka-rushton", (2.0, 0.5, 2.0)), True),
)


@dataclass(frozen=True)
class Part:
    """A source, and the places of the same values in the oracle's list."""

    source: Source
    places: np.ndarray
    signed: bool = False  # whether it can be negative

    def __getitem__(self, key: Any) -> Part:
        return replace(self, source=self.source[key], places=np.asarray(self.places[key]))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.places.shape

    def ravel(self) -> Part:
        return replace(self, source=self.source.ravel(), places=self.places.ravel())


def stacked(parts: list[Part]) -> Part:
    places = np.stack([p.places for p in parts])
    return Part(stack([p.source for p in parts]), places, any(p.signed for p in parts))


@dataclass(frozen=True)
class Term:
    """A drive, and its synapses as (target, place, weight), targets counted in C order."""

    drive: Any
    synapses: list[tuple[int, int, float]]


def one_to_one(part: Part, weight: Any, shape: tuple[int, ...]) -> Term:
    places = np.broadcast_to(part.places, shape).ravel().tolist()
    weights = np.broadcast_to(weight, shape).ravel().tolist()
    found = [(t, *both) for t, both in enumerate(zip(places, weights, strict=True))]
    row = part.source  # a matrix times a row is refused, where W @ row may be meant
    if np.ndim(weight) == 2 and row.shape != (1,) and row.shape == np.shape(weight)[1:]:
        row = row.reshape(1, -1)
    return Term(weight * row, found)


def dense(part: Part, matrix: np.ndarray, as_sparse: bool = False) -> Term:
    places = part.places.ravel().tolist()
    found = [
        (target, place, float(matrix[target, k]))
        for target in range(len(matrix))
        for k, place in enumerate(places)
    ]
    weights = sparse.csr_array(matrix) if as_sparse else matrix
    return Term(weights @ part.source, found)


def pooled(part: Part, row: np.ndarray, targets: int) -> Term:
    """One row of weights that every target hears."""
    places = part.places.ravel().tolist()
    pairs = itertools.product(range(targets), enumerate(places))
    return Term(row @ part.source, [(t, place, float(row[k])) for t, (k, place) in pairs])


def convolution(part: Part, kernel: np.ndarray, border: str, stride: int) -> Term:
    """`kernel` has four axes, or two over a sheet of one channel."""
    drive = convolve(part.source, kernel, border=border, stride=stride)
    full = kernel[:, :, None, None] if kernel.ndim == 2 else kernel
    places = part.places[:, :, None] if part.places.ndim == 2 else part.places
    rows, columns, channels = places.shape
    _, out_columns = (
        naive.extent(n, k, border, stride)[0]
        for n, k in zip(part.shape[:2], kernel.shape[:2], strict=True)
    )
    found = []
    for i, o in itertools.product(range(channels), range(full.shape[3])):
        for y, x, row, column, weight in naive.taps(
            rows, columns, full[:, :, i, o].tolist(), border, stride
        ):
            target = (y * out_columns + x) * full.shape[3] + o
            found.append((target, int(places[row, column, i]), weight))
    return Term(drive, found)


class Twin:
    """A circuit and its description, side by side."""

    def __init__(self):
        self.circuit = Circuit("random")
        self.cells: list[dict[str, Any]] = []
        self.parts: list[Part] = []  # whole populations
        self.inputs: list[tuple[str, Part, int | None, bool]] = []  # name, part, bits, real
        self.bare: set[str] = set()  # populations with σ = 0, where nothing more may arrive

    def _placed(self, source: Source, cells: list[dict[str, Any]], signed: bool) -> Part:
        first = len(self.cells)
        self.cells += cells
        part = Part(source, np.arange(first, len(self.cells)).reshape(source.shape), signed)
        self.parts.append(part)
        return part

    def input(
        self, shape: tuple[int, ...], bits: int | None, real: bool, declared: bool, signed: bool
    ) -> Part:
        name = f"in{len(self.inputs)}"
        if bits is None:
            source = self.circuit.inputs(name, shape=shape, real=real if declared else None)
        else:
            source = self.circuit.inputs(name, bits=bits)
        part = self._placed(source, [{"role": "input"} for _ in range(source.size)], signed)
        self.inputs.append((name, part, bits, real))
        return part

    def constant(self, values: np.ndarray) -> Part:
        cells = [{"role": "constant", "value": float(v)} for v in values.ravel()]
        return self._placed(self.circuit.constant(values), cells, bool((values < 0).any()))

    def delay(self, part: Part, steps: int) -> Part:
        before = self.circuit.size
        source = part.source.delay(steps * DT)
        if self.circuit.size == before:  # it exists already
            known = int(source.index.flat[0]) if source.size else 0
            places = np.arange(known, known + source.size).reshape(source.shape)
            return Part(source, places, part.signed)
        cells = [
            {"role": "delay", "of": int(p), "seconds": steps * DT} for p in part.places.ravel()
        ]
        return self._placed(source, cells, part.signed)

    def neurons(
        self, kind: str, shape: tuple[int, ...], terms: list[tuple[str, Term]], transfer: int = 1,
        **parameters: Any,
    ) -> Part:  # fmt: skip
        """Add a population, its first term of each channel at once, the rest by `connect`."""
        name = f"{kind}{len(self.circuit.populations)}"
        first: dict[str, Term] = {}
        rest = []
        for channel, term in terms:
            if channel in first:
                rest.append((channel, term))
            else:
                first[channel] = term
        arguments = {channel: term.drive for channel, term in first.items()}
        size = math.prod(shape)
        cells = []
        for k in range(size):
            own = {p: float(np.broadcast_to(v, shape).ravel()[k]) for p, v in parameters.items()}
            cells.append({"role": kind, "synapses": [], **own})
        signed = False
        if kind == "rate":
            ours, theirs, positive = TRANSFERS[transfer]
            arguments["transfer"] = ours
            signed = not positive
            for cell in cells:
                cell["transfer"] = theirs
        source = getattr(self.circuit, kind)(name, shape=shape, **arguments, **parameters)
        part = self._placed(source, cells, signed)
        for channel, term in first.items():
            self._attach(part, channel, term)
        for channel, term in rest:
            self.connect(part, channel, term)
        if "semi_saturation" in parameters and not np.all(parameters["semi_saturation"]):
            self.bare.add(name)
        return part

    def connect(self, part: Part, channel: str, term: Term) -> None:
        if not part.places.size:  # there is nobody to connect to
            return
        self.circuit.connect(part.source, **{channel: term.drive})
        self._attach(part, channel, term)

    def _attach(self, part: Part, channel: str, term: Term) -> None:
        places = part.places.ravel().tolist()
        for target, source, weight in term.synapses:
            self.cells[places[target]]["synapses"].append((channel, source, weight))

    # ------------------------------------------------------------ running

    @property
    def names(self) -> list[str]:
        return [p.name for p in self.circuit.neuron_populations]

    def shown(self, rng: np.random.Generator, *leading: int) -> dict[str, np.ndarray]:
        """Random values for every input, with any leading axes, as the circuit takes them."""
        given = {}
        for name, part, bits, real in self.inputs:
            shape = (*leading, *part.shape)
            if bits is not None:
                given[name] = rng.integers(0, 2**bits, size=leading)
            elif real:
                given[name] = rng.integers(-8 if part.signed else 0, 9, size=shape) / 4
            else:
                given[name] = rng.integers(0, 2, size=shape)
        return given

    def frame(self, given: dict[str, np.ndarray], at: tuple[int, ...] = ()) -> dict[int, float]:
        """The values at one trial or moment by place, as the oracle takes them."""
        by_place = {}
        for name, part, bits, _ in self.inputs:
            values = given[name][at]
            if bits is not None:
                values = [int(values) >> k & 1 for k in range(bits)]
            pairs = zip(part.places.ravel().tolist(), np.ravel(values).tolist(), strict=True)
            by_place |= {place: float(value) for place, value in pairs}
        return by_place


# ------------------------------------------------------------------ random choices

SHAPES = ((), (1,), (3,), (6,), (2, 3), (5, 4), (9, 8))
if numba.config.ENABLE_CUDASIM:
    SHAPES = SHAPES[:-1]
DECIMALS = np.array([0.0, 0.1, 0.2, 0.3, 0.25, 0.7, 0.05, 1.0, 2.0])


class _Chooser:
    """One random circuit in the making."""

    def __init__(self, seed: int, kinds: tuple[str, ...], *, noise: bool, delays: bool):
        self.rng = np.random.default_rng(seed)
        self.kinds = kinds
        self.noise = noise
        self.delays = delays
        self.exact = kinds == ("binary",)  # decimals may then be tied
        self.twin = Twin()

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def one_of(self, options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def weights(self, shape: tuple[int, ...], fan_in: int = 1) -> np.ndarray:
        """Weights ≥ 0, some of them 0: decimals, or eighths where rates take part."""
        if self.exact:
            return self.rng.choice(DECIMALS, size=shape)
        return self.rng.integers(0, 9, size=shape) / 2 ** math.ceil(3 + math.log2(max(fan_in, 1)))

    def parameter(self, shape: tuple[int, ...], low: float, high: float) -> Any:
        """One number, or one a neuron, in tenths or eighths between two bounds."""
        unit = 10 if self.exact else 8
        values = self.rng.integers(math.ceil(low * unit), math.floor(high * unit) + 1, size=shape)
        values = values / unit
        return values if self.chance(0.5) else float(np.ravel(values)[0]) if values.size else 0.0

    def inputs(self) -> None:
        for _ in range(self.rng.integers(1, 4)):
            real = not self.exact and self.chance(0.6)
            bits = None if real or self.chance(0.7) else int(self.rng.integers(1, 5))
            declared = not self.exact or self.chance(0.3)
            shape = self.one_of(SHAPES)
            self.twin.input(shape, bits, real, declared, real and self.chance(0.4))
        if self.chance(0.3):
            values = self.rng.integers(0, 2, size=self.one_of(SHAPES))
            if self.exact and self.chance(0.4):  # they count as decimals too
                values = self.weights(values.shape) * self.rng.choice([1.0, -1.0])
            self.twin.constant(values if self.exact else values / 2)

    def part(self, signed: bool = True) -> Part | None:
        """Any population or a part of one: whole, sliced, reversed, stacked or delayed."""
        options = [p for p in self.twin.parts if (signed or not p.signed) and p.source.size]
        if not options:
            return None
        part = self.one_of(options)
        how = self.rng.random()
        if part.shape and how < 0.15:
            part = part[::-1]
        elif part.shape and how < 0.3:
            part = part[int(self.rng.integers(part.shape[0]))]
        elif part.shape and how < 0.4:
            part = part[:: int(self.rng.integers(1, 3))]
        elif how < 0.5:
            alike = [p for p in options if p.shape == part.shape]
            part = stacked([part, self.one_of(alike)])
        if self.delays and self.chance(0.3):
            part = self.twin.delay(part, int(self.rng.integers(1, 4)))
        return part

    def term(self, shape: tuple[int, ...], signed: bool) -> Term | None:
        part = self.part(signed)
        if part is None:
            return None
        size = math.prod(shape)
        try:
            fits = np.broadcast_shapes(part.shape, shape) == shape
        except ValueError:
            fits = False
        how = self.rng.random()
        if fits and how < 0.5:
            weight = self.weights(shape if self.chance(0.5) else ())
            return one_to_one(part, weight if weight.ndim else float(weight), shape)
        if how < 0.6:
            return pooled(part, self.weights((part.places.size,), part.places.size), size)
        matrix = self.weights((size, part.places.size), part.places.size)
        matrix *= self.rng.random(matrix.shape) < 0.6
        # A row that every target would hear is meant only where it is written so.
        return dense(part, matrix, as_sparse=size > 1 and self.chance(0.5))

    def sheet(self) -> tuple[tuple[int, ...], Term] | None:
        sheets = [p for p in self.twin.parts if len(p.shape) == 2 and min(p.shape) > 1]
        if not sheets:
            return None
        part = self.one_of(sheets)
        if self.chance(0.2):
            part = part[::-1, :]
        border = self.one_of(BORDERS)
        most = part.shape if border == "valid" else (7, 7)
        kernel = self.weights(tuple(int(self.rng.integers(1, min(m, 4) + 1)) for m in most), 4)
        if self.chance(0.4):  # separable
            kernel = np.outer(self.weights((len(kernel),), 2), self.weights((kernel.shape[1],), 2))
            kernel = np.round(kernel, 4) if self.exact else kernel
        if self.chance(0.2):
            kernel = np.stack([kernel, self.weights(kernel.shape, 4)], axis=-1)[:, :, None, :]
        term = convolution(part, kernel, border, int(self.rng.integers(1, 3)))
        return term.drive.shape, term

    def population(self) -> None:
        kind = self.one_of(self.kinds)
        sheet = self.sheet() if self.chance(0.3) else None
        shape = sheet[0] if sheet else self.one_of((*SHAPES, (0,)) if self.chance(0.1) else SHAPES)
        terms = [("excite", sheet[1])] if sheet else []
        bare = self.chance(0.1) and not sheet
        for _ in range(1 if bare else int(self.rng.integers(1, 4))):
            channel = "excite" if bare else self.one_of(("excite", "subtract", "divide", "drive"))
            term = self.term(shape, signed=not bare and channel != "divide")
            if term is None:
                continue
            if channel == "drive" and self.chance(0.7):
                synapses = [(t, s, -w) for t, s, w in term.synapses]
                term = Term(-term.drive, synapses)
            terms.append((channel, term))
            if bare:
                terms.append(("divide", term))
        if self.chance(0.2):
            part = self.part(signed=False)
            if part is not None and part.places.size:
                one = part.ravel()[0]
                terms.append(("divide", one_to_one(one, math.inf, shape)))
        parameters = self.parameters(kind, shape, bare)
        self.twin.neurons(kind, shape, terms, **parameters)

    def parameters(self, kind: str, shape: tuple[int, ...], bare: bool) -> dict[str, Any]:
        chosen: dict[str, Any] = {"threshold": self.parameter(shape, -0.5, 1.5)}
        chosen["semi_saturation"] = 0.0 if bare else self.parameter(shape, 0.5, 2)
        if not bare and self.chance(0.5):
            chosen["bias"] = self.parameter(shape, -1, 1)
        if self.noise and self.chance(0.7):
            chosen["noise"] = self.parameter(shape, 0, 0.5)
        if kind == "rate":
            chosen["transfer"] = int(self.rng.integers(len(TRANSFERS)))
            chosen["gain"] = self.parameter(shape, 0.25, 1.5)
            chosen["tau"] = self.one_of((0.0, 0.002, 0.01))
        return chosen

    def recurrence(self) -> None:
        for part in list(self.twin.parts):
            population = (
                self.twin.circuit.population(str(part.source)) if part.places.size else None
            )
            if (
                population is None
                or population.neurons is None
                or population.name in self.twin.bare
            ):
                continue
            if self.chance(0.7):
                channel = self.one_of(("excite", "subtract", "divide"))
                term = self.term(part.shape, signed=channel != "divide")
                if term is not None:
                    self.twin.connect(part, channel, term)


@st.composite
def twins(
    draw: Any,
    kinds: tuple[str, ...] = ("binary", "rate"),
    *,
    noise: bool = False,
    delays: bool = False,
    recurrent: bool = False,
) -> Twin:
    """A random circuit of a few populations with its description."""
    chooser = _Chooser(draw(st.integers(0, 2**32 - 1)), kinds, noise=noise, delays=delays)
    chooser.inputs()
    for _ in range(draw(st.integers(1, 5))):
        chooser.population()
    if recurrent:
        chooser.recurrence()
    for name in chooser.twin.names:
        chooser.twin.circuit.output(chooser.twin.circuit[name], name)
    return chooser.twin
