"""Files made to do harm: what they would execute, unfold or announce is refused in one line."""

import gzip
import io
import os
import pickle
import struct
import tracemalloc
import zipfile

import pytest

from neurosim import FileError
from neurosim.networks.data import load_cifar10, load_csv, load_idx, load_imdb, load_mnist

MEGABYTE = 2**20


@pytest.fixture
def refused(tmp_path):
    """Refuse a file's bytes with a message, in one line, for little memory and nothing executed."""

    def check(load, raw, match, most=8 * MEGABYTE):
        path = tmp_path / "hostile"
        path.write_bytes(raw)
        tracemalloc.start()
        try:
            with pytest.raises(FileError, match=match) as raised:
                load(path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert "\n" not in str(raised.value)
        assert str(path) in str(raised.value)
        assert peak < most
        assert not (tmp_path / "executed").exists()

    return check


# ------------------------------------------------------------------ idx


@pytest.mark.parametrize(
    ("raw", "match"),
    [
        (b"", "it ends before the 4 bytes that it announces: it is damaged or no such file"),
        (b"\x00\x00", "it ends before the 4 bytes"),
        (b"\x00\x00\x08\x03\x00\x00", "it ends before the 12 bytes"),
        (b"\x89PNG", "it begins with 0x89504e47; an idx file of bytes begins with 0x00000803"),
        (bytes.fromhex("00000d01 00000001 00000000"), "it begins with 0x00000d01"),  # floats
        (bytes.fromhex("00000800"), "it begins with 0x00000800"),
        (b"\x00\x00\x08\xff" + b"\xff" * 1020, "it begins with 0x000008ff"),
        (struct.pack(">4B3I", 0, 0, 8, 3, 2**32 - 1, 28, 28), "it ends before the 3367254359280"),
        (struct.pack(">4B3I", 0, 0, 8, 3, 2, 1, 1) + b"1", "it ends before the 2 bytes"),
        (struct.pack(">4BI", 0, 0, 8, 1, 1) + b"12", "bytes follow after its last value"),
        (struct.pack(">4B4I", 0, 0, 8, 4, 0, *[2**32 - 1] * 3), "no array has the shape"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_idx_file_that_is_not_what_it_says(refused, raw, match, pack):
    refused(load_idx, pack(raw), match)


def test_gzip_that_unfolds_beyond_what_the_header_announces(refused):
    bomb = gzip.compress(struct.pack(">4BI", 0, 0, 8, 1, 5) + bytes(50 * MEGABYTE))
    refused(load_idx, bomb, "bytes follow after its last value")
    short = gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, 60000, 28, 28) + b"1")
    refused(load_idx, short, "it ends before the 47040000 bytes")


def test_damaged_gzip(refused):
    packed = gzip.compress(struct.pack(">4BI", 0, 0, 8, 1, 500) + os.urandom(500))
    refused(load_idx, packed[:200], "cannot be read .*; it is damaged, or may not be read")
    refused(load_idx, packed[:60] + b"\xff" * 200 + packed[260:], "cannot be read|it ends before")
    refused(load_csv, packed[:60], "cannot be read|no text")


# ------------------------------------------------------------------ archives


def npy(header, data=b"", version=b"\x01\x00"):
    text = header.encode()
    size = struct.pack("<H" if version == b"\x01\x00" else "<I", len(text))
    return b"\x93NUMPY" + version + size + text + data


def header(shape, dtype="'|u1'", order=False):
    return f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def archive(method=zipfile.ZIP_DEFLATED, **members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, raw in members.items():
            made.writestr(f"{name}.npy", raw)
    return file.getvalue()


@pytest.mark.parametrize(
    ("member", "match"),
    [
        (npy(header((10**12,))), r"array 'x_train': it ends before the 1000000000000 bytes"),
        (npy(header((10**17, 10**17))), "it ends before the 1" + "0" * 34 + " bytes"),
        (npy(header((0, 10**17, 10**17))), "no array has the shape"),
        (npy(header((-1,))), r"its header .*'shape': \(-1,\).* is none of an array of numbers"),
        (npy(header((10**18,))), "is none of an array of numbers"),
        (npy(header((1,) * 9)), "is none of an array of numbers"),
        (npy(header((2,)), b"1"), "it ends before the 2 bytes"),
        (npy(header((1,), "'|u1'", True), b"12"), "bytes follow after its last value"),
        (npy(header((1,), "'|O'"), pickle.dumps([1])), "it holds objects; here numbers are needed"),
        (npy(header((1,), "'|S99999999'"), b"1"), "is none of an array of numbers"),
        (npy(header((1,), "'<M8[s]'"), bytes(8)), "is none of an array of numbers"),
        (npy(header((1,), "[('a', '|O')]"), b"1"), "is none of an array of numbers"),
        (npy(header((1,), "__import__('os').getcwd()")), "is none of an array of numbers"),
        (npy("{" * 9000), "is none of an array of numbers"),
        (npy(header((1,)) + " " * 99, b"1", b"\x02\x00"), "does not begin as NumPy's arrays of"),
        (b"no array", "does not begin as NumPy's arrays of numbers do"),
        (b"\x93NUMPY\x01\x00\xff\xff", "it ends before the 65535 bytes"),
        (b"", "it ends before the 8 bytes"),
    ],
)
def test_a_member_that_is_not_what_it_says(refused, member, match):
    refused(load_mnist, archive(x_train=member, y_train=b"", x_test=b"", y_test=b""), match)


def test_a_member_that_unfolds_beyond_what_its_header_announces(refused):
    bomb = npy(header((1,)), bytes(50 * MEGABYTE))
    refused(load_mnist, archive(x_train=bomb), "bytes follow after its last value")
    # Sizes that the archive's own directory makes up are compared with the packed bytes.
    raw = bytearray(archive(x_train=npy(header((2**31 - 999,)), b"1")))
    for start, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = raw.find(start) + at
        raw[place : place + 4] = struct.pack("<I", 2**31)
    refused(load_mnist, bytes(raw), "it ends before the 2147482649 bytes")


def test_archives_that_numpy_does_not_write(refused):
    one = npy(header((1,)), b"1")
    refused(load_mnist, archive(zipfile.ZIP_BZIP2, x_train=one), "by another method than deflate")
    encrypted = bytearray(archive(x_train=one))
    encrypted[encrypted.find(b"PK\x01\x02") + 8] |= 1
    refused(load_mnist, bytes(encrypted), "is encrypted")
    damaged = bytearray(archive(zipfile.ZIP_STORED, x_train=one))
    damaged[damaged.find(b"shape")] ^= 32
    refused(load_mnist, bytes(damaged), "no archive of arrays, or a damaged|is none of an array")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as twice:
        twice.writestr("x_train.npy", one)
        with pytest.warns(UserWarning, match="Duplicate"):
            twice.writestr("x_train.npy", one)
    refused(load_mnist, file.getvalue(), "the array 'x_train' is needed once")
    refused(load_mnist, archive()[:-3], "no archive of arrays, or a damaged one")


def test_an_array_of_objects_that_python_2_wrote(tmp_path):
    """Its header has whole numbers with an L, its pickle protocol 2."""
    lists = b"".join(b"]q\x05(K\x05M\x00\x01e" for _ in range(2))
    pickled = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b"
        b"\x87R(K\x01K\x02\x85cnumpy\ndtype\nq\x03U\x02O8K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff"
        b"\xff\xffJ\xff\xff\xff\xffK?tb\x89](" + lists + b"etb."
    )
    reviews = npy("{'descr': '|O8', 'fortran_order': False, 'shape': (2L,), }\n", pickled)
    labels = npy(header("(2L,)", "'<i8'"), struct.pack("<2q", 1, 1))
    path = tmp_path / "imdb.npz"
    path.write_bytes(archive(x_train=reviews, y_train=labels, x_test=reviews, y_test=labels))
    (x, y), _ = load_imdb(path)
    # The largest number is out of a vocabulary that is not given, as in Keras.
    assert (x.tolist(), y.tolist()) == ([[1, 8, 2], [1, 8, 2]], [1, 1])


# ------------------------------------------------------------------ pickles


class Executed:
    """Leaves a file where its pickle is executed."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


BATCHES = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]


@pytest.fixture
def as_batch(tmp_path, refused):
    """Refuse a pickle, be it a batch of CIFAR-10's or the reviews of IMDB's archive."""

    def check(raw, match, most=8 * MEGABYTE):
        def load_folder(path):
            for name in BATCHES:
                (tmp_path / name).unlink(missing_ok=True)
                os.link(path, tmp_path / name)
            try:
                load_cifar10(tmp_path)
            except FileError as error:
                raise FileError(f"{path}: {error}") from None

        refused(load_folder, raw, match, most)
        member = npy(header((1,), "'|O'"), raw)
        refused(load_imdb, archive(x_train=member), match, most)

    return check


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_is_executed(tmp_path, as_batch, protocol):
    raw = pickle.dumps({b"data": Executed(tmp_path / "executed")}, protocol)
    as_batch(raw, "its pickle calls 'io.open'; data are numbers|which data do not need")


@pytest.mark.parametrize(
    ("raw", "match"),
    [
        (b"cos\nsystem\n(U\x04true\x85R.", "its pickle calls 'os.system'"),
        (b"cbuiltins\neval\n.", "its pickle calls 'builtins.eval'"),
        (b"cnumpy\nload\n.", "its pickle calls 'numpy.load'"),
        (b"cnumpy.core.multiarray\nfromfile\n.", "its pickle calls"),
        (b"\x8c\x02os\x8c\x06system\x93.", "its pickle calls 'os.system'"),
        (b"(ios\nsystem\n.", "the instruction b'i', which data do not need"),
        (b"(U\x02os\x81.", r"the instruction b'\\x81'"),
        (b"Pname\n.", "the instruction b'P'"),
        (b"\x82\x01.", r"the instruction b'\\x82'"),
        (b"I9999999999999999999999\n.", "the instruction b'I'"),
        (b"c" + b"a" * 300 + b"\nb\n.", "its pickle ends before it should"),
        (b"cnumpy", "its pickle ends before it should"),
        (b"", "its pickle ends before it should|the instruction b''"),
        (b"]", "its pickle ends before it should|the instruction b''"),
        (b"].rest", "bytes follow after its pickle"),
        (b"T\xff\xff\xff\x7f.", "its pickle ends before it should"),
        (b"B\xff\xff\xff\xff.", "its pickle ends before it should"),
        (b"\x8e" + b"\xff" * 8 + b".", "its pickle ends before it should"),
        (b"\x80\x04\x95" + b"\xff" * 7 + b"\x00.", "its pickle ends before it should"),
        (b"Nr\xff\xff\xff\xff.", "a memory place that no data need"),
        (b"Nr\x00\x00\x20\x00.", "a memory place that no data need"),
        (b"j\xff\xff\xff\xff.", "its pickle cannot be read"),
        (b"e.", "its pickle cannot be read"),
        (b"N)R.", "its pickle cannot be read"),
        (b")" + b"\x85" * 5000 + b".", "its pickle has more parts than data need"),
        (b"}" * 5000 + b".", "its pickle has more parts than data need"),
        (b"cnumpy\ndtype\nU\x04V999\x85R.", "an array of dtype 'V999', not of numbers"),
        (b"cnumpy\ndtype\n]\x85R.", "not of numbers|cannot be read"),
        (b"cnumpy\ndtype\n}U\x08__call__Nsb.", "its pickle would change a function"),
        (b"cnumpy\ndtype\nU\x02u1\x85R(K\x03U\x01!tb.", "an array of byte order '!'"),
        (b"cnumpy\nndarray\n)R.", "an array without shape or dtype|cannot be read"),
        (b"c_codecs\nencode\nX\x01\x00\x00\x00aU\x05utf-8\x86R.", "bytes that are written as no"),
        (b"c_codecs\nencode\nX\x20\x00\x00\x00" + b"a" * 32 + b"U\x06latin1\x86R.", "as no data's"),
    ],
)  # fmt: skip
def test_a_pickle_that_data_do_not_need(as_batch, raw, match):
    as_batch(raw, match, most=64 * MEGABYTE)


def test_objects_that_are_no_row(refused):
    member = npy(header((1, 1), "'|O'"), array_of(b"K\x01K\x01\x86", b"O8", b"](K\x01e"))
    refused(load_imdb, archive(x_train=member), r"its objects of shape \(1, 1\) are no row")
    member = npy(header((2,), "'|O'"), array_of(b"K\x01\x85", b"O8", b"](K\x01e"))
    refused(load_imdb, archive(x_train=member), "no list of the 2 objects that its header")


def test_a_pickle_of_very_many_lists(tmp_path):
    member = npy(header((1,), "'|O'"), b"]" * 1_100_000 + b".")
    (tmp_path / "imdb.npz").write_bytes(archive(x_train=member))
    with pytest.raises(FileError, match="its pickle has more parts than data need"):
        load_imdb(tmp_path / "imdb.npz")


def array_of(shape, code, data):
    """The pickle of an array whose state is what it is told."""
    return (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
        + shape
        + b"cnumpy\ndtype\nU"
        + bytes([len(code)])
        + code
        + b"K\x00K\x01\x87R\x89"
        + data
        + b"tb."
    )


@pytest.mark.parametrize(
    ("shape", "code", "data", "match"),
    [
        (b"J\xff\xff\xff\x7f\x85", b"u1", b"U\x011", "an array whose bytes do not fit shape"),
        (b"J\xff\xff\xff\xff\x85", b"u1", b"U\x011", "an array without shape or dtype"),
        (b"K\x01", b"u1", b"U\x011", "an array without shape or dtype"),
        (b"K\x01\x85", b"u1", b"](K\x01e", "an array whose bytes do not fit shape"),
        (b"K\x01\x85", b"O8", b"U\x0812345678", "no row of objects of the shape"),
        (b"K\x02\x85", b"O8", b"](K\x01e", "no row of objects of the shape"),
        (b"K\x01K\x01\x86", b"O8", b"](K\x01e", "no row of objects of the shape"),
    ],
)
def test_an_array_in_a_pickle_that_is_not_what_it_says(as_batch, shape, code, data, match):
    as_batch(array_of(shape, code, data), match)


def test_a_pickle_that_unfolds(refused):
    raw = npy(header((1,), "'|O'"), b"](" + b"K\x01" * 40 * MEGABYTE + b"e.")
    refused(load_imdb, archive(x_train=raw), "it is longer than 67108864 bytes", 2**28)


def test_one_review_named_many_times(refused):
    """Two thousand reviews are one of forty thousand words, which only a list of all unfolds."""
    lists = b"](](" + b"K\x01" * 40_000 + b"eq\x01" + b"h\x01" * 1999 + b"e"
    reviews = npy(header((2000,), "'|O'"), array_of(b"M\xd0\x07\x85", b"O8", lists))
    labels = npy(header((2000,), "'<i8'"), bytes(16_000))
    raw = archive(x_train=reviews, y_train=labels, x_test=reviews, y_test=labels)
    refused(load_imdb, raw, "the reviews have more than 67108864 words")
