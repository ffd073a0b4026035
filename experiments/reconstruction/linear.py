"""The linear decoder: every pixel a weighted sum of all responses, by ridge regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Of the responses' mean variance: from nothing to more than all of it.
PENALTIES = np.logspace(-6, 1, 29)


@dataclass(frozen=True, eq=False)
class LinearDecoder:
    """Images as ȳ + (r − r̄)W (Hoerl & Kennard 1970).

    Attributes
    ----------
    weights : W, (cells, pixels)
    response, image : r̄ (cells,) and ȳ (rows, columns), the means of what it learned from
    penalty : on W's squares, of the responses' mean variance
    """

    weights: np.ndarray
    response: np.ndarray
    image: np.ndarray
    penalty: float

    def __call__(self, responses: np.ndarray) -> np.ndarray:
        """Return what (trials, cells) are taken for, (trials, rows, columns)."""
        apart = (responses - self.response) @ self.weights
        return np.asarray(self.image + apart.reshape(len(responses), *self.image.shape))


def linear_decoder(
    responses: np.ndarray, images: np.ndarray, choosing: tuple[np.ndarray, np.ndarray]
) -> LinearDecoder:
    """Return the decoder that leaves the least Σ(ŷ − y)² + λΣw² of responses to images.

    Parameters
    ----------
    responses, images
        (trials, cells) and (trials, rows, columns).
    choosing
        Others, by whose squared error λ is chosen among `PENALTIES`.
    """
    mean, middle = responses.mean(axis=0), images.mean(axis=0)
    apart = responses - mean
    variances, axes = np.linalg.eigh(apart.T @ apart / len(apart))
    along = axes.T @ (apart.T @ (images - middle).reshape(len(images), -1)) / len(apart)
    tried, wanted = choosing
    candidates = []
    for penalty in PENALTIES.tolist():
        weights = axes @ (along / (variances + penalty * variances.mean())[:, None])
        decoder = LinearDecoder(weights, mean, middle, penalty)
        candidates.append((float(np.square(decoder(tried) - wanted).mean()), decoder))
    return min(candidates, key=lambda candidate: candidate[0])[1]
