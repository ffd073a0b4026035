"""The gradient of a table on the card, by the simulator: runs of lookups, and pieces of them."""

import numpy as np
import pytest

from neurosim.cuda import embedding, simulated
from neurosim.cuda.launches import launch
from neurosim.kernels import cuda_embedding


def added(indices, rows, table_rows):
    """The rows added to a table of zeros, on the card and by NumPy."""
    table = np.zeros((table_rows, rows.shape[1]), rows.dtype)
    there = simulated.ndarray(table.copy())
    embedding.add_rows(simulated.ndarray(indices), simulated.ndarray(rows), there)
    inside = (indices >= 0) & (indices < table_rows)
    np.add.at(table, indices[inside], rows[inside])
    return there.get(), table


@pytest.mark.parametrize("piece", [2, 3, 4])
@pytest.mark.parametrize(
    "indices",
    [
        [], [4], [1, 1], [0] * 16, [3] * 17, [0, 1, 2, 3, 4], [4, 3, 2, 1, 0],
        [0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2], [2, 0, 2, 0, 2, 0, 2, 0, 2], [0] * 9 + [1] * 27 + [2],
        [-1, 0, 5, 5, 0, -1, -1, 5, 4], [9] * 7,
    ],
    ids=len,
)  # fmt: skip
def test_runs_are_added_up_whole(rng, monkeypatch, piece, indices):
    monkeypatch.setattr(cuda_embedding, "PIECE", piece)
    rows = rng.integers(-9, 9, (len(indices), 2)).astype(np.float32)  # whose sums are exact
    found, expected = added(np.array(indices, np.int64), rows, 5)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("lookups", "rows"), [(1, 1), (37, 3), (70, 200), (130, 9)])
def test_lookups_at_random_half_of_one_row(rng, lookups, rows):
    indices = rng.integers(0, rows, lookups)
    indices[rng.random(lookups) < 0.5] = 0
    found, expected = added(indices, rng.normal(size=(lookups, 2)), rows)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_row_of_many_lookups_is_added_up_by_many_threads(rng, monkeypatch):
    launched, launch = [], embedding.launch

    def noted(kernel, wanted, *arguments):
        launched.append((kernel, wanted))
        launch(kernel, wanted, *arguments)

    monkeypatch.setattr(embedding, "launch", noted)
    monkeypatch.setattr(cuda_embedding, "PIECE", 4)
    added(np.zeros(64, np.int64), rng.normal(size=(64, 3)), 7)
    assert launched == [
        *[(cuda_embedding.merge_stretches, 64)] * 6,
        *[(cuda_embedding.sum_runs, pieces * 3) for pieces in (16, 4, 1)],
    ]


def test_a_row_of_the_table_is_written_by_one_thread_at_a_time(monkeypatch):
    # The simulator's threads take turns, and would hide that several write to one place.
    monkeypatch.setattr(cuda_embedding, "PIECE", 3)
    rows = simulated.asarray(np.array([0, 0, 1, 1, 1, 1, 1, 1, 1, 4, 4]))
    values = simulated.asarray(2.0 ** np.arange(11)[:, None])
    table, left_over = simulated.zeros((5, 1)), simulated.zeros((4, 1))
    launch(cuda_embedding.sum_runs, 4, 1, rows, values, table, left_over)
    assert table.get()[:, 0].tolist() == [3, 4, 0, 0, 1536]  # each run in its first piece
    assert left_over.get()[:, 0].tolist() == [0, 56, 448, 0]
