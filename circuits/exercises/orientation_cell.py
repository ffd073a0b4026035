"""An orientation cell: a simple or complex cell of V1 that prefers the orientation asked for."""

from collections.abc import Callable

import numpy as np

from neurosim import Circuit
from neurosim.grading import Exercise, Interface, Part, Port

from ..physiology import tuning
from ..stimuli import Screen
from .cells import ANY, Cell, ask

TASK = """\
Write orientation_cell(orientation), a function that returns a cell of V1 which prefers gratings of
that orientation, in degrees of the stripes, counterclockwise: 0 is horizontal, 90 vertical.

  input   image, 32 × 32 pixels of 0.15°, of any contrast: 0 is the background
  output  cell, one neuron, binary or graded

It is shown gratings of 1 cycle per degree that drift, of 16 orientations.  Its answer is the mean,
beyond what it does on an empty screen, or the modulation at their own frequency if that is larger;
the best answer must be above a millionth.

  30° and 120°   it prefers what was asked for, but for 10 degrees: the mean of the orientations,
                 each as far as the cell answers to it; the strength of that preference, 0 for the
                 same answer to all and 1 for an answer to one alone, must be 0.1 or more
  selectivity    the orthogonal orientation drives it by at most a fifth
  contrast       the preference at contrast 0.2 is that at 1, but for 10 degrees
  light          uniform light, dim, bright or dark, drives it by at most a twentieth of the best
                 grating, up or down
"""

STARTER = """\
import numpy as np

from neurosim import Circuit


def orientation_cell(orientation):
    # Degrees of each pixel to the right of the middle, and above it.
    steps = (np.arange(32) - 15.5) * 0.15
    x, y = np.meshgrid(steps, -steps)
    turned = np.radians(orientation - 90)
    across = np.cos(turned) * x + np.sin(turned) * y  # degrees across the stripes
    field = np.exp(-(x**2 + y**2) / (2 * 0.6**2))  # not yet right: it has no orientation
    circuit = Circuit("orientation cell")
    image = circuit.inputs("image", shape=(32, 32), real=True)
    circuit.output(circuit.rate("cell", drive=field.ravel() @ image, threshold=0))
    return circuit
"""

SCREEN = Screen((32, 32), pixel=0.15)
FREQUENCY = 1.0  # cycles per degree
INTERFACE = Interface((Port("image", SCREEN.shape, real=True),), (Port("cell", real=True),))
ORIENTATIONS = np.arange(16) * 180 / 16
WEAKEST = 0.1  # strength of a preference that counts as one


def _answers(circuit: Circuit, contrast: float = 1.0) -> np.ndarray:
    """Return the answers to each orientation, beyond those to an empty screen: (16,)."""
    cell = Cell(circuit, SCREEN)
    curve = tuning(
        cell.unit, "orientation", ORIENTATIONS, screen=SCREEN, frequency=FREQUENCY,
        contrast=contrast,
    )  # fmt: skip
    mean, modulation = curve.f0 - cell.spontaneous, curve.f1
    answers = np.maximum(mean if mean.max() > modulation.max() else modulation, 0)
    ask(answers.max(), f"the best answer to a grating of contrast {contrast:g}", at_least=ANY)
    return answers


def preferred(answers: np.ndarray) -> float:
    """Return the mean orientation in degrees, each weighted by its answer: (16,) of half a turn.

    The angle of Σ r·e^(2iθ), halved (Swindale 1998).
    """
    return float(np.degrees(np.angle(_vector(answers))) / 2 % 180)


def strength(answers: np.ndarray) -> float:
    """Return how strong the preference is: 0 for none, 1 where one orientation alone is answered.

    |Σ r·e^(2iθ)| / Σ r, which is 1 minus the circular variance (Ringach et al. 2002).
    """
    return float(abs(_vector(answers)) / answers.sum())


def _vector(answers: np.ndarray) -> complex:
    return complex(np.sum(answers * np.exp(2j * np.radians(ORIENTATIONS))))


def difference(first: float, second: float) -> float:
    """Return by how many degrees two orientations differ, 0 to 90."""
    return abs((first - second + 90) % 180 - 90)


def _prefers(asked: float) -> Callable[[Circuit], str]:
    def examine(circuit: Circuit) -> str:
        answers = _answers(circuit)
        # The mean of equal answers is an accident of the pixels, and may lie anywhere.
        ask(strength(answers), "the strength of its preference, from 0 to 1,", at_least=WEAKEST)
        found = preferred(answers)
        what = f"it prefers {found:.0f}°; the difference from the {asked:g}° asked for"
        ask(difference(found, asked), what, at_most=10)
        return f"it prefers {found:.1f}°; asked for: {asked:g}°"

    return examine


def _selective(circuit: Circuit) -> str:
    answers = _answers(circuit)
    best = int(np.argmax(answers))
    share = float(answers[(best + 8) % 16] / answers[best])
    ask(share, "the answer to the orthogonal grating, as a share of the best,", at_most=0.2)
    return f"the orthogonal grating drives it by {share:.1%}"


def _contrast(circuit: Circuit) -> str:
    high, low = (preferred(_answers(circuit, contrast)) for contrast in (1.0, 0.2))
    # A cell without a preference keeps none: it must have one first.
    _selective(circuit)
    ask(difference(high, low), "the change of preference with contrast, in degrees,", at_most=10)
    return f"at contrast 0.2 it prefers {low:.1f}°, at 1 {high:.1f}°"


def _light(circuit: Circuit) -> str:
    cell = Cell(circuit, SCREEN)
    answers = _answers(circuit)
    shares = [cell.to_uniform(contrast) / answers.max() for contrast in (0.2, 1.0, -1.0)]
    largest = max(map(abs, shares))
    ask(largest, "the answer to uniform light, as a share of the best grating's,", at_most=0.05)
    return f"uniform light drives it by at most {largest:.1%}"


def _part(title: str, points: int, examine: Callable[[Circuit], str], asked: float) -> Part:
    return Part(title, points, "orientation_cell", INTERFACE, examine, (asked,))


EXERCISE = Exercise(
    __name__, "orientation-cell", "An orientation cell", "簡單細胞", TASK, STARTER,
    (
        _part("30°", 3, _prefers(30.0), 30.0),
        _part("120°", 2, _prefers(120.0), 120.0),
        _part("selectivity", 2, _selective, 30.0),
        _part("any contrast", 1, _contrast, 30.0),
        _part("uniform light does not drive it", 2, _light, 30.0),
    ),
)  # fmt: skip
