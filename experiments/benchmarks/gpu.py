"""``python -m experiments.benchmarks.gpu``: circuits and networks on this machine's card.

First every kernel is checked against the CPU's, then measured beside what the card can do at
best (the bytes it copies, the products cuBLAS makes) and beside PyTorch and CuPy.  Without a card
it says so in one line and exits with 2; with 1 where a check fails, or anything raises.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from scipy import sparse

from circuits.arithmetic import depth_two_adder, ripple_carry_adder
from neurosim import Circuit
from neurosim.cuda.availability import is_simulated, why_not

from . import gpu_networks
from .rate_network import DT, STEP, TAU, Network, with_random_state
from .table import aligned
from .timing import load

ROUNDS = 5
HEAD = (
    "measured", "ours", "of what the card can do", "target", "CuPy", "PyTorch", "what it can do",
)  # fmt: skip
Row = tuple[str, ...]
T = TypeVar("T")


def main(words: Sequence[str] | None = None) -> int:
    """Check, measure, and print both; 0 if all checks hold and all rows could be measured."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks.gpu")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all runs")
    parser.add_argument("--checks", action="store_true", help="only the checks")
    parser.add_argument("--verbose", action="store_true", help="where something raises: all of it")
    given = parser.parse_args(words)
    why = why_not()
    if not why and is_simulated() and not given.checks:
        why = "is Numba's simulator (NUMBA_ENABLE_CUDASIM), which is not worth measuring: --checks"
    if why:
        sys.stderr.write(f"device 'cuda' {why}\n")
        return 2
    from .gpu_checks import checks  # what they import needs a card's packages
    from .gpu_network_checks import network_checks

    failed = 0
    for check in chain(checks(given.quick), network_checks(given.quick)):
        found = attempted(check.name, check.differ, given.verbose)
        holds = found is not None and check.holds(found)
        failed += not holds
        if found is not None:
            verdict = "ok" if holds else f"FAILED, {check.allowed:.0e} is allowed"
            sys.stdout.write(f"{check.name}: differs by {found:.1e}: {verdict}\n")
    if not given.checks:
        sys.stdout.write(f"\n{attempted('the card', card_name, given.verbose)}\n\n")
        rows = [attempted(row.__name__, partial(row, given.quick), given.verbose) for row in ROWS]
        measured = [row for row in rows if row is not None]
        failed += len(rows) - len(measured)
        sys.stdout.write(aligned([HEAD, *measured]) + "\n\n")
        failed += networks(given.quick, given.verbose)
    return int(failed > 0)


def networks(quick: bool, verbose: bool) -> int:
    """Measure networks in training; return how many could not be."""
    measure = [*gpu_networks.rows(quick, copy_rate())]
    found = [attempted("a network in training", row, verbose) for row in measure]
    measured = [row for row in found if row is not None]
    sys.stdout.write(aligned([gpu_networks.HEAD, *measured]) + "\n")
    return len(measure) - len(measured)


def attempted(name: str, run: Callable[[], T], verbose: bool) -> T | None:
    """Return what a check or a row answers; None where it raises, and say so in a line."""
    try:
        return run()
    except Exception as error:  # whatever it is, the others are still worth running
        first = next(iter(str(error).splitlines()), "")
        sys.stdout.write(f"{name}: {type(error).__name__}: {first}\n")
        if verbose:
            traceback.print_exc()
        return None


def card_name() -> str:
    """Return the card's name and memory, and the versions that drive it."""
    cupy = load("cupy")
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.runtime.getDevice())
    gigabytes = properties["totalGlobalMem"] / 2**30
    driver = cupy.cuda.runtime.driverGetVersion()
    return (
        f"{properties['name'].decode()}, {gigabytes:.0f} GiB, "
        f"CUDA {driver // 1000}.{driver % 1000 // 10} driver, CuPy {cupy.__version__}, "
        f"numba-cuda {load('numba_cuda').__version__}"
    )


# ------------------------------------------------------------------ what the card can do


def seconds(run: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the least time of some runs, the card's work included; the first is not counted."""
    cupy = load("cupy")
    best = np.inf
    for number in range(rounds + 1):
        cupy.cuda.Device().synchronize()
        begin = time.perf_counter()
        run()
        cupy.cuda.Device().synchronize()
        if number:
            best = min(best, time.perf_counter() - begin)
    return float(best)


def copy_rate(nbytes: int = 1 << 30) -> float:
    """Return the bytes a second that a copy reads and writes."""
    cupy = load("cupy")
    one, other = cupy.zeros(nbytes, dtype=cupy.uint8), cupy.zeros(nbytes, dtype=cupy.uint8)
    rounds = 20

    def run() -> None:
        for _ in range(rounds):
            cupy.copyto(one, other)

    return 2 * nbytes * rounds / seconds(run)


def product_rate(rows: int, inner: int, columns: int) -> float:
    """Return cuBLAS's float32 multiply–adds a second for a product of such matrices."""
    cupy = load("cupy")
    one = cupy.ones((rows, inner), dtype=cupy.float32)
    other = cupy.ones((inner, columns), dtype=cupy.float32)
    out = cupy.empty((rows, columns), dtype=cupy.float32)
    rounds = 50

    def run() -> None:
        for _ in range(rounds):
            cupy.dot(one, other, out=out)

    return rows * inner * columns * rounds / seconds(run)


# ------------------------------------------------------------------ the rows


def dense_row(quick: bool) -> Row:
    """10,000 rate neurons, all connected, one trial: the weights are read once a step."""
    size, steps = (512, 50) if quick else (10_000, 1_000)
    generator = np.random.default_rng(0)
    weights = generator.standard_normal((size, size), dtype=np.float32) / np.float32(size**0.5)
    network = with_random_state(weights, steps, generator)
    title = f"{size:,} rate neurons, dense, {steps:,} steps"
    return bandwidth_row(title, network, weights.nbytes, 0.8, lambda cupy: cupy.asarray(weights))


def sparse_row(quick: bool) -> Row:
    """100,000 rate neurons that each hear 1% of all: weights and places are read once a step."""
    size, steps = (2_000, 20) if quick else (100_000, 500)
    generator = np.random.default_rng(0)
    heard = size // 100
    # One source from each stretch of a hundred: places in order, none twice.
    places = generator.integers(100, size=(size, heard), dtype=np.int32)
    places += 100 * np.arange(heard, dtype=np.int32)
    values = generator.standard_normal(size * heard, dtype=np.float32) / np.float32(heard**0.5)
    pointers = np.arange(0, size * heard + 1, heard, dtype=np.int32)
    weights = sparse.csr_array((values, places.ravel(), pointers), shape=(size, size))
    network = with_random_state(weights, steps, generator)
    nbytes = values.nbytes + places.size * (2 if size < 2**16 else 4)
    title = f"{size:,} rate neurons, {size * heard:,} synapses, {steps} steps"

    def sparse_of(cupy: Any) -> Any:
        parts = tuple(cupy.asarray(part) for part in (values, places.ravel(), pointers))
        return load("cupyx.scipy.sparse").csr_matrix(parts, shape=weights.shape)

    return bandwidth_row(title, network, nbytes, 0.6, sparse_of)


def bandwidth_row(
    title: str, network: Network, nbytes: int, target: float, on_card: Callable[[Any], Any]
) -> Row:
    """Measure a network of one trial, whose step can be no faster than its weights are read."""
    cupy, rate = load("cupy"), copy_rate()
    circuit = of_rates(network)
    ours = seconds(lambda: simulated(circuit, network)) / network.steps
    share = nbytes / ours / rate
    weights = on_card(cupy)
    theirs = seconds(lambda: cupy_loop(network, weights, network.initial)) / network.steps
    peer = pytorch(lambda torch: torch_loop(torch, network, network.initial)) / network.steps
    return (
        title, told(ours), f"{share:.0%}", f"≥ {target:.0%}: {reached(share >= target)}",
        told(theirs), told(peer), f"a copy moves {rate / 1e9:,.0f} GB/s",
    )  # fmt: skip


def trials_row(quick: bool) -> Row:
    """4,096 trials of 1,000 dense rate neurons: a step is a product of two matrices."""
    size, trials, steps = (128, 64, 20) if quick else (1_000, 4_096, 2_000)
    generator = np.random.default_rng(0)
    weights = generator.standard_normal((size, size), dtype=np.float32) / np.float32(size**0.5)
    network = with_random_state(weights, steps, generator)
    initial = generator.standard_normal((trials, size)).astype(np.float32)
    circuit = of_rates(network)
    ours = seconds(lambda: simulated(circuit, network, initial)) / steps
    rate = product_rate(size, size, trials)
    share = size * size * trials / ours / rate
    cupy = load("cupy")
    on_card = cupy.asarray(weights)
    theirs = seconds(lambda: cupy_loop(network, on_card, initial.T)) / steps
    peer = pytorch(lambda torch: torch_loop(torch, network, initial.T)) / steps
    return (
        f"{trials:,} trials of {size:,} rate neurons, {steps} steps", told(ours), f"{share:.0%}",
        f"≥ 80%: {reached(share >= 0.8)}", told(theirs), told(peer),
        f"cuBLAS makes {rate / 1e12:.1f}e12 multiply–adds/s",
    )  # fmt: skip


def adder_row(quick: bool) -> Row:
    """Two 16-bit adders compared on all 2^32 patterns, on the card."""
    from neurosim.cuda.bits import first_difference

    from .gpu_checks import compiled

    bits = 8 if quick else 16
    ours, shifts = compiled(ripple_carry_adder(bits))
    theirs, _ = compiled(depth_two_adder(bits))

    def run() -> None:
        assert first_difference(ours, theirs, shifts, 0, 1 << 2 * bits) is None

    took = seconds(run, rounds=2)
    return (
        f"two {bits}-bit adders on 2^{2 * bits} patterns", f"{took:.3g} s", "",
        f"< 1 s: {reached(took < 1)}", "", "", "",
    )  # fmt: skip


ROWS = (dense_row, sparse_row, trials_row, adder_row)


# ------------------------------------------------------------------ the sides


def of_rates(network: Network) -> Circuit:
    """Return the circuit, as a user would build it."""
    circuit = Circuit("net")
    v = circuit.rate("v", shape=network.size, tau=TAU, bias=network.bias, transfer="tanh")
    circuit.connect(v, drive=network.weights @ v)
    circuit.output(v)
    return circuit


def simulated(circuit: Circuit, network: Network, initial: np.ndarray | None = None) -> Any:
    """Run it on the card, moving in and out what a user has moved."""
    begin = network.initial if initial is None else initial
    return circuit.simulate(
        steps=network.steps, dt=DT, initial={"v": begin}, dtype="float32", every=network.steps,
        device="cuda",
    )  # fmt: skip


def cupy_loop(network: Network, weights: Any, initial: np.ndarray) -> Any:
    """Loop in Python over CuPy's product and one fused kernel; `initial` (neurons[, trials])."""
    cupy = load("cupy")
    relax = cupy.ElementwiseKernel(
        "float32 drive, float32 bias", "float32 y", f"y += {STEP}f * (tanhf(drive + bias) - y)",
        "relax",
    )  # fmt: skip
    y = cupy.ascontiguousarray(cupy.asarray(initial, dtype=cupy.float32))
    bias = cupy.asarray(network.bias).reshape(-1, *[1] * (y.ndim - 1))
    for _ in range(network.steps):
        relax(weights @ y, bias, y)
    return y


def torch_loop(torch: Any, network: Network, initial: np.ndarray) -> Callable[[], Any]:
    """Return a loop in Python over PyTorch's eager operations, its weights on the card."""
    held = network.weights
    if isinstance(held, sparse.csr_array):
        parts = [torch.from_numpy(a) for a in (held.indptr, held.indices, held.data)]
        weights = torch.sparse_csr_tensor(*parts, size=held.shape).cuda()
    else:
        weights = torch.from_numpy(held).cuda()
    begin = torch.from_numpy(np.ascontiguousarray(initial, dtype=np.float32)).cuda()
    bias = torch.from_numpy(network.bias).cuda().reshape(-1, *[1] * (begin.ndim - 1))

    def run() -> Any:
        with torch.inference_mode():
            y = begin.clone()
            for _ in range(network.steps):
                target = torch.matmul(weights, y).add_(bias).tanh_()
                y.add_(target.sub_(y), alpha=STEP)
            torch.cuda.synchronize()
            return y

    return run


def pytorch(side: Callable[[Any], Callable[[], Any]]) -> float:
    """Return what a side of PyTorch's takes; NaN where it is not installed, or without CUDA."""
    try:
        torch = load("torch")
    except ImportError:
        return np.nan
    return seconds(side(torch)) if torch.cuda.is_available() else np.nan


def told(amount: float) -> str:
    """Return seconds a step as text."""
    return "not installed" if np.isnan(amount) else f"{amount * 1e3:.3g} ms a step"


def reached(is_reached: bool) -> str:
    """Return the verdict on a target."""
    return "reached" if is_reached else "missed"


if __name__ == "__main__":
    raise SystemExit(main())
