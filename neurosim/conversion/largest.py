"""The largest of several activities by neurons that subtract and rectify: b + [a − b]₊."""

from __future__ import annotations

from ..sources import Drive, Source
from .cells import Construction


def largest(values: Source, name: str, construction: Construction) -> Drive:
    """Return the drive by the largest along the last axis.

    max(a, b) = b + [a − b]₊: a threshold-linear neuron answers by how much a is over b, and with b
    it excites whatever hears the larger.  Halves are compared, then halves of the larger ones; of
    an odd number the middle one stands in both.

    Parameters
    ----------
    name
        Of the layer, after which the neurons are called.
    """
    terms, count = [values], values.shape[-1]
    while count > 1:
        half = (count + 1) // 2
        first = [term[..., :half] for term in terms]
        second = [term[..., count - half :] for term in terms]
        excess = construction.circuit.rate(
            construction.free_name(f"{name} excess"), excite=sum(first), subtract=sum(second)
        )
        terms, count = [*second, excess], half
    return sum((term[..., 0].drive() for term in terms), Drive())
