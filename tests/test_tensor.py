"""Tensors: values, the record, and the walk back over it."""

import gc
import weakref

import numpy as np
import pytest

from neurosim import InputError
from neurosim.networks import Tensor, gradients, no_gradients, operation
from neurosim.networks.operations import exp, multiply


def needing(values, dtype=None):
    return Tensor(values, requires_grad=True, dtype=dtype)


# Values.


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        (1.5, None, "float32"),
        (np.zeros(2), None, "float32"),
        (np.zeros(2, dtype=np.float16), None, "float32"),
        ([1, 2], None, "int64"),
        (np.array([1], dtype=np.uint8), None, "uint8"),
        ([True], None, "bool"),
        ([1, 2], "float64", "float64"),
        (np.zeros(2), np.int32, "int32"),
    ],
)
def test_real_numbers_become_float32_unless_told_and_integers_stay(values, dtype, expected):
    assert Tensor(values, dtype=dtype).dtype == expected


def test_a_tensor_has_its_own_values(rng):
    values = rng.normal(size=(2, 3)).astype(np.float32)
    x = Tensor(values)
    before = values.copy()
    values[:] = 0
    np.testing.assert_array_equal(x.numpy(), before)
    assert (x.shape, x.ndim, x.size, len(x)) == ((2, 3), 2, 6, 2)
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 1


def test_a_tensor_shows_itself():
    assert repr(needing([1.0, 2.0])) == "Tensor([1., 2.], dtype=float32, requires_grad=True)"
    assert repr(Tensor([1])) == "Tensor([1], dtype=int64)"


def test_one_value_is_a_python_number():
    assert Tensor([[2.5]]).item() == 2.5
    assert type(Tensor(3).item()) is int
    assert not Tensor(0.0)
    with pytest.raises(InputError, match=r"item\(\) takes a tensor of one value \(got shape \(2,"):
        Tensor([1.0, 2.0]).item()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("one", r"Tensor takes real numbers \(got 'one'\)"),
        (
            np.array([1, 2.5], object),
            r"real numbers \(got .*, of dtype object; astype\(float\) make",
        ),
        (np.array(["1", "2"]), r"of dtype <U1; astype\(float\) makes numbers of it\)"),
        ([1, None], r"Tensor takes real numbers \(got \[1, None\]\)"),
        ([1j], r"Tensor takes real numbers \(got \[1j\]\)"),
        ([[1], [1, 2]], r"Tensor takes numbers in rows of one length \(got \[\[1\], \[1, 2\]\]\)"),
    ],
)
def test_a_tensor_takes_numbers(values, message):
    with pytest.raises(InputError, match=message):
        Tensor(values)


@pytest.mark.parametrize("dtype", ["float16", "complex64", "U3", "nothing", object])
def test_a_tensor_has_no_other_dtype(dtype):
    with pytest.raises(InputError, match="dtype must be float32, float64 or integer"):
        Tensor([1.0], dtype=dtype)


def test_integers_have_no_gradient():
    with pytest.raises(InputError, match=r"only real numbers have gradients \(got int64\); write"):
        needing([1, 2])


def test_nothing_is_changed_in_place():
    x = Tensor([1.0, 2.0])
    with pytest.raises(InputError, match="a tensor is not changed in place"):
        x[0] = 3.0
    y = x
    y += 1
    np.testing.assert_array_equal(x.numpy(), [1, 2])
    np.testing.assert_array_equal(y.numpy(), [2, 3])


def test_numpy_takes_a_tensor_only_where_no_gradient_is_lost():
    np.testing.assert_array_equal(np.asarray(Tensor([1.0])), [1])
    for lost in (np.asarray, np.atleast_1d, lambda x: Tensor([x, x])):
        with pytest.raises(InputError, match="would lose them as a NumPy array"):
            lost(needing([1.0]))


def test_a_tensor_is_walked_through_as_its_rows():
    rows = list(Tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert [row.numpy().tolist() for row in rows] == [[1, 2], [3, 4]]
    with pytest.raises(TypeError, match="no length"):
        list(Tensor(1.0))


# Operators, dtypes.


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_operators_are_numpys_and_keep_the_dtype(rng, dtype):
    a, b = rng.uniform(1, 2, size=(2, 3, 4)).astype(dtype)
    x, y = Tensor(a, dtype=dtype), Tensor(b, dtype=dtype)
    c = rng.uniform(1, 2, size=4)  # float64
    near = c.astype(dtype)
    for got, expected in [
        (x + y, a + b), (x - y, a - b), (x * y, a * b), (x / y, a / b), (x**y, a**b),
        (x @ y.T, a @ b.T), (-x, -a), (abs(-x), a),
        (x + 2, a + 2), (2 - x, 2 - a), (3 * x, 3 * a), (1 / x, 1 / a), (2**x, 2**a),
        (x + c, a + near), (c - x, near - a), (c * x, near * a), (c / x, near / a),
        (c @ x.T, near @ a.T), (x[1, ::2], a[1, ::2]), (x.reshape(2, -1), a.reshape(2, -1)),
        (x.sum(), a.sum()), (x.mean(0), a.mean(0)), (x.max(1), a.max(1)), (x.var((0, 1)), a.var()),
    ]:  # fmt: skip
        assert got.dtype == dtype
        np.testing.assert_allclose(
            got.numpy(), expected, rtol=1e-6 if dtype == "float32" else 1e-13
        )


def test_the_wider_dtype_wins_and_each_gradient_has_its_tensors_own():
    x, y = needing([1.0]), needing([2.0], "float64")
    product = x * y
    assert product.dtype == "float64"
    product.backward()
    assert (x.grad.dtype, y.grad.dtype) == ("float32", "float64")


def test_arithmetic_makes_real_numbers_of_integers():
    labels = Tensor([3, 5])
    assert (labels + 1).dtype == (labels / 2).dtype == labels.mean().dtype == "float32"
    assert (labels * Tensor([0.5, 0.5], dtype="float64")).dtype == "float64"
    assert (labels**-1).numpy().tolist() == pytest.approx([1 / 3, 1 / 5])
    assert (1 - Tensor([True, False])).numpy().tolist() == [0, 1]
    assert labels[::-1].dtype == labels.reshape(1, 2).dtype == "int64"


def test_what_is_not_finite_stays_so_without_a_warning():
    x = needing([0.0, 1.0])
    y = 1 / x
    y.backward([1, 1])
    assert y.numpy().tolist() == [np.inf, 1]
    assert x.grad.tolist() == [-np.inf, -1]


@pytest.mark.parametrize("given", ["one", None, [1j]])
def test_an_operand_must_be_numbers(given):
    with pytest.raises(InputError, match="multiply takes real numbers"):
        Tensor(1.0) * given


# The walk back.


def test_the_lectures_listing(rng):
    x, y, z = (needing(rng.normal(size=(3, 4)), "float64") for _ in range(3))
    c = (x * y + z).sum()
    c.backward()
    np.testing.assert_array_equal(x.grad, y.numpy())
    np.testing.assert_array_equal(y.grad, x.numpy())
    np.testing.assert_array_equal(z.grad, np.ones((3, 4)))


def test_gradients_of_shared_inputs_add_up():
    x = needing(3.0)
    y = x * x  # 9
    (y * x + y + x).backward()  # x³ + x² + x
    assert x.grad == 27 + 6 + 1


def test_gradients_of_several_walks_add_up_until_they_are_set_to_none():
    x = needing([1.0, 2.0])
    (x * x).sum().backward()
    (3 * x).sum().backward()
    assert x.grad.tolist() == [5, 7]
    x.grad = None
    assert x.grad is None
    with pytest.raises(InputError, match="it can only be set to None"):
        x.grad = np.zeros(2)


def test_a_cotangent_weighs_the_values():
    x = needing([1.0, 2.0, 3.0])
    (x * x).backward([1.0, 0.0, -1.0])
    assert x.grad.tolist() == [2, 0, -6]


def test_gradients_share_no_memory_with_each_other_or_with_the_cotangent():
    x, y = needing([1.0, 2.0]), needing([3.0, 4.0])
    cotangent = np.ones(2, dtype=np.float32)
    (x + y).backward(cotangent)
    x.grad[:] = 7
    assert y.grad.tolist() == cotangent.tolist() == [1, 1]


def test_the_deepest_goes_first_whatever_the_order_of_operands():
    x = needing(2.0)
    near = 3 * x
    far = exp(near * 0 + x) / exp(x)  # 1 in value, and in slope x·d(0·near) = 0
    (near * far + near).backward()
    assert x.grad == pytest.approx(6)


def test_a_long_chain_is_walked_without_recursion():
    steps = 10_000
    x = needing(1.0, "float64")
    y = x
    for _ in range(steps):
        y = y + 1e-4
        y = y * 1.0001
    y.backward()
    assert x.grad == pytest.approx(1.0001**steps)
    for _ in range(steps):
        y = y + x
    del y  # a record that is not walked goes away too
    gc.collect()


def test_a_diamond_of_many_paths_is_walked_once():
    x = needing(1.0, "float64")
    y = x
    for _ in range(60):  # 2^60 paths
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_a_record_is_used_once():
    x = needing(2.0)
    y = x * x
    z = exp(y)
    z.backward()
    grad = x.grad.copy()
    for again in (z, y + 1):
        with pytest.raises(
            InputError, match=r"record of (exp|multiply)\(\) was used up by an earl"
        ):
            again.backward()
    assert x.grad == grad


def test_cotangents_and_what_was_remembered_are_let_go_as_they_are_used():
    alive = []

    @operation
    def watched(x, /):
        kept = np.ones_like(x)
        alive.append(weakref.ref(kept))

        def vjp(g):
            counts.append(sum(ref() is not None for ref in alive))
            return (g * kept,)

        return x + 0, vjp

    counts = []
    x = needing(np.zeros(1000), "float64")
    y = x
    for _ in range(5):
        y = watched(y)
    y.backward(np.ones(1000))
    assert counts == [5, 4, 3, 2, 1]


def test_nothing_is_recorded_where_nothing_needs_a_gradient():
    x = Tensor([1.0])
    assert not (x * x).requires_grad
    assert not (needing([1.0]).detach() * 2).requires_grad
    w = needing([1.0])
    with no_gradients():
        assert not (w * x).requires_grad
    with pytest.raises(KeyError), no_gradients():
        raise KeyError
    assert (w * x).requires_grad


def test_a_detached_tensor_is_a_constant():
    x = needing(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3


def test_only_the_cotangents_that_are_needed_are_computed():
    asked = []

    @operation
    def pair(x, y, /):
        def by(name):
            return lambda: asked.append(name) or np.ones(())

        return x + y, lambda g: (by("x"), by("y"))

    pair(Tensor(1.0), needing(1.0)).backward()
    assert asked == ["y"]
    x, y = needing(1.0), needing(1.0)
    gradients(pair(x, y), [x])
    assert asked == ["y", "x"]


def test_a_wrong_cotangent_of_an_operation_is_told():
    @operation
    def twice(x, /):
        return 2 * x, lambda g: (2 * g.sum(),)

    with pytest.raises(
        InputError, match=r"twice: its vector–Jacobian product answers shape \(\) f"
    ):
        twice(needing([1.0, 2.0])).backward([1, 1])


# gradients().


def test_gradients_by_given_and_by_computed_tensors_leave_grad_alone():
    x, unused = needing([1.0, 2.0]), needing([5.0])
    squared = x * x
    by_x, by_squared, by_unused = gradients((3 * squared).sum(), [x, squared, unused])
    assert by_x.tolist() == [6, 12]
    assert by_squared.tolist() == [3, 3]
    assert by_unused.tolist() == [0]
    assert x.grad is None


def test_the_gradient_by_the_tensor_itself_is_its_cotangent():
    x = needing(2.0)
    y = x * x
    assert gradients(y, [y, x], 5.0) == [5, 20]
    x.backward()
    assert x.grad == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: x.backward(), r"backward: a tensor of shape \(2,\) has no one derivative"),
        (lambda x: x.backward([1.0]), r"must have the tensor's shape \(2,\) \(got \(1,\)\)"),
        (lambda x: x.backward("one"), "backward takes real numbers"),
        (lambda x: x.detach().backward(), "backward: nothing that it was computed from needs a"),
        (lambda x: gradients(x.sum(), [x, x.detach()]), "gradients: number 1 of those by which"),
        (
            lambda x: gradients(x.sum(), x),
            r"takes a list of tensors by which to differentiate: \[x",
        ),
        (lambda x: gradients(x, [x]), r"gradients: a tensor of shape \(2,\) has no one"),
    ],
)
def test_what_cannot_be_differentiated_is_told(make, message):
    with pytest.raises(InputError, match=message):
        make(needing([1.0, 2.0]))


def test_an_operation_says_what_it_is():
    assert multiply.__name__ == "multiply"
    assert multiply.__doc__ == "x·y."


def test_what_a_dtype_cannot_hold():
    assert np.isinf(Tensor(1e300).item())  # as IEEE arithmetic, without a warning
    assert np.isinf((Tensor(1.0) * 1e300).item())
    x = Tensor([1.0], requires_grad=True)
    (x * 1).backward([1e300])
    assert np.isinf(x.grad).all()
    with pytest.raises(InputError, match="NaN and infinity are no int64"):
        Tensor([1.0, np.nan], dtype="int64")
    with pytest.raises(InputError, match="Tensor has masked numbers"):
        Tensor(np.ma.masked_equal([1.0, 2.0], 2.0))
