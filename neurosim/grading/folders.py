"""A temporary folder that is gone afterwards, whatever a student's process has made in it."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder, and remove it with all that is in it; what cannot be removed stays."""
    folder = Path(mkdtemp(prefix="neurosim-"))
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, however deep the folders in it are; what cannot be removed stays.

    Each folder inside is moved up before it is emptied: `shutil.rmtree` calls itself for each
    level, which ends in a RecursionError, and a path of some thousand levels is too long to open.
    """
    fresh = (folder / f"{secrets.token_hex(8)}-{number}" for number in itertools.count())
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        for path, is_folder in _inside(current):
            with suppress(OSError):
                if is_folder:
                    path.chmod(0o700)
                    waiting.append(path.rename(next(fresh)))
                else:
                    path.unlink()
        with suppress(OSError):
            current.rmdir()
    with suppress(OSError):
        folder.rmdir()


def _inside(folder: Path) -> list[tuple[Path, bool]]:
    """Return what is in a folder, and whether it is a folder itself; a link is none."""
    with suppress(OSError):
        folder.chmod(0o700)
        with os.scandir(folder) as entries:
            return [(Path(e.path), e.is_dir(follow_symlinks=False)) for e in entries]
    return []
