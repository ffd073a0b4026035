"""Arithmetic on sources, and convolutions against four loops and scipy.ndimage."""

import math
import tracemalloc

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_circuits import examples
from scipy import ndimage, sparse

from neurosim import Circuit, CircuitError, convolve, stack
from neurosim.connections import BORDERS
from neurosim.kernels import tables
from neurosim.lowering import separated
from neurosim.program import compile_program

SEEDS = st.integers(0, 2**32 - 1)


def answer(build, shown, **options):
    """What a linear cell hears through `build(source)` when the source shows an array."""
    circuit = Circuit("linear")
    x = circuit.inputs("x", shape=np.shape(shown), real=True)
    circuit.output(circuit.rate("z", drive=build(x), transfer="identity", **options))
    return circuit(shown)


# ------------------------------------------------------------------ arithmetic


@settings(max_examples=examples(40))
@given(SEEDS)
def test_drives_are_what_the_same_arithmetic_gives_on_arrays(seed):
    rng = np.random.default_rng(seed)
    shown = rng.normal(size=(3, 4))
    matrix, column, factor = rng.normal(size=(3, 12)), rng.normal(size=3), rng.normal()

    def formula(x, flat):
        return [
            2 * x - x[::-1] / 3 + (-x) * 0.5,
            x[1] + 2 * x[:, 2][0] - sum([x[0], x[2]]),
            factor * (matrix @ flat - column * (matrix[::-1] @ flat)),
            0 + column[:, None] * x + x[0] + 0,
            flat @ matrix.T + np.float32(0.5) * (flat[:3] - flat[3:6]),
            x.T[1:, ::2] if isinstance(x, np.ndarray) else stack([x[::2, k] for k in (1, 2, 3)]),
        ]

    for k, expected in enumerate(formula(shown, shown.ravel())):
        found = answer(lambda x, k=k: formula(x, x.ravel())[k] * 1.0, shown)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=examples(20))
@given(SEEDS)
def test_sparse_matrices_are_as_dense_ones(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(5, 6)) * (rng.random((5, 6)) < 0.4)
    shown, rows = rng.normal(size=(2, 3)), rng.normal(size=5)
    for kind in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array, sparse.dok_array):
        found = answer(lambda x, kind=kind: rows * (kind(matrix) @ x), shown)
        np.testing.assert_allclose(found, rows * (matrix @ shown.ravel()), atol=1e-12)
    doubled = sparse.coo_array(([1.0, 2.0], ([0, 0], [3, 3])), shape=(1, 6))
    np.testing.assert_allclose(answer(lambda x: doubled @ x, shown)[0], 3 * shown.ravel()[3])


@pytest.mark.parametrize("n", [20, 100])
def test_sparse_weights_in_float32_are_added_up_in_float64(n, rng):
    """They are kept as they are given; what is made of them is not rounded to them."""
    one, two = (sparse.random_array((n, n), density=0.5, rng=rng).astype("f4") for _ in range(2))
    shown = rng.random(n)
    found = answer(lambda x: one @ x + two @ x, shown)
    expected = one.astype(float) @ shown + two.astype(float) @ shown
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_one_row_is_heard_by_everyone():
    shown = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(answer(lambda x: x.sum(), shown, shape=(70,)), np.full(70, 15.0))
    np.testing.assert_array_equal(answer(lambda x: x.sum(), shown), 15)
    np.testing.assert_array_equal(answer(lambda x: np.ones(6) @ x, shown, shape=(2,)), [15, 15])


def test_a_sparse_row_is_heard_by_everyone():
    shown = np.arange(6.0)
    row = np.array([[0.5, 0, 0, 2.0, 0, 1.0]])
    for shape in ((5,), (2, 3), (), (1,), (0,)):
        expected = np.full(shape, 13.0 - 2.0)
        for matrix in (row, sparse.csr_array(row), sparse.csr_array(row.astype("f4"))):
            found = answer(lambda x, matrix=matrix: matrix @ x, shown, shape=shape)
            np.testing.assert_array_equal(found, expected)
    nothing = sparse.csr_array((1, 6))
    np.testing.assert_array_equal(answer(lambda x: nothing @ x, shown, shape=3), np.zeros(3))
    two = sparse.csr_array(np.ones((2, 6)))
    with pytest.raises(CircuitError, match=r"delivers shape \(2,\)"):
        answer(lambda x: two @ x, shown, shape=5)


def test_one_to_one_sums_are_those_of_its_matrix(rng):
    circuit = Circuit("sums")
    x = circuit.inputs("x", shape=3, real=True)
    for weight in (-2.0, rng.normal(size=3), rng.normal(size=(2, 3))):
        (connection,) = (weight * x.reshape(1, -1)).connections
        expected = np.abs(connection.matrix((2, 3)).toarray()).sum(axis=1)
        np.testing.assert_array_equal(connection.absolute_sums((2, 3)), expected)


@pytest.mark.compiled
def test_a_pool_that_everyone_hears_is_never_written_out():
    size = 80 * 80
    tracemalloc.start()
    try:
        for channel in ("excite", "subtract", "divide"):
            circuit = Circuit("pool")
            x = circuit.inputs("x", shape=(80, 80), real=True)
            circuit.output(circuit.rate("z", **{channel: x.sum()}, bias=1.0, shape=(80, 80)))
            circuit.output(circuit.binary("b", **{channel: x.sum()}, shape=(80, 80)))
            circuit(np.ones((80, 80)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size * size / 2  # a byte for each single connection would be size²


def test_parameters_a_neuron_fit_any_layout_of_the_drive():
    theta = np.arange(6.0).reshape(2, 3)
    weights = np.ones((6, 4))
    for matrix in (weights, sparse.csr_array(weights), weights[:1]):
        circuit = Circuit("pool")
        x = circuit.inputs("x", shape=(4,))
        z = circuit.binary("z", bias=10.0, divide=matrix @ x, threshold=theta, shape=(2, 3))
        circuit.output(z)
        np.testing.assert_array_equal(circuit(np.ones(4)), theta * 5 <= 10)


def test_weights_are_not_kept_by_reference():
    matrix = np.ones((2, 2))
    csr = sparse.csr_array(matrix)
    circuit = Circuit("copies")
    x = circuit.inputs("x", shape=(2,), real=True)
    circuit.output(circuit.rate("z", excite=matrix @ x + csr @ x + matrix[0] * x))
    matrix[:] = 9
    csr.data[:] = 9
    assert circuit([1.0, 1.0]).tolist() == [5, 5]


def test_sources_behave_as_the_design_says():
    circuit = Circuit("sources")
    x = circuit.inputs("x", shape=(2, 3))
    assert not hasattr(x, "__len__")
    assert [row.shape for row in x] == [(3,), (3,)]
    assert str(x[1, 2]) == "x[1, 2]"
    assert (str(x), str(x.ravel())) == ("x", "x")
    with pytest.raises(CircuitError, match="no truth value"):
        bool(x)
    with pytest.raises(CircuitError, match=r"x: index 7 is outside its shape \(2, 3\)"):
        x[7]
    with pytest.raises(CircuitError, match=r"x\[0, 0\] is one neuron"):
        list(x[0, 0])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x, y: x * y, "a source cannot be multiplied by a source"),
        (lambda x, y: x @ y, "a source cannot be multiplied by a source"),
        (lambda x, y: x / y, "a source cannot be divided by a source"),
        (lambda x, y: x + 1, "1 cannot be added to a source"),
        (lambda x, y: x + np.ones((3, 3)), "cannot be added to a source"),
        (lambda x, y: np.ones((2, 2)) @ x, r"weights of shape \(2, 2\) @ x of shape \(3,\)"),
        (lambda x, y: np.ones((2, 2, 3)) @ x, r"weights of shape \(2, 2, 3\)"),
        (lambda x, y: x + y, r"x delivers shape \(3,\), y delivers \(4,\)"),
        (lambda x, y: math.nan * x, "must not be NaN"),
        (lambda x, y: np.full((2, 3), math.nan) @ x, "the weights from x must not be NaN"),
        (lambda x, y: np.full((2, 3), "a") @ x, "the weights from x must be numbers"),
        (lambda x, y: sparse.csr_array([[math.nan, 0, 0]]) @ x, "sparse weights from x .* NaN"),
        (lambda x, y: x / 0, "must not|divi"),
        (lambda x, y: 1j * x, "number"),
        (lambda x, y: stack([x, y]), r"one shape: y has \(4,\), x has \(3,\)"),
        (lambda x, y: stack([x, 5]), "stack takes sources, got 5"),
        (lambda x, y: stack([]), "at least one source"),
        (lambda x, y: stack([x, Circuit("other").inputs("x", shape=3)]), "sources of one circuit"),
        (lambda x, y: convolve(x, np.ones((2, 2))), r"x has shape \(3,\), the kernel \(2, 2\)"),
        (lambda x, y: convolve(2 * x, [1]), "the image must be a source, got Drive"),
        (lambda x, y: convolve(x, [1], border="mirror"), "border must be one of zero, reflect"),
        (lambda x, y: convolve(x, [1], stride=0), r"stride must be a whole number from 1 \(got 0"),
        (lambda x, y: convolve(x, []), "the kernel is empty"),
        (
            lambda x, y: x.reshape(2, 2),
            r"x has shape \(3,\): reshape\(\) cannot make \(2, 2\) of it",
        ),
        (lambda x, y: x.reshape((4,)), r"cannot make \(4,\) of it"),
        (lambda x, y: x[:2].reshape("a"), r"x\[0\] … x\[1\] has shape \(2,\): .* make 'a' of it"),
        (lambda x, y: convolve(x, [math.nan]), "must not be NaN"),
        (lambda x, y: convolve(x, np.ones(4), border="valid"), "does not fit into"),
    ],
)
def test_arithmetic_that_makes_no_sense_is_refused_in_one_line(build, message):
    circuit = Circuit("bad")
    x, y = circuit.inputs("x", shape=3), circuit.inputs("y", shape=4)
    with pytest.raises(CircuitError, match=message) as caught:
        build(x, y)
    assert "\n" not in str(caught.value)


def test_a_drive_shows_what_it_is_made_of():
    circuit = Circuit("shown")
    x, y = circuit.inputs("x", shape=3), circuit.inputs("y", shape=3)
    assert repr(2 * x + y) == "<drive 2 * x + y, shape (3,)>"
    assert repr(np.ones((1000, 3)) @ x) == "<drive W @ x, shape (1000,)>"


# ------------------------------------------------------------------ convolution

KERNELS = st.tuples(st.integers(1, 5), st.integers(1, 5))
SHEETS = st.tuples(st.integers(1, 9), st.integers(1, 9))


@pytest.fixture(params=[0, 10**9], ids=["loops", "rows"])
def layout(request, monkeypatch):
    """Both ways to lay a convolution out."""
    monkeypatch.setattr("neurosim.lowering.FEW_ENTRIES", request.param)
    monkeypatch.setattr("neurosim.program.SMALL", 0)


@pytest.mark.parametrize("few", [0, 10**9], ids=["loops", "rows"])
@settings(max_examples=examples(50))
@given(SHEETS, KERNELS, st.sampled_from(BORDERS), st.integers(1, 3), SEEDS, st.booleans())
def test_a_convolution_is_four_loops(few, sheet, extent, border, stride, seed, rank_one):
    assume(border != "valid" or all(k <= n for k, n in zip(extent, sheet, strict=True)))
    rng = np.random.default_rng(seed)
    shown, kernel = rng.normal(size=sheet), rng.normal(size=extent)
    if rank_one:
        kernel = np.outer(kernel[:, 0], kernel[0])
    expected = np.array(naive.convolve(shown.tolist(), kernel.tolist(), border, stride))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.lowering.FEW_ENTRIES", few)
        found = answer(lambda x: convolve(x, kernel, border=border, stride=stride), shown)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        if few == 0 and rank_one:
            patch.setattr("neurosim.scheduling.BUFFER", 8)  # a chunk is a row then
            found = answer(lambda x: convolve(x, kernel, border=border, stride=stride), shown)
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.compiled
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("extent", [(3, 3), (9, 5), (4, 6), (1, 17), (16, 1), (25, 25), (12, 40)])
@pytest.mark.parametrize("rank_one", [True, False])
def test_a_convolution_is_scipys(border, extent, rank_one, rng):
    sheet = (31, 47)
    shown, kernel = rng.normal(size=sheet), rng.normal(size=extent)
    if rank_one:
        kernel = np.outer(kernel[:, 0], kernel[0])
    mode = {"zero": "constant", "valid": "constant"}.get(border, border)
    # scipy puts an even kernel's extra element first, we put it last
    origin = [-1 if k % 2 == 0 else 0 for k in extent]
    expected = ndimage.correlate(shown, kernel, mode=mode, origin=origin)
    if border == "valid":
        first = [(k - 1) // 2 for k in extent]
        expected = expected[
            first[0] : first[0] + sheet[0] - extent[0] + 1,
            first[1] : first[1] + sheet[1] - extent[1] + 1,
        ]
    found = answer(lambda x: convolve(x, kernel, border=border), shown)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("border", BORDERS)
def test_channels_are_sums_of_convolutions(layout, stride, border, rng):
    shown, kernel = rng.normal(size=(7, 8, 3)), rng.normal(size=(3, 2, 3, 4))
    found = answer(lambda x: convolve(x, kernel, border=border, stride=stride), shown)
    for o in range(4):
        expected = sum(
            np.array(naive.convolve(shown[:, :, i].tolist(), kernel[:, :, i, o].tolist(), border,
                                    stride))
            for i in range(3)
        )  # fmt: skip
        np.testing.assert_allclose(found[:, :, o], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("channels", [(1, 1), (3, 1), (1, 2), (2, 3)])
@pytest.mark.parametrize(
    ("sheet", "extent"), [((9, 11), (3, 4)), ((5, 3), (2, 3)), ((3, 2), (3, 7))]
)
def test_a_convolutions_terms_come_in_the_kernels_order(
    sheet, extent, channels, border, stride, rng, monkeypatch
):
    """To the last bit, whether columns are taken together or, at the border, one by one."""
    if border == "valid":
        extent = np.minimum(extent, sheet)
    monkeypatch.setattr("neurosim.lowering.FEW_ENTRIES", 0)
    shown, kernel = rng.normal(size=(*sheet, channels[0])), rng.normal(size=(*extent, *channels))
    found = answer(lambda x: convolve(x, kernel, border=border, stride=stride), shown)
    mode = {"zero": "constant", "reflect": "symmetric", "wrap": "wrap"}.get(border)
    padded = shown
    if mode:
        sizes = zip(found.shape, extent, sheet, strict=False)
        before = [max((out - 1) * stride + k - n, 0) // 2 for out, k, n in sizes]
        around = [(least, k) for least, k in zip(before, extent, strict=True)]
        padded = np.pad(shown, [*around, (0, 0)], mode=mode)
    rows, columns = ((out - 1) * stride + 1 for out in found.shape[:2])
    expected = np.zeros_like(found)
    for p, q, i in np.ndindex(*extent, channels[0]):
        heard = padded[p : p + rows : stride, q : q + columns : stride, i]
        expected += heard[..., None] * kernel[p, q, i]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("layout", ["dense", "channels"])
def test_excitation_and_inhibition_from_the_same_neurons_are_one_pass(layout, monkeypatch, rng):
    monkeypatch.setattr("neurosim.lowering.FEW_ENTRIES", 0)
    circuit = Circuit("signed")
    x = circuit.inputs("x", shape=(9, 8, 3), real=True)
    if layout == "dense":
        weights = rng.normal(size=(40, x.size))

        def drive(part):
            return np.maximum(part, 0) @ x

    else:
        weights = rng.normal(size=(3, 3, 3, 5))

        def drive(part):
            return convolve(x, np.maximum(part, 0), stride=2)

    y = circuit.rate("y", excite=drive(weights), subtract=drive(-weights), transfer="identity")
    circuit.output(y)
    shown = rng.normal(size=(4, *x.shape))
    drawn = Circuit("drawn")
    image = drawn.inputs("x", shape=x.shape, real=True)
    signed = weights @ image if layout == "dense" else convolve(image, weights, stride=2)
    expected = signed.connections[0].matrix(y.shape) @ shown.reshape(4, -1).T
    np.testing.assert_allclose(circuit(shown).reshape(4, -1).T, expected, rtol=1e-12, atol=1e-12)
    program = compile_program(circuit, None)
    assert len(program.tables.connections) == 1
    assert program.tables.weights.size == weights.size


def test_a_row_of_neurons_is_convolved_along_itself(rng):
    """The lecture's receptive field over its five receptors."""
    field = [0, -0.5, 1, -0.5, 0]
    for shown, centre in (("00100", 1), ("01110", 0), ("00111", 0.5), ("11011", -1)):
        receptors = np.array([float(c) for c in shown])
        found = answer(lambda x: convolve(x, field, border="valid"), receptors)
        assert found.tolist() == [centre]
    shown = rng.normal(size=9)
    found = answer(lambda x: convolve(x, field), shown)
    np.testing.assert_allclose(found, np.correlate(shown, field, "same"), atol=1e-12)


def test_one_kernel_gives_a_sheet_and_several_a_stack(rng):
    circuit = Circuit("shapes")
    sheet, image = circuit.inputs("s", shape=(6, 5)), circuit.inputs("i", shape=(6, 5, 2))
    assert convolve(sheet, np.ones((3, 3))).shape == (6, 5)
    assert convolve(sheet, np.ones((3, 3, 1, 4))).shape == (6, 5, 4)
    assert convolve(image, np.ones((3, 3, 2, 1)), stride=2).shape == (3, 3, 1)
    assert convolve(sheet, np.ones((3, 3)), border="valid", stride=2).shape == (2, 2)


def test_a_sheet_does_not_go_into_a_population_of_another_shape():
    circuit = Circuit("shapes")
    x = circuit.inputs("x", shape=(8, 16))
    with pytest.raises(CircuitError, match=r"x delivers shape \(8, 16\) to 'z'.* \(16, 8\)"):
        circuit.rate("z", excite=convolve(x, np.ones((3, 3))), shape=(16, 8))


@pytest.mark.parametrize("extent", [(5, 3), (1, 4), (8, 8), (17, 9)])
def test_separable_kernels_are_found(extent, rng):
    column, row = rng.normal(size=extent[0]), rng.normal(size=extent[1])
    kernel = np.outer(column, row)
    found = separated(kernel)
    if min(extent) == 1:
        assert found is None  # nothing to gain
        return
    np.testing.assert_allclose(np.outer(*found), kernel, rtol=1e-12, atol=1e-12)
    assert separated(kernel + np.eye(*extent) * 1e-6) is None
    circuit = Circuit("sheet")
    x = circuit.inputs("x", shape=(40, 40))
    circuit.rate("z", drive=convolve(x, kernel))
    kinds = compile_program(circuit, None).tables.connections[:, tables.KIND]
    assert kinds.tolist() == [tables.SEPARABLE]


def test_a_kernel_of_zeros_is_silent():
    assert not answer(lambda x: convolve(x, np.zeros((3, 3))), np.ones((70, 70))).any()


@pytest.mark.parametrize("threads", [1, 2])
def test_sheets_beside_other_neurons_are_cut_into_whole_rows(threads, monkeypatch, rng):
    """Small populations share a group; a convolution's chunks must still be its own rows."""
    circuit = Circuit("shared")
    x, image = circuit.inputs("x"), circuit.inputs("image", shape=(8, 8), real=True)
    kernel, odd = rng.random((9, 9)), rng.random((12, 12))
    parts = {
        "before": circuit.rate("before", excite=x * np.ones(3)),
        "sheet": circuit.rate("sheet", excite=convolve(image, kernel, border="wrap")),
        "between": circuit.rate("between", excite=x * np.ones(5)),
        "half": circuit.rate("half", excite=convolve(image, odd, border="wrap", stride=2)),
        "after": circuit.rate("after", excite=x * np.ones(2)),
    }
    for source in parts.values():
        circuit.output(source)
    shown = rng.random((8, 8))
    monkeypatch.setattr("neurosim.lowering.FEW_ENTRIES", 0)
    for buffer in (4096, 16, 1):
        monkeypatch.setattr("neurosim.scheduling.BUFFER", buffer)
        circuit.programs.clear()
        record = circuit.simulate({"x": 2.0, "image": shown}, steps=1, threads=threads)
        for name, kernel_, stride in (("sheet", kernel, 1), ("half", odd, 2)):
            expected = naive.convolve(shown.tolist(), kernel_.tolist(), "wrap", stride)
            np.testing.assert_allclose(record[name][0, 0], expected, rtol=1e-12)
        for name in ("before", "between", "after"):
            assert (record[name] == 2).all()


def test_a_row_of_weights_one_a_neuron_reaches_a_large_population(rng):
    weights, shown = rng.random(100), rng.random((5, 100))
    circuit = Circuit("large")
    x = circuit.inputs("x", shape=100)
    circuit.output(circuit.rate("z", excite=weights * x + weights[::-1] * x[::-1]))
    np.testing.assert_allclose(
        circuit(shown), weights * shown + weights[::-1] * shown[:, ::-1], rtol=1e-12
    )
