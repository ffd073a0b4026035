"""The experiment `inhibition`: what it refuses, its randomness, and its caveat."""

import numpy as np
import pytest

from experiments import inhibition
from experiments.cli import main
from neurosim.plotting import new_figure
from neurosim.result import Result


def failed(result):
    return [claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize("c50", ["1e-300", "0", "1", "nan"])
def test_a_c50_that_cannot_be_is_named(c50, tmp_path, capsys):
    assert main(["run", "inhibition", "--c50", c50, "--out", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "c50" in err
    assert len(err.splitlines()) == 1


def test_the_seed_is_heard(monkeypatch):
    heard = []
    generator = np.random.default_rng

    def noted(seed):
        heard.append(seed)
        return generator(seed)

    monkeypatch.setattr(np.random, "default_rng", noted)
    assert failed(inhibition.run(seed=5)) == []
    assert heard == [5]


def test_the_cell_fires_as_often_as_cells_do():
    assert 100 < inhibition._firing_rate(np.array(3.0), 0.01) < 500  # spikes a second


def test_both_halves_of_the_caveat_are_claimed():
    result = Result("inhibition")
    _, ax = new_figure()
    inhibition._holt_koch(result, ax)
    assert failed(result) == []
    (divided,) = (c for c in result.claims if "below threshold" in c.claim)
    assert divided.measured == pytest.approx(4)
