r"""Inhibition that subtracts, divides, or forbids · 神經元做除法：E/(E+I) · lecture row 3

Question: What does inhibition do to a response: does it subtract, divide, or forbid?
Equation: $u = \dfrac{E - S}{1 + D}$
    $r = \dfrac{E}{E + I}$
Levels: algorithm, implementation
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import curve_fit

from neurosim import Circuit, InputError, naka_rushton
from neurosim.plotting import FAINT, new_figure, plot_curves
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INHIBITION = (0.0, 0.5, 1.0, 2.0)
LEAST_C50 = 1e-3  # nobody sees less
KINDS = ("subtract", "divide", "veto")
UNITS = "(arb. units)"
# The cell that fires: nF, and mV above rest.
CAPACITANCE, THRESHOLD, RESET = 0.5, 20.0, 0.0


def run(c50: float = 0.3, seed: int = 0, quick: bool = False) -> Result:
    """Show one cell under three kinds of inhibition, and what each does to its response curve.

    Subtraction shifts the curve, division turns it down, absolute inhibition (a veto) silences the
    cell.  E/(E+I) is the lecture's division.  And a caveat: in a cell that fires spikes, a
    shunting conductance divides the voltage below threshold, and subtracts from the firing rate
    (Holt & Koch 1997).

    Parameters
    ----------
    c50
        Semi-saturation contrast of the normalized cell.
    seed
        Seed of the random pairs E and I.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("inhibition", locals(), seed)
    if not LEAST_C50 <= c50 < 1:
        raise InputError(f"c50 is a contrast from {LEAST_C50:g} to below 1 (got {c50:g})")
    figure, axes = new_figure(2, 3, width="page", height=4.5)
    drive = np.linspace(0, 4, 41)
    families = {kind: _family(kind, drive) for kind in KINDS}
    _fit(result, drive, families)
    _draw_families(axes[0], drive, families)
    _ratio(result, axes[1, 0], seed)
    _normalization(result, axes[1, 1], c50)
    _holt_koch(result, axes[1, 2])
    figure.suptitle("Inhibition can shift, scale or switch off the same cell")
    result.figure("inhibition", figure)
    return result


def _cell(kind: str) -> Circuit:
    """One threshold-linear cell with an exciting and an inhibiting input."""
    circuit = Circuit(f"{kind} cell")
    e, i = circuit.inputs("E", "I", real=True)
    channel = {
        "subtract": {"subtract": i},
        "divide": {"divide": i},
        "veto": {"divide": math.inf * i},
    }
    circuit.output(circuit.rate("cell", excite=e, **channel[kind]))
    return circuit


def _family(kind: str, drive: np.ndarray) -> dict[float, np.ndarray]:
    return {i: _cell(kind)(drive, np.full_like(drive, i)) for i in INHIBITION}


def _fit(result: Result, drive: np.ndarray, families: dict[str, dict[float, np.ndarray]]) -> None:
    """Fit slope and offset of gain·[E − offset]₊ to every curve."""

    def line(e: np.ndarray, gain: float, offset: float) -> np.ndarray:
        return gain * np.maximum(e - offset, 0)

    rows = []
    for kind, curves in families.items():
        for inhibition, response in curves.items():
            if kind == "veto" and inhibition > 0:
                result.claim(
                    f"an active veto of {inhibition:g} silences the cell: largest response",
                    response.max(),
                    at_most=0,
                )
                rows.append((kind, inhibition, 0.0, math.nan))  # a silent cell has no offset
                continue
            (gain, offset), _ = curve_fit(line, drive, response, p0=(0.9, 0.1 + inhibition))
            rows.append((kind, inhibition, round(gain, 6), round(offset, 6) + 0.0))  # no −0
            if kind == "subtract":
                result.claim(
                    f"subtracting I = {inhibition:g}: gain and offset of the response",
                    [gain, offset],
                    [1, inhibition],
                    tolerance=1e-6,
                )
            elif kind == "divide":
                result.claim(
                    f"dividing by 1 + I, I = {inhibition:g}: gain and offset of the response",
                    [gain, offset],
                    [1 / (1 + inhibition), 0],
                    tolerance=1e-6,
                )
    result.table("fits", ("inhibition", "I", "gain", "offset"), rows)


def _draw_families(
    axes: np.ndarray, drive: np.ndarray, families: dict[str, dict[float, np.ndarray]]
) -> None:
    titles = {
        "subtract": "Subtraction shifts the curve",
        "divide": "Division lowers the slope",
        "veto": "A veto silences the cell",
    }
    for ax, (kind, curves) in zip(axes, families.items(), strict=True):
        if kind == "veto":  # where they coincide, one is drawn
            free, *vetoed = curves.values()
            shown = {"I = 0": free, "any I > 0": np.max(vetoed, axis=0)}
        else:
            shown = {f"I = {i:g}": r for i, r in curves.items()}
        plot_curves(ax, drive, shown, legend=kind != "divide")
        ax.set(xlabel=f"excitation E {UNITS}", ylim=(-0.2, 4.2))
        ax.set_title(titles[kind])
    axes[0].set_ylabel(f"response {UNITS}")


def _ratio(result: Result, ax: Axes, seed: int) -> None:
    """The lecture's E/(E+I): σ = 0, excitation on the divisive pool too."""
    circuit = Circuit("E/(E+I)")
    e, i = circuit.inputs("E", "I", real=True)
    cell = circuit.rate("cell", excite=e, divide=e + i, semi_saturation=0, transfer="identity")
    circuit.output(cell)
    random = np.random.default_rng(seed)
    excitation, inhibition = random.uniform(0.1, 9, (2, 1000))
    measured = circuit(excitation, inhibition)
    result.claim(
        "E/(E+I) on 1,000 random pairs: largest difference",
        np.abs(measured - excitation / (excitation + inhibition)).max(),
        at_most=1e-15,
    )
    result.claim("0/0 is 0: a silent cell stays silent", circuit(0, 0), 0)
    scaled = circuit(1000 * excitation, 1000 * inhibition)
    result.claim(
        "only the ratio counts: largest change when both inputs grow 1,000 times",
        np.abs(scaled - measured).max(),
        at_most=1e-15,
    )
    logit = np.log(measured / (1 - measured))
    result.claim(
        "logit of the response is ln E − ln I: largest difference",
        np.abs(logit - np.log(excitation) + np.log(inhibition)).max(),
        at_most=1e-12,
    )
    axis = np.geomspace(0.01, 100, 81)
    curves = {f"I = {i:g}": circuit(axis, np.full_like(axis, i)) for i in (1, 3, 10)}
    plot_curves(ax, axis, curves)
    ax.set(xscale="log", xlabel=f"excitation E {UNITS}", ylabel="response E/(E+I)")
    ax.set_title("E/(E+I): more I shifts the curve on a log axis")


def _normalization(result: Result, ax: Axes, c50: float) -> None:
    """A mask's contrast shifts the semi-saturation; the largest response stays.

    As in Carandini & Heeger's review of normalization (2012).
    """
    exponent = 2.0
    circuit = Circuit("normalization")
    test, mask = circuit.inputs("test", "mask", real=True)
    own = circuit.rate("own", excite=test, transfer="power")  # squares: the exponent is 2
    other = circuit.rate("other", excite=mask, transfer="power")
    cell = circuit.rate(
        "cell", excite=own, divide=own + other, semi_saturation=c50**exponent, transfer="identity"
    )
    circuit.output(cell)
    contrast = np.geomspace(0.001, 100, 101)
    curves = {}
    halves = []
    for masking in (0.0, 0.3, 0.6):
        response = circuit(contrast, np.full_like(contrast, masking))
        shifted = (c50**exponent + masking**exponent) ** (1 / exponent)
        expected = naka_rushton(1.0, shifted, exponent)(contrast)
        result.claim(
            f"a mask of contrast {masking:g} shifts c50 to {shifted:.3g}, Rmax unchanged: largest "
            "difference from that curve",
            np.abs(response - expected).max(),
            at_most=1e-12,
        )
        curves[f"{masking:g}"] = response
        halves.append(shifted)
    ax.axhline(0.5, color="0.8", linewidth=0.6)
    ax.axvspan(1, 2 * contrast[-1], color="0.94", linewidth=0, zorder=0)
    ax.annotate("beyond\nany image", (1.4, 0.03), color=FAINT)
    plot_curves(ax, contrast, curves)
    ax.plot(halves, [0.5] * len(halves), "o", color="black", zorder=5, label="$c_{50}$")
    ax.legend(loc="upper left", title="mask contrast")
    ax.set(ylim=(-0.05, 1.45))
    ax.set(xscale="log", xlim=(contrast[0], 2 * contrast[-1]), yticks=(0, 0.5, 1))
    ax.set(xlabel="contrast of the test", ylabel="response (in $R_{max}$)")
    ax.set_title("Normalization: a mask shifts c50 and leaves Rmax")


def _holt_koch(result: Result, ax: Axes) -> None:
    """A leaky integrate-and-fire cell under a shunt: its firing rate is shifted, not divided."""
    current = np.linspace(0, 3, 241)  # nA
    leaks = (0.01, 0.02, 0.04)  # µS
    rates = {g: _firing_rate(current, g) for g in leaks}
    membrane = _membrane(leaks[0])
    weak, shunt = 0.5 * leaks[0] * THRESHOLD, leaks[-1] - leaks[0]  # no cell fires of so weak a one
    result.claim(
        "below threshold a shunt divides the voltage I/g: ratio at one and at four times g",
        membrane(weak, 0.0) / membrane(weak, shunt),
        4,
        relative=1e-12,
    )
    strong = current > 2.5
    slopes = [np.polyfit(current[strong], rates[g][strong], 1)[0] for g in leaks]
    result.claim(
        "Holt & Koch: four times the conductance leaves the slope of the firing rate: ratio",
        slopes[-1] / slopes[0],
        1,
        tolerance=0.1,
    )
    far = 1000.0  # nA
    for g in leaks:
        line = (far - g * (THRESHOLD + RESET) / 2) / (CAPACITANCE * (THRESHOLD - RESET))
        result.claim(
            f"for strong currents the rate at g = {g:g} µS is (I − g(Vθ + Vr)/2)/(C(Vθ − Vr))",
            _firing_rate(np.array(far), g), 1000 * line, relative=1e-6,
        )  # fmt: skip
    plot_curves(ax, current, {f"g = {g:g} µS": r for g, r in rates.items()})
    ax.set(xlabel="current (nA)", ylabel="firing rate (spikes/s)")
    ax.set_title("Caveat: a shunt subtracts from the firing rate")


def _membrane(leak: float) -> Circuit:
    """Return the voltage above rest, in mV, at which current/(leak + shunt) settles."""
    circuit = Circuit("membrane")
    current, shunt = circuit.inputs("current", "shunt", real=True)
    circuit.output(
        circuit.rate(
            "voltage", excite=current, divide=shunt, semi_saturation=leak, transfer="identity"
        )
    )
    return circuit


def _firing_rate(current: np.ndarray, conductance: float) -> np.ndarray:
    """Return the spikes a second of a leaky integrate-and-fire cell without refractoriness."""
    steady = current / conductance
    with np.errstate(divide="ignore", invalid="ignore"):
        charging = np.log((steady - RESET) / (steady - THRESHOLD))
        milliseconds = CAPACITANCE / conductance * charging
    return np.where(steady > THRESHOLD, 1000 / milliseconds, 0.0)
