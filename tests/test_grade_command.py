"""`neurosim grade`: what it prints and writes, its exit status, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest

from circuits.exercises import NAMES
from experiments.cli import main
from neurosim.grading import Grade, PartGrade, marking

SOLUTIONS = Path(__file__).parent / "solutions"
WRONG = """
from neurosim import Circuit

def spot_detector():
    print("made")
    raise ValueError("not yet")
"""


@pytest.fixture
def files(tmp_path):
    good, wrong, unread = (tmp_path / f"{name}.py" for name in ("anna", "ben", "carl"))
    good.write_text((SOLUTIONS / "spot_detector.py").read_text())
    wrong.write_text(WRONG)
    unread.write_text("def f(:\n")
    return [str(good), str(wrong), str(unread)]


def test_full_marks_are_status_0(files, capsys):
    assert main(["grade", files[0], "--against", "spot-detector"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{files[0]} against spot-detector: 10 of 10 points\n")
    assert told.count("✓") == 5


def test_several_files_have_a_table_and_a_csv(files, capsys, tmp_path):
    out = tmp_path / "grades.csv"
    words = ["grade", *files, "--against", "Spot_Detector", "--time", "20", "--out", str(out)]
    assert main(words) == 1
    told = capsys.readouterr().out
    assert "spot_detector(): ValueError in line 6: not yet\n      it printed: made" in told
    *_, head, anna, ben, carl, mean = told.splitlines()
    assert head.split() == ["file", "score", "failed"]
    assert anna.split() == [files[0], "10/10"]
    assert ben.split()[:2] == [files[1], "0/10"]
    assert carl.split()[1:] == ["0/10", "could", "not", "be", "read"]
    assert mean == "3 files, mean 3.3 of 10"
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["score"] for row in rows] == ["10", "0", "0"]
    assert rows[0]["size"] == "2"
    assert rows[2]["problem"].startswith("SyntaxError")


def test_an_interrupted_class_keeps_the_grades_that_it_has(files, tmp_path, monkeypatch):
    given = []

    def grade(path, exercise, limits):
        if given:
            raise KeyboardInterrupt
        given.append(path)
        return Grade(str(path), exercise.name, (PartGrade("size", 2, True, ""),))

    monkeypatch.setattr(marking, "grade", grade)
    out = tmp_path / "grades.csv"
    assert main(["grade", *files, "--against", "spot-detector", "--out", str(out)]) == 130
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["2"]


def test_json_is_all_that_is_printed(files, capsys):
    assert main(["grade", files[2], "--against", "adder", "--json"]) == 1
    (record,) = json.loads(capsys.readouterr().out)
    assert (record["score"], record["points"], len(record["parts"])) == (0, 10, 5)
    assert record["problem"] == "SyntaxError: invalid syntax (carl.py, line 1)"


def test_the_exercises_are_listed(capsys):
    assert main(["grade", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["exercise", *NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_is_python_and_holds_its_task(name, capsys):
    assert main(["grade", "--starter", name]) == 0
    printed = capsys.readouterr().out
    made: dict = {}
    exec(compile(printed, name, "exec"), made)
    assert len(made["__doc__"].splitlines()) > 8
    assert max(map(len, printed.splitlines())) <= 100


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["FILE"], "against which exercise? --against EXERCISE"),
        (["--against", "adder"], "which files? neurosim grade FILE.py"),
        (["FILE", "--against", "ader"], "unknown exercise 'ader'; did you mean 'adder'?"),
        (["--starter", "nothing"], "unknown exercise 'nothing'; there are gate, adder"),
        (["nowhere.py", "--against", "adder"], "nowhere.py cannot be read (no such file"),
        (["FILE", "nowhere.py", "--against", "adder"], "nowhere.py cannot be read"),
        ([".", "--against", "adder"], ". is no file: give the student's Python file"),
        (["FILE", "--against", "adder", "--time", "0"], "the time limit must be finite and above"),
        (["FILE", "--against", "adder", "--time", "9999"], "must be 3600 seconds or less"),
        (["FILE", "--against", "adder", "--time", "soon"], "--time: invalid float value: 'soon'"),
        (["FILE", "--against", "adder", "--memory", "64"], "must be 384 MB or more (got 64)"),
        (["FILE", "--against", "adder", "--out", "no/x.csv"], "--out takes a file in a folder"),
        (["FILE", "--agianst", "adder"], "unknown option --agianst; did you mean '--against'?"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(files, capsys, words, told):
    words = [files[0] if word == "FILE" else word for word in words]
    assert main(["grade", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
    assert len(said.err.splitlines()) == 1


def test_the_help_says_that_it_is_no_sandbox(capsys):
    with pytest.raises(SystemExit) as end:
        main(["grade", "--help"])
    assert end.value.code == 0
    assert "NO SANDBOX" in capsys.readouterr().out
