"""Saving and loading: everything comes back exactly, and no file can do harm."""

import base64
import copy
import difflib
import json
import math
import os
import random
import stat
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_circuits import DT, examples, twins
from scipy import sparse

from neurosim import Circuit, FileError, convolve, files, naka_rushton
from neurosim.exactness import LARGEST
from neurosim.neurons import Rate
from neurosim.wording import short

SEEDS = st.integers(0, 2**32 - 1)


def varied() -> Circuit:
    """One of everything that a file holds."""
    gate = Circuit("gate")
    x, y = gate.inputs("x", "y")
    hidden = gate.binary("hidden", excite=x, divide=math.inf * y)
    gate.output(gate.binary("z", excite=0.1 * hidden + 0.7 * y.delay(0.002), threshold=0.8))
    made = Circuit("varied")
    a, b = made.inputs("a", shape=(3,)), made.inputs("b", bits=3)
    image = made.inputs("image", shape=(10, 12), real=True)
    strict = made.inputs("strict", real=False)
    made.constant(np.array([[1 / 3, -0.0], [1e-300, -1e90]]), "constant")
    low = gate(a[0], b[1], name="low")
    gate(low, strict)
    gate(a[2], 1)
    rng = np.random.default_rng(1)
    kernel = rng.random((3, 4, 1, 2))
    rates = made.rate(
        "rates",
        drive=convolve(image, kernel - 0.5, border="reflect", stride=2),
        threshold=rng.random((5, 6, 2)),
        transfer=naka_rushton(2.0, 0.3, 1.5),
        gain=0.25,
        tau=0.01,
        noise=0.125,
    )
    weights = sparse.random_array((70, 60), density=0.1, rng=rng)
    made.rate("sparse", excite=weights @ rates, divide=a.sum(), transfer="softplus", shape=(70,))
    made.rate("dense", drive=(rng.random((7, 120)) - 0.5) @ image, transfer="identity")
    share = made.rate("share", excite=a[::-1], divide=a[::-1] + a[0], semi_saturation=0.0)
    made.connect(share[1], excite=0.5 * share[2], divide=share[2])
    empty = made.binary("empty", shape=(0, 3))
    for name in ("rates", "sparse", "dense", "share"):
        made.output(made[name])
    made.output([low, *b[:2], made["gate.z"]], "number", bits=4)
    made.output(made["constant"][0], "third")
    made.output(empty, "nothing")
    return made


def structure(circuit: Circuit):
    """All that a circuit is made of, as plain values."""
    return (
        circuit.name,
        [
            (
                p.name, p.role, p.start, p.shape, p.bits, p.real, p.seconds,
                type(p.neurons).__name__,
                {k: np.asarray(v).tolist() for k, v in p.neurons.parameters().items()}
                if p.neurons else None,
                p.neurons.transfer if isinstance(p.neurons, Rate) else None,
                None if p.values is None else p.values.tolist(),
                None if p.delayed is None else p.delayed.tolist(),
            )
            for p in circuit.populations
        ],
        [
            (
                p.target, p.channel, type(p.connection).__name__,
                p.connection.source.index.tolist(),
                p.connection.matrix(circuit.populations[p.target].shape).toarray().tolist(),
            )
            for p in circuit.projections
        ],
        [(o.name, o.index.tolist(), o.bits) for o in circuit.outputs],
        circuit.instances,
    )  # fmt: skip


def same_answers(one: Circuit, other: Circuit, shown, steps: int):
    options = {"steps": steps, "dt": DT, "seed": 3}
    first, second = one.simulate(shown, **options), other.simulate(shown, **options)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


# ------------------------------------------------------------------ there and back


def test_everything_comes_back(tmp_path):
    circuit = varied()
    circuit.save(tmp_path / "varied.json")
    loaded = Circuit.load(tmp_path / "varied.json")
    assert structure(loaded) == structure(circuit)
    rng = np.random.default_rng(0)
    shown = {"a": [1, 0, 1], "b": 5, "image": rng.random((10, 12)), "strict": 1}
    same_answers(circuit, loaded, shown, 6)
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "varied.json").read_bytes()


@settings(max_examples=examples(40))
@given(twins(noise=True, delays=True, recurrent=True), SEEDS)
def test_random_circuits_come_back(tmp_path_factory, twin, seed):
    path = tmp_path_factory.mktemp("files") / "random.json"
    twin.circuit.save(path)
    loaded = Circuit.load(path)
    assert structure(loaded) == structure(twin.circuit)
    shown = twin.shown(np.random.default_rng(seed), 2, 3)
    try:
        same_answers(twin.circuit, loaded, shown, 3)
    except ValueError as error:  # it explodes, both times
        assert "infinite or NaN" in str(error)  # noqa: PT017 - either outcome is fine


@settings(max_examples=examples(30))
@given(st.lists(st.floats(-LARGEST, LARGEST), min_size=1, max_size=130))
def test_floats_survive_exactly(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("files") / "floats.json"
    circuit = Circuit("floats")
    circuit.output(circuit.constant(values, "k"))
    circuit.save(path)
    loaded = Circuit.load(path).population("k").values
    assert loaded.tobytes() == np.array(values).tobytes()


@pytest.mark.parametrize("n", [4, 20])
def test_sparse_float32_weights_stay_float32(tmp_path, n, rng):
    circuit = Circuit("single")
    x = circuit.inputs("x", shape=n, real=True)
    weights = sparse.random_array((n, n), density=0.5, rng=rng).astype("f4")
    circuit.output(circuit.rate("z", drive=weights @ x))
    circuit.save(tmp_path / "single.json")
    loaded = Circuit.load(tmp_path / "single.json")
    assert loaded.projections[0].connection.weights.dtype == np.float32
    assert structure(loaded) == structure(circuit)
    shown = rng.random(n)
    np.testing.assert_array_equal(loaded(shown), circuit(shown))


def test_lesions_and_instances_come_back(tmp_path):
    circuit = varied().without("rates")
    circuit.save(tmp_path / "lesion.json")
    loaded = Circuit.load(tmp_path / "lesion.json")
    assert structure(loaded) == structure(circuit)
    assert loaded.claim_instance("gate", numbered=True) == "gate_3"


def test_a_file_is_readable_text(tmp_path):
    circuit = Circuit("or")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("或", excite=x + 0.1 * y))
    circuit.save(tmp_path / "or.json")
    text = (tmp_path / "or.json").read_text("utf-8")
    assert text.startswith('{"format": "neurosim circuit", "version": 1, "name": "or"')
    lines = [line for line in text.splitlines() if "或" in line and "role" in line]
    assert len(lines) == 1
    record = json.loads(lines[0].rstrip(","))
    assert (record["kind"], record["threshold"], record["shape"]) == ("binary", 1.0, [])
    assert text.endswith("}\n")


def test_missing_parameters_have_their_defaults(tmp_path):
    data = {"format": "neurosim circuit", "version": 1, "name": "by hand"}
    data["populations"] = [
        {"name": "x", "role": "input", "start": 0, "shape": []},
        {"name": "z", "role": "neurons", "start": 1, "shape": [], "kind": "rate"},
    ]
    to = {"to": "z", "channel": "excite", "kind": "one-to-one", "from": "x", "weights": 2}
    data |= {"projections": [to], "outputs": [{"name": "z", "from": "z"}]}
    (tmp_path / "hand.json").write_text(json.dumps(data))
    assert Circuit.load(tmp_path / "hand.json")(3.0) == 6


# ------------------------------------------------------------------ writing safely


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "kept.json"
    circuit = varied()
    circuit.save(path)
    before = path.read_bytes()

    def fails(*_):
        raise OSError(28, "No space left on device")

    for module, name in ((os, "fsync"), (os, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fails)
            if name == "replace":
                patch.setattr(type(path), "replace", fails)
            with pytest.raises(FileError, match=r"kept\.json cannot be written \(no space left"):
                Circuit("other").save(path)
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == ["kept.json"]
    Circuit("other").save(path)
    assert Circuit.load(path).name == "other"


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(FileError, match=r"nowhere/x\.json cannot be written \(no such file"):
        Circuit("c").save(tmp_path / "nowhere" / "x.json")
    with pytest.raises(FileError, match=r"cannot be written .* choose a folder"):
        Circuit("c").save(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        Circuit("c").save(tmp_path / "file" / "x.json")
    for path in (5, None, "nul\0byte"):
        with pytest.raises(FileError):
            Circuit("c").save(path)
        with pytest.raises(FileError):
            Circuit.load(path)
    with pytest.raises(FileError, match="takes a circuit"):
        files.save("circuit", tmp_path / "x.json")


@pytest.mark.skipif(os.name != "posix", reason="rights of a file, as POSIX has them")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_an_old_file_keeps_its_rights(tmp_path, monkeypatch, mode):
    path = tmp_path / "c.json"
    Circuit("old").save(path)
    path.chmod(mode)
    while_written = []

    def noted(descriptor):
        while_written.append(stat.S_IMODE(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(os, "fsync", noted)
    Circuit("new").save(path)
    assert Circuit.load(path).name == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert while_written == [mode]


def test_a_link_keeps_pointing_to_what_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "c.json", tmp_path / "link.json"
    Circuit("old").save(target)
    link.symlink_to(target)
    Circuit("new").save(link)
    assert link.is_symlink()
    assert Circuit.load(target).name == "new"


def test_a_circuit_that_is_too_large_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("neurosim.files.disk.MOST_VALUES", 100)
    circuit = Circuit("large")
    circuit.inputs("x", shape=(101,))
    with pytest.raises(FileError, match=r"'large' has 101 values, a file holds at most 100"):
        circuit.save(tmp_path / "large.json")
    assert not list(tmp_path.iterdir())


def test_a_file_that_load_would_refuse_for_its_size_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("neurosim.files.disk.MOST_BYTES", 1000)
    with pytest.raises(FileError, match=r"'varied' takes more than 1000 bytes; save the weights"):
        varied().save(tmp_path / "large.json")
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------ reading safely


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The varied circuit's file as parsed JSON."""
    path = tmp_path_factory.mktemp("saved") / "varied.json"
    varied().save(path)
    return json.loads(path.read_text("utf-8"))


def refused(tmp_path, content, message="", most=50_000_000):
    """What loading says: one line with the file's name, at once and in little memory."""
    path = tmp_path / "given.json"
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    elif not isinstance(content, bytes):
        content = json.dumps(content).encode()
    path.write_bytes(content)
    with pytest.raises(FileError, match=message) as caught:
        Circuit.load(path)
    tracemalloc.start()
    try:
        with pytest.raises(FileError):
            Circuit.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most + 60 * len(content)
    text = str(caught.value)
    assert "given.json" in text
    assert text.isprintable()
    assert len(text) < 1000
    return text


def test_files_that_are_no_files(tmp_path):
    with pytest.raises(FileError, match=r"gone\.json does not exist"):
        Circuit.load(tmp_path / "gone.json")
    with pytest.raises(FileError, match="is no file"):
        Circuit.load(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(FileError, match="is no file"):
            Circuit.load(tmp_path / "pipe")
    refused(tmp_path, b"", r"line 1, column 1")
    refused(tmp_path, b"\xff\xfe{}", "no text in UTF-8")
    refused(tmp_path, b"PK\x03\x04 a zip", "column 1")
    refused(tmp_path, "[]", "it is no saved circuit")
    refused(tmp_path, '{"format": "keras"}', 'no "format": "neurosim circuit"')
    refused(tmp_path, '{"format": "neurosim circuit"', "line 1, column 30")


def test_files_that_are_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("neurosim.files.disk.MOST_BYTES", 1000)
    refused(tmp_path, b" " * 1001, "larger than 1000 bytes")


BOMBS = {
    "deep lists": ("[" * 100_000, "nested deeper than 40"),
    "deep lists, closed": ("[" * 100_000 + "]" * 100_000, "nested deeper than 40"),
    "deep records": ('{"a":' * 100_000, "nested deeper than 40"),
    "an open string of quotes": ('"' + '\\"' * 500_000, "column 1"),
    "many strings": ('["",' + '"",' * 300_000 + '""]', "it is no saved circuit|more than"),
    "a number of many digits": ("1" * 1_000_000, "it cannot be read as JSON"),
    "a long string": ('{"format": "' + "x" * 5_000_000 + '"}', "it is no saved circuit"),
    "many keys, one twice": (
        "{" + "".join(f'"k{i}": 0, ' for i in range(50_000)) + '"k49999": 1}',
        "'k49999' is given twice",
    ),
    "a twice given key": ('{"format": 1, "format": 2}', "'format' is given twice"),
    "NaN": ("[NaN]", "NaN is no number"),
    "infinity": ("[-Infinity]", "-Infinity is no number"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_of_text(tmp_path, bomb):
    refused(tmp_path, *BOMBS[bomb])


def test_a_long_text_in_a_short_list_is_cut_before_it_is_cleaned():
    value = [["\n" * 1_000_000]]
    tracemalloc.start()
    try:
        text = short(value)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(text) <= 60
    assert peak < 10_000_000  # twice what repr makes


def test_brackets_within_strings_are_no_nesting(tmp_path):
    circuit = Circuit("[" * 50 + '"\\{{{')
    circuit.save(tmp_path / "c.json")
    assert Circuit.load(tmp_path / "c.json").name == circuit.name


def floats(*values):
    return base64.b64encode(struct.pack(f"<{len(values)}d", *values)).decode()


def int32s(*values):
    data = base64.b64encode(struct.pack(f"<{len(values)}i", *values)).decode()
    return {"dtype": "int32", "shape": [len(values)], "base64": data}


def found(data, **wanted):
    """The first record of the file that has these values."""
    for part in ("populations", "projections", "outputs"):
        for record in data[part]:
            if all(record.get(k) == v for k, v in wanted.items()):
                return record
    raise KeyError(wanted)


HUGE = 10**9
RATES, DENSE, SPARSE = {"name": "rates"}, {"to": "dense"}, {"to": "sparse", "kind": "sparse"}
SHEET, INPUT, DELAY = {"kind": "convolution"}, {"name": "a"}, {"role": "delay"}
SHARED = {"to": "share", "kind": "one-to-one"}
SHARE, NUMBER, ONE = {"name": "share", "role": "neurons"}, {"name": "number"}, {"to": "low.z"}
DAMAGE = [
    # sizes that are stated
    (INPUT, {"shape": [HUGE, HUGE]}, "more than 16777216 values"),
    (INPUT, {"shape": [10**3000, 10**3000]}, "'?\"?shape.* whole number .* huge number"),
    (INPUT, {"shape": [-3]}, r'"shape" must be a whole number from 0 .*\(got -3\)'),
    (INPUT, {"shape": [True]}, r'"shape" must be a whole number .*\(got True\)'),
    (INPUT, {"shape": [3.0]}, r"\(got 3.0\)"),
    (INPUT, {"shape": [1] * 33}, "a list of at most 32 whole numbers"),
    (INPUT, {"shape": [0, HUGE, HUGE]}, '"shape" is empty, and its other sides are too long'),
    (INPUT, {"shape": [2**31 - 1] * 31 + [0]}, '"shape" is empty'),
    (INPUT, {"shape": 3}, "a list of at most 32"),
    (INPUT, {"shape": {"0": 3}}, "a list of at most 32"),
    (INPUT, {"shape": [4]}, '"start" is 3, but the populations before have 4 values'),
    (INPUT, {"real": 1}, '"real" must be true or false'),
    (INPUT, {"start": False}, '"start" is False'),
    (INPUT, {"bits": 3}, "no key is called 'shape'"),
    (
        INPUT,
        {"neurons": 3},
        "no key is called 'neurons'.*there are: name, role, start, shape, real",
    ),
    ({"name": "b"}, {"bits": 63}, '"bits" must be a whole number from 1 to 62'),
    ({"name": "b"}, {"bits": 2.0}, '"bits" must be a whole number from 1 to 62'),
    # names
    (INPUT, {"name": "a.b"}, "without a dot"),
    (INPUT, {"name": "two\nlines"}, "no line breaks or control characters"),
    (INPUT, {"name": "\ud800"}, "no line breaks or control characters"),
    (INPUT, {"name": ""}, "text of 1 to 1000 characters"),
    (INPUT, {"name": "x" * 1001}, "text of 1 to 1000 characters"),
    (INPUT, {"name": 5}, "text of 1 to 1000 characters"),
    (INPUT, {"name": "b"}, r"populations\[1\]: the name 'b' is used already"),
    (INPUT, {"role": "imput"}, "no role is called"),
    (INPUT, {"role": ["input"]}, "no role is called"),
    # neurons
    (RATES, {"kind": "spiking"}, '"kind" must be "binary" or "rate"'),
    (RATES, {"kind": []}, '"kind" must be "binary" or "rate"'),
    (RATES, {"gain": "1"}, "\"gain\" takes finite numbers .*'1'"),
    (RATES, {"gain": True}, r'"gain" takes finite numbers \(got True\)'),
    (RATES, {"gain": None}, r'"gain" takes finite numbers \(got None\)'),
    (RATES, {"gain": [1, 2, 3]}, r"gain has shape \(3,\), the neurons have \(5, 6, 2\)"),
    (RATES, {"gain": [[1, 2], [3]]}, "lists in one list must have the same length"),
    (RATES, {"gain": [[1], 2]}, "lists in one list must have the same length"),
    (RATES, {"gain": 10**400}, "numbers that fit into 64 bits"),
    (RATES, {"noise": -1}, "noise must not be negative"),
    (RATES, {"semi_saturation": 0}, "semi_saturation = 0 a silent cell must be 0/0 = 0"),
    (RATES, {"treshold": 1}, r"no key is called 'treshold' \(did you mean 'threshold'\?\)"),
    (RATES, {"transfer": "tanh"}, '"transfer" must be a record'),
    (RATES, {"transfer": {"name": "exec"}}, "no transfer function is called 'exec'"),
    (RATES, {"transfer": {"name": "power", "parameters": [[2]]}}, "a list of numbers"),
    (RATES, {"transfer": {"name": "power", "parameters": [-2]}}, "finite and above 0"),
    (RATES, {"transfer": {"name": "power", "parameters": [1, 2]}}, "takes 1 parameters"),
    (SHARE, {"bias": 1.0}, "so its bias must be 0"),
    # arrays
    (
        RATES,
        {"threshold": {"dtype": "object", "shape": [1], "base64": ""}},
        "dtype must be float64 or float32",
    ),
    (
        RATES,
        {"threshold": {"dtype": "int64", "shape": [1], "base64": ""}},
        "dtype must be float64 or float32",
    ),
    (RATES, {"threshold": {"dtype": ["float64"], "shape": [1], "base64": ""}}, "dtype must be"),
    (RATES, {"threshold": {"dtype": "float64", "shape": [1]}}, 'the key "base64" is missing'),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [HUGE, HUGE], "base64": floats(1)}},
        r"takes \d+ characters of base64 \(got 12 characters\)|a huge number",
    ),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [HUGE, 0, HUGE, HUGE], "base64": ""}},
        '"shape" is empty, and its other sides are too long',
    ),
    (RATES, {"gain": [1.0]}, r"gain has shape \(1,\), the neurons have \(5, 6, 2\)"),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [2], "base64": floats(1)}},
        r"shape \[2\] of float64 takes 24 characters of base64 \(got 12 characters\)",
    ),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [1], "base64": floats(1, 2)}},
        r"takes 12 characters of base64 \(got 24 characters\)",
    ),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [1], "base64": "!" * 12}},
        "no base64 of 8",
    ),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [1], "base64": "é" * 12}},
        "no base64 of 8",
    ),
    (
        RATES,
        {"threshold": {"dtype": "float64", "shape": [1], "base64": "A" * 12}},
        "no base64 of 8",
    ),
    (RATES, {"threshold": {"dtype": "float64", "shape": [-1], "base64": ""}}, "from 0"),
    (RATES, {"threshold": {"dtype": "float64", "shape": [], "base64": floats(math.nan)}}, "finite"),
    (RATES, {"threshold": {"dtype": "float64", "shape": [], "base64": floats(math.inf)}}, "finite"),
    (RATES, {"threshold": {"dtype": "float64", "shape": [], "base64": 8}}, r"\(got 8\)"),
    # sources
    (DELAY, {"of": "low.z"}, r"no population is called 'low.z'"),
    (DELAY, {"of": [10**6]}, '"of" has places from 1000000 to 1000000, but those so far go from 0'),
    (DELAY, {"of": -1}, '"of" has places from -1'),
    (DELAY, {"of": 0.5}, r'"of" takes whole numbers \(got 0.5\)'),
    (DELAY, {"of": {"start": 0, "shape": [HUGE]}}, "the places so far end at"),
    (DELAY, {"of": {"start": 0, "shape": [HUGE, 0]}}, '"start" is|kind|shape|places'),
    (DELAY, {"of": {"start": 0, "shape": [0, HUGE, HUGE, HUGE]}}, '"shape" is empty'),
    (DELAY, {"of": {"start": -1, "shape": []}}, '"start" must be a whole number from 0'),
    (DELAY, {"of": {"start": 0, "shape": [], "step": 2}}, "no key is called 'step'"),
    (DELAY, {"of": 2**70}, "numbers that fit into 64 bits"),
    (DELAY, {"seconds": 0}, '"seconds" must be above 0'),
    (DELAY, {"seconds": -0.001}, '"seconds" must be above 0'),
    (DELAY, {"seconds": [1.0]}, '"seconds" must be one number'),
    # projections
    (DENSE, {"to": "a"}, "'a' is no population of neurons"),
    (DENSE, {"to": "densee"}, r"did you mean 'dense'\?"),
    (
        DENSE,
        {"channel": "inhibit"},
        '"channel" must be one of excite, subtract, divide, drive, veto',
    ),
    (DENSE, {"channel": "excite"}, "weight from image on excite must not be negative"),
    (DENSE, {"channel": "divide"}, "must not be negative"),
    (DENSE, {"channel": "veto"}, "weights of a veto must be 1 .* or 0"),
    (DENSE, {"kind": "lambda"}, '"kind" must be one of one-to-one, dense, sparse, convolution'),
    (DENSE, {"weights": [[1.0]]}, r"the weights have shape \(1, 1\); .* 120 sources"),
    (DENSE, {"weights": [[1.0] * 120] * 3}, r"image delivers shape \(3,\) to 'dense'.*\(7,\)"),
    (DENSE, {"from": "rates"}, "the weights have shape"),
    (ONE, {"weights": [1.0, 2.0]}, r"delivers shape \(2,\) to 'low.z', which has shape \(\)"),
    (SHARED, {"weights": [1.0, 2.0]}, r"weights have shape \(2,\), the sources \(3,\)"),
    (ONE, {"weights": -1}, "must not be negative"),
    (SPARSE, {"shape": [70, 61]}, r'"shape" is \[70, 61\].* so it must be \[70, 60\]'),
    (SPARSE, {"shape": [70.0, 60]}, r"so it must be \[70, 60\]"),
    (SPARSE, {"indptr": [0] * 70}, '"indptr" must begin with 0'),
    (SPARSE, {"indptr": [1] + [420] * 70}, '"indptr" must begin with 0'),
    (SPARSE, {"indptr": [0, 5, 3] + [420] * 68}, "never fall"),
    (SPARSE, {"indptr": [0] * 70 + [HUGE]}, '"indptr" ends with 1000000000'),
    (SPARSE, {"indptr": [0, 2**63 - 1, -2] + [420] * 68}, "never fall"),
    (
        SPARSE,
        {"indptr": int32s(0, 2**31 - 1, -2, *[420] * 68)},
        "never fall",
    ),
    (SPARSE, {"indptr": [0, -5] + [420] * 69}, "never fall"),
    (SPARSE, {"indptr": [[0]]}, "must be lists, not nested"),
    (SPARSE, {"indices": [60] * 420}, '"indices" must lie from 0 to 59'),
    (SPARSE, {"indices": [-1] * 420}, '"indices" must lie from 0 to 59'),
    (SPARSE, {"indices": [5] * 420}, '"indices" must rise within each row'),
    (SPARSE, {"data": [1.0]}, '"data" and "indices" must have as many entries'),
    (SPARSE, {"data": [-1.0] * 420}, "must not be negative"),
    (SHEET, {"kernel": [[1.0]]}, "a kernel has the axes rows, columns"),
    (SHEET, {"kernel": [[[[1.0], [1.0]]]]}, "convolve: image has shape"),
    (SHEET, {"kernel": [[[[1.0]]]]}, r"delivers shape \(5, 6\)"),
    (SHEET, {"kernel": []}, "a kernel has the axes"),
    (SHEET, {"border": "mirror"}, "border must be one of zero, reflect, wrap, valid"),
    (SHEET, {"border": ["wrap"]}, '"border" must be a name'),
    (SHEET, {"stride": 0}, '"stride" must be a whole number from 1'),
    (SHEET, {"stride": 10**30}, '"stride" must be a whole number from 1'),
    (SHEET, {"stride": True}, '"stride" must be a whole number from 1'),
    (SHEET, {"from": "dense"}, "convolve: dense has shape"),
    # outputs
    (NUMBER, {"bits": 3}, r"output 'number' is declared with 3 bits, but has shape \(4,\)"),
    (NUMBER, {"bits": 0}, '"bits" must be a whole number from 1 to 62'),
    (NUMBER, {"from": "rates"}, "declared with 4 bits"),
    (NUMBER, {"from": [0, 1, 2, 10**9]}, "has places from 0 to 1000000000"),
    (NUMBER, {"name": "third"}, "already an output 'third'"),
    (NUMBER, {"name": "a.b"}, "without a dot"),
]


@pytest.mark.parametrize(("where", "change", "message"), DAMAGE)
def test_damage_is_named(tmp_path, saved, where, change, message):
    data = copy.deepcopy(saved)
    found(data, **where).update(change)
    refused(tmp_path, data, message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "its version is 2, this neurosim reads version 1"),
        ({"version": True}, "its version is True"),
        ({"version": "1"}, "its version is '1'"),
        ({"name": 5}, "a name must be text"),
        ({"name": "a.b"}, "without a dot"),
        ({"populations": {}}, '"populations" must be a list'),
        ({"projections": 5}, '"projections" must be a list'),
        ({"populations": [[]]}, r"populations\[0\]: it must be a record in braces"),
        ({"instances": [5]}, "a name must be text"),
        ({"instances": ["low", "low"]}, "'low' is used already"),
        ({"instances": "low"}, '"instances" must be a list'),
        ({"code": "import os"}, "no key is called 'code'"),
    ],
)
def test_damage_to_the_whole(tmp_path, saved, change, message):
    refused(tmp_path, saved | change, message)


@pytest.mark.parametrize("key", ["name", "populations", "projections", "outputs"])
def test_what_is_missing_is_named(tmp_path, saved, key):
    refused(tmp_path, {k: v for k, v in saved.items() if k != key}, key)


@pytest.mark.parametrize("part", ["populations", "projections", "outputs"])
def test_every_missing_key_is_refused_or_has_a_default(tmp_path, saved, part):
    for number, record in enumerate(saved[part]):
        for key in record:
            data = copy.deepcopy(saved)
            del data[part][number][key]
            path = tmp_path / "given.json"
            path.write_text(json.dumps(data))
            try:
                Circuit.load(path)
            except FileError as error:
                assert "\n" not in str(error)  # noqa: PT017 - either outcome is fine


def test_delays_cannot_go_in_a_circle(tmp_path):
    line = {"name": "l", "role": "delay", "start": 0, "of": [0], "seconds": 1.0}
    data = {"format": "neurosim circuit", "version": 1, "name": "c", "populations": [line]}
    refused(tmp_path, data | {"projections": [], "outputs": []}, "places from 0 to 0, but those so")


def test_few_words_cannot_ask_for_much_memory(tmp_path, monkeypatch):
    """Shapes within the limits that multiply: broadcasts, pools, kernels over sheets."""
    n = 2**20
    x = {"name": "x", "role": "input", "start": 0, "shape": [1024, 1024], "real": True}
    head = {"format": "neurosim circuit", "version": 1, "name": "c", "outputs": []}
    one = {"to": "z", "channel": "divide", "from": "x"}

    def asks(shape, *projections, **neuron):
        size = math.prod(shape)
        z = {"name": "z", "role": "neurons", "start": n, "shape": shape, "kind": "rate", **neuron}
        last = {"name": "w", "role": "neurons", "start": n + size, "shape": [], "kind": "spiking"}
        return head | {"populations": [x, z, last], "projections": list(projections)}

    largest = 150_000_000  # the places of as many values as a circuit may have, once
    refused(tmp_path, asks([4096, 3071]), '"kind" must be', largest)
    refused(tmp_path, asks([4096, 4096]), "more than 16777216 values")
    z = {"name": "z", "role": "neurons", "start": n, "shape": [1024, 1024], "kind": "rate"}
    two = head | {"populations": [x, z | {"semi_saturation": 0}]}
    kernel = {"dtype": "float64", "shape": [16, 16, 1, 1], "base64": floats(*[1.0] * 256)}
    sheet = one | {"kind": "convolution", "kernel": kernel, "border": "wrap", "stride": 1}
    refused(tmp_path, two | {"projections": [sheet]}, "semi_saturation 0 and 268435456 conn")
    runs = [
        one | {"kind": "one-to-one", "from": {"start": k, "shape": [1024, 1023]}, "weights": 1}
        for k in range(100)
    ]
    monkeypatch.setattr("neurosim.files.reading.MOST_PLACES", 4 * n)
    refused(tmp_path, two | {"projections": runs}, "delivers shape|more than 4194304 places")


def described(populations=(), projections=(), outputs=()):
    """A file's JSON; populations are given without their starts."""
    start, placed = 0, []
    for population in populations:
        placed.append(population | {"start": start})
        start += math.prod(population["shape"]) if "shape" in population else 1
        if placed[-1]["role"] == "delay":
            del placed[-1]["shape"]
    head = {"format": "neurosim circuit", "version": 1, "name": "c"}
    parts = {"projections": list(projections), "outputs": list(outputs)}
    return head | {"populations": placed} | parts


def inputs(name, shape=(), **fields):
    return {"name": name, "role": "input", "shape": list(shape), **fields}


def rates(name, shape=(), **parameters):
    return {"name": name, "role": "neurons", "shape": list(shape), "kind": "rate", **parameters}


def repeats(name, *places):
    return {"name": name, "role": "delay", "shape": [len(places)], "of": places, "seconds": 1}


def one_to_one(to, source, channel="excite", weights=1):
    head = {"to": to, "channel": channel, "kind": "one-to-one"}
    return head | {"from": source, "weights": weights}


def test_a_dense_row_for_all_targets_is_counted_for_each(tmp_path):
    """σ = 0 is checked connection by connection, and a few bytes can stand for all of these."""
    row = {"to": "z", "channel": "divide", "kind": "dense", "from": "x", "weights": [[1.0] * 60]}
    data = described([inputs("x", [60]), rates("z", [2**19], semi_saturation=0)], [row])
    refused(tmp_path, data, "'z' has semi_saturation 0 and 31457280 connections; more than")


def test_connections_to_be_checked_are_counted_over_all_populations(tmp_path, monkeypatch):
    monkeypatch.setattr("neurosim.files.reading.MOST_CHECKED", 100)
    zs = [rates(f"z{k}", [10], semi_saturation=0) for k in range(11)]
    arriving = [one_to_one(z["name"], "x", "divide") for z in zs]
    refused(tmp_path, described([inputs("x", [10]), *zs], arriving), "'z10' has .* 10 connections")
    path = tmp_path / "all.json"
    path.write_text(json.dumps(described([inputs("x", [10]), *zs], arriving[:10])))
    assert len(Circuit.load(path).projections) == 10


def test_parameters_are_not_spread_out(tmp_path):
    each = {key: [1.0] for key in ("threshold", "bias", "noise", "gain", "tau")}
    data = described([rates("z", [2**22], **each)])
    refused(tmp_path, data, r"threshold has shape \(1,\), the neurons have \(4194304,\)")


def test_delays_of_delays_do_not_double_the_work(tmp_path):
    """Two lines that each repeat both lines before: 2^40 ways back to the inputs."""
    lines = [
        repeats(f"{side}{k}", max(4 * k - 2, 0), 4 * k if k else 1)
        for k in range(40)
        for side in "ab"
    ]
    data = described(
        [inputs("x", real=False), inputs("y", real=False), *lines, rates("z")],
        [one_to_one("z", 2 + 4 * 40 - 1, "divide")],
    )
    for channel in ("divide", "excite"):
        data["projections"][0]["channel"] = channel
        (tmp_path / "lines.json").write_text(json.dumps(data))
        assert Circuit.load(tmp_path / "lines.json").size == 2 + 4 * 40 + 1


def test_a_long_chain_of_delays_is_no_crash(tmp_path):
    lines = [repeats(f"d{k}", k) for k in range(2000)]
    data = described([inputs("x"), *lines, rates("z")], [one_to_one("z", 2000, "divide")])
    path = tmp_path / "chain.json"
    path.write_text(json.dumps(data))
    assert Circuit.load(path).size == 2002


WORK = {
    "projections": ([], [one_to_one("z", "x")] * 30),
    "divisors": ([], [one_to_one("z", "x", "divide")] * 10),
    "outputs": ([], [], [{"name": f"o{k}", "from": "y"} for k in range(400)]),
    "bits": ([], [], [{"name": f"o{k}", "from": "y", "bits": 1} for k in range(20)]),
    "silence": (
        [rates(f"z{k}", [1], semi_saturation=0) for k in range(200)],
        [one_to_one(f"z{k}", "y", "divide") for k in range(200)],
    ),
}


@pytest.mark.parametrize("kind", WORK)
def test_few_words_cannot_ask_for_much_work(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("neurosim.files.reading.MOST_WORK", 1_500_000)
    more, projections, *outputs = WORK[kind]
    sheets = [inputs("x", [50_000]), inputs("y", [1], real=False), rates("z", [50_000])]
    data = described([*sheets, *more], projections, *outputs)
    refused(tmp_path, data, "the rules would go through more than 1500000 values")


def test_an_unknown_name_is_compared_with_few(tmp_path, monkeypatch):
    long = [inputs("ab" * 490 + str(k)) for k in range(3000)]
    data = described([*long, rates("z")], [one_to_one("z", "ba" * 490)])
    path = tmp_path / "names.json"
    path.write_text(json.dumps(data))
    compared = []
    nearest = difflib.get_close_matches
    monkeypatch.setattr(
        difflib, "get_close_matches", lambda w, p, n: compared.append(p) or nearest(w, p, n)
    )
    with pytest.raises(FileError, match="no population is called 'baba") as caught:
        Circuit.load(path)
    assert all(len(names) <= 2000 and max(map(len, names), default=0) <= 100 for names in compared)
    assert len(str(caught.value)) < 3000


def test_too_little_memory_is_said(tmp_path, monkeypatch):
    def fails(*_):
        raise MemoryError

    Circuit("c").save(tmp_path / "c.json")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", fails)
        with pytest.raises(FileError) as caught:
            Circuit.load(tmp_path / "c.json")
    assert "c.json: it does not fit into this machine's memory" in str(caught.value)


# ------------------------------------------------------------------ fuzzing


def mutated(data, rng: random.Random):
    """The same JSON with one to three values anywhere replaced, removed, doubled or moved."""
    data = copy.deepcopy(data)
    for _ in range(rng.randint(1, 3)):
        node = data
        path = []
        while isinstance(node, dict | list) and node and (not path or rng.random() < 0.85):
            key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
            path.append((node, key))
            node = node[key]
        parent, key = path[-1]
        strange = [
            None, True, False, 0, 1, -1, 2, 3.5, -0.0, 1e308, 10**12, 10**30, -(2**63), "", "x",
            "a", "rates", "float64", "\ud800", "\n", [], {}, [[]], [0], [1, 2], [0.5] * 70,
            {"a": 1},
            {"start": 0, "shape": [3]}, {"dtype": "float64", "shape": [2], "base64": floats(1, 2)},
            {"dtype": "int32", "shape": [1], "base64": "AQAAAA=="}, [10**9], [5000, 3000], "veto",
        ]  # fmt: skip
        how = rng.random()
        if how < 0.6:
            parent[key] = rng.choice(strange)
        elif how < 0.75:
            del parent[key]
        elif how < 0.85 and isinstance(node, int | float) and not isinstance(node, bool):
            parent[key] = rng.choice([node + 1, node - 1, -node, node * 1000, float(node)])
        elif isinstance(parent, list):
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(node))
        else:
            parent[str(rng.choice(strange))] = node
    return data


@settings(max_examples=examples(150))
@given(SEEDS)
def test_no_mutation_raises_anything_but_a_file_error(tmp_path_factory, saved, seed):
    rng = random.Random(seed)
    path = tmp_path_factory.mktemp("fuzz") / "given.json"
    path.write_text(json.dumps(mutated(saved, rng)))
    try:
        loaded = Circuit.load(path)
    except FileError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is fine
        assert "given.json" in str(error)  # noqa: PT017
    else:  # what is accepted is a circuit like any other
        loaded.save(path)
        assert structure(Circuit.load(path)) == structure(loaded)


@settings(max_examples=examples(60))
@given(SEEDS)
def test_no_damaged_byte_raises_anything_but_a_file_error(tmp_path_factory, saved, seed):
    rng = random.Random(seed)
    raw = bytearray(json.dumps(saved).encode())
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(raw))
        how = rng.random()
        if how < 0.5:
            raw[at] = rng.choice([rng.randrange(256), *b'[]{}",:0-\\'])
        elif how < 0.8:
            del raw[at : at + rng.randint(1, 50)]
        else:
            raw[at:at] = raw[at : at + rng.randint(1, 50)]
    path = tmp_path_factory.mktemp("fuzz") / "given.json"
    path.write_bytes(raw)
    try:
        Circuit.load(path)
    except FileError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is fine


@settings(max_examples=examples(60))
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
    )
)
def test_no_random_bytes_raise_anything_but_a_file_error(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("fuzz") / "given.json"
    path.write_bytes(raw)
    with pytest.raises(FileError):
        Circuit.load(path)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=examples(60))
@given(st.sampled_from(["populations", "projections", "outputs", "instances"]), JSON)
def test_no_random_json_raises_anything_but_a_file_error(tmp_path_factory, saved, part, value):
    path = tmp_path_factory.mktemp("fuzz") / "given.json"
    path.write_text(json.dumps(saved | {part: [value]}))
    with pytest.raises(FileError):
        Circuit.load(path)
