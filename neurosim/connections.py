"""How a source drives a target: arithmetic on sources makes connections.

`2 * x + W @ retina + convolve(image, kernel)` is a `Drive`: a sum of connections that some
neurons' channel then receives.  A `Source` is the activity of some neurons or inputs of one
circuit, held as an array of their indices, so that slicing, stacking and composing circuits are
array indexing.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import CircuitError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from .circuit import Circuit

BORDERS = ("zero", "reflect", "wrap", "valid")


class Arithmetic(ABC):
    """What sources and drives share: +, −, scaling and matrix products make a `Drive`."""

    __array_ufunc__ = None  # NumPy then leaves `W @ x` and `w * x` to us

    @abstractmethod
    def drive(self) -> Drive:
        """Return it as a drive."""

    def __add__(self, other: Any) -> Drive:
        return self.drive().plus(other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Drive:
        return self.drive().plus(-1 * _as_drive(other))

    def __rsub__(self, other: Any) -> Drive:
        return (-1 * self.drive()).plus(other)

    def __neg__(self) -> Drive:
        return -1 * self.drive()

    def __mul__(self, weight: Any) -> Drive:
        return self.drive().scaled(weight)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Drive:
        if isinstance(divisor, Arithmetic):
            raise CircuitError(
                "a source cannot be divided by a source here: put the divisor on the neuron's "
                "divide= channel"
            )
        divisor = _finite(divisor, f"the divisor of {self}")
        if (divisor == 0).any():
            raise CircuitError(f"the divisor of {self} must not be 0")
        return self.drive().scaled(1 / divisor)

    def __bool__(self) -> bool:
        raise CircuitError(
            "a source has no truth value before the circuit runs: build the decision from "
            "neurons, or call the circuit with numbers"
        )


class Source(Arithmetic):
    """The activity of some neurons or inputs of one circuit.

    Made by `Circuit.inputs`, `binary`, `rate`, `circuit[name]`, by slicing and by `stack`.

    Attributes
    ----------
    circuit : the circuit whose neurons they are
    index : int array of the source's shape; each entry is a neuron's place in the circuit
    """

    def __init__(self, circuit: Circuit, index: np.ndarray):
        self.circuit = circuit
        self.index = index

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the activity."""
        return self.index.shape

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.index.size

    def drive(self) -> Drive:
        """Return the source as a drive of weight 1."""
        return Drive((OneToOne(self, np.float64(1.0)),))

    def __getitem__(self, key: Any) -> Source:
        try:
            return Source(self.circuit, np.asarray(self.index[key]))
        except IndexError:
            raise CircuitError(f"{self}: index {key!r} is outside its shape {self.shape}") from None

    def __iter__(self) -> Iterator[Source]:
        if not self.index.ndim:
            raise CircuitError(f"{self} is one neuron: it cannot be iterated over")
        return (Source(self.circuit, np.asarray(part)) for part in self.index)

    def __matmul__(self, matrix: Any) -> Drive:
        return matrix_product(_transposed(matrix), self)

    def __rmatmul__(self, matrix: Any) -> Drive:
        return matrix_product(matrix, self)

    def sum(self) -> Drive:
        """Return every neuron's activity added up: a drive of shape ()."""
        return matrix_product(np.ones(self.size), self)

    def reshape(self, *shape: Any) -> Source:
        """Return the same neurons in another shape."""
        return Source(self.circuit, self.index.reshape(*shape))

    def ravel(self) -> Source:
        """Return the same neurons in one row."""
        return self.reshape(-1)

    def delay(self, seconds: float) -> Source:
        """Return the activity `seconds` ago; static calls ignore delays."""
        return self.circuit.delayed(self, seconds)

    def __str__(self) -> str:
        return self.circuit.name_of(self.index)

    def __repr__(self) -> str:
        return f"<source {self} of circuit {self.circuit.name!r}, shape {self.shape}>"


def stack(sources: Iterable[Any]) -> Source:
    """Return sources of one shape stacked along a new first axis, as `numpy.stack`."""
    sources = list(sources)
    for source in sources:
        if not isinstance(source, Source):
            raise CircuitError(f"stack takes sources, got {source!r}")
        if source.circuit is not sources[0].circuit:
            raise CircuitError(
                f"stack takes sources of one circuit: {source} is of {source.circuit}, "
                f"{sources[0]} of {sources[0].circuit}"
            )
        if source.shape != sources[0].shape:
            raise CircuitError(
                f"stack takes sources of one shape: {source} has {source.shape}, "
                f"{sources[0]} has {sources[0].shape}"
            )
    if not sources:
        raise CircuitError("stack takes at least one source")
    return Source(sources[0].circuit, np.stack([s.index for s in sources]))


@dataclass(frozen=True, eq=False)
class Connection(ABC):
    """One source's weighted path to a target; the subclasses say how the weights are laid out."""

    source: Source

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Shape of what it delivers."""

    @property
    @abstractmethod
    def weights(self) -> np.ndarray:
        """Its weights, in its own layout."""

    def fitted(self, shape: tuple[int, ...]) -> Connection | None:
        """Return it delivering to targets of `shape`, or None where it cannot."""
        return self if math.prod(self.shape) == math.prod(shape) else None

    @abstractmethod
    def scaled(self, factor: Any) -> Connection:
        """Return it with every weight multiplied by a number (or one factor a target)."""

    @abstractmethod
    def with_weights(self, weights: np.ndarray) -> Connection:
        """Return it with other weights in the same layout."""

    @abstractmethod
    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """Return the weights as a sparse matrix, targets of `shape` × `source.size`."""

    def absolute_sums(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return Σ|w| for each of the targets of `shape`, flat."""
        return np.asarray(abs(self.matrix(shape)).sum(axis=1)).ravel()


@dataclass(frozen=True, eq=False)
class OneToOne(Connection):
    """Each target hears one source neuron: w·x, broadcast as NumPy does."""

    weight: np.ndarray | np.float64

    @property
    def shape(self) -> tuple[int, ...]:
        """What the weights and the source broadcast to."""
        return np.broadcast_shapes(np.shape(self.weight), self.source.shape)

    @property
    def weights(self) -> np.ndarray:
        """One, or one a target."""
        return np.asarray(self.weight)

    def fitted(self, shape: tuple[int, ...]) -> Connection | None:
        """Broadcast to `shape`, as NumPy does."""
        try:
            return self if np.broadcast_shapes(self.shape, shape) == shape else None
        except ValueError:
            return None

    def scaled(self, factor: Any) -> OneToOne:
        """As `Connection.scaled`."""
        return replace(self, weight=_product(factor, self.weight))

    def with_weights(self, weights: np.ndarray) -> OneToOne:
        """As `Connection.with_weights`."""
        return replace(self, weight=weights)

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """One entry in each row."""
        from scipy import sparse

        columns = np.broadcast_to(
            np.arange(self.source.size).reshape(self.source.shape), shape
        ).ravel()
        data = np.broadcast_to(self.weight, shape).ravel()
        rows = np.arange(columns.size + 1)
        return sparse.csr_array((data, columns, rows), shape=(columns.size, self.source.size))


@dataclass(frozen=True, eq=False)
class Dense(Connection):
    """Every target hears every source neuron: W·x, W of shape (targets, sources).

    One row alone is heard by every target that it delivers to.
    """

    weight: np.ndarray
    delivers: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """What it was declared to deliver."""
        return self.delivers

    @property
    def weights(self) -> np.ndarray:
        """The matrix."""
        return self.weight

    def fitted(self, shape: tuple[int, ...]) -> Connection | None:
        """One row is delivered to every target."""
        if len(self.weight) == 1:
            return replace(self, delivers=shape)
        return super().fitted(shape)

    def scaled(self, factor: Any) -> Dense:
        """By a number, or each row by its own."""
        return replace(self, weight=_product(_per_row(factor, self.shape), self.weight))

    def with_weights(self, weights: np.ndarray) -> Dense:
        """Another matrix."""
        return replace(self, weight=weights)

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """One row repeated if it is delivered to many."""
        from scipy import sparse

        rows = math.prod(self.delivers)
        return sparse.csr_array(np.broadcast_to(self.weight, (rows, self.source.size)))

    def absolute_sums(self, shape: tuple[int, ...]) -> np.ndarray:
        """Summed without making a sparse matrix."""
        return np.broadcast_to(np.abs(self.weight).sum(axis=1), math.prod(self.delivers))


@dataclass(frozen=True, eq=False)
class Sparse(Connection):
    """As `Dense`, with most weights absent: a SciPy CSR array (targets, sources)."""

    weight: csr_array
    delivers: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """What it was declared to deliver."""
        return self.delivers

    @property
    def weights(self) -> np.ndarray:
        """The entries that are present, in CSR order."""
        return self.weight.data

    def scaled(self, factor: Any) -> Sparse:
        """By a number, or each row by its own."""
        counts = np.diff(self.weight.indptr)
        rows = _per_row(factor, self.shape)
        by_entry = rows if np.ndim(rows) == 0 else np.repeat(np.ravel(rows), counts)
        return self.with_weights(_product(by_entry, self.weight.data))

    def with_weights(self, weights: np.ndarray) -> Sparse:
        """Other values of the entries that are present."""
        from scipy import sparse

        parts = (weights, self.weight.indices, self.weight.indptr)
        return replace(self, weight=sparse.csr_array(parts, shape=self.weight.shape))

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """As it is."""
        return self.weight


@dataclass(frozen=True, eq=False)
class Convolution(Connection):
    """A kernel over a sheet: cross-correlation, the kernel as drawn.

    `weight` is (rows, columns, channels in, channels out); the sheet has shape (rows, columns) or
    (rows, columns, channels).
    """

    weight: np.ndarray
    border: str
    stride: int

    @property
    def sheet(self) -> tuple[int, int, int]:
        """Rows, columns and channels of the source."""
        rows, columns, *channels = self.source.shape
        return rows, columns, channels[0] if channels else 1

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """Rows and columns that come out, and the padding before the first row and column."""
        answer = []
        for n, k in zip(self.sheet[:2], self.weight.shape[:2], strict=True):
            if self.border == "valid":
                answer.append(((n - k) // self.stride + 1, 0))
            else:  # as Keras's "same": the extra element of padding comes last
                out = -(-n // self.stride)
                answer.append((out, max((out - 1) * self.stride + k - n, 0) // 2))
        (rows, top), (columns, left) = answer
        return rows, columns, top, left

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns), or (rows, columns, channels)."""
        rows, columns, _, _ = self.extent
        channels = self.weight.shape[3]
        if len(self.source.shape) == 2 and channels == 1:
            return rows, columns
        return rows, columns, channels

    @property
    def weights(self) -> np.ndarray:
        """The kernel."""
        return self.weight

    def scaled(self, factor: Any) -> Convolution:
        """By one number only."""
        if np.ndim(factor):
            raise CircuitError(
                "a convolution can be scaled by one number only: its neurons share their weights"
            )
        return replace(self, weight=_product(factor, self.weight))

    def fitted(self, shape: tuple[int, ...]) -> Connection | None:
        """To a sheet of exactly its shape."""
        return self if self.shape == shape else None

    def with_weights(self, weights: np.ndarray) -> Convolution:
        """Another kernel."""
        return replace(self, weight=weights)

    def absolute_sums(self, shape: tuple[int, ...]) -> np.ndarray:
        """The sum of the whole kernel, which no border can exceed."""
        each = np.abs(self.weight).sum(axis=(0, 1, 2))  # what no border can exceed
        return np.tile(each, self.extent[0] * self.extent[1])

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """The kernel written out around the place of each target."""
        from scipy import sparse

        rows, columns, channels = self.sheet
        out_rows, out_columns, top, left = self.extent
        reach = []
        for n, out, k, before in (
            (rows, out_rows, self.weight.shape[0], top),
            (columns, out_columns, self.weight.shape[1], left),
        ):
            at = np.arange(out)[:, None] * self.stride - before + np.arange(k)
            reach.append((_folded(at, n, self.border), (at >= 0) & (at < n)))
        (y, y_inside), (x, x_inside) = reach
        kernel_rows, kernel_columns, _, out_channels = self.weight.shape
        # axes: out row, out column, out channel, kernel row, kernel column, in channel
        full = (out_rows, out_columns, out_channels, kernel_rows, kernel_columns, channels)
        at = (
            y[:, None, None, :, None, None] * columns + x[None, :, None, None, :, None]
        ) * channels
        at = np.broadcast_to(at + np.arange(channels), full)
        data = np.broadcast_to(self.weight.transpose(3, 0, 1, 2), full)
        target = np.broadcast_to(
            np.arange(out_rows * out_columns * out_channels).reshape(*full[:3], 1, 1, 1), full
        )
        keep = np.ones(full, dtype=bool)
        if self.border == "zero":
            keep = np.broadcast_to(
                y_inside[:, None, None, :, None, None] & x_inside[None, :, None, None, :, None],
                full,
            )
        size = (out_rows * out_columns * out_channels, self.source.size)
        return sparse.csr_array(
            sparse.coo_array((data[keep], (target[keep], at[keep])), shape=size)
        )


@dataclass(frozen=True, eq=False)
class Drive(Arithmetic):
    """A sum of connections, ready for a neuron's channel."""

    connections: tuple[Connection, ...] = ()

    def drive(self) -> Drive:
        """Return itself."""
        return self

    def __str__(self) -> str:
        names = [str(c.source) for c in self.connections[:4]]
        return " + ".join(names + ["…"] * (len(self.connections) > 4)) or "nothing"

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape the connections broadcast to."""
        return broadcast_shape(self.connections)

    def plus(self, other: Any) -> Drive:
        """Return the sum of two drives; 0 may be added, so that Python's `sum` works."""
        if isinstance(other, int | float) and other == 0:
            return self
        other = _as_drive(other)
        total = Drive((*self.connections, *other.connections))
        try:  # kept, so that a sum of n sources is not gone through n times
            total.__dict__["shape"] = np.broadcast_shapes(self.shape, other.shape)
        except ValueError:
            raise CircuitError(
                f"{self} delivers shape {self.shape}, {other} delivers {other.shape}: drives "
                "that are added must have the same shape"
            ) from None
        return total

    def scaled(self, factor: Any) -> Drive:
        """Return every weight multiplied by `factor` (a number or one factor a target)."""
        if isinstance(factor, Arithmetic):
            raise CircuitError(
                "a source cannot be multiplied by a source: a neuron adds its inputs; a product "
                "is a circuit (AND), or division on the divide= channel"
            )
        factor = _finite(factor, f"the weight from {self.connections[0].source}")
        if factor.ndim == 0:
            factor = np.float64(factor)
        return Drive(tuple(c.scaled(factor) for c in self.connections))


def convolve(image: Source, kernel: Any, *, border: str = "zero", stride: int = 1) -> Drive:
    """Return a sheet's drive through one kernel at every place (cross-correlation).

    Parameters
    ----------
    image
        A source of shape (rows, columns), (rows, columns, channels), or (columns,).
    kernel
        As drawn, not flipped: (rows, columns), (rows, columns, channels in, channels out) as
        Keras writes it, or (columns,) over a row of neurons.
    border
        Beyond the sheet: "zero"; "reflect", mirrored with the edge repeated (as scipy.ndimage);
        "wrap"; or "valid", only places where the kernel fits.  All but "valid" keep the sheet's
        size, divided by the stride and rounded up; an even kernel's extra element of reach is at
        the bottom and right, as in Keras.
    stride
        Every how many places a target neuron sits.

    Raises
    ------
    CircuitError
        Shapes that do not fit, an unknown border, a stride below 1.
    """
    if not isinstance(image, Source):
        raise CircuitError(f"convolve: the image must be a source, got {type(image).__name__}")
    weights = _finite(kernel, f"convolve({image}, …): the kernel")
    flat = weights.ndim == 1
    if flat:
        if len(image.shape) != 1:
            raise CircuitError(
                f"convolve: a kernel of shape {weights.shape} goes over a row of neurons, but "
                f"{image} has shape {image.shape}"
            )
        image, weights = image.reshape(1, -1), weights[None, :]
    if weights.ndim == 2:
        weights = weights[:, :, None, None]
    channels = image.shape[2] if len(image.shape) == 3 else 1
    if len(image.shape) not in (2, 3) or weights.ndim != 4 or weights.shape[2] != channels:
        raise CircuitError(
            f"convolve: {image} has shape {image.shape}, the kernel {np.shape(kernel)}; "
            "give (rows, columns) with a kernel (rows, columns), or (rows, columns, channels) "
            "with a kernel (rows, columns, channels in, channels out)"
        )
    if 0 in weights.shape:
        raise CircuitError(f"convolve: the kernel is empty (shape {np.shape(kernel)})")
    if border not in BORDERS:
        raise CircuitError(f"convolve: border must be one of {', '.join(BORDERS)} (got {border!r})")
    if not (isinstance(stride, int | np.integer) and stride >= 1):
        raise CircuitError(f"convolve: stride must be a whole number from 1 (got {stride!r})")
    made = Convolution(image, weights, border, int(stride))
    if border == "valid" and min(made.extent[:2]) < 1:
        raise CircuitError(
            f"convolve: the kernel {weights.shape[:2]} does not fit into {image} {image.shape[:2]}"
        )
    if flat:
        from scipy import sparse

        matrix = made.matrix(made.shape)
        return Drive((Sparse(image.ravel(), sparse.csr_array(matrix), (matrix.shape[0],)),))
    return Drive((made,))


def matrix_product(matrix: Any, source: Source) -> Drive:
    """Return W @ source: W is (targets, sources), dense or scipy.sparse, or (sources,).

    A source of several dimensions is taken in C order.

    Raises
    ------
    CircuitError
        A width that is not the source's size; a weight that is NaN.
    """
    from scipy import sparse

    if isinstance(matrix, Arithmetic):
        raise CircuitError("a source cannot be multiplied by a source: a neuron adds its inputs")
    is_sparse = sparse.issparse(matrix)
    if is_sparse:
        if matrix.dtype.kind not in "biuf":
            raise CircuitError(f"the sparse weights from {source} must be real numbers")
        # Kept in float32 where they are given so: a large network's weights are most of its memory.
        kept = np.float32 if matrix.dtype == np.float32 else np.float64
        weights: Any = sparse.csr_array(matrix, dtype=kept, copy=True)
        weights.sum_duplicates()
        if np.isnan(weights.data).any():
            raise CircuitError(f"the sparse weights from {source} must not be NaN")
    else:
        weights = _finite(matrix, f"the weights from {source}")
    if weights.ndim not in (1, 2) or weights.shape[-1] != source.size:
        raise CircuitError(
            f"weights of shape {weights.shape} @ {source} of shape {source.shape}: the last axis "
            f"must have {source.size} entries, one for each source neuron"
        )
    delivers = weights.shape[:-1]
    if is_sparse:
        return Drive((Sparse(source.ravel(), weights, delivers),))
    rows = math.prod(delivers)
    return Drive((Dense(source.ravel(), weights.reshape(rows, source.size), delivers),))


def broadcast_shape(connections: Iterable[Connection]) -> tuple[int, ...]:
    """Return the shape that connections add up to; the error names the two that do not fit."""
    shape: tuple[int, ...] = ()
    first = None
    for connection in connections:
        try:
            shape = np.broadcast_shapes(shape, connection.shape)
        except ValueError:
            raise CircuitError(
                f"{first} delivers shape {shape}, {connection.source} delivers "
                f"{connection.shape}: drives that are added must have the same shape"
            ) from None
        if first is None or shape == connection.shape:
            first = connection.source
    return shape


def _folded(at: np.ndarray, n: int, border: str) -> np.ndarray:
    """Return positions folded into [0, n): mirrored with the edge repeated, or wrapped.

    As `scipy.ndimage` folds for "reflect" (d c b a | a b c d | d c b a) and "wrap"; for "zero"
    and "valid" a position outside answers 0, to be left out by the caller.
    """
    if border == "wrap":
        return at % n
    if border == "reflect":
        folded = at % (2 * n)
        return np.where(folded < n, folded, 2 * n - 1 - folded)
    return np.where((at >= 0) & (at < n), at, 0)


def _as_drive(other: Any) -> Drive:
    if isinstance(other, Arithmetic):
        return other.drive()
    raise CircuitError(
        f"{other!r} cannot be added to a source: a constant drive is the neuron's bias="
    )


def _finite(weights: Any, what: str) -> np.ndarray:
    """Return a private float array; NaN is refused here, ∞ by each channel."""
    try:
        values = np.asarray(weights)
        if values.dtype.kind not in "biuf":
            raise TypeError
        values = np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise CircuitError(f"{what} must be numbers (got {type(weights).__name__})") from None
    if np.isnan(values).any():
        raise CircuitError(f"{what} must not be NaN")
    return values


def _product(factor: Any, weights: Any) -> Any:
    """Multiply, with 0·∞ = 0: an absent connection stays absent."""
    with np.errstate(invalid="ignore"):
        product = factor * weights
    return np.where(np.isnan(product), 0.0, product) if np.isnan(product).any() else product


def _per_row(factor: Any, shape: tuple[int, ...]) -> Any:
    if np.ndim(factor) == 0:
        return factor
    try:
        return np.broadcast_to(factor, shape).reshape(-1, 1)
    except ValueError:
        if np.size(factor) == math.prod(shape):  # one a target, in the target's own shape
            return np.reshape(factor, (-1, 1))
        raise CircuitError(
            f"a factor of shape {np.shape(factor)} does not fit a drive of shape {shape}"
        ) from None


def _transposed(matrix: Any) -> Any:
    if isinstance(matrix, Arithmetic):
        raise CircuitError("a source cannot be multiplied by a source: a neuron adds its inputs")
    return matrix.T if hasattr(matrix, "T") else np.asarray(matrix, dtype=float).T
