"""What a report was made with: versions and the machine, and no word of who made it."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata

from ..machine import processor

PACKAGES = ("numpy", "numba", "scipy", "matplotlib")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when a report was made."""

    date: str
    versions: tuple[tuple[str, str], ...]
    machine: str


def origin_here() -> Origin:
    """Return the versions that run here, this machine, and today's date (UTC)."""
    from .. import __version__

    versions = [("neurosim", __version__), ("Python", platform.python_version())]
    for package in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append((package, metadata.version(package)))
    machine = f"{processor()}, {os.cpu_count() or 1} processors, {platform.system()}"
    return Origin(f"{datetime.now(UTC):%Y-%m-%d}", tuple(versions), machine)
