"""A trained cognitron as neurons: what it answers, how it composes, what its cells see."""

import numpy as np
import pytest

from circuits.cognitron import cognitron, reverse_reproduction
from neurosim import Circuit, CircuitError, InputError
from neurosim.files import load
from neurosim.learning import cognitron_rule


def noise(rng, count=6, shape=(12, 12)):
    return np.where(rng.random((count, *shape)) > 0.6, rng.random((count, *shape)), 0)


def bars(size=12):
    images = np.zeros((4, size, size))
    images[0, 2:-2, 3] = images[1, 2:-2, -4] = 1
    images[2, 3, 2:-2] = images[3, -4, 2:-2] = 1
    return images


def areas(sheet):
    return np.lib.stride_tricks.sliding_window_view(np.pad(sheet, 2), (5, 5))


@pytest.fixture
def learned(rng):
    return cognitron_rule(noise(rng), passes=3)


def test_every_cell_answers_as_the_equations_say(learned, rng):
    circuit = cognitron(learned)
    image = noise(rng, 1)[0]
    found = circuit.activities(image)
    before = image
    for n in range(4):
        v = areas(before).mean((2, 3))
        e, h = np.sum(learned.excitatory[n] * areas(before), (2, 3)), learned.inhibitory[n] * v
        u = np.maximum((1 + e) / (1 + h) - 1, 0)
        np.testing.assert_allclose(found[f"v{n + 1}"], v, atol=1e-12)
        np.testing.assert_allclose(found[f"h{n + 1}"], h, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found[f"u{n + 1}"], u, atol=1e-12)
        before = found[f"u{n + 1}"]
    np.testing.assert_array_equal(circuit(image), before)


@pytest.mark.parametrize("shape", [(12, 12), (7, 10), (1, 8)])
def test_it_answers_as_the_learning_rule_did(rng, shape):
    images = noise(rng, shape=shape)
    learned = cognitron_rule(images, passes=3)
    u = learned.responses(images)
    circuit = cognitron(learned)
    np.testing.assert_allclose(circuit(images), u[:, -1], atol=1e-12)
    found = circuit.activities(images)
    for n in range(4):
        np.testing.assert_allclose(found[f"u{n + 1}"], u[:, n], atol=1e-12)


def test_on_even_areas_they_differ_by_rounding_alone():
    images = np.full((1, 12, 12), 0.3)
    learned = cognitron_rule(images, 2, passes=5)
    u = learned.responses(images)
    assert not u[0, 0, 4:-4, 4:-4].any()
    np.testing.assert_allclose(cognitron(learned).activities(images[0])["u1"], u[0, 0], atol=1e-12)


def test_it_runs_in_time(learned, rng):
    image = noise(rng, 1)[0]
    circuit = cognitron(learned)
    record = circuit.simulate(image, steps=20)  # u, and v then h, of four layers: at most 3 each
    np.testing.assert_allclose(record["u4"][0, -1], circuit(image), atol=1e-12)


def test_it_composes_is_saved_and_drawn(learned, rng, tmp_path):
    circuit = cognitron(learned)
    image = noise(rng, 1)[0]
    whole = Circuit("seen twice as bright")
    seen = whole.inputs("image", shape=(12, 12), real=True)
    whole.output(circuit(whole.rate("bright", excite=2 * seen)))
    np.testing.assert_array_equal(whole(image), circuit(2 * image))
    circuit.save(tmp_path / "cognitron.json")
    np.testing.assert_array_equal(load(tmp_path / "cognitron.json")(image), circuit(image))
    circuit.draw().savefig(tmp_path / "cognitron.png")


def test_one_that_learned_nothing_is_silent():
    blank = cognitron_rule(np.zeros((1, 5, 6)), 2)
    assert not cognitron(blank)(np.ones((5, 6))).any()


# ------------------------------------------------------------------ what a cell has learned to see


def test_a_cell_of_the_first_layer_draws_its_weights(learned):
    cells = np.zeros((12, 12))
    cells[6, 7] = 1
    expected = np.zeros((12, 12))
    expected[4:9, 5:10] = learned.excitatory[0, 6, 7] / learned.excitatory[0, 6, 7].sum()
    np.testing.assert_allclose(reverse_reproduction(learned, 1)(cells), expected, atol=1e-15)


def test_activity_is_shared_and_not_multiplied(learned, rng):
    assert learned.excitatory.sum((3, 4)).min() > 0
    cells = rng.random((12, 12))
    assert reverse_reproduction(learned)(cells).sum() == pytest.approx(cells.sum(), rel=1e-12)


@pytest.mark.parametrize("layer", [1, 2])
def test_deeper_cells_see_more_of_the_image(learned, layer):
    cells = np.zeros((12, 12))
    cells[6, 6] = 1
    seen = np.argwhere(reverse_reproduction(learned, layer)(cells) > 0)
    assert np.abs(seen - 6).max() == 2 * layer


@pytest.mark.compiled
def test_the_cell_that_answers_one_bar_draws_that_bar():
    images = bars()
    learned = cognitron_rule(images, passes=300)
    back = reverse_reproduction(learned)
    u = learned.responses(images)[:, -1]
    for k in range(4):
        others = np.delete(u, k, axis=0).max(axis=0)
        cells = np.zeros((12, 12))
        cells.flat[np.where(others == 0, u[k], 0).argmax()] = 1
        drawn = back(cells)
        overlaps = [np.corrcoef(drawn.ravel(), other.ravel())[0, 1] for other in images]
        assert overlaps[k] > 0.1 + np.delete(overlaps, k).max()


# ------------------------------------------------------------------ what is refused


def test_only_what_was_learned_becomes_a_circuit(learned):
    told = "learned must be of the kind Reinforcement .got 3."
    with pytest.raises(CircuitError, match=f"cognitron: {told}"):
        cognitron(3)
    with pytest.raises(CircuitError, match=f"reverse reproduction: {told}"):
        reverse_reproduction(3)
    with pytest.raises(InputError, match=r"has 4 layers \(got layer=5\)"):
        reverse_reproduction(learned, 5)
    with pytest.raises(InputError, match="layer must be a whole number from 1"):
        reverse_reproduction(learned, 0)


def test_images_of_another_size_are_refused(learned):
    with pytest.raises(InputError, match="image"):
        cognitron(learned)(np.ones((5, 5)))
