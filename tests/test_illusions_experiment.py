"""The experiment on illusions: claims that hold for any cell, closed forms, titles, refusals."""

import numpy as np
import pytest
from scipy import integrate
from scipy.optimize import brentq

from circuits import lgn
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from circuits.stimuli import Screen
from experiments import illusions
from experiments.cli import main
from experiments.illusions import (
    cells,
    hermann_grid,
    mach_bands,
    predictions,
    scenes,
    simultaneous_contrast,
    white_illusion,
)
from experiments.illusions.families import Family
from experiments.illusions.scenes import Scene

GOLDEN = DifferenceOfGaussians()
BALANCED = DifferenceOfGaussians(surround_gain=1.0)


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("center", "surround", "strength", "pixels"),
    [
        (1.0, 1.1, 0.001, 8),  # the surround is next to nothing
        (1.0, 1.1, 1.2, 8),  # there is no width at which the smudges begin
        (0.001, 0.004, 3.0, 8),
    ],
)
def test_the_claims_hold_for_any_cell(center, surround, strength, pixels):
    result = illusions.run(center, surround, strength, pixels)
    assert [claim for claim in result.claims if not claim.holds] == []


@pytest.mark.compiled
def test_another_cell_than_the_closed_forms_breaks_the_claims(monkeypatch):
    wider = DifferenceOfGaussians(0.66, 1.26, 1.0, 0.85)

    def other_cell(shape, _, pixel):
        return ganglion_cell(shape, wider, pixel=pixel)

    def other_sheets(shape, _, pixel):
        return lgn.sheets(shape, wider, pixel=pixel)

    for subject in (hermann_grid, simultaneous_contrast, white_illusion):
        monkeypatch.setattr(subject, "ganglion_cell", other_cell)
    monkeypatch.setattr(cells, "sheets", other_sheets)
    failed = [claim.claim for claim in illusions.run().claims if not claim.holds]
    for name in (
        "Mach bands",
        "plateaus",
        "a ramp of 1°",
        "one crossing",
        "every 6",
        "every 4",
        "disk's response",
        "of the background's contrast",
        "White's illusion, patch",
    ):
        assert any(name in claim for claim in failed), name  # fmt: skip


def test_the_golden_values():
    root = [
        brentq(lambda w, r=r: hermann_grid._crossing_effect(GOLDEN, w, r * w), 0.6, 2)
        for r in (np.inf, 6, 4)
    ]
    np.testing.assert_allclose(root, [0.936, 0.949, 1.056], atol=5e-4)
    assert mach_bands._extremum(BALANCED, 3.0) == pytest.approx(1.5, abs=1e-3)
    assert mach_bands._extremum(BALANCED, 1.0) == pytest.approx(0.7, abs=5e-3)


def along(x, spread):
    return np.exp(-np.square(x / spread)) / (spread * np.sqrt(np.pi))


def seen_by(field, pattern):
    """Return the field's response to pattern(x, y), summed over fine points: ±9°."""
    x = (np.arange(1800) - 899.5) * 0.01
    image = pattern(x[None, :], x[:, None])
    both = [np.outer(along(x, g), along(x, g)) * 1e-4 for g in (field.center, field.surround)]
    return np.sum((field.center_gain * both[0] - field.surround_gain * both[1]) * image)


@pytest.mark.parametrize("period", [3.0, 4.2])
def test_the_effect_of_a_crossing_is_an_integral_of_the_field(period):
    def streets(up):
        def pattern(x, y):
            near = [np.abs((d + period / 2) % period - period / 2) < 0.5 for d in (x, y - up)]
            return near[0] | near[1]

        return pattern

    difference = seen_by(GOLDEN, streets(0)) - seen_by(GOLDEN, streets(period / 2))
    expected = hermann_grid._crossing_effect(GOLDEN, 1.0, period)
    assert expected == pytest.approx(difference, abs=1e-4)


def test_the_response_to_a_white_patch_is_an_integral_of_the_field():
    def pattern(x, y):
        stripes = np.where(np.floor((x + 0.5) % 2) == 0, -1, 1)
        patch = (np.abs(x) < 0.5) | (np.abs(x - 5) < 0.5)
        return np.where(patch & (np.abs(y) < 1.5), 0, stripes)

    expected = white_illusion._white_response(BALANCED, 1.0, 3.0)
    assert expected == pytest.approx(seen_by(BALANCED, pattern), abs=1e-4)


def test_the_response_to_a_ramp_is_an_integral_of_the_field():
    for x in (-1.2, 0.4, 2.0):

        def weighted(u, x=x):
            field = along(u, BALANCED.center) - along(u, BALANCED.surround)
            return field * np.interp(x - u, [-1, 1], [-1, 1])

        integral, _ = integrate.quad(weighted, -8, 8, points=[x - 1, x + 1], limit=200)
        assert mach_bands._ramp_response(BALANCED, 2.0, np.array(x)) == pytest.approx(integral)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--center", "0"], "center must be from 0.001° to 10000° (got 0°)"),
        (["--surround", "0.65"], "the surround must be 1.1 to 10 times as wide as the center (got"),
        (["--strength", "0"], "strength must be above 0, at most 1000 (got 0)"),
        (["--pixels", "7"], "pixels must be from 8 to 16 a center radius (got 7)"),
    ],
)
def test_what_the_experiment_cannot_do_is_one_line(words, line, tmp_path, capsys):
    assert main(["run", "illusions", *words, "--out", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert line in err
    assert len(err.splitlines()) == 1


def scene(name, left, right):
    responses = np.tile([left, left, right, right], (4, 1)).astype(float)
    return Scene(name, "…", "on the left", Screen((4, 4), 1.0), responses, responses, (-1.5, 1.5))


@pytest.mark.parametrize(
    ("name", "left", "right", "title"),
    [
        ("Mach bands", 1, 0, "More on the left: explains it"),
        ("Mach bands", 0, 1, "Less on the left: the model fails"),
        (
            "Hermann grid",
            1,
            0,
            "Less at crossings: explains it, but expects it of wavy streets too",
        ),
        ("Hermann grid", 0, 0, "No less at crossings: the model fails"),
    ],
)
def test_a_scenes_title_is_what_it_shows(name, left, right, title):
    assert scenes._finding(scene(name, left, right)) == title


def test_the_figures_title_lists_what_is_explained():
    def told(*explained):
        names = ("Mach bands", "Hermann grid", "White's illusion")
        return scenes._account([scene(n, e, 0) for n, e in zip(names, explained, strict=True)])

    start = "Center–surround cells explain"
    assert told(1, 1, 0) == f"{start} Mach bands and the Hermann grid, not White's illusion"
    assert told(1, 0, 0) == f"{start} Mach bands, not the Hermann grid or White's illusion"
    assert told(1, 1, 1) == f"{start} Mach bands, the Hermann grid and White's illusion"
    assert told(0, 0, 0) == f"{start} none of these illusions"


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ([1, 0.5, -0.5], "It is so for disks wider than 2.5°"),
        ([-1, -1, -1], "It is so for all disks shown"),
        ([1, 1, 1], "It is so for none of the disks shown"),
        ([1, -1, 1], "It is so for some of the disks shown"),
        ([-1, 1, 1], "It is so for some of the disks shown"),
    ],
)
def test_a_curves_title_is_where_it_is_below_0(values, title):
    family = Family("", "", np.array([1.0, 2.0, 3.0]), np.array(values, dtype=float), float)
    assert predictions._below("It is so for", family, "disks") == title
