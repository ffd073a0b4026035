"""Configurations: what they hold, that they make the same network again, and what they refuse."""

import copy
import json

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
    ThresholdUnits,
    load_model,
)
from neurosim.networks.configuration import KERAS_LAYERS, LAYERS, serialized
from neurosim.networks.construction import layer_of, network_of
from neurosim.networks.initializers import VarianceScaling

ROWS = {
    "dense": [
        Input((4,)),
        Dense(3, "relu", kernel_initializer="he_normal"),
        Dense(2, use_bias=False),
    ],
    "images": [
        Input((8, 8, 1)),
        Conv2D(3, 3, padding="same", kernel_initializer=VarianceScaling(2.0, "fan_out", "uniform")),
        BatchNormalization(momentum=0.9, scale=False),
        Activation("softplus"),
        MaxPooling2D(),
        AveragePooling2D(2, strides=1, padding="same"),
        Conv2D(4, (2, 1), strides=(1, 2)),
        Dropout(0.2),
        Reshape((3, -1)),
        Flatten(),
        Dense(3, "softmax", trainable=False),
    ],
    "cells": [
        Input((9, 9, 1)),
        CenterSurround(np.array([[-0.1, 0.2, -0.1]])),
        Flatten(),
        DaleDense(6, inhibitory=2),
        DivisiveNormalization(),
        ThresholdUnits(),
    ],
    "channels": [Input((4, 4, 2)), GlobalAveragePooling2D()],
    "words": [
        Input((None,), dtype="int32"),
        Embedding(9, 4, mask_zero=True),
        LSTM(3, return_sequences=True, unit_forget_bias=False, dropout=0.1),
        SimpleRNN(2, activation="relu", recurrent_dropout=0.2),
    ],
}


def through_json(value):
    return json.loads(json.dumps(value, allow_nan=False))


def row(name):
    return Sequential(copy.deepcopy(ROWS[name]), name=name, seed=0)


def branching(dtype=None):
    x, z = Input((4,)), Input((4,), name="beside")
    twice = Dense(4, "relu", name="twice")
    within = Sequential([Input((4,)), Dense(3), Dense(4)], name="within")
    h = within(Add()([x, twice(z)]))
    h = Concatenate()([twice(h), h])
    return Model([x, z], Dense(1)(h), seed=0, dtype=dtype)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_made_again(name):
    model = row(name)
    config = model.get_config()
    again = Sequential.from_config(through_json(config))
    assert again.get_config() == config
    assert again.output_shape == model.output_shape
    assert [w.shape for w in again.get_weights()] == [w.shape for w in model.get_weights()]
    assert [p.path for p in again.trainable_weights] == [p.path for p in model.trainable_weights]


def test_layers_of_ours_come_back_from_a_file(rng, tmp_path):
    model = row("cells")
    model.save(tmp_path / "cells.npz")
    again = load_model(tmp_path / "cells.npz")
    x = rng.normal(size=(3, 9, 9, 1))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert serialized(again.layers[2])["registered_name"] == "neurosim>DaleDense"


def test_a_row_is_written_as_keras_writes_it():
    config = Sequential([Input((8,)), Dense(1, name="z")], name="sheet").get_config()
    assert set(config) == {"name", "trainable", "dtype", "layers", "build_input_shape"}
    assert config["build_input_shape"] == [None, 8]
    first, second = config["layers"]
    assert first == {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 8], "dtype": "float32", "name": "input_layer"},
        "registered_name": None,
    }
    assert (second["module"], second["class_name"]) == ("keras.layers", "Dense")
    assert second["registered_name"] is None
    assert second["config"]["units"] == 1
    assert second["config"]["kernel_initializer"]["class_name"] == "GlorotUniform"


def test_a_branching_network_is_written_with_its_calls():
    config = branching().get_config()
    layers = {entry["name"]: entry for entry in config["layers"]}
    assert config["input_layers"] == [["input_layer", 0, 0], ["beside", 0, 0]]
    assert config["output_layers"] == ["dense", 0, 0]
    calls = [
        node["args"][0]["config"]["keras_history"] for node in layers["twice"]["inbound_nodes"]
    ]
    assert calls == [["beside", 0, 0], ["within", 0, 0]]
    joined = layers["concatenate"]["inbound_nodes"][0]["args"][0]
    assert [x["config"]["keras_history"] for x in joined] == [["twice", 1, 0], ["within", 0, 0]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_branching_network_is_made_again(rng, dtype):
    model = branching(dtype)
    again = Model.from_config(through_json(model.get_config()))
    assert again.get_config() == model.get_config()
    assert again.dtype == dtype
    again.set_weights(model.get_weights())
    x = [rng.normal(size=(5, 4)), rng.normal(size=(5, 4))]
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_networks_in_networks_are_made_again(rng):
    y = Input((3,))
    inner = Model(y, Add()([y, Dense(3)(y)]), name="inner")
    x = Input((3,))
    model = Model(x, inner(inner(x)), seed=1)
    config = model.get_config()
    assert config["output_layers"] == ["inner", 2, 0]  # Keras counts its making as a call
    again = Model.from_config(through_json(config))
    again.set_weights(model.get_weights())
    values = rng.normal(size=(2, 3))
    np.testing.assert_array_equal(again.predict(values), model.predict(values))
    assert again.get_config() == config


def test_layers_stand_in_the_order_of_keras():
    """The farthest from the output first; of those as far, the first of a search from it."""
    x = Input((4,))
    late = Dense(4, name="late")
    a = Dense(4, name="a")(Dense(4, name="b")(x))
    c = Dense(4, name="c")(x)
    model = Model(x, late(Add(name="sum")([c, a])))
    assert [layer.name for layer in model.layers] == ["b", "c", "a", "sum", "late"]


def test_masks_count_in_the_order_of_keras():
    """Between the cells and what they hear side by side Keras has five operations, not one."""
    x, z = Input((4,), "int32"), Input((3,))
    first = Embedding(5, 3, mask_zero=True, name="words")(x)
    beside = Dense(3, name="inner")(first)
    cells = LSTM(3, name="cells")(Concatenate()([first, beside]))
    deep = z
    for number in range(6):
        deep = Dense(3, name=f"deep{number}")(deep)
    model = Model([x, z], Add()([cells, deep]))
    names = [layer.name for layer in model.layers if isinstance(layer, Dense)]
    assert names == ["inner", *(f"deep{number}" for number in range(6))]
    entries = [entry["name"] for entry in model.get_config()["layers"]]
    assert "concatenate_layer" in entries  # "concatenate" is Keras's operation on the masks
    again = Model.from_config(through_json(model.get_config()))
    assert [layer.name for layer in again.layers if isinstance(layer, Dense)] == names


def test_a_row_without_a_shape_is_made_again():
    model = Sequential([Dense(3), Dense(2)])
    again = Sequential.from_config(through_json(model.get_config()))
    assert [layer.units for layer in again.layers] == [3, 2]
    assert again.output is None
    model.build((None, 7))
    assert Sequential.from_config(model.get_config()).input_shape == (None, 7)


def test_weights_of_networks_in_a_network_differ_in_name():
    parts = [Sequential([Input((3,)), Dense(3)], name=name) for name in ("a", "b")]
    model = Sequential([Input((3,)), *parts])
    assert [p.path for p in model.weights] == [
        "a/dense/kernel", "a/dense/bias", "b/dense/kernel", "b/dense/bias",
    ]  # fmt: skip
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 3)))


def test_every_layer_is_in_the_table():
    assert set(LAYERS) >= KERAS_LAYERS
    assert all(issubclass(kind, Layer) for kind in LAYERS.values())


def test_settings_of_keras_without_effect_are_passed_over():
    entry = serialized(Dense(3, name="z"))
    entry["config"] |= {
        "kernel_regularizer": None,
        "bias_constraint": None,
        "quantization_config": None,
        "dtype": {"class_name": "DTypePolicy", "config": {"name": "float64"}},
    }
    entry["build_config"] = {"input_shape": [None, 4]}
    assert layer_of(entry).get_config() == {**Dense(3, name="z", dtype="float64").get_config()}


def test_channels_are_the_last_axis_however_it_is_counted():
    entry = serialized(BatchNormalization(name="z"))
    entry["build_config"] = {"input_shape": [None, 8, 8, 4]}
    for axis in (-1, 3, [-1], [3]):
        entry["config"]["axis"] = axis
        assert layer_of(entry).name == "z"
    for axis in (1, [2], 4):
        entry["config"]["axis"] = axis
        with pytest.raises(InputError, match=r"axis=.* is not supported"):
            layer_of(entry)


def dense(**changes):
    entry = serialized(Dense(3, name="z"))
    config = {**entry["config"], **changes.pop("config", {})}
    return {**entry, "config": config, **changes}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (dense(class_name="Lambda"), "Lambda 'z' holds code, which is never run from a file"),
        (
            dense(class_name="Desne"),
            "Desne 'z' is none of the layers that are made from a file.*Dense",
        ),
        (dense(module="os", class_name="system"), "system 'z' of os is none of the layers"),
        (dense(module="os"), "Dense 'z' of os is none of the layers that are made"),
        (dense(registered_name="mine>Dense"), "Dense 'z' of mine>Dense is none.*then load_weights"),
        (dense(class_name="TextVectorization", config={"vocabulary": "/etc/passwd"}), "is none of"),
        (dense(config={"vocabulary": "/etc/passwd"}), "no setting is called 'vocabulary'"),
        (dense(config={"kernel_regularizer": "l2"}), "kernel_regularizer='l2' is not supported"),
        (dense(config={"units": {"class_name": "x"}}), "units must be a whole number"),
        (dense(config={"units": -3}), "units must be a whole number from 1"),
        (dense(config={"activation": {"class_name": "function"}}), "takes the name of an activat"),
        (dense(config={"kernel_initializer": {"class_name": "os.system"}}), "no initializer is ca"),
        (dense(config={"kernel_initializer": {"class_name": "Zeros", "config": {"a": 1}}}), "'a'"),
        (dense(config={"name": "a/b"}), "a layer's name is a word without slashes"),
        (dense(config={"dtype": "float16"}), "dtype must be float32 or float64"),
        (dense() | {"config": 3}, "has a class_name and a config"),
        (dense(class_name=7), "has a class_name and a config"),
        ([], "has a class_name and a config"),
    ],
)
def test_strange_layers_are_refused(entry, message):
    with pytest.raises(InputError, match=message):
        layer_of(entry)


def test_own_layers_are_refused_by_name():
    class Square(Layer):
        def call(self, x):
            return x * x

    class Mine(Sequential):
        pass

    config = Sequential([Input((3,)), Square(name="squared")]).get_config()
    with pytest.raises(
        InputError, match=r"Square 'squared' of .*Square is none.*in code, then load_weights"
    ):
        Sequential.from_config(config)
    with pytest.raises(
        InputError, match=r"Mine 'm' of .*Mine is made by code that stands in no file"
    ):
        network_of(serialized(Mine([Input((3,)), Dense(1)], name="m")))


def test_a_layer_is_no_network():
    with pytest.raises(InputError, match="Dense 'z' is a layer, not a network"):
        network_of(dense())


def broken(change):
    config = through_json(branching().get_config())
    change(config, {entry["name"]: entry for entry in config["layers"]})
    return config


def hears(entry, name, number=0):
    node = entry["inbound_nodes"][0]["args"]
    first = node[0][0] if isinstance(node[0], list) else node[0]
    first["config"]["keras_history"] = [name, number, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c, e: hears(e["twice"], "nobody"),
            r"layer 'twice' hears \('nobody', 0\), which th",
        ),
        (lambda c, e: hears(e["twice"], "twice", 1), "its layers hear one another in a circle"),
        (lambda c, e: hears(e["add"], "add"), "its layers hear one another in a circle"),
        (lambda c, e: c.update(output_layers=["nobody", 0, 0]), "output_layers names 'nobody'"),
        (lambda c, e: c.update(output_layers=["add", 0, 0]), "does not lead to the output"),
        (lambda c, e: c.update(output_layers=[["add", 0, 0], ["dense", 0, 0]]), r"has one output"),
        (lambda c, e: c.update(input_layers=7), r"input_layers is \[layer, call, 0\]"),
        (lambda c, e: c["layers"].append(e["add"]), "each layer has a name of its own"),
        (lambda c, e: c.pop("layers"), "has a list of layers"),
        (lambda c, e: c.pop("name"), "its configuration has a name"),
        (lambda c, e: e["add"].update(inbound_nodes=[]), "layer 'add' is called on nothing"),
        (lambda c, e: e["add"].update(inbound_nodes=[["x", 0, 0, {}]]), "as Keras 3 writes it"),
        (
            lambda c, e: e["add"]["inbound_nodes"][0].update(kwargs={"training": True}),
            "is called with training=, which is not supported",
        ),
        (
            lambda c, e: e["beside"]["config"].update(batch_shape="abc"),
            "an input has a batch_shape",
        ),
        (lambda c, e: e["beside"]["config"].update(sparse=True), "sparse, ragged or optional"),
    ],
)
def test_broken_branches_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        Model.from_config(broken(change))


def words(*, mask_zero=True):
    """Words of two inputs, whose steps are added and heard by cells."""
    one, other = Input((4,), "int32", "one"), Input((4,), "int32", "other")
    table = Embedding(5, 3, mask_zero=mask_zero, name="table")
    both = Add(name="both")([table(one), table(other)])
    return Model([one, other], LSTM(2, name="cells")(both), seed=1)


def flow(name, number=0):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, number, 0]}}


def operation(kind, name, *operands):
    return {
        "module": "keras.src.ops.numpy", "class_name": kind, "config": {"name": name}, "name": name,
        "registered_name": kind, "inbound_nodes": [{"args": list(operands), "kwargs": {}}],
    }  # fmt: skip


def found():
    """The operations by which Keras finds padding."""
    return [
        operation("NotEqual", "first", flow("one"), 0),
        operation("NotEqual", "second", flow("other"), 0),
        operation("LogicalOr", "either", flow("first"), flow("second")),
    ]


def with_masks(model, mask, added=()):
    config = through_json(model.get_config())
    cells = next(entry for entry in config["layers"] if entry["name"] == "cells")
    cells["inbound_nodes"][0]["kwargs"] = {"training": False, "mask": mask}
    config["layers"] += [*found(), *added]
    return config


@pytest.mark.parametrize("mask", [None, flow("either"), [flow("either")], [None]])
def test_masks_that_keras_tells_are_those_that_are_found(mask, rng):
    model = words()
    again = Model.from_config(with_masks(model, mask))
    again.set_weights(model.get_weights())
    x = [np.array([[3, 1, 0, 0]]), np.array([[2, 4, 4, 0]])]
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("model", "mask", "added", "message"),
    [
        (words(), flow("first"), (), "layer 'cells' is called with another mask than that of what"),
        (words(), flow("both"), (), "layer 'cells' is called with another mask than that of what"),
        (words(mask_zero=False), flow("either"), (), "layer 'cells' is called with another mask"),
        (words(), None, [operation("LogicalOr", "x", flow("one"), flow("first"))], "is no mask of"),
        (words(), None, [operation("NotEqual", "x", flow("one"), 3)], "is an operation on tensors"),
        (words(), None, [operation("Add", "x", flow("first"), flow("second"))], "hears a mask"),
    ],
)
def test_masks_that_are_not_found_are_refused(model, mask, added, message):
    with pytest.raises(InputError, match=message):
        Model.from_config(with_masks(model, mask, added))


def sum_of(model, kind="Add", *more):
    """The configuration of `words` where they are added by + instead of a layer."""
    config = through_json(model.get_config())
    added = operation(kind, "both", *(more or (flow("table"), flow("table", 1))))
    config["layers"] = [added if e["name"] == "both" else e for e in config["layers"]]
    return config


def test_a_sum_of_layers_is_an_add(rng):
    model = words(mask_zero=False)
    again = Model.from_config(sum_of(model))
    again.set_weights(model.get_weights())
    x = [np.array([[3, 1, 0, 0]]), np.array([[2, 4, 4, 0]])]
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    with pytest.raises(InputError, match=r"'both' is an operation, a \+ b, after which Keras forg"):
        Model.from_config(sum_of(words()))


def test_what_stands_side_by_side_is_summed_where_nothing_is_padding(rng):
    x = Input((3,), name="x")
    beside = Concatenate(axis=1, name="beside")([x, x])
    inner = Sequential([Input((6,)), Dense(6)], name="inner")(beside)
    model = Model(x, Add(name="both")([beside, inner]))
    again = Model.from_config(sum_of(model, "Add", flow("beside"), flow("inner")))
    again.set_weights(model.get_weights())
    x = rng.normal(size=(2, 3))
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("kind", "operands"),
    [
        ("Add", [flow("table"), 1.0]),
        ("Multiply", [flow("table"), flow("table", 1)]),
        ("Concatenate", [[flow("table"), flow("table", 1)]]),
    ],
)
def test_other_operations_are_refused_by_name(kind, operands):
    with pytest.raises(InputError, match=f"'both' is an operation on tensors, {kind}, of which on"):
        Model.from_config(sum_of(words(mask_zero=False), kind, *operands))


@pytest.mark.parametrize("length", [3, None])
def test_networks_in_networks_are_asked_their_shape_once(length, monkeypatch):
    asked = []
    answers = Activation.compute_output_shape
    monkeypatch.setattr(
        Activation, "compute_output_shape", lambda *a: asked.append(a) or answers(*a)
    )
    x = Input((length, 2))
    inner = Model(x, Activation("relu")(x), name="inner0")
    for depth in range(1, 6):
        x = y = Input((length, 2))
        for _ in range(8):
            y = inner(y)
        inner = Model(x, y, name=f"inner{depth}")
    again = Model.from_config(inner.get_config())
    assert again.compute_output_shape((None, 3, 2)) == (None, 3, 2)
    assert len(asked) < 40


def test_a_network_has_only_so_many_layers():
    config = Sequential([Input((2,)), Flatten()]).get_config()
    config["layers"] += 10_000 * config["layers"][-1:]
    with pytest.raises(InputError, match="'sequential': it has 10002 layers, more than 10000"):
        Sequential.from_config(config)


def test_networks_nest_only_so_deep():
    entry = serialized(Sequential([Input((2,)), Dense(2)], name="inner"))
    for number in range(20):
        outer = serialized(Sequential([Input((2,))], name=f"n{number}"))
        outer["config"]["layers"].append(entry)
        entry = outer
    with pytest.raises(InputError, match="networks stand in networks 16 deep at most"):
        network_of(entry)
