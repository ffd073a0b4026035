"""The experiment `composition`: gates called on gates, and its progress."""

import json

import pytest

from experiments import composition
from experiments.cli import main


def test_xor_is_made_by_calling_gates_on_gates():
    made = composition._xor_of_gates()
    assert made.check(lambda x, y: x ^ y)
    assert [p.name for p in made.neuron_populations] == ["or.z", "nand.z", "and.z"]


@pytest.mark.compiled
def test_composition_shows_its_progress(monkeypatch, tmp_path, capsys):
    shown = []
    monkeypatch.setattr(composition, "progress", lambda work, text: shown.append(text) or work)
    assert main(["run", "composition", "--bits", "2", "--json", "--out", str(tmp_path)]) == 0
    claims = json.loads(capsys.readouterr().out)["claims"]
    assert any("XOR of gates" in claim["claim"] for claim in claims)
    assert shown == ["proving"]
