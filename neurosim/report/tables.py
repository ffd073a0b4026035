"""Tables as the page shows them: their first rows, and all of them to download."""

from __future__ import annotations

from dataclasses import dataclass

from ..atomic import csv_of
from ..result import Table, legible

ROWS = 12  # a longer table is shown up to here


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table's first rows as text, and the whole as CSV."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    """Of all rows."""
    csv: bytes


def shown_table(table: Table, name: str) -> ShownTable:
    """Return a table as it is shown."""
    shown = tuple(tuple(legible(value) for value in row) for row in table.rows[:ROWS])
    return ShownTable(name, table.header, shown, len(table.rows), csv_of(table.header, table.rows))
