"""What the README shows is true: its example runs, its table names the experiments there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_there_are_seven_examples():
    assert len(EXAMPLES) == 7


@pytest.mark.compiled
def test_the_example_runs_and_answers_as_its_comments_say(tmp_path, monkeypatch, capsys):
    example = EXAMPLES[0]
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("1\n")
    assert "Proved: circuit 'xor' equals its specification on all 4 inputs." in printed
    assert printed.endswith("Outputs(sum=0, carry=1)\n")
    assert (tmp_path / "xor.png").stat().st_size > 0


@pytest.mark.compiled
def test_the_graded_and_recurrent_example_answers_as_its_comments_say(capsys):
    exec(compile(EXAMPLES[1], "README.md", "exec"), {})
    sheet, steady, record = capsys.readouterr().out.splitlines()
    assert sheet == "(64, 64)"
    assert float(steady) == pytest.approx(2, abs=1e-6)
    assert record == "(1, 200)"


@pytest.mark.compiled
def test_the_example_of_three_levels_answers_as_its_comments_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLES[2], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("cash register: 7 of 7 statements hold, 7 of them proved\n")
    assert {path.name for path in tmp_path.iterdir()} == {"levels.png", "lesions.png"}


@pytest.mark.compiled
def test_the_measuring_example_answers_as_its_comments_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLES[3], "README.md", "exec"), {})
    ratio, fitted, correlation = capsys.readouterr().out.splitlines()
    assert ratio == "F1/F0 = 1.70"
    assert "preferred = 30 ±" in fitted
    assert correlation == "r = 0.95"
    assert {path.name for path in tmp_path.iterdir()} == {"tuning.png", "tuning.csv"}


@pytest.mark.compiled
def test_the_learning_example_answers_as_its_comments_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLES[4], "README.md", "exec"), {})
    learned, bound, proof = capsys.readouterr().out.splitlines()
    assert learned == "perceptron rule: converged after 9 passes, 18 mistakes"
    assert bound == "51"
    assert proof.startswith("Proved")
    assert {path.name for path in tmp_path.iterdir()} == {"perceptron.png"}


@pytest.mark.compiled
def test_the_example_of_networks_answers_as_its_comments_say(capsys):
    from circuits.stimuli import Screen, white_noise
    from neurosim.measuring import reverse_correlation

    made: dict = {}
    exec(compile(EXAMPLES[5], "README.md", "exec"), made)
    judged, same = capsys.readouterr().out.splitlines()
    loss, accuracy = eval(judged)
    assert loss < 0.3
    assert accuracy > 0.93
    assert same == "True"
    noise = white_noise(Screen((8, 8)), count=5_000)  # "probe it"
    found = reverse_correlation(made["circuit"]["dense"][0], noise)
    known = made["model"].layers[1].get_weights()[0][:, 0].reshape(8, 8)
    assert found.correlation(known) > 0.9


def test_every_experiment_is_in_the_table_and_no_other():
    from experiments.catalogue import catalogue

    named = re.findall(r"\| (\d+) \|.*\| `neurosim run ([a-z-]+)` \|", README)
    assert {name: int(row) for row, name in named} == {
        name: entry.row for name, entry in catalogue().items()
    }


@pytest.mark.compiled
def test_the_first_command_checks_as_many_claims_as_it_says():
    from experiments import lgn

    (said,) = re.findall(r"checks (\d+) claims", README)
    assert len(lgn.run(quick=True).claims) == int(said)


def test_what_it_links_to_exists():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.compiled
def test_the_example_of_coursework_answers_as_its_comments_say(capsys):
    exec(compile(EXAMPLES[6], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("Proved: ")
    assert printed.endswith("on all 65,536 inputs.\n")


def test_the_experiment_in_contributing_runs():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", contributing, re.DOTALL)
    names = {}
    exec(compile(example, "CONTRIBUTING.md", "exec"), names)
    for threshold in (-1.0, 0.5, 1.0, 2.0, 3.0):
        result = names["run"](threshold)
        assert result.holds
        assert result.figures.keys() == {"counting"}
