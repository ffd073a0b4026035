"""Tensors: arrays that remember how they were computed, so that gradients can be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..errors import InputError
from .engines import engine, is_on_card, to_host
from .record import Leaf, Node, walk_back

REAL = np.dtype(np.float32)


class Tensor:
    """An array of numbers with reverse-mode gradients.

    Operators broadcast as NumPy's; `neurosim.networks.operations` has the rest.  Beside a tensor,
    numbers and arrays take its dtype; arithmetic makes real numbers of integers.  A tensor is never
    changed in place.  What is not finite stays so and nothing warns, as in IEEE arithmetic.

    Parameters
    ----------
    values
        Numbers, of any shape; they are copied.
    requires_grad
        Whether gradients with respect to it are wanted: `backward` then adds them to `grad`.
    dtype
        float32, float64 or a kind of integers; left out, real numbers become float32, and
        integers (indices, labels) and bools stay as they are.

    Raises
    ------
    InputError
        Values that are no real numbers, or another dtype; gradients wanted of integers.

    Examples
    --------
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([2., 4.], dtype=float32)
    """

    __slots__ = ("_array", "_node")
    __array_ufunc__ = None  # so that array * tensor is the tensor's to answer

    def __init__(
        self, values: Any, requires_grad: bool = False, dtype: DTypeLike | None = None
    ) -> None:
        array = real_numbers(values, "Tensor")
        kind = _dtype(dtype, array.dtype)
        if kind.kind != "f" and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise InputError(f"Tensor: NaN and infinity are no {kind}; take float32")
        with np.errstate(over="ignore", invalid="ignore"):
            self._array: np.ndarray = engine().take(array.astype(kind, copy=True))
        self._node: Node | None = None
        if requires_grad:
            if self.dtype.kind != "f":
                raise InputError(
                    f"Tensor: only real numbers have gradients (got {self.dtype}); write 1.0 for "
                    "1, or dtype='float32'"
                )
            self._node = Leaf(self.shape, self.dtype)

    @classmethod
    def of(cls, array: np.ndarray, node: Node | None) -> Tensor:
        """Return a tensor of an array as it is, at its place in the record; for operations."""
        tensor = cls.__new__(cls)
        tensor._array, tensor._node = array, node
        return tensor

    @property
    def array(self) -> np.ndarray:
        """The values themselves, which operations and optimizers work on."""
        return self._array

    @property
    def node(self) -> Node | None:
        """Its place in the record, None where no gradient is needed."""
        return self._node

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient can be found with respect to it."""
        return self._node is not None

    @property
    def grad(self) -> np.ndarray | None:
        """The gradients that `backward` found, added up; None before, and of what was computed.

        Set it to None to begin anew.
        """
        found = self._node.grad if isinstance(self._node, Leaf) else None
        return None if found is None else to_host(found)

    @grad.setter
    def grad(self, value: None) -> None:
        if value is not None:
            raise InputError("a tensor's grad is found by backward(); it can only be set to None")
        if isinstance(self._node, Leaf):
            self._node.grad = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Its length along each axis."""
        return self._array.shape

    @property
    def dtype(self) -> np.dtype:
        """The kind of its numbers."""
        return self._array.dtype

    @property
    def device(self) -> str:
        """Where its values are: "cpu" or "cuda"."""
        return "cpu" if isinstance(self._array, np.ndarray) else "cuda"

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """How many values it has."""
        return self._array.size

    def numpy(self) -> np.ndarray:
        """Return the values as a NumPy array that cannot be written to; a copy of a card's."""
        array = to_host(self._array).view()
        array.flags.writeable = False
        return array

    def item(self) -> Any:
        """Return the one value as a Python number, or raise InputError where there are several."""
        if self.size != 1:
            raise InputError(f"item() takes a tensor of one value (got shape {self.shape})")
        return self._array.item()

    def detach(self) -> Tensor:
        """Return a tensor of the same values from which no gradient flows back."""
        return Tensor.of(self._array, None)

    def backward(self, cotangent: Any = None) -> None:
        """Add to the `grad` of each tensor it was computed from its derivative by that tensor.

        The record is used up by it.  A gradient has no gradient of its own.

        Parameters
        ----------
        cotangent
            The derivative by this tensor of what is differentiated, of its shape; left out, the
            tensor is itself that, one number, and the derivative is 1.

        Raises
        ------
        InputError
            It needs no gradient, or its record was used up; several values without a cotangent, or
            a cotangent of another shape.
        """
        node, seed = _root(self, cotangent, "backward")
        held = {id(seed)}
        for leaf, found in walk_back(node, seed).items():
            assert isinstance(leaf, Leaf)
            if leaf.grad is not None:
                leaf.grad = leaf.grad + found
            elif found.base is not None or id(found) in held:
                leaf.grad = found.copy()  # or two tensors would share it
            else:
                leaf.grad = found
                held.add(id(found))

    def sum(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """As `operations.sum`."""
        from .operations import reductions

        return reductions.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """As `operations.mean`."""
        from .operations import reductions

        return reductions.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """As `operations.max`."""
        from .operations import reductions

        return reductions.max(self, axis=axis, keepdims=keepdims)

    def var(self, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """As `operations.var`."""
        from .operations import reductions

        return reductions.var(self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape: Any) -> Tensor:
        """As `operations.reshape`; the lengths may stand by themselves."""
        from .operations import shapes

        return shapes.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, axes: Sequence[int] | None = None) -> Tensor:
        """As `operations.transpose`."""
        from .operations import shapes

        return shapes.transpose(self, axes)

    @property
    def T(self) -> Tensor:  # noqa: N802 - as NumPy's
        """The tensor with its axes in reverse."""
        return self.transpose()

    def __add__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.add(self, other)

    def __radd__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.add(other, self)

    def __sub__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.subtract(self, other)

    def __rsub__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.subtract(other, self)

    def __mul__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.multiply(self, other)

    def __rmul__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.multiply(other, self)

    def __truediv__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.divide(self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.divide(other, self)

    def __pow__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.power(self, other)

    def __rpow__(self, other: Any) -> Tensor:
        from .operations import arithmetic

        return arithmetic.power(other, self)

    def __matmul__(self, other: Any) -> Tensor:
        from .operations import products

        return products.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        from .operations import products

        return products.matmul(other, self)

    def __neg__(self) -> Tensor:
        from .operations import arithmetic

        return arithmetic.negative(self)

    def __abs__(self) -> Tensor:
        from .operations import arithmetic

        return arithmetic.abs(self)

    def __getitem__(self, at: Any) -> Tensor:
        from .operations import shapes

        return shapes.index(self, at)

    def __setitem__(self, at: Any, value: Any) -> None:
        raise InputError(
            "a tensor is not changed in place: make a new one, by operations.concatenate() or by "
            "multiplying with a mask"
        )

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("a tensor of one number has no length")
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[k] for k in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.requires_grad:
            raise InputError(
                "a tensor that needs gradients would lose them as a NumPy array: use "
                "neurosim.networks.operations on it, or numpy() for its values"
            )
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        values = np.array2string(self.numpy(), separator=", ", prefix="Tensor(")
        needs = ", requires_grad=True" * self.requires_grad
        return f"Tensor({values}, dtype={self.dtype}{needs})"


def gradients(of: Tensor, by: Sequence[Tensor], cotangent: Any = None) -> list[np.ndarray]:
    """Return the derivatives of one tensor by others, whether given or computed on the way.

    Unlike `Tensor.backward` it leaves every `grad` alone; like it, it uses up the record.

    Parameters
    ----------
    of
        What is differentiated: one number, or more with a cotangent.
    by
        With respect to what.
    cotangent
        As `Tensor.backward` takes it.

    Returns
    -------
    An array of NumPy's for each, of its shape; zeros where `of` does not depend on it.

    Raises
    ------
    InputError
        As `Tensor.backward`; `by` is no list, or a tensor in it needs no gradient.

    Examples
    --------
    >>> x = Tensor(3.0, requires_grad=True)
    >>> squared = x * x
    >>> [float(g) for g in gradients(2 * squared, [x, squared])]
    [12.0, 2.0]
    """
    if isinstance(by, Tensor):
        raise InputError("gradients takes a list of tensors by which to differentiate: [x], not x")
    wanted = []
    for number, tensor in enumerate(by):
        if not isinstance(tensor, Tensor) or tensor.node is None:
            raise InputError(
                f"gradients: number {number} of those by which to differentiate needs no gradient; "
                "make it by Tensor(…, requires_grad=True)"
            )
        wanted.append(tensor.node)
    node, seed = _root(of, cotangent, "gradients")
    found = walk_back(node, seed, frozenset(wanted))
    return [
        _copy_home(found[node]) if node in found else np.zeros(node.shape, node.dtype)
        for node in wanted
    ]


def real_numbers(values: Any, name: str) -> np.ndarray:
    """Return real numbers as an array, or raise InputError; one of a card's stays there."""
    if is_on_card(values):
        return values
    if np.ma.is_masked(values):
        raise InputError(f"{name} has masked numbers; filled(…) puts others in their place")
    try:
        array = np.asarray(values)
    except InputError:
        raise
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"{name} takes numbers in rows of one length (got {_short(values)})"
        ) from None
    if array.dtype.kind not in "biuf":
        hint = ""
        if isinstance(values, np.ndarray) and array.dtype.kind in "OUS" and _are_numbers(array):
            hint = f", of dtype {array.dtype}; astype(float) makes numbers of it"
        raise InputError(f"{name} takes real numbers (got {_short(values)}{hint})")
    return array


def _are_numbers(array: np.ndarray) -> bool:
    """Return whether objects or words can be read as numbers."""
    try:
        array.astype(float)
    except (TypeError, ValueError):
        return False
    return True


def _dtype(asked: DTypeLike | None, given: np.dtype) -> np.dtype:
    """Return the dtype that is asked for, or what the given one becomes."""
    if asked is None:
        return REAL if given.kind == "f" else given
    try:
        dtype = np.dtype(asked)
    except TypeError:
        dtype = None
    if dtype is None or not (dtype in (np.float32, np.float64) or dtype.kind in "biu"):
        raise InputError(f"Tensor: dtype must be float32, float64 or integer (got {asked!r})")
    return dtype


def _root(tensor: Tensor, cotangent: Any, name: str) -> tuple[Node, np.ndarray]:
    """Return where a walk back begins, and the cotangent that it begins with."""
    if not isinstance(tensor, Tensor) or tensor.node is None:
        raise InputError(
            f"{name}: nothing that it was computed from needs a gradient; make that by Tensor(…, "
            "requires_grad=True), and compute outside of no_gradients()"
        )
    if cotangent is None:
        if tensor.size != 1:
            raise InputError(
                f"{name}: a tensor of shape {tensor.shape} has no one derivative; reduce it to one "
                "number, by sum() or mean(), or give a cotangent of its shape"
            )
        return tensor.node, np.ones_like(tensor.array)
    seed = cotangent.array if isinstance(cotangent, Tensor) else real_numbers(cotangent, name)
    if seed.shape != tensor.shape:
        raise InputError(
            f"{name}: the cotangent must have the tensor's shape {tensor.shape} (got {seed.shape})"
        )
    seed = _beside(tensor, seed)
    with np.errstate(over="ignore"):
        return tensor.node, seed.astype(tensor.dtype, copy=False)


def _beside(tensor: Tensor, array: np.ndarray) -> np.ndarray:
    """Return an array on the device of a tensor."""
    if tensor.device == "cpu":
        return to_host(array)
    return array if is_on_card(array) else engine().take(array)


def _copy_home(array: Any) -> np.ndarray:
    """Return a copy on the CPU."""
    return array.get() if is_on_card(array) else array.copy()


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:37]}…"
