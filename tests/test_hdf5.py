"""Weights in HDF5: plain arrays of numbers in the file itself, and nothing else."""

import io

import numpy as np
import pytest

from neurosim import FileError
from neurosim.networks import Dense, Input, Sequential
from neurosim.networks.saving import hdf5

h5py = pytest.importorskip("h5py", reason="h5py is not installed (extra: keras)")

KERNEL, BIAS = "layers/dense/vars/0", "layers/dense/vars/1"


def network():
    return Sequential([Input((3,)), Dense(2, name="z")], seed=0)


def file(change=None, **options):
    """A file of weights, changed before it is closed."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as made:
        made[KERNEL], made[BIAS] = np.ones((3, 2), "f4"), np.ones(2, "f4")
        if change is not None:
            change(made)
    return buffer.getvalue()


def replaced(path, **options):
    def change(made):
        del made[path]
        made.create_dataset(path, **options)

    return change


def linked(path, link):
    def change(made):
        made.pop(path, None)
        made[path] = link

    return change


def virtual(made):
    layout = h5py.VirtualLayout(shape=(3, 2), dtype="f4")
    layout[:] = h5py.VirtualSource("secret.h5", "x", shape=(3, 2))
    del made[KERNEL]
    made.create_virtual_dataset(KERNEL, layout)


def in_a_circle(made):
    made["layers/dense/again"] = made["layers"]


def unwritten(made):
    """A contiguous array that takes no place, since nothing was written to it."""
    del made[KERNEL]
    made.create_dataset(KERNEL, shape=(10**7, 10**7), dtype="f4")


def a_type_of_its_own(made):
    made["kind"] = np.dtype("f4")


def deep(made):
    made.create_group("/".join("a" * 80))


def read(content, tmp_path):
    path = tmp_path / "run.weights.h5"
    path.write_bytes(content)
    model = network()
    model.load_weights(path)
    return model.get_weights()


def test_a_good_file_is_read(tmp_path):
    for weights in read(file(), tmp_path):
        assert (weights == 1).all()


def test_counters_and_seeds_of_keras_are_passed_over(tmp_path):
    def change(made):
        made["layers/dropout/seed_generator/vars/0"] = np.array([1, 2], np.uint32)
        made["optimizer/vars/0"] = np.int64(3)
        made.create_group("layers/flatten/vars")

    assert (read(file(change), tmp_path)[0] == 1).all()


@pytest.mark.parametrize("dtype", ["f2", ">f4", "f8"])
def test_other_real_numbers_are_read(dtype, tmp_path):
    content = file(replaced(KERNEL, data=np.full((3, 2), 0.5, dtype)))
    assert (read(content, tmp_path)[0] == 0.5).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (linked(KERNEL, h5py.SoftLink("/layers/dense/vars/1")), f"'{KERNEL}' is a link"),
        (linked(KERNEL, h5py.ExternalLink("secret.h5", "x")), f"'{KERNEL}' is a link"),
        (linked("aside", h5py.ExternalLink("/etc/passwd", "x")), "'aside' is a link"),
        (linked("layers/dense/vars/2", h5py.SoftLink("nowhere")), "vars/2' is a link"),
        (in_a_circle, "'layers/dense/again' is one thing in two places"),
        (virtual, f"'{KERNEL}' is an array that is kept in other files"),
        (
            replaced(KERNEL, shape=(3, 2), dtype="f4", external=[("secret.bin", 0, 24)]),
            f"'{KERNEL}' is an array that is kept in other files",
        ),
        (
            replaced(KERNEL, data=np.zeros((3, 2), "f4"), chunks=(1, 2)),
            f"'{KERNEL}' is an array that is compressed, or longer than the file",
        ),
        (
            replaced(KERNEL, shape=(10**6, 10**6), dtype="f4", chunks=(10**3, 10**3),
                     compression="gzip"),
            "compressed, or longer than the file",
        ),
        (unwritten, f"'{KERNEL}' is an array that is compressed, or longer than the file"),
        (replaced(KERNEL, data="text"), "is an array of object, not of numbers"),
        (
            replaced(KERNEL, shape=(2,), dtype=h5py.vlen_dtype("f4")),
            "is an array of object, not of numbers",
        ),
        (replaced(KERNEL, data=np.bytes_(b"x")), "not of numbers"),
        (replaced(KERNEL, data=np.zeros(2, "f4,i4")), "not of numbers"),
        (replaced(KERNEL, data=np.zeros((3, 2), bool)), "is an array of bool, not of numbers"),
        (replaced(KERNEL, data=np.zeros((3, 2), complex)), "complex128, not of numbers"),
        (replaced(KERNEL, data=h5py.Empty("f4")), "not of numbers"),
        (replaced(KERNEL, shape=(1,), dtype=h5py.ref_dtype), "not of numbers"),
        (a_type_of_its_own, "'kind' is neither a group nor an array"),
        (deep, "is groups within groups, too deeply"),
        (replaced(KERNEL, data=np.zeros((3, 2), int)), "Dense 'z': kernel must be real numbers"),
        (
            replaced(KERNEL, data=np.zeros((2, 3), "f4")),
            rf"Dense 'z': kernel has shape \(3, 2\), and {KERNEL} in the file has \(2, 3\)",
        ),
        (replaced(KERNEL, data=np.full((3, 2), np.nan)), "Dense 'z': kernel is not finite"),
        (lambda made: made.pop(BIAS), rf"Dense 'z': bias is missing \({BIAS}, of shape \(2,\)\)"),
        (
            lambda made: made.create_dataset("layers/dense_1/vars/0", data=np.zeros(4)),
            r"it holds layers/dense_1/vars/0, of shape \(4,\), and Sequential has no such weights",
        ),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(change, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.bin").write_bytes(bytes(24))
    with h5py.File("secret.h5", "w") as secret:
        secret["x"] = np.ones((3, 2), "f4")
    with pytest.raises(FileError, match=message) as raised:
        read(file(change), tmp_path)
    assert "run.weights.h5'" in str(raised.value)


def test_too_many_things_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "MOST_OBJECTS", 20)

    def change(made):
        for number in range(30):
            made.create_group(f"g{number}")

    with pytest.raises(FileError, match="or too many things"):
        read(file(change), tmp_path)


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    whole = file()
    for length in range(0, len(whole), max(1, len(whole) // 100)):
        with pytest.raises(
            FileError, match=r"run.weights.h5': its weights are no HDF5, or damaged"
        ):
            read(whole[:length], tmp_path)


def test_a_changed_byte_harms_nothing(rng, tmp_path):
    """Weights alone have no checksum: other numbers may come out, or one clear error."""
    whole = file()
    refused = 0
    for at in rng.integers(0, len(whole), size=150):
        changed = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            found = read(changed, tmp_path)
        except FileError:
            refused += 1
        else:
            assert [weights.shape for weights in found] == [(3, 2), (2,)]
    assert refused
