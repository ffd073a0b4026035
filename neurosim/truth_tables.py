"""Truth tables: a circuit's outputs for every pattern of its inputs."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .calls import output_values
from .errors import InputError
from .patterns import as_arguments, enumerated, input_bits

if TYPE_CHECKING:
    from .circuit import Circuit

TABLE_BITS = 16  # input bits up to which a table is listed


@dataclass(frozen=True, eq=False)
class TruthTable:
    """Every input pattern of a circuit and its outputs; prints as a table.

    Attributes
    ----------
    inputs, outputs : names, as the columns are headed
    rows : a tuple of values for each pattern: the inputs', then the outputs'
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: list[tuple[int | float, ...]]

    SHOWN = 64  # rows that are printed at most

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int | float, ...]]:
        return iter(self.rows)

    def __str__(self) -> str:
        header = [*self.inputs, *self.outputs]
        cells = [[_told(v) for v in row] for row in self.rows[: self.SHOWN]]
        widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
        split = len(self.inputs)

        def line(row: list[str]) -> str:
            padded = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            return "  ".join(padded[:split]) + "  |  " + "  ".join(padded[split:])

        lines = [line(header), *map(line, cells)]
        if len(self.rows) > self.SHOWN:
            lines.append(f"… {len(self.rows) - self.SHOWN:,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        header = "".join(f"<th>{html.escape(n)}</th>" for n in (*self.inputs, *self.outputs))
        body = "".join(
            "<tr>" + "".join(f"<td>{_told(v)}</td>" for v in row) + "</tr>"
            for row in self.rows[: self.SHOWN]
        )
        more = len(self.rows) - self.SHOWN
        rest = f"<caption>{more:,} more rows</caption>" if more > 0 else ""
        return f"<table>{rest}<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def truth_table(circuit: Circuit) -> TruthTable:
    """Do what `Circuit.truth_table` says."""
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    bits = input_bits(circuit)
    if bits > TABLE_BITS:
        raise InputError(
            f"{circuit} has 2^{bits} input patterns; a table lists at most 2^{TABLE_BITS}: use "
            "check(spec)"
        )
    arrays = enumerated(circuit, 0, 2**bits)
    columns: list[np.ndarray] = []
    names: list[list[str]] = [[], []]
    for population, values in zip(
        circuit.input_populations, as_arguments(circuit, arrays), strict=True
    ):
        _add_columns(population.name, values, columns, names[0])
    for output, values in zip(circuit.outputs, output_values(circuit, arrays), strict=True):
        _add_columns(output.name, values, columns, names[1])
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    return TruthTable(tuple(names[0]), tuple(names[1]), rows)


def _told(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _add_columns(name: str, values: np.ndarray, columns: list, names: list[str]) -> None:
    flat = values.reshape(len(values), -1)
    if values.ndim == 1:
        names.append(name)
    else:
        names += [f"{name}{list(map(int, at))}" for at in np.ndindex(values.shape[1:])]
    columns += list(flat.T)
