"""What it costs to begin: whole commands, with and without compiled kernels on disk, and memory.

Beside each command stands what it cannot avoid: Python's own start, and the imports it needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .rate_network import our_side, with_random_state
from .sparse_network import random_weights
from .timing import Benchmark, Floor, Side

ROOT = Path(__file__).parents[2]
LIST = ["-m", "experiments", "list"]
RUN = ["-m", "experiments", "run", "lgn"]
IMPORTS = ["-c", "import numpy, llvmlite.binding, matplotlib.figure"]


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmarks; where `quick`, the experiment and the network are small."""
    run = [*RUN, "--quick"] if quick else RUN
    size, heard = (1_000, 10) if quick else (10_000, 100)
    generator = np.random.default_rng(0)
    network = with_random_state(random_weights(size, heard, generator), 10, generator)
    weights = network.weights
    nbytes = weights.data.nbytes + weights.indices.nbytes + weights.indptr.nbytes

    def command(title: str, words: list[str], cold: bool, peer: str, other: list[str]) -> Benchmark:
        return Benchmark(
            title,
            ours=lambda: command_side(words, cold),
            peers={peer: lambda: command_side(other)},
            rounds=5,
            warms=False,
            builds=False,
        )

    return [
        command("neurosim list", LIST, False, "python -c pass", ["-c", "pass"]),
        command("neurosim run lgn", run, False, "its imports", IMPORTS),
        command("neurosim run lgn, nothing compiled", run, True, "the same, compiled", run),
        Benchmark(
            f"memory of {size:,} neurons, {size * heard:,} synapses",
            ours=lambda: memory_side(lambda: our_side(network).run()),
            peers={"SciPy CSR": lambda: Side(lambda: None, measured=lambda: float(nbytes))},
            floor=lambda: Floor(weights.data.nbytes, "the weights alone, in float32"),
            rounds=3,
            warms=False,
            builds=False,
            unit="MB",
            scale=1e-6,
        ),
    ]


def command_side(words: list[str], cold: bool = False) -> Side:
    """Start Python with these words in a folder of its own; `cold`: with no kernel on disk."""
    folder = Path(tempfile.mkdtemp(prefix="start"))

    def run() -> None:
        place = Path(tempfile.mkdtemp(dir=folder)) if cold else folder
        done = subprocess.run(
            [sys.executable, *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(place)},
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(f"python {' '.join(words)}: exit status {done.returncode}")

    run()  # once for the files: of Python, and of kernels where they are kept
    return Side(run)


def memory_side(work: Callable[[], object]) -> Side:
    """Do the work and measure the most memory that it holds at a time beyond what was there."""
    peaks = []

    def run() -> None:
        tracemalloc.start()
        try:
            work()
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    return Side(run, measured=lambda: float(peaks[-1]))
