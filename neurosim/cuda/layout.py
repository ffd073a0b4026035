"""A Program as the CUDA engine takes it: the stages of a step, and who computes a neuron."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels import tables
from ..kernels.cuda import DOWN, LINES, NEURONS, RECORD, SHOW, STAGE_COLUMNS, Circuit
from ..kernels.cuda_jit import THREADS, view
from ..kernels.cuda_sums import COLUMNS, KINDS, PRODUCT, SUMS_AT
from .availability import arrays, rounds_factors
from .memory import check_weights, weights_too_large
from .turns import card

if TYPE_CHECKING:
    from ..program import Program

SIDE_BY_SIDE = 32  # trials from which a thread takes a whole neuron in one of them
A_LANE = 8  # synapses that a lane has at least, where several share a neuron
FULL = 1 << 18  # lanes of all neurons that fill a card: more take longer, as measured on an H100
LANES = 8  # at least, where there are synapses for them: they read side by side
PRODUCT_FROM = 4096  # weights of a matrix that is worth a product of its own


@dataclass(frozen=True, eq=False)
class Product:
    """A dense connection of many trials: sums[at : at + rows] = weights · x[source : …].

    Attributes
    ----------
    weights : on the card, (targets, sources)
    source : where its sources begin in the state vector
    at : where its sums begin
    """

    weights: Any
    source: int
    at: int


@dataclass(frozen=True, eq=False)
class Layout:
    """What a Program is on the card, for few trials or for many.

    Attributes
    ----------
    circuit : what the kernel reads
    many : whether it is for many trials
    stages : how many a step has
    products : what is to be multiplied before which of them
    sums : values a trial that connections add up before their neurons are computed
    threads : how many threads compute all neurons of one trial at once
    """

    circuit: Circuit
    many: bool
    stages: int
    products: dict[int, list[Product]]
    sums: int
    threads: int


def layout(program: Program, trials: int) -> Layout:
    """Return a Program's layout, made once a card for few trials and once for many."""
    many = trials >= SIDE_BY_SIDE
    key = card(), many
    if key not in program.on_card:
        program.on_card[key] = _Maker(program, many).layout()
    return program.on_card[key]


def _large(program: Program) -> dict[str, Any]:
    """Return the arrays that every layout of a Program shares, moved to a card once."""
    key = card()
    if key not in program.on_card:
        check_weights(program)
        xp, held = arrays(), program.tables
        columns = held.narrow if len(held.narrow) else held.wide
        try:
            program.on_card[key] = {
                "parameters": xp.asarray(held.parameters),
                "weights": xp.asarray(held.weights),
                "columns": xp.asarray(columns),
                "pointers": xp.asarray(held.pointers),
                "line_sources": xp.asarray(held.line_sources),
            }
        except MemoryError:  # CuPy's: what is free is in pieces
            raise weights_too_large(program) from None
    return program.on_card[key]


class _Maker:
    """One layout: stages, then where sums stand, then lanes."""

    def __init__(self, program: Program, many: bool):
        self.program = program
        self.many = many
        self.groups = program.tables.groups
        rows = program.tables.connections
        assert np.isin(rows[:, tables.KIND], KINDS).all(), "a kind that `kernels.cuda_sums` lacks"
        self.connections = np.zeros((len(rows), COLUMNS), dtype=np.int64)
        self.connections[:, : rows.shape[1]] = rows
        self.arrays = _large(program)
        self.sums = 0

    def layout(self) -> Layout:
        lines, levels = self._lines()
        stages = [(SHOW, 0, 0), *((LINES, *level) for level in levels)]
        products: dict[int, list[Product]] = {}
        for first, last in self._layers():
            low, high = self.groups[first, tables.FIRST], self.groups[last - 1, tables.LAST]
            if (self.connections[low:high, tables.KIND] == tables.SEPARABLE).any():
                stages.append((DOWN, low, high))
            made = [p for g in range(first, last) for p in self._sums(g)]
            if made:
                products[len(stages)] = made
            stages.append((NEURONS, first, last))
        stages.append((RECORD, 0, 0))
        lanes = np.array([self._lanes(group) for group in self.groups], dtype=np.int64)
        table = np.array(stages, dtype=np.int64).reshape(-1, STAGE_COLUMNS)
        xp = arrays()
        small = {
            "groups": self.groups, "connections": self.connections, "lines": lines, "lanes": lanes,
            "stages": table,
        }  # fmt: skip
        held = self.arrays | {name: xp.asarray(array) for name, array in small.items()}
        sizes = self.groups[:, tables.STOP] - self.groups[:, tables.START]
        return Layout(
            Circuit(**{name: view(array) for name, array in held.items()}),
            self.many, len(stages), products, self.sums, int((sizes * lanes).sum()),
        )  # fmt: skip

    def _layers(self) -> list[tuple[int, int]]:
        """Return the first and last group of each layer."""
        layer = np.array([group.layer for group in self.program.groups], dtype=np.int64)
        bounds = [0, *(np.flatnonzero(np.diff(layer)) + 1).tolist(), len(layer)]
        return [(a, b) for a, b in pairwise(bounds) if a < b]

    def _lines(self) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """Return the delay lines, those that repeat others after those, and where levels begin."""
        rows = self.program.tables.lines
        level_at = np.zeros(self.program.state.size, dtype=np.int64)
        levels = np.zeros(len(rows), dtype=np.int64)
        for number, row in enumerate(rows):  # each after those that it repeats
            start, size, first = (
                row[c] for c in (tables.LINE_START, tables.LINE_SIZE, tables.LINE_SOURCES)
            )
            repeated = self.program.tables.line_sources[first : first + size]
            levels[number] = 1 + level_at[repeated].max()
            level_at[start : start + size] = levels[number]
        order = np.argsort(levels, kind="stable")
        cuts = np.flatnonzero(np.diff(levels[order])) + 1
        bounds = [0, *cuts.tolist(), len(rows)]
        return rows[order], [(a, b) for a, b in pairwise(bounds) if a < b]

    def _sums(self, g: int) -> list[Product]:
        """Give what a group's connections add up beforehand a place; return the products."""
        made = []
        for row in self.connections[self.groups[g, tables.FIRST] : self.groups[g, tables.LAST]]:
            if row[tables.KIND] == tables.SEPARABLE:
                row[SUMS_AT] = self.sums
                self.sums += int(row[tables.ROWS_OUT] * row[tables.COLUMNS_IN])
            elif self._is_product(g, row):
                row[tables.KIND], row[SUMS_AT] = PRODUCT, self.sums
                size, width = int(row[tables.TARGET_STOP] - row[tables.TARGET]), row[tables.WIDTH]
                first = row[tables.WEIGHTS]
                weights = self.arrays["weights"][first : first + size * width]
                made.append(
                    Product(weights.reshape(size, width), int(row[tables.SOURCE]), self.sums)
                )
                self.sums += size
        return made

    def _is_product(self, g: int, row: np.ndarray) -> bool:
        """Return whether a connection is left to BLAS, which adds in an order of its own."""
        size = (row[tables.TARGET_STOP] - row[tables.TARGET]) * row[tables.WIDTH]
        return bool(
            self.many
            and row[tables.KIND] == tables.DENSE
            and row[tables.WEIGHT_STRIDE] != 0
            and size >= PRODUCT_FROM
            and self._any_order(self.groups[g])
            and not (self.groups[g, tables.RULE] != tables.RATE and rounds_factors())
        )

    def _any_order(self, group: np.ndarray) -> bool:
        """Return whether sums may be made in any order: no threshold decides on rounded ones."""
        return self.program.exact or group[tables.RULE] == tables.RATE

    def _lanes(self, group: np.ndarray) -> int:
        """Return how many threads share each of a group's neurons."""
        rows = self.connections[group[tables.FIRST] : group[tables.LAST]]
        sheets = np.isin(rows[:, tables.KIND], (tables.CONVOLUTION, tables.SEPARABLE))
        size = group[tables.STOP] - group[tables.START]
        if self.many or sheets.any() or not self._any_order(group) or not size:
            return 1
        synapses = 0
        for row in rows:
            targets = row[tables.TARGET_STOP] - row[tables.TARGET]
            if row[tables.KIND] == tables.DENSE:
                synapses += targets * row[tables.WIDTH]
            elif row[tables.KIND] == tables.ROWS:
                first = row[tables.POINTERS]
                pointers = self.program.tables.pointers[[first, first + targets]]
                synapses += pointers[1] - pointers[0]
        most = _power(int(synapses // size) // A_LANE)
        return min(THREADS, most, max(LANES, 2 * _power(FULL // int(size))))


def _power(number: int) -> int:
    """Return the largest power of two up to a number, at least 1."""
    return 1 << max(0, number.bit_length() - 1)
