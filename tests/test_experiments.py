"""Every experiment, by the command: that its claims hold and its figures can be printed."""

import json
from pathlib import Path

import pytest
from matplotlib.text import Text

from experiments.catalogue import catalogue
from experiments.cli import main
from neurosim.result import Result


@pytest.fixture
def results(monkeypatch):
    """What is saved, as it was."""
    kept, save = [], Result.save
    monkeypatch.setattr(Result, "save", lambda result, to: kept.append(result) or save(result, to))
    return kept


@pytest.mark.compiled
@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_it_runs_quickly_holds_and_can_be_printed(entry, results, tmp_path, monkeypatch, capsys):
    assert entry.row, f"{entry.module}: the docstring's first line names no lecture row"
    assert entry.chinese, f"{entry.module}: the docstring's first line has no Chinese title"
    monkeypatch.chdir(tmp_path)
    status = main(["run", entry.name, "--quick", "--json"])
    content = json.loads(capsys.readouterr().out)
    assert content["experiment"] == entry.name
    assert content["claims"], "an experiment that claims nothing shows nothing"
    assert [claim for claim in content["claims"] if not claim["holds"]] == []
    assert status == 0
    assert content["figures"]
    assert all(Path(figure).is_file() for figure in content["figures"])
    (result,) = results
    for name, figure in result.figures.items():
        assert_legible(name, figure)


def assert_legible(name, figure):
    """On a page of 17 cm, without letters that few fonts have."""
    figure.draw_without_rendering()
    shrunk = min(1.0, 17 / 2.54 / figure.get_size_inches()[0])
    shown = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    assert min(t.get_fontsize() for t in shown) * shrunk >= 6, name
    assert not any("\u4e00" <= letter <= "\u9fff" for t in shown for letter in t.get_text())
