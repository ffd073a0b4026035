"""What must be so whoever is right more often, and what the cases were made to show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neurosim.result import Result

from ..accuracy import SURE
from .cases import DIGITS, LOT, NEGATIVES, SHIFTED, SHUFFLED
from .rounds import Tried

PERCEPTRON, COGNITRON, MULTILAYER, CONVOLUTIONAL = (
    "perceptron", "cognitron", "multilayer perceptron", "convolutional network",
)  # fmt: skip
ALL = (PERCEPTRON, COGNITRON, MULTILAYER, CONVOLUTIONAL)
DEEP = (MULTILAYER, CONVOLUTIONAL)
ENOUGH = 400  # images of a case from which on the harder cases are surely told


def claim_fair_folds(result: Result, tried: Sequence[Tried]) -> None:
    """Claim that each image is held out once a round, and never learned where it is."""
    times = [int(end) for one in tried for end in (one.held_out.min(), one.held_out.max())]
    result.claim("how often a round holds each image out, at least and at most", times, 1)
    result.claim(
        "images held out that were also learned, pixel by pixel, in all folds of a case",
        [one.shared for one in tried],
        0,
    )


def claim_above_chance(result: Result, one: Tried, machines: Iterable[str]) -> None:
    """Claim that machines are right more often than by one answer for all."""
    scores = {machine: one.accuracy(machine) for machine in machines}
    told = ", ".join(f"{machine} {score.part:.1%}" for machine, score in scores.items())
    result.claim(
        f"{one.case.name}: {told} right of {len(one.case.labels)} held out, and "
        f"{one.case.chance:.1%} would be by one answer for all: probability of as many by chance "
        "(exact binomial test)",
        [score.by_chance for score in scores.values()],
        at_most=SURE,
    )


def claim_what_is_told(result: Result, tried: Sequence[Tried], drawn: bool) -> None:
    """Claim chance where there is nothing to tell, and elsewhere more than that.

    Parameters
    ----------
    drawn
        Whether the last three cases are drawn faces, told apart by all; of photographs nobody knows
        whether they can be.
    """
    for one in tried[:-3]:
        if one.case.name == LOT:
            chances = [one.accuracy(machine).by_chance for machine in ALL]
            result.claim(
                f"{LOT}: none of the four is surely right more often than by chance: probability "
                "of as many (exact binomial test, a quarter of the usual bound for each)",
                chances,
                at_least=SURE / len(ALL),
            )
        elif one.case.name == SHIFTED:
            few = len(one.case.labels) < ENOUGH
            claim_above_chance(result, one, (CONVOLUTIONAL,) if few else ALL)
        else:
            claim_above_chance(result, one, ALL[1:] if one.case.name == NEGATIVES else ALL)
    if drawn:
        upright, *harder = tried[-3:]
        claim_above_chance(result, upright, ALL)
        for one in harder:
            if len(one.case.labels) >= ENOUGH:
                claim_above_chance(result, one, ALL)


def claim_what_depth_does(result: Result, tried: Sequence[Tried]) -> None:
    """Claim what the perceptron cannot do, and those with layers between can."""
    by_name = {one.case.name: one for one in tried}
    negatives = by_name[NEGATIVES]
    most = (1 + negatives.case.chance) / 2
    result.claim(
        f"{NEGATIVES}: no neuron that weighs pixels tells of both digits image and negative, for "
        f"its drives by the two always add up to the same: {most:.1%}, all of one digit and "
        "half of the other, are the most to expect: probability that they would be as many as the "
        "perceptron's (exact binomial test)",
        _if_expected(most, negatives, PERCEPTRON),
        at_least=SURE,
    )
    result.claim(
        f"{NEGATIVES}: the networks with layers between are right of more: probability that "
        f"{most:.1%} would be as many ({' and '.join(DEEP)})",
        [_if_expected(most, negatives, machine) for machine in DEEP],
        at_most=SURE,
    )
    digits, shuffled = by_name[DIGITS], by_name[SHUFFLED]
    result.claim(
        f"{SHUFFLED}: a perceptron knows no neighbours: images that it answers otherwise than with "
        "the pixels in their places",
        int((digits.answers[PERCEPTRON] != shuffled.answers[PERCEPTRON]).sum()),
        0,
    )
    shifted = by_name[SHIFTED]
    behind = (PERCEPTRON, MULTILAYER) if len(shifted.case.labels) >= ENOUGH else (PERCEPTRON,)
    result.claim(
        f"{SHIFTED}: cells that share their fields are ahead: probability that equals fall as far "
        f"behind the {CONVOLUTIONAL} as does the {' and the '.join(behind)} (McNemar)",
        [shifted.behind_by_chance(machine, CONVOLUTIONAL) for machine in behind],
        at_most=SURE,
    )


def _if_expected(part: float, one: Tried, machine: str) -> float:
    """Return the probability of as many right, were each so with this probability."""
    return one.accuracy(machine)._replace(chance=part).by_chance
