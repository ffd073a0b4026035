"""A perceptron: weights that are learned, on the given patterns and on others like them."""

from collections.abc import Callable

import numpy as np

from neurosim import Circuit
from neurosim.grading import Exercise, Interface, Part, Port

from .cells import ask

TASK = """\
Write learn(patterns, labels), a function that learns to tell patterns apart by one threshold neuron
(Rosenblatt 1958), and returns it.

  patterns  a list of patterns, each a list of 2 or 3 numbers from −1 to 1
  labels    for each pattern 0 or 1

  input   x, as many values as a pattern has, of any number
  output  z, one binary neuron: 1 for the patterns with label 1, 0 for the others

The patterns can be told apart by a straight line, or a plane; it does not go through the middle,
and no pattern lies within a tenth of it.

  taught    z is right for all 60 patterns that were given
  held out  z is right for 90 % of 1000 patterns that were not given, no nearer to the line

Both are asked for patterns of 2 numbers and for others of 3.
"""

STARTER = """\
import numpy as np

from neurosim import Circuit


def learn(patterns, labels):
    x, z = np.array(patterns), np.array(labels)
    weights, bias = np.zeros(x.shape[1]), 0.0
    ...  # the rule: w ← w + x where it should have fired and did not, w ← w − x the other way
    circuit = Circuit("perceptron")
    inputs = circuit.inputs("x", shape=(x.shape[1],), real=True)
    circuit.output(circuit.binary("z", drive=weights @ inputs, bias=bias, threshold=0))
    return circuit
"""

TAUGHT, HELD_OUT = 60, 1000
MARGIN = 0.1  # least distance from what divides the patterns
RIGHT = 0.9  # of the patterns held out
OFFSET = 0.3  # of what divides them from the middle


def patterns_like(dimensions: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return patterns, (count, dimensions) from −1 to 1, and their labels, (count,), 0 or 1.

    They lie on both sides of a plane, at least `MARGIN` from it; it is the same for all seeds.
    """
    normal = np.array([1.0, -2.0, 2.0][:dimensions])
    normal /= np.linalg.norm(normal)
    rng = np.random.default_rng([dimensions, seed])
    points = rng.uniform(-1, 1, (8 * count, dimensions))
    distance = points @ normal - OFFSET
    kept = np.flatnonzero(np.abs(distance) >= MARGIN)[:count]
    return points[kept], (distance[kept] > 0).astype(int)


def _share(circuit: Circuit, patterns: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of patterns that it has right; refuse what is no single neuron."""
    neurons = sum(population.size for population in circuit.neuron_populations)
    ask(neurons, "the number of neurons", at_least=1, at_most=1)
    return float(np.mean(circuit(patterns) == labels))


def _taught(dimensions: int) -> Callable[[Circuit], str]:
    def examine(circuit: Circuit) -> str:
        patterns, labels = patterns_like(dimensions, TAUGHT, 0)
        share = _share(circuit, patterns, labels)
        ask(share, f"the share of the {TAUGHT} given patterns that z has right", at_least=1.0)
        return f"all {TAUGHT} given patterns are right"

    return examine


def _held_out(dimensions: int) -> Callable[[Circuit], str]:
    def examine(circuit: Circuit) -> str:
        share = _share(circuit, *patterns_like(dimensions, HELD_OUT, 1))
        ask(share, f"the share of {HELD_OUT} other patterns that z has right", at_least=RIGHT)
        return f"{share:.1%} of {HELD_OUT} patterns that it was not given are right"

    return examine


def _part(title: str, points: int, dimensions: int, examine: Callable[[Circuit], str]) -> Part:
    patterns, labels = patterns_like(dimensions, TAUGHT, 0)
    interface = Interface((Port("x", (dimensions,), real=True),), (Port("z"),))
    return Part(title, points, "learn", interface, examine, (patterns.tolist(), labels.tolist()))


EXERCISE = Exercise(
    __name__, "perceptron", "A perceptron", "感知器", TASK, STARTER,
    (
        _part("two numbers, taught", 3, 2, _taught(2)),
        _part("two numbers, held out", 3, 2, _held_out(2)),
        _part("three numbers, taught", 2, 3, _taught(3)),
        _part("three numbers, held out", 2, 3, _held_out(3)),
    ),
)  # fmt: skip
