"""Rows under a header, as text or as HTML."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Any


def text_table(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Collection[str] = (),
    ruled: bool = False,
) -> str:  # fmt: skip
    """Return rows under their header, in columns two spaces apart.

    Parameters
    ----------
    header
        What each column is called.
    rows
        As many cells each; anything that `str` makes text of.
    right
        Names of columns whose cells stand at the right.
    ruled
        Whether a line is drawn beneath the header.
    """
    cells = [tuple(map(str, row)) for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(row, widths, header, strict=True)
        ).rstrip()
        for row in cells
    ]
    if ruled:
        lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def html_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows under their header as an HTML table; every cell is escaped."""

    def row(cells: Sequence[Any], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    return f"<table><thead>{row(header, 'th')}</thead><tbody>{body}</tbody></table>"
