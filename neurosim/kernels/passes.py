"""Passes over all patterns: where each keeps its weights, and how far they moved.

The weights after pass p lie at p·size of `path`.  Online each pattern is heard by the weights that
learn from it; in a batch all are heard by the weights before the pass, and only add up.
"""

from __future__ import annotations

from . import tables
from .jit import inner


@inner
def begin_pass(path, p, size):
    """Begin a pass with the weights that the one before left."""
    before = path[p * size : (p + 1) * size]
    after = path[(p + 1) * size : (p + 2) * size]
    for e in range(size):
        after[e] = before[e]


@inner
def end_pass(path, p, size, tolerance, floors, found):
    """Count a pass; return whether no weight moved by more than the tolerance.

    It is relative to the weight's size, or to its floor where that is larger.
    """
    near = True
    for e in range(size):
        weight = path[(p + 1) * size + e]
        near &= abs(weight - path[p * size + e]) <= tolerance * max(floors[e], abs(weight))
    found[tables.PASSES_MADE] = p + 1
    found[tables.AT_REST] = near
    return near
