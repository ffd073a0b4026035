"""What a trained neuron answers on the rows that it has not seen, for one function and for all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.result import Result

from .neurons import answers_of, learned
from .version_spaces import FORMULAS, FUNCTIONS, PATTERNS, ROWS, SUBSETS, VersionSpace, told, unseen

PASSES = 1000  # far more than any function of two bits takes


class Generalization(NamedTuple):
    """Right answers on unseen rows by how many were trained, 1, 2 and 3; and how many there are."""

    right: np.ndarray
    asked: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """Of the answers on unseen rows, how many are right, (3,)."""
        return self.right / self.asked


def train_on_subsets() -> dict[str, np.ndarray]:
    """Return what neurons answer after each subset of each function, (subsets, 4)."""
    neurons = [
        learned(PATTERNS[list(rows)], np.array(table)[list(rows)], PASSES)
        for table in FUNCTIONS.values()
        for rows in SUBSETS
    ]
    answers = answers_of(neurons, PATTERNS).T.reshape(len(FUNCTIONS), len(SUBSETS), len(ROWS))
    return dict(zip(FUNCTIONS, answers, strict=True))


def check_answers(
    result: Result, function: str, answers: np.ndarray, spaces: list[VersionSpace]
) -> None:
    """The neuron is right on what it was trained on, and answers what that determines.

    Three points of a square or fewer are always separable, so the rule always converges.
    """
    true, formula = FUNCTIONS[function], FORMULAS[function]
    result.claim(
        f"{formula}: right answers of the trained neurons on the rows that they saw",
        sum(
            int(found[row] == true[row])
            for found, rows in zip(answers, SUBSETS, strict=True)
            for row in rows
        ),
        sum(len(rows) for rows in SUBSETS),
    )
    result.claim(
        f"{formula}: what the trained neurons answer where it is determined",
        told(
            [
                {row: int(found[row]) for row in space.determined}
                for found, space in zip(answers, spaces, strict=True)
            ]
        ),
        told([space.determined for space in spaces]),
    )


def check_lunch(result: Result, answers: dict[str, np.ndarray]) -> dict[str, Generalization]:
    """No free lunch: over all functions any learner is right on half of what it has not seen.

    Of the functions that agree with the training half answer 1 on an unseen row, whatever the
    learner answers there (Wolpert 1996).  After three rows two functions are left, and the neuron
    is right for one of them: in 32 of 64 cases.  The 8 cases of XOR and XNOR, which no neuron
    computes, are not among the 32: without them the share is 32 of 56.
    """
    every = _generalization(answers, list(FUNCTIONS))
    impossible = _generalization(answers, ["xor", "xnor"])
    possible = Generalization(every.right - impossible.right, every.asked - impossible.asked)
    result.claim(
        "over all 16 functions, after 1, 2 and 3 rows: right answers on those not seen",
        every.right,
        [len(FUNCTIONS) * asked // 2 for asked in (12, 12, 4)],
    )
    result.claim(
        "over the 14 functions of a single neuron, after 3 rows: share of right answers",
        possible.share[-1],
        4 / 7,
    )
    result.claim("XOR and XNOR, after 3 rows: right answers on the fourth", impossible.right[-1], 0)
    return {
        "all 16 functions": every,
        "14 of one neuron": possible,
        "XOR and XNOR": impossible,
    }


def _generalization(answers: dict[str, np.ndarray], functions: list[str]) -> Generalization:
    right, asked = np.zeros((2, len(ROWS) - 1), dtype=int)
    for function in functions:
        for rows, found in zip(SUBSETS, answers[function], strict=True):
            others = unseen(rows)
            right[len(rows) - 1] += (found[others] == np.array(FUNCTIONS[function])[others]).sum()
            asked[len(rows) - 1] += len(others)
    return Generalization(right, asked)
