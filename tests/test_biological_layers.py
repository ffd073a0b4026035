"""Biological layers: what they answer, what holds after each change, and that they learn."""

import json

import numpy as np
import pytest
from scipy import stats

from neurosim import InputError
from neurosim.networks import (
    SGD,
    Activation,
    Adam,
    DaleDense,
    Dense,
    DivisiveNormalization,
    Input,
    RMSprop,
    Sequential,
    SimpleRNN,
    Tensor,
    ThresholdUnits,
)
from neurosim.networks.constraints import AtLeast
from neurosim.networks.data import load_digits
from neurosim.networks.initializers import Exponential
from neurosim.networks.parameters import Parameter
from neurosim.networks.streams import Draws

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")


# What constrains weights, and what they begin with.


def test_values_below_a_limit_become_the_limit():
    values = np.array([-1.0, 0.2, 0.5, np.nan], "float32")
    AtLeast(0.25)(values)
    np.testing.assert_array_equal(values, np.array([0.25, 0.25, 0.5, np.nan], "float32"))


def test_a_parameter_takes_what_its_constraint_admits():
    parameter = Parameter("strength", np.ones(3, "float32"), constraint=AtLeast(0.1))
    parameter.assign([0.1, 0.5, 2.0])
    with pytest.raises(InputError, match=r"strength: weights must be at least 0\.1 \(got -0\.3\)"):
        parameter.assign([1.0, -0.3, 2.0])
    np.testing.assert_array_equal(parameter.array, np.array([0.1, 0.5, 2.0], "float32"))


def test_strengths_that_begin_exponentially():
    values = Exponential(0.2).values((100, 50), Draws(3, 1))
    assert stats.kstest(values.ravel(), "expon", args=(0, 0.2)).pvalue > 0.01


# Dale's law.


def test_a_dale_layer_is_excitation_less_inhibition(rng):
    layer = DaleDense(6, activation="tanh", inhibitory=2, dtype="float64")
    layer.ensure_built((None, 4))
    weights = [rng.uniform(size=p.shape) for p in layer.weights]
    layer.set_weights(weights)
    w, a, b, bias = weights
    x = rng.uniform(size=(5, 4))
    expected = np.tanh(x @ w - x @ a @ b * layer.gain + bias)
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-12)
    assert [p.name for p in layer.weights] == ["excitation", "feed", "inhibition", "bias"]


def test_excitation_and_inhibition_cancel_at_first():
    """W − γ·A·B has the mean 0 and He's variance, within five standard errors of each."""
    inputs, units = 200, 150
    for interneurons in (1, 10, 40):
        layer = DaleDense(units, inhibitory=interneurons)
        Sequential([Input((inputs,)), layer], seed=5)
        w, a, b, _ = (weights.astype(float) for weights in layer.get_weights())
        net = w - layer.gain * a @ b
        deviation = np.sqrt(2 / inputs)
        # what an input's interneurons have in common, its cells share
        shared = deviation**2 / (1 + interneurons)
        error = np.sqrt((shared + deviation**2 / units) / inputs)
        assert abs(net.mean()) < 5 * error
        # an exponential's fourth moment is 9: a sample's variance varies by 8/n of its square
        spread = deviation**2 * np.sqrt(8 / inputs * (1 / units + 1 / (1 + interneurons) ** 2))
        assert abs(net.var() - deviation**2) < 5 * spread


@pytest.mark.parametrize(
    ("units", "inhibitory", "interneurons"),
    [(80, 0.2, 20), (10, 0.2, 2), (1, 0.2, 1), (10, 0.5, 10), (10, 3, 3), (4, 0.01, 1)],
)
def test_how_many_interneurons_there_are(units, inhibitory, interneurons):
    layer = DaleDense(units, inhibitory=inhibitory)
    assert layer.interneurons == interneurons
    layer.ensure_built((None, 3))
    assert [p.shape for p in layer.weights] == [
        (3, units), (3, interneurons), (interneurons, units), (units,),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "optimizer", [SGD(0.5), SGD(0.3, momentum=0.9, nesterov=True), RMSprop(0.1), Adam(0.1)], ids=str
)
def test_signs_hold_after_each_step(rng, optimizer):
    model = Sequential(
        [Input((5,)), DaleDense(8), DaleDense(6), DaleDense(3, activation="softmax")], seed=1
    )
    model.compile(optimizer, "sparse_categorical_crossentropy")
    x, y = rng.uniform(size=(12, 5)), rng.integers(3, size=12)
    touched = 0
    for _ in range(15):
        model.train_on_batch(x, y)
        strengths = [p.array for p in model.weights if p.name != "bias"]
        assert len(strengths) == 9
        assert all((w >= 0).all() for w in strengths)
        touched += sum(int((w == 0).sum()) for w in strengths)
    assert touched > 0  # or nothing was held


def test_a_synapse_that_became_silent_can_grow_again():
    layer = DaleDense(1, activation="linear", inhibitory=1)
    model = Sequential([Input((1,)), layer], seed=0)
    layer.set_weights([[[0.0]], [[0.0]], [[0.0]], [0.0]])
    model.compile(SGD(0.1), "mse")
    model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=50, verbose=0)
    assert layer.excitation.array[0, 0] > 0.3
    assert layer.feed.array[0, 0] == layer.inhibition.array[0, 0] == 0


def test_rates_alone_are_heard():
    layer = DaleDense(3, name="v1")
    with pytest.raises(InputError, match=r"DaleDense 'v1' hears rates, 0 or more \(got -0\.5\)"):
        layer([[1.0, -0.5]])
    assert layer(np.zeros((0, 2))).shape == (0, 3)


def test_strengths_below_0_are_refused():
    layer = DaleDense(2, inhibitory=1, name="v1")
    layer.ensure_built((None, 1))
    before = layer.get_weights()
    with pytest.raises(InputError, match=r"v1/feed: weights must be at least 0 \(got -1\)"):
        layer.set_weights([np.ones((1, 2)), [[-1.0]], np.ones((1, 2)), np.zeros(2)])
    for now, then in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    ("inhibitory", "message"),
    [
        (1.0, r"DaleDense: inhibitory must be a number from 0 to below 1 \(got 1\.0\)"),
        (-0.1, r"inhibitory must be a number from 0 to below 1 \(got -0\.1\)"),
        (0.0, r"inhibitory must be a finite number over 0 \(got 0\.0\)"),
        (0, r"inhibitory must be a whole number from 1 \(got 0\)"),
        ("many", r"inhibitory must be a whole number from 1 \(got 'many'\)"),
    ],
)
def test_how_many_there_cannot_be(inhibitory, message):
    with pytest.raises(InputError, match=message):
        DaleDense(4, inhibitory=inhibitory)


@pytest.mark.slow
def test_dales_law_learns_digits_about_as_well():
    """The loss in held-out accuracy is below three points, by the 95% interval over seeds."""
    images, labels = load_digits()
    pixels = images.reshape(-1, 64) / 16

    def accuracy(seed, *layers):
        order = np.random.default_rng(seed).permutation(len(pixels))
        train, held_out = order[:1300], order[1300:]
        model = Sequential([Input((64,)), *layers], seed=seed)
        model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
        model.fit(pixels[train], labels[train], epochs=30, verbose=0)
        return model.evaluate(pixels[held_out], labels[held_out])[1]

    lost = []
    for seed in range(8):
        plain = accuracy(
            seed, *(Dense(n, "relu", kernel_initializer="he_normal") for n in (64, 32)),
            Dense(10, "softmax"),
        )  # fmt: skip
        under_law = accuracy(seed, DaleDense(64), DaleDense(32), DaleDense(10, "softmax"))
        lost.append(plain - under_law)
    interval = stats.t(len(lost) - 1).ppf(0.975) * np.std(lost, ddof=1) / np.sqrt(len(lost))
    assert np.mean(lost) + interval < 0.03


# Divisive normalization.


def test_a_pool_is_a_mean_unless_it_is_weighed(rng):
    x = rng.uniform(size=(2, 4))
    got = DivisiveNormalization(dtype="float64")(x).numpy()
    np.testing.assert_allclose(got, x / (1 + x.mean(axis=-1, keepdims=True)), rtol=1e-12)
    got = DivisiveNormalization(weight=1.0, dtype="float64")(x).numpy()
    np.testing.assert_allclose(got, x / (1 + x.sum(axis=-1, keepdims=True)), rtol=1e-12)


def test_far_above_semi_saturation_contrast_does_not_matter(rng):
    x = rng.uniform(0.5, 1, size=(1, 6, 6, 3))
    layer = DivisiveNormalization(pool=3, exponent=2, dtype="float64")
    faint, strong = layer(1e4 * x).numpy(), layer(1e5 * x).numpy()
    np.testing.assert_allclose(faint, strong, rtol=1e-6)
    even = layer(np.full((1, 4, 4, 3), 1e5)).numpy()  # the border is as the middle
    np.testing.assert_allclose(even, 1, rtol=1e-6)


def test_semi_saturation_is_found():
    """Responses of known cells, whose σ the layer learns from them (Heeger 1992)."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 3, size=(200, 3))
    sigma = np.array([0.4, 1.0, 2.5])
    y = x**2 / (sigma**2 + (x**2).sum(axis=-1, keepdims=True))
    layer = DivisiveNormalization(exponent=2, weight=1.0)
    model = Sequential([Input((3,)), layer], seed=0)
    model.compile(Adam(0.05), "mse")
    model.fit(x, y, batch_size=50, epochs=100, verbose=0)
    np.testing.assert_allclose(layer.semi_saturation.array, sigma, rtol=0.01)


def test_semi_saturation_stays_above_0():
    layer = DivisiveNormalization()
    model = Sequential([Input((2,)), layer], seed=0)
    model.compile(SGD(100.0), "mse")
    x = np.ones((4, 2))
    model.fit(x, 10 * x, epochs=3, verbose=0)
    np.testing.assert_array_equal(layer.semi_saturation.array, np.float32(1e-3))
    assert np.isfinite(model.predict(x)).all()
    with pytest.raises(InputError, match=r"semi_saturation: weights must be at least 0\.001"):
        layer.set_weights([[1.0, 0.0]])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pool": 0}, r"pool must be a whole number from 1 \(got 0\)"),
        ({"pool": (1, 2, 3)}, r"pool must be one whole number or two"),
        ({"exponent": 0.5}, r"exponent must be 1 or more, or the slope at 0 is infinite"),
        ({"exponent": np.inf}, r"exponent must be a finite number over 0"),
        ({"weight": -1}, r"weight must be a finite number over 0 \(got -1\)"),
    ],
)
def test_what_no_normalization_has(settings, message):
    with pytest.raises(InputError, match=f"DivisiveNormalization 'n': {message}"):
        DivisiveNormalization(name="n", **settings)


def test_vectors_have_no_neighbourhood():
    with pytest.raises(InputError, match=r"takes images .*, to pool over \(got shape \(None, 4\)"):
        Sequential([Input((4,)), DivisiveNormalization(pool=3)])


# Threshold units.


def test_a_cell_fires_at_its_threshold():
    kernel, bias = np.array([[1.0], [1.0]]), np.array([-2.0])
    for layers in (
        [Dense(1), ThresholdUnits()],
        [Dense(1, "step")],
        [Dense(1), Activation("step")],
    ):
        model = Sequential([Input((2,)), *layers])
        model.layers[0].set_weights([kernel, bias])
        np.testing.assert_array_equal(model.predict(BITS)[:, 0], [0, 0, 0, 1])


def test_a_step_in_a_layer_learns_as_one_of_its_own(rng):
    x, y = rng.normal(size=(20, 3)), rng.integers(2, size=(20, 1))
    found = []
    for layers in ([Dense(4), ThresholdUnits(), Dense(1)], [Dense(4, "step"), Dense(1)]):
        model = Sequential([Input((3,)), *layers], seed=2)
        model.layers[-1].kernel.array[...] = np.linspace(-1, 1, 4)[:, None]
        model.compile(SGD(0.1), "mse")
        model.fit(x, y, epochs=3, verbose=0)
        found.append(model.layers[0].kernel.array)
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("surrogate", ["fast_sigmoid", "straight_through"])
def test_threshold_units_learn_xor(surrogate):
    """Two layers of cells that fire or not; one layer cannot (Minsky & Papert 1969)."""
    wanted = (BITS[:, :1] != BITS[:, 1:]).astype("float32")
    solved = 0
    for seed in range(5):
        cells = [ThresholdUnits(surrogate) for _ in range(2)]
        model = Sequential([Input((2,)), Dense(8), cells[0], Dense(1), cells[1]], seed=seed)
        model.compile(Adam(0.02), "mse")
        for _ in range(200):
            model.train_on_batch(BITS, wanted)
        solved += int((model.predict(BITS) == wanted).all())
    assert solved >= 4


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"surrogate": "fast"}, r"surrogate: .*'fast'.*fast_sigmoid, hard_tanh, straight_through"),
        ({"steepness": 0}, r"steepness must be a finite number over 0 \(got 0\)"),
    ],
)
def test_what_no_threshold_unit_has(settings, message):
    with pytest.raises(InputError, match=f"ThresholdUnits 't': {message}"):
        ThresholdUnits(name="t", **settings)


def test_what_a_recurrent_layer_cannot_have():
    with pytest.raises(InputError, match=r"SimpleRNN: activation: .*'step'"):
        SimpleRNN(3, activation="step")


# Settings.


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (DaleDense(5, "sigmoid", inhibitory=3, bias_initializer="ones", name="a"), (4,)),
        (DaleDense(5, inhibitory=0.4, trainable=False), (2, 4)),
        (DivisiveNormalization(), (6,)),
        (
            DivisiveNormalization(
                pool=(3, 5), exponent=2, weight=0.5, semi_saturation_initializer="uniform"
            ),
            (4, 5, 2),
        ),
        (ThresholdUnits("hard_tanh", 3.0), (4,)),
        (Dense(3, "step"), (4,)),
    ],
)
def test_settings_make_the_same_layer_again(rng, layer, shape):
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer).from_config(config)
    assert again.get_config() == layer.get_config()
    x = Tensor(rng.uniform(size=(3, *shape)))
    expected = layer(x)
    again.ensure_built((None, *shape))
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), expected.numpy())
    assert expected.shape[1:] == layer.compute_output_shape((None, *shape))[1:]


def test_a_layer_without_a_name_keeps_to_having_none():
    assert Dense.from_config(Dense(2).get_config()).name == ""
