"""Matrices whose rows and trials fill vector registers, and what is left over beside them."""

import numpy as np
import pytest

from neurosim import Circuit

SIZES = [(65, 64), (70, 97), (101, 300), (66, 1031)]
CLOSE = {"float64": 1e-13, "float32": 1e-5}


def layer(weights: np.ndarray) -> Circuit:
    circuit = Circuit("layer")
    x = circuit.inputs("x", shape=(weights.shape[1],), real=True)
    circuit.output(circuit.rate("z", drive=weights @ x, transfer="identity"))
    return circuit


@pytest.mark.compiled
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize(("targets", "sources"), SIZES)
@pytest.mark.parametrize("trials", [1, 3, 4, 7, 64, 87, 300])
def test_a_layer_is_a_product_of_matrices(targets, sources, trials, dtype, rng):
    weights = rng.normal(size=(targets, sources)).astype(dtype)
    shown = rng.normal(size=(trials, sources)).astype(dtype)
    found = layer(weights).evaluate(shown, dtype=dtype)
    size = np.abs(shown) @ np.abs(weights).T
    assert np.all(np.abs(found - shown @ weights.T) <= CLOSE[dtype] * size)


@pytest.mark.compiled
@pytest.mark.parametrize("dtype", CLOSE)
def test_a_sum_is_the_same_however_rows_and_trials_are_cut(dtype, rng, monkeypatch):
    weights = rng.normal(size=(83, 290)).astype(dtype)
    shown = rng.normal(size=(71, 290)).astype(dtype)
    whole = layer(weights).evaluate(shown, dtype=dtype)
    alone = layer(weights).evaluate(shown[4], dtype=dtype)
    for chunk, trials in ((16, 8), (200, 64), (4096, 256)):
        monkeypatch.setattr("neurosim.scheduling.BUFFER", chunk)
        monkeypatch.setattr("neurosim.scheduling.WIDEST", trials)
        for threads in (1, 2):
            again = layer(weights).evaluate(shown, dtype=dtype, threads=threads)
            np.testing.assert_array_equal(again, whole)
            one = layer(weights).evaluate(shown[4], dtype=dtype, threads=threads)
            np.testing.assert_array_equal(one, alone)


def test_large_weights_take_as_many_trials_side_by_side_as_small_ones(rng):
    """A block of few trials would read all weights again for each."""
    from neurosim.program import compile_program
    from neurosim.scheduling import block_of

    circuit = layer(rng.normal(size=(3000, 300)))
    program = compile_program(circuit, None)
    assert block_of(program, 1000) >= 64
