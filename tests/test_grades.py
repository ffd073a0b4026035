"""Grades as text: what each part says, what it says again, and the table of several files."""

import csv
from dataclasses import replace

from neurosim.grading import Grade, PartGrade
from neurosim.grading.grades import table, write_table


def graded(*told):
    parts = (PartGrade(f"{n}, part", 1, not one, one or "Proved") for n, one in enumerate(told))
    return Grade("anna.py", "adder", tuple(parts))


def test_what_a_part_before_was_told_is_not_said_again():
    assert str(graded("no output", "", "no output", "")).splitlines() == [
        "anna.py against adder: 2 of 4 points",
        "  ✗ 0, part: 0 of 1",
        "      no output",
        "  ✓ 1, part: 1 of 1",
        "      Proved",
        "  ✗ 2, part: 0 of 1",
        "      as for 0, part",
        "  ✓ 3, part: 1 of 1",
        "      Proved",
    ]


def test_a_table_keeps_titles_with_commas_apart():
    lines = table([graded("no", "no", ""), graded("", "", "")]).splitlines()
    assert lines[1].endswith("1/3  0, part; 1, part")
    assert lines[2].endswith("3/3")
    assert lines[3] == "2 files, mean 2.0 of 3"


def test_a_score_that_cannot_be_trusted_says_so_everywhere(tmp_path):
    grade = replace(graded("no", ""), fault=True)
    told = "the examiner failed: this score cannot be trusted"
    assert told in str(grade)
    assert told in table([grade, graded("", "")]).splitlines()[1]
    with write_table([grade], tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["problem"] == told
