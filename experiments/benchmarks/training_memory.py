"""The most memory that training holds, of each network that is timed, in a process of its own.

What is counted is what comes on top of the imports: samples, weights, what the optimizer keeps, and
what a step holds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

from .timing import Benchmark, Side, load

ROOT = Path(__file__).parents[2]
NETWORKS = ("mlp", "sheet_cnn", "sheet_lstm", "residual_network")
PEER = "PyTorch, fused Adam"


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return a benchmark a network."""
    return [
        Benchmark(
            f"memory of training: {name.replace('_', ' ')}",
            ours=partial(side, name, "", quick),
            peers={PEER: partial(side, name, PEER, quick)},
            rounds=3,
            warms=False,
            builds=False,
            unit="MB",
            scale=1e-6,
        )
        for name in NETWORKS
    ]


def side(name: str, peer: str, quick: bool) -> Side:
    """Train in a new process, and read from it how much it held."""
    if peer:
        load("torch")
    peaks: list[float] = []

    def run() -> None:
        words = [sys.executable, "-m", __name__, name, peer, str(int(quick))]
        done = subprocess.run(
            words, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
        peaks.append(float(done.stdout))

    return Side(run, measured=lambda: peaks[-1])


def main(name: str, peer: str, quick: str) -> None:
    """Train, and print by how many bytes the largest resident memory rose (Linux)."""
    module = import_module(f".{name}", __package__)
    load("neurosim.networks")
    if peer:
        load("torch")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    before = resident("VmRSS")
    made: Benchmark = module.benchmarks(bool(int(quick)))[0]
    (made.peers[peer] if peer else made.ours)().run()
    sys.stdout.write(str(resident("VmHWM") - before))


def resident(which: str) -> int:
    """Return the resident memory of this process in bytes: VmRSS now, VmHWM at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith(f"{which}:"))
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
