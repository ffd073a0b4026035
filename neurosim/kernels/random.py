"""Philox 4×32-10: one stream of random numbers on every engine and any number of threads.

A counter-based generator (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy
as 1, 2, 3"): a number is a pure function of its address, so nothing has a state to share.
Address here: key = the seed (two words), counter = (step, neuron, trial, purpose).

Every value is kept below 2^64 in unsigned 64-bit words, so that the same lines are right in
plain Python integers, in Numba and in CUDA.
"""

from __future__ import annotations

import math

import numpy as np

# What a random number is for: the last counter word; another use takes another number.
NOISE, ORDER, SAMPLE, DROPOUT = (np.uint64(purpose) for purpose in range(4))

MASK = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
MULTIPLIER_A = np.uint64(0xD2511F53)
MULTIPLIER_B = np.uint64(0xCD9E8D57)
WEYL_A = np.uint64(0x9E3779B9)
WEYL_B = np.uint64(0xBB67AE85)


def philox(c0, c1, c2, c3, k0, k1):
    """Return the four 32-bit words (held in uint64) for a counter and a key of uint64 words."""
    for _ in range(10):
        a = MULTIPLIER_A * c0
        b = MULTIPLIER_B * c2
        c0 = (b >> SHIFT) ^ c1 ^ k0
        c1 = b & MASK
        c2 = (a >> SHIFT) ^ c3 ^ k1
        c3 = a & MASK
        k0 = (k0 + WEYL_A) & MASK
        k1 = (k1 + WEYL_B) & MASK
    return c0, c1, c2, c3


def box_muller(r0, r1, r2, r3):
    """Return one standard normal number from four 32-bit words (Box & Muller 1958)."""
    # 53 bits each; the first lies in (0, 1], so its logarithm is finite.
    u = ((r0 >> np.uint64(5)) * 67108864.0 + (r1 >> np.uint64(6)) + 1.0) / 9007199254740992.0
    v = ((r2 >> np.uint64(5)) * 67108864.0 + (r3 >> np.uint64(6))) / 9007199254740992.0
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


def seed_words(seed: int) -> tuple[np.uint64, np.uint64]:
    """Split a seed (an integer in [0, 2^64)) into the two words of the key."""
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)


# ------------------------------------------------------------------ many at once, in NumPy


def order(count: int, turn: int, seed: int) -> np.ndarray:
    """Return the numbers below `count` in a random order, another one each turn."""
    first, second, _, _ = philox(
        np.uint64(turn) & MASK, np.arange(count, dtype=np.uint64), np.uint64(0), ORDER,
        *seed_words(seed),
    )  # fmt: skip
    return np.argsort(first << SHIFT | second, kind="stable")


def fair_bits(trials: range, size: int, neuron: int, seed: int) -> np.ndarray:
    """Return `size` bits for each of some trials: uint8, (trials, size)."""
    words = np.stack(_words(trials, -(-size // 128), neuron, seed), axis=-1).astype("<u4")
    octets = words.reshape(len(trials), -1).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=size, bitorder="little")


def uniforms(trials: range, size: int, neuron: int, seed: int) -> np.ndarray:
    """Return `size` numbers from [0, 1) for each of some trials, (trials, size)."""
    r0, r1, r2, r3 = _words(trials, -(-size // 2), neuron, seed)
    pairs = [
        ((high >> np.uint64(5)) * 67108864.0 + (low >> np.uint64(6))) / 9007199254740992.0
        for high, low in ((r0, r1), (r2, r3))
    ]
    return np.stack(pairs, axis=-1).reshape(len(trials), -1)[:, :size]


def _words(trials: range, each: int, neuron: int, seed: int) -> list[np.ndarray]:
    """Return the four words of `each` addresses a trial, all of one neuron."""
    found = philox(
        np.arange(each, dtype=np.uint64), np.uint64(neuron),
        np.arange(trials.start, trials.stop, dtype=np.uint64)[:, None], SAMPLE, *seed_words(seed),
    )  # fmt: skip
    return [np.broadcast_to(words, (len(trials), each)) for words in found]
