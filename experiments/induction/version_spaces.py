"""Training on some rows of a truth table: which functions agree with them, and on what else.

What all of them answer alike on a row that was not trained, the training determines.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from circuits import logic
from neurosim import Circuit
from neurosim.result import Result

ROWS = ("00", "01", "10", "11")  # p and q
PATTERNS = np.array(list(itertools.product((0, 1), repeat=2)))
# What each function of two bits answers on these rows.
FUNCTIONS = {
    "false": (0, 0, 0, 0), "and": (0, 0, 0, 1), "p-and-not-q": (0, 0, 1, 0), "p": (0, 0, 1, 1),
    "q-and-not-p": (0, 1, 0, 0), "q": (0, 1, 0, 1), "xor": (0, 1, 1, 0), "or": (0, 1, 1, 1),
    "nor": (1, 0, 0, 0), "xnor": (1, 0, 0, 1), "not-q": (1, 0, 1, 0), "q-implies-p": (1, 0, 1, 1),
    "not-p": (1, 1, 0, 0), "p-implies-q": (1, 1, 0, 1), "nand": (1, 1, 1, 0),
    "true": (1, 1, 1, 1),
}  # fmt: skip
FORMULAS = {
    "false": "⊥", "and": "p∧q", "p-and-not-q": "p∧¬q", "p": "p", "q-and-not-p": "¬p∧q", "q": "q",
    "xor": "p⊕q", "or": "p∨q", "nor": "¬(p∨q)", "xnor": "¬(p⊕q)", "not-q": "¬q",
    "q-implies-p": "p∨¬q", "not-p": "¬p", "p-implies-q": "¬p∨q", "nand": "¬(p∧q)", "true": "⊤",
}  # fmt: skip
# Every way to train on some rows, and have others to test on.
SUBSETS = tuple(
    rows for size in range(1, len(ROWS)) for rows in itertools.combinations(range(len(ROWS)), size)
)
LARGEST = 1  # weight that a unit needs for any threshold function of two bits


@dataclass(frozen=True, eq=False)
class VersionSpace:
    """The functions that agree with some rows of a truth table (Mitchell 1982).

    Attributes
    ----------
    size : how many they are
    determined : what all of them answer, by row that was not trained
    """

    size: int
    determined: dict[int, int]


def unseen(rows: Sequence[int]) -> list[int]:
    """Return the rows that are not among those trained."""
    return [row for row in range(len(ROWS)) if row not in rows]


def version_space(tables: np.ndarray, rows: Sequence[int], answers: Sequence[int]) -> VersionSpace:
    """Return which functions answer so on these rows.

    Parameters
    ----------
    tables
        All that are thought possible, (functions, 4).
    rows, answers
        What was trained.
    """
    agreeing = tables[(tables[:, list(rows)] == [answers[row] for row in rows]).all(axis=1)]
    alike = np.flatnonzero((agreeing == agreeing[0]).all(axis=0))
    return VersionSpace(
        len(agreeing), {int(row): int(agreeing[0, row]) for row in alike if row not in rows}
    )


def any_function() -> np.ndarray:
    """Return the truth tables of circuits for all functions of two bits, (16, 4)."""
    made = [logic.from_table(answers) for answers in FUNCTIONS.values()]
    return np.array([[row[-1] for row in circuit.truth_table()] for circuit in made])


def single_neurons() -> np.ndarray:
    """Return the truth tables that single neurons have, whatever their weights, (functions, 4).

    All neurons of weights −1, 0 and 1 and of every threshold that matters are one population.
    """
    weights = np.array(list(itertools.product(range(-LARGEST, LARGEST + 1), repeat=2)))
    thresholds = np.arange(-2 * LARGEST, 2 * LARGEST + 2)
    neurons = Circuit("threshold neurons")
    x = neurons.inputs("x", shape=2)
    drive = np.repeat(weights, len(thresholds), axis=0) @ x
    neurons.output(
        neurons.binary("neurons", drive=drive, threshold=np.tile(thresholds, len(weights)))
    )
    return np.unique(neurons(PATTERNS).T, axis=0)


def check_bias(result: Result, function: str) -> tuple[list[VersionSpace], list[VersionSpace]]:
    """What any function, and what a single neuron, may answer on the rows not trained.

    Returns
    -------
    Both version spaces, for each of the subsets.
    """
    answers = FUNCTIONS[function]
    every, neurons = any_function(), single_neurons()
    result.claim(
        "circuits for the 16 functions of two bits: how many have their truth table",
        int((every == list(FUNCTIONS.values())).all(axis=1).sum()),
        len(FUNCTIONS),
    )
    computed = {tuple(table) for table in neurons.tolist()}
    result.claim(
        "functions that no single neuron computes (Minsky & Papert 1969)",
        [name for name, table in FUNCTIONS.items() if table not in computed],
        ["xor", "xnor"],
    )
    unbiased = [version_space(every, rows, answers) for rows in SUBSETS]
    biased = [version_space(neurons, rows, answers) for rows in SUBSETS]
    result.claim(
        "after m of 4 rows 2^(4 − m) functions are left, for each subset",
        [space.size for space in unbiased],
        [2 ** (len(ROWS) - len(rows)) for rows in SUBSETS],
    )
    result.claim(
        "if any function may be the one, how many subsets determine a row of the rest",
        sum(bool(space.determined) for space in unbiased),
        0,
    )
    formula = FORMULAS[function]
    found = told([space.determined for space in biased])
    result.claim(
        f"{formula}: what training determines if only a neuron's function may be it (by linear "
        "programmes)",
        found,
        told([by_linear_programme(rows, answers) for rows in SUBSETS]),
    )
    result.claim(f"{formula}: the same by hand, from XOR and XNOR", found, told(by_hand(answers)))
    return unbiased, biased


def by_linear_programme(rows: Sequence[int], answers: Sequence[int]) -> dict[int, int]:
    """Return what the rows determine: where a plane can be laid for one answer only."""
    found = {}
    for row in unseen(rows):
        possible = [
            answer
            for answer in (0, 1)
            if _plane_exists([*rows, row], [*(answers[k] for k in rows), answer])
        ]
        if len(possible) == 1:
            found[row] = possible[0]
    return found


def _plane_exists(rows: Sequence[int], answers: Sequence[int]) -> bool:
    """Return whether some w and b have w·x + b ≥ 1 where the answer is 1, and ≤ −1 elsewhere."""
    signs = 2 * np.array(answers) - 1
    folded = signs[:, None] * np.column_stack([PATTERNS[list(rows)], np.ones(len(rows))])
    found = linprog(np.zeros(3), A_ub=-folded, b_ub=-np.ones(len(rows)), bounds=(None, None))
    return bool(found.status == 0)


def by_hand(answers: Sequence[int]) -> list[dict[int, int]]:
    """Return what each subset determines, by the argument of the two functions left out.

    Of the functions that agree with the training, neurons lack those of XOR and XNOR that do.
    These two are opposites, so at most one does.  With three rows trained there are two functions,
    and if one is lacking the other gives the answer; with fewer rows there are four or eight, and
    one that is lacking leaves both answers possible everywhere.
    """
    lacking = [FUNCTIONS["xor"], FUNCTIONS["xnor"]]
    found: list[dict[int, int]] = []
    for rows in SUBSETS:
        others = unseen(rows)
        agreeing = [table for table in lacking if all(table[k] == answers[k] for k in rows)]
        known = len(others) == 1 and len(agreeing) == 1
        found.append({others[0]: 1 - agreeing[0][others[0]]} if known else {})
    return found


def told(determined: Sequence[dict[int, int]]) -> list[str]:
    """Return what the subsets determine in words: ``01 10 11 → 00 is 0``."""
    return [
        f"{' '.join(ROWS[k] for k in rows)} → {ROWS[row]} is {answer}"
        for rows, answers in zip(SUBSETS, determined, strict=True)
        for row, answer in sorted(answers.items())
    ]
