"""The exercises: what earns full marks, what typical mistakes earn, and what their files say."""

import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from circuits import cortex, edges, perceptron
from circuits.exercises import NAMES, exercise
from circuits.exercises.cells import ask
from circuits.exercises.orientation_cell import ORIENTATIONS, SCREEN, difference, preferred
from circuits.exercises.perceptron import HELD_OUT, MARGIN, OFFSET, TAUGHT, patterns_like
from neurosim import Circuit, convolve
from neurosim.errors import NeurosimError
from neurosim.grading.marking import grade
from neurosim.learning import perceptron_rule

SOLUTIONS = Path(__file__).parent / "solutions"


def source_of(name):
    return (SOLUTIONS / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")


def defined(source):
    module = ModuleType("student")
    exec(source, module.__dict__)
    return module.__dict__


def failures(name, names):
    """What each part that is not passed says, examined in this process."""
    found = {}
    for part in exercise(name).parts:
        made = names[part.circuit]
        try:
            circuit = made if isinstance(made, Circuit) else made(*part.arguments)
            part.interface.check(circuit, "the exercise")
            assert part.examine(circuit)
        except (AssertionError, NeurosimError) as error:
            found[part.title] = str(error)
    return found


def changed(name, *changes):
    """A solution with some of its text replaced."""
    source = source_of(name)
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return defined(source)


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_earns_full_marks(name, tmp_path):
    path = tmp_path / "student.py"
    path.write_text(source_of(name), encoding="utf-8")
    result = grade(path, exercise(name))
    assert result.score == result.points == exercise(name).points
    assert all(part.told for part in result.parts)


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_says_what_it_asks_for(name):
    found = exercise(name)
    assert found.name == name
    assert found.points > 0
    assert re.search("[\u4e00-\u9fff]", found.chinese)
    for part in found.parts:
        assert part.circuit in found.task
        assert re.search(rf"^def {part.circuit}\(", found.starter, re.MULTILINE)
        for port in (*part.interface.inputs, *part.interface.outputs):
            assert re.search(rf"\b{port.name}\b", found.task)
    assert max(map(len, found.task.splitlines())) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_runs_and_is_not_yet_right(name):
    names = defined(exercise(name).starter)
    found = 0
    for part in exercise(name).parts:
        try:
            circuit = names[part.circuit](*part.arguments)
            part.interface.check(circuit, "the exercise")
            part.examine(circuit)
        except (AssertionError, NeurosimError):
            found += part.points
    assert found > 0


# ---------------------------------------------------------------- gates and adders


def test_a_gate_of_two_neurons_is_told_that_one_is_enough():
    names = changed("gate", ('"z", excite=y, subtract=x, threshold=0)', (
        '"z", excite=circuit.binary("copy", excite=y), subtract=x, threshold=0)'
    )))  # fmt: skip
    assert failures("gate", names) == {
        "implies, in one neuron": "Circuit 'implies' answers rightly, but with 2 neurons; 1 is "
        "enough"
    }


def test_a_gate_that_is_another_is_named():
    names = changed("gate", ("subtract=2 * both", "subtract=0 * both"))
    assert list(failures("gate", names)) == ["xor"]
    assert "computes x OR y, and should compute x XOR y" in failures("gate", names)["xor"]


def test_outputs_in_the_wrong_order_fail_what_is_built_of_them():
    add, carry = (
        '    circuit.output(circuit.binary("sum", excite=x + y, subtract=2 * carry, '
        "threshold=1))\n",
        "    circuit.output(carry)\n",
    )
    found = failures("adder", changed("adder", (add + carry, carry + add)))
    # The others take its outputs by their names, so they are right.
    assert list(found) == ["half adder"]
    assert "the outputs carry and sum are swapped" in found["half adder"]


def test_an_adder_without_its_last_carry_has_too_few_bits():
    names = changed("adder", ("[*sums, carry]", "sums"), ("bits=bits + 1", "bits=bits"))
    found = failures("adder", names)
    assert len(found) == 3
    assert found["numbers of 4 bits"] == (
        "Circuit 'adder', output 'total' is a number of 4 bits; the exercise has a number of 5 "
        "bits there: declare output(…, 'total', bits=5)"
    )


def test_an_adder_that_forgets_its_carries():
    found = failures("adder", changed("adder", ("add(a[i], b[i], carry)", "add(a[i], b[i], 0)")))
    assert list(found) == ["numbers of 4 bits", "numbers of 8 bits"]  # one bit has no carry in


def test_an_adder_of_one_width_only():
    names = changed("adder", ("def adder(bits):\n", "def adder(bits):\n    bits = 4\n"))
    assert list(failures("adder", names)) == ["numbers of 1 bit", "numbers of 8 bits"]


# ---------------------------------------------------------------- cells


def cell(field, **settings):
    circuit = Circuit("cell")
    image = circuit.inputs("image", shape=field.shape, real=True)
    circuit.output(circuit.rate("cell", drive=field.ravel() @ image, **settings))
    return circuit


def spot_field(center=1.5, surround=2.5, gain=1.0):
    steps = np.arange(15) - 7.0
    distance = np.hypot(*np.meshgrid(steps, steps))
    narrow, wide = (np.exp(-((distance / radius) ** 2)) for radius in (center, surround))
    return narrow / narrow.sum() - gain * wide / wide.sum()


SPOTS = {
    "no surround": (spot_field(gain=0.0), {}, ["uniform light does not", "size"]),
    "weak surround": (spot_field(gain=0.5), {}, ["uniform light does not", "size"]),
    "off center": (-spot_field(), {}, [
        "a spot drives it", "uniform light does not", "size", "place", "dark spots do not",
    ]),
    "linear": (spot_field(), {"transfer": "identity"}, []),
    "spontaneous": (spot_field(), {"bias": 0.01}, []),
    "aside": (np.roll(spot_field(), 5, axis=1), {}, [
        "a spot drives it", "uniform light does not", "size", "place", "dark spots do not",
    ]),
    "too wide": (spot_field(4.0, 5.0), {}, ["size"]),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SPOTS))
def test_spot_detectors(name):
    field, settings, expected = SPOTS[name]
    assert list(failures("spot-detector", {"spot_detector": cell(field, **settings)})) == expected


def test_a_binary_spot_detector_and_a_lgn_cell_are_right():
    circuit = Circuit("binary")
    image = circuit.inputs("image", shape=(15, 15), real=True)
    circuit.output(circuit.binary("cell", drive=spot_field().ravel() @ image, threshold=0.2))
    assert failures("spot-detector", {"spot_detector": circuit}) == {}


def edge_sheet(kernels, threshold=0.1):
    circuit = Circuit("edges")
    image = circuit.inputs("image", shape=(24, 24), real=True)
    found = [
        circuit.binary(
            f"change{k}", drive=convolve(image, kernel, border="reflect"), threshold=threshold
        )
        for k, kernel in enumerate(kernels)
    ]
    circuit.output(circuit.binary("edges", excite=sum(found), threshold=1))
    return circuit


FALL = np.array([[0, 1, -1]])
ALL = (FALL, -FALL, FALL.T, -FALL.T)
SHEETS = {
    "one polarity": ((FALL, FALL.T), 0.1, ["both polarities", "oblique steps"]),
    "vertical only": (ALL[:2], 0.1, ["steps", "both polarities", "low contrast"]),
    "too bold": (ALL, 0.5, ["low contrast", "oblique steps"]),
    "too timid": (ALL, 0.03, ["no edge, no mark"]),
    "wide": (
        [np.array([[1, 0, 0, 0, 0, 0, -1]]) * s for s in (1, -1)]
        + [np.array([[1, 0, 0, 0, 0, 0, -1]]).T * s for s in (1, -1)], 0.3,
        ["steps", "both polarities", "low contrast", "oblique steps"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SHEETS))
def test_edge_detectors(name):
    kernels, threshold, expected = SHEETS[name]
    circuit = edge_sheet(kernels, threshold)
    found = failures("edge-detector", {"edge_detector": circuit})
    assert list(found) == expected, found


def test_what_is_always_silent_earns_nothing():
    image = {"spot_detector": (15, 15), "edge_detector": (24, 24), "orientation_cell": (32, 32)}
    for name, shape in image.items():
        circuit = Circuit("silent")
        seen = circuit.inputs("image", shape=shape, real=True)
        heard = 0 * seen if name == "edge_detector" else np.zeros(seen.size) @ seen
        circuit.output(circuit.binary("out", excite=heard, threshold=1))
        found = exercise(name.replace("_", "-"))
        failed = failures(found.name, {name: circuit})
        assert len(failed) == len(found.parts)


def test_zero_crossings_are_an_edge_detector():
    circuit = edges.edge_cells((24, 24), 1.0, pixel=1.0, threshold=1e-3)
    found = failures("edge-detector", {"edge_detector": circuit})
    assert found == {}


def test_a_row_of_one_cell_is_told_how_to_be_a_single_one():
    circuit = Circuit("row")
    image = circuit.inputs("image", shape=(15, 15), real=True)
    circuit.output(circuit.rate("cell", drive=spot_field().reshape(1, -1) @ image))
    assert failures("spot-detector", {"spot_detector": circuit})["size"] == (
        "Circuit 'row', output 'cell' is 1 value, each any number; the exercise has any number "
        "there: give output() a single neuron, such as [0] of these"
    )


def test_a_sheet_of_rates_is_refused():
    circuit = Circuit("graded")
    image = circuit.inputs("image", shape=(24, 24), real=True)
    circuit.output(circuit.rate("edges", drive=convolve(image, FALL)))
    found = failures("edge-detector", {"edge_detector": circuit})
    assert len(found) == 5
    assert found["steps"].endswith("give output() binary neurons of shape (24, 24)")


def oriented(orientation, **changes):
    settings = {"frequency": 1.0, "width": 0.5, "length": 0.5} | changes
    return cortex.Gabor(orientation=orientation, **settings).weights(SCREEN)


CELLS = {
    "turned the other way": (lambda o: cell(oriented(-o)), ["30°", "120°"]),
    "across": (lambda o: cell(oriented(o + 90)), ["30°", "120°"]),
    "always the same": (lambda _: cell(oriented(30.0)), ["120°"]),
    "a little off": (lambda o: cell(oriented(o + 20)), ["30°", "120°"]),
    "only above a threshold": (lambda o: cell(oriented(o), threshold=0.3), ["any contrast"]),
    "linear": (lambda o: cell(oriented(o), transfer="identity"), []),
    "another frequency": (lambda o: cell(oriented(o, frequency=1.3)), []),
    "spontaneous": (lambda o: cell(oriented(o), bias=0.3), []),
}


@pytest.mark.compiled
@pytest.mark.parametrize("name", list(CELLS))
def test_orientation_cells(name):
    make, expected = CELLS[name]
    found = failures("orientation-cell", {"orientation_cell": make})
    assert list(found) == expected, found


def test_a_spot_detector_is_no_orientation_cell():
    steps = (np.arange(32) - 15.5) * 0.15
    distance = np.hypot(*np.meshgrid(steps, steps))
    field = np.exp(-((distance / 0.3) ** 2)) / 0.09 - np.exp(-((distance / 0.6) ** 2)) / 0.36
    found = failures("orientation-cell", {"orientation_cell": lambda _: cell(field)})
    assert {"selectivity", "any contrast"} <= set(found)


def test_a_cell_without_a_preference_earns_nothing_by_an_accident_of_the_pixels():
    field = np.zeros((32, 32))
    field[15, 20] = 1.0  # the mean of its answers, equal but for rounding, points to 21 degrees
    found = failures("orientation-cell", {"orientation_cell": lambda _: cell(field)})
    assert len(found) == 5
    assert found["30°"].startswith("the strength of its preference, from 0 to 1, is ")


def test_a_binary_cell_is_best_for_the_smallest_spot_that_it_answers_to():
    circuit = Circuit("binary")
    image = circuit.inputs("image", shape=(15, 15), real=True)
    circuit.output(circuit.binary("cell", drive=spot_field().ravel() @ image, threshold=0.05))
    assert failures("spot-detector", {"spot_detector": circuit}) == {
        "size": "the width in pixels of the smallest spot that is best is 1; asked for: at least 2"
    }


@pytest.mark.compiled
def test_complex_and_hubel_wiesel_cells_are_orientation_cells():
    def complex_cell(orientation):
        gabor = cortex.Gabor(orientation=orientation, width=0.5, length=0.5)
        return cortex.complex_cells(SCREEN, gabor)

    assert failures("orientation-cell", {"orientation_cell": complex_cell}) == {}


@pytest.mark.parametrize("asked", [0.0, 11.25, 90.0, 135.0, 168.75, 179.0])
@pytest.mark.parametrize("width", [10.0, 20.0, 40.0])
def test_the_preferred_orientation_is_the_mean_of_a_symmetric_tuning(asked, width):
    # A von Mises on half a turn has its mean direction where it has its peak.
    answers = np.exp(np.cos(2 * np.radians(ORIENTATIONS - asked)) / np.radians(2 * width) ** 2)
    assert difference(preferred(answers), asked) < 1e-2 + (width < 11)


def test_orientations_differ_by_at_most_a_quarter_turn():
    assert difference(179.0, 1.0) == pytest.approx(2.0)
    assert difference(0.0, 90.0) == pytest.approx(90.0)
    assert difference(30.0, 120.0) == pytest.approx(90.0)


# ---------------------------------------------------------------- perceptrons


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_patterns_keep_their_margin_and_are_of_both_kinds(dimensions, seed):
    patterns, labels = patterns_like(dimensions, HELD_OUT, seed)
    assert patterns.shape == (HELD_OUT, dimensions)
    normal = np.array([1.0, -2.0, 2.0][:dimensions])
    distance = patterns @ normal / np.linalg.norm(normal) - OFFSET
    assert np.abs(distance).min() >= MARGIN
    assert ((distance > 0) == labels).all()
    assert 0.2 < labels.mean() < 0.8


def linear(weights, bias):
    return perceptron.perceptron(weights, bias, real=True)


LEARNERS = {
    "the library's rule": (
        lambda x, z: perceptron.trained_perceptron(perceptron_rule(x, z)), [],
    ),
    "always 0": (lambda x, z: linear(np.zeros(len(x[0])), -1.0), [
        "two numbers, taught", "two numbers, held out", "three numbers, taught",
        "three numbers, held out",
    ]),
    "no bias": (lambda x, z: linear(np.array([1.0, -2.0, 2.0][: len(x[0])]), 0.0), [
        "two numbers, taught", "two numbers, held out", "three numbers, taught",
        "three numbers, held out",
    ]),
    "one pass": (lambda x, z: perceptron.trained_perceptron(
        perceptron_rule(x, z, passes=1)), [
        "two numbers, taught", "two numbers, held out", "three numbers, taught",],
    ),
    "labels swapped": (
        lambda x, z: perceptron.trained_perceptron(perceptron_rule(x, 1 - np.array(z))), [
        "two numbers, taught", "two numbers, held out", "three numbers, taught",
        "three numbers, held out",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", list(LEARNERS))
def test_perceptrons(name):
    learn, expected = LEARNERS[name]
    found = failures("perceptron", {"learn": learn})
    assert list(found) == expected, found


def test_a_perceptron_is_one_neuron():
    def learn(x, z):
        circuit = perceptron.trained_perceptron(perceptron_rule(x, z))
        circuit.binary("idle", excite=circuit["z"])
        return circuit

    assert failures("perceptron", {"learn": learn})["two numbers, taught"] == (
        "the number of neurons is 2; asked for: at most 1"
    )


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_the_rule_generalises_as_far_as_is_asked_for_whatever_it_is_taught(dimensions, seed):
    x, z = patterns_like(dimensions, TAUGHT, seed + 10)
    circuit = perceptron.trained_perceptron(perceptron_rule(x, z))
    others, labels = patterns_like(dimensions, HELD_OUT, seed + 20)
    assert np.mean(circuit(others) == labels) >= 0.9


@pytest.mark.parametrize(
    ("measured", "at_least", "told"),
    [
        (3.14e-15, 1e-6, "is 0; asked for: more than 0"),
        (-2390.4, 1, "is -2,390; asked for: at least 1"),
        (0.00523, 0.5, "is 0.00523; asked for: at least 0.5"),
        (12.0, 2390.0, "is 12; asked for: at least 2,390"),
        (float("nan"), 1, "is nan; asked for: a number"),
    ],
)
def test_numbers_are_told_without_powers_of_ten(measured, at_least, told):
    with pytest.raises(AssertionError, match=told):
        ask(measured, "it", at_least=at_least)
