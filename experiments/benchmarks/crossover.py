"""Where sums take over from gates: 64 units of 64 inputs, with larger and larger weights.

A gate works on one binary digit of 64 patterns, so the gates of a unit grow with its weights'
digits, while a weighted sum does not.  Which engine a call takes is chosen from the number of
gates; beside our choice stand both engines and one product of matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import numpy as np

from neurosim import Circuit

from .timing import Benchmark, Side

UNITS = INPUTS = 64
LARGEST = (1, 15, 255, 4_095, 65_535, 1_048_575)
CHOICE, WORTH = "neurosim.bits.choice._is_faster", "neurosim.bits.choice.WORTH_COMPILING"


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return a benchmark for each size of weights, with fewer patterns where `quick`."""
    patterns = 1_024 if quick else 65_536
    return [layer(largest, patterns) for largest in LARGEST]


def layer(largest: int, patterns: int) -> Benchmark:
    """Return the layer with weights from −`largest` to `largest`."""
    generator = np.random.default_rng(largest)
    weights = generator.integers(-largest, largest + 1, size=(UNITS, INPUTS))
    shown = generator.integers(2, size=(patterns, INPUTS), dtype=np.uint8)

    def side(answer: bool | None = None) -> Side:
        """Build the circuit; `answer` to whether gates are faster: left out, the choice's own."""
        circuit = Circuit("layer")
        x = circuit.inputs("x", shape=(INPUTS,), real=False)
        circuit.output(circuit.binary("z", drive=weights @ x, threshold=1))
        run: Callable[[], np.ndarray] = lambda: circuit(shown)  # noqa: E731
        if answer is None:
            return Side(run)

        def forced() -> np.ndarray:
            with patch(CHOICE, return_value=answer), patch(WORTH, 1):
                return run()

        return Side(forced)

    def product() -> np.ndarray:
        return shown.astype(np.float32) @ weights.T.astype(np.float32) >= 1

    return Benchmark(
        f"{UNITS} units of {INPUTS} inputs, weights up to {largest:,}, {patterns:,} patterns",
        ours=side,
        peers={
            "by gates": lambda: side(True),
            "by sums": lambda: side(False),
            "NumPy, one product of float32": lambda: Side(product),
        },
        tolerance=0,
    )
