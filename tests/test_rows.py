"""Sparse rows of every length, against SciPy: whole vectors, parts of them, nothing."""

import numpy as np
import pytest
from scipy import sparse

from neurosim import Circuit

LENGTHS = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 19, 20, 33, 100, 255]
CLOSE = {"float64": 1e-14, "float32": 1e-6}  # relative to the sum of the magnitudes


@pytest.mark.compiled
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize("sources", [300, 65_536, 70_000], ids=["few", "16 bits", "32 bits"])
def test_rows_are_scipys_product(sources, dtype, rng):
    places = [np.sort(rng.choice(sources, n, replace=False)) for n in LENGTHS]
    ends = np.concatenate(([0], np.cumsum(LENGTHS)))
    values = rng.normal(size=ends[-1]).astype(dtype)
    weights = sparse.csr_array(
        (values, np.concatenate(places), ends), shape=(len(LENGTHS), sources)
    )
    circuit = Circuit("rows")
    x = circuit.inputs("x", shape=(sources,), real=True)
    circuit.output(circuit.rate("z", drive=weights @ x, transfer="identity"))
    shown = rng.normal(size=sources).astype(dtype)
    found = circuit.evaluate(shown, dtype=dtype)
    exact = weights.astype(float) @ shown.astype(float)
    most = np.abs(weights).astype(float) @ np.abs(shown).astype(float)
    assert np.all(np.abs(found - exact) <= CLOSE[dtype] * most)
