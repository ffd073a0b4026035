"""The experiment `cats-and-dogs`: a fair split, its claims for any parameters, what decides."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.stats import binomtest

from circuits import stimuli
from circuits.stimuli import LabelledImages, portraits
from experiments import cats_and_dogs
from experiments.accuracy import Accuracy
from experiments.cats_and_dogs import neurons
from experiments.cats_and_dogs.deciding import cognitron_slopes, pixel_slopes, relay_slopes
from experiments.cats_and_dogs.drawing import label_of
from experiments.cats_and_dogs.neurons import train
from experiments.cats_and_dogs.split import split
from experiments.cats_and_dogs.views import cognitron_cells, receptors, relay_cells
from experiments.cli import main
from neurosim import InputError
from neurosim.learning import cognitron_rule


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


def labelled(*counts):
    images = np.zeros((sum(counts), 2, 2))
    names = tuple("abc"[: len(counts)])
    return LabelledImages(images, np.repeat(np.arange(len(counts)), counts), names)


@pytest.mark.parametrize("counts", [(2, 2), (30, 90), (7, 5, 11)])
def test_a_third_of_each_class_is_held_out(rng, counts):
    animals = labelled(*counts)
    learned, held_out = split(animals, rng)
    assert sorted([*learned, *held_out]) == list(range(sum(counts)))
    out = np.bincount(animals.labels[held_out])
    np.testing.assert_allclose(out, np.array(counts) / 3, atol=0.5)
    with pytest.raises(InputError, match=r"^the class 'b' has one image; at least two are needed"):
        split(labelled(5, 1), rng)


def test_the_interval_is_wilsons_and_chance_is_exact():
    answers, labels = np.repeat([1, 0], [170, 30]), np.ones(200, dtype=int)
    labels[150:] = 0
    score = Accuracy.of(answers, labels)
    assert score == Accuracy(180, 200, 0.75)
    for right, images, chance in ((180, 200, 0.75), (10, 10, 0.5), (0, 5, 0.5), (2, 3, 0.25)):
        score, test = Accuracy(right, images, chance), binomtest(right, images, chance, "greater")
        wilson = binomtest(right, images).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose(score.interval, wilson, rtol=1e-12, atol=1e-15)
        assert score.by_chance == pytest.approx(test.pvalue, rel=1e-12)
    assert Accuracy(2, 3, 0.25).by_chance == pytest.approx(3 * 0.75 / 16 + 1 / 64)


def drives(trained, images):
    """What the neuron for the second class is driven by, and against the first."""
    responses = trained.view.responses(images)
    units = (responses - trained.mean) / trained.deviation
    return units @ trained.for_second()


@pytest.mark.compiled
def test_slopes_are_how_much_a_brighter_pixel_drives():
    animals = stimuli.cats_and_dogs(12, size=16)
    images, step = animals.images, 1e-5
    learned = cognitron_rule(images, 3)
    for view, slopes in (
        (receptors((16, 16)), lambda trained, _: pixel_slopes(trained)),
        (relay_cells((16, 16)), relay_slopes),
        (cognitron_cells(learned), lambda *of: cognitron_slopes(of[0], learned, images, of[1])),
    ):
        responses = view.responses(images)
        trained = train(view, responses, animals.labels, 20)
        found = slopes(trained, responses)
        for row, column in ((8, 8), (0, 5), (15, 15)):
            brighter, darker = images.copy(), images.copy()
            brighter[:, row, column] += step
            darker[:, row, column] -= step
            change = (drives(trained, brighter) - drives(trained, darker)).mean() / (2 * step)
            # The kernels end at three radii, and a cell at its threshold may be passed by a step.
            assert found[row, column] == pytest.approx(change, abs=1e-3 * np.abs(found).max())


@pytest.mark.compiled
def test_a_cell_that_always_answers_the_same_has_no_say(rng):
    responses = rng.random((20, 256))
    responses[:, 3] = 0.7
    labels = (responses[:, 0] > 0.5).astype(int)
    view = receptors((16, 16))._replace(alike=False)
    trained = train(view, responses, labels, 50)
    assert trained.for_second()[3] == 0
    responses[:, 3] = 1e6
    np.testing.assert_array_equal(trained.classes(responses), labels)


@pytest.mark.compiled
def test_cells_that_see_even_ground_have_no_say(rng):
    images = np.broadcast_to(rng.random((40, 1, 1)), (40, 24, 24)).copy()
    images[:20, 2:6, 3:9] += 0.5
    learned = cognitron_rule(np.concatenate([rng.random((3, 24, 24)), images]), 1)
    view = cognitron_cells(learned)
    responses = view.responses(images)
    highest = responses.max(axis=0)
    rounding = (highest > 0) & (highest < 1e-12)  # of sums that are equal
    assert rounding.sum() > 50
    trained = train(view, responses, np.repeat([0, 1], 20), 50)
    assert not trained.for_second()[rounding].any()
    assert trained.for_second().any()


@pytest.mark.compiled
@pytest.mark.parametrize(
    "given",
    [
        {"noise": 0.1, "passes": 10},
        {"size": 24, "noise": 0.1, "passes": 10, "seed": 1},
        {"size": 48, "passes": 10, "seed": 2},
        {"pose": 0.0, "noise": 0.0, "seed": 3},
    ],
)
def test_claims_hold_for_what_is_accepted(given):
    assert failed(cats_and_dogs.run(quick=True, **given)) == []


@pytest.mark.compiled
def test_claims_fail_where_nothing_tells_the_classes_apart(rng, monkeypatch):
    def nothing(count, size, **_):
        images = rng.random((2 * count, size, size))
        return LabelledImages(images, np.repeat((0, 1), count), ("cat", "dog"))

    monkeypatch.setattr(cats_and_dogs, "cats_and_dogs", nothing)
    result = cats_and_dogs.run(size=24, quick=True)
    assert [claim.split(":")[0] for claim in failed(result)] == [
        "pixels", "LGN cells", "cognitron",
    ]  # fmt: skip


@pytest.mark.compiled
def test_the_claim_about_the_circuit_can_fail(monkeypatch):
    right = neurons.perceptron
    monkeypatch.setattr(neurons, "perceptron", lambda w, b, real: right(-w, -b, real=real))
    result = cats_and_dogs.run(size=24, quick=True)
    assert failed(result) == [
        f"{name}: held-out images that the circuit answers otherwise than the rule"
        for name in ("pixels", "LGN cells", "cognitron")
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"images": 199}, r"images must be from 200 to 1000 \(got 199\)"),
        ({"size": 49}, r"size must be from 24 to 48 pixels a side \(got 49\)"),
        ({"pose": 1.1}, r"pose must be from 0 to 1 \(got 1.1\)"),
        ({"noise": 0.2}, r"noise must be from 0 to 0.1 \(got 0.2\)"),
        ({"passes": 9}, r"passes must be from 10 to 1000 \(got 9\)"),
    ],
)
def test_parameters_out_of_range_are_refused(given, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        cats_and_dogs.run(**given)


@pytest.fixture
def photographs(tmp_path, rng):
    """Stripes of three orientations, 30 of each, in folders."""
    x, y = np.meshgrid(np.arange(40), np.arange(40))
    for name, phase in (("across", y), ("down", x), ("slanted", x + y)):
        (tmp_path / "data" / name).mkdir(parents=True)
        for n in range(30):
            grey = 128 + 60 * np.sign(np.sin(phase / 4)) + 10 * rng.standard_normal((40, 40))
            image = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
            image.save(tmp_path / "data" / name / f"{n}.png")
    return tmp_path / "data"


@pytest.mark.compiled
def test_photographs_of_several_classes_are_told_apart(photographs, tmp_path, capsys):
    given = ["run", "cats-and-dogs", "--data", str(photographs), "--size", "24"]
    out = ["--out", str(tmp_path / "out")]
    (photographs / "down" / "0.png").write_text("no image")
    assert main([*given, *out]) == 2
    told = capsys.readouterr().err
    assert "0.png' cannot be read as an image" in told
    assert len(told.splitlines()) == 1
    assert main([*given, *out, "--unreadable", "skip", "--json"]) == 0
    claims = json.loads(capsys.readouterr().out)["claims"]
    assert claims[0]["claim"].startswith("pixels: 30 of 30 held-out images")
    result = cats_and_dogs.run(data=photographs, size=24, unreadable="skip")
    assert " 30 new images of 3 classes right" in result.figures["cats-and-dogs"].get_suptitle()
    skipped = (tmp_path / "out" / "skipped.csv").read_text()
    assert skipped.splitlines()[0] == "file"
    assert skipped.splitlines()[1].endswith("0.png")


@pytest.mark.compiled
def test_so_few_photographs_that_nothing_can_be_claimed_are_refused(tmp_path, rng, capsys):
    for name, count in (("few", 9), ("fewer", 9)):
        (tmp_path / name).mkdir()
        for n in range(count):
            grey = rng.integers(0, 255, (24, 24), dtype=np.uint8)
            Image.fromarray(grey).save(tmp_path / name / f"{n}.png")
    assert main(["run", "cats-and-dogs", "--data", str(tmp_path), "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert (
        "6 images are held out, 50% of them of the commonest class: even if all were told" in told
    )
    assert "by chance with probability 0.016; it should be at most 0.01" in told
    assert len(told.splitlines()) == 1


@pytest.mark.compiled
def test_its_long_work_shows_how_far_it_is(monkeypatch):
    shown = []

    def told(work, description):
        shown.append((description, len(work)))
        return work

    monkeypatch.setattr(cats_and_dogs, "progress", told)
    monkeypatch.setattr(portraits, "progress", told)
    cats_and_dogs.run(size=24, passes=10, quick=True)
    assert shown == [("faces", 14), ("views", 3), ("layers", 4)]


def test_classes_are_called_by_what_the_font_can_write():
    classes = ("chat", "貓", "Nova Scotia duck tolling retriever", "$a$", "two\nlines")
    shown = [label_of(classes, place) for place in range(5)]
    assert shown == ["chat", "class 2", "Nova Sc…", r"\$a\$", "class 5"]


@pytest.mark.compiled
def test_long_names_leave_panels_apart(monkeypatch):
    def named(count, **options):
        names = ("hummingbird hawk-moths", "Nova Scotia duck tolling retriever")
        return replace(stimuli.cats_and_dogs(count, **options), classes=names)

    monkeypatch.setattr(cats_and_dogs, "cats_and_dogs", named)
    figure = cats_and_dogs.run(size=24, passes=10, quick=True).figures["cats-and-dogs"]
    figure.draw_without_rendering()
    panels = [ax for ax in figure.axes if ax.get_title(loc="left")]
    assert len(panels) == 6
    for left, right in itertools.pairwise(panels):
        letter = next(text for text in right.texts if text.get_gid() == "letter")
        title = left._left_title.get_window_extent()
        assert not title.overlaps(letter.get_window_extent())


@pytest.mark.compiled
def test_the_title_counts_what_is_right():
    result = cats_and_dogs.run(size=24, quick=True)
    rows = result.tables["accuracy"].rows
    right = [row[4] for row in rows[:3]]
    title = result.figures["cats-and-dogs"].get_suptitle().replace("\n", " ")
    assert title == (
        f"A perceptron tells {right[0]} of 134 new images right by their pixels, {right[1]} by LGN "
        f"cells, {right[2]} by a cognitron"
    )
    assert [row[0] for row in rows[3:]] == [f"cognitron, layer {n}" for n in (1, 2, 3, 4)]
