"""How a source drives a target: arithmetic on sources makes connections.

`2 * x + W @ retina + convolve(image, kernel)` is a `Drive`: a sum of connections that some
neurons' channel then receives.  A `Source` is the activity of some neurons or inputs of one
circuit, held as an array of their indices, so that slicing, stacking and composing circuits are
array indexing.
"""

from __future__ import annotations

import math
import reprlib
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .connections import BORDERS, Connection, Convolution, Dense, OneToOne, Sparse
from .errors import CircuitError, spelled

if TYPE_CHECKING:
    from .building import Builder


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
        divisor = _finite(divisor, f"{_where(self)}the divisor of {self}")
        if (divisor == 0).any():
            raise CircuitError(f"{_where(self)}the divisor of {self} must not be 0")
        with np.errstate(over="ignore"):  # told apart from a veto, which only ∞ on divide= is
            factor = 1 / divisor
        if np.isinf(factor).any():
            raise CircuitError(
                f"{_where(self)}the divisor of {self} must not be so near 0 "
                f"(got {np.abs(divisor).min():g})"
            )
        return self.drive().scaled(factor)

    def __bool__(self) -> bool:
        raise CircuitError(
            "a source has no truth value before the circuit runs: build the decision from "
            "neurons, or call the circuit with numbers"
        )

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        raise self._compared("==", other)

    def __ne__(self, other: object) -> bool:
        raise self._compared("!=", other)

    def __lt__(self, other: Any) -> bool:
        raise self._compared("<", other)

    def __le__(self, other: Any) -> bool:
        raise self._compared("<=", other)

    def __gt__(self, other: Any) -> bool:
        raise self._compared(">", other)

    def __ge__(self, other: Any) -> bool:
        raise self._compared(">=", other)

    def _compared(self, sign: str, other: object) -> CircuitError:
        return CircuitError(
            f"{self} {sign} {_written(other)}: a source has no value before the circuit runs; a "
            "comparison is a binary neuron with a threshold, one of sources themselves is 'is'"
        )

    def __and__(self, other: Any) -> Drive:
        raise self._no_operator("&", other, "AND is a binary neuron: excite=x + y, threshold=2")

    def __or__(self, other: Any) -> Drive:
        raise self._no_operator("|", other, "OR is a binary neuron: excite=x + y, threshold=1")

    def __xor__(self, other: Any) -> Drive:
        raise self._no_operator("^", other, "XOR is a circuit of neurons: circuits.logic.xor()")

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Drive:
        raise CircuitError(f"~{self}: NOT is a binary neuron: subtract=x, threshold=0")

    def __pow__(self, other: Any) -> Drive:
        advice = "a power is the transfer of a rate neuron: excite=x, transfer=power(2)"
        raise self._no_operator("**", other, advice)

    def _no_operator(self, sign: str, other: object, advice: str) -> CircuitError:
        return CircuitError(f"{self} {sign} {_written(other)}: only sums are drive; {advice}")


class Source(Arithmetic):
    """The activity of some neurons or inputs of one circuit.

    Made by `Circuit.inputs`, `binary`, `rate`, `circuit[name]`, by slicing and by `stack`.

    Attributes
    ----------
    circuit : the circuit whose neurons they are
    index : int array of the source's shape; each entry is a neuron's place in the circuit
    """

    def __init__(self, circuit: Builder, index: np.ndarray):
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
            words = str(self).replace(",", " ").split()
            several = ", ".join(map(repr, words))
            advice = f"; several inputs are inputs({several})" if len(words) > 1 else ""
            raise CircuitError(f"{self} is one neuron: it cannot be iterated over{advice}")
        return (Source(self.circuit, np.asarray(part)) for part in self.index)

    def __matmul__(self, matrix: Any) -> Drive:
        turned = _transposed(matrix)
        if np.ndim(turned) in (1, 2) and turned.shape[-1] != self.size:
            raise CircuitError(
                f"{self} of shape {self.shape} @ weights of shape {np.shape(matrix)}: the first "
                f"axis must have {self.size} entries, one for each source neuron"
            )
        return matrix_product(turned, self)

    def __rmatmul__(self, matrix: Any) -> Drive:
        return matrix_product(matrix, self)

    def sum(self) -> Drive:
        """Return every neuron's activity added up: a drive of shape ()."""
        return matrix_product(np.ones(self.size), self)

    def reshape(self, *shape: Any) -> Source:
        """Return the same neurons in another shape, which has as many places.

        Raises
        ------
        CircuitError
            A shape of more or fewer places.
        """
        try:
            return Source(self.circuit, self.index.reshape(*shape))
        except (TypeError, ValueError):
            asked = shape[0] if len(shape) == 1 else shape
            raise CircuitError(
                f"{self} has shape {self.shape}: reshape() cannot make {asked!r} of it"
            ) from None

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
class Drive(Arithmetic):
    """A sum of connections, ready for a neuron's channel."""

    connections: tuple[Connection, ...] = ()

    def drive(self) -> Drive:
        """Return itself."""
        return self

    def __str__(self) -> str:
        names = [str(c) for c in self.connections[:4]]
        return " + ".join(names + ["…"] * (len(self.connections) > 4)) or "nothing"

    def __repr__(self) -> str:
        return f"<drive {self}, shape {self.shape}>"

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape the connections broadcast to."""
        return broadcast_shape(self.connections)

    def plus(self, other: Any) -> Drive:
        """Return the sum of two drives; 0 may be added, so that Python's `sum` works."""
        if is_nothing(other):
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
        factor = _finite(factor, f"{_where(self)}the weight from {self.connections[0].source}")
        if factor.ndim == 2 and factor.shape[1:] == self.shape != (1,):  # NumPy would broadcast
            raise CircuitError(
                f"{self} delivers shape {self.shape}, and * takes one factor a target (got shape "
                f"{factor.shape}); a matrix of weights is W @ source, a table of factors takes "
                "source.reshape(1, -1)"
            )
        if factor.ndim == 0:
            factor = np.float64(factor)
        return Drive(tuple(c.scaled(factor) for c in self.connections))


@spelled
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
    weights = _finite(kernel, f"{image.circuit}, convolve({image}, …): the kernel")
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
    whole = isinstance(stride, int | np.integer) and not isinstance(stride, bool)
    if not (whole and stride >= 1):
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
    if isinstance(matrix, Arithmetic):
        raise CircuitError("a source cannot be multiplied by a source: a neuron adds its inputs")
    is_sparse = _is_sparse(matrix)
    where = f"{source.circuit}: the {'sparse ' * is_sparse}weights from {source}"
    if is_sparse:
        from scipy import sparse

        if matrix.dtype.kind not in "biuf":
            raise CircuitError(f"{where} must be real numbers (got {matrix.dtype})")
        # Kept in float32 where they are given so: a large network's weights are most of its memory.
        kept = np.float32 if matrix.dtype == np.float32 else np.float64
        weights: Any = sparse.csr_array(matrix, dtype=kept, copy=True)
        weights.sum_duplicates()
        if np.isnan(weights.data).any():
            raise CircuitError(f"{where} must not be NaN")
    else:
        weights = _finite(matrix, where)
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


def _is_sparse(matrix: Any) -> bool:
    """Return whether a matrix is SciPy's; where none can be, SciPy's import (0.2 s) is saved."""
    if "scipy.sparse" not in sys.modules:
        return False
    from scipy import sparse

    return bool(sparse.issparse(matrix))


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


def is_nothing(given: Any) -> bool:
    """Return whether it is 0, which Python's `sum` of no sources is; False is no number here."""
    number = isinstance(given, int | float | np.number) and not isinstance(given, bool)
    return number and bool(given == 0)


def pick_one(outputs: Any) -> str:
    """Return the advice for a circuit's several outputs given where one source is needed."""
    names = getattr(outputs, "_fields", ())
    return f"it has {len(names)} outputs, take one: {', '.join(f'.{n}' for n in names)}"


def _written(other: object) -> str:
    return str(other) if isinstance(other, Arithmetic) else reprlib.repr(other)


def _as_drive(other: Any) -> Drive:
    if isinstance(other, Arithmetic):
        return other.drive()
    if hasattr(other, "_fields"):
        raise CircuitError(f"a circuit's answer cannot be added to a source: {pick_one(other)}")
    raise CircuitError(
        f"{other!r} cannot be added to a source: a constant drive is the neuron's bias="
    )


def _where(arithmetic: Arithmetic) -> str:
    """Return the beginning of an error: the circuit that something is of."""
    connections = arithmetic.drive().connections
    return f"{connections[0].source.circuit}: " if connections else ""


def _finite(weights: Any, what: str) -> np.ndarray:
    """Return a private float array; NaN is refused here, ∞ by each channel."""
    try:
        values = np.asarray(weights)
        if values.dtype.kind not in "biuf":
            raise TypeError
        values = np.array(values, dtype=float)
    except (TypeError, ValueError):
        got = type(weights).__name__
        if isinstance(weights, np.ndarray):
            got = f"an array of {weights.dtype.type.__name__}"
        raise CircuitError(f"{what} must be numbers (got {got})") from None
    if np.isnan(values).any():
        raise CircuitError(f"{what} must not be NaN")
    return values


def _transposed(matrix: Any) -> Any:
    if isinstance(matrix, Arithmetic):
        raise CircuitError("a source cannot be multiplied by a source: a neuron adds its inputs")
    return matrix.T if hasattr(matrix, "T") else np.asarray(matrix, dtype=float).T
