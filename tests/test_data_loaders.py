"""Files of data as their authors publish them, and what they are not."""

import gzip
import pickle
import struct

import numpy as np
import pytest

from neurosim import FileError, InputError
from neurosim.networks.data import (
    load_boston_housing,
    load_breast_cancer,
    load_cifar10,
    load_csv,
    load_diabetes,
    load_digits,
    load_idx,
    load_imdb,
    load_iris,
    load_mnist,
)


def idx(values):
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


@pytest.fixture
def mnist(rng):
    """A small set of MNIST's format: images and labels of both parts."""
    sizes = (5, 3)
    return [
        (rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n, np.uint8))
        for n in sizes
    ]


def check_parts(read, expected):
    for (x, y), (images, labels) in zip(read, expected, strict=True):
        np.testing.assert_array_equal(x, images, strict=True)
        np.testing.assert_array_equal(y, labels, strict=True)


# ------------------------------------------------------------------ idx and MNIST


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("shape", [(3,), (2, 4, 5), (0, 28, 28)])
def test_an_idx_file(tmp_path, rng, pack, shape):
    values = rng.integers(0, 256, shape, np.uint8)
    (tmp_path / "file").write_bytes(pack(idx(values)))
    np.testing.assert_array_equal(load_idx(tmp_path / "file"), values, strict=True)


def test_the_magic_numbers_are_mnists(tmp_path):
    header = bytes.fromhex("00000801 00000002 0705")
    (tmp_path / "labels").write_bytes(header)
    assert load_idx(str(tmp_path / "labels")).tolist() == [7, 5]


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_mnist_from_its_four_files(tmp_path, mnist, dot, ending):
    pack = gzip.compress if ending else bytes
    for part, (images, labels) in zip(("train", "t10k"), mnist, strict=True):
        for what, values in (("images", images), ("labels", labels)):
            name = f"{part}-{what}{dot}idx{values.ndim}-ubyte{ending}"
            (tmp_path / name).write_bytes(pack(idx(values)))
    check_parts(load_mnist(tmp_path), mnist)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_mnist_from_keras_archive(tmp_path, mnist, save):
    (x, y), (u, v) = mnist
    save(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=u, y_test=v)
    check_parts(load_mnist(tmp_path / "mnist.npz"), mnist)


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"x_train": np.zeros((5, 28, 27), np.uint8)}, r"the images must be uint8 of shape"),
        ({"x_train": np.zeros((5, 28, 28))}, "got float64 of shape"),
        ({"y_train": np.zeros(4, np.uint8)}, "train: 5 images have 4 labels"),
        ({"y_test": np.array([0, 1, 10], np.uint8)}, "test: the label 10 is no class from 0 to 9"),
        ({"y_test": None}, "the array 'y_test' is needed once; it holds 'x_test.npy, x_train.npy"),
    ],
)
def test_what_is_not_mnist(tmp_path, mnist, changed, match):
    (x, y), (u, v) = mnist
    arrays = {"x_train": x, "y_train": y, "x_test": u, "y_test": v, **changed}
    kept = {name: values for name, values in arrays.items() if values is not None}
    np.savez(tmp_path / "mnist.npz", **kept)
    with pytest.raises(FileError, match=match):
        load_mnist(tmp_path / "mnist.npz")


def test_mnists_files_that_are_not_there(tmp_path):
    with pytest.raises(FileError, match="has no file train-images-idx3-ubyte or train-images"):
        load_mnist(tmp_path)
    with pytest.raises(FileError, match="does not exist; nothing is downloaded"):
        load_mnist(tmp_path / "none")
    with pytest.raises(FileError, match="is no file; give the path of one"):
        load_idx(tmp_path)
    with pytest.raises(FileError, match=r"a path must be text or a Path .got 3"):
        load_idx(3)
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(FileError, match="is no archive of arrays, or a damaged one"):
        load_mnist(tmp_path / "text.npz")


# ------------------------------------------------------------------ CIFAR-10

NAMES = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]


@pytest.fixture
def cifar(rng):
    """Planes (red, green, blue) and labels of six batches."""
    return [
        (rng.integers(0, 256, (4, 3072), np.uint8), rng.integers(0, 10, 4).tolist()) for _ in NAMES
    ]


def check_cifar(read, batches):
    (x, y), (u, v) = read
    assert (x.shape, u.shape, y.shape, v.shape) == (
        (20, 32, 32, 3),
        (4, 32, 32, 3),
        (20, 1),
        (4, 1),
    )
    assert {part.dtype for part in (x, y, u, v)} == {np.dtype(np.uint8)}
    planes, labels = batches[2]
    # Pixel (row 5, column 7), green: 1024 of red come before, 32 a row.
    np.testing.assert_array_equal(x[8:12, 5, 7, 1], planes[:, 1024 + 5 * 32 + 7])
    assert y[8:12, 0].tolist() == labels
    assert v[:, 0].tolist() == batches[5][1]


def test_cifar_from_records(tmp_path, cifar):
    for name, (planes, labels) in zip(NAMES, cifar, strict=True):
        records = b"".join(
            bytes([k]) + row.tobytes() for k, row in zip(labels, planes, strict=True)
        )
        (tmp_path / f"{name}.bin").write_bytes(records)
    check_cifar(load_cifar10(tmp_path), cifar)


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("as_key", [str.encode, str])
def test_cifar_from_pickles(tmp_path, cifar, protocol, as_key):
    for name, (planes, labels) in zip(NAMES, cifar, strict=True):
        batch = {as_key("data"): planes, as_key("labels"): labels, as_key("filenames"): [b"a.png"]}
        (tmp_path / name).write_bytes(pickle.dumps(batch, protocol))
    check_cifar(load_cifar10(tmp_path), cifar)


def python_2(planes, labels):
    """A batch as Python 2's cPickle wrote it, by protocol 2, as CIFAR-10's own are."""
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    raw = planes.tobytes()
    return (
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03"
        b"U\x06labelsq\x04]q\x05("
        + numbers
        + b"eU\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00"
        b"\x85U\x01b\x87Rq\x09(K\x01K" + bytes([len(planes)]) + b"M\x00\x0c\x86cnumpy\ndtype\nq\x0a"
        b"U\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        + struct.pack("<i", len(raw))
        + raw
        + b"tbu."
    )


def test_cifar_as_python_2_wrote_it(tmp_path, cifar):
    for name, batch in zip(NAMES, cifar, strict=True):
        (tmp_path / name).write_bytes(python_2(*batch))
    check_cifar(load_cifar10(tmp_path), cifar)


def test_what_is_not_cifar(tmp_path, cifar):
    with pytest.raises(
        FileError, match="has no file data_batch_1; give the folder that CIFAR-10's"
    ):
        load_cifar10(tmp_path)
    for name, batch in zip(NAMES, cifar, strict=True):
        (tmp_path / name).write_bytes(python_2(*batch))
    planes, labels = cifar[0]
    for batch, match in [
        ([1, 2], "it is no batch of CIFAR-10's, which is a dict with data and labels"),
        ({b"data": planes}, "its labels must be a list of 4 whole numbers"),
        ({b"data": planes[:, 1:], b"labels": labels}, r"its data must be uint8 of shape \(images"),
        ({b"data": planes.astype(float), b"labels": labels}, "its data must be uint8"),
        ({b"data": planes, b"labels": labels[1:]}, "its labels must be a list of 4"),
        ({b"data": planes, b"labels": [0, 1, 2, 10]}, "the label 10 is no class from 0 to 9"),
    ]:
        (tmp_path / "data_batch_3").write_bytes(pickle.dumps(batch, 3))
        with pytest.raises(FileError, match=match):
            load_cifar10(tmp_path)
    for name in NAMES:
        (tmp_path / f"{name}.bin").write_bytes(b"\x01" * 3072)
    with pytest.raises(FileError, match="its 3072 bytes are no whole number of records of 3073"):
        load_cifar10(tmp_path)


# ------------------------------------------------------------------ IMDB


@pytest.fixture
def imdb(tmp_path, rng):
    """The path of an archive as Keras's, and the reviews and labels in it."""
    parts = {}
    for part, count in (("train", 9), ("test", 6)):
        reviews = np.empty(count, object)
        reviews[:] = [rng.integers(1, 40, rng.integers(1, 12)).tolist() for _ in range(count)]
        parts[part] = reviews, rng.integers(0, 2, count)
    path = tmp_path / "imdb.npz"
    arrays = {
        f"{n}_{part}": v for part, pair in parts.items() for n, v in zip("xy", pair, strict=True)
    }
    np.savez_compressed(path, **arrays)
    return path, parts


def as_keras(parts, num_words, skip_top, maxlen, seed, start_char, oov_char, index_from):
    """The steps that Keras documents, a review and a word at a time."""
    random, read = np.random.RandomState(seed), {}
    for part, (reviews, labels) in parts.items():
        order = np.arange(len(reviews))
        random.shuffle(order)
        texts = [[word + index_from for word in reviews[n]] for n in order]
        texts = [([] if start_char is None else [start_char]) + text for text in texts]
        pairs = list(zip(texts, labels[order].tolist(), strict=True))
        read[part] = [(t, y) for t, y in pairs if maxlen is None or len(t) < maxlen]
    top = num_words or max(max(t) for pairs in read.values() for t, _ in pairs)
    for part, pairs in read.items():
        known = lambda word: skip_top <= word < top  # noqa: E731
        if oov_char is None:
            read[part] = [([w for w in t if known(w)], y) for t, y in pairs]
        else:
            read[part] = [([w if known(w) else oov_char for w in t], y) for t, y in pairs]
    return read["train"], read["test"]


@pytest.mark.parametrize(
    "changed",
    [
        {}, {"num_words": 20}, {"num_words": 20, "oov_char": None}, {"skip_top": 10}, {"seed": 5},
        {"maxlen": 9}, {"start_char": None}, {"start_char": None, "index_from": 0},
        {"num_words": 15, "skip_top": 6, "maxlen": 10, "oov_char": 0, "index_from": 7},
    ],
)  # fmt: skip
def test_imdb_as_keras_reads_it(imdb, changed):
    path, parts = imdb
    options = {
        "num_words": None, "skip_top": 0, "maxlen": None, "seed": 113, "start_char": 1,
        "oov_char": 2, "index_from": 3, **changed,
    }  # fmt: skip
    for (x, y), pairs in zip(load_imdb(path, **options), as_keras(parts, **options), strict=True):
        assert x.dtype == object
        assert x.tolist() == [text for text, _ in pairs]
        assert y.tolist() == [label for _, label in pairs]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"num_words": 0}, "load_imdb: num_words must be a whole number from 1"),
        ({"maxlen": 1}, "no train review is shorter than maxlen=1"),
        ({"skip_top": -1}, "skip_top must be a whole number from 0"),
        ({"index_from": 0.5}, "index_from must be a whole number from 0"),
        ({"seed": -2}, "seed must be a whole number from 0"),
        ({"start_char": "a"}, "start_char must be a whole number from 0"),
        ({"oov_char": -1}, "oov_char must be a whole number from 0"),
    ],
)
def test_numbers_that_imdb_cannot_take(imdb, options, match):
    with pytest.raises(InputError, match=match):
        load_imdb(imdb[0], **options)


@pytest.mark.parametrize(
    ("reviews", "match"),
    [
        ([[1], ["a"]], "every word must be a whole number"),
        ([[1], 5], "every review must be a list of words"),
        ([[1], [[1]]], "every word must be a whole number"),
        ([[1]], "reviews must be lists of words, with one whole number each"),
        ([[1], [0.5]], "which data do not need"),
        (np.zeros((2, 3), int), "reviews must be lists of words"),
    ],
)
def test_what_is_not_imdb(tmp_path, reviews, match):
    kept = reviews
    if isinstance(reviews, list):
        kept = np.empty(len(reviews), object)
        kept[:] = reviews
    labels = np.array([0, 1])
    np.savez(tmp_path / "imdb.npz", x_train=kept, y_train=labels, x_test=kept, y_test=labels)
    with pytest.raises(FileError, match=match):
        load_imdb(tmp_path / "imdb.npz")


# ------------------------------------------------------------------ tables and Boston's houses


def written(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "6,148,72,1\n1,85,66,0\n",
        "6,148,72,1\r\n\r\n1,85,66,0",
        "pregnancies,glucose,pressure,class\n6,148,72,1\n1,85,66,0\n",
        '\ufeff"pregnancies","glucose","pressure","class"\n"6", 148,7.2e1,1\n1,85,66,0\n',
        gzip.compress(b"6,148,72,1\n1,85,66,0\n", mtime=0),
    ],
)
def test_a_table_with_and_without_a_header(tmp_path, text):
    x, y = load_csv(written(tmp_path, text))
    np.testing.assert_array_equal(x, [[6.0, 148.0, 72.0], [1.0, 85.0, 66.0]], strict=True)
    np.testing.assert_array_equal(y, [1.0, 0.0], strict=True)


def test_the_target_is_any_column(tmp_path):
    path = written(tmp_path, "a b  c\n1 2\t3\n4 5 6\n")
    for target in (1, -2, "b"):
        x, y = load_csv(path, target, delimiter=None)
        assert (x.tolist(), y.tolist()) == ([[1, 3], [4, 6]], [2, 5])
    x, y = load_csv(written(tmp_path, "1;2\n3;4\n"), 0, delimiter=";")
    assert (x.tolist(), y.tolist()) == ([[2], [4]], [1, 3])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1,2,3\n4,,6\n", r"line 2, column 2: the entry is missing; fill it in or leave the line"),
        ("1,2,3\n\n4,5,?\n", r"line 3, column 3: '\?' is no number"),
        ("1,x,3\n", "line 1, column 2: 'x' is no number"),
        ("1,2\n3,1_000\n", "line 2, column 2: '1_000' is no number"),
        ("a,b\n1,nan\n", "line 2, column 2: nan is not finite"),
        ("a,b\n-inf,1\n", "line 2, column 1: -inf is not finite"),
        ("1,2,3\n4,5\n", "line 2 has 2 columns, those before have 3"),
        ("1\n2\n", "line 1 has one column; a target and a feature are needed"),
        ("", "it has no samples"),
        ("a,b\n", "it has no samples"),
        (b"\xff\xfe1\x00", "it is no text in UTF-8"),
        ('1,2\n"3,4\n' + "5" * 200_000, "cannot be read .field larger than field limit"),
        ("1," * 600_000, "lines of more than 1048576 bytes"),
        (gzip.compress(b"1," * 600_000, mtime=0), "lines of more than 1048576 bytes"),
        (
            gzip.compress(b"1,2\n" * 99, mtime=0)[:-9],
            "cannot be read .*; it is damaged, or may not",
        ),
    ],
)
def test_what_is_no_table(tmp_path, text, match):
    with pytest.raises(FileError, match=match):
        load_csv(written(tmp_path, text))


def test_numbers_whose_sum_is_not_finite_are_read(tmp_path):
    x, y = load_csv(written(tmp_path, "1e308,1e308\n"))
    assert (x.tolist(), y.tolist()) == ([[1e308]], [1e308])


@pytest.mark.parametrize(
    ("text", "target", "delimiter", "match"),
    [
        ("1,2\n", 2, ",", "target must be a column from 0 to 1, or from −1 to −2 counted from the"),
        ("1,2\n", 0.5, ",", "target must be a column .*got 0.5"),
        ("1,2\n", "b", ",", "the table has no header: give target 'b' by place"),
        ("a,bee\n1,2\n", "be", ",", r"no column is called 'be' .did you mean 'bee'\?"),
        ("1,2\n", 0, ", ", "delimiter must be one character or None .got ', '"),
    ],
)
def test_a_target_that_the_table_does_not_have(tmp_path, text, target, delimiter, match):
    with pytest.raises(InputError, match=match):
        load_csv(written(tmp_path, text), target, delimiter=delimiter)


def test_boston_from_text_and_from_keras_archive(tmp_path, rng):
    table = rng.normal(size=(20, 14)).round(3)
    text = tmp_path / "housing.data"
    np.savetxt(text, table, fmt="%8.3f")
    np.savez(tmp_path / "boston_housing.npz", x=table[:, :13], y=table[:, 13])
    order = np.arange(20)
    np.random.RandomState(113).shuffle(order)
    for path in (text, tmp_path / "boston_housing.npz"):
        (x, y), (u, v) = load_boston_housing(path)
        np.testing.assert_array_equal(np.column_stack([x, y]), table[order[:16]])
        np.testing.assert_array_equal(np.column_stack([u, v]), table[order[16:]])
    with pytest.raises(InputError, match=r"test_split must be from 0 to below 1 .got 1"):
        load_boston_housing(text, 1)
    np.savetxt(text, table[:, 1:])
    with pytest.raises(
        FileError, match=r"must have 13 features and one price a sample .got shapes"
    ):
        load_boston_housing(text)


# ------------------------------------------------------------------ what is shipped


def test_the_digits():
    images, labels = load_digits()
    assert (images.shape, images.dtype, labels.dtype) == ((1797, 8, 8), np.float64, np.int64)
    assert (images.min(), images.max()) == (0, 16)
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # of the UCI repository
    assert np.bincount(labels).tolist() == counts


def test_the_tables_have_their_published_statistics():
    x, y = load_iris()
    assert np.bincount(y).tolist() == [50, 50, 50]
    np.testing.assert_allclose(x.mean(axis=0), [5.84, 3.06, 3.76, 1.20], atol=5e-3)
    x, y = load_breast_cancer()
    assert (x.shape, np.bincount(y).tolist()) == ((569, 30), [212, 357])
    assert (x[:, 0].min(), x[:, 0].max(), x[:, 23].max()) == (6.981, 28.11, 4254)
    x, y = load_diabetes()
    assert (x.shape, y.min(), y.max()) == ((442, 10), 25, 346)
    assert set(x[:, 1]) == {1, 2}
