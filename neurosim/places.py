"""Places in a state vector, as kernels move values to and from them: stretches of neighbours."""

from __future__ import annotations

import numpy as np

FEW = 32  # places up to which a Python loop looks for their stretches


def stretches(places: np.ndarray) -> np.ndarray:
    """Return places as stretches of neighbours, (stretches, 2): the first place, and how many."""
    if places.size <= FEW:  # as in a call of a gate, where each of NumPy's calls would show
        found: list[list[int]] = []
        for place in places.tolist():
            if found and place == found[-1][0] + found[-1][1]:
                found[-1][1] += 1
            else:
                found.append([place, 1])
        return np.array(found, dtype=np.int64).reshape(-1, 2)
    ends = np.flatnonzero(places[1:] != places[:-1] + 1) + 1
    bounds = np.concatenate(([0], ends, [places.size]))
    return np.stack((places[bounds[:-1]], np.diff(bounds)), axis=1)
