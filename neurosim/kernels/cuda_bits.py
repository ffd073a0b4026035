"""The bit engine on a card: a thread owns a word of 64 patterns and carries out all instructions.

Its registers stand in a scratch array (registers, threads), so that neighbouring threads read and
write side by side; the host asks for no more threads than keep that array in the card's caches.

Goal on one H100: a 16-bit adder on all 2^32 patterns, compared with another there, in a second.
"""

from __future__ import annotations

import numpy as np

from . import rules, tables
from .bits import COUNTING, FULL, ONE
from .cuda_jit import cuda, inner, kernel, quiet, rule

complement = rule(rules.complement)
conjunction = rule(rules.conjunction)
disjunction = rule(rules.disjunction)
difference = rule(rules.difference)
parity = rule(rules.parity)
majority = rule(rules.majority)


@inner
def load(planes, shifts, number, word, start):
    """An input's word: a given one, or its bit of the patterns' own numbers."""
    shift = shifts[number]
    if shift < 0:
        return planes[number, word]
    if shift < 6:
        return COUNTING[shift]
    return np.uint64(0) - ((np.uint64(start + word) >> np.uint64(shift - 6)) & ONE)


@inner
def carry_out(code, k, registers, t):
    """Carry out instruction k, other than LOAD, on one thread's registers."""
    operation, answer = code[k, tables.OPERATION], code[k, tables.SUM]
    a, b = registers[code[k, tables.A], t], registers[code[k, tables.B], t]
    c = registers[code[k, tables.C], t]
    if operation == tables.ADD:
        registers[answer, t] = parity(a, b, c)
        registers[code[k, tables.CARRY], t] = majority(a, b, c)
    elif operation == tables.AND:
        registers[answer, t] = conjunction(a, b)
    elif operation == tables.OR:
        registers[answer, t] = disjunction(a, b)
    elif operation == tables.XOR:
        registers[answer, t] = difference(a, b)
    elif operation == tables.NOT:
        registers[answer, t] = complement(a)
    elif operation == tables.PARITY:
        registers[answer, t] = parity(a, b, c)
    else:
        registers[answer, t] = majority(a, b, c)


@kernel
def run_bits(code, results, shifts, planes, answers, registers, start):
    """Compute every word of every result; arguments as `bits.run_bits`."""
    quiet()
    t, threads = cuda.grid(1), min(cuda.gridsize(1), registers.shape[1])
    if t >= threads:
        return
    registers[0, t] = np.uint64(0)
    registers[1, t] = FULL
    for word in range(t, answers.shape[1], threads):
        for k in range(len(code)):
            if code[k, tables.OPERATION] == tables.LOAD:
                found = load(planes, shifts, code[k, tables.A], word, start)
                registers[code[k, tables.SUM], t] = found
            else:
                carry_out(code, k, registers, t)
        for r in range(len(results)):
            answers[r, word] = registers[results[r], t]


@kernel
def find_difference(ours, theirs, last, first_pattern, found):
    """Lower found[0] to the first pattern below `last` at which two sets of planes differ.

    Both are (planes, words); their first pattern has the number `first_pattern`.
    """
    quiet()
    for word in range(cuda.grid(1), ours.shape[1], cuda.gridsize(1)):
        differs = np.uint64(0)
        for plane in range(len(ours)):
            differs |= ours[plane, word] ^ theirs[plane, word]
        if differs != 0:
            lane = 0
            while (differs >> np.uint64(lane)) & ONE == 0:
                lane += 1
            pattern = first_pattern + 64 * word + lane
            if pattern < last:
                cuda.atomic.min(found, 0, pattern)


@kernel
def run_bits_in_time(
    code, made, kept, input_registers, shown, lines, sources, ring, recorded, record, every, phase,
    state, registers, first_step, steps,
):  # fmt: skip
    """Run every word of trials through all steps; arguments as `bits.run_bits_in_time`.

    Words do not meet, so no thread waits for another.
    """
    quiet()
    t, threads = cuda.grid(1), min(cuda.gridsize(1), registers.shape[1])
    if t >= threads:
        return
    registers[0, t] = np.uint64(0)
    registers[1, t] = FULL
    for word in range(t, state.shape[1], threads):
        for v in range(len(state)):
            registers[2 + v, t] = state[v, word]
        for k in range(steps):
            if k == 0 or len(shown) > 1:
                for i in range(len(input_registers)):
                    registers[input_registers[i], t] = shown[k, i, word]
            for d in range(len(lines)):
                size = lines[d, tables.LINE_SIZE]
                turn = (first_step + k) % lines[d, tables.LINE_STEPS]
                slot = lines[d, tables.LINE_RING] + turn * size
                for i in range(size):
                    source = 2 + sources[lines[d, tables.LINE_SOURCES] + i]
                    old = ring[slot + i, word]
                    ring[slot + i, word] = registers[source, t]
                    registers[2 + lines[d, tables.LINE_START] + i, t] = old
            for c in range(len(code)):
                carry_out(code, c, registers, t)
            for i in range(len(made)):
                registers[kept[i], t] = registers[made[i], t]
            if (phase + k + 1) % every == 0:
                sample = (phase + k + 1) // every - 1
                for i in range(len(recorded)):
                    record[sample, i, word] = registers[recorded[i], t]
        for v in range(len(state)):
            state[v, word] = registers[2 + v, t]
