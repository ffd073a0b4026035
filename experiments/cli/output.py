"""Where commands write, checked before the work."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..options import UsageError

DEFAULT_FOLDER = Path("neurosim-out")


@contextlib.contextmanager
def writable(folder: Path, command: str) -> Iterator[None]:
    """Make a folder that can be written to; where nothing was written in the end, it goes again.

    Raises
    ------
    UsageError
        It cannot be made, or not be written to: there, or at the end.
    """
    new = [at for at in (folder, *folder.parents) if not at.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.strerror else error
        raise UsageError(f"{command}: {what}") from error
    finally:
        _remove_if_empty(new)


def _remove_if_empty(folders: Sequence[Path]) -> None:
    """Remove folders that were made for files which then were not: the innermost first."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
