"""The one Numba decorator, its flags, and a cache that never runs old code.

Numba's own cache has three traps: its key ignores the compile flags, editing a callee in another
file leaves its callers stale, and a folder that cannot be written makes decorating raise.  Here
a compiled kernel is filed under a fingerprint of *all* kernel sources, the flags' among them, and
of Numba's version; and where no folder can be written, kernels are compiled anew in each process.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import FunctionType

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

# nogil: Python threads may run kernels side by side.  error_model "numpy": x/0 is inf, not raise.
# _nrt: kernels allocate nothing, so Numba need not count references to their slices; that halves
# the time of a small circuit's step.
FLAGS = {"nogil": True, "error_model": "numpy", "_nrt": False}

# Python never calls an inner function: the code that would unpack its arguments is left out.
UNWRAPPED = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

# What a sum of rates may be reordered by, so that it uses vector registers.  NaN and inf are kept.
# Never where a threshold decides on numbers that are not integers: reordering could flip it.
REORDER = frozenset({"reassoc", "contract", "arcp", "nsz"})


@cache
def fingerprint() -> str:
    """Return a short hash of every kernel source, the versions, and Numba's settings."""
    config = numba.config
    settings = (config.BOUNDSCHECK, config.OPT, config.DEBUGINFO_DEFAULT, config.DISABLE_JIT)
    digest = hashlib.sha256(f"{numba.__version__} {sys.version} {settings}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
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
    parents = [Path(root) / "neurosim" for root in roots if root]
    user = os.getuid() if hasattr(os, "getuid") else "user"
    with contextlib.suppress(OSError):  # raised where no folder at all can be written
        parents.append(Path(tempfile.gettempdir()) / f"neurosim-{user}")
    for parent in parents:
        folder = parent / fingerprint()
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
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


class FingerprintLocator(_CacheLocator):
    """Where Numba files a compiled kernel: under the fingerprint, which stands for all flags."""

    def get_cache_path(self):
        """Return the folder."""
        return str(cache_folder())

    def get_source_stamp(self):
        """Return what a kernel on disk must have been compiled from."""
        return fingerprint()

    def get_disambiguator(self):
        """Return the part of a file's name that would tell sources of one name apart."""
        return "kernel"

    @classmethod
    def from_function(cls, py_func, py_file):
        """Return the locator; all kernels share one."""
        return cls()


class KernelCache(FunctionCache):
    """Numba's on-disk cache with `FingerprintLocator`; a full disk costs time, never a run."""

    class _impl_class(CompileResultCacheImpl):  # noqa: N801 - the name Numba looks for
        _locator_classes = (FingerprintLocator,)

    def load_overload(self, sig, target_context):
        """As Numba's; says on a terminal why the first run takes its time."""
        data = super().load_overload(sig, target_context)
        if data is None and sys.stderr.isatty():
            sys.stderr.write("neurosim: compiling its engine, once on this machine …\n")
        return data

    def save_overload(self, sig, data):
        """Keep a compiled kernel on disk, where there is room."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)


def rule(function, **rules):
    """Compile a scalar rule into whatever calls it; `rules` are the compiled ones that it calls."""
    if rules:
        names = {**function.__globals__, **rules}
        function = FunctionType(function.__code__, names, function.__name__)
    return numba.njit(**FLAGS, inline="always")(function)


def inner(function=None, *, reorder=False, fuse=False, once=False):
    """Compile a function that only other kernels call.

    `reorder` lets its sums be reordered; `fuse` only lets a product and a sum be rounded once,
    which changes no order.  `once` is for what is called from one place: it becomes part of its
    caller, so that nothing of it is compiled twice.
    """

    def decorate(function):
        fastmath = set(REORDER) if reorder else {"contract"} if fuse else False
        inline = "always" if once else "never"
        return numba.njit(**FLAGS, **UNWRAPPED, fastmath=fastmath, inline=inline)(function)

    return decorate if function is None else decorate(function)


def kernel(function):
    """Compile a function that Python calls, lazily, and keep the result on disk."""
    dispatcher = numba.njit(**FLAGS)(function)
    if not numba.config.DISABLE_JIT and cache_folder() is not None:
        dispatcher._cache = KernelCache(function)
    return dispatcher
