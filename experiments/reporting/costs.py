"""About how long experiments take: the longest begin first, and the time left is told by it."""

# Seconds with --quick on a core of its own where no kernel is compiled yet, measured once; the
# ratios are what counts.  So the two that begin first, of a network and of a circuit in time,
# compile what most others use, and not both the same.
SECONDS = {
    "motion": 32,
    "rnn": 30,
    "marr": 29,
    "reconstruction": 24,
    "xor": 20,
    "logic-gates": 19,
    "classification": 16,
    "residual": 14,
    "regression": 12,
    "features": 12,
    "vanishing-gradient": 9,
    "cats-and-dogs": 8,
    "approximation": 8,
    "perceptron": 8,
    "gradient-descent": 7,
    "cnn": 7,
    "delta-rule": 7,
    "retina": 7,
    "illusions": 7,
    "composition": 6,
    "depth": 6,
}
OTHERS = 4
"""What one takes of which nothing is known, its start and its figures included."""


def seconds_of(name: str) -> int:
    """Return about how long an experiment takes."""
    return SECONDS.get(name, OTHERS)
