"""Files that are written whole or not at all: a failure leaves an old one as it was."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .errors import FileError


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then move it there, with an old file's rights.

    A link keeps pointing to what is written.  A device or a pipe is written into: moved there, a
    file would take its place.

    Raises
    ------
    OSError
        The folder cannot be written to; nothing is left of the new file.
    """
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_file() and not place.is_dir():
        place.write_bytes(content)
        return path
    draft = place.with_name(f".{place.name[:100]}.{secrets.token_hex(8)}.draft")
    try:
        with draft.open("xb") as file:
            with contextlib.suppress(FileNotFoundError):  # a new file
                shutil.copymode(place, draft)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    except BaseException:
        with contextlib.suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)
        raise
    return path


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as CSV, in UTF-8; '?' stands for what UTF-8 has not, as in a file's name."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(errors="replace")


def write_csv(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Path:
    """Write a table as CSV, as `write_whole`.

    Raises
    ------
    FileError
        It cannot be written there.
    """
    content = csv_of(header, rows)
    try:
        return write_whole(Path(path), content)
    except (OSError, TypeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileError(
            f"{str(path)!r} cannot be written ({why}); choose a folder that exists and can be "
            "written to"
        ) from None
