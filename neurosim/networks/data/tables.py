"""Tables of numbers in text: a sample a line, a feature a column."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator
from os import PathLike

import numpy as np

from ...errors import InputError, unknown
from ...wording import short
from .reading import Source, opened

MOST_BYTES = 2**30  # of the text, unpacked
LONGEST_LINE = 2**20  # bytes


def load_csv(
    path: str | PathLike[str], target: int | str = -1, *, delimiter: str | None = ","
) -> tuple[np.ndarray, np.ndarray]:
    """Return the features and the target of a table's samples.

    The first line is a header where none of its entries is a number.  Empty lines are passed over.

    Parameters
    ----------
    path
        A text file in UTF-8, packed by gzip or not.
    target
        The column that is to be predicted: its place, from the end where negative, or its name in
        the header.
    delimiter
        What stands between entries; None, any white space.

    Returns
    -------
    x, y
        float64, (samples, features) and (samples,).

    Raises
    ------
    FileError
        No such file; no table; an entry that is missing or no finite number, by line and column.
    InputError
        A target that the table does not have; a delimiter that is not one character.
    """
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise InputError(f"load_csv: delimiter must be one character or None (got {delimiter!r})")
    with opened(path) as source:
        names, table = _table(source, delimiter)
    column = _column(target, names, table.shape[1])
    return np.delete(table, column, axis=1), table[:, column].copy()


def _table(source: Source, delimiter: str | None) -> tuple[list[str], np.ndarray]:
    """Return the header's names, none where there is none, and the numbers."""
    names: list[str] = []
    values = array("d")
    columns = 0
    for number, entries in _rows(source, delimiter):
        if not columns:
            columns = len(entries)
            if columns < 2:
                source.fail(f"line {number} has one column; a target and a feature are needed")
            if not any(_is_number(entry) for entry in entries):
                names = [entry.strip() for entry in entries]
                continue
        if len(entries) != columns:
            source.fail(f"line {number} has {len(entries)} columns, those before have {columns}")
        values.extend(_numbers(source, number, entries))
    if not values:
        source.fail("it has no samples")
    return names, np.frombuffer(values, np.float64).reshape(-1, columns)


def _rows(source: Source, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield each line's number and entries, but for empty lines."""
    if delimiter is None:
        for number, line in enumerate(_lines(source), start=1):
            if entries := line.split():
                yield number, entries
        return
    reader = csv.reader(_lines(source), delimiter=delimiter, skipinitialspace=True)
    try:
        for entries in reader:
            if entries:
                yield reader.line_num, entries
    except csv.Error as error:
        source.fail(f"line {reader.line_num} cannot be read ({error})")


def _lines(source: Source) -> Iterator[str]:
    read = 0
    while line := source.stream.readline(LONGEST_LINE + 1):
        read += len(line)
        if len(line) > LONGEST_LINE or read > MOST_BYTES:
            source.fail(
                f"it has lines of more than {LONGEST_LINE} bytes, or more than {MOST_BYTES} bytes"
            )
        try:
            yield line.decode("utf-8-sig" if read == len(line) else "utf-8")
        except UnicodeDecodeError:
            source.fail("it is no text in UTF-8")


def _numbers(source: Source, line: int, entries: list[str]) -> list[float]:
    """Return a line's numbers, or raise by line and column."""
    try:
        numbers = list(map(float, entries))
        if math.isfinite(sum(numbers)) and not any("_" in entry for entry in entries):
            return numbers
    except ValueError:
        pass
    for column, entry in enumerate(entries, start=1):
        if not _is_number(entry):
            problem = f"{short(entry)} is no number" if entry.strip() else "the entry is missing"
        elif not math.isfinite(float(entry)):
            problem = f"{entry.strip()} is not finite"
        else:
            continue
        source.fail(f"line {line}, column {column}: {problem}; fill it in or leave the line out")
    return numbers  # finite, though their sum is not


def _is_number(entry: str) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return "_" not in entry  # which Python takes for none in 1_000


def _column(target: int | str, names: list[str], columns: int) -> int:
    """Return the place of the target, or raise."""
    if isinstance(target, str):
        if target in names:
            return names.index(target)
        if not names:
            raise InputError(f"load_csv: the table has no header: give target {target!r} by place")
        raise InputError(f"load_csv: {unknown('column', target, names)}")
    is_whole = isinstance(target, int | np.integer) and not isinstance(target, bool)
    if not is_whole or not -columns <= target < columns:
        raise InputError(
            f"load_csv: target must be a column from 0 to {columns - 1}, or from −1 to −{columns} "
            f"counted from the end (got {short(target)})"
        )
    return int(target) % columns
