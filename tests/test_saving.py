"""Saved networks: they come back as they were, and nothing else comes out of a file."""

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from neurosim import FileError, InputError
from neurosim.networks import (
    SGD,
    Adam,
    BatchNormalization,
    Dense,
    Dropout,
    Input,
    Layer,
    Model,
    RMSprop,
    Sequential,
    load_model,
)

try:
    import h5py
except ImportError:
    h5py = None

without_h5py = pytest.mark.skipif(h5py is None, reason="h5py is not installed (extra: keras)")
KINDS = [".npz", pytest.param(".keras", marks=without_h5py)]
ALONE = [".npz", pytest.param(".weights.h5", marks=without_h5py)]


def network(seed=0, dtype=None, name=None):
    return Sequential(
        [
            Input((5,)),
            Dense(6, "relu"),
            BatchNormalization(),
            Dropout(0.4),
            Sequential([Dense(4, "tanh"), Dropout(0.2)], name="within"),
            Dense(3, "softmax"),
        ],
        seed=seed,
        dtype=dtype,
        name=name,
    )


def samples(rng, count=24):
    return rng.normal(size=(count, 5)), rng.integers(0, 3, size=count)


def trained(rng, optimizer="adam", **settings):
    model = network(**settings)
    model.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"])
    x, y = samples(rng)
    model.fit(x, y, epochs=2, batch_size=5, verbose=0)
    return model, x, y


def names(folder):
    return [path.name for path in folder.iterdir()]


def small():
    return Sequential([Input((3,)), Dense(2, name="z")], seed=0)


# Back as it was.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.1),
        SGD(0.1, momentum=0.9, nesterov=True, decay=0.01),
        RMSprop(0.01, momentum=0.5),
        RMSprop(0.01),
        Adam(0.003),
    ],
    ids=str,
)
def test_a_network_comes_back_and_learns_on(kind, optimizer, rng, tmp_path):
    own = type(optimizer).from_config(optimizer.get_config())  # as it serves one network alone
    model, x, y = trained(rng, own)
    model.optimizer.learning_rate = 0.012345678901234567
    model.save(tmp_path / f"run{kind}")
    again = load_model(str(tmp_path / f"run{kind}"))
    assert type(again) is Sequential
    assert again.metrics == ["accuracy"]
    assert again.optimizer.iterations == model.optimizer.iterations == 10
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    for each in (model, again):
        each.fit(x, y, epochs=2, batch_size=5, verbose=0)
    assert again.history.history == model.history.history
    for mine, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_never_trained_comes_back(kind, rng, tmp_path):
    x, unheard = Input((3,)), Input((2,))
    model = Model([x, unheard], Dense(2, name="b")(Dense(2, name="a")(x)))
    model.save(tmp_path / f"plain{kind}")
    again = load_model(tmp_path / f"plain{kind}")
    assert again.loss is None
    values = [rng.normal(size=(2, 3)), rng.normal(size=(2, 2))]
    np.testing.assert_array_equal(again.predict(values), model.predict(values))
    unbuilt = Sequential([Dense(3)])
    unbuilt.save(tmp_path / f"unbuilt{kind}")
    assert load_model(tmp_path / f"unbuilt{kind}").output is None


@pytest.mark.parametrize("kind", KINDS)
def test_weights_of_double_precision_come_back(kind, rng, tmp_path):
    model, x, _ = trained(rng, dtype="float64")
    model.save(tmp_path / f"run{kind}")
    again = load_model(tmp_path / f"run{kind}")
    assert again.dtype == np.float64
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


@pytest.mark.parametrize("kind", ALONE)
def test_weights_alone_go_into_a_network_in_code(kind, rng, tmp_path):
    model, x, _ = trained(rng)
    model.save_weights(tmp_path / f"run{kind}")
    other = network(seed=1)
    other.load_weights(tmp_path / f"run{kind}")
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    if kind == ".npz":
        with pytest.raises(FileError, match=r"run.npz' holds weights alone; build the network in"):
            load_model(tmp_path / "run.npz")


@pytest.mark.parametrize("kind", KINDS)
def test_own_layers_are_saved_and_their_weights_read(kind, rng, tmp_path):
    class Scale(Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), "ones")

        def call(self, x):
            return x * self.factor.tensor

    def made():
        return Sequential([Input((3,)), Scale(name="gain"), Dense(2)])

    model = made()
    model.save(tmp_path / f"own{kind}")
    with pytest.raises(FileError, match=r"own.*: Scale 'gain' of .*Scale is none of.*load_weights"):
        load_model(tmp_path / f"own{kind}")
    other = made()
    other.load_weights(tmp_path / f"own{kind}")
    x = rng.normal(size=(2, 3))
    np.testing.assert_array_equal(other.predict(x), model.predict(x))


def test_the_same_network_makes_the_same_bytes(rng, tmp_path):
    model, _, _ = trained(rng)
    for name in ("a.npz", "b.npz"):
        model.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_numpy_reads_the_arrays(tmp_path):
    model = small()
    model.save(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as held:
        np.testing.assert_array_equal(held["layers/dense/vars/0"], model.get_weights()[0])
        assert json.loads(held["config.json"])["class_name"] == "Sequential"


def test_functions_of_ones_own_are_not_in_the_file(rng, tmp_path):
    model = small()
    model.compile("sgd", lambda targets, y: (y - targets) ** 2, [np.mean])
    model.save(tmp_path / "run.npz")
    with pytest.raises(FileError, match=r"is a function, and code is never run.*compile=False"):
        load_model(tmp_path / "run.npz")
    assert load_model(tmp_path / "run.npz", compile=False).loss is None


# Where it is written.


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.h5", r"older .h5 of Keras is neither .*choose 'model.keras' or 'model.npz'"),
        ("model.hdf5", r"older .h5 of Keras is neither .*choose 'model.keras' or 'model.npz'"),
        ("model", r"choose 'model.keras' or 'model.npz'"),
        ("model.pkl", r"choose 'model.keras' or 'model.npz'"),
    ],
)
def test_other_endings_are_answered(name, message, tmp_path):
    with pytest.raises(FileError, match=message):
        small().save(tmp_path / name)
    if "older" in message:  # there is nothing to choose: Keras has to write it anew
        message = r"is not read; load it in Keras, and save it from there as 'model.keras'"
        with pytest.raises(FileError, match=message):
            small().load_weights(tmp_path / name)
    with pytest.raises(FileError, match=message):
        load_model(tmp_path / name)
    with pytest.raises(FileError, match=r"choose 'model.weights.h5' or 'model.npz'"):
        small().save_weights(tmp_path / name)


def test_weights_alone_are_no_network(tmp_path):
    with pytest.raises(FileError, match=r"w.weights.h5' holds weights alone; build the network"):
        load_model(tmp_path / "w.weights.h5")


def test_places_that_are_none(tmp_path):
    with pytest.raises(FileError, match=r"none/run.npz' cannot be written \(no such file"):
        small().save(tmp_path / "none" / "run.npz")
    with pytest.raises(FileError, match=r"run.npz' does not exist; give the path of a saved"):
        load_model(tmp_path / "run.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(FileError, match=r"folder.npz' is no file"):
        load_model(tmp_path / "folder.npz")
    with pytest.raises(FileError, match="a path is text or a Path"):
        load_model(7)
    with pytest.raises(InputError, match="is not built"):
        Sequential([Dense(2)]).save_weights(tmp_path / "w.npz")


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_file_stays_where_a_new_one_fails(kind, tmp_path, monkeypatch):
    path = tmp_path / f"run{kind}"
    small().save(path)
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match="no space left on device"):
        small().save(path)
    assert path.read_bytes() == before
    assert names(tmp_path) == [path.name]


def test_weights_that_are_not_finite_are_neither_written_nor_read(tmp_path):
    model = small()
    model.save(tmp_path / "run.npz")
    model.layers[0].kernel.array[1, 0] = np.nan
    with pytest.raises(FileError, match=r"Dense 'z': kernel is not finite everywhere; nothing was"):
        model.save(tmp_path / "other.npz")
    rewrite(tmp_path / "run.npz", {"layers/dense/vars/0.npy": npy(np.full((3, 2), np.inf, "f4"))})
    before = model.get_weights()
    with pytest.raises(FileError, match=r"run.npz': Dense 'z': kernel is not finite everywhere"):
        load_model(tmp_path / "run.npz")
    with pytest.raises(FileError, match="is not finite everywhere"):
        model.load_weights(tmp_path / "run.npz")
    for mine, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, old)


def test_numbers_too_large_for_the_dtype_are_not_read(tmp_path):
    small().save(tmp_path / "run.npz")
    rewrite(tmp_path / "run.npz", {"layers/dense/vars/0.npy": npy(np.full((3, 2), 1e300))})
    with pytest.raises(FileError, match="kernel is not finite everywhere"):
        load_model(tmp_path / "run.npz")


def test_a_layer_in_two_networks_is_told(tmp_path):
    both = Dense(3, name="both")
    x, y = Input((3,)), Input((3,))
    model = Model(x, both(Model(y, both(y), name="inner")(x)))
    with pytest.raises(FileError, match="Dense 'both' stands in two networks of it"):
        model.save(tmp_path / "run.npz")


@pytest.mark.compiled
def test_without_h5py_npz_is_named(tmp_path):
    program = (
        "import sys; sys.modules['h5py'] = None\n"
        "from neurosim import FileError\n"
        "from neurosim.networks import Dense, Input, Sequential, load_model\n"
        "model = Sequential([Input((3,)), Dense(2)])\n"
        "model.save('run.npz'); load_model('run.npz')\n"
        "try:\n    model.save('run.keras')\nexcept FileError as error:\n    print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "'run.keras': files of Keras need h5py: python -m pip install 'neuro" in done.stdout
    assert "or save to .npz, which needs nothing" in done.stdout
    assert names(tmp_path) == ["run.npz"]


# Hostile files.


def npy(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def npy_of(header, body=b""):
    """An array file with a header of one's own."""
    text = repr(header).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


def rewrite(path, changes=(), compression=zipfile.ZIP_STORED, more=()):
    """Write an archive again with other members; None leaves one out."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held |= dict(changes)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in held.items():
            if content is not None:
                archive.writestr(name, content)
        for name, content in more:
            archive.writestr(name, content)


def reconfigured(path, change):
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
    change(config)
    rewrite(path, {"config.json": json.dumps(config)})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/passwd", "C:\\evil", "assets/vocabulary.txt", "evil.pkl"]
)
def test_members_of_other_names_are_refused(kind, name, tmp_path):
    small().save(tmp_path / f"run{kind}")
    rewrite(tmp_path / f"run{kind}", more=[(name, b"x")])
    with pytest.raises(FileError, match=r"run.*: it holds '.*', which is no part of a saved"):
        load_model(tmp_path / f"run{kind}")
    assert names(tmp_path) == [f"run{kind}"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(kind, tmp_path):
    small().save(tmp_path / f"run{kind}")
    rewrite(tmp_path / f"run{kind}", more=[("config.json", b"{}")])
    with pytest.raises(FileError, match=r"it holds 'config.json' twice"):
        load_model(tmp_path / f"run{kind}")


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_members_are_refused(kind, tmp_path):
    small().save(tmp_path / f"run{kind}")
    bomb = b"0" * 10**7
    rewrite(tmp_path / f"run{kind}", {"config.json": bomb}, zipfile.ZIP_DEFLATED)
    assert (tmp_path / f"run{kind}").stat().st_size < 10**5
    with pytest.raises(FileError, match="is compressed, encrypted, or longer than the file"):
        load_model(tmp_path / f"run{kind}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_cannot_be_longer_than_the_file(kind, tmp_path):
    path = tmp_path / f"run{kind}"
    small().save(path)
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")  # of the last member's entry in the directory
    raw[at + 20 : at + 28] = (2**31).to_bytes(4, "little") * 2
    path.write_bytes(raw)
    with pytest.raises(FileError, match="longer than the file"):
        load_model(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_off_anywhere_is_refused(kind, tmp_path):
    path = tmp_path / f"run{kind}"
    small().save(path)
    raw = path.read_bytes()
    for length in [*range(0, len(raw), max(1, len(raw) // 150)), len(raw) - 1]:
        path.write_bytes(raw[:length])
        with pytest.raises(FileError, match=r"run.*is no saved network, or a damaged one"):
            load_model(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_is_seen(kind, rng, tmp_path):
    path = tmp_path / f"run{kind}"
    small().save(path)
    raw = path.read_bytes()
    expected = small().get_weights()
    for at in rng.integers(0, len(raw), size=150):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :])
        try:
            found = load_model(path).get_weights()
        except FileError:
            continue
        for mine, other in zip(expected, found, strict=True):  # a date, or rights
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x05\x06", pickle.dumps([1]), b"\x89HDF\r\n"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_archive_is_refused(kind, content, tmp_path):
    (tmp_path / f"run{kind}").write_bytes(content)
    with pytest.raises(FileError, match=r"run.*' is no saved network, or a damaged one"):
        load_model(tmp_path / f"run{kind}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 10**6 + b"]" * 10**6, "config.json is nested too deeply"),
        (b'{"a":' * 10**5 + b"1" + b"}" * 10**5, "config.json is nested too deeply"),
        (b"[]", "config.json is no JSON object"),
        (b'{"class_name": NaN}', "config.json is no JSON"),
        (b"\xff\xfe\x00", "config.json is no JSON"),
        (b"{", "config.json is no JSON"),
        (b"{}", "a network's configuration has a class_name and a config"),
    ],
)
def test_configurations_that_are_none_are_refused(kind, content, message, tmp_path):
    small().save(tmp_path / f"run{kind}")
    rewrite(tmp_path / f"run{kind}", {"config.json": content})
    with pytest.raises(FileError, match=message) as raised:
        load_model(tmp_path / f"run{kind}")
    assert f"run{kind}'" in str(raised.value)


def test_a_configuration_cannot_be_too_long(tmp_path, monkeypatch):
    from neurosim.networks.saving import archives

    monkeypatch.setattr(archives, "MOST_TEXT", 100)
    small().save(tmp_path / "run.npz")
    with pytest.raises(FileError, match=r"config.json is longer than 100 bytes"):
        load_model(tmp_path / "run.npz")


def layer(config, number=1):
    return config["config"]["layers"][number]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: layer(c).update(class_name="Lambda"), "Lambda 'z' holds code, which is never"),
        (lambda c: layer(c).update(module="os", class_name="system"), "system 'z' of os is none"),
        (lambda c: layer(c).update(registered_name="my>Dense"), "Dense 'z' of my>Dense is none"),
        (
            lambda c: c.update(module="mine", class_name="Net"),
            "Net 'sequential' of mine is made by",
        ),
        (lambda c: layer(c)["config"].update(vocabulary="/etc/passwd"), "'vocabulary'"),
        (
            lambda c: layer(c)["config"].update(units=4),
            r"Dense 'z': kernel: its shape \(3, 4\) asks for more weights than there are to read",
        ),
        (
            lambda c: layer(c)["config"].update(units=10**12),
            r"kernel: its shape \(3, 1000000000000\) asks for more weights than there are",
        ),
        (
            lambda c: layer(c, 0)["config"].update(batch_shape=[None, 10**15]),
            r"its shape \(1000000000000000, 2\) asks for more weights",
        ),
        (
            lambda c: layer(c)["config"].update(units=1),
            r"Dense 'z': kernel has shape \(3, 1\), and layers/dense/vars/0 .* has \(3, 2\)",
        ),
        (
            lambda c: c["config"]["layers"].pop(),
            r"it holds layers/dense/vars/0, of shape \(3, 2\), and .* has no such weights",
        ),
        (
            lambda c: c["config"]["layers"].append(
                {"class_name": "Dropout", "config": {"name": "d", "rate": 7}}
            ),
            "rate must be a number from 0 to below 1",
        ),
    ],
)
def test_hostile_configurations_are_refused(kind, change, message, tmp_path):
    small().save(tmp_path / f"run{kind}")
    reconfigured(tmp_path / f"run{kind}", change)
    with pytest.raises(FileError, match=message) as raised:
        load_model(tmp_path / f"run{kind}")
    assert f"run{kind}': " in str(raised.value)


def compiled(path, kind="adam"):
    model = small()
    model.compile(kind, "mse")
    model.train_on_batch(np.ones((2, 3)), np.ones((2, 2)))
    model.save(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": {"class_name": "Evil", "config": {}}}, "no optimizer is called 'Evil'"),
        ({"optimizer": None}, "how it is trained is not told"),
        (
            {
                "optimizer": {
                    "class_name": "SGD",
                    "config": {
                        "learning_rate": {
                            "class_name": "InverseTimeDecay",
                            "config": {
                                "initial_learning_rate": 0.1,
                                "decay_rate": 1,
                                "decay_steps": 0,
                            },
                        }
                    },
                }
            },
            "how it is trained is not told .division by zero",
        ),
        ({"loss": {"class_name": "function", "config": "f"}}, "loss 'f' is a function, and code"),
        ({"loss": "os.system"}, "no loss is called 'os.system'"),
        ({"metrics": ["evil"]}, "no metric is called 'evil'"),
        ({"loss_weights": [2.0]}, r"loss_weights=\[2.0\] is not supported"),
    ],
)
def test_ways_of_training_that_there_are_not_are_refused(change, message, tmp_path):
    compiled(tmp_path / "run.npz")
    reconfigured(tmp_path / "run.npz", lambda c: c["compile_config"].update(change))
    with pytest.raises(FileError, match=message + r".*load_model\(path, compile=False\) leaves it"):
        load_model(tmp_path / "run.npz")
    assert load_model(tmp_path / "run.npz", compile=False).loss is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"0": np.array(-1)}, r"the optimizer's iterations are no count \(-1.0\)"),
        ({"0": np.array([1, 2])}, "the optimizer's iterations must be one number"),
        ({"1": np.array(0.0)}, r"the learning rate is not above 0 \(0.0\)"),
        ({"1": np.array(np.nan)}, "the learning rate is not above 0"),
        (
            {"2": np.zeros((2, 3))},
            r"Adam: what it keeps, number 2 has shape \(3, 2\), and .* \(2, 3",
        ),
        ({"5": np.full(2, np.nan)}, "Adam: what it keeps, number 5 is not finite everywhere"),
        ({"5": None}, "Adam keeps 6 arrays for these weights"),
        ({"6": np.zeros(2)}, "Adam keeps 6 arrays for these weights"),
    ],
)
def test_states_of_optimizers_that_do_not_fit_are_refused(changes, message, tmp_path):
    compiled(tmp_path / "run.npz")
    rewrite(
        tmp_path / "run.npz",
        {
            f"optimizer/vars/{number}.npy": None if array is None else npy(array)
            for number, array in changes.items()
        },
    )
    with pytest.raises(FileError, match=message):
        load_model(tmp_path / "run.npz")


@pytest.mark.parametrize(
    "streams",
    [
        7,
        {"": [1, 2]},
        {"": [-1, 0, 0, 1]},
        {"": [2**64, 0, 0, 1]},
        {"": [0, 0.5, 0, 1]},
        {"a": [0] * 4},
    ],
)
def test_random_numbers_that_are_damaged_are_told(streams, tmp_path):
    small().save(tmp_path / "run.npz")
    told = {"neurosim": {"format": 1, "streams": streams}}
    rewrite(tmp_path / "run.npz", {"metadata.json": json.dumps(told)})
    with pytest.raises(FileError, match="what it says of random numbers"):
        load_model(tmp_path / "run.npz")


@pytest.mark.parametrize("rate", [0, -1.0, 10**400, "fast", [0.1]])
def test_rates_that_are_none_are_told(rate, tmp_path):
    compiled(tmp_path / "run.npz")
    with zipfile.ZipFile(tmp_path / "run.npz") as archive:
        told = json.loads(archive.read("metadata.json"))
    told["neurosim"]["learning_rate"] = rate
    rewrite(tmp_path / "run.npz", {"metadata.json": json.dumps(told)})
    with pytest.raises(FileError, match=r"run.npz': the learning rate: "):
        load_model(tmp_path / "run.npz")


@pytest.mark.parametrize("key", ["activation", "name", "units"])
def test_very_long_words_are_cut_off_where_they_are_told(key, tmp_path):
    small().save(tmp_path / "run.npz")

    def change(config):
        config["config"]["layers"][1]["config"] |= {"units": -1, key: "word" * 10**5}

    reconfigured(tmp_path / "run.npz", change)
    with pytest.raises(FileError) as raised:
        load_model(tmp_path / "run.npz")
    assert len(str(raised.value)) < 1000


def test_other_versions_are_told(tmp_path):
    small().save(tmp_path / "run.npz")
    rewrite(tmp_path / "run.npz", {"metadata.json": json.dumps({"neurosim": {"format": 2}})})
    with pytest.raises(FileError, match=r"metadata.json is from another version of neurosim"):
        load_model(tmp_path / "run.npz")


class Evil:
    def __reduce__(self):
        return os.system, ("touch evil",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            npy(np.array([Evil()], dtype=object), allow_pickle=True),
            "object, not of numbers; no pickl",
        ),
        (pickle.dumps(Evil()), "is no array"),
        (b"", "is no array"),
        (npy(np.zeros((3, 2), complex)), "is no array of numbers"),
        (npy(np.zeros((3, 2), "U3")), "is no array of numbers"),
        (npy(np.zeros((3, 2), bool)), "an array of bool, not of numbers"),
        (npy(np.zeros((3, 2), "i4")), "must be real numbers"),
        (npy(np.zeros((3, 2)))[:-1], "is not as long as it says"),
        (npy(np.zeros((3, 2))) + b"0", "is not as long as it says"),
        (
            npy_of({"descr": "<f4", "fortran_order": False, "shape": (10**12, 2)}),
            "is not as long as it says; the file is damaged",
        ),
        (
            npy_of({"descr": "<f4", "fortran_order": False, "shape": (-3, -2)}, bytes(24)),
            "is no array of numbers",
        ),
        (
            npy_of({"descr": "<f4", "fortran_order": False, "shape": (0, 10**17, 10**17)}),
            "no array has the shape",
        ),
        (
            npy(np.zeros((3, 2))).replace(b"), }", b"),,}"),  # NumPy would try to mend it
            "is no array of numbers",
        ),
        (
            npy(np.zeros((3, 2))).replace(b"'shape': (3", b"'shape': {3"),
            "is no array of numbers",
        ),
        (
            npy_of({"descr": "|O", "fortran_order": False, "shape": (1,)}, bytes(8)),
            "no pickles are",
        ),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65535, "is no array"),
        (b"\x93NUMPY\x09\x00\x10\x00" + bytes(16), "is no array"),
    ],
)
def test_hostile_arrays_are_refused(content, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small().save("run.npz")
    rewrite("run.npz", {"layers/dense/vars/0.npy": content})
    with pytest.raises(FileError, match=message):
        load_model("run.npz")
    with pytest.raises(FileError, match=message):
        small().load_weights("run.npz")
    assert names(tmp_path) == ["run.npz"]


def test_weights_that_are_missing_are_told(tmp_path):
    small().save_weights(tmp_path / "run.npz")
    rewrite(tmp_path / "run.npz", {"layers/dense/vars/1.npy": None})
    with pytest.raises(
        FileError, match=r"Dense 'z': bias is missing \(layers/dense/vars/1, of sha"
    ):
        small().load_weights(tmp_path / "run.npz")
