"""Networks: layers in a row and in branches, their names, weights and summary."""

import numpy as np
import pytest

from neurosim import InputError
from neurosim.networks import Add, Dense, Dropout, Flatten, Input, Layer, Model, Sequential, Tensor


def test_layers_are_numbered_within_their_network():
    model = Sequential([Input((3,)), Dense(4), Dropout(0.1), Dense(2), Dense(1, name="last")])
    assert [layer.name for layer in model.layers] == ["dense", "dropout", "dense_1", "last"]
    assert model.get_layer("dense_1") is model.get_layer(index=2)
    other = Sequential([Input((3,)), Dense(4)])
    assert other.layers[0].name == "dense"


@pytest.mark.parametrize(
    "first",
    [
        {"input_dim": 8},
        {"input_shape": (8,)},
        {"batch_input_shape": (None, 8)},
    ],
)
def test_older_ways_to_give_the_shape(first):
    model = Sequential()
    model.add(Dense(12, activation="relu", **first))
    model.add(Dense(1))
    assert model.input_shape == (None, 8)
    assert model.output_shape == (None, 1)
    assert model.count_params() == 8 * 12 + 12 + 12 + 1


def test_weights_come_with_the_shape_of_the_first_data(rng):
    model = Sequential([Dense(3), Dense(2)])
    assert not model.built
    with pytest.raises(
        InputError, match=r"Sequential is not built: give its first layer the shape"
    ):
        model.predict(np.zeros((1, 4)))
    model.build((None, 4))
    assert [w.shape for w in model.get_weights()] == [(4, 3), (3,), (3, 2), (2,)]
    by_data = Sequential([Dense(3), Dense(2)])
    assert by_data(rng.normal(size=(5, 4))).shape == (5, 2)


def test_a_network_is_the_composition_of_its_layers(rng):
    f, g = Dense(3, "tanh"), Dense(2, "sigmoid")
    model = Sequential([Input((4,)), f, g])
    x = rng.normal(size=(5, 4)).astype(np.float32)
    np.testing.assert_array_equal(model.predict(x), g(f(x)).numpy())
    np.testing.assert_array_equal(model(x).numpy(), model.predict(x))


def test_batches_do_not_change_the_answers(rng):
    model = Sequential([Input((4,)), Dense(3, "relu"), Dense(2)], seed=1)
    x = rng.normal(size=(70, 4))
    np.testing.assert_allclose(model.predict(x, batch_size=7), model.predict(x), rtol=1e-5)


def test_the_last_layer_can_be_taken_away_and_another_put_there():
    model = Sequential([Input((4,)), Dense(3), Dense(2)])
    kept = model.get_weights()[:2]
    assert model.pop().units == 2
    assert model.output_shape == (None, 3)
    model.add(Dense(5))
    assert model.output_shape == (None, 5)
    for one, same in zip(kept, model.get_weights()[:2], strict=True):
        np.testing.assert_array_equal(one, same)
    model.pop()
    model.pop()
    with pytest.raises(InputError, match="Sequential has no layer to take away"):
        model.pop()


def test_a_network_within_a_network_shares_its_weights(rng):
    inner = Sequential([Input((4,)), Dense(3, "relu")], name="inner")
    outer = Sequential([inner, Dense(1)])
    assert outer.input_shape == (None, 4)
    x = rng.normal(size=(2, 4))
    inner.set_weights([w + 1 for w in inner.get_weights()])
    np.testing.assert_allclose(outer.predict(x), outer.layers[1](inner(x)).numpy(), rtol=1e-6)
    assert len(outer.weights) == 4
    inner.trainable = False
    assert [p.path for p in outer.trainable_weights] == ["dense/kernel", "dense/bias"]


def test_two_inputs_come_as_a_list(rng):
    a, b = Input((3,)), Input((2,))
    model = Model([a, b], Add()([Dense(4)(a), Dense(4)(b)]), seed=2)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    w, c, v, d = (p.array for p in model.weights)
    np.testing.assert_allclose(model.predict([x, y]), x @ w + c + y @ v + d, rtol=1e-5)
    with pytest.raises(InputError, match=r"takes a list of 2 arrays|takes x of shape"):
        model.predict(x)
    with pytest.raises(InputError, match="inputs have 5 and 4 samples"):
        model.predict([x, y[:4]])


def test_one_layer_at_two_places_has_one_set_of_weights(rng):
    x = Input((3,))
    same = Dense(3)
    model = Model(x, same(same(x)))
    assert model.count_params() == 12
    values = rng.normal(size=(2, 3))
    np.testing.assert_allclose(model.predict(values), same(same(values)).numpy(), rtol=1e-6)


def test_a_long_chain_of_layers():
    x = symbol = Input((2,))
    for _ in range(1500):
        symbol = Add()([symbol, x])
    y = Model(x, symbol).predict(np.ones((1, 2)))
    np.testing.assert_array_equal(y, np.full((1, 2), 1501))


def test_the_summary(capsys):
    model = Sequential([Input((3,)), Dense(4), Flatten(), Dense(1)], name="small")
    model.layers[0].trainable = False
    model.summary()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Sequential 'small'"
    assert lines[4].split() == ["dense", "Dense", "(None,", "4)", "16"]
    assert lines[-1] == "21 weights, of which 5 are trained"
    told = []
    model.summary(told.append)
    assert told == ["\n".join(lines)]


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (lambda m: m.add("dense"), r"Sequential: add\(\) takes a layer \(got 'dense'\)"),
        (lambda m: m.add(m), "Sequential: a network is no layer of itself"),
        (lambda m: m.add(Dense), r"takes a layer \(an instance: Dense\(8\), not Dense\)"),
        (lambda m: m.add(m.layers[0]), "Dense 'dense' stands here already; make another one"),
        (lambda m: m.add(Dense(2, name="dense")), "two layers are called 'dense'"),
        (lambda m: m.add(Input((3,))), r"Input\(\) stands at the beginning, once"),
        (lambda m: m.get_layer("dens"), r"no layer is called 'dens' \(did you mean 'dense'\?\)"),
        (lambda m: m.get_layer(index=4), r"Sequential has 1 layers \(got index 4\)"),
        (lambda m: m.get_layer(), "get_layer takes a name or an index"),
        (lambda m: m.set_weights([]), r"Sequential has 2 arrays of weights \(kernel \(3, 4\)"),
        (lambda m: Sequential(Dense(3)), r"Sequential takes a list of layers: \[<Dense, built=F"),
        (lambda m: Sequential(seed=-1), r"a seed is a whole number from 0 to 2\^64 - 1 \(got -1\)"),
        (lambda m: Model(3, 4), r"Model is made from what Input\(\) and layers called on it"),
        (
            lambda m: Model(Input((2,)), Dense(2)(Input((3,)))),
            r"its output comes from an input of shape \(None, 3\) that is not among its inputs",
        ),
    ],
)
def test_what_cannot_be_is_told(do, message):
    model = Sequential([Input((3,)), Dense(4)])
    with pytest.raises(InputError, match=message):
        do(model)
    assert [layer.name for layer in model.layers] == ["dense"]
    assert model.predict(np.zeros((1, 3))).shape == (1, 4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((4,), r"Model 'inner' takes shape \(None, 3\) \(got shape \(\w+, 4\)\)"),
        ((2, 3), r"Model 'inner' takes shape \(None, 3\) \(got shape \(\w+, 2, 3\)\)"),
        (((3,), (3,)), r"Model 'inner' takes 1 input \(got 2\)"),
    ],
)
def test_a_network_within_a_network_names_what_does_not_fit(given, message):
    x = Input((3,))
    inner = Model(x, Dense(2)(x), name="inner")
    shapes = given if isinstance(given[0], tuple) else [given]
    symbols = [Input(shape) for shape in shapes]
    tensors = [Tensor(np.ones((1, *shape))) for shape in shapes]
    for values in (symbols, tensors):
        with pytest.raises(InputError, match=message):
            inner(values if len(values) > 1 else values[0])


def test_a_layer_is_told_apart_from_its_class():
    assert str(Dense(3)) == "Dense"
    assert str(Dense(3, name="a")) == "Dense 'a'"
    assert "built=False" in repr(Layer())


def test_layers_given_together_are_joined_once(monkeypatch):
    joined = []
    join = Sequential._join
    monkeypatch.setattr(Sequential, "_join", lambda *a: joined.append(a) or join(*a))
    layers = [Input((3,)), *(Dense(3, name=f"d{number}") for number in range(9))]
    together = Sequential(layers, seed=4)
    assert len(joined) == 1
    again = Sequential.from_config(together.get_config())
    assert len(joined) == 2
    assert [p.path for p in again.weights] == [p.path for p in together.weights]
    one_by_one = Sequential(seed=4)
    for layer in [Input((3,)), *(Dense(3, name=f"d{number}") for number in range(9))]:
        one_by_one.add(layer)
    for mine, theirs in zip(together.get_weights(), one_by_one.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
