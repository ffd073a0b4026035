"""The order of layers in Keras's files, which number weights in it: the farthest first.

How far a layer is, is the longest way to the output from where it is called.  Keras also counts the
operations by which it finds the masks of padded sequences, which our files do not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .graph import Symbol, in_order
from .layers import Add, Concatenate, Embedding
from .layers.layer import Layer

# How many of Keras's operations lead from what a `Concatenate` hears to the mask of its answer:
# ones_like, concatenate, any; or, from what is masked, zeros_like, logical_or and the same two.
UNMASKED, MASKED = 3, 4


def by_depth(inputs: Sequence[Symbol], output: Symbol) -> list[Layer | Symbol]:
    """Return inputs and layers, the farthest from the output first, as Keras orders them.

    Of those as far, the one that a search from the output meets first comes first.
    """
    symbols = in_order([output])
    masked = masked_among(symbols)
    far: dict[Layer | Symbol, int] = {}
    distances: dict[Symbol, int] = {}
    of_masks: dict[Symbol, int] = {}  # where one is asked for
    for symbol in reversed(symbols):
        place = symbol.layer or symbol
        distance = max(distances.get(symbol, 0), far.get(place, 0))
        far[place] = distance
        for source in symbol.sources:
            distances[source] = max(distance + 1, distances.get(source, 0))
        if any(masked[source] for source in symbol.sources) or masked[symbol]:
            _ask_for_masks(symbol, distance, masked, distances, of_masks)
    met: dict[Layer | Symbol, int] = {}
    seen: set[Symbol] = set()
    ahead = [output]
    while ahead:
        symbol = ahead.pop()
        if symbol not in seen:
            seen.add(symbol)
            met.setdefault(symbol.layer or symbol, len(met))
            ahead.extend(reversed(symbol.sources))
    for symbol in inputs:
        if symbol not in far:  # one that nothing hears
            far[symbol], met[symbol] = 0, -1
    return sorted(far, key=lambda place: (-far[place], met[place]))


def masked_among(symbols: Sequence[Symbol]) -> dict[Symbol, bool]:
    """Return of which symbols, each after those that it comes from, Keras knows a mask."""
    found: dict[Symbol, bool] = {}
    for symbol in symbols:
        found[symbol] = symbol.layer is not None and _tells_mask(
            symbol.layer, [found[source] for source in symbol.sources]
        )
    return found


def _tells_mask(layer: Layer, masked: Sequence[bool]) -> bool:
    """Return whether Keras knows a mask of what a layer answers, and where it has one of inputs."""
    if isinstance(layer, Embedding):
        return layer.mask_zero
    if isinstance(layer, Add):
        return all(masked)
    if isinstance(layer, Concatenate):
        return any(masked)
    return layer.keeps_mask and masked[0]


def _ask_for_masks(
    symbol: Symbol, distance: int, masked: Mapping[Symbol, bool], distances: dict[Symbol, int],
    of_masks: dict[Symbol, int],
) -> None:  # fmt: skip
    """Note how far the masks are that a layer asks for, and those that its own mask is made of."""
    layer = symbol.layer
    assert layer is not None
    if layer.hears_masks:
        for source in symbol.sources:
            if masked[source]:
                of_masks[source] = max(distance + 1, of_masks.get(source, 0))
    if symbol not in of_masks:
        return
    for source, of_mask, of_value in _behind(symbol, layer, of_masks[symbol], masked):
        if of_mask:
            of_masks[source] = max(of_mask, of_masks.get(source, 0))
        distances[source] = max(of_value, distances[source])


def _behind(
    symbol: Symbol, layer: Layer, distance: int, masked: Mapping[Symbol, bool]
) -> Iterator[tuple[Symbol, int, int]]:
    """Yield how far what a layer hears must be for its mask to be so far: mask and values, or 0."""
    count = len(symbol.sources)
    for number, source in enumerate(symbol.sources):
        if isinstance(layer, Embedding):  # not_equal
            yield source, 0, distance + 1
        elif isinstance(layer, Add):  # the first two joined by logical_or, then the next …
            yield source, distance + count - max(number, 1), 0
        elif isinstance(layer, Concatenate):
            further = distance + (MASKED if masked[source] else UNMASKED)
            yield source, further if masked[source] else 0, further
        else:
            yield source, distance, 0
