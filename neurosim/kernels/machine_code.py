"""Kernels as Python calls them: machine code from a file where there is one, else compiled now.

Numba is imported only to compile.  What it made is kept as an object file, and the next process
links that by LLVM alone: 10 milliseconds where importing Numba and its own cache take 900.

Numba's own cache has three more traps: its key ignores the compile flags, editing a callee in
another file leaves its callers stale, and a folder that cannot be written makes decorating raise.
Here a kernel is filed under a fingerprint of *all* kernel sources, the flags' among them, of the
processor and of Numba's version; and where no folder can be written, kernels are compiled anew in
each process.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib
import os
import struct
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

# The settings of Numba that change what it compiles.
SETTINGS = (
    "BOUNDSCHECK", "CPU_FEATURES", "CPU_NAME", "DEBUGINFO", "ENABLE_AVX", "LOOP_VECTORIZE",
    "OPT", "SLP_VECTORIZE",
)  # fmt: skip

# How numbers are laid out where a kernel's arguments lie in a row, 8 bytes each.
FORMATS = {"float32": "f4x", "float64": "d", "int64": "q", "uint64": "Q"}
NUMBERS: dict[type, str] = {int: "int64"} | {np.dtype(name).type: name for name in FORMATS}


@cache
def is_disabled() -> bool:
    """Return whether kernels run as the plain Python they are written in (NUMBA_DISABLE_JIT)."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def _hash_of_sources() -> bytes:
    """Return a hash of every kernel source as it is on disk now; empty where there are none."""
    digest = hashlib.sha256()
    paths = sorted(Path(__file__).parent.glob("*.py"))
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.digest() if paths else b""


# As they are while they are imported: what is edited later is not what this process runs.
SOURCES = _hash_of_sources()


@cache
def fingerprint() -> str:
    """Return a short hash of every kernel source, the processor, and Numba with its settings."""
    import llvmlite
    import llvmlite.binding as llvm

    found = find_spec("numba")
    numba = Path(found.origin).parent if found and found.origin else Path()
    version = numba / "_version.py"  # read, as importing Numba is what is saved here
    parts = [
        sys.version, llvmlite.__version__, numba, (numba / "__init__.py").stat().st_mtime_ns,
        version.read_bytes() if version.exists() else "",
        llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(),
        *(os.environ.get(f"NUMBA_{name}", "") for name in SETTINGS),
        *(path.read_bytes() for path in [Path(".numba_config.yaml")] if path.exists()),
    ]  # fmt: skip
    digest = hashlib.sha256("\n".join(map(str, parts)).encode())
    digest.update(SOURCES)
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Return a folder that can be written for compiled kernels, or None where there is none.

    NUMBA_CACHE_DIR, then the user's cache folder, then a private one among the temporary files.
    """
    roots = [os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")]
    roots.append(os.environ.get("LOCALAPPDATA"))
    with contextlib.suppress(RuntimeError):  # raised where no home is known
        roots.append(str(Path.home() / ".cache"))
    # Absolute: a working directory may change, and with it whose folder it is.
    parents = [Path(root).absolute() / "neurosim" for root in roots if root]
    user = os.getuid() if hasattr(os, "getuid") else "user"
    with contextlib.suppress(OSError):  # raised where no folder at all can be written
        parents.append(Path(tempfile.gettempdir()) / f"neurosim-{user}")
    for parent in parents:
        folder = parent / fingerprint()
        with contextlib.suppress(OSError):
            parent.parent.mkdir(parents=True, exist_ok=True)
            for made in (parent, folder):  # one by one: `mode` is for the last folder only
                made.mkdir(exist_ok=True, mode=0o700)
            # Cached code is run: never take it from folders that are, or may be, somebody else's.
            if not (_is_private(parent) and _is_private(folder)):
                continue
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return None


def _is_private(folder: Path) -> bool:
    """Return whether the folder is ours and nobody else may write to it."""
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


class Kernel:
    """A kernel: it returns nothing and writes into the arrays that it is given.

    Parameters
    ----------
    module, name
        Where its function stands; the module is imported to compile it, not before.

    Notes
    -----
    Arguments are C-contiguous arrays, integers, NumPy's numbers, and tuples of those; each set of
    their types is compiled once.  Several threads may call at once, without Python's lock.
    """

    def __init__(self, module: str, name: str):
        self.module = module
        self.name = name
        self._entries: dict[tuple[str, ...], tuple[Callable[[bytes], int], struct.Struct]] = {}
        self._compiling = threading.Lock()

    def __call__(self, *arguments: Any) -> None:
        """Run it.

        Raises
        ------
        TypeError
            An argument that a kernel cannot take.
        RuntimeError
            An index outside its array, where NUMBA_BOUNDSCHECK has them checked.
        """
        if is_disabled():
            function = getattr(importlib.import_module(self.module), self.name)
            with np.errstate(all="ignore"):  # as compiled code
                function(*(a.argument if isinstance(a, Prepared) else a for a in arguments))
            return
        types: list[str] = []
        values: list[Any] = []
        for argument in arguments:
            _flatten(argument, types, values)
        key = tuple(types)
        found = self._entries.get(key)
        if found is None:
            with self._compiling:
                found = self._entries.get(key) or self._entry(key, arguments)
                self._entries[key] = found
        entry, layout = found
        if entry(layout.pack(*values)):
            raise RuntimeError(f"kernel {self.name!r}: an index lies outside its array")

    def _entry(
        self, key: tuple[str, ...], arguments: tuple[Any, ...]
    ) -> tuple[Callable[[bytes], int], struct.Struct]:
        """Return the machine code for these types as a function of C, and how it takes values."""
        folder = cache_folder()
        digest = hashlib.sha256(" ".join(key).encode()).hexdigest()[:16]
        path = None if folder is None else folder / f"{self.name}-{digest}.o"
        if _hash_of_sources() != SOURCES or not SOURCES:  # edited since, or nowhere to be seen
            path = None
        kept = _read(path) if path else None
        address = _link(*kept) if kept else 0
        if not address:
            if sys.stderr is not None and sys.stderr.isatty():
                sys.stderr.write("neurosim: compiling its engine, once on this machine …\n")
            from .jit import compile_objects, is_set_in_code

            function = getattr(importlib.import_module(self.module), self.name)
            kept = compile_objects(function, arguments, key)
            address = _link(*kept)
            if path and _hash_of_sources() == SOURCES and not is_set_in_code():
                _keep(path, *kept)
        return ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p)(address), _layout(key)


class Prepared:
    """An argument that is looked at once and passed many times; it must not change its arrays."""

    __slots__ = ("argument", "types", "values")

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or another process, has its arrays at other addresses."""
        return Prepared, (self.argument,)

    def __init__(self, argument: Any):
        self.argument = argument
        self.types: list[str] = []
        self.values: list[Any] = []
        _flatten(argument, self.types, self.values)


def _flatten(argument: Any, types: list[str], values: list[Any]) -> None:
    """Append an argument's type, and its values as `compile_objects`' entries take them.

    Of an array: its address and its shape; all else follows from its type.
    """
    number = NUMBERS.get(type(argument))
    if number is not None:
        if type(argument) is int and not -(2**63) <= argument < 2**63:
            raise TypeError(f"a kernel takes integers of 64 bits (got {argument})")
        types.append(number)
        values.append(argument)
    elif isinstance(argument, np.ndarray):
        if not argument.flags.c_contiguous:
            raise TypeError(f"a kernel takes C-contiguous arrays (got strides {argument.strides})")
        types.append(_array_type(argument.dtype, argument.ndim))
        values.append(_address(argument))
        values += argument.shape
    elif isinstance(argument, Prepared):
        types += argument.types
        values += argument.values
    elif isinstance(argument, tuple):
        types.append("(")
        for item in argument:
            _flatten(item, types, values)
        types.append(")")
    else:
        raise TypeError(
            "a kernel takes arrays, integers, NumPy's numbers and tuples (got a "
            f"{type(argument).__name__})"
        )


def _address(array: np.ndarray) -> int:
    """Return where an array's values lie: as `array.ctypes.data`, in a third of its time."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # one that is read-only, or empty
        return array.ctypes.data


@cache
def _array_type(dtype: np.dtype, dimensions: int) -> str:
    if not dtype.isnative:
        raise TypeError(f"a kernel takes numbers in the machine's own byte order (got {dtype})")
    return f"{dtype.name}[{dimensions}]"


def dimensions_of(name: str) -> int | None:
    """Return how many dimensions an array's type has; None: it is a number's."""
    return int(name.partition("[")[2][:-1]) if name.endswith("]") else None


def _layout(key: tuple[str, ...]) -> struct.Struct:
    """Return how values of these types are laid out in a row of 8 bytes each."""
    formats = []
    for name in key:
        dimensions = dimensions_of(name)
        if dimensions is not None:
            formats.append("q" * (1 + dimensions))
        elif name not in "()":
            formats.append(FORMATS[name])
    return struct.Struct("=" + "".join(formats))


# ------------------------------------------------------------------ files


def _read(path: Path) -> tuple[str, tuple[bytes, ...]] | None:
    """Return the symbol and the objects in a file; None where it is missing or damaged."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if digest.decode("ascii", "replace") != hashlib.sha256(content).hexdigest():
        return None
    head, _, code = content.partition(b"\n")
    symbol, *sizes = head.decode().split()
    objects = []
    for size in map(int, sizes):
        objects.append(code[:size])
        code = code[size:]
    return symbol, tuple(objects)


def _keep(path: Path, symbol: str, objects: tuple[bytes, ...]) -> None:
    """Write a file whole or not at all; a full disk costs time, never a run."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            head = " ".join([symbol, *(str(len(code)) for code in objects)])
            content = head.encode() + b"\n" + b"".join(objects)
            digest = hashlib.sha256(content).hexdigest().encode()
            unfinished.write_bytes(digest + b"\n" + content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


_LINKED: list[Any] = []  # whose memory holds the code


def _link(symbol: str, objects: tuple[bytes, ...]) -> int:
    """Return the address of a function in object files, linked into this process; 0: none."""
    import llvmlite.binding as llvm

    # Vector mathematics that Numba's builds for conda bring along.
    if any(b"__svml_" in code for code in objects):
        importlib.import_module("numba")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    for code in objects:
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _LINKED.append(engine)
    return engine.get_function_address(symbol)
