"""Parameters of the circuits: what is no number, sheet or record is named in one clear error."""

import math

import pytest

from circuits import competition, cortex, edges, lgn, memory, motion, retina, sound
from circuits.stimuli import Screen
from neurosim import CircuitError, InputError, NeurosimError

SCREEN = Screen((41, 41), 0.1)
GABOR = cortex.Gabor()
NUMBERS = {
    "receptive field: center": lambda v: retina.DifferenceOfGaussians(center=v),
    "receptive field: surround_gain": lambda v: retina.DifferenceOfGaussians(surround_gain=v),
    "biphasic kernel: rebound": lambda v: retina.Biphasic(rebound=v),
    "standard deviation": lambda v: retina.gaussian(v, 0.1),
    "pixel": lambda v: retina.ganglion_cells((9, 9), pixel=v),
    "pool": lambda v: lgn.sheets((9, 9), pool=v),
    "Gabor field: width": lambda v: cortex.Gabor(width=v),
    "Gabor field: phase": lambda v: cortex.Gabor(phase=v),
    "phase": GABOR.shifted,
    "row: flank": lambda v: cortex.Row(flank=v),
    "row: orientation": lambda v: cortex.Row(orientation=v),
    "normalization: maximum": lambda v: cortex.Normalization(maximum=v),
    "edge_cells: threshold": lambda v: edges.edge_cells((9, 9), threshold=v),
    "center": edges.marr_hildreth,
    "winner_take_all: excitation": lambda v: competition.winner_take_all(excitation=v),
    "winner_take_all: inhibition": lambda v: competition.winner_take_all(inhibition=v),
    "oculomotor_integrator: weight": memory.oculomotor_integrator,
    "weight": memory.effective_tau,
    "field('P'): eccentricity": lambda v: retina.field("P", v),
}


@pytest.mark.parametrize("value", ["0.5", True, [0.5, 0.5], {}, 1j], ids=repr)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_named(name, value):
    with pytest.raises(CircuitError) as refused:
        NUMBERS[name](value)
    assert str(refused.value) == f"{name} must be a number (got {value!r})"


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400], ids=str)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_not_finite_is_named(name, value):
    with pytest.raises(CircuitError, match="must be finite") as refused:
        NUMBERS[name](value)
    assert str(refused.value).startswith(f"{name} must be finite")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: retina.ganglion_cell(9), r"^ganglion_cell: the shape is rows and columns"),
        (lambda: motion.motion_detectors((4, 9, 2)), r"^motion_detectors: the shape is rows and"),
        (lambda: motion.motion_detectors((4, 9.0)), "^motion_detectors: the columns must be a who"),
        (lambda: motion.energy_cells((41, 41)), "^screen must be of the kind Screen"),
        (lambda: retina.ganglion_cell((90_001, 1)), "a kernel of 45,000 pixels each way is too la"),
        (lambda: lgn.sheets((9, 9), GABOR), "^receptive field must be of the kind Diff"),
        (lambda: retina.y_cells((9, 9), "Y"), "^receptive field must be of the kind Diff"),
        (lambda: retina.cascade(3, retina.Biphasic()), "^kernel must be of the kind AdelsonBergen"),
        (lambda: cortex.bank("V1"), r"^gabor must be of the kind Gabor \(got 'V1'\)"),
        (lambda: cortex.simple_cells((41, 41), GABOR), "^screen must be of the kind Screen"),
        (lambda: cortex.simple_cells(SCREEN, 3), "^simple cells: each field must be of"),
        (lambda: cortex.complex_cells(SCREEN, [GABOR, 3]), "^complex cells: a field must be of"),
        (lambda: cortex.normalized_cells(SCREEN, GABOR, 2), "^rule must be of the kind Norm"),
        (lambda: cortex.normalized_sheets((9, 9), "all"), "^normalized sheets: each field must be"),
        (lambda: cortex.normalization_pool(10**9), r"^cells must be below 2\^24"),
        (lambda: cortex.bank(GABOR, 10**9), r"^orientations must be below 2\^10"),
        (lambda: cortex.Row(10**9), r"^a row's cells must be below 2\^10"),
        (lambda: sound.coincidence_cells(10**9), r"^cells must be below 2\^12"),
        (lambda: competition.winner_take_all(10**9), r"^cells must be below 2\^12"),
        (lambda: cortex.normalization_pool(0), "^cells must be a whole number from 1"),
        (lambda: cortex.simple_cells(SCREEN, GABOR, at=1), "^at must be two numbers, degrees"),
        (lambda: GABOR.weights(SCREEN, (1, 2, 3)), "^at must be two numbers, degrees"),
        (lambda: sound.Head().delay("left"), "^azimuth must be a number of degrees"),
        (lambda: sound.Head().azimuth([[1], [1, 2]]), "^delay must be a number of seconds"),
        (lambda: retina.field(["P"]), r"^no field is known of a cell \['P'\]"),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_one_clear_error(make, message):
    with pytest.raises(NeurosimError, match=message) as refused:
        make()
    assert isinstance(refused.value, CircuitError | InputError)
    assert "\n" not in str(refused.value)
