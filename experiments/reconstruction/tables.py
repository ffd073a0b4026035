"""All measures, of each population and decoder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from neurosim.result import Result

from .decoders import Reconstructions
from .measures import Measures

SURE_WITHIN = 1.96  # standard errors, of 95%
MOST = {"correlation": 1.0, "similarity": 1.0, "identified": 1.0}  # of measures that have a most


def interval(values: np.ndarray, most: float = math.inf) -> tuple[float, float, float]:
    """Return the mean over images, and its interval of 95% over all such images.

    Parameters
    ----------
    values
        Of each image, (images,).
    most
        The largest there can be, beyond which no interval reaches.
    """
    mean = float(values.mean())
    reach = SURE_WITHIN * float(values.std(ddof=1)) / len(values) ** 0.5
    return mean, mean - reach, max(mean, min(mean + reach, most))  # rounding may put a mean above


def tabulate(result: Result, found: Sequence[Reconstructions]) -> None:
    """Add the tables of measures and of losses."""
    result.table(
        "held-out",
        ("population", "decoder", "measure", "mean", "from (95%)", "to (95%)", "deviation"),
        [
            (
                one.name,
                who,
                measure,
                *interval(values, MOST.get(measure, math.inf)),
                values.std(ddof=1),
            )
            for one in found
            for who, measured in _each(one)
            for measure, values in measured._asdict().items()
        ],
    )
    result.table(
        "losses",
        ("population", "decoder", "epoch", "pixels", "deceit", "critic"),
        [
            (one.name, who, epoch, *losses)
            for one in found
            for who, course in one.courses.items()
            for epoch, losses in enumerate(course, start=1)
        ],
    )


def _each(found: Reconstructions) -> Iterator[tuple[str, Measures]]:
    yield "mean image", found.usual
    for who, measured in found.measured.items():
        yield who, measured
        yield f"{who}, another image's spikes", found.mistaken[who]
