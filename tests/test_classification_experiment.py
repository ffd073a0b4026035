"""The experiment `classification`: fair folds, thirteen honest cases, and claims that can fail."""

import numpy as np
import pytest
from PIL import Image

from circuits.stimuli import faces_and_scrambled
from experiments import classification
from experiments.accuracy import Accuracy
from experiments.classification import claims, machines
from experiments.classification.cases import Case, check_enough, thirteen
from experiments.classification.rounds import Tried, try_out
from experiments.proportions import wilson_interval
from neurosim import InputError
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.fixture(scope="module")
def cases():
    faces = faces_and_scrambled(30, size=16)
    return thirteen(faces, "faces", 200, np.random.default_rng(3))


def test_there_are_thirteen_cases_and_no_image_stands_twice_in_one(cases):
    assert len({case.name for case in cases}) == 13
    for case in cases:
        flat = case.images.reshape(len(case.images), -1)
        assert len(np.unique(flat, axis=0)) == len(flat) == len(case.labels)
        assert case.images.min() >= 0
        assert case.images.max() <= 1
        assert set(case.labels) == set(range(len(case.classes)))


def test_cases_are_what_their_names_say(cases):
    by_name = {case.name: case for case in cases}
    pair, both = by_name["3 or 8"], by_name["3 or 8, negatives too"]
    negative = np.isclose(both.images, 1 - pair.images).all(axis=(1, 2))
    assert abs(negative.mean() - 0.5) < 0.01
    np.testing.assert_array_equal(both.images[~negative], pair.images[~negative])
    digits, shuffled = by_name["ten digits"], by_name["ten, pixels shuffled"]
    places = [np.flatnonzero((pixel == shuffled.images.reshape(200, -1).T).all(axis=1))
              for pixel in digits.images.reshape(200, -1).T]  # fmt: skip
    assert set(np.concatenate(places)) == set(range(64))
    assert not np.array_equal(digits.images, shuffled.images)
    for image, sheet in zip(digits.images, by_name["ten, shifted"].images, strict=True):
        corners = [sheet[r : r + 8, c : c + 8] for r in range(5) for c in range(5)]
        assert any(np.array_equal(image, corner) for corner in corners)
        assert sheet.sum() == pytest.approx(image.sum())
    np.testing.assert_array_equal(by_name["odd or even"].labels, digits.labels % 2)
    lot = by_name["classes by lot"]
    assert np.bincount(lot.labels).tolist() == [100, 100]
    added = by_name["ten, noisy"].images - digits.images
    inside = (digits.images > 0.4) & (digits.images < 0.6)
    assert added[inside].std() == pytest.approx(0.2, rel=0.05)


def nearest(images, labels, seed):
    """A machine that tells by the nearest image: what it has seen it knows."""

    def tell(others):
        return labels[[np.square(images - other).sum(axis=(1, 2)).argmin() for other in others]]

    return tell


def lazy(images, labels, seed):
    return lambda others: np.zeros(len(others), dtype=int)


def drawn(rng, counts=(15, 25)):
    labels = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return Case("drawn", rng.random((len(labels), 3, 3)), labels, ("a", "b", "c")[: len(counts)])


def test_each_image_is_held_out_once_a_round_and_machines_meet_the_same(rng):
    case, met = drawn(rng), []

    def watching(images, labels, seed):
        met.append({image.tobytes() for image in images})
        return lambda others: (met.append({image.tobytes() for image in others}), labels[:1])[1]

    one = try_out(case, {"first": watching, "second": watching}, 3, 5, seed=0)
    assert (one.held_out == 1).all()
    assert one.shared == 0
    for learned, out, again, same in zip(*(met[n::4] for n in range(4)), strict=True):
        assert not learned & out
        assert (learned, out) == (again, same)
        assert len(learned | out) == 40
    for row in one.of_fold:
        for fold in range(5):
            assert np.bincount(case.labels[row == fold]).tolist() == [3, 5]
    assert not np.array_equal(*one.of_fold[:2])


def test_an_image_that_stands_twice_is_noticed(rng):
    case = drawn(rng)
    case.images[np.flatnonzero(case.labels == 1)[:2]] = 0.25
    shared = [try_out(case, {"lazy": lazy}, 1, 5, seed).shared for seed in range(20)]
    assert set(shared) == {0, 2}  # in one fold, or in two
    result = Result("classification")
    claims.claim_fair_folds(
        result, [try_out(case, {"lazy": lazy}, 1, 5, seed) for seed in range(20)]
    )
    assert len(failed(result)) == 1


def test_scores_are_counted_by_fold_and_by_round(rng):
    case = drawn(rng)
    one = try_out(case, {"lazy": lazy, "nearest": nearest}, 2, 5, seed=1)
    np.testing.assert_allclose(one.by_fold("lazy"), 3 / 8)  # zeros are told of all
    right = one.right("nearest")
    by_hand = [right[r][one.of_fold[r] == f].mean() for r in range(2) for f in range(5)]
    np.testing.assert_allclose(one.by_fold("nearest"), by_hand)
    assert one.accuracy("lazy") == Accuracy(15, 40, 25 / 40)
    # All folds are alike, so that what is left is how few images there are.
    np.testing.assert_allclose(one.interval("lazy"), wilson_interval(15, 40))
    low, high = one.interval("nearest")
    assert low < right.mean() < high
    ahead, *between = one.ahead("nearest", "lazy")
    assert ahead == pytest.approx(right.mean() - 15 / 40)
    assert between[0] < ahead < between[1]
    assert one.behind_by_chance("lazy", "lazy") == 1
    counted = right.sum(axis=0), 2 * (case.labels == 0)
    more, fewer = (counted[0] > counted[1]).sum(), (counted[0] < counted[1]).sum()
    assert (one.behind_by_chance("nearest", "lazy") < 0.5) == (fewer > more)


def test_a_class_with_fewer_images_than_folds_is_named(rng):
    few = drawn(rng, (4, 20))
    check_enough([few], 4)
    with pytest.raises(
        InputError, match=r"^drawn: the class 'a' has 4 images; at least 5 are need"
    ):
        check_enough([drawn(rng), few], 5)


@pytest.mark.compiled
@pytest.mark.parametrize("name", machines.MACHINES)
@pytest.mark.parametrize(("classes", "side"), [(2, 8), (3, 24)])
def test_every_machine_learns_where_a_bright_spot_is(rng, name, classes, side):
    labels = np.arange(60) % classes
    images = 0.2 * rng.random((60, side, side))
    images[np.arange(60), :4, 2 + 2 * labels] = 1.0
    tell = machines.MACHINES[name](images[:45], labels[:45], 0)
    assert (tell(images[45:]) == labels[45:]).mean() > 0.9


def test_who_knows_the_answers_fails_the_claims_of_chance(rng, cases):
    """The answers of a machine that was shown the labels, in every case."""

    def shown(case):
        one = try_out(case, dict.fromkeys(claims.ALL, lazy), 1, 3, seed=0)
        return one._replace(answers=dict.fromkeys(claims.ALL, case.labels[None]))

    result = Result("classification")
    tried = [shown(case) for case in cases]
    claims.claim_what_is_told(result, tried, drawn=True)
    claims.claim_what_depth_does(result, tried)
    wrong = failed(result)
    assert any(claim.startswith("classes by lot: none of the four is surely") for claim in wrong)
    assert any("no neuron that weighs pixels tells of both" in claim for claim in wrong)
    assert any("cells that share their fields are ahead" in claim for claim in wrong)


def test_a_neuron_may_tell_all_of_the_commoner_digit_and_half_of_the_other(cases):
    """The most that one neuron can tell of images and negatives, where digits are not as many."""
    few = {case.name: case for case in cases}
    labels = np.repeat([0, 0, 1], 80)
    few[claims.NEGATIVES] = Case(claims.NEGATIVES, np.zeros((240, 8, 8)), labels, ("3", "8"))
    tried = [
        Tried(
            case, 3, *np.zeros((2, 1, len(case.labels)), dtype=int), 0,
            dict.fromkeys(claims.ALL, case.labels[None]),
        )
        for case in few.values()
    ]  # fmt: skip
    place = list(few).index(claims.NEGATIVES)
    answers = np.where(np.arange(240) < 200, labels, 0)[None]
    tried[place] = tried[place]._replace(answers=dict.fromkeys(claims.ALL, answers))
    result = Result("classification")
    claims.claim_what_depth_does(result, tried)
    one, deep = result.claims[:2]
    assert one.holds
    assert not deep.holds
    assert "83.3%" in one.claim


def test_who_tells_all_the_same_fails_the_claims_above_chance(cases):
    result = Result("classification")
    tried = [try_out(case, dict.fromkeys(claims.ALL, lazy), 1, 3, seed=0) for case in cases]
    claims.claim_what_is_told(result, tried, drawn=True)
    told = [claim for claim in result.claims if "by one answer for all" in claim.claim]
    assert len(told) == 10  # but for lots, and for what few images do not show
    assert not any(claim.holds for claim in told)


@pytest.mark.compiled
def test_photographs_of_a_folder_take_the_faces_places(tmp_path, rng, monkeypatch):
    quick = dict.fromkeys(machines.MACHINES, nearest)
    monkeypatch.setattr(classification, "MACHINES", quick)
    for place, name in enumerate(("moon", "貓", "sun")):
        (tmp_path / name).mkdir()
        for number in range(8):
            pixels = rng.integers(80 * place, 80 * place + 60, (30, 40)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    (tmp_path / "sun" / "notes.png").write_text("no image")
    result = classification.run(data=tmp_path, unreadable="skip", quick=True)
    rows = [row for row in result.tables["accuracies"].rows if row[0].startswith("photographs")]
    assert [row[0] for row in rows[::4]] == [
        "photographs", "photographs, noisy", "photographs, turned",
    ]  # fmt: skip
    assert {row[2] for row in rows} == {24}
    assert rows[0][3] == 1.0
    assert not any(claim.claim.startswith("photographs") for claim in result.claims)
    assert len(result.tables["skipped"].rows) == 1


def test_too_few_photographs_are_refused_before_anything_is_learned(tmp_path, rng, monkeypatch):
    learned = []
    monkeypatch.setattr(classification, "try_out", lambda case, *_: learned.append(case))
    for name, count in (("moon", 8), ("sun", 2)):
        (tmp_path / name).mkdir()
        for number in range(count):
            pixels = rng.integers(0, 256, (30, 30)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    with pytest.raises(InputError, match=r"^photographs: the class 'sun' has 2 images; at least 3"):
        classification.run(data=tmp_path, quick=True)
    assert not learned


@pytest.mark.slow
@pytest.mark.compiled
def test_every_claim_holds_of_few_images_in_many_folds():
    result = classification.run(seed=1, images=200, folds=10, rounds=1)
    assert failed(result) == []
    scores = {(row[0], row[1]): row[3] for row in result.tables["accuracies"].rows}
    assert len(scores) == 13 * 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": 199}, r"^images must be from 200 to 1000 \(got 199\)"),
        ({"rounds": 0}, r"^rounds must be from 1 to 10 \(got 0\)"),
        ({"folds": 11}, r"^folds must be from 3 to 10 \(got 11\)"),
        ({"folds": 5.5}, r"^folds must be a whole number from 3 to 10 \(got 5.5\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        classification.run(**options)


def test_the_help_says_what_is_not_reproduced():
    told = " ".join(classification.run.__doc__.split())
    assert "inferring sexual orientation or criminality from a face, are not reproduced" in told


def test_a_photograph_that_is_there_twice_is_named(tmp_path, rng):
    pictures = rng.integers(0, 256, (3, 24, 24), dtype=np.uint8)
    for name, which in (("a/1", 0), ("a/2", 1), ("b/1", 2), ("b/2", 0)):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pictures[which]).save(path)
    with pytest.raises(InputError, match=r"a/1\.png' and '.*b/2\.png' are the same picture"):
        classification.run(data=tmp_path, quick=True)
