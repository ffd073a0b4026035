"""A progress bar for long work: on stderr, in notebooks too, and silent when nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from tqdm import tqdm

Item = TypeVar("Item")


@overload
def progress(work: int, description: str) -> tqdm[int]: ...
@overload
def progress(work: Iterable[Item], description: str, total: int | None = None) -> tqdm[Item]: ...
def progress(work: Iterable[Item] | int, description: str, total: int | None = None) -> tqdm:
    """Iterate over ``work`` and show how far it is.

    Parameters
    ----------
    work
        What to iterate over, or a number of rounds: ``progress(100, "training")`` yields 0 … 99.
    description
        A word or two, written before the bar.
    total
        How many items there are, where ``work`` has no length.
    """
    from tqdm import tqdm  # 40 ms that a command which shows no bar need not pay

    items = range(work) if isinstance(work, int) else work
    # disable=None: no bar where stderr is a file or a pipe; there may be none at all (pythonw).
    # A notebook's stderr says that it is no terminal, and shows a bar all the same.
    notebook = type(sys.stderr).__module__.startswith("ipykernel.")
    disable = True if sys.stderr is None else False if notebook else None
    return tqdm(items, description, total, leave=False, file=sys.stderr, disable=disable)
