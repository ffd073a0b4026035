"""An edge detector: a sheet of cells that mark where brightness steps."""

import math

import numpy as np

from neurosim import Circuit
from neurosim.grading import Exercise, Interface, Part, Port

from ..stimuli import Screen, edge
from ..stimuli.shapes import normal
from .cells import ask

TASK = """\
Write edge_detector, a sheet of binary cells, one a pixel, that mark edges (Marr & Hildreth 1980).

  input   image, 24 × 24 pixels of any contrast: 0 is the background, 1 bright, −1 dark
  output  edges, 24 × 24 binary neurons: 1 on an edge, 0 elsewhere

What is measured, 4 pixels or more from the rim of the image:

  steps      a vertical or a horizontal step from bright (1) to the background, seen from left to
             right or from above, is marked all along, within a pixel of it and nowhere else,
             wherever it lies
  polarity   so is one from dark (−1) to the background
  contrast   so is one from a fifth of that brightness
  oblique    a step at 30°, 45° or 120°, of either polarity, is marked all along, within 1.5 pixels
             of it and nowhere else
  no edge    uniform light and a slow ramp, of a 24th of the contrast a pixel, are not marked

edge_detector is a Circuit, or a function without arguments that returns one.
"""

STARTER = """\
import numpy as np

from neurosim import Circuit, convolve


def edge_detector():
    circuit = Circuit("edges")
    image = circuit.inputs("image", shape=(24, 24), real=True)
    # The kernel is laid around each pixel: it compares the pixel with its right neighbour.
    falls = circuit.binary(
        "falls", drive=convolve(image, np.array([[0, 1, -1]])), threshold=0.1
    )
    ...  # what else is an edge?
    circuit.output(falls, "edges")
    return circuit
"""

SIDE = 24
RIM = 4  # pixels that are not looked at
SCREEN = Screen((SIDE, SIDE), pixel=1.0)
INSIDE = (slice(RIM, -RIM), slice(RIM, -RIM))
PLACES = (-5.0, 0.0, 3.0)  # pixels right of the middle, or of a turned step along its normal
UPRIGHT = {90.0: "vertical", 0.0: "horizontal"}
INTERFACE = Interface((Port("image", SCREEN.shape, real=True),), (Port("edges", SCREEN.shape),))


def _marks_steps(
    circuit: Circuit, orientations: tuple[float, ...], *, within: float = 1.0,
    contrast: float = 1.0, dark: bool = False,
) -> str:  # fmt: skip
    """Hold the marks of steps to where those lie, and return the farthest distance of one."""
    farthest = 0.0
    for orientation in orientations:
        for place in PLACES:
            image = edge(SCREEN, place, orientation=orientation, contrast=contrast, dark=dark)
            marks = circuit(image) > 0
            across_x, across_y = normal(orientation)
            away = np.abs(across_x * SCREEN.x + across_y * SCREEN.y - place)
            what = f"a {UPRIGHT.get(orientation, f'{orientation:g}°')} step at {place:g} pixels"
            there = away[INSIDE][marks[INSIDE]].max(initial=0.0)
            ask(there, f"the distance in pixels of the farthest mark from {what}", at_most=within)
            # A step that is rather vertical crosses every row, the others every column.
            crossed = 1 if abs(across_x) >= abs(across_y) else 0
            lines = ("columns", "rows")[crossed]
            passed = (away <= 0.5)[INSIDE].any(axis=crossed)
            marked = (marks & (away <= within)).any(axis=crossed)[RIM:-RIM]
            share = float(marked[passed].mean())
            ask(share, f"the share of {lines} in which {what} is marked", at_least=1.0)
            farthest = max(farthest, float(there))
    return f"all steps are marked, the farthest mark {farthest:.2g} pixels beside one"


def _steps(circuit: Circuit) -> str:
    return _marks_steps(circuit, (90.0, 0.0))


def _polarity(circuit: Circuit) -> str:
    return _marks_steps(circuit, (90.0, 0.0), dark=True)


def _contrast(circuit: Circuit) -> str:
    return _marks_steps(circuit, (90.0, 0.0), contrast=0.2)


def _oblique(circuit: Circuit) -> str:
    _marks_steps(circuit, (30.0, 45.0, 120.0), within=1.5, dark=True)
    return _marks_steps(circuit, (30.0, 45.0, 120.0), within=1.5)


def _no_edge(circuit: Circuit) -> str:
    marks = int(np.count_nonzero(circuit(edge(SCREEN, 0.0))[INSIDE]))
    ask(marks, "the number of marks on a vertical step", at_least=1)  # silence earns nothing
    for contrast in (-1.0, 0.0, 0.3, 1.0):
        marks = int(np.count_nonzero(circuit(np.full(SCREEN.shape, contrast))[INSIDE]))
        ask(marks, f"the number of marks in uniform light of contrast {contrast:g}", at_most=0)
    for degrees in (0, 90, 180, 270):
        turned = math.radians(degrees)
        ramp = (math.cos(turned) * SCREEN.x + math.sin(turned) * SCREEN.y) / SIDE
        marks = int(np.count_nonzero(circuit(ramp)[INSIDE]))
        ask(marks, f"the number of marks on a ramp that rises towards {degrees}°", at_most=0)
    return "neither uniform light nor a slow ramp is marked"


EXERCISE = Exercise(
    __name__, "edge-detector", "An edge detector", "邊緣偵測", TASK, STARTER,
    (
        Part("steps", 3, "edge_detector", INTERFACE, _steps),
        Part("both polarities", 2, "edge_detector", INTERFACE, _polarity),
        Part("low contrast", 1, "edge_detector", INTERFACE, _contrast),
        Part("oblique steps", 2, "edge_detector", INTERFACE, _oblique),
        Part("no edge, no mark", 2, "edge_detector", INTERFACE, _no_edge),
    ),
)  # fmt: skip
