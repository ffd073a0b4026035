"""What the benchmarks should reach, at their full sizes: by benchmark and peer."""

from __future__ import annotations

from dataclasses import dataclass

from .pairs import Pair
from .timing import Row


@dataclass(frozen=True)
class Target:
    """A least ratio of the peer's amount to ours, or a most amount of ours."""

    least_ratio: float | None = None
    most: float | None = None

    def is_reached(self, row: Row) -> bool:
        """Return whether the row reaches it."""
        enough = self.least_ratio is None or row.ratio >= self.least_ratio
        return enough and (self.most is None or row.ours <= self.most)

    def __str__(self) -> str:
        """Return it in a few characters; the amount is in the row's unit."""
        ratio = "" if self.least_ratio is None else f"ratio ≥ {self.least_ratio:.2g}"
        most = "" if self.most is None else f"≤ {self.most:,.0f}"
        return " and ".join(filter(None, (ratio, most)))


TARGETS = {
    ("rate_network", "JAX"): Target(1),
    ("rate_network", "Brian2"): Target(8),
    ("rate_network", "ANNarchy"): Target(8),
    ("trials", "JAX"): Target(1),
    ("trials", "BLAS, the products alone"): Target(1 / 1.3),
    ("few_neurons", "JAX"): Target(most=100),
    ("sparse_network", "PyTorch CSR"): Target(1.25),
    ("sparse_network", "JAX"): Target(1.25),
    ("sparse_network", "ANNarchy"): Target(1.25),
    ("adder", "NumPy (patterns, units)"): Target(100),
    ("adder", "NumPy (units, patterns)"): Target(5),
    ("words", "NumPy by hand"): Target(3),
    ("words", "Verilator"): Target(1),
    ("words", "NumPy, one product of float32"): Target(5),
    ("dog_sheets", "SciPy"): Target(3),
    ("dog_sheets", "OpenCV"): Target(1.5),
    ("lgn_movie", "NumPy, FFT of all (pyLGN's way)"): Target(5, most=1000 / 60),
    ("tuning", "NumPy"): Target(most=5_000),
    ("reverse_correlation", "NumPy, float64"): Target(2),
    ("reverse_correlation", "NumPy, float32"): Target(2),
    ("least_squares", "scipy.linalg.lstsq"): Target(1 / 1.2),
    ("perceptron", "scikit-learn Perceptron"): Target(1.5),
    ("perceptron", "NumPy loop"): Target(40),
    ("delta_rule", "scikit-learn SGDRegressor"): Target(1),
    ("plastic", "the same without learning"): Target(1 / 3),
    ("cognitron", "NumPy"): Target(10),
    ("exclusive_or", "PyTorch eager"): Target(50),
    ("mlp", "JAX"): Target(1),
    ("mlp", "PyTorch"): Target(2.4),
    ("mlp", "PyTorch, fused Adam"): Target(1.5),
    ("sheet_cnn", "PyTorch"): Target(1 / 1.2),
    ("sheet_cnn", "PyTorch, fused Adam"): Target(1 / 1.2),
    ("sheet_cnn", "PyTorch, channels last"): Target(1 / 1.2),
    ("sheet_cnn", "Keras (JAX)"): Target(1.2),
    ("sheet_lstm", "PyTorch"): Target(1),
    ("sheet_lstm", "PyTorch, fused Adam"): Target(1),
    ("residual_network", "PyTorch"): Target(1 / 1.3),
    ("residual_network", "PyTorch, fused Adam"): Target(1 / 1.3),
    ("convolution_layers", "PyTorch"): Target(1 / 1.3),
    ("convolution_layers", "PyTorch channels-last"): Target(1 / 1.3),
    ("recurrent", "PyTorch"): Target(1),
    ("training_memory", "PyTorch, fused Adam"): Target(1 / 1.5),
    ("start", "python -c pass"): Target(most=200),
    ("start", "its imports"): Target(most=2_000),
    ("start", "the same, compiled"): Target(most=10_000),
    ("start", "SciPy CSR"): Target(0.5),
}
BOUNDS = ("start",)  # benchmarks beside which stands what they cannot avoid


def verdict(pair: Pair, row: Row) -> str:
    """Return the pair's target and whether it is reached; "" where there is none."""
    target = _target(pair)
    if target is None:
        return ""
    return f"{target}: {'reached' if target.is_reached(row) else 'missed'}"


def is_missed(pair: Pair, row: Row) -> bool:
    """Return whether the pair has a target that the row does not reach."""
    target = _target(pair)
    return target is not None and not target.is_reached(row)


def _target(pair: Pair) -> Target | None:
    return None if pair.quick else TARGETS.get((pair.module, pair.peer))


def is_bound(pair: Pair) -> bool:
    """Return whether what stands beside ours is what no program can avoid, and no peer."""
    return pair.module in BOUNDS


def is_faster(pair: Pair, row: Row) -> bool:
    """Return whether a peer was faster than we."""
    return not is_bound(pair) and row.ratio < 1
