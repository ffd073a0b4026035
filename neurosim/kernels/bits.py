"""The bit-parallel engine: 64 input patterns a machine word, a block of words a register.

A binary circuit comes as instructions on registers (`neurosim.bits`).  Each instruction is carried
out on a whole block of words before the next is looked at, so that looking costs little and the
loops use vector registers; a circuit's registers together stay in the first or second cache.
"""

from __future__ import annotations

import numpy as np

from . import tables
from .jit import inner, kernel
from .logic import (
    complement,
    conjunction,
    difference,
    disjunction,
    full_adder,
    majority,
    parity,
)

FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
ONE = np.uint64(1)

# Bit s of the numbers 0 … 63, as a word: what an enumerated input's low bits look like.
COUNTING = np.array(
    [sum(1 << lane for lane in range(64) if lane >> s & 1) for s in range(6)], dtype=np.uint64
)


# What changes places when squares of 32, 16 … 1 bits are swapped: the low half of each pair.
HALVES = np.array(
    [0x00000000FFFFFFFF, 0x0000FFFF0000FFFF, 0x00FF00FF00FF00FF,
     0x0F0F0F0F0F0F0F0F, 0x3333333333333333, 0x5555555555555555], dtype=np.uint64,
)  # fmt: skip


@inner
def transpose(square):
    """Swap bit i of word j with bit j of word i, in every field of as many bits as there are words.

    Quarters change places first, then their quarters (Warren 2012, Hacker's Delight, section 7-3).
    """
    width = len(square)
    for stage in range(6):
        reach = 32 >> stage
        if reach < width:
            shift, mask = np.uint64(reach), HALVES[stage]
            for first in range(0, width, 2 * reach):
                for k in range(first, first + reach):
                    low, high = square[k], square[k + reach]
                    swapped = ((low >> shift) ^ high) & mask
                    square[k] = low ^ (swapped << shift)
                    square[k + reach] = high ^ swapped


@inner
def copy(source, begin, target, at, n):
    """Copy n words."""
    for j in range(n):
        target[at + j] = source[begin + j]


@inner
def count(shift, start, target, n):
    """Write bit `shift` of the numbers of 64·n patterns, the first of which is 64·`start`."""
    if shift < 6:
        for j in range(n):
            target[j] = COUNTING[shift]
    else:
        high = np.uint64(shift - 6)
        for j in range(n):
            target[j] = np.uint64(0) - ((np.uint64(start + j) >> high) & ONE)


@inner(once=True)  # a slice cannot be returned
def words_of(register, registers, planes, shown, answers, word, n):
    """Return n words of a register, or of the plane that is read instead, or of an answer."""
    if register >= len(registers):
        return answers[register - len(registers), word : word + n]
    if shown[register] >= 0:
        return planes[shown[register], word : word + n]
    return registers[register, :n]


@inner(once=True)
def carry_out(operation, a, b, c, answer, carry, n):
    """Carry out an instruction, other than LOAD, on n words of its operands."""
    if operation == tables.ADD:
        full_adder(a, b, c, answer, carry, n)
    elif operation == tables.AND:
        conjunction(a, b, c, answer, carry, n)
    elif operation == tables.OR:
        disjunction(a, b, c, answer, carry, n)
    elif operation == tables.XOR:
        difference(a, b, c, answer, carry, n)
    elif operation == tables.NOT:
        complement(a, b, c, answer, carry, n)
    elif operation == tables.PARITY:
        parity(a, b, c, answer, carry, n)
    else:
        majority(a, b, c, answer, carry, n)


@kernel
def run_bits(code, results, shifts, planes, answers, registers, shown, first, last, start):
    """Compute the words [first, last) of every result.

    `planes` (inputs, words) holds the inputs; where `shifts` has a place for each, they are those
    bits of the numbers of the patterns instead, the first of which is 64·`start`.  `answers` is
    (results, words): the numbers that follow the registers' are its rows.  `shown` has a place for
    each register: which plane is read instead of it, or −1.
    """
    block = registers.shape[1]
    shown[:] = -1
    registers[0, :] = np.uint64(0)
    registers[1, :] = FULL
    for word in range(first, last, block):
        n = min(block, last - word)
        for k in range(len(code)):
            target = code[k, tables.SUM]
            if code[k, tables.OPERATION] == tables.LOAD:
                if len(shifts) > 0:
                    count(shifts[code[k, tables.A]], start + word, registers[target], n)
                elif code[k, tables.COPIED] > 0:
                    shown[target] = -1
                    copy(planes[code[k, tables.A]], word, registers[target], 0, n)
                else:
                    shown[target] = code[k, tables.A]
                continue
            one = words_of(code[k, tables.A], registers, planes, shown, answers, word, n)
            two = words_of(code[k, tables.B], registers, planes, shown, answers, word, n)
            three = words_of(code[k, tables.C], registers, planes, shown, answers, word, n)
            if target < len(registers):
                shown[target] = -1
            answer = words_of(target, registers, planes, shown, answers, word, n)
            carried = code[k, tables.CARRY]
            if 0 < carried < len(registers):
                shown[carried] = -1
            carry = words_of(carried, registers, planes, shown, answers, word, n)
            carry_out(code[k, tables.OPERATION], one, two, three, answer, carry, n)
        for r in range(len(results)):
            if results[r] != len(registers) + r:
                part = words_of(results[r], registers, planes, shown, answers, word, n)
                copy(part, 0, answers[r], word, n)


@kernel
def run_bits_in_time(
    code, made, kept, input_registers, shown, frames, lines, sources, ring, recorded, record, every,
    phase, state, registers, first_step, steps, first, last,
):  # fmt: skip
    """Run the words [first, last) of trials through all steps.

    The registers from 2 on hold the present values, in the order of `state` (values, words), which
    they are read from and written back to.  A step: inputs are shown, `shown` (frames, inputs,
    words); delay lines move on, `ring` (slots, words); the instructions compute registers `made`
    from the values before, which then become the registers `kept`; `recorded` registers go to
    `record` (samples, recorded, words).
    """
    block = registers.shape[1]
    values = state.shape[0]
    registers[0, :] = np.uint64(0)
    registers[1, :] = FULL
    for word in range(first, last, block):
        n = min(block, last - word)
        for v in range(values):
            copy(state[v], word, registers[2 + v], 0, n)
        for k in range(steps):
            if k == 0 or frames > 1:
                for i in range(len(input_registers)):
                    copy(shown[k, i], word, registers[input_registers[i]], 0, n)
            for d in range(len(lines)):
                size = lines[d, tables.LINE_SIZE]
                turn = (first_step + k) % lines[d, tables.LINE_STEPS]
                slot = lines[d, tables.LINE_RING] + turn * size
                for i in range(size):
                    line = registers[2 + lines[d, tables.LINE_START] + i]
                    source = registers[2 + sources[lines[d, tables.LINE_SOURCES] + i]]
                    waiting = ring[slot + i]
                    for j in range(n):
                        old = waiting[word + j]
                        waiting[word + j] = source[j]
                        line[j] = old
            for c in range(len(code)):
                carry_out(
                    code[c, tables.OPERATION], registers[code[c, tables.A]],
                    registers[code[c, tables.B]], registers[code[c, tables.C]],
                    registers[code[c, tables.SUM]], registers[code[c, tables.CARRY]], n,
                )  # fmt: skip
            for i in range(len(made)):
                copy(registers[made[i]], 0, registers[kept[i]], 0, n)
            if (phase + k + 1) % every == 0:
                sample = (phase + k + 1) // every - 1
                for i in range(len(recorded)):
                    copy(registers[recorded[i]], 0, record[sample, i], word, n)
        for v in range(values):
            copy(registers[2 + v], 0, state[v], word, n)


# ------------------------------------------------------------------ patterns ↔ words
#
# A square of w words takes 64 patterns of at most w bits: number p is field p // w of word p % w.
# Transposed, word i holds bit i of them all, that of pattern p in bit p.


@kernel
def pack_numbers(numbers, planes, square, first, last):
    """Write bit i of 64 numbers into a word of plane i, for the words [first, last)."""
    width = len(square)
    for word in range(first, last):
        square[:] = np.uint64(0)
        begin = 64 * word
        for field in range(0, min(64, len(numbers) - begin), width):
            shift = np.uint64(field)
            for k in range(min(width, len(numbers) - begin - field)):
                square[k] |= np.uint64(numbers[begin + field + k]) << shift
        transpose(square)
        for plane in range(len(planes)):
            planes[plane, word] = square[plane]


@kernel
def unpack_numbers(planes, numbers, square, first, last):
    """Undo `pack_numbers`."""
    width = len(square)
    mask = FULL >> np.uint64(64 - width)
    for word in range(first, last):
        for plane in range(len(planes)):
            square[plane] = planes[plane, word]
        for plane in range(len(planes), width):
            square[plane] = np.uint64(0)
        transpose(square)
        begin = 64 * word
        for field in range(0, min(64, len(numbers) - begin), width):
            shift = np.uint64(field)
            for k in range(min(width, len(numbers) - begin - field)):
                numbers[begin + field + k] = np.int64((square[k] >> shift) & mask)


@kernel
def pack_values(values, planes, square, first, last):
    """Write value i of 64 patterns into a word of plane i; `values` is (patterns, values)."""
    width = len(square)
    for word in range(first, last):
        begin = 64 * word
        for left in range(0, len(planes), width):
            size = min(width, len(planes) - left)
            square[:] = np.uint64(0)
            for lane in range(min(64, len(values) - begin)):
                row = values[begin + lane]
                bits = np.uint64(0)
                for i in range(size):
                    bits |= np.uint64(row[left + i] != 0) << np.uint64(i)
                square[lane % width] |= bits << np.uint64(lane // width * width)
            transpose(square)
            for i in range(size):
                planes[left + i, word] = square[i]


@kernel
def unpack_values(planes, values, square, first, last):
    """Undo `pack_values`, the values being 0 and 1."""
    width = len(square)
    for word in range(first, last):
        begin = 64 * word
        for left in range(0, len(planes), width):
            size = min(width, len(planes) - left)
            for i in range(size):
                square[i] = planes[left + i, word]
            for i in range(size, width):
                square[i] = np.uint64(0)
            transpose(square)
            for lane in range(min(64, len(values) - begin)):
                bits = square[lane % width] >> np.uint64(lane // width * width)
                row = values[begin + lane]
                for i in range(size):
                    row[left + i] = (bits >> np.uint64(i)) & ONE
