"""What is claimed of the decoders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim.result import Result

from ..accuracy import SURE
from ..signs import ahead_by_chance
from .decoders import DECODERS, GAN, LINEAR, NETWORK, Reconstructions
from .digits import Digits
from .measures import Measures

# By so much the network may miss the least error, which it aims at, and so be overtaken.
UNLEARNED = 0.05
# Spikes from which on their noise does not hide how the cells code, and epochs from which on a
# network has learned to read squares.
ENOUGH, LEARNED = 0.5, 40
# Spikes up to which they leave so much open that squared error blurs an image more than the
# strongest adversary oversharpens it.
FEW = 1.0
WORDS = {"correlation": "correlation with", "similarity": "structural similarity to"}


def claim_all(
    result: Result, digits: Digits, found: Sequence[Reconstructions], spikes: float
) -> None:
    """Claim what holds of the decoders of all populations."""
    result.claim("images held out that were learned from or chosen by", digits.seen_before(), 0)
    for one in found:
        _claim_seen(result, one)
    for one in found:
        _claim_sharp(result, one, nearer=spikes <= FEW)
    if spikes >= ENOUGH:
        _claim_coded(result, *found)


def _claim_seen(result: Result, found: Reconstructions) -> None:
    """Claim that each decoder tells of the image that was shown."""
    for measure, words in WORDS.items():
        own = {key: getattr(found.measured[key], measure) for key in DECODERS}
        told = ", ".join(f"{key} {values.mean():.3f}" for key, values in own.items())
        usual = getattr(found.usual, measure)
        mistaken = {key: getattr(found.mistaken[key], measure) for key in DECODERS}
        for who, others in (
            (f"the mean image, {usual.mean():.3f}", dict.fromkeys(DECODERS, usual)),
            (f"answers to another image's spikes, {np.mean([*mistaken.values()]):.3f}", mistaken),
        ):
            result.claim(
                f"{found.name}: {words} the image held out: {told}, above {who}: probability that "
                "equals are so often ahead (sign test)",
                [ahead_by_chance(own[key], others[key]) for key in DECODERS], at_most=SURE,
            )  # fmt: skip
    identified = {key: own.identified for key, own in found.measured.items()}
    told = ", ".join(f"{key} {own.mean():.1%}" for key, own in identified.items())
    result.claim(
        f"{found.name}: of two images the right one is told by the reconstruction, {told}, and "
        "half by chance: probability of that many images above half by chance",
        [ahead_by_chance(own, np.full_like(own, 0.5)) for own in identified.values()],
        at_most=SURE,
    )  # fmt: skip


def _claim_sharp(result: Result, found: Reconstructions, nearer: bool) -> None:
    """Claim that the adversary makes images sharp, and what it costs.

    Parameters
    ----------
    nearer
        Whether there are so few spikes that it also brings them nearer to how sharp true ones are.
    """
    sharp = found.measured[GAN]
    blurred = {key: found.measured[key] for key in (LINEAR, NETWORK)}
    told = ", ".join(f"{key} {np.median(own.sharpness):.2f}" for key, own in blurred.items())
    result.claim(
        f"{found.name}: the GAN's images are the sharpest, {np.median(sharp.sharpness):.2f} of "
        f"what true ones are in the median, {told}: probability that equals are so often sharper",
        [ahead_by_chance(sharp.sharpness, own.sharpness) for own in blurred.values()],
        at_most=SURE,
    )
    if nearer:
        result.claim(
            f"{found.name}: of all three they also come nearest to the sharpness of true ones: "
            "probability that equals are so often nearer to 1",
            [ahead_by_chance(-_blur(sharp), -_blur(own)) for own in blurred.values()],
            at_most=SURE,
        )
    result.claim(
        f"{found.name}: what sharpness costs: the GAN's squared error over that of the same "
        "network without adversary (at the best from 1 to 2, Blau & Michaeli 2018)",
        sharp.error.mean() / found.measured[NETWORK].error.mean(),
        at_least=1 - UNLEARNED, at_most=2,
    )  # fmt: skip


def _blur(measured: Measures) -> np.ndarray:
    """Return how far from 1 the sharpness of each image is, as a factor's logarithm."""
    with np.errstate(divide="ignore"):  # a uniform one is infinitely far
        return np.abs(np.log(measured.sharpness))


def _claim_coded(result: Result, lgn: Reconstructions, v1: Reconstructions) -> None:
    """Claim that a linear decoder hears less of squares than of sums, and a network more."""
    of_lgn, of_v1 = (one.measured[LINEAR].correlation for one in (lgn, v1))
    result.claim(
        f"as many cells, as many spikes: linear correlation from {lgn.name}, whose cells rectify "
        f"sums of pixels, {of_lgn.mean():.3f}, from complex cells of {v1.name}, which lose the "
        f"phase, {of_v1.mean():.3f}: probability that equals are so often ahead",
        ahead_by_chance(of_lgn, of_v1), at_most=SURE,
    )  # fmt: skip
    if len(v1.courses[NETWORK]) >= LEARNED:
        linear, network = (-v1.measured[key].error for key in (LINEAR, NETWORK))
        result.claim(
            f"{v1.name}: energies are squares, which a network undoes better than a linear "
            f"decoder: squared error {-network.mean():.4f} and {-linear.mean():.4f}: probability "
            "that equals are so often ahead",
            ahead_by_chance(network, linear), at_most=SURE,
        )  # fmt: skip
