"""Philox against its published vectors, in plain Python and compiled, and what is made of it."""

import math

import naive
import numba
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from neurosim.kernels import random

# Random123 1.14, tests/kat_vectors: philox4x32 with 10 rounds; counter, key, answer.
PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip
MANY = range(20_000)
WORD = st.integers(0, 2**32 - 1)
WORDS = st.tuples(WORD, WORD, WORD, WORD)


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def in_python(function):
    """The function on Python's own integers: its constants too."""
    names = dict(vars(random))
    names |= {k: int(v) for k, v in names.items() if isinstance(v, np.uint64)}
    names["np"] = type("", (), {"uint64": int})
    return type(function)(function.__code__, names)


def in_numpy(function):
    def called(*arguments):
        with np.errstate(over="ignore"):
            return function(*map(np.uint64, arguments))

    return called


def compiled(function):
    jitted = numba.njit(function)
    return lambda *arguments: jitted(*map(np.uint64, arguments))


WAYS = {"python": in_python, "numpy": in_numpy, "compiled": compiled}


@pytest.fixture(scope="module", params=WAYS)
def way(request):
    return WAYS[request.param]


@pytest.mark.parametrize(("counter", "key", "answer"), PUBLISHED)
def test_philox_gives_the_published_words(way, counter, key, answer):
    found = way(random.philox)(*words(counter), *words(key))
    assert [int(word) for word in found] == words(answer)


@pytest.mark.parametrize(("counter", "key", "answer"), PUBLISHED)
def test_the_oracle_gives_the_published_words(counter, key, answer):
    assert naive.philox(words(counter), words(key)) == words(answer)


@given(WORDS, st.tuples(WORD, WORD))
def test_philox_is_the_oracles(counter, key):
    expected = naive.philox(counter, key)
    for convert in (in_python, in_numpy):
        assert [int(word) for word in convert(random.philox)(*counter, *key)] == expected


@given(WORDS)
@example((0, 0, 0, 0))
@example((2**32 - 1,) * 4)
def test_box_muller_is_the_oracles_and_finite(four):
    expected = naive.box_muller(four)
    assert math.isfinite(expected)
    assert abs(expected) < 9  # 53 bits reach 8.57 standard deviations
    for convert in (in_python, in_numpy):
        assert math.isclose(convert(random.box_muller)(*four), expected, rel_tol=1e-14)


def test_numbers_are_standard_normal_and_uncorrelated(way):
    philox, box_muller = way(random.philox), way(random.box_muller)
    n = 4000
    xi = np.array([box_muller(*philox(step, neuron, 0, 0, 7, 0)) for step in range(n // 4)
                   for neuron in range(4)])  # fmt: skip
    assert abs(xi.mean()) < 4 / math.sqrt(n)
    assert abs(xi.std() - 1) < 4 / math.sqrt(2 * n)
    assert abs((xi**3).mean()) < 4 * math.sqrt(15 / n)
    assert abs(np.corrcoef(xi[:-1], xi[1:])[0, 1]) < 4 / math.sqrt(n)


def test_every_part_of_an_address_matters(way):
    philox = way(random.philox)
    base = [5, 6, 7, 0, 8, 9]
    found = {tuple(map(int, philox(*base)))}
    for k in range(6):
        found.add(tuple(map(int, philox(*base[:k], base[k] + 1, *base[k + 1 :]))))
    assert len(found) == 7


@given(st.integers(0, 2**64 - 1))
def test_a_seed_is_split_into_its_two_words(seed):
    low, high = random.seed_words(seed)
    assert int(low) + (int(high) << 32) == seed
    assert max(int(low), int(high)) < 2**32


# ------------------------------------------------------------------ many at once

SEED = 2**63 + 12345


def at(block, neuron, trial, purpose):
    """The four words at an address, by plain Python's integers."""
    key = (SEED & 0xFFFFFFFF, SEED >> 32)
    return in_python(random.philox)(block, neuron, trial, purpose, *key)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 300])
def test_bits_are_the_words_at_their_address(size):
    found = random.fair_bits(range(5), size, 7, SEED)
    assert (found.shape, found.dtype) == ((5, size), np.uint8)
    for trial in range(5):
        words_ = [word for block in range(3) for word in at(block, 7, trial, 2)]
        expected = [words_[i // 32] >> i % 32 & 1 for i in range(size)]
        assert found[trial].tolist() == expected


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_uniform_numbers_are_the_words_at_their_address(size):
    found = random.uniforms(range(4), size, 3, SEED)
    assert found.shape == (4, size)
    for trial in range(4):
        for i in range(size):
            high, low = at(i // 2, 3, trial, 2)[2 * (i % 2) :][:2]
            assert found[trial, i] == ((high >> 5) * 2**26 + (low >> 6)) / 2**53


def test_an_order_is_that_of_the_words_at_their_addresses():
    for turn in (0, 1, 2**32 - 1):
        keys = [at(turn, i, 0, 1)[:2] for i in range(50)]
        assert random.order(50, turn, SEED).tolist() == sorted(range(50), key=lambda i: keys[i])
    assert random.order(0, 0, SEED).size == 0


def test_a_larger_sample_begins_as_a_smaller_one():
    for draw in (random.fair_bits, random.uniforms):
        whole = draw(range(1000), 9, 0, 1)
        assert np.array_equal(whole[:10], draw(range(10), 9, 0, 1))
        assert np.array_equal(whole[300:310], draw(range(300, 310), 9, 0, 1))


def test_bits_and_numbers_are_fair():
    for values in (random.fair_bits(MANY, 40, 0, 5), random.uniforms(MANY, 40, 0, 5)):
        deviation = values.std() / math.sqrt(values.size)
        assert abs(values.mean() - 0.5) < 4 * deviation
        assert np.abs(values.mean(axis=0) - 0.5).max() < 5 * values.std() / math.sqrt(20_000)
