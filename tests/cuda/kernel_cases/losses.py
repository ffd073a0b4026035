"""Cases of losses from net inputs, and of their slopes."""

from itertools import product

from .arguments import SHAPES, case, near, summed


def logits_of(a, shape):
    """Net inputs, some so large that their exponentials are beyond all numbers."""
    values = 3 * a.rng.normal(size=shape)
    values[-1, :1] = 900
    return a.take(values)


def shares_of_rows(a, shape):
    """Targets that are none, one, and several classes' of a row."""
    return a.take(a.rng.integers(0, 3, shape) / 2)


@case(given=product(SHAPES))
def softmax_cross_entropy(a, shape):
    probabilities, losses = a.blank(*shape), a.blank(shape[0])
    logits, targets = logits_of(a, shape), shares_of_rows(a, shape)
    a.on.kernels.softmax_cross_entropy(logits, targets, probabilities, losses)
    return [near(probabilities), near(losses)]


@case(given=product(SHAPES))
def softmax_cross_entropy_by_label(a, shape):
    probabilities, losses = a.blank(*shape), a.blank(shape[0])
    logits, labels = logits_of(a, shape), a.whole(a.rng.integers(0, shape[1], shape[0]))
    a.on.kernels.softmax_cross_entropy_by_label(logits, labels, probabilities, losses)
    return [near(probabilities), near(losses)]


@case(given=product(SHAPES))
def softmax_slopes(a, shape):
    probabilities, targets, slopes = a.uniform(*shape), shares_of_rows(a, shape), a.blank(*shape)
    a.on.kernels.softmax_slopes(probabilities, targets, a.uniform(shape[0]), slopes)
    return [near(slopes)]


@case(given=product(SHAPES))
def softmax_slopes_by_label(a, shape):
    probabilities, slopes = a.uniform(*shape), a.blank(*shape)
    labels = a.whole(a.rng.integers(0, shape[1], shape[0]))
    a.on.kernels.softmax_slopes_by_label(probabilities, labels, a.uniform(shape[0]), slopes)
    return [near(slopes)]


@case(given=product(SHAPES))
def logistic_cross_entropy(a, shape):
    probabilities, losses = a.blank(*shape), a.blank(shape[0])
    logits, targets = logits_of(a, shape), a.uniform(*shape)
    a.on.kernels.logistic_cross_entropy(logits, targets, probabilities, losses)
    return [near(probabilities), summed(losses)]
