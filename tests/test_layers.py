"""Layers: their settings, shapes and parameters, one by one."""

import numpy as np
import pytest

from neurosim import InputError
from neurosim.networks import (
    LSTM,
    Activation,
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
    SimpleRNN,
    Tensor,
    ThresholdUnits,
    load_model,
)
from neurosim.networks.engines import to_host


@pytest.mark.parametrize(
    ("layer", "into", "out"),
    [
        (Dense(3), (5,), (3,)),
        (Dense(3), (7, 5), (7, 3)),
        (Activation("relu"), (5, 2), (5, 2)),
        (Dropout(0.5), (5, 2), (5, 2)),
        (Flatten(), (4, 3, 2), (24,)),
        (Reshape((2, -1)), (4, 3), (2, 6)),
        (Reshape(np.array([2, 6])), (4, 3), (2, 6)),
        (Conv2D(4, 3), (8, 9, 2), (6, 7, 4)),
        (Conv2D(4, (3, 2), strides=2, padding="same"), (8, 9, 2), (4, 5, 4)),
        (Conv2D(1, 2, strides=(3, 1)), (8, 9, 2), (3, 8, 1)),
        (MaxPooling2D(), (5, 4, 3), (2, 2, 3)),
        (MaxPooling2D(padding="same"), (5, 4, 3), (3, 2, 3)),
        (AveragePooling2D(3, strides=1), (5, 4, 3), (3, 2, 3)),
        (GlobalAveragePooling2D(), (5, 4, 3), (3,)),
        (BatchNormalization(), (5, 3), (5, 3)),
        (Embedding(10, 4), (6,), (6, 4)),
        (SimpleRNN(4), (6, 3), (4,)),
        (LSTM(4, return_sequences=True), (6, 3), (6, 4)),
    ],
)
def test_a_layer_tells_its_output_shape_and_keeps_to_it(layer, into, out):
    model = Sequential([Input(into), layer], seed=1)
    assert model.output_shape == (None, *out)
    x = np.ones((2, *into), dtype=np.int64 if isinstance(layer, Embedding) else np.float32)
    assert model.predict(x).shape == (2, *out)
    assert model.predict(x).dtype == np.float32


@pytest.mark.parametrize(
    ("layer", "into", "shapes"),
    [
        (Dense(3), (5,), [(5, 3), (3,)]),
        (Dense(3, use_bias=False), (5,), [(5, 3)]),
        (Conv2D(4, (3, 2)), (8, 9, 2), [(3, 2, 2, 4), (4,)]),
        (BatchNormalization(), (5, 3), [(3,)] * 4),
        (BatchNormalization(scale=False), (5, 3), [(3,)] * 3),
        (Embedding(10, 4), (6,), [(10, 4)]),
        (SimpleRNN(4), (6, 3), [(3, 4), (4, 4), (4,)]),
        (LSTM(4), (6, 3), [(3, 16), (4, 16), (16,)]),
        (LSTM(4, use_bias=False), (6, 3), [(3, 16), (4, 16)]),
    ],
)
def test_weights_have_kerass_shapes_and_order(layer, into, shapes):
    model = Sequential([Input(into), layer])
    assert [w.shape for w in model.get_weights()] == shapes
    assert layer.count_params() == sum(int(np.prod(shape)) for shape in shapes)


def test_dense_is_the_formula(rng):
    layer = Dense(3, activation="sigmoid", dtype="float64")
    x = rng.normal(size=(4, 5))
    layer.ensure_built((None, 5))
    w, b = rng.normal(size=(5, 3)), rng.normal(size=3)
    layer.set_weights([w, b])
    expected = 1 / (1 + np.exp(-(x @ w + b)))
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-12)


def test_softmax_sums_to_one(rng):
    y = Dense(3, activation="softmax")(rng.normal(size=(4, 5))).numpy()
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-6)


def test_lstm_begins_with_an_open_forget_gate_and_orthogonal_weights():
    layer = LSTM(4, dtype="float64")
    layer.ensure_built((None, 3, 2))
    _, recurrent, bias = layer.get_weights()
    np.testing.assert_array_equal(bias, [0] * 4 + [1] * 4 + [0] * 8)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-12)


@pytest.mark.parametrize("kind", [LSTM, SimpleRNN])
def test_recurrent_cells_without_a_bias_are_those_with_one_of_zeros(kind, rng):
    x = rng.normal(size=(4, 5, 3))
    y = rng.normal(size=(4, 2))
    answers = []
    for settings in ({"use_bias": False}, {"bias_initializer": "zeros"}):
        if kind is LSTM:
            settings["unit_forget_bias"] = False
        model = Sequential([Input((5, 3)), kind(2, **settings)], seed=1)
        model.compile("sgd", "mse")
        model.train_on_batch(x, y)
        answers.append(model.get_weights()[:2])
        assert len(model.get_weights()) == 2 + model.layers[0].use_bias
    for without, zeros in zip(*answers, strict=True):
        np.testing.assert_array_equal(without, zeros)


def test_batch_normalization_follows_the_batches_and_stays_when_frozen(rng):
    layer = BatchNormalization(momentum=0.9, dtype="float64")
    x = rng.normal(3, 2, size=(50, 2))
    y = layer(x, training=True).numpy()
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=0), x.var(axis=0) / (x.var(axis=0) + 1e-3), rtol=1e-9)
    mean, variance = layer.get_weights()[2:]
    np.testing.assert_allclose(mean, 0.1 * x.mean(axis=0))
    np.testing.assert_allclose(variance, 0.9 + 0.1 * x.var(axis=0))
    expected = (x - mean) / np.sqrt(variance + 1e-3)
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-9)
    layer.trainable = False
    np.testing.assert_allclose(layer(x, training=True).numpy(), expected, rtol=1e-9)
    np.testing.assert_array_equal(layer.get_weights()[2], mean)


def test_dropout_drops_in_training_alone_and_other_cells_each_time():
    layer = Dropout(0.25)
    x = np.ones((100, 100), dtype=np.float32)
    np.testing.assert_array_equal(layer(x).numpy(), x)
    first, second = (layer(x, training=True).numpy() for _ in range(2))
    assert set(np.unique(first)) == {0, np.float32(1 / 0.75)}
    assert abs((first == 0).mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 1e4)
    assert (first != second).any()


def test_a_mask_goes_to_the_layer_that_passes_over_it(rng):
    words = np.array([[3, 1, 0, 0], [2, 0, 0, 0]])
    model = Sequential(
        [Input((4,), dtype="int64"), Embedding(5, 3, mask_zero=True), LSTM(2)], seed=3
    )
    padded = model.predict(words)
    np.testing.assert_allclose(padded[:1], model.predict(np.array([[3, 1, 0, 0]])))
    short = Sequential([Input((2,), dtype="int64"), Embedding(5, 3, mask_zero=True), LSTM(2)])
    short.set_weights(model.get_weights())
    np.testing.assert_allclose(short.predict(words[:, :2]), padded, rtol=1e-6)


def test_a_layer_that_was_used_alone_has_its_name_in_a_network(rng):
    first, second = Dense(4), Dense(1)
    second(first(np.ones((2, 3))))
    model = Sequential([Input((3,)), first, second])
    assert [p.path for p in model.weights][::2] == ["dense/kernel", "dense_1/kernel"]
    model.compile("adam", "mse")
    model.fit(np.ones((2, 3)), np.ones(2), verbose=0)


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (lambda: Concatenate(7)([Input((3,)), Input((3,))]), "axis 7 is none of a sample's"),
        (lambda: Concatenate(0)([Input((3,)), Input((3,))]), "axis 0 is that of the samples"),
        (lambda: Concatenate(1)([Input((3,)), Input((3, 1))]), "must be the same but along axis 1"),
        (lambda: Concatenate("a"), "axis must be a whole number"),
        (lambda: Sequential([Dense(1)]).build(8), r"build takes a shape.*\(got 8\)"),
        (lambda: Sequential([Dense(1)]).get_layer(index="a"), r"\(got index 'a'\)"),
    ],
)  # fmt: skip
def test_settings_of_another_kind_are_told(do, message):
    with pytest.raises(InputError, match=message):
        do()


def test_a_layer_answers_a_tensor():
    class Bare(Layer):
        def call(self, x):
            return x.numpy()

    with pytest.raises(InputError, match=r"Bare: call\(\) must return a Tensor \(got ndarray\)"):
        Bare()([[1.0]])


def test_a_step_counts_after_branches_where_it_does_in_one():
    heard = []

    class Ear(Layer):
        def call(self, x, mask):
            heard.append(mask)
            return x

    one, two = Input((3,), dtype="int64"), Input((3,), dtype="int64")
    table = Embedding(5, 2, mask_zero=True)
    a, b, all_of_one = table(one), table(two), Embedding(5, 2)(one)
    ears = [
        Ear()(join([left, right]))
        for join in (Add(), Concatenate(), Concatenate(axis=1))
        for left, right in ((a, b), (a, all_of_one))
    ]
    narrow = [Dense(2)(ear) for ear in ears]
    model = Model([one, two], Concatenate(axis=1)(narrow))
    model.predict([[[1, 0, 0]], [[1, 2, 0]]])
    expected = [[1, 1, 0], None, [1, 1, 0], None, [1, 0, 0, 1, 1, 0], [1, 0, 0, 1, 1, 1]]
    for mask, right in zip(heard, expected, strict=True):
        assert mask is None if right is None else (to_host(mask) == np.array(right, bool)).all()


def test_a_mask_goes_through_a_network_within_a_network():
    words = np.array([[3, 1, 0, 0], [2, 0, 0, 0]])
    table, inner, outer = Embedding(5, 3, mask_zero=True), LSTM(4, return_sequences=True), LSTM(2)
    row = Sequential([Input((4,)), table, inner, outer], seed=1)
    nested = Sequential(
        [Input((4,)), Sequential([Input((4,)), table]), Sequential([Input((4, 3)), inner]), outer]
    )
    np.testing.assert_array_equal(nested.predict(words), row.predict(words))


@pytest.mark.parametrize(
    "layer",
    [
        Dense(2), Activation("relu"), Dropout(0.5), Flatten(), Reshape((3,)), Embedding(3, 2),
        BatchNormalization(), LSTM(2), MaxPooling2D(), GlobalAveragePooling2D(),
        DivisiveNormalization(), ThresholdUnits(), CenterSurround(np.eye(3)),
    ],
)  # fmt: skip
def test_a_layer_of_one_tensor_refuses_a_list(layer):
    for several in ([Input((3,)), Input((3,))], [Tensor(np.ones((1, 3)))] * 2):
        with pytest.raises(InputError, match=r"takes one tensor \(got a list of 2\); Add\(\) and"):
            layer(several)


@pytest.mark.parametrize("layer", [Dense(2), BatchNormalization()])
def test_samples_without_an_axis_are_told(layer):
    with pytest.raises(InputError, match=r"the last axis of a sample tells how many .*x\[None\]"):
        layer([1.0, 2.0])


def test_words_may_be_whole_floats(rng):
    words = rng.integers(0, 5, size=(3, 4))
    model = Sequential([Embedding(5, 2, mask_zero=True), LSTM(3)], seed=1)
    model.build((None, 4))
    np.testing.assert_array_equal(model.predict(words.astype(float)), model.predict(words))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([[0.5, 1.0]], "Embedding 'table' takes the numbers of words, which are whole"),
        ([[np.nan, 1.0]], "which are whole"),
        ([[1e30, 1.0]], "which are whole"),
        ([[1, 5]], r"Embedding 'table': there is no word 5; its table has 5, numbered from 0 to 4"),
        ([[-1, 0]], "there is no word -1"),
    ],
)
def test_what_is_no_word_is_told_by_the_layer(words, message):
    model = Sequential([Input((2,)), Embedding(5, 2, name="table")])
    with pytest.raises(InputError, match=message):
        model.predict(words)


def test_batches_are_normalized_by_the_steps_that_count(rng):
    words = np.array([[3, 1, 0, 0], [2, 0, 0, 0], [4, 4, 1, 0]])
    model = Sequential(
        [Input((4,), dtype="int64"), Embedding(5, 3, mask_zero=True), BatchNormalization()],
        seed=1, dtype="float64",
    )  # fmt: skip
    y = model(words, training=True).numpy()
    table, _, _, mean, variance = model.get_weights()
    counted = table[words][words != 0]
    expected = (table[words] - counted.mean(0)) / np.sqrt(counted.var(0) + 1e-3)
    np.testing.assert_allclose(y, expected, rtol=1e-5)
    np.testing.assert_allclose(mean, 0.01 * counted.mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.99 + 0.01 * counted.var(0), rtol=1e-5)


def test_branches_add_and_stand_side_by_side(rng):
    x = Input((4,))
    wide = Concatenate()([x, Dense(3)(x)])
    model = Model(x, Add()([wide, Dense(7)(wide)]))
    assert model.output_shape == (None, 7)
    values = rng.normal(size=(2, 4)).astype(np.float32)
    w, b, v, c = model.get_weights()
    side = np.concatenate([values, values @ w + b], axis=1)
    np.testing.assert_allclose(model.predict(values), side + side @ v + c, rtol=1e-5)


def test_a_layer_of_ones_own_asks_for_what_it_needs():
    class Noticing(Layer):
        def call(self, x, training):
            return x * (2.0 if training else 1.0)

    layer = Noticing()
    assert layer([1.0], training=True).item() == 2
    assert layer([1.0]).item() == 1
    with pytest.raises(NotImplementedError, match="Layer has no call"):
        Layer()([1.0])


def test_integers_become_real_numbers_and_float64_stays_inside():
    assert Dense(2)(np.ones((1, 2), dtype=np.int64)).dtype == np.float32
    assert Dense(2, dtype="float64")(np.ones((1, 2))).dtype == np.float64
    assert Dense(2)(Tensor(np.ones((1, 2)))).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(0), r"Dense: units must be a whole number from 1 \(got 0\)"),
        (lambda: Dense(2.5), r"Dense: units must be a whole number from 1 \(got 2.5\)"),
        (lambda: Dense(True), r"Dense: units must be a whole number from 1 \(got True\)"),
        (lambda: Dense(3, "rellu"), r"no activation is called 'rellu' \(did you mean 'relu'\?\)"),
        (
            lambda: Dense(3, unit=2),
            r"Dense: no setting is called 'unit' \(did you mean 'units'\?\)",
        ),
        (lambda: Dense(3, name="a\x1b[31m"), "a layer's name is a word without slashes"),
        (lambda: Dense(3, name="a/b"), r"a layer's name is a word without slashes \(got 'a/b'\)"),
        (lambda: Dense(3, dtype="int32"), r"dtype must be float32 or float64 \(got 'int32'\)"),
        (lambda: Dense(3, kernel_initializer="glorot"), "no initializer is called 'glorot'"),
        (lambda: Dense(3, input_dim=0), "input_dim: the shape of one sample has whole lengths"),
        (
            lambda: Dense(3, input_dim=2, input_shape=(2,)),
            "Dense: input_shape and input_dim say the same; give one of them",
        ),
        (lambda: Dropout(1), r"Dropout: rate must be a number from 0 to below 1 \(got 1\)"),
        (lambda: Dropout(-0.1), "rate must be a number from 0 to below 1"),
        (lambda: Conv2D(3, (3, 3, 3)), r"kernel_size must be one whole number or two"),
        (lambda: Conv2D(3, 3, padding="some"), r"no choice is called 'some' \(did you mean 'same'"),
        (lambda: Reshape((-1, -1)), "one length may be -1"),
        (lambda: LSTM(3, activation="relu"), "an LSTM here has activation 'tanh'"),
        (lambda: BatchNormalization(epsilon=0), "epsilon must be a finite number over 0"),
        (lambda: Dense(output_dim=3), r"Dense: .*'output_dim' \(here that is units\)"),
        (lambda: DaleDense(output_dim=3), r"DaleDense: .*'output_dim' \(here that is units\)"),
        (lambda: LSTM(output_dim=3, name="a"), r"LSTM 'a': .*\(here that is units\)"),
        (lambda: Conv2D(nb_filter=3, nb_row=3, nb_col=3), r"'nb_filter' \(here that is filters\)"),
        (lambda: Conv2D(3, nb_row=3, nb_col=3), r"'nb_row' \(here that is kernel_size\)"),
        (lambda: Dropout(p=0.5), r"'p' \(here that is rate\)"),
        (
            lambda: Dense(3, kernel_regularizer="l2"),
            "Dense: no setting is called 'kernel_regularizer': regularizers are not here",
        ),
        (lambda: Dense(3, bias_constraint="x"), "'bias_constraint': only a layer of one's own has"),
        (lambda: Dense(2, init="uniform"), r"'init' \(here that is kernel_initializer\)"),
        (lambda: MaxPooling2D(border_mode="same"), r"\(here that is padding\); there are: pool"),
        (lambda: Dropout(0.5, init="zeros"), "no setting is called 'init'; there are: rate"),
        (lambda: Input((3,), name=3), r"Input: a name is a word without slashes \(got 3\)"),
        (lambda: Input((3,), dtype="flot"), r"Input: dtype is that of numbers.*\(got 'flot'\)"),
        (lambda: Input((0,)), "Input: the shape of one sample has whole lengths from 1"),
    ],
)
def test_settings_that_are_none_are_told(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Input((4,)), Conv2D(2, 3)], r"Conv2D 'conv2d' takes images \(batch, height, width, chan"),
        ([Input((2, 2, 1)), Conv2D(2, 3)], r"'conv2d': an image of 2 × 2 is smaller than its wind"),
        ([Input((4,)), LSTM(2)], r"LSTM 'lstm' takes sequences \(batch, time, inputs\)"),
        ([Input((4, 1)), LSTM(2), LSTM(2)], r"LSTM 'lstm_1' takes .* with return_sequences=True"),
        ([Input((None,)), Dense(2)], r"Dense 'dense' needs to know how many inputs there are"),
        ([Input((4,)), Reshape((3, 2))], r"'reshape': 4 values of shape \(4,\) do not fit shape"),
        ([Input((4,)), Reshape((3, -1))], r"'reshape': 4 values of shape \(4,\) do not fit shape"),
        ([Input((4,)), Add()], r"Add 'add' takes a list of two or more"),
    ],
)
def test_shapes_that_a_layer_does_not_take_are_told_with_its_name(layers, message):
    with pytest.raises(InputError, match=message):
        Sequential(layers)


@pytest.mark.parametrize(
    ("names", "clash"), [(("a", "a", "d"), "a"), (("a", "b", "b"), "b"), (("d", "b", "d"), "d")]
)
def test_inputs_and_layers_have_names_of_their_own(names, clash):
    one, other = Input((2,), name=names[0]), Input((2,), name=names[1])
    out = Dense(2, name=names[2])(Add()([one, other]))
    with pytest.raises(InputError, match=f"names of their own, and two are called '{clash}'"):
        Model([one, other], out)
    with pytest.raises(InputError, match="and two are called 'dense'"):
        Sequential([Input((2,), name="dense"), Dense(2)])
    assert Model(one, Dense(2)(one)).layers[0].name == "dense"
    called = Input((2,), name="dense")
    assert Model(called, Dense(2)(called)).layers[0].name == "dense_1"


@pytest.mark.parametrize("name", ["a/b", "", 3, "a\n"])
def test_names_of_inputs_that_are_none_are_told(name):
    with pytest.raises(InputError, match="Input: a name is a word without slashes"):
        Input((2,), name=name)


@pytest.mark.parametrize("dtype", ["nope", 3, "complex64", "U3", object])
def test_dtypes_of_inputs_that_are_none_are_told(dtype):
    with pytest.raises(InputError, match="Input: dtype is that of numbers, as 'float32'"):
        Input((2,), dtype=dtype)


def test_a_dtype_of_numpys_is_saved(tmp_path):
    model = Sequential([Input((2,), dtype=np.int32), Embedding(3, 2)])
    model.save(tmp_path / "words.npz")
    assert load_model(tmp_path / "words.npz").inputs[0].dtype == "int32"


def test_branches_of_other_shapes_are_told():
    x = Input((4,))
    with pytest.raises(
        InputError, match=r"adds what has one shape \(got \(None, 4\) and \(None, 3"
    ):
        Add()([x, Dense(3)(x)])
    with pytest.raises(InputError, match="shapes must be the same but along axis -1"):
        Concatenate()([x, Input((2, 2))])


def test_weights_of_another_shape_are_told_and_none_is_taken():
    layer = Dense(2, name="last")
    layer.ensure_built((None, 3))
    before = layer.get_weights()
    with pytest.raises(
        InputError, match=r"last/bias: its values have shape \(2,\) \(got shape \(3,"
    ):
        layer.set_weights([np.zeros((3, 2)), np.zeros(3)])
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])
    with pytest.raises(
        InputError, match=r"Dense 'last' has 2 arrays of weights \(kernel \(3, 2\),"
    ):
        layer.set_weights([np.zeros((3, 2))])
    with pytest.raises(InputError, match="last/kernel: weights must be finite numbers"):
        layer.set_weights([np.full((3, 2), np.nan), np.zeros(2)])
    with pytest.raises(InputError, match=r"Dense 'last' was built for shape \(None, 3\)"):
        layer(np.zeros((1, 4)))


def test_older_names_of_layers_are_told():
    with pytest.raises(ImportError, match="no layer is called 'Convolution2D' here; it is Conv2D"):
        from neurosim.networks import Convolution2D  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name 'Convolution'"):
        from neurosim.networks import Convolution  # noqa: F401


def test_a_class_of_ones_own_may_use_an_older_word():
    class Wide(Dense):
        def __init__(self, output_dim, **settings):
            super().__init__(output_dim, **settings)

    assert Wide(output_dim=3).units == 3
