"""The cognitron as a classifier: scikit-learn's own checks, and what it sees."""

import subprocess
import sys

import numpy as np
import pytest

try:
    from sklearn.utils.estimator_checks import parametrize_with_checks
except ModuleNotFoundError:
    pytest.skip("scikit-learn is not installed (extra: peers)", allow_module_level=True)

import circuits.cognitron
from circuits.cognitron import CognitronClassifier
from neurosim import InputError

pytestmark = pytest.mark.peers


# The checks have from 1 to 20 features, mostly no square number: images of one row.
@parametrize_with_checks([CognitronClassifier(image_shape=(1, -1))])
def test_scikit_learn_finds_its_conventions_kept(estimator, check):
    check(estimator)


def strokes(rng, count=90, side=12):
    """Lines across, down and along a diagonal, somewhere: images in rows, and their names."""
    images, names = np.zeros((count, side, side)), []
    for image in images:
        kind, row, column = rng.integers(0, 3), *rng.integers(0, side - 7, 2)
        steps = np.arange(7)
        rows = row + (steps if kind else 3)
        columns = column + (steps if kind != 1 else 3)
        image[rows, columns] = rng.uniform(0.5, 1)
        names.append(("across", "down", "diagonal")[kind])
    return images.reshape(count, -1), np.array(names)


def test_it_tells_strokes_apart_wherever_they_lie(rng):
    images, names = strokes(rng, 300)
    seen = CognitronClassifier().fit(images[:200], names[:200])
    assert seen.image_shape_ == (12, 12)
    assert list(seen.classes_) == ["across", "diagonal", "down"]
    assert seen.coef_.shape == (3, 4 * 144)
    assert seen.score(images[:200], names[:200]) == 1
    # By chance a third: 62 of 100 only once in 10⁸ (binomial).
    assert seen.score(images[200:], names[200:]) > 0.62


def test_the_whole_is_a_circuit(rng):
    images, names = strokes(rng)
    for chosen in (slice(None), names != "down"):
        x, y = images[chosen], names[chosen]
        seen = CognitronClassifier(layers=2).fit(x, y)
        drives = seen.circuit()(x[:10].reshape(-1, 12, 12))
        expected = seen.decision_function(x[:10]).reshape(10, -1)
        np.testing.assert_allclose(drives, expected, rtol=1e-9, atol=1e-9)


def test_what_was_always_there_decides_nothing(rng):
    images, names = strokes(rng, 61)
    images = np.pad(images.reshape(-1, 12, 12), ((0, 0), (0, 0), (0, 12)))
    images[:, 0, 23] = 0.3  # so far away that no cell hears it and a stroke
    seen = CognitronClassifier((12, 24), layers=2).fit(images[:51].reshape(51, -1), names[:51])
    told = seen.decision_function(images[51:].reshape(10, -1))
    images[51:, 0, 23] = 0.4
    again = seen.decision_function(images[51:].reshape(10, -1))
    np.testing.assert_allclose(again, told, rtol=1e-9)


def test_images_need_not_be_square(rng):
    images, names = strokes(rng)
    half = images.reshape(-1, 12, 12)[:, :8].reshape(len(images), -1)
    for shape in ((8, 12), (-1, 12)):
        assert CognitronClassifier(shape).fit(half, names).image_shape_ == (8, 12)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (None, "X has 60 pixels an image, which is no square; give image_shape=(rows, columns)"),
        ((7, 7), "image_shape must be rows and columns of 60 pixels, one of them −1 for what the "
         "other leaves (got (7, 7))"),
        ((3, 4, 5), "(got (3, 4, 5))"),
        ((-5, 12), "(got (-5, 12))"),
        ((), "(got ())"),
        ("wide", "(got 'wide')"),
    ],
)  # fmt: skip
def test_a_shape_that_does_not_fit_is_refused(shape, told, rng):
    with pytest.raises(InputError) as caught:
        CognitronClassifier(shape).fit(rng.random((4, 60)), [0, 1, 0, 1])
    assert told in str(caught.value)


def test_what_cannot_be_learned_is_refused(rng):
    images = rng.random((4, 9))
    with pytest.raises(ValueError, match="Negative values in data passed to CognitronClassifier"):
        CognitronClassifier().fit(-images, [0, 1, 0, 1])
    told = r"needs images of two classes at least \(got 1 class: 3\)"
    with pytest.raises(InputError, match=told):
        CognitronClassifier().fit(images, [3, 3, 3, 3])
    with pytest.raises(InputError, match="cognitron: q must be finite and above 0"):
        CognitronClassifier(q=-1).fit(images, [0, 1, 0, 1])
    with pytest.raises(InputError, match=r"reading_passes must be a whole number from 1 \(got 0"):
        CognitronClassifier(reading_passes=0).fit(images, [0, 1, 0, 1])


def test_without_scikit_learn_one_line_says_what_to_install():
    code = """
import sys
class Without:
    def find_spec(self, name, path, target=None):
        if name == "sklearn":
            raise ModuleNotFoundError("none", name=name)
sys.meta_path.insert(0, Without())
import circuits.cognitron
try:
    circuits.cognitron.CognitronClassifier
except ImportError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == (
        "CognitronClassifier needs scikit-learn, which is not installed: "
        "pip install 'neurosim[sklearn]'"
    )


def test_nothing_else_is_loaded_by_name():
    with pytest.raises(AttributeError, match="has no attribute 'Classifier'"):
        _ = circuits.cognitron.Classifier
