"""The steps of a layered drawing that need only numbers: layers, crossings, and even spreading."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter

import numpy as np

from .blocks import OUTSIDE, Block, Link


def layers_of(
    blocks: Sequence[Block], links: Sequence[Link], beside: Iterable[tuple[int, int]] = ()
) -> list[int]:
    """Return each block's layer: the longest path to it, links that run back left out.

    Of a cycle, the links from a later block to an earlier one run back.
    """
    joined = _joined(len(blocks), beside)
    edges = {(joined[t], joined[h]) for t, h, _ in links if t != OUTSIDE and h != OUTSIDE}
    edges = {(t, h) for t, h in edges if t != h}
    cycle = _cycles(len(blocks), edges)
    edges = {(t, h) for t, h in edges if cycle[t] != cycle[h] or t < h}
    before: dict[int, list[int]] = {i: [] for i in range(len(blocks))}
    after: dict[int, list[int]] = {i: [] for i in range(len(blocks))}
    for tail, head in edges:
        before[head].append(tail)
        after[tail].append(head)
    first = 1 if any(b.place == "first" for b in blocks) else 0
    order = list(TopologicalSorter(before).static_order())
    layer: dict[int, int] = {}
    for i in order:
        least = 0 if blocks[i].place in ("first", "late") else first
        layer[i] = max((layer[j] + 1 for j in before[i]), default=least)
    for i in reversed(order):
        if not before[i] and after[i] and blocks[i].place in ("late", "free"):
            layer[i] = max(layer[i], min(layer[j] for j in after[i]) - 1)
    answer = [layer[joined[i]] for i in range(len(blocks))]
    inner = [at for at, b in zip(answer, blocks, strict=True) if b.place != "last"]
    last = max(inner, default=-1) + 1
    return [last if b.place == "last" else at for at, b in zip(answer, blocks, strict=True)]


def spread(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the positions nearest to those wanted, in their order and at least `gaps` apart.

    Minimises Σ w (y − wanted)² by pooling adjacent violators; `gaps` has one entry less.
    """
    offsets = np.concatenate([[0.0], np.cumsum(gaps)]) if len(wanted) else np.zeros(0)
    pools: list[tuple[float, float, int]] = []  # mean, weight, members
    for target, weight in zip(np.asarray(wanted) - offsets, weights, strict=True):
        mean, total, members = float(target), float(weight), 1
        while pools and pools[-1][0] >= mean:
            mean_before, weight_before, members_before = pools.pop()
            mean = (mean * total + mean_before * weight_before) / (total + weight_before)
            total += weight_before
            members += members_before
        pools.append((mean, total, members))
    flat = [mean for mean, _, members in pools for _ in range(members)]
    return [float(y + offset) for y, offset in zip(flat, offsets, strict=True)]


def crossings(pairs: Iterable[tuple[float, float]]) -> int:
    """Return how many of the links between two layers cross, given the ranks of their ends."""
    seen: list[float] = []
    count = 0
    for _, right in sorted(pairs):
        count += len(seen) - bisect_right(seen, right)
        insort(seen, right)
    return count


def _joined(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each block the first of those it shares a layer with."""
    head = list(range(count))
    for pair in pairs:
        low, high = sorted(head[i] for i in pair)
        head = [low if h == high else h for h in head]
    return head


def _cycles(count: int, edges: set[tuple[int, int]]) -> np.ndarray:
    """Return a label for each block, shared by those on a common cycle."""
    from scipy import sparse

    tails, heads = zip(*edges, strict=True) if edges else ((), ())
    ones = np.ones(len(edges), dtype=np.int8)
    graph = sparse.coo_array((ones, (tails, heads)), shape=(count, count)).tocsr()
    return sparse.csgraph.connected_components(graph, connection="strong")[1]
