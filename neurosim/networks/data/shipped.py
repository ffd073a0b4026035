"""Small sets of real data that come with the program, so that nothing need be downloaded.

They are those of scikit-learn, value by value; `shipped/SOURCES.md` says whose they are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .idx import load_idx
from .tables import load_csv

FOLDER = Path(__file__).parent / "shipped"


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1797 handwritten digits of 13 writers, about 180 of each.

    They are the test part of Alpaydin & Kaynak (1998), "Cascading classifiers", Kybernetika 34:
    every pixel counts the ink in 4 × 4 pixels of a scan, so x / 16 lies from 0 to 1.

    Returns
    -------
    images, labels
        From 0 (paper) to 16 (ink), float64, (1797, 8, 8), and the digits, int64, (1797,).
    """
    images = load_idx(FOLDER / "digits-images-idx3-ubyte.gz")
    labels = load_idx(FOLDER / "digits-labels-idx1-ubyte.gz")
    return images.astype(np.float64), labels.astype(np.int64)


def load_iris() -> tuple[np.ndarray, np.ndarray]:
    """Return how large the petals of 150 irises are, and the sepals; of three kinds (Fisher 1936).

    Returns
    -------
    x, y
        Length and width of the sepals, then of the petals, in cm, float64, (150, 4); 0 for Iris
        setosa, 1 for versicolor, 2 for virginica, 50 of each, int64, (150,).
    """
    x, y = load_csv(FOLDER / "iris.csv.gz", "target")
    return x, y.astype(np.int64)


def load_breast_cancer() -> tuple[np.ndarray, np.ndarray]:
    """Return the cell nuclei's measures of 569 tumours (Street, Wolberg & Mangasarian 1993).

    Returns
    -------
    x, y
        Ten measures (radius, texture, perimeter, area, smoothness, compactness, concavity, concave
        points, symmetry, fractal dimension): their means, then standard errors, then worst values,
        float64, (569, 30); 0 for the 212 malignant, 1 for the 357 benign, int64, (569,).
    """
    x, y = load_csv(FOLDER / "breast-cancer.csv.gz", "target")
    return x, y.astype(np.int64)


def load_diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Return 442 patients' measures and how far their diabetes went (Efron et al. 2004).

    The measures are as they were taken, `sklearn.datasets.load_diabetes(scaled=False)`.

    Returns
    -------
    x, y
        Age in years, sex (1 or 2), body mass index, mean blood pressure and six measures of the
        blood serum, float64, (442, 10); the disease's progression after a year, from 25 to 346,
        float64, (442,).
    """
    return load_csv(FOLDER / "diabetes.csv.gz", "target")
