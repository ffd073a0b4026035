"""The experiment `cnn`: its claims, its fields, and CIFAR-10's files."""

import numpy as np
import pytest

from experiments import cnn
from neurosim import FileError, InputError

pytestmark = pytest.mark.compiled


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


def test_every_claim_holds_with_the_fewest_filters():
    assert failed(cnn.run(filters=8, seed=1, quick=True)) == []


@pytest.mark.slow
def test_98_percent_of_the_digits_held_out_are_told_right():
    result = cnn.run()
    assert failed(result) == []
    assert any(claim.claim.startswith("98%") for claim in result.claims)


def write_cifar(folder, rng, count=20):
    for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"):
        labels = np.repeat([3, 8], count // 2).astype(np.uint8)  # cats are red, ships are blue
        planes = rng.integers(0, 60, (count, 3, 1024)).astype(np.uint8)
        planes[labels == 3, 0] += 190
        planes[labels == 8, 2] += 190
        rows = np.column_stack([labels, planes.reshape(count, -1)])
        (folder / f"{name}.bin").write_bytes(rows.tobytes())


def test_a_users_images_are_learned(tmp_path, rng):
    write_cifar(tmp_path, rng)
    result = cnn.run(data=tmp_path, filters=8, quick=True)
    assert failed(result) == []
    table = {row[0]: row[1:] for row in result.tables["confusion"].rows}
    assert (table["cat"][3], table["ship"][8]) == (10, 10)
    with pytest.raises(FileError, match=r"has no file data_batch_1"):
        cnn.run(data=tmp_path / "..")


def test_fields_lie_beside_one_another():
    kernels = np.zeros((3, 3, 1, 5))
    kernels[..., 0, :] = np.arange(5)
    sheet = cnn._sheet(kernels)
    assert sheet.shape == (7, 11)
    np.testing.assert_array_equal(sheet[4:7, 4:7], 4)
    assert np.isnan(sheet[3]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": 7}, r"^filters must be from 8 to 64 \(got 7\)"),
        ({"epochs": 2}, r"^epochs must be from 3 to 200 \(got 2\)"),
        ({"folds": 2}, r"^folds must be from 3 to 10"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        cnn.run(**options)
