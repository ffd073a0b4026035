"""Windows that slide over the rows and columns of images: how many there are, and the border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError, unknown

PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Windows:
    """Where windows stand on images of one size, first down, then across.

    Attributes
    ----------
    image : (height, width)
    size : of a window
    strides : from one to the next
    before : how far the first one begins outside the image
    count : how many there are
    """

    image: tuple[int, int]
    size: tuple[int, int]
    strides: tuple[int, int]
    before: tuple[int, int]
    count: tuple[int, int]

    @property
    def number(self) -> int:
        """How many there are on an image."""
        return self.count[0] * self.count[1]

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of them but the image, as kernels take them."""
        return (*self.size, *self.strides, *self.before, *self.count)


def windows_on(
    name: str, image: Sequence[int], size: tuple[int, int], strides: tuple[int, int], padding: str
) -> Windows:
    """Return the windows of an operation, or raise InputError.

    "valid": they lie within the image.  "same": ⌈n/stride⌉ of them; what they need beyond the image
    is shared between both sides, and an odd one is at the bottom or at the right.
    """
    if padding not in PADDINGS:
        raise InputError(f"{name}: {unknown('padding', str(padding), PADDINGS)}")
    before, count = [], []
    for n, k, s in zip(image, size, strides, strict=True):
        if padding == "same":
            windows = -(-n // s)
            before.append(max((windows - 1) * s + k - n, 0) // 2)
        else:
            windows = (n - k) // s + 1
            before.append(0)
            if n < k:
                raise InputError(
                    f"{name}: windows of {_times(size)} do not fit into images of {_times(image)}; "
                    "make them smaller, or use padding='same'"
                )
        count.append(windows)
    return Windows(
        (image[0], image[1]), size, strides, (before[0], before[1]), (count[0], count[1])
    )


def check_images(name: str, x: np.ndarray) -> None:
    """Raise InputError unless x is a batch of images."""
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise InputError(
            f"{name}: images have the shape (batch, height, width, channels), only the batch may "
            f"be empty (got {x.shape})"
        )


def down_and_across(name: str, what: str, value: Any) -> tuple[int, int]:
    """Return two whole numbers, 1 or more, of one that stands for both; or raise InputError."""
    pair = value if isinstance(value, tuple | list) else (value, value)
    if is_pair_of_counts(pair, least=1):
        return int(pair[0]), int(pair[1])
    raise InputError(
        f"{name}: {what} must be a whole number, 1 or more, or two: down and across (got {value!r})"
    )


def is_pair_of_counts(value: Any, least: int) -> bool:
    """Return whether a value is two whole numbers, each `least` or more."""
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in value)
        and min(value) >= least
    )


def _times(lengths: Sequence[int]) -> str:
    return " × ".join(map(str, lengths))
