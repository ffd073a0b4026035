"""Separable convolutions whose rows fill vector registers, against SciPy's correlation."""

import itertools

import numpy as np
import pytest
from scipy import ndimage, signal

from neurosim import Circuit, convolve
from neurosim.kernels import tables
from neurosim.program import compile_program

CLOSE = {"float64": 1e-13, "float32": 2e-6}
SHEETS = [(9, 16), (13, 71), (33, 150)]
KERNELS = [(3, 3), (4, 2), (7, 15), (2, 16), (16, 17), (25, 40)]
MODES = {"zero": "constant", "reflect": "reflect", "wrap": "wrap"}


def convolved(sheet, kernel, border, dtype="float64", **options):
    circuit = Circuit("sheet")
    x = circuit.inputs("x", shape=sheet.shape[-2:], real=True)
    circuit.output(circuit.rate("z", drive=convolve(x, kernel, border=border), transfer="identity"))
    rows = compile_program(circuit, None, dtype).tables.connections
    assert rows[:, tables.KIND].tolist() == [tables.SEPARABLE] * len(rows)
    assert len(rows)
    return circuit.evaluate(sheet, dtype=dtype, **options)


def reference(sheet, kernel, border):
    if border == "valid":
        return signal.correlate2d(sheet, kernel, mode="valid")
    # An even kernel's middle lies right of its half here, and left of it in SciPy: −1 there.
    origin = tuple(-1 if side % 2 == 0 else 0 for side in kernel.shape)
    return ndimage.correlate(sheet, kernel, mode=MODES[border], origin=origin)


@pytest.fixture(autouse=True)
def small_sheets(monkeypatch):
    monkeypatch.setattr("neurosim.lowering.FEW_ENTRIES", 0)


@pytest.mark.compiled
@pytest.mark.parametrize("border", [*MODES, "valid"])
@pytest.mark.parametrize(("shape", "sides"), [*itertools.product(SHEETS, KERNELS)])
def test_it_is_scipys_correlation(shape, sides, border, rng):
    if border == "valid" and (sides[0] > shape[0] or sides[1] > shape[1]):
        pytest.skip("nothing of the kernel fits on the sheet")
    sheet = rng.normal(size=shape)
    down, across = rng.normal(size=sides[0]), rng.normal(size=sides[1])
    kernel = np.outer(down, across)
    for dtype, close in CLOSE.items():
        found = convolved(sheet.astype(dtype), kernel, border, dtype)
        size = np.abs(kernel).sum() * np.abs(sheet).max()
        np.testing.assert_allclose(
            found, reference(sheet, kernel, border), rtol=0, atol=close * size
        )


@pytest.mark.compiled
@pytest.mark.parametrize("border", MODES)
@pytest.mark.parametrize("taps", [9, 21])
def test_neither_chunks_nor_threads_nor_strips_change_a_bit(border, taps, rng, monkeypatch):
    sheets = rng.normal(size=(3, 45, 70))
    kernel = np.outer(rng.normal(size=taps), rng.normal(size=taps))
    whole = convolved(sheets, kernel, border)
    for buffer, cache, threads in itertools.product((70, 700), (0, 10**9), (1, 2)):
        monkeypatch.setattr("neurosim.scheduling.SHEET_BUFFER", buffer)
        monkeypatch.setattr("neurosim.scheduling.CACHE", cache)
        found = convolved(sheets, kernel, border, threads=threads)
        np.testing.assert_array_equal(found, whole)
