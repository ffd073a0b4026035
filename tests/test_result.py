import csv
import io
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from neurosim.result import Result


@pytest.fixture
def result():
    return Result("inhibition", {"sigma": 0.5, "image": None, "seed": 7}, 7)


def drawing():
    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([0, 1])
    return figure


@pytest.mark.parametrize(
    ("measured", "conditions", "holds"),
    [
        (3, {"expected": 3}, True),
        (3, {"expected": 4}, False),
        (True, {}, True),
        (False, {}, False),
        ("excite", {"expected": "excite"}, True),
        (0.1 + 0.2, {"expected": 0.3}, False),
        (0.1 + 0.2, {"expected": 0.3, "tolerance": 1e-12}, True),
        (102, {"expected": 100, "relative": 0.02}, True),
        (103, {"expected": 100, "relative": 0.02}, False),
        (-102, {"expected": -100, "relative": 0.02}, True),
        (math.inf, {"expected": math.inf, "tolerance": 1}, True),
        (5, {"at_most": 5}, True),
        (5.1, {"at_most": 5}, False),
        (5, {"at_least": 5}, True),
        (4.9, {"at_least": 5}, False),
        (0.5, {"at_least": 0, "at_most": 1}, True),
        (2, {"at_least": 0, "at_most": 1}, False),
        (np.array([1, 2]), {"expected": [1, 2]}, True),
        (np.array([1, 2]), {"expected": [1, 2, 3]}, False),
        ([1, 2], {"expected": [[1], [2]]}, False),
        (np.ones((2, 3)), {"expected": np.ones((2, 3)) + 1e-9, "tolerance": 1e-8}, True),
        (np.array([0.1, 0.9]), {"at_most": 0.5}, False),
        (np.array([True, True]), {}, True),
        ([], {"at_most": 1}, False),
        ([], {"expected": []}, True),
        ("a", {"at_most": 1}, False),
        (None, {"expected": 1, "tolerance": 1}, False),
    ],
)
def test_a_claim_holds_where_its_condition_does(result, measured, conditions, holds):
    assert result.claim("it is so", measured, **conditions).holds is holds
    assert result.holds is holds


@pytest.mark.parametrize(
    "conditions",
    [
        {"expected": math.nan},
        {"expected": 0, "tolerance": math.inf},
        {"expected": math.nan, "tolerance": 1},
        {"at_most": 1},
        {"at_least": -math.inf},
    ],
)
@pytest.mark.parametrize("measured", [math.nan, np.nan, [1.0, math.nan], np.float32("nan")])
def test_nan_never_holds(result, measured, conditions):
    assert not result.claim("it is so", measured, **conditions).holds


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"expected": 2}, 2),
        ({"expected": 2, "tolerance": 0.01}, "2 within 0.01"),
        ({"expected": 2, "relative": 0.05}, "2 within 5%"),
        ({"at_most": 3}, "at most 3"),
        ({"at_least": np.float64(1.5)}, "at least 1.5"),
        ({"at_least": 1, "at_most": 3}, "between 1 and 3"),
    ],
)
def test_expected_reads_naturally(result, conditions, words):
    assert result.claim("it is so", 2, **conditions).expected == words


@pytest.mark.parametrize(
    "conditions",
    [
        {"expected": 1, "at_most": 2},
        {"at_least": 1, "tolerance": 0.1},
        {"expected": 1, "tolerance": 0.1, "relative": 0.1},
    ],
)
def test_conditions_that_do_not_go_together_are_refused(result, conditions):
    with pytest.raises(TypeError, match="not both"):
        result.claim("it is so", 1, **conditions)


@pytest.mark.parametrize("tolerance", [-1, math.nan])
def test_a_tolerance_below_zero_is_refused(result, tolerance):
    with pytest.raises(ValueError, match="must be 0 or more"):
        result.claim("it is so", 1, 1, tolerance=tolerance)


def test_json_has_exactly_its_keys_and_plain_values(result):
    result.claim("one", np.int64(1), np.float32(1))
    result.claim("none", np.array([np.nan, np.inf, -np.inf]), 0)
    result.figure("curve", drawing())

    def refuse(token):
        raise AssertionError(f"{token} is not JSON")

    content = json.loads(result.to_json(), parse_constant=refuse)
    assert content == {
        "experiment": "inhibition",
        "parameters": {"sigma": 0.5, "image": None},
        "seed": 7,
        "claims": [
            {"claim": "one", "expected": 1.0, "measured": 1, "holds": True},
            {
                "claim": "none",
                "expected": 0,
                "measured": ["NaN", "Infinity", "-Infinity"],
                "holds": False,
            },
        ],
        "figures": ["curve"],
    }


def test_figures_carry_their_origin_and_tables_their_rows(result, tmp_path):
    result.figure("response-curve", drawing())
    result.table("fits", ["unit", "增益"], [["a", np.float64(0.5)], ["b, c", 2]])
    paths = result.save(tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["response-curve.png", "fits.csv"]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == [
        "fits.csv",
        "response-curve.png",
    ]
    with Image.open(paths[0]) as image:
        assert image.size == (300, 300)
        assert image.text["Experiment"] == "inhibition"
        assert json.loads(image.text["Parameters"]) == {"sigma": 0.5, "image": None}
        assert image.text["Seed"] == "7"
    rows = list(csv.reader(io.StringIO(paths[1].read_text(encoding="utf-8"))))
    assert rows == [["unit", "增益"], ["a", "0.5"], ["b, c", "2"]]


def test_an_interrupted_save_leaves_whole_files_alone(result, tmp_path, monkeypatch):
    (tmp_path / "curve.png").write_bytes(b"the earlier one")

    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    result.figure("curve", drawing())
    with pytest.raises(KeyboardInterrupt):
        result.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["curve.png"]
    assert (tmp_path / "curve.png").read_bytes() == b"the earlier one"


@pytest.mark.parametrize("name", ["", "a/b", "../a", "a b", ".hidden"])
def test_a_name_that_is_no_file_name_is_refused(result, name):
    with pytest.raises(ValueError, match="name becomes a file's"):
        result.figure(name, drawing())
    with pytest.raises(ValueError, match="name becomes a file's"):
        result.table(name, ["x"], [])


def test_a_ragged_table_is_refused(result):
    with pytest.raises(ValueError, match="row 1 has 1 cells, the header 2"):
        result.table("fits", ["x", "y"], [[1, 2], [3]])


def test_parameters_are_those_the_experiment_began_with():
    def run(center=0.5, seed=3):
        result = Result("lgn", locals(), seed)
        center = 9.0
        return result, center

    assert run()[0].parameters == {"center": 0.5}


def summary(result, monkeypatch, encoding):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    print(result)
    sys.stdout.seek(0)
    return sys.stdout.read()


@pytest.mark.parametrize(
    ("encoding", "tick", "cross"), [("utf-8", "✓", "✗"), ("cp1252", "[ok]", "[NO]")]
)
def test_the_summary_prints_on_any_console(result, monkeypatch, encoding, tick, cross):
    result.claim("OR 加法", True)
    result.claim("the sum", 0.1 + 0.2, 0.3)
    result.claim("as large", 2, 2)
    text = summary(result, monkeypatch, encoding).splitlines()
    assert text[0] == "inhibition (sigma=0.5, image=None; seed 7)"
    assert text[1] == f"  {tick} OR {'加法' if encoding == 'utf-8' else '??'}"
    assert text[2] == f"  {cross} the sum"
    assert text[3] == "      measured 0.30000000000000004, expected 0.3"
    assert text[5] == "      measured 2, expected 2"
    assert text[-1] == "2 of 3 claims hold."


def test_the_module_needs_neither_numpy_nor_matplotlib():
    code = (  # the package's own __init__, which imports NumPy, is left out
        "import sys, types; before = set(sys.modules); package = types.ModuleType('neurosim');"
        "package.__path__ = [sys.argv[1]]; sys.modules['neurosim'] = package;"
        "import neurosim.result;"
        "sys.exit(bool({'numpy', 'matplotlib', 'numba'} & (set(sys.modules) - before)))"
    )
    folder = Path(sys.modules["neurosim.result"].__file__).parent
    assert subprocess.run([sys.executable, "-c", code, folder], check=False).returncode == 0


def test_rounding_noise_is_not_printed(result):
    result.claim("gain and offset", [1 + 1e-12, -4.7e-9, 0.6666667], [1, 0, 2 / 3], tolerance=1e-6)
    result.claim("the top", 0.538114, 0.538758, tolerance=0.0053825)
    result.claim("far off", 0.1234567, 5, tolerance=1e-3)
    text = str(result)
    assert "measured [1, 0, 0.666667], expected [1, 0, 0.666667] within 1e-06" in text
    assert "measured 0.5381, expected 0.538758 within" in text
    assert "measured 0.1234567, expected 5 within 0.001" in text  # one that fails is shown whole
    assert [*json.loads(result.to_json())["claims"][0]] == [
        "claim",
        "expected",
        "measured",
        "holds",
    ]


def test_an_animation_is_saved_frame_by_frame(result, tmp_path):
    figure = drawing()
    line = figure.axes[0].lines[0]
    shown = []

    def update(frame):
        shown.append(frame)
        line.set_ydata([frame / 2, 1])

    result.animation("path", figure, update, 3, rate=5)
    (path,) = result.save(tmp_path)
    assert path == tmp_path / "path.gif"
    with Image.open(path) as image:
        assert (image.n_frames, image.info["duration"], image.size) == (3, 200, (150, 150))
        frames = [np.asarray((image.seek(k), image.convert("L"))[1]) for k in range(3)]
    assert (frames[0] != frames[1]).any()
    assert (frames[1] != frames[2]).any()
    assert shown[-3:] == [0, 1, 2]
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize(("frames", "rate"), [(0, 10), (3, 0), (3, 101)])
def test_an_animation_without_frames_or_time_is_refused(result, frames, rate):
    with pytest.raises(ValueError, match="Animation 'path': frames must be 1 or more"):
        result.animation("path", drawing(), lambda frame: None, frames, rate=rate)
