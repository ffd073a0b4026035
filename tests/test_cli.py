"""The command on experiments made for the test."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import neurosim
from experiments.catalogue import catalogue
from experiments.cli import main
from experiments.options import parameter_meanings

ROOT = Path(__file__).parents[1]
NUMBERS = itertools.count()

GATES = '''
"""Logic gates · 有 0 與 1 的神經元 · lecture row 2

Question: When does a neuron fire?
"""

from pathlib import Path
from typing import Literal

from matplotlib.figure import Figure
from neurosim.errors import NeurosimError
from neurosim.result import Result


def run(
    threshold: float = 1.0,
    trials: int = 10,
    image: str | None = None,
    sizes: tuple[int, ...] = (1, 2),
    rule: Literal["or", "and"] = "or",
    folder: Path | None = None,
    noise: bool = False,
    veto: bool = True,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Run it.

    Each gate is one neuron, 100% of them
    binary.

    Parameters
    ----------
    threshold
        Where the gate fires, in 100% of cases.
    trials, seed
        Counts
        of two kinds.

    Returns
    -------
    Result
        Not a parameter.
    """
    result = Result("logic-gates", locals(), seed)
    print("working")
    if threshold < 0:
        raise NeurosimError(f"threshold must be 0 or more\\n(got {threshold})")
    if image:
        open(image)
    result.figure("gates", Figure(figsize=(1, 1)))
    if trials == 13:
        raise KeyboardInterrupt
    result.claim("the threshold is low 低", threshold, at_most=2)
    result.table("truth", ["x", "y"], [[0, 1]])
    return result
'''

LATER = '''
"""Later · 之後 · lecture row 10."""
def run():
    raise KeyboardInterrupt
'''

BARE = '''
# A comment first.

r"""No row here"""
def run():
    pass
'''

FOLDER = '''
"""Of several files · 資料夾 · lecture row 11"""
from neurosim.result import Result
from .parts import MEASURED
def run():
    result = Result("several-files")
    result.claim("its files are found", MEASURED, 1)
    return result
'''

SILENT = '''
import sys

"""Not a docstring"""
def run():
    pass
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of made-up experiments, under a name no other test has imported."""
    name = f"made_up_{next(NUMBERS)}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "no_experiment.py").write_text("raise SystemExit('imported')")
    (folder / "logic_gates.py").write_text(GATES.lstrip(), encoding="utf-8")
    (folder / "later.py").write_text(LATER.lstrip(), encoding="utf-8")
    (folder / "bare.py").write_text(BARE.lstrip(), encoding="utf-8")
    (folder / "silent.py").write_text(SILENT.lstrip(), encoding="utf-8")
    several = folder / "several_files"
    several.mkdir()
    (several / "__init__.py").write_text(FOLDER.lstrip(), encoding="utf-8")
    (several / "parts.py").write_text("MEASURED = 1\ndef run():\n    pass\n")
    (folder / "no_experiment_either").mkdir()
    (folder / "no_experiment_either" / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return name


@pytest.fixture
def command(package, capsys):
    """The command on that package: its status, stdout and stderr."""

    def call(*words):
        try:
            status = main(words, package)
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return call


def test_list_shows_the_lecture_in_order(command):
    status, out, _ = command("list")
    assert status == 0
    assert [line.split() for line in out.splitlines()] == [
        ["row", "name", "title"],
        ["2", "logic-gates", "Logic", "gates", "·", "有", "0", "與", "1", "的神經元"],
        ["10", "later", "Later", "·", "之後"],
        ["11", "several-files", "Of", "several", "files", "·", "資料夾"],
        ["bare", "No", "row", "here"],
        ["silent"],
    ]


def test_an_experiment_may_be_a_package(command):
    status, out, err = command("run", "several-files")
    assert (status, err) == (0, "")
    assert "its files are found" in out


def test_run_prints_the_claims_and_saves_where_told(command, tmp_path):
    status, out, _ = command("run", "logic-gates", "--out", "there")
    assert status == 0
    assert "measured 1, expected at most 2" in out
    assert out.splitlines()[-2:] == [str(Path("there", n)) for n in ("gates.png", "truth.csv")]
    assert (tmp_path / "there" / "gates.png").is_file()


def test_run_without_a_folder_makes_its_own(command, tmp_path):
    command("run", "logic-gates")
    assert (tmp_path / "neurosim-out" / "logic-gates" / "gates.png").is_file()


def test_json_is_all_there_is_on_stdout(command):
    status, out, err = command("run", "logic-gates", "--json", "--quick", "--seed", "5")
    content = json.loads(out)
    assert status == 0
    assert set(content) == {"experiment", "parameters", "seed", "claims", "figures"}
    assert content["parameters"]["quick"] is True
    assert content["seed"] == 5
    assert [Path(figure).name for figure in content["figures"]] == ["gates.png"]
    assert Path(content["figures"][0]).is_file()
    assert "working" in err


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--threshold", "1e-3"], "threshold", 1e-3),
        (["--threshold=-0"], "threshold", 0.0),
        (["--threshold", "-0.0e1"], "threshold", 0.0),
        (["--trials", "-3"], "trials", -3),
        (["--sizes", "3,4,5"], "sizes", [3, 4, 5]),
        (["--sizes", "-3,4"], "sizes", [-3, 4]),
        (["--rule", "and"], "rule", "and"),
        (["--folder", "a"], "folder", "a"),
        (["--noise"], "noise", True),
        (["--no-veto"], "veto", False),
        ([], "veto", True),
        ([], "image", None),
    ],
)
def test_options_come_from_the_signature(command, words, name, value):
    _, out, _ = command("run", "logic-gates", *words, "--json")
    assert json.loads(out)["parameters"][name] == value


def test_a_claim_that_fails_is_status_1(command):
    status, out, _ = command("run", "logic-gates", "--threshold", "3")
    assert status == 1
    assert "0 of 1 claims hold." in out


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            [],
            "say what to do: 'neurosim list', 'neurosim run', 'neurosim report' or "
            "'neurosim grade'",
        ),
        (["rum"], "unknown command 'rum'; did you mean 'run'?"),
        (["--verbose"], "unknown option --verbose"),
        (["list", "all"], "neurosim list: unexpected argument 'all'"),
        (["run"], "which experiment?"),
        (["run", "logic-gate"], "unknown experiment 'logic-gate'; did you mean 'logic-gates'?"),
        (["run", "zzz"], "unknown experiment 'zzz'; 'neurosim list' shows the names"),
        (["run", "logic-gates", "--treshold", "1"], "--treshold; did you mean '--threshold'?"),
        (["run", "logic-gates", "--thresh", "1"], "unknown option --thresh"),
        (["run", "logic-gates", "more"], "unexpected argument 'more'"),
        (["run", "logic-gates", "--threshold"], "--threshold: expected one argument"),
        (["run", "logic-gates", "--threshold", "low"], "--threshold: 'low' is not a number"),
        (["run", "logic-gates", "--threshold", "nan"], "--threshold: 'nan' is not a number"),
        (["run", "logic-gates", "--trials", "1.5"], "--trials: '1.5' is not a whole number"),
        (["run", "logic-gates", "--sizes", "1,x"], "--sizes: 'x' is not a whole number"),
        (["run", "logic-gates", "--rule", "xor"], "--rule: 'xor' is not one of or, and"),
        (["run", "logic-gates", "--rule", "AND"], "is not one of or, and; did you mean 'and'?"),
        (
            ["run", "logic-gates", "--seed", "-1"],
            "--seed must be a whole number from 0 on (got -1)",
        ),
        (
            ["run", "--threshold", "0.5", "logic-gates"],
            "the experiment's name comes first: neurosim run logic-gates --threshold 0.5",
        ),
        (["run", "--quick", "logic-gate"], "did you mean 'logic-gates'?"),
        (["logic-gates", "--quick"], "to run an experiment: neurosim run logic-gates --quick"),
        (["run", "logic-gates", "--threshold", "-1"], "threshold must be 0 or more (got -1.0)"),
        (["run", "logic-gates", "--image", "absent.png"], "absent.png"),
        (["run", "logic-gates", "--out", "taken"], "taken"),
        (["run", "logic-gates", "--out", "taken/below"], "taken"),
    ],
)
@pytest.mark.parametrize("json_too", [False, True])
def test_bad_usage_is_one_line_and_status_2(command, tmp_path, words, line, json_too):
    (tmp_path / "taken").touch()
    status, out, err = command(*words, *(["--json"] if json_too and words[:1] == ["run"] else []))
    err = err.replace("working\n", "")
    assert status == 2
    assert line in err
    assert err.startswith("neurosim")
    assert len(err.splitlines()) == 1
    assert out.replace("working\n", "") == ""


def test_a_refused_run_leaves_no_empty_folder(command, tmp_path):
    before = {*tmp_path.iterdir()}
    for words in ([], ["--out", "new/deeper"]):
        assert command("run", "logic-gates", "--threshold", "-1", *words)[0] == 2
        assert {*tmp_path.iterdir()} - before <= {tmp_path / "__pycache__"}
    (tmp_path / "mine").mkdir()
    assert command("run", "logic-gates", "--threshold", "-1", "--out", "mine")[0] == 2
    assert (tmp_path / "mine").is_dir()


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_every_experiment_says_what_quick_and_its_seed_do(entry):
    from importlib import import_module

    meanings = parameter_meanings(import_module(entry.module).run.__doc__)
    assert meanings["quick"]
    assert entry.name == "lgn" or meanings["seed"]


def test_help_shows_each_option_with_its_meaning_and_default(command):
    status, out, _ = command("run", "logic-gates", "--help")
    text = " ".join(out.split())
    assert status == 0
    assert "--threshold NUMBER Where the gate fires, in 100% of cases. (default: 1.0)" in text
    assert "--trials INTEGER Counts of two kinds. (default: 10)" in text
    assert "--sizes INTEGER,… (default: 1,2)" in text
    assert "--rule or|and" in text
    assert "--json" in text
    assert "Where figures and tables go. (default: neurosim-out/NAME)" in text.replace("- ", "-")
    assert "--folder PATH" in text
    assert "Not a parameter" not in text


def test_help_says_what_an_experiment_asks_and_does_in_paragraphs(command):
    _, out, _ = command("run", "logic-gates", "--help")
    paragraphs = [" ".join(part.split()) for part in out.split("\n\n")]
    assert paragraphs[1:5] == [
        "Logic gates",
        "When does a neuron fire?",
        "Run it.",
        "Each gate is one neuron, 100% of them binary.",
    ]


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["list", "--help"]])
def test_help_is_at_every_level(command, words):
    status, out, _ = command(*words)
    assert status == 0
    assert out.startswith("usage: neurosim")


def test_version_is_told(command):
    status, out, _ = command("--version")
    assert status == 0
    assert out == f"neurosim {neurosim.__version__}\n"


def test_ctrl_c_keeps_what_was_finished(command, tmp_path):
    status, out, err = command("run", "logic-gates", "--trials", "13", "--out", "kept")
    assert status == 130
    assert err.splitlines() == ["neurosim: interrupted; what was finished is in kept"]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["gates.png"]
    assert "claims hold" not in out


def test_ctrl_c_before_anything_is_finished(command):
    assert command("run", "later") == (130, "", "neurosim: interrupted\n")


def test_parameter_meanings_of_a_docstring_without_them():
    assert parameter_meanings("Only a title.") == {}


def in_new_process(*words, **environment):
    environment = {**os.environ, **environment}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)


def test_list_is_light_on_imports():
    code = (
        "import sys; from experiments.cli import main; main(['list']);"
        "heavy = {'numpy', 'numba', 'scipy', 'matplotlib', 'neurosim', 'circuits'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    ended = in_new_process("-c", code)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_chinese_survives_any_console(package, tmp_path, encoding):
    code = f"import sys; from experiments.cli import main; sys.exit(main(['list'], '{package}'))"
    ended = in_new_process(
        "-c", code, PYTHONIOENCODING=encoding, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}"
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"Logic gates" in ended.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no error of its own for this")
def test_a_reader_that_leaves_early_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "experiments", "list"]
    buffered = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    ended = subprocess.run(
        command, cwd=ROOT, env=buffered, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert ended.stderr == b""
