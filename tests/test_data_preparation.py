"""Sequences padded, classes as one-hot rows, samples split and scaled."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from neurosim import InputError
from neurosim.networks.data import (
    StandardScaler,
    pad_sequences,
    to_categorical,
    train_test_split,
)

SIDES = ("pre", "post")
sequences = st.lists(st.lists(st.integers(-9, 9), max_size=6), max_size=5)

# ------------------------------------------------------------------ pad_sequences


@pytest.mark.parametrize(
    ("options", "expected"),
    [  # of the documentation of Keras
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
        ({"value": -1}, [[-1, -1, 1], [-1, 2, 3], [4, 5, 6]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
    ],
)
def test_padding_as_keras_documents_it(options, expected):
    padded = pad_sequences([[1], [2, 3], [4, 5, 6]], **options)
    assert padded.dtype == np.int32
    np.testing.assert_array_equal(padded, expected)


@hypothesis.given(
    sequences, st.none() | st.integers(0, 8), st.sampled_from(SIDES), st.sampled_from(SIDES)
)
def test_every_entry_is_its_step_or_the_value(given, maxlen, padding, truncating):
    padded = pad_sequences(given, maxlen, padding=padding, truncating=truncating, value=77)
    steps = max(map(len, given), default=0) if maxlen is None else maxlen
    assert padded.shape == (len(given), steps)
    for row, sequence in zip(padded.tolist(), given, strict=True):
        kept = list(sequence)
        while len(kept) > steps:
            kept.pop(0 if truncating == "pre" else -1)
        while len(kept) < steps:
            kept.insert(0 if padding == "pre" else len(kept), 77)
        assert row == kept


@hypothesis.given(sequences, st.sampled_from(SIDES))
def test_padding_again_changes_nothing(given, side):
    padded = pad_sequences(given, padding=side)
    np.testing.assert_array_equal(pad_sequences(padded, padding=side), padded)


def test_steps_may_be_vectors_and_numbers_of_any_kind():
    steps = [np.ones((2, 3)), np.empty((0, 3)), np.full((1, 3), 2.5)]
    padded = pad_sequences(steps, dtype="float32", padding="post")
    assert (padded.shape, padded.dtype) == ((3, 2, 3), np.float32)
    np.testing.assert_array_equal(padded[:, :, 0], [[1, 1], [0, 0], [2.5, 0]])
    words = pad_sequences([["a"], ["b", "cd"]], dtype=object, value="-")
    assert words.tolist() == [["-", "a"], ["b", "cd"]]


@pytest.mark.parametrize(
    ("given", "options", "match"),
    [
        ([[1]], {"padding": "left"}, "padding must be 'pre' or 'post' .got 'left'"),
        ([[1]], {"truncating": ["pre"]}, "truncating must be 'pre' or 'post'"),
        ([[1]], {"maxlen": -1}, "pad_sequences: maxlen must be a whole number from 0 .got -1"),
        ([[1]], {"maxlen": 2.0}, "maxlen must be a whole number"),
        (7, {}, "sequences must be a list of lists or of arrays, one a row .got 7"),
        ([1, 2], {}, "sequences must be a list of lists"),
        ([[1, 0.5]], {}, r"sequence 0 has values that dtype int32 does not hold .* \[1.0, 0.5\]"),
        ([[1], [2**40]], {}, "sequence 1 has values that dtype int32 does not hold"),
        ([[np.nan]], {}, "does not hold"),
        ([["a"]], {}, "does not hold"),
        (["ab"], {}, "sequence 0 must be a list or an array .got 'ab'"),
        ([[1]], {"value": 0.5}, "the value 0.5 is no single value of dtype int32"),
        ([[1]], {"value": "-"}, "the value '-' is no single value"),
        ([[1]], {"value": [1, 2]}, "is no single value"),
        ([[1], [1e300]], {"dtype": "float32"}, "sequence 1 has values that dtype float32 does not"),
        ([[70_000]], {"dtype": "float16"}, "sequence 0 has values that dtype float16 does not"),
        ([[1]], {"dtype": "float32", "value": -1e300}, "the value -1e.300 is no single value"),
        ([[1]], {"maxlen": 10**15}, "1 sequences of 1000000000000000 steps do not fit into memory"),
        ([[1]], {"maxlen": 10**30}, "do not fit into memory; give a smaller maxlen="),
        ([[1]], {"dtype": "number"}, "'number' is no dtype of NumPy's"),
        ([[1], [[1, 2]]], {}, r"the steps of sequence 1 have shape \(2,\), those before have \(\)"),
        ([[[1], [1, 2]]], {}, "the steps of sequence 0 are of unequal shapes"),
    ],
)
def test_what_cannot_be_padded_is_told(given, options, match):
    with pytest.raises(InputError, match=match):
        pad_sequences(given, **options)


# ------------------------------------------------------------------ to_categorical


def test_one_hot_rows_as_keras_documents_them():
    rows = to_categorical([0, 1, 2, 3], num_classes=4)
    assert rows.dtype == np.float64
    np.testing.assert_array_equal(rows, np.eye(4))


@pytest.mark.parametrize("shape", [(), (5,), (0,), (2, 3), (2, 3, 1), (4, 1), (1,)])
def test_a_last_axis_of_one_is_dropped(rng, shape):
    labels = rng.integers(0, 6, size=shape)
    rows = to_categorical(labels, 6)
    kept = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
    assert rows.shape == (*kept, 6)
    assert (rows.sum(axis=-1) == 1).all()
    np.testing.assert_array_equal(rows.argmax(axis=-1), labels.reshape(kept))


def test_classes_are_counted_where_they_are_not_given():
    assert to_categorical(np.array([2.0, 0.0], np.float32)).shape == (2, 3)
    assert to_categorical([True, False]).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("labels", "classes", "match"),
    [
        ([0, 3], 3, "the label 3 is none of 3 classes, which are numbered from 0 to 2"),
        ([0, -1], 3, "the label -1 is none of 3 classes"),
        ([0, 0.5], None, r"labels must be whole numbers from 0 .got \[0, 0.5\]"),
        ([-1], None, "the label -1 is none of 1 classes, which are numbered from 0 to 0"),
        ([1 + 0j], None, "labels must be whole numbers"),
        ([np.nan], None, "labels must be whole numbers"),
        ([1e300], None, "labels must be whole numbers"),
        (["cat"], None, r"number the classes first: numpy.unique\(labels, return_inverse=True"),
        ([[0], [0, 1]], None, "labels must be whole numbers"),
        ([], None, "of no labels, give num_classes="),
        ([0], 0, "to_categorical: num_classes must be a whole number from 1 .got 0"),
        ([2**40], None, "too many to be written out"),
    ],
)
def test_what_is_no_class_is_told(labels, classes, match):
    with pytest.raises(InputError, match=match):
        to_categorical(labels, classes)


# ------------------------------------------------------------------ train_test_split


@hypothesis.given(st.integers(2, 40), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_every_sample_is_in_one_part(samples, share, seed):
    x = np.arange(samples)
    hypothesis.assume(np.ceil(share * samples) < samples)
    train, test, names, other = train_test_split(
        x, [f"{n}" for n in x], test_size=share, random_state=seed
    )
    assert len(test) == np.ceil(share * samples)
    assert sorted([*train, *test]) == x.tolist()
    assert (names, other) == ([f"{n}" for n in train], [f"{n}" for n in test])


def test_a_quarter_is_tested_and_the_last_where_nothing_is_shuffled():
    assert [part.tolist() for part in train_test_split(np.arange(8), shuffle=False)] == [
        [0, 1, 2, 3, 4, 5],
        [6, 7],
    ]
    train, test = train_test_split(np.arange(10), train_size=3, test_size=2, shuffle=False)
    assert (train.tolist(), test.tolist()) == ([0, 1, 2], [3, 4])


def test_classes_keep_their_proportions():
    y = np.repeat([0, 1, 2], [60, 30, 10])
    train, test = train_test_split(y, test_size=0.2, stratify=y, random_state=1)
    assert np.bincount(train).tolist() == [48, 24, 8]
    assert np.bincount(test).tolist() == [12, 6, 2]


@pytest.mark.parametrize(
    ("arrays", "options", "match"),
    [
        ([], {}, "takes at least one array"),
        ([5], {}, "array 1 has no samples .got 5"),
        ([[1, 2], [1]], {}, "the arrays have 2, 1 samples; all must have as many"),
        ([[1, 2]], {"test_size": 2}, "test_size must be a number of samples below the 2 given"),
        ([[1, 2]], {"test_size": 1.0}, r"or a share between 0 and 1 .got 1.0"),
        ([[1, 2]], {"train_size": True}, "train_size must be a number of samples"),
        ([[1, 2]], {"train_size": "half"}, "train_size must be .*got 'half'"),
        ([[1, 2]], {"test_size": np.nan}, "test_size must be"),
        ([[1, 2, 3]], {"test_size": 2, "train_size": 2}, "2 training and 2 test samples are more"),
        ([[1]], {}, "of 1 samples nothing is left for the training part"),
        ([[]], {}, "of 0 samples nothing is left"),
        ([[1, 2]], {"random_state": -1}, "random_state must be a whole number from 0"),
        ([[1, 2]], {"random_state": 2**32}, r"random_state must be below 2\^32"),
        ([[1, 2]], {"shuffle": 0}, "shuffle must be True or False"),
        ([[1, 2]], {"shuffle": False, "stratify": [0, 1]}, "stratify= needs shuffle=True"),
        ([[1, 2]], {"stratify": [0]}, r"of shape \(2,\) .got shape \(1,\)"),
        ([[1, 2, 3]], {"stratify": ["a", "a", "b"]}, "class 'b' has a single sample"),
        ([[1, 2]], {"stratify": np.array([None, 1])}, "classes that cannot be ordered"),
        (
            [[1, 2, 3, 4]], {"stratify": [0, 0, 1, 1], "test_size": 1},
            "the test part has 1 samples and there are 2 classes",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_split_is_told(arrays, options, match):
    with pytest.raises(InputError, match=match):
        train_test_split(*arrays, **options)


# ------------------------------------------------------------------ StandardScaler


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scaled_features_have_mean_0_and_deviation_1(rng, dtype):
    x = rng.normal([5, -300, 0], [2, 0.5, 1e-3], size=(50, 3)).astype(dtype)
    scaler = StandardScaler()
    z = scaler.fit_transform(x)
    near = 1e-12 if dtype == "float64" else 1e-4
    assert z.dtype == dtype
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=near)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=near)
    np.testing.assert_allclose(scaler.inverse_transform(z), x, rtol=1e-5)
    np.testing.assert_allclose(scaler.scale_**2, scaler.var_, rtol=1e-12)
    assert scaler.n_features_in_ == 3


def test_what_does_not_vary_is_only_centered():
    scaler = StandardScaler().fit([[0.1, 1], [0.1, 3], [0.1, 5]])
    assert scaler.scale_[0] == 1
    np.testing.assert_allclose(scaler.transform([[0.1, 3], [1.1, 3]])[:, 0], [0, 1], atol=1e-15)


def test_the_scaler_measures_the_training_data_alone():
    scaler = StandardScaler().fit([[0.0], [2.0]])
    assert (scaler.mean_.tolist(), scaler.var_.tolist()) == ([1], [1])
    np.testing.assert_array_equal(scaler.transform([[5], [-1]]), [[4], [-2]])


@pytest.mark.parametrize(
    ("fitted", "given", "match"),
    [
        (None, [[1.0]], r"transform\(\) comes after fit\(\) on the training data"),
        ([[1.0, 2.0]], [[1.0]], r"transform\(\) got 1 features, fit\(\) had 2"),
        ([1.0, 2.0], None, r"a table \(samples, features\), got shape \(2,\)"),
        (np.zeros((2, 3, 3)), None, r"images are made rows with x.reshape\(len\(x\), -1\)"),
        ([["a"]], None, r"takes a table of numbers .got \[\['a'\]\]"),
        ([[1 + 2j]], None, r"takes a table of numbers .got \[\[\(1\+2j\)\]\]"),
        (np.array([["2026-01-01"]], "M8[D]"), None, "takes a table of numbers"),
        ([[1, 2], [3, np.nan]], None, "feature 1 of sample 1 is nan; all values must be finite"),
        ([[1, 1e300], [2, -1e300]], None, "the variance of feature 1 is more than float64 holds"),
        (np.zeros((0, 2)), None, r"there is nothing to fit in shape \(0, 2\)"),
    ],
)
def test_what_cannot_be_scaled_is_told(fitted, given, match):
    scaler = StandardScaler()
    with pytest.raises(InputError, match=match):
        (scaler if fitted is None else scaler.fit(fitted)).transform(given)
