"""Lesions and noise break an implementation; what it should compute stays what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim import Circuit
from neurosim.marr import Implementation, Marr
from neurosim.plotting import new_figure
from neurosim.result import Result
from neurosim.sources import Source

from .cash_register import cash_register

if TYPE_CHECKING:
    from neurosim.marr.degradation import Degradation

SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
NOISES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
QUIET = 0.1  # of noise: five standard deviations from a threshold in the middle
SURE = 5.0  # standard deviations, by which a share of so many trials is off for no seed
FEW_SHARES = (0.0, 0.05, 0.2, 0.4)  # of what is silenced in the large circuits
CASES = 24  # on which these are tried


def break_the_hardware(
    result: Result, register: Marr, others: Sequence[Marr], bits: int, repeats: int, seed: int,
    cases: int = CASES,
) -> None:  # fmt: skip
    """Silence neurons, then let them be noisy, with thresholds as written and between the sums."""
    _single_lesions(result, register, bits)
    lesioned = register.lesion(SHARES, repeats=repeats, seed=seed)
    noisy = register.noise(NOISES, repeats=repeats, seed=seed)
    centred = cash_register(bits, centred=True).noise(NOISES, repeats=repeats, seed=seed)
    least = NOISES.index(QUIET)
    result.claim(
        "neurons that decide exactly at their threshold fail with the first noise: the largest "
        f"share of right sums at a noise of {NOISES[1]:g}",
        max(curve.mean[1] for curve in noisy.curves.values()),
        at_most=_half_right(noisy.cases, repeats),
    )
    result.claim(
        "with each threshold halfway between two sums the same circuits bear it: the smallest "
        f"share of right sums at a noise of {QUIET:g}",
        min(curve.mean[least] for curve in centred.curves.values()),
        at_least=min(0.999, 1 - 3 / (centred.cases * repeats)),
    )
    rest = [
        marr.lesion(FEW_SHARES, repeats=max(2, repeats // 4), cases=cases, seed=seed)
        for marr in others
    ]
    _draw(result, lesioned, noisy, centred, rest)
    rows = [
        (found.name, what, *row)
        for found, what in (
            (lesioned, "silenced"), (noisy, "noise"), (centred, "noise, thresholds centred"),
            *((found, "silenced") for found in rest),
        )
        for row in found.rows
    ]  # fmt: skip
    header = ("capability", "damage", "circuit", "how much", "right", "worst", "best")
    result.table("damage", header, rows)


def _single_lesions(result: Result, register: Marr, bits: int) -> None:
    """Each neuron silenced by itself: how far the sums are then off."""
    worst = {
        name: _worst(register, register.implementations[name])
        for name in ("tally adder", "depth-2 adder")
    }
    result.claim(
        "a tally bears a lesion: without any one of its neurons no sum is off by more than",
        worst["tally adder"],
        1,
    )
    result.claim(
        "in binary digits one neuron counts for as much as all others: the worst that a single "
        "lesion does to the depth-2 adder",
        worst["depth-2 adder"],
        2**bits,
    )


def _half_right(cases: int, repeats: int) -> float:
    """Return the share of right sums that small noise leaves at most.

    Every sum above 0 has a neuron that hears exactly its threshold, and is then as often silent as
    active: half of these sums are right in the mean, and 0 + 0 is always.
    """
    mean = 0.5 + 0.5 / cases
    return float(mean + SURE * 0.5 / np.sqrt(cases * repeats))


def _worst(register: Marr, implementation: Implementation) -> int:
    """Return the largest error of a sum, over all single neurons and all cases."""
    circuit: Circuit = implementation.circuit
    space = register.computation.space
    cases = space.some(space.size or 0)
    expected = np.array([register.computation.answer(case) for case in cases])
    worst = 0
    for place in np.concatenate([p.index.ravel() for p in circuit.neuron_populations]):
        lesioned = implementation.changed(circuit.without(Source(circuit, np.array([place]))))
        worst = max(worst, int(np.abs(np.array(lesioned.answers(cases)) - expected).max()))
    return worst


def _lost(curves: Mapping[str, Any]) -> str:
    """Return in a sentence how much the most and the least fragile of some circuits lose."""
    left = {name: float(curve.mean[-1]) for name, curve in curves.items()}
    worst, best = min(left, key=left.__getitem__), max(left, key=left.__getitem__)
    return f"At the most damage: {worst} {left[worst]:.0%}, {best} {left[best]:.0%} right"


def _draw(
    result: Result, lesioned: Degradation, noisy: Degradation, centred: Degradation,
    rest: Sequence[Degradation],
) -> None:  # fmt: skip
    figure, axes = new_figure(2, 2, width="page", height=5.2)
    for ax, found, title in (
        (axes[0, 0], lesioned, "Adders lose sums with their neurons"),
        (axes[0, 1], noisy, "Thresholds at the very sums: no noise is borne"),
        (axes[1, 0], centred, "Thresholds between the sums: the same function, robust"),
    ):
        found.plot(ax, legend=found is lesioned)
        ax.set_title(title)
    curves: dict[str, Any] = {}
    for found in rest:
        curves |= found.curves
    ax = axes[1, 1]
    for (name, curve), marker in zip(curves.items(), "os^Dv", strict=False):
        ax.plot(curve.damage, curve.mean, marker=marker, label=name)
    ax.set(xlabel=lesioned.damage, ylabel="answered right (share of cases)", ylim=(-0.03, 1.03))
    ax.set(xlim=(-0.02, 1.08), xticks=(0, 0.2, 0.4))
    ax.legend(loc="center right")
    ax.set_title(_lost(curves))
    figure.suptitle("Damage breaks the implementation, not the specification")
    result.figure("damage", figure)
