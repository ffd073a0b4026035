"""Independent pieces of work, several at once, their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


def in_order(work: Callable[[Item], Found], items: Iterable[Item], threads: int) -> Iterator[Found]:
    """Yield ``work(item)`` for each item, in their order, while threads work on those that follow.

    NumPy and compiled code run side by side; the items themselves are made one after the other,
    no further ahead than there are threads.
    """
    if threads == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        waiting: deque[Future[Found]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # also where the caller takes no more, or an item fails
        pool.shutdown(cancel_futures=True)
