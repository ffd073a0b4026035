"""The cognitron's reinforcement, against its equations written out, and closed forms."""

import csv
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from neurosim import FileError, InputError
from neurosim.kernels import rules
from neurosim.learning import Reinforcement, cognitron_rule
from neurosim.plotting import new_figure

SIDE, DIAMOND = 5, [(i, j) for i in range(-2, 3) for j in range(-2, 3) if abs(i) + abs(j) <= 2]
NEAR = 2.0**-40


def bars(size=12):
    """Two bars down and two across, 0 and 1."""
    images = np.zeros((4, size, size))
    images[0, 2:-2, 3] = images[1, 2:-2, -4] = 1
    images[2, 3, 2:-2] = images[3, -4, 2:-2] = 1
    return images


def noise(rng, count=6, shape=(12, 12)):
    return np.where(rng.random((count, *shape)) > 0.6, rng.random((count, *shape)), 0)


def areas(sheet):
    """The 5 × 5 area of each cell, 0 beyond the border: (rows, columns, 5, 5)."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(sheet, 2), (SIDE, SIDE))


def variances(sheet):
    """Σc·u² − (Σc·u)² of each area."""
    around = areas(sheet)
    return (around**2).mean((2, 3)) - around.mean((2, 3)) ** 2


def written_out(patterns, layers, q=16.0, q_silent=2.0):
    """Fukushima's equations, cell by cell: a, b, responses, and the cells that learned."""
    rows, columns = patterns.shape[1:]
    a = np.zeros((layers, rows, columns, SIDE, SIDE))
    b = np.zeros((layers, rows, columns))
    counts = np.zeros((len(patterns), layers, 2), dtype=int)
    all_u = np.zeros((len(patterns), layers, rows, columns))
    for k, pattern in enumerate(patterns):
        before = pattern
        for n in range(layers):
            u, around = all_u[k, n], areas(before)
            for x, y in np.ndindex(rows, columns):
                area = around[x, y]
                e, h = np.sum(a[n, x, y] * area), b[n, x, y] * np.mean(area)
                u[x, y] = (1 + e) / (1 + h) - 1 if e - h > NEAR * h else 0
            for x, y in np.ndindex(rows, columns):
                area = around[x, y]
                v = np.mean(area)
                places = [(x + i, y + j) for i, j in DIAMOND]
                vicinity = [u[i, j] for i, j in places if 0 <= i < rows and 0 <= j < columns]
                if not any(vicinity):
                    a[n, x, y] += q_silent * area / 25
                    b[n, x, y] += q_silent * v
                    counts[k, n, 1] += v > 0
                elif u[x, y] > 0 and all(other <= u[x, y] * (1 + NEAR) for other in vicinity):
                    a[n, x, y] += q * area / 25
                    b[n, x, y] += q * np.sum(area**2 / 25) / (2 * v)
                    counts[k, n, 0] += 1
            before = u
    return a, b, all_u, counts


@pytest.mark.parametrize("shape", [(12, 12), (7, 9), (1, 6), (3, 1)])
def test_learning_is_as_the_equations_written_out(rng, shape):
    patterns = noise(rng, 12, shape)[[*range(4), *range(8)]]
    learned = cognitron_rule(patterns, 3, q=10, q_silent=3)
    a, b, u, counts = written_out(patterns, 3, 10, 3)
    np.testing.assert_allclose(learned.excitatory, a, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(learned.inhibitory, b, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(learned.reinforced, counts[..., 0])
    np.testing.assert_array_equal(learned.silent, counts[..., 1])
    assert np.array_equal(learned.excitatory[:, 0, 0, :2], np.zeros((3, 2, 5)))  # beyond the border
    # The last presentation's responses were made by the weights before it.
    before = cognitron_rule(patterns[:-1], 3, q=10, q_silent=3)
    np.testing.assert_allclose(before.responses(patterns[-1:])[0], u[-1], rtol=1e-9, atol=1e-11)


def test_in_silence_e_less_h_is_the_variance_times_what_was_learned(rng):
    pattern = noise(rng, 1)[0]
    untaught = cognitron_rule(np.zeros((1, 12, 12)), 1)
    # So much inhibition at first that all cells stay silent meanwhile.
    held = replace(untaught, inhibitory=np.full((1, 12, 12), 1e3))
    around = areas(pattern)
    for k in (1, 2, 5):
        learned = cognitron_rule(pattern[None], passes=k, q_silent=2, start=held)
        assert learned.reinforced.sum() == 0
        e = np.sum(learned.excitatory[0] * around, axis=(2, 3))
        h = (learned.inhibitory[0] - 1e3) * around.mean((2, 3))
        np.testing.assert_allclose(e - h, k * 2 * variances(pattern), rtol=1e-9, atol=1e-10)


def test_after_one_presentation_all_cells_answer_the_variance(rng):
    pattern = noise(rng, 1)[0]
    learned = cognitron_rule(pattern[None], 1, q_silent=2)
    assert learned.silent.tolist() == [[144]]
    h = 2 * areas(pattern).mean((2, 3)) ** 2
    expected = 2 * variances(pattern) / (1 + h)
    np.testing.assert_allclose(learned.responses(pattern[None])[0, 0], expected, atol=1e-12)


@pytest.mark.parametrize("grey", [1.0, 0.3, 1e-4, 977.0])
def test_an_even_area_is_never_answered(grey):
    even = np.full((3, 13, 13), grey)
    learned = cognitron_rule(even, 1, passes=4)
    inside = np.s_[:, 0, 4:-4, 4:-4]  # beyond, the border is in reach of the vicinity
    assert np.all(learned.responses(even)[inside] == 0)
    assert learned.responses(even)[0, 0, 0, 0] > 0  # an edge
    assert np.all(learned.excitatory[0, 6, 6] > 0)


@pytest.mark.parametrize(("density", "all_answer"), [(0.2, False), (0.85, True)])
def test_cells_that_learned_more_than_half_an_area_answer_an_even_one(rng, density, all_answer):
    pattern = (rng.random((1, 14, 14)) < density).astype(float)
    learned = cognitron_rule(pattern, 1, passes=6, q=16)
    inside = np.s_[3:-3, 3:-3]
    v = areas(pattern[0]).mean((2, 3))[inside]  # of 0s and 1s Σc·u² is the same
    e, b = learned.excitatory[0].sum((2, 3))[inside], learned.inhibitory[0][inside]
    k = (e / v - 2) / 16  # presentations that reinforced the cell, after one in silence
    expected = k * 16 * (v - 1 / 2)
    np.testing.assert_allclose(e - b, expected, atol=1e-9)
    answered = learned.responses(np.ones((1, 14, 14)))[0, 0][inside][k > 0.5]
    assert answered.size
    assert np.all((answered > 0) == all_answer)


def test_ties_are_reinforced_together():
    # One bright point: the 25 cells that see it answer alike, and none exceeds another.
    point = np.zeros((2, 12, 12))
    point[:, 6, 6] = 1
    learned = cognitron_rule(point, 1)
    assert learned.silent[:, 0].tolist() == [25, 0]
    assert learned.reinforced[:, 0].tolist() == [0, 25]
    weights = learned.excitatory[0][4:9, 4:9].sum((2, 3))
    np.testing.assert_allclose(weights, (2 + 16) / 25, rtol=1e-15)
    # v = c, Σc·u² = c: Δb = q′·c and then q/2.
    np.testing.assert_allclose(learned.inhibitory[0, 4:9, 4:9], 2 / 25 + 8, rtol=1e-15)


def test_cells_that_are_exceeded_learn_nothing(rng):
    patterns = noise(rng, 1)
    once = cognitron_rule(patterns, 1)
    twice = cognitron_rule(patterns, 1, start=once)
    u = once.responses(patterns)[0, 0]
    padded = np.pad(u, 2)
    highest = np.max([padded[2 + i : 14 + i, 2 + j : 14 + j] for i, j in DIAMOND], axis=0)
    changed = np.any(twice.excitatory != once.excitatory, axis=(3, 4))[0]
    np.testing.assert_array_equal(changed, u == highest)
    np.testing.assert_array_equal(twice.inhibitory[0] != once.inhibitory[0], u == highest)


def test_mirrored_patterns_leave_mirrored_weights(rng):
    patterns = noise(rng, 5)
    learned = cognitron_rule(patterns, 3, passes=3)
    mirrored = cognitron_rule(patterns[:, :, ::-1], 3, passes=3)
    turned = cognitron_rule(patterns.transpose(0, 2, 1), 3, passes=3)
    np.testing.assert_allclose(
        mirrored.excitatory[:, :, ::-1, :, ::-1], learned.excitatory, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        turned.excitatory.transpose(0, 2, 1, 4, 3), learned.excitatory, rtol=1e-9, atol=1e-12
    )


@pytest.mark.compiled
def test_after_many_presentations_cells_still_answer_and_tell_patterns_apart():
    images = bars()
    learned = cognitron_rule(images, passes=300)
    u = learned.responses(images)
    assert np.all(u.max(axis=(2, 3)) > 0.5)  # every pattern, in every layer
    best = np.sort(u[:, -1].reshape(4, -1), axis=0)
    alone = (best[-1] > 0.5) & (best[-2] == 0)
    assert len(set(u[:, -1].reshape(4, -1)[:, alone].argmax(axis=0))) == 4


def test_learning_goes_on_where_it_was_left(rng):
    patterns = noise(rng)
    whole = cognitron_rule(patterns, 2, passes=2)
    half = cognitron_rule(patterns, 2)
    on = cognitron_rule(patterns, start=half)
    for name in ("excitatory", "inhibitory", "reinforced", "silent"):
        np.testing.assert_array_equal(getattr(on, name), getattr(whole, name))
    assert half.presentations == 6  # it was not changed
    assert on.presentations == 12


def test_how_presentations_are_cut_up_changes_nothing(rng, monkeypatch):
    patterns = noise(rng)
    whole = cognitron_rule(patterns, 2)
    told = whole.responses(patterns)
    monkeypatch.setattr("neurosim.learning.cognitron.STRETCH", 1)
    cut = cognitron_rule(patterns, 2)
    np.testing.assert_array_equal(cut.excitatory, whole.excitatory)
    np.testing.assert_array_equal(cut.silent, whole.silent)
    np.testing.assert_array_equal(cut.responses(patterns), told)


def test_blank_patterns_teach_nothing():
    learned = cognitron_rule(np.zeros((3, 12, 12)))
    assert not learned.excitatory.any()
    assert not learned.inhibitory.any()
    assert not learned.reinforced.any()
    assert not learned.silent.any()
    assert not learned.responses(np.ones((1, 12, 12))).any()


def test_the_largest_patterns_stay_finite(rng):
    patterns = 1e50 * noise(rng, 3)
    learned = cognitron_rule(patterns, 2, passes=3, q=1e50, q_silent=1e50)
    for values in (learned.excitatory, learned.inhibitory, learned.responses(patterns)):
        assert np.isfinite(values).all()


def test_a_rule_has_no_growth_where_nothing_is_heard():
    assert rules.inhibitory_growth(16.0, 0.0, 0.0) == 0
    assert rules.inhibitory_growth(16.0, 0.5, 0.25) == 16
    assert rules.cognitron_response(3.0, 1.0) == 1
    assert rules.cognitron_response(1.0, 1.0) == 0


def test_features_are_the_last_layer(rng):
    images = noise(rng)
    learned = cognitron_rule(images, 3)
    u = learned.responses(images)
    assert u.shape == (6, 3, 12, 12)
    np.testing.assert_array_equal(learned.features(images), u[:, 2].reshape(6, 144))
    assert learned.features(images[:0]).shape == (0, 144)


@pytest.mark.compiled
def test_features_of_many_images_take_little_more_memory_than_they_are(rng, monkeypatch):
    learned = cognitron_rule(noise(rng), 6)
    monkeypatch.setattr("neurosim.learning.cognitron.STRETCH", 10 * learned.excitatory.size)
    images = noise(rng, 400)
    tracemalloc.start()
    features = learned.features(images)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * features.nbytes


# ------------------------------------------------------------------ what it tells


def test_it_tells_what_it_learned(tmp_path, rng):
    learned = cognitron_rule(noise(rng, 2), 2)
    assert isinstance(learned, Reinforcement)
    told = "2 layers of 12 × 12 cells, after 2 presentations; the last one reinforced "
    assert str(learned).startswith(told)
    assert str(learned).endswith(f"and {learned.silent[-1].sum()} learned in silence")
    with learned.to_csv(tmp_path / "learned.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["presentation", "layer", "reinforced", "silent"]
    assert rows[1] == ["1", "1", "0", "144"]
    assert len(rows) == 5
    with pytest.raises(FileError, match="cannot be written"):
        learned.to_csv(tmp_path / "none" / "learned.csv")


def test_a_long_history_is_drawn_by_its_means(rng):
    learned = cognitron_rule(noise(rng, 10), 1, passes=5)
    x, y = learned.plot().lines[0].get_data()
    assert len(x) == 17  # 50 presentations, by threes
    np.testing.assert_allclose(x[[0, 1, -1]], [2, 5, 49.5])
    assert y[1] == learned.reinforced[3:6].mean()
    assert y[-1] == learned.reinforced[48:].mean()


def test_its_history_is_drawn(rng):
    learned = cognitron_rule(noise(rng, 3), 2)
    ax = learned.plot()
    assert ax.get_xlabel() == "presentation"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), learned.reinforced[:, 0])
    np.testing.assert_array_equal(ax.lines[3].get_ydata(), learned.silent[:, 1])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["layer 1", "layer 2"]
    _, own = new_figure()
    assert learned.plot(own) is own
    assert own.get_xlabel() == ""


# ------------------------------------------------------------------ what it refuses

GOOD = np.ones((2, 3, 4))


@pytest.mark.parametrize(
    ("patterns", "options", "told"),
    [
        (np.ones((3, 4)), {}, "patterns must have the shape (patterns, rows, columns), none of "
         "them 0 (got (3, 4)); one image is image[None]"),
        (np.ones((0, 3, 4)), {}, "none of them 0 (got (0, 3, 4))"),
        (np.ones((2, 3, 0)), {}, "none of them 0 (got (2, 3, 0))"),
        ([["a"]], {}, "cognitron: patterns must be real numbers"),
        (np.ma.masked_greater(GOOD, 0.5), {}, "cognitron: patterns must not be masked"),
        (-GOOD, {}, "cognitron: patterns must be numbers from 0 to 1e+50 (got -1 in number 0, "
         "row 0, column 0)"),
        (np.where(np.arange(24).reshape(2, 3, 4) == 18, np.nan, 1), {},
         "(got nan in number 1, row 1, column 2)"),
        (GOOD * np.inf, {}, "(got inf in number 0"),
        (GOOD, {"layers": 0}, "cognitron: layers must be a whole number from 1 (got 0)"),
        (GOOD, {"passes": 1.5}, "passes must be a whole number from 1 (got 1.5)"),
        (GOOD, {"q": 0}, "cognitron: q must be finite and above 0 (got 0)"),
        (GOOD, {"q_silent": 1e60}, "cognitron: q_silent must be at most 1e+50 (got 1e+60)"),
        (GOOD, {"start": 3}, "cognitron: start must be what cognitron_rule returned (got 3)"),
    ],
)  # fmt: skip
def test_what_cannot_be_learned_is_refused(patterns, options, told):
    with pytest.raises(InputError) as caught:
        cognitron_rule(patterns, **options)
    assert told in str(caught.value)


def test_another_size_or_depth_is_refused():
    learned = cognitron_rule(GOOD, 2)
    told = "its layers have 3 × 4 cells, so it takes images of as many pixels"
    with pytest.raises(InputError, match=told):
        learned.responses(np.ones((1, 4, 3)))
    with pytest.raises(InputError, match=told):
        cognitron_rule(np.ones((1, 5, 5)), start=learned)
    with pytest.raises(InputError, match=r"start has 2 layers \(got layers=3\); leave layers out"):
        cognitron_rule(GOOD, 3, start=learned)
