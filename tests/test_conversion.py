"""Networks as circuits: the same answers, from neurons that excite, subtract and divide."""

from functools import partial

import numpy as np
import pytest

from circuits import physiology, stimuli
from neurosim import Circuit, InputError
from neurosim.conversion.cells import Construction
from neurosim.conversion.largest import largest
from neurosim.errors import CircuitError
from neurosim.measuring import reverse_correlation
from neurosim.networks import (
    LSTM,
    Activation,
    Adam,
    Add,
    AveragePooling2D,
    BatchNormalization,
    CenterSurround,
    Concatenate,
    Conv2D,
    DaleDense,
    Dense,
    DivisiveNormalization,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    Model,
    Reshape,
    Sequential,
    ThresholdUnits,
)

TOLERANCES = {"float64": 1e-12, "float32": 1e-5}


def disturbed(network, rng):
    """A network with weights drawn anew, so that biases, means and variances are seen."""
    for parameter in network.weights:
        drawn = rng.normal(size=parameter.shape) / np.sqrt(max(1, parameter.array[..., 0].size))
        positive = "variance" in parameter.name or parameter.constraint is not None
        parameter.assign(np.abs(drawn) + 0.1 if positive else drawn)
    return network


def samples(network, rng, count=3):
    """Samples; of rates, 0 or more, where a layer hears nothing else."""
    rates = any(isinstance(layer, DaleDense) for layer in network.layers)
    drawn = [rng.normal(size=(count, *symbol.shape[1:])) for symbol in network.inputs]
    return [np.abs(x) if rates else x for x in drawn]


def agree(network, rng):
    """Hold a network's circuit to its predictions, and return the circuit."""
    circuit = disturbed(network, rng).to_circuit()
    shown = samples(network, rng)
    expected = network.predict(shown if len(shown) > 1 else shown[0])
    found = circuit(*shown)
    assert found.shape == expected.shape
    tolerance = TOLERANCES[expected.dtype.name]
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(circuit(*(x[0] for x in shown)), found[0], rtol=1e-12, atol=1e-15)
    return circuit


KERNEL = np.array([[0.0, -0.2, 0.1], [-0.3, 1.0, -0.1], [0.2, -0.25, 0.0]])
LAYERS = {
    "dense": (lambda: Dense(4), (3,)),
    "dense of rows": (lambda: Dense(4, "tanh"), (2, 3)),
    "dense without bias": (lambda: Dense(4, use_bias=False), (3,)),
    **{
        f"dense {name}": (partial(Dense, 4, name), (3,))
        for name in ("relu", "sigmoid", "tanh", "softplus", "softmax")
    },
    "one class": (lambda: Dense(1, "softmax"), (3,)),
    "softmax of rows": (lambda: Activation("softmax"), (2, 2, 3)),
    "activation": (lambda: Activation("relu"), (2, 3)),
    "linear": (lambda: Activation("linear"), (3,)),
    "convolution": (lambda: Conv2D(3, (3, 2), activation="relu"), (5, 4, 2)),
    "convolution, same": (lambda: Conv2D(3, (2, 3), padding="same", activation="tanh"), (5, 4, 2)),
    "convolution, strides": (lambda: Conv2D(3, 3, strides=2), (6, 7, 2)),
    "convolution, strides, same": (lambda: Conv2D(3, 3, strides=2, padding="same"), (6, 7, 2)),
    "convolution, unequal strides": (
        lambda: Conv2D(3, (3, 2), strides=(1, 3), padding="same"),
        (6, 7, 2),
    ),
    "convolution, unequal, valid": (lambda: Conv2D(3, (3, 2), strides=(2, 1)), (6, 7, 2)),
    "convolution, softmax": (lambda: Conv2D(3, 2, activation="softmax"), (3, 3, 2)),
    "largest": (lambda: MaxPooling2D(), (4, 5, 2)),
    "largest, over the edge": (lambda: MaxPooling2D(3, strides=2, padding="same"), (4, 5, 2)),
    "largest of three": (lambda: MaxPooling2D((1, 3), strides=(1, 1)), (2, 5, 2)),
    "mean": (lambda: AveragePooling2D(), (4, 5, 2)),
    "mean, over the edge": (lambda: AveragePooling2D(3, strides=(2, 1), padding="same"), (4, 5, 2)),
    "mean of all": (lambda: GlobalAveragePooling2D(), (4, 5, 2)),
    "normalization": (lambda: BatchNormalization(), (4, 2)),
    "normalization alone": (lambda: BatchNormalization(center=False, scale=False), (2,)),
    "flatten": (lambda: Flatten(), (2, 3, 2)),
    "reshape": (lambda: Reshape((3, -1)), (2, 3, 2)),
    "dropout": (lambda: Dropout(0.5), (3,)),
    "steps": (lambda: ThresholdUnits(), (2, 3)),
    "dense steps": (lambda: Dense(4, "step"), (3,)),
    "Dale's law": (lambda: DaleDense(6), (4,)),
    "Dale's law, rows": (lambda: DaleDense(4, "sigmoid", inhibitory=2), (2, 3)),
    "Dale's law, softmax": (lambda: DaleDense(3, "softmax"), (4,)),
    "divisive": (lambda: DivisiveNormalization(), (4,)),
    "divisive, squares": (lambda: DivisiveNormalization(exponent=2.0), (2, 3)),
    "divisive around": (lambda: DivisiveNormalization(pool=(3, 2), exponent=1.5), (4, 5, 2)),
    "center and surround": (lambda: CenterSurround(KERNEL), (5, 4)),
    "center and surround, zero": (lambda: CenterSurround(KERNEL[:, :2], "zero"), (5, 4, 1)),
    "center and surround, two": (
        lambda: CenterSurround(np.stack([KERNEL, KERNEL.T], axis=2), "wrap"),
        (5, 4, 1),
    ),
}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_as_neurons_answers_as_the_layer(name, dtype, rng):
    make, shape = LAYERS[name]
    agree(Sequential([Input(shape), make()], dtype=dtype), rng)


def mlp(dtype):
    return Sequential(
        [
            Input((5,)),
            Dense(8, "relu"),
            Dropout(0.5),
            BatchNormalization(),
            Dense(6),
            BatchNormalization(),
            Activation("sigmoid"),
            Dense(3, "softmax"),
        ],
        dtype=dtype,
    )


def cnn(dtype):
    """The sheet's, small."""
    return Sequential(
        [
            Input((8, 8, 1)),
            Conv2D(4, 3, padding="same", activation="relu"),
            Conv2D(4, 3, activation="relu"),
            MaxPooling2D(),
            Dropout(0.25),
            Flatten(),
            Dense(7, "relu"),
            Dense(3, "softmax"),
        ],
        name="cnn",
        dtype=dtype,
    )


def residual(dtype):
    image = Input((6, 6, 2), name="image")
    around = Conv2D(4, 3, padding="same", use_bias=False)(image)
    x = Activation("relu")(BatchNormalization()(around))
    for _ in range(2):
        y = Activation("relu")(BatchNormalization()(Conv2D(4, 3, padding="same")(x)))
        y = BatchNormalization()(Conv2D(4, 3, padding="same")(y))
        x = Activation("relu")(Add()([x, y]))
    return Model(image, Dense(3, "softmax")(GlobalAveragePooling2D()(x)), dtype=dtype)


def branching(dtype):
    """Two inputs, a layer that is called twice, a model inside, linear cells heard by two."""
    one, other = Input((3,), name="one"), Input((3,), name="other")
    shared = Dense(4, name="shared")
    inner = Sequential([Input((4,)), Dense(5, "tanh"), Dense(4)], name="inner", dtype=dtype)
    left, right = shared(one), shared(other)
    sides = Concatenate()([Activation("relu")(left), BatchNormalization()(left), inner(right)])
    return Model([one, other], Dense(2, "tanh")(sides), name="branching", dtype=dtype)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("build", [mlp, cnn, residual, branching])
def test_a_network_as_a_circuit_answers_as_the_network(build, dtype, rng):
    agree(build(dtype), rng)


def test_layers_are_populations_of_their_names_and_weights_are_split_by_sign(rng):
    circuit = agree(mlp("float64"), rng)
    names = [p.name for p in circuit.neuron_populations]
    # Dropout is nothing; what follows linear cells is taken into them.
    assert names[:3] == ["dense", "batch_normalization", "dense_1"]
    assert circuit.population("dense_1").neurons.transfer.name == "logistic"
    assert names[-1] == circuit.outputs[0].name == "dense_2"
    assert all((p.connection.weights >= 0).all() for p in circuit.projections)
    assert {p.channel for p in circuit.projections} == {"excite", "subtract", "divide"}


def test_a_kernel_is_one_convolution_for_all_cells_of_a_sheet(rng):
    circuit = agree(cnn("float64"), rng)
    kinds = {
        type(p.connection).__name__
        for p in circuit.projections
        if circuit.population_at(p.target).name == "conv2d"
    }
    assert kinds == {"Convolution"}


def test_names_are_the_circuits(rng):
    x = Input((2,), name="re.tina")
    network = Model(x, Dense(1, name="a.b")(x))
    circuit = network.to_circuit("eye")
    assert circuit.name == "eye"
    assert [p.name for p in circuit.populations] == ["re_tina", "a_b"]
    inside = branching("float32").to_circuit()
    assert {"one", "other", "shared", "shared_2", "inner.dense"} <= {
        p.name for p in inside.populations
    }


def test_a_model_inside_may_have_dots_in_its_name(rng):
    inner = Sequential([Input((3,)), Dense(2, "tanh")], name="in.ner")
    circuit = agree(Sequential([inner, Dense(2)], name="out.er"), rng)
    assert circuit.name == "out_er"
    assert "in_ner.dense" in {p.name for p in circuit.populations}


def test_a_network_without_layers_answers_what_comes_in(rng):
    x = Input((2, 3))
    assert agree(Model(x, x), rng).outputs[0].name == "output"
    (inside := Sequential([Input((2, 3))])).add(Model(x, x))
    agree(inside, rng)


def test_an_empty_name_is_refused():
    with pytest.raises(CircuitError, match=r"a circuit: a name must be printable text"):
        Sequential([Input((2,)), Dense(1)]).to_circuit("")


def test_training_on_does_not_change_the_circuit(rng):
    network = mlp("float32")
    circuit = network.to_circuit()
    (x,) = samples(network, rng)
    before = circuit(x)
    disturbed(network, rng)
    np.testing.assert_array_equal(circuit(x), before)


def test_softmax_of_large_drives_is_its_closed_form():
    network = Sequential([Input((3,)), Activation("softmax")], dtype="float64")
    drives = np.array([[1e4, 1e4, -1e4], [-2e5, -2e5 + 1, -2e5], [0.0, 0.0, 0.0]])
    e = np.e
    expected = [[0.5, 0.5, 0], [1 / (2 + e), e / (2 + e), 1 / (2 + e)], [1 / 3] * 3]
    np.testing.assert_allclose(network.to_circuit()(drives), expected, rtol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 9])
def test_the_largest_is_found_by_as_many_neurons_as_there_are_comparisons(count, rng):
    construction = Construction("largest")
    x = construction.circuit.inputs("x", shape=(2, count), real=True)
    found = largest(x, "tree", construction)
    circuit = construction.circuit
    circuit.output(circuit.rate("most", excite=found, transfer="identity"))
    shown = np.round(rng.normal(size=(20, 2, count)), 1) * 4  # with ties
    np.testing.assert_allclose(circuit(shown), shown.max(axis=-1), rtol=1e-13, atol=1e-14)
    assert sum(p.size for p in circuit.neuron_populations) == 2 * (1 + sum(halves(count)))


def halves(count):
    while count > 1:
        count = (count + 1) // 2
        yield count


# ------------------------------------------------------------------ what can be done with it


def bar_detector():
    return Sequential(
        [
            Input((6, 6, 1)),
            Conv2D(3, 3, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(2, "softmax"),
        ],
        name="bars",
        seed=3,
    )


@pytest.fixture(scope="module")
def trained():
    """A small network that tells horizontal from vertical bars, and what it learned from."""
    rng = np.random.default_rng(5)
    images = 0.1 * rng.normal(size=(200, 6, 6, 1))
    labels = rng.integers(0, 2, size=200)
    for image, label, place in zip(images, labels, rng.integers(0, 6, size=200), strict=True):
        image[place if label else slice(None), slice(None) if label else place] += 1
    network = bar_detector()
    network.compile(Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    network.fit(images, labels, epochs=60, verbose=0)
    return network, images, labels


@pytest.mark.compiled
def test_a_trained_network_is_as_right_as_a_circuit(trained):
    network, images, labels = trained
    answers = network.to_circuit()(images)
    np.testing.assert_allclose(answers, network.predict(images), atol=1e-5)
    assert (answers.argmax(axis=1) == labels).mean() > 0.95


def test_it_is_drawn_with_its_activities(rng):
    network = disturbed(Sequential([Input((2,)), Dense(2, "relu"), Dense(2, "softmax")]), rng)
    circuit = network.to_circuit()
    x = rng.normal(size=2)
    figure = circuit.draw(inputs=x)
    figure.draw_without_rendering()
    texts = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert {f"dense_1[{k}] = {value:.3g}" for k, value in enumerate(circuit(x))} <= texts
    assert {"excites", "subtracts", "divides", "dense[1]", "dense_1 exponential[0]"} <= texts


def screened(circuit, shape):
    """A circuit on a screen: a gray image is the network's only channel."""
    eye = Circuit("eye")
    image = eye.inputs("image", shape=shape, real=True)
    circuit(image.reshape(*shape, 1))
    return eye


@pytest.mark.compiled
def test_its_receptive_fields_are_found_by_reverse_correlation(trained):
    network = trained[0]
    eye = screened(network.to_circuit(), (6, 6))
    screen = stimuli.Screen((6, 6), pixel=0.5)
    noise = stimuli.white_noise(screen, count=4000, seed=1)
    kernel = network.layers[0].get_weights()[0]
    for sheet in range(3):
        field = reverse_correlation(eye["bars.conv2d"][1, 2, sheet], noise, pixel=screen.pixel)
        expected = np.zeros((6, 6))
        expected[1:4, 2:5] = kernel[:, :, 0, sheet]
        # A rectified cell's average is the kernel, whatever the rectification (Bussgang 1952).
        assert field.correlation(expected) > 0.95


@pytest.mark.compiled
def test_its_cells_are_tuned_as_its_kernels_are(trained):
    kernel, bias = trained[0].layers[0].get_weights()
    eye = screened(trained[0].to_circuit(), (6, 6))
    screen = stimuli.Screen((6, 6), pixel=0.5)
    angles = np.arange(0, 180, 15.0)
    x, y = np.meshgrid([-0.5, 0, 0.5], [0.5, 0, -0.5])
    across = 0.4 * (
        np.sin(np.deg2rad(angles))[:, None, None] * x
        - np.cos(np.deg2rad(angles))[:, None, None] * y
    )
    phases = np.exp(2j * np.pi * np.arange(1000) / 1000)
    for sheet in range(3):
        curve = physiology.tuning(
            eye["bars.conv2d"][2, 2, sheet], "orientation", angles, screen=screen, frequency=0.4
        )
        # The kernel's spectrum at the grating's frequency is the drive, which is rectified.
        spectrum = (kernel[:, :, 0, sheet] * np.exp(2j * np.pi * across)).sum(axis=(1, 2))
        drive = bias[sheet] + (spectrum[:, None] * phases).real
        expected = 2 * np.abs((np.maximum(drive, 0) * phases).mean(axis=1))
        np.testing.assert_allclose(curve.f1, expected, atol=0.1 * expected.max())


@pytest.mark.compiled
def test_a_lesion_of_one_sheet_is_the_network_without_its_weights(trained):
    network, images, _ = trained
    circuit = network.to_circuit()
    lesioned = circuit.without(circuit["conv2d"][..., 1])
    kernel, bias, *rest = network.get_weights()
    without = bar_detector()
    cut = kernel.copy()
    cut[..., 1] = 0
    without.set_weights([cut, bias * [1, 0, 1], *rest])
    found = lesioned(images)
    np.testing.assert_allclose(found, without.predict(images), atol=1e-5)
    assert np.abs(found - circuit(images)).max() > 0.01
    assert (circuit.without("conv2d")(images) == circuit.without("conv2d")(images[:1])).all()


# ------------------------------------------------------------------ what is refused


class Own(Dense):
    pass


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [Input((4,), dtype="int64"), Embedding(5, 2), LSTM(3)],
            "Sequential 'net': to_circuit: Embedding 'embedding' cannot become neurons; layers "
            "that can are Activation, Add, AveragePooling2D, BatchNormalization",
        ),
        ([Input((4, 2)), LSTM(3)], "to_circuit: LSTM 'lstm' cannot become neurons"),
        ([Input((4,)), Own(3)], "to_circuit: Own 'own' cannot become neurons"),
        ([Input((None, 4)), Dense(3)], r"an input of shape \(None, None, 4\) has an open length"),
        ([Dense(3)], "is not built: give its first layer the shape"),
    ],
)
def test_what_cannot_become_neurons_is_named(layers, message):
    with pytest.raises(InputError, match=message):
        Sequential(layers, name="net").to_circuit()


def test_a_layer_of_ones_own_is_refused_by_its_name():
    class Square(Layer):
        def call(self, x):
            return x * x

    x = Input((2,))
    with pytest.raises(InputError, match="Square 'odd' cannot become neurons"):
        Model(x, Dense(1)(Square(name="odd")(x))).to_circuit()
