"""Whether one decoder is ahead of another, by on how many images it is."""

from __future__ import annotations

import numpy as np
from scipy.special import bdtrc  # scipy.stats takes a second to import


def ahead_by_chance(values: np.ndarray, others: np.ndarray) -> float:
    """Return the probability that equals are ahead on so many images, or more.

    The sign test, of one side: on each image that tells them apart, either is ahead by a toss of a
    coin (Arbuthnot 1710).

    Parameters
    ----------
    values, others
        What both reach on each image, the larger the better, (images,).
    """
    ahead, behind = int((values > others).sum()), int((values < others).sum())
    return float(bdtrc(ahead - 1, ahead + behind, 0.5)) if ahead else 1.0
