"""The order of a static call's chunks in which values are heard soon after they are computed.

Layer by layer, every sheet of a large image passes through memory whole before the next is begun.
Here each chunk of the last layers asks for the chunks that it hears, and those for theirs, so that
an image is worked through in strips, whose values are still in cache when they are heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .kernels import tables

if TYPE_CHECKING:
    from .program import Program


def in_strips(program: Program, chunks: np.ndarray) -> np.ndarray:
    """Return the chunks (group, low, high) of all layers in such an order."""
    by_place = np.argsort(chunks[:, 1], kind="stable")
    lows, highs = chunks[by_place, 1], chunks[by_place, 2]
    heard: list[list[int]] = []  # by each chunk, chunks
    for group, low, high in chunks.tolist():
        stretches = [
            by_place[highs.searchsorted(first, side="right") : lows.searchsorted(last)]
            for first, last in _heard(program, group, low, high)
        ]
        heard.append([chunk for stretch in stretches for chunk in stretch.tolist()])
    order: list[int] = []
    done = np.zeros(len(chunks), dtype=bool)
    wanted = np.ones(len(chunks), dtype=bool)  # by nobody: where a walk begins
    for found in heard:
        wanted[found] = False
    for last in np.flatnonzero(wanted).tolist():
        walk: list[tuple[int, Iterator[int]]] = [(last, iter(heard[last]))]
        while walk:
            chunk, sources = walk[-1]
            needed = next((source for source in sources if not done[source]), None)
            if needed is not None:
                walk.append((needed, iter(heard[needed])))
                continue
            walk.pop()
            done[chunk] = True
            order.append(chunk)
    return chunks[order]


def _heard(program: Program, group: int, low: int, high: int) -> list[tuple[int, int]]:
    """Return the stretches of places that hold all that a chunk hears."""
    flat = program.tables
    first, last = flat.groups[group, [tables.FIRST, tables.LAST]]
    stretches = []
    for row in flat.connections[first:last].tolist():
        start, stop = max(low, row[tables.TARGET]), min(high, row[tables.TARGET_STOP])
        if start < stop:
            target = row[tables.TARGET]
            stretches.append(_sources(program, row, start - target, stop - target))
    return stretches


def _sources(program: Program, row: list[int], start: int, stop: int) -> tuple[int, int]:
    """Return the stretch of places that a connection's targets [start, stop) hear."""
    source = row[tables.SOURCE]
    if row[tables.KIND] == tables.ONE_TO_ONE:
        return source + start, source + stop
    if row[tables.KIND] == tables.DENSE:
        return source, source + row[tables.WIDTH]
    if row[tables.KIND] == tables.ROWS:
        flat = program.tables
        ends = flat.pointers[row[tables.POINTERS] + np.array([start, stop])] + source
        places = (flat.narrow if flat.narrow.size else flat.wide)[ends[0] : ends[1]]
        return (int(places.min()), int(places.max()) + 1) if places.size else (0, 0)
    wide = row[tables.COLUMNS_OUT] * row[tables.CHANNELS_OUT]
    rows, step = row[tables.ROWS_IN], row[tables.STEP_OVER]
    begin = start // wide * step - row[tables.TOP]
    end = (-(-stop // wide) - 1) * step - row[tables.TOP] + row[tables.KERNEL_ROWS]
    if row[tables.BORDER] != tables.ZERO and (begin < 0 or end > rows):
        # What lies beyond a border is a row inside: mirrored near it, or from the other side.
        mirrored = row[tables.BORDER] == tables.REFLECT and begin >= -rows and end <= 2 * rows
        begin, end = (
            (min(max(begin, 0), 2 * rows - max(end, rows)), max(min(end, rows), -begin))
            if mirrored
            else (0, rows)
        )
    each = row[tables.COLUMNS_IN] * row[tables.CHANNELS_IN]
    return source + max(begin, 0) * each, source + min(end, rows) * each
