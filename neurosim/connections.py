"""How a source's weights to a target are laid out: one to one, dense, sparse, or a convolution."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import CircuitError
from .exactness import LARGEST

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from .plasticity import Rule
    from .sources import Source

BORDERS = ("zero", "reflect", "wrap", "valid")


@dataclass(frozen=True, eq=False)
class Learning:
    """How the weights of a plastic connection change; each connection of a circuit has its own.

    Attributes
    ----------
    rule : a learning rule, see `plasticity`
    sign : −1 on `subtract`, as the weights are laid out with their channel's sign
    signed : whether a weight may be negative, as on `drive`
    towards : the factor by which a teacher's rule takes its rate, −1 where more weight makes the
        target less active
    """

    rule: Rule
    sign: int = 1
    signed: bool = False
    towards: int = 1


@dataclass(frozen=True, eq=False)
class Connection(ABC):
    """One source's weighted path to a target; the subclasses say how the weights are laid out."""

    source: Source

    @property
    def learning(self) -> Learning | None:
        """How its weights change, where they do: only those of `Sparse` can."""
        return None

    @property
    def taught_by(self) -> tuple[np.ndarray, ...]:
        """The places of its learning rule's teacher, if there is one."""
        teacher = self.learning.rule.teacher if self.learning else None
        return () if teacher is None else (teacher.index,)

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

    def __str__(self) -> str:
        return f"W @ {self.source}"

    @abstractmethod
    def scaled(self, factor: Any) -> Connection:
        """Return it with every weight multiplied by a number (or one factor a target)."""

    @abstractmethod
    def with_weights(self, weights: np.ndarray) -> Connection:
        """Return it with other weights in the same layout."""

    @abstractmethod
    def entry_count(self, shape: tuple[int, ...]) -> int:
        """Return how many entries `matrix` has, without making it; some may be 0."""

    @abstractmethod
    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """Return the weights as a sparse matrix, targets of `shape` × `source.size`."""

    def entries(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the matrix's entries one by one: weights, rows and columns."""
        found = self.matrix(shape).tocoo()
        return found.data, found.row, found.col

    def synapses(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return every weight and its source, target after target, all with as many."""
        weights, _, columns = self.entries(shape)
        return weights, columns

    def absolute_sums(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return Σ|w| for each of the targets of `shape`, flat."""
        return np.asarray(abs(self.matrix(shape)).sum(axis=1)).ravel()


@dataclass(frozen=True, eq=False)
class OneToOne(Connection):
    """Each target hears one source neuron: w·x, broadcast as NumPy does."""

    weight: np.ndarray | np.float64

    def __str__(self) -> str:
        if np.ndim(self.weight):
            return f"w * {self.source}"
        return str(self.source) if self.weight == 1 else f"{self.weight:g} * {self.source}"

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
        """As `Connection.scaled`, broadcast as NumPy does."""
        try:
            np.broadcast_shapes(np.shape(factor), self.shape)
        except ValueError:
            raise CircuitError(
                f"{self.source.circuit}: weights of shape {np.shape(factor)} do not fit {self}, "
                f"of shape {self.shape}: give one number, or one for each of its neurons"
            ) from None
        return replace(self, weight=_product(factor, self.weight, self.source))

    def with_weights(self, weights: np.ndarray) -> OneToOne:
        """As `Connection.with_weights`."""
        return replace(self, weight=weights)

    def entry_count(self, shape: tuple[int, ...]) -> int:
        """One a target."""
        return math.prod(shape)

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """One entry in each row."""
        from scipy import sparse

        data, rows, columns = self.entries(shape)
        pointers = np.arange(rows.size + 1)
        return sparse.csr_array((data, columns, pointers), shape=(rows.size, self.source.size))

    def entries(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Without making a matrix."""
        own = np.arange(self.source.size).reshape(self.source.shape)
        columns = np.broadcast_to(own, shape).ravel()
        return np.broadcast_to(self.weight, shape).ravel(), np.arange(columns.size), columns

    def absolute_sums(self, shape: tuple[int, ...]) -> np.ndarray:
        """The weights themselves."""
        return np.abs(np.broadcast_to(self.weight, shape)).ravel()


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
        return replace(
            self, weight=_product(_per_row(factor, self.shape), self.weight, self.source)
        )

    def with_weights(self, weights: np.ndarray) -> Dense:
        """Another matrix."""
        return replace(self, weight=weights)

    def entry_count(self, shape: tuple[int, ...]) -> int:
        """All sources at every target."""
        return math.prod(shape) * self.source.size

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """One row repeated if it is delivered to many."""
        from scipy import sparse

        rows = math.prod(self.delivers)
        return sparse.csr_array(np.broadcast_to(self.weight, (rows, self.source.size)))

    def entries(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As `Connection.entries`, without making a sparse matrix."""
        whole = np.broadcast_to(self.weight, (math.prod(self.delivers), self.source.size))
        rows, columns = np.nonzero(whole)
        return whole[rows, columns], rows, columns

    def synapses(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Those of weight 0, too."""
        columns = np.tile(np.arange(self.source.size), math.prod(self.delivers))
        whole = np.broadcast_to(self.weight, (math.prod(self.delivers), self.source.size))
        return whole.ravel(), columns

    def absolute_sums(self, shape: tuple[int, ...]) -> np.ndarray:
        """Summed without making a sparse matrix."""
        return np.broadcast_to(np.abs(self.weight).sum(axis=1), math.prod(self.delivers))


@dataclass(frozen=True, eq=False)
class Sparse(Connection):
    """As `Dense`, with most weights absent: a SciPy CSR array (targets, sources)."""

    weight: csr_array
    delivers: tuple[int, ...]
    learning: Learning | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """What it was declared to deliver."""
        return self.delivers

    @property
    def weights(self) -> np.ndarray:
        """The entries that are present, in CSR order."""
        return self.weight.data

    def fitted(self, shape: tuple[int, ...]) -> Connection | None:
        """One row is delivered to every target."""
        from scipy import sparse

        count = math.prod(shape)
        if self.weight.shape[0] != 1 or count == math.prod(self.delivers):
            return super().fitted(shape)
        repeated = np.tile(self.weight.data, count), np.tile(self.weight.indices, count)
        pointers = np.arange(count + 1) * self.weight.nnz
        rows = sparse.csr_array((*repeated, pointers), shape=(count, self.source.size))
        return replace(self, weight=rows, delivers=shape)

    def scaled(self, factor: Any) -> Sparse:
        """By a number, or each row by its own."""
        counts = np.diff(self.weight.indptr)
        rows = _per_row(factor, self.shape)
        by_entry = rows if np.ndim(rows) == 0 else np.repeat(np.ravel(rows), counts)
        return self.with_weights(_product(by_entry, self.weight.data, self.source))

    def with_weights(self, weights: np.ndarray) -> Sparse:
        """Other values of the entries that are present."""
        from scipy import sparse

        parts = (weights, self.weight.indices, self.weight.indptr)
        return replace(self, weight=sparse.csr_array(parts, shape=self.weight.shape))

    def entry_count(self, shape: tuple[int, ...]) -> int:
        """Those that are there; one row may be heard by many."""
        return self.weights.size * (math.prod(shape) if self.weight.shape[0] == 1 else 1)

    def matrix(self, shape: tuple[int, ...]) -> csr_array:
        """As it is."""
        return self.weight


def learning_anew(learning: Learning, here: Callable[[Source], Source]) -> Learning:
    """Return how another circuit's copy of a connection learns, its teacher the one `here`."""
    rule = learning.rule
    if rule.teacher is not None:
        rule = replace(rule, taught_by=here(rule.teacher))  # type: ignore[call-arg]
    return replace(learning, rule=rule)


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
        return replace(self, weight=_product(factor, self.weight, self.source))

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

    def entry_count(self, shape: tuple[int, ...]) -> int:
        """The whole kernel at every target, also where it reaches over the border."""
        return math.prod(shape) * self.weight[:, :, :, 0].size

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


def _product(factor: Any, weights: Any, source: Source) -> Any:
    """Multiply, with 0·∞ = 0: an absent connection stays absent."""
    try:
        with np.errstate(invalid="ignore", over="raise"):  # or it would become a veto
            product = factor * weights
    except FloatingPointError:
        raise CircuitError(
            f"{source.circuit}: the weight from {source} must be at most {LARGEST:g}, the product "
            "of its factors is more than a number holds"
        ) from None
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
