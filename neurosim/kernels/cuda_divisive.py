"""Divisive normalization on cards: [x]₊ⁿ/(σⁿ + pool), and what goes back to x and σ.

x is (places, channels), and each place has its pool.  Where channels are added up, several threads
side by side share a place: one for every four channels, or a whole block.
"""

from __future__ import annotations

from . import rules
from .cuda_jit import THREADS, cuda, inner, kernel, quiet, rule

power = rule(rules.power)
power_slope = rule(rules.power_slope, power=power)


@inner
def lanes_for(channels):
    """Return how many threads share a place: a power of two, of one block."""
    lanes = 1
    while lanes < THREADS and 4 * lanes < channels:
        lanes *= 2
    return lanes


@inner
def sum_of_lanes(partial, lane, lanes):
    """Return the sum of what the lanes of a place have each left in `partial`, in pairs."""
    at = cuda.threadIdx.x
    cuda.syncthreads()
    hop = lanes // 2
    while hop > 0:
        if lane < hop:
            partial[at] += partial[at + hop]
        cuda.syncthreads()
        hop //= 2
    total = partial[at - lane]
    cuda.syncthreads()
    return total


@inner
def divided(x, sigma, g, pool, n):
    """What a larger divisor takes away from what is wanted: g·y/divisor."""
    divisor = power(sigma, n) + pool
    return g * (power(x, n) / divisor) / divisor


@kernel
def sum_drives(x, n, weight, pools):
    """Write w·Σ[x]₊ⁿ over the channels of each place, (places,)."""
    quiet()
    partial = cuda.shared.array(THREADS, x.dtype)
    places, channels = x.shape
    lanes = lanes_for(channels)
    at, lane, together = cuda.threadIdx.x, cuda.threadIdx.x % lanes, THREADS // lanes
    for first in range(cuda.blockIdx.x * together, places, cuda.gridDim.x * together):
        place, total = first + at // lanes, x.dtype.type(0)
        if place < places:
            for c in range(lane, channels, lanes):
                total += power(x[place, c], n)
        partial[at] = total
        total = sum_of_lanes(partial, lane, lanes)
        if place < places and lane == 0:
            pools[place] = weight * total


@kernel
def divide_drives(x, sigma, pools, n, y):
    """Write [x]₊ⁿ/(σⁿ + pool)."""
    quiet()
    channels = x.shape[1]
    for at in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        place, c = at // channels, at % channels
        y[place, c] = power(x[place, c], n) / (power(sigma[c], n) + pools[place])


@kernel
def sum_divided(x, sigma, g, pools, n, weight, shared):
    """Write w times what larger divisors take away at each place, (places,)."""
    quiet()
    partial = cuda.shared.array(THREADS, x.dtype)
    places, channels = x.shape
    lanes = lanes_for(channels)
    at, lane, together = cuda.threadIdx.x, cuda.threadIdx.x % lanes, THREADS // lanes
    for first in range(cuda.blockIdx.x * together, places, cuda.gridDim.x * together):
        place, total = first + at // lanes, x.dtype.type(0)
        if place < places:
            for c in range(lane, channels, lanes):
                total += divided(x[place, c], sigma[c], g[place, c], pools[place], n)
        partial[at] = total
        total = sum_of_lanes(partial, lane, lanes)
        if place < places and lane == 0:
            shared[place] = weight * total


@kernel
def drive_slopes(x, sigma, g, pools, shared, n, slopes):
    """Write the gradient of x: (g/divisor − what its part of the pools takes away)·n[x]₊ⁿ⁻¹."""
    quiet()
    channels = x.shape[1]
    for at in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        place, c = at // channels, at % channels
        direct = g[place, c] / (power(sigma[c], n) + pools[place])
        slopes[place, c] = (direct - shared[place]) * power_slope(x[place, c], n)


@kernel
def semi_saturation_slopes(x, sigma, g, pools, n, parts):
    """Write the gradient of σ over parts of the places, (parts, channels)."""
    quiet()
    places, channels = x.shape
    for at in range(cuda.grid(1), parts.size, cuda.gridsize(1)):
        part, c = at // channels, at % channels
        total = x.dtype.type(0)
        for place in range(part, places, parts.shape[0]):
            total += divided(x[place, c], sigma[c], g[place, c], pools[place], n)
        parts[part, c] = -power_slope(sigma[c], n) * total
