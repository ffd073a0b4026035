r"""Induction: what training on some cases says of the others · 歸納的問題 · lecture row 15

Question: What does training on some cases say of the others?
Equation: $2^{2^n - m}$ functions of $n$ bits agree with $m$ trained rows
Levels: computation
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from neurosim import InputError
from neurosim.errors import unknown
from neurosim.result import Result

from ..parameters import check_range
from .learning_curves import draw_learning_curves
from .no_free_lunch import check_answers, check_lunch, train_on_subsets
from .polynomials import fit_polynomials
from .table import draw_table, list_subsets
from .version_spaces import FUNCTIONS, check_bias


def run(
    function: Literal[
        "false", "and", "p-and-not-q", "p", "q-and-not-p", "q", "xor", "or", "nor", "xnor",
        "not-q", "q-implies-p", "not-p", "p-implies-q", "nand", "true",
    ] = "and",
    inputs: int = 8,
    functions: int = 40,
    points: int = 20,
    noise: float = 0.3,
    draws: int = 100,
    seed: int = 0,
    quick: bool = False,
) -> Result:  # fmt: skip
    """Show the problem of induction: what was not trained follows only from a bias.

    Of the four rows of a truth table some are trained, and the others asked for, in all 14 ways.
    As long as any function may be the right one, no training says anything of another row (Hume
    1748, Mitchell 1980, Wolpert 1996).  A single neuron computes 14 of the 16 functions, and with
    that bias some trainings determine a row.  Polynomials show how much bias is good: too few
    coefficients miss the curve, too many learn the noise.  Learning curves show how a bias that
    is right makes a neuron right on what it has not seen, and what it is worth where it is wrong.

    Parameters
    ----------
    function
        Of p and q, whose table is learned.
    inputs
        Bits of the functions for the learning curves, from 4 to 10.
    functions
        How many of these are drawn, from 10 to 200.
    points
        That the polynomials are fitted to, from 16 to 100.
    noise
        Standard deviation of the points about the true function, which reaches from −1 to 1: from
        0.001 to 10 (arbitrary units).
    draws
        Of the points, from 20 to 500.
    seed
        Of the functions, the rows and the points.
    quick
        At most 10 functions of at most 7 bits, and 30 draws.
    """
    result = Result("induction", locals(), seed)
    if function not in FUNCTIONS:
        raise InputError(unknown("function", function, FUNCTIONS, most=len(FUNCTIONS)))
    check_range("inputs", inputs, 4, 10, " bits")
    check_range("functions", functions, 10, 200)
    check_range("points", points, 16, 100)
    check_range("noise", noise, 1e-3, 10)
    check_range("draws", draws, 20, 500)
    random = np.random.default_rng(seed)
    unbiased, biased = check_bias(result, function)
    answers = train_on_subsets()
    check_answers(result, function, answers[function], biased)
    lunch = check_lunch(result, answers)
    result.figure("truth-table", draw_table(function, answers[function], unbiased, biased, lunch))
    list_subsets(result, function, answers[function], unbiased, biased)
    fit_polynomials(result, points, noise, min(draws, 30) if quick else draws, random)
    draw_learning_curves(
        result,
        min(inputs, 7) if quick else inputs,
        min(functions, 10) if quick else functions,
        random,
    )
    return result
