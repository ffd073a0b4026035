"""The experiment `mlp-multiclass`: its claims at the ends of its parameters, and MNIST's files."""

import struct

import numpy as np
import pytest

from experiments import mlp_multiclass
from neurosim import FileError, InputError

pytestmark = pytest.mark.compiled


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize(("units", "dropout"), [(64, 0.3), (128, 0.0)])
def test_every_claim_holds_at_the_ends_of_the_parameters(units, dropout):
    result = mlp_multiclass.run(units=units, dropout=dropout, epochs=10, seed=1, quick=True)
    assert failed(result) == []
    counts = np.array([row[1:] for row in result.tables["confusion"].rows])
    # How many there are of each digit (Alpaydin & Kaynak 1998).
    assert list(counts.sum(axis=1)) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.trace(counts) == result.tables["held-out"].rows[0][1]


def write_mnist(folder, rng, train=300, test=100):
    for name, count in (("train", train), ("t10k", test)):
        labels = rng.integers(0, 10, count).astype(np.uint8)
        images = np.zeros((count, 28, 28), np.uint8)
        images[np.arange(count), labels * 2] = 255  # a line whose height tells the class
        sizes = struct.pack(">IIII", 0x803, count, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(sizes + images.tobytes())
        sizes = struct.pack(">II", 0x801, count)
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(sizes + labels.tobytes())


def test_a_users_images_are_learned(tmp_path, rng):
    write_mnist(tmp_path, rng)
    result = mlp_multiclass.run(data=tmp_path, quick=True)
    assert failed(result) == []
    assert result.tables["held-out"].rows[0][1:3] == (100, 100)
    with pytest.raises(FileError, match="has no file train-images-idx3-ubyte"):
        mlp_multiclass.run(data=tmp_path / "..")


def test_the_claim_about_sums_can_fail(monkeypatch):
    def logistic(units, activation=None, **options):
        name = "sigmoid" if activation == "softmax" else activation
        return dense(units, name, **options)

    dense = mlp_multiclass.Dense
    monkeypatch.setattr(mlp_multiclass, "Dense", logistic)
    wrong = " ".join(failed(mlp_multiclass.run(quick=True)))
    assert "add up to 1" in wrong


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 63}, r"^units must be from 64 to 1024 \(got 63\)"),
        ({"dropout": 0.6}, r"^dropout must be from 0 to 0.3 \(got 0.6\)"),
        ({"epochs": 9}, r"^epochs must be from 10 to 200 \(got 9\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        mlp_multiclass.run(**options)
