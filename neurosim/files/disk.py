"""Saving and loading: one text file, written whole or not at all, read with its size checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..atomic import write_whole
from ..circuit import Circuit
from ..errors import FileError
from ..wording import short, shown
from .reading import Reader
from .schema import MOST_VALUES
from .writing import lines

MOST_BYTES = 2**30  # of a file


def save(circuit: Circuit, path: str | os.PathLike[str]) -> None:
    """Do what `Circuit.save` says."""
    target = _path(path)
    if not isinstance(circuit, Circuit):
        raise FileError(f"{shown(path)}: save() takes a circuit, got {short(circuit)}")
    if circuit.size > MOST_VALUES:
        raise FileError(
            f"{shown(path)}: {circuit} has {circuit.size} values, a file holds at most "
            f"{MOST_VALUES}; save the weights with numpy.save instead"
        )
    text = "".join(lines(circuit))
    raw = text.encode("utf-8", "replace")
    if len(raw) > MOST_BYTES:
        raise FileError(
            f"{shown(path)}: {circuit} takes more than {MOST_BYTES} bytes; save the weights with "
            "numpy.save instead"
        )
    Reader(shown(path)).circuit(text)
    try:
        write_whole(target, raw)
    except (OSError, ValueError) as error:
        raise FileError(
            f"{shown(path)} cannot be written ({_reason(error)}); choose a folder that exists and "
            "can be written to"
        ) from None


def load(path: str | os.PathLike[str]) -> Circuit:
    """Read a circuit that `save` wrote.

    Nothing in the file is executed, and no size that it states is believed before it is checked.

    Raises
    ------
    FileError
        No such file, or one that does not hold a circuit that could also be built; the message
        is one line with the file's name.
    """
    name = shown(path)
    return Reader(name).circuit(_text(_path(path), name))


def _text(place: Path, name: str) -> str:
    """Return what a file says, its size checked before it is read."""
    try:
        return _raw(place, name).decode("utf-8")
    except UnicodeDecodeError:
        raise FileError(
            f"{name} is no text in UTF-8, so it is no saved circuit; write one with "
            "circuit.save(path)"
        ) from None
    except MemoryError:
        raise FileError(f"{name}: it does not fit into this machine's memory") from None


def _raw(place: Path, name: str) -> bytes:
    try:
        if not place.is_file():
            found = "is no file" if place.exists() else "does not exist"
            raise FileError(f"{name} {found}: load() takes the path of a saved circuit")
        with place.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size <= MOST_BYTES:
                return file.read(size + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            f"{name} cannot be read ({_reason(error)}); check its path and rights"
        ) from None
    raise FileError(f"{name} is larger than {MOST_BYTES} bytes: that is no circuit's file")


def _path(path: Any) -> Path:
    try:
        return Path(path).resolve()
    except (TypeError, ValueError, OSError, RuntimeError):
        raise FileError(f"a path must be text or a Path (got {short(path)})") from None


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
