"""Tuning at several contrasts, by a power law and under a fixed threshold, the iceberg."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from circuits.cortex import Gabor, simple_cells
from circuits.physiology import tuning
from circuits.stimuli import Screen
from neurosim import Circuit
from neurosim.measuring import half_width
from neurosim.plotting import plot_curves
from neurosim.result import Result

CONTRASTS = (0.1, 0.2, 0.4, 0.8)
FIXED = 0.06  # the threshold under which an iceberg hides
DEGREES = 0.3  # what finding a half height between angles costs


def compare_contrasts(
    result: Result, axes: Any, screen: Screen, field: Gabor, exponent: float
) -> None:
    """Tuning at several contrasts: a power law only scales it, a threshold cuts it."""
    angles = np.arange(0, 61, 1.5)
    kinds = {
        "power law": simple_cells(screen, field, exponent=exponent),
        "threshold": simple_cells(screen, field, exponent=1.0, threshold=FIXED),
    }
    best = abs(field.grating(1.0))
    widths: dict[str, list[float]] = {}
    closed = {
        "power law": [field.orientation_bandwidth(exponent)] * len(CONTRASTS),
        "threshold": [_under_water(field, FIXED / (c * best)) for c in CONTRASTS],
    }
    rows = []
    for ax, (kind, circuit) in zip(axes, kinds.items(), strict=False):
        curves = {}
        for contrast in CONTRASTS:
            curves[f"{contrast:.0%}"] = _peaks(circuit, screen, angles, contrast)
        widths[kind] = [half_width(angles, curve) for curve in curves.values()]
        result.claim(
            f"half-widths (°) with a {kind} at contrasts {', '.join(curves)}",
            widths[kind], closed[kind], tolerance=DEGREES + 0.02 * max(closed[kind]),
        )  # fmt: skip
        rows += list(
            zip([kind] * len(CONTRASTS), CONTRASTS, widths[kind], closed[kind], strict=True)
        )
        plot_curves(ax, angles, {name: curve / curve.max() for name, curve in curves.items()})
        ax.legend(title="contrast")
        ax.set(xlabel="angle from the best (°)", ylabel="response (in its largest)")
        ax.set(xticks=(0, 20, 40, 60))
        low, high = min(widths[kind]), max(widths[kind])
        label = f"Power law, n = {exponent:g}" if kind == "power law" else "A fixed threshold"
        ax.set_title(f"{label}: half width {low:.1f}° to {high:.1f}°")
    result.claim(
        "the power law's half-width does not depend on contrast: largest difference (°)",
        float(np.ptp(widths["power law"])),
        at_most=1e-6,
    )
    result.table("half-widths", ("cell", "contrast", "half-width (deg)", "closed form"), rows)
    ax = axes[2]
    fine = np.geomspace(1.02 * FIXED / best, 1, 101)
    plot_curves(ax, fine, {
        "power law": np.full(101, field.orientation_bandwidth(exponent)),
        "threshold": [_under_water(field, FIXED / (c * best)) for c in fine],
    }, legend=False)  # fmt: skip
    for found in widths.values():
        ax.plot(CONTRASTS, found, "o", color="black")
    ax.plot([], [], "o", color="black", label="simulated")
    ax.legend(loc="lower right")
    ax.set(xscale="log", xlabel="contrast", ylabel="half width (°)", ylim=(0, None))
    ax.set_xticks([0.1, 1], labels=["10%", "100%"])
    change = widths["threshold"][-1] / widths["threshold"][0]
    ax.set_title(f"Under a threshold contrast widens tuning {change:.1f}-fold")


def _peaks(circuit: Circuit, screen: Screen, angles: np.ndarray, contrast: float) -> np.ndarray:
    """Return the answers at each grating's best phase, that of an odd field."""
    measured = tuning(
        circuit["simple"], "orientation", 90 + angles, screen=screen, stimulus="grating",
        frequency=1.0, phase=90.0, contrast=contrast,
    )  # fmt: skip
    return measured.f0


def _under_water(field: Gabor, depth: float) -> float:
    """Return the half-width of [A(δ) − depth]₊ where A falls from 1 as the field's tuning.

    It ends where A is (1 + depth)/2, which A² to another power is half of.
    """
    return field.orientation_bandwidth(math.log(2) / -math.log((1 + depth) / 2))


def check_narrowing(result: Result, screen: Screen, field: Gabor, exponent: float) -> None:
    """Over spatial frequency the field is a Gaussian, which a power narrows by √n."""
    frequencies = np.linspace(1.0, 2.0, 81)
    widths = []
    for n in (1.0, exponent):
        measured = tuning(
            simple_cells(screen, field, exponent=n)["simple"], "spatial frequency", frequencies,
            screen=screen, stimulus="grating", phase=90.0,
        )  # fmt: skip
        widths.append(half_width(frequencies - 1, measured.f0))
    result.claim(
        f"the power {exponent:g} narrows the Gaussian tuning to frequency by √n",
        widths[0] / widths[1],
        math.sqrt(exponent),
        relative=0.02,
    )
