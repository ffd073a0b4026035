"""Archives: zip files, read in memory with nothing believed that they say of themselves.

Members are stored as they are, as Keras and NumPy write them, so that no archive holds more than
its own length.  Nothing is ever extracted to disk.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...atomic import write_whole
from ...errors import FileError

LONGEST = 500  # letters of what an error tells of a file
MOST_TEXT = 2**28  # bytes of a configuration: names, settings and the history, no weights

# What zipfile raises on bytes that are no archive, or no longer one.
_DAMAGE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
    LookupError, struct.error,
)  # fmt: skip


def read_file(path: Path) -> bytes:
    """Return the bytes of a file, or raise FileError."""
    name = repr(str(path))
    try:
        if not path.is_file():
            found = "is no file" if path.exists() else "does not exist"
            raise FileError(f"{name} {found}; give the path of a saved network")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            f"{name} cannot be read ({_why(error)}); check its path and rights"
        ) from None
    except MemoryError:
        raise FileError(f"{name} does not fit into this machine's memory") from None


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, or raise FileError."""
    try:
        write_whole(path, content)
    except (OSError, ValueError) as error:
        raise FileError(
            f"{str(path)!r} cannot be written ({_why(error)}); choose a folder that exists and can "
            "be written to"
        ) from None


def members(name: str, content: bytes, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the members of an archive by their names.

    Parameters
    ----------
    name
        The file's, for messages.
    wanted
        Whether such a member may be there.

    Raises
    ------
    FileError
        No archive, or a damaged one; a member of another name, compressed, or there twice.
    """
    found: dict[str, bytes] = {}
    left = len(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if not wanted(info.filename):
                    raise FileError(
                        f"{name}: it holds {info.filename[:60]!r}, which is no part of a saved "
                        "network"
                    )
                if info.filename in found:
                    raise FileError(f"{name}: it holds {info.filename!r} twice")
                left -= info.file_size
                plain = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1
                if not plain or info.file_size != info.compress_size or left < 0:
                    raise FileError(
                        f"{name}: {info.filename!r} is compressed, encrypted, or longer than the "
                        "file; members are stored as they are"
                    )
                found[info.filename] = archive.read(info)
    except FileError:
        raise
    except _DAMAGE as error:
        raise FileError(f"{name} is no saved network, or a damaged one ({_why(error)})") from None
    return found


def archive(content: Mapping[str, bytes | memoryview]) -> bytes:
    """Return an archive of some members, stored as they are; the same bytes for the same ones."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        for name, member in content.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            with file.open(info, "w", force_zip64=len(member) >= 2**31) as place:
                place.write(member)
    return buffer.getvalue()


def read_json(name: str, member: str, content: bytes) -> dict[str, Any]:
    """Return the JSON object of a member, or raise FileError."""
    if len(content) > MOST_TEXT:
        raise FileError(f"{name}: {member} is longer than {MOST_TEXT} bytes")
    try:
        found = json.loads(content, parse_constant=_refuse)
    except RecursionError:
        raise FileError(f"{name}: {member} is nested too deeply") from None
    except ValueError as error:
        raise FileError(f"{name}: {member} is no JSON ({error})") from None
    if not isinstance(found, dict):
        raise FileError(f"{name}: {member} is no JSON object")
    return found


def write_json(value: Mapping[str, Any]) -> bytes:
    """Return the JSON of an object, or raise FileError."""
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise FileError(
            f"a configuration holds numbers, words, lists and dicts alone ({error}); get_config() "
            "of a layer of one's own returns such"
        ) from None


def brief(error: Exception) -> str:
    """Return what an error says, cut off where a file holds very long words."""
    text = str(error)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def path_of(path: str | os.PathLike[str]) -> Path:
    """Return a path, or raise FileError for what is none."""
    try:
        return Path(path)
    except TypeError:
        raise FileError(f"a path is text or a Path (got {path!r})") from None


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _why(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
