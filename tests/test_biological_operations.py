"""Operations of biological layers: values from NumPy and SciPy, gradients from differences."""

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients
from scipy import ndimage

from neurosim import InputError
from neurosim.networks import Tensor, gradients, operations

NEAR = {"float32": 3e-6, "float64": 1e-13}


def in_both(function, expected, *arrays):
    """Hold an operation's values in both dtypes against what is expected."""
    for dtype, near in NEAR.items():
        got = function(*(Tensor(a, dtype=dtype) for a in arrays))
        assert got.dtype == dtype
        np.testing.assert_allclose(got.numpy(), expected, rtol=near, atol=near)


# Excitation and inhibition under Dale's law.

TRANSFERS = {
    "identity": lambda u: u,
    "threshold_linear": lambda u: np.maximum(u, 0),
    "logistic": lambda u: 1 / (1 + np.exp(-u)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(3, 4), (1, 2), (5,), (0, 3), (2, 3, 4)])
@pytest.mark.parametrize("activation", TRANSFERS)
def test_excitation_and_inhibition(rng, activation, shape, layout):
    x = rng.uniform(size=shape)
    w, a, b = rng.uniform(size=(shape[-1], 6)), rng.uniform(size=(shape[-1], 2)), rng.uniform(
        size=(2, 6)
    )  # fmt: skip
    bias = rng.normal(size=6)

    def function(*operands):
        return operations.dale_dense(*operands, gain=0.7, activation=activation)

    u = np.einsum("...i,ik->...k", x, w) - 0.7 * np.einsum("...i,ij,jk->...k", x, a, b) + bias
    in_both(function, TRANSFERS[activation](u), x, w, a, b, bias)
    check_gradients(function, x, w, a, b, bias, layout=layout, rng=rng)


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 4), (3, 5), (3, 2), (2, 5), (5,)],
        [(2, 3), (3, 5), (4, 2), (2, 5), (5,)],
        [(2, 3), (3, 5), (3, 2), (3, 5), (5,)],
        [(2, 3), (3, 5), (3, 2), (2, 5), (2,)],
        [(), (3, 5), (3, 2), (2, 5), (5,)],
        [(2, 3), (3,), (3, 2), (2, 5), (5,)],
    ],
)
def test_shapes_that_do_not_fit(shapes):
    with pytest.raises(InputError, match=r"dale_dense: shapes .* do not fit; they are \(…, inputs"):
        operations.dale_dense(*map(np.ones, shapes))


def test_an_activation_that_there_is_not():
    ones = [np.ones(s) for s in [(2, 3), (3, 5), (3, 2), (2, 5), (5,)]]
    with pytest.raises(InputError, match=r"dale_dense: .*'relu'.*'threshold_linear'"):
        operations.dale_dense(*ones, activation="relu")


# Divisive normalization.


def normalized(x, sigma, exponent, weight, neighbourhood):
    """[x]₊ⁿ/(σⁿ + w·Σ[x]₊ⁿ), the neighbourhood's sum by SciPy, reflected at the border."""
    p = np.maximum(x, 0) ** exponent
    pool = p.sum(axis=-1)
    if neighbourhood:
        rows, columns = neighbourhood
        # SciPy's middle of an even side lies after the middle, ours before
        origin = (0, (rows - 1) // 2 - rows // 2, (columns - 1) // 2 - columns // 2)
        ones = np.ones((1, rows, columns))
        pool = ndimage.correlate(pool, ones, mode="reflect", origin=origin)
    return p / (sigma**exponent + weight * pool[..., None])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("exponent", [1.0, 2.0, 2.7])
@pytest.mark.parametrize(
    ("shape", "neighbourhood"),
    [
        ((4, 3), None),
        ((3,), None),
        ((0, 3), None),
        ((2, 5, 3), None),
        ((2, 4, 5, 2), None),
        ((2, 4, 5, 2), (3, 3)),
        ((1, 3, 4, 1), (1, 2)),
        ((1, 2, 3, 2), (5, 4)),
        ((0, 2, 3, 2), (3, 3)),
    ],
)
def test_divisive_normalization(rng, shape, neighbourhood, exponent, layout):
    x = rng.normal(size=shape)
    x = np.where(np.abs(x) < 0.01, 0.5, x)  # the differences must not reach over the bend
    sigma = rng.uniform(0.5, 2, size=shape[-1])

    def function(x, sigma):
        return operations.divisive_normalization(
            x, sigma, exponent=exponent, weight=0.4, neighbourhood=neighbourhood
        )

    in_both(function, normalized(x, sigma, exponent, 0.4, neighbourhood), x, sigma)
    check_gradients(function, x, sigma, layout=layout, rng=rng)


def test_excitation_over_excitation_and_inhibition():
    """E/(σ + E + I); a cell that is its whole pool answers ½ at σ (Naka & Rushton 1966)."""
    e, i = 3.0, 5.0
    got = operations.divisive_normalization(np.array([e, i]), np.array([2.0, 2.0])).numpy()
    np.testing.assert_allclose(got, [e / (2 + e + i), i / (2 + e + i)], rtol=1e-6)
    contrast = operations.divisive_normalization(
        np.array([[0.3]]), np.array([0.3]), exponent=2.5
    ).item()
    assert contrast == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        ([(2, 3), (2,)], {}, r"shape \(2, 3\) and a semi-saturation of shape \(2,\) do not fit"),
        ([(), (1,)], {}, r"shape \(\) and"),
        ([(2, 3), (3,)], {"neighbourhood": (3, 3)}, r"\(batch, height, width, channels\) goes"),
        ([(2, 3), (3,)], {"exponent": 0.5}, r"exponent must be 1 or more \(got 0\.5\)"),
        ([(2, 3), (3,)], {"exponent": np.nan}, r"exponent must be 1 or more \(got nan\)"),
        ([(2, 3), (3,)], {"exponent": np.inf}, r"exponent must be 1 or more \(got inf\)"),
        ([(2, 3), (3,)], {"exponent": "two"}, r"exponent must be 1 or more \(got 'two'\)"),
        (
            [(1, 2, 3, 4), (4,)],
            {"neighbourhood": (0, 1)},
            r"neighbourhood must be two whole numbers, 1 or more: rows and columns \(got \(0, 1\)",
        ),
        ([(1, 2, 3, 4), (4,)], {"neighbourhood": 3}, r"neighbourhood must be .* \(got 3\)"),
    ],
)
def test_what_is_not_normalized(shapes, options, message):
    with pytest.raises(InputError, match=f"divisive_normalization: .*{message}"):
        operations.divisive_normalization(*map(np.ones, shapes), **options)


# Steps.

SLOPES = {
    "fast_sigmoid": lambda x, b: 1 / (1 + b * abs(x)) ** 2,
    "hard_tanh": lambda x, b: float(b * abs(x) <= 1),
    "straight_through": lambda x, b: 1.0,
}


@pytest.mark.parametrize("surrogate", SLOPES)
@pytest.mark.parametrize("dtype", NEAR)
def test_a_step_learns_by_the_slope_of_a_surrogate(rng, surrogate, dtype):
    values = [-3.0, -0.5, -1e-9, -0.0, 0.0, 0.25, 0.5, 2.0, np.inf, -np.inf]
    x = Tensor(values, requires_grad=True, dtype=dtype)
    y = operations.step(x, surrogate=surrogate, steepness=2.0)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.numpy(), [0, 0, 0, 1, 1, 1, 1, 1, 1, 0])
    cotangent = rng.normal(size=len(values))
    (found,) = gradients(y, [x], cotangent)
    assert found.dtype == dtype
    expected = [g * SLOPES[surrogate](v, 2.0) for g, v in zip(cotangent, values, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


ARRAYS = {
    "fast_sigmoid": lambda z: 1 / np.square(1 + np.abs(z)),
    "hard_tanh": lambda z: np.abs(z) <= 1,
    "straight_through": np.ones_like,
}


@pytest.mark.parametrize("surrogate", ARRAYS)
@pytest.mark.parametrize("dtype", NEAR)
def test_a_surrogate_is_rounded_as_its_equation_says(rng, surrogate, dtype):
    steepness = np.dtype(dtype).type(2.3)
    values, cotangent = rng.normal(size=(2, 5, 9)).astype(dtype)
    values[0, :6] = np.inf, -np.inf, 1e38, -1e30, 1e-45, -1 / steepness  # some squares overflow
    values, cotangent = values.T, cotangent.T  # as no kernel takes them
    x = Tensor(values, requires_grad=True, dtype=dtype)
    y = operations.step(x, surrogate=surrogate, steepness=2.3)
    (found,) = gradients(y, [x], cotangent)
    np.testing.assert_array_equal(y.numpy(), values >= 0)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(found, cotangent * ARRAYS[surrogate](steepness * values))


def test_a_steepness_beyond_all_numbers_is_harmless():
    x = Tensor([-1.0, 2.0], requires_grad=True)
    for surrogate, slope in (("fast_sigmoid", 0), ("hard_tanh", 0), ("straight_through", 1)):
        y = operations.step(x, surrogate=surrogate, steepness=1e300)  # ∞ in float32
        np.testing.assert_array_equal(gradients(y, [x], [1.0, 1.0])[0], [slope] * 2)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1, 1)])
def test_a_step_of_few_values(shape):
    x = Tensor(np.zeros(shape), requires_grad=True)
    y = operations.step(x)
    assert y.shape == shape
    np.testing.assert_array_equal(gradients(y, [x], np.full(shape, 3.0))[0], np.full(shape, 3.0))


def test_a_step_shows_what_is_no_number():
    x = Tensor([np.nan, 1.0], requires_grad=True)
    y = operations.step(x)
    np.testing.assert_array_equal(y.numpy(), [np.nan, 1])
    np.testing.assert_array_equal(gradients(y, [x], [1.0, 4.0])[0], [np.nan, 1])


def test_a_surrogate_that_there_is_not():
    with pytest.raises(InputError, match=r"step: .*'fast'.*fast_sigmoid, hard_tanh, straight"):
        operations.step(1.0, surrogate="fast")


# Borders, and ON and OFF.

MODES = {"zero": "constant", "reflect": "symmetric", "wrap": "wrap"}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("border", MODES)
@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [
        ((2, 4, 5, 2), (1, 2), (2, 0)),
        ((1, 2, 3, 1), (5, 4), (0, 7)),
        ((1, 1, 1, 2), (1, 1), (2, 2)),
        ((0, 3, 2, 1), (1, 1), (1, 1)),
        ((1, 3, 2, 0), (1, 1), (1, 1)),
    ],
)
def test_what_lies_beyond_a_border(rng, border, shape, rows, columns, layout):
    x = rng.normal(size=shape)

    def function(x):
        return operations.extend(x, rows, columns, border=border)

    expected = np.pad(x, [(0, 0), rows, columns, (0, 0)], mode=MODES[border])
    in_both(function, expected, x)
    check_gradients(function, x, layout=layout, rng=rng)


@pytest.mark.parametrize(
    ("shape", "border", "message"),
    [
        ((2, 3, 4), "zero", r"\(batch, height, width, channels\) \(got \(2, 3, 4\)\)"),
        ((2, 0, 4, 1), "zero", r"\(got \(2, 0, 4, 1\)\)"),
        ((2, 3, 4, 1), "mirror", r"'mirror'.*zero, reflect, wrap"),
    ],
)
def test_what_has_no_border(shape, border, message):
    with pytest.raises(InputError, match=f"extend: .*{message}"):
        operations.extend(np.ones(shape), (1, 1), (1, 1), border=border)


@pytest.mark.parametrize("widths", [(-1, 0), (1, 2, 3), 1, (0.5, 1)])
def test_widths_that_no_border_has(widths):
    with pytest.raises(InputError, match="extend: columns must be two whole numbers, 0 or more"):
        operations.extend(np.ones((1, 2, 2, 1)), (1, 1), widths)


def test_one_number_is_not_on_and_off():
    with pytest.raises(InputError, match="on_and_off: one number has no channels"):
        operations.on_and_off(3.0)


@pytest.mark.parametrize(
    "use",
    [
        lambda: operations.step([1.0], surrogate=["fast_sigmoid"]),
        lambda: operations.extend(np.ones((1, 2, 2, 1)), (1, 1), (1, 1), border=["zero"]),
        lambda: operations.dense(np.ones((1, 1)), np.ones((1, 1)), activation=["tanh"]),
    ],
)
def test_a_list_is_no_name(use):
    with pytest.raises(InputError, match=r"no (surrogate|border|activation) is called"):
        use()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(3,), (2, 4), (0, 2), (2, 3, 3, 2)])
def test_on_and_off(rng, shape, layout):
    x = rng.normal(size=shape)
    both = np.concatenate([np.where(x > 0, x, 0), np.where(x < 0, -x, 0)], axis=-1)
    in_both(operations.on_and_off, both, x)
    check_gradients(operations.on_and_off, x, layout=layout, rng=rng)
