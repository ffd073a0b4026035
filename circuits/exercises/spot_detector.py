"""A spot detector: a cell with a center and a surround, as of the retina and the LGN."""

import numpy as np

from neurosim import Circuit
from neurosim.grading import Exercise, Interface, Part, Port

from ..physiology import tuning
from ..stimuli import Screen, spot
from .cells import ANY, Cell, ask, plain

TASK = """\
Write spot_detector, a cell of the retina or the LGN: an excited center, an inhibited surround.

  input   image, 15 × 15 pixels of any contrast: 0 is the background, 1 bright, −1 dark
  output  cell, one neuron, binary or graded

It is measured as a physiologist would.  Answers are counted from what it does on an empty screen:

  a spot   it answers, by more than a millionth, to a bright spot, 3 pixels wide, in the middle
  light    uniform light, dim, bright or dark, drives it to at most a tenth of that, up or down
  size     of spots from 1 to 15 pixels wide the best has 2 to 5 (where several are best, as for a
           binary cell, the smallest of them); the widest drives it by at most half of the best
  place    the same spot 5 pixels aside drives it by at most a tenth
  dark     a dark spot in the middle drives it by at most a tenth

spot_detector is a Circuit, or a function without arguments that returns one.
"""

STARTER = """\
import numpy as np

from neurosim import Circuit


def spot_detector():
    circuit = Circuit("spot detector")
    image = circuit.inputs("image", shape=(15, 15), real=True)
    center, surround = np.zeros((15, 15)), np.zeros((15, 15))
    center[7, 7] = 1  # row 7 and column 7 are the middle
    ...  # how strongly each pixel inhibits
    cell = circuit.rate(
        "cell", excite=center.ravel() @ image, subtract=surround.ravel() @ image, threshold=0
    )
    circuit.output(cell)
    return circuit
"""

SIDE = 15
SCREEN = Screen((SIDE, SIDE), pixel=1.0)
WIDE = 3.0  # pixels
INTERFACE = Interface((Port("image", SCREEN.shape, real=True),), (Port("cell", real=True),))


def _to_spot(cell: Cell) -> float:
    answer = cell.answer(spot(SCREEN, WIDE))
    ask(answer, "the answer to a bright spot in the middle", at_least=ANY)
    return answer


def _spot(circuit: Circuit) -> str:
    cell = Cell(circuit, SCREEN)
    answer = _to_spot(cell)
    none = plain(cell.spontaneous)
    return f"it answers {plain(answer)} to a spot in the middle, beside {none} to none"


def _light(circuit: Circuit) -> str:
    cell = Cell(circuit, SCREEN)
    best = _to_spot(cell)
    shares = {c: cell.to_uniform(c) / best for c in (0.1, 0.5, 1.0, -1.0)}
    for contrast, share in shares.items():
        what = (
            f"the answer to uniform light of contrast {contrast:g}, as a share of that to a spot,"
        )
        ask(share, what, at_least=-0.1, at_most=0.1)
    return f"uniform light drives it by at most {max(map(abs, shares.values())):.1%} of a spot"


def _size(circuit: Circuit) -> str:
    cell = Cell(circuit, SCREEN)
    widths = np.arange(1.0, SIDE + 1)
    curve = tuning(cell.unit, "diameter", widths, screen=SCREEN)
    answers = curve.f0 - cell.spontaneous
    best = answers.max()
    ask(best, "the best answer to a spot of any size", at_least=ANY)
    # A binary cell may be at its best for several sizes: the smallest counts.
    width = widths[int(np.argmax(answers > best * (1 - 1e-9)))]
    ask(width, "the width in pixels of the smallest spot that is best", at_least=2, at_most=5)
    ask(answers[-1] / best, "the answer to the widest spot, as a share of the best,", at_most=0.5)
    return (
        f"the best spot is {width:g} pixels wide; the widest drives it by {answers[-1] / best:.1%}"
    )


def _place(circuit: Circuit) -> str:
    cell = Cell(circuit, SCREEN)
    best = _to_spot(cell)
    shares = {}
    for where, at in (("right", (5, 0)), ("left", (-5, 0)), ("up", (0, 5)), ("down", (0, -5))):
        shares[where] = cell.answer(spot(SCREEN, WIDE, at=at)) / best
        what = f"the answer to a spot 5 pixels {where} of the middle, as a share of that inside,"
        ask(shares[where], what, at_most=0.1)
    return f"a spot aside drives it by at most {max(shares.values()):.1%}"


def _dark(circuit: Circuit) -> str:
    cell = Cell(circuit, SCREEN)
    best = _to_spot(cell)
    share = cell.answer(spot(SCREEN, WIDE, dark=True)) / best
    ask(share, "the answer to a dark spot, as a share of that to a bright one,", at_most=0.1)
    return f"a dark spot drives it by {share:.1%} of a bright one"


EXERCISE = Exercise(
    __name__, "spot-detector", "A spot detector", "視網膜神經節細胞", TASK, STARTER,
    (
        Part("a spot drives it", 2, "spot_detector", INTERFACE, _spot),
        Part("uniform light does not", 3, "spot_detector", INTERFACE, _light),
        Part("size", 2, "spot_detector", INTERFACE, _size),
        Part("place", 1, "spot_detector", INTERFACE, _place),
        Part("dark spots do not", 2, "spot_detector", INTERFACE, _dark),
    ),
)  # fmt: skip
