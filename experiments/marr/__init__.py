r"""Marr's three levels, each of them running · 計算、演算法、實作三個層次 · lecture row 1

Question: What is computed, by which algorithm, and in what hardware, and how do the three relate?
Equation: $\mathrm{decode}(\mathrm{circuit}(\mathrm{encode}(x))) = \mathrm{algorithm}(x) = f(x)$
Levels: computation, algorithm, implementation
"""

from __future__ import annotations

from collections.abc import Sequence

from neurosim.marr import Implementation, Marr
from neurosim.marr.checking import Agreement
from neurosim.result import Result

from ..parameters import check_range
from .cash_register import cash_register
from .damage import CASES, break_the_hardware
from .edges import edge_detection
from .motion import TOO_SHORT, WAVELENGTHS, motion_direction
from .sound import WIDEST, resolution, sound_localization

DRAWN_BITS = 2  # of the cash register that is drawn
DRAWN_SUM = (3, 1)
ALL_ROUND = range(-180, 181, 15)  # degrees
GRID = range(-60, 61, 4)  # degrees


def run(
    bits: int = 4, samples: int = 300, repeats: int = 20, seed: int = 0, quick: bool = False
) -> Result:
    """Let Marr's (1982) three levels run, and hold each against the others.

    Four capabilities: a cash register's addition, edge detection, the direction of motion, and
    where a sound comes from.  Each is a computation with axioms, algorithms that take steps on a
    representation, and circuits of neurons with their code.  Where the domain is finite everything
    is proved on all of it.  Then the levels are parted: a pattern outside the domain that one
    algorithm gets wrong, and damage that breaks a circuit and leaves what it should compute as it
    was.

    Parameters
    ----------
    bits
        Of the numbers that the cash register adds, 2 to 5.
    samples
        How many azimuths of sounds are tried, 50 to 10000.
    repeats
        Of each damage: random lesions, or runs with noise, 4 to 200.
    seed
        Of the azimuths, the lesions, and the noise.
    quick
        Numbers of at most 3 bits, at most 50 azimuths and 4 repeats.
    """
    result = Result("marr", locals(), seed)
    check_range("bits", bits, 2, 5)
    check_range("samples", samples, 50, 10_000)
    check_range("repeats", repeats, 4, 200)
    cases = CASES
    if quick:
        bits, samples, repeats, cases = min(bits, 3), min(samples, 50), min(repeats, 4), 8
    register, edges, motion = cash_register(bits), edge_detection(), motion_direction()
    sounds = sound_localization()
    agreements = [levels.check() for levels in (register, edges, motion)]
    for agreement in agreements:
        _claim_proved(result, agreement)
    agreements.append(sounds.check(samples=samples, seed=seed))
    _claim_sampled(result, agreements[-1], sounds)
    result.claim(
        "one computation, several algorithms and circuits: how many circuits add",
        sum(v.holds for v in agreements[0].verdicts if _computes(v.level, v.statement)),
        len(register.implementations),
    )
    _part_the_levels(result)
    _lesion(result, register)
    _tabulate(result, [register, edges, motion, sounds], agreements)
    _draw(result, [edges, motion, sounds])
    break_the_hardware(result, register, [edges, motion, sounds], bits, repeats, seed, cases)
    return result


def _claim_proved(result: Result, agreement: Agreement) -> None:
    """Every statement is proved, not only sampled."""
    cases = max(verdict.cases for verdict in agreement.verdicts)
    proved = sum(v.holds and v.exhaustive for v in agreement.verdicts)
    result.claim(
        f"{agreement.name}: statements about its levels that are proved, on up to {cases:,} cases",
        proved,
        len(agreement.verdicts),
    )


def _claim_sampled(result: Result, agreement: Agreement, sounds: Marr) -> None:
    """Real numbers cannot all be tried; and the row of cells tells no more than its spacing."""
    cases = max(verdict.cases for verdict in agreement.verdicts)
    result.claim(
        f"{agreement.name}: statements about its levels that {cases:,} sampled cases do not refute",
        sum(verdict.holds for verdict in agreement.verdicts),
        len(agreement.verdicts),
    )
    grid = [(float(azimuth),) for azimuth in GRID]
    answers = sounds.implementations["delay map"].answers(grid)
    result.claim(
        "the row of cells is off by no more than its spacing and a step of time allow: largest "
        "error of an azimuth in degrees",
        max(abs(heard - azimuth) for heard, (azimuth,) in zip(answers, grid, strict=True)),
        at_most=resolution(WIDEST),
    )


def _computes(level: str, statement: str) -> bool:
    return level.startswith("circuit") and statement.startswith("computes")


def _part_the_levels(result: Result) -> None:
    """Outside the domain the levels part: an algorithm's own limits show, and its circuit's."""
    fine = motion_direction((WAVELENGTHS[0], TOO_SHORT)).check()
    wrong = {v.level for v in fine.verdicts if not v.holds}
    result.claim(
        f"motion of stripes {TOO_SHORT:g}° wide, finer than two receptors tell: who sees it "
        "reversed",
        sorted(wrong),
        ["algorithm 'delay and compare'", "circuit 'wide-field cell'"],
    )
    behind = sound_localization(sorted(ALL_ROUND, key=abs)).check()
    misplaced = {
        v.level: None if v.failure is None else abs(v.failure.case["azimuth"])
        for v in behind.verdicts
        if v.statement.startswith("computes")
    }
    result.claim(
        "a sound behind is heard in front at every level below the computation: at each, the "
        "source nearest to the front that is misplaced, in degrees",
        list(misplaced.values()),
        [min(a for a in ALL_ROUND if a > 90)] * 3,
    )


def _lesion(result: Result, register: Marr) -> None:
    """One neuron silenced: the circuit is refuted, the computation and the algorithms are not."""
    shallow = register.implementations["depth-2 adder"]
    circuit = shallow.circuit
    levels = Marr(
        "cash register without a carry",
        computation=register.computation,
        algorithms=list(register.algorithms.values()),
        implementations=[
            Implementation(circuit.without(circuit["carry"][0]), name="lesioned adder")
        ],
    )
    agreement = levels.check()
    refuted = sorted({v.level for v in agreement.verdicts if not v.holds})
    result.claim(
        "a lesion breaks the implementation alone: what is refuted", refuted,
        ["circuit 'lesioned adder'"],
    )  # fmt: skip
    failure = agreement.failure
    result.claim(
        "without its first carry neuron an adder fails first at 1 + 1, and answers",
        None if failure is None else [*failure.case.values(), failure.got],
        [1, 1, 1],
    )


def _tabulate(result: Result, levels: Sequence[Marr], agreements: Sequence[Agreement]) -> None:
    rows = [(a.name, *row) for a in agreements for row in a.rows]
    result.table("statements", ("capability", *agreements[0].header), rows)
    costs = [marr.compare() for marr in levels]
    rows = [(m.name, *row) for m, cost in zip(levels, costs, strict=True) for row in cost.rows]
    result.table("costs", ("capability", *costs[0].header), rows)


def _draw(result: Result, others: Sequence[Marr]) -> None:
    result.figure("cash-register", cash_register(DRAWN_BITS).draw(case=DRAWN_SUM))
    for marr in others:
        result.figure(marr.name.replace(" ", "-"), marr.draw())
