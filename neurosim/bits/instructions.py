"""Gates → instructions on a few registers, each of which holds a block of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..kernels.tables import ADD, CONSTANT, INSTRUCTION_COLUMNS, LOAD, MAJORITY, OR, PARITY
from .gates import FALSE, TRUE, Gate, Gates

WORTH_COPYING = 5  # uses of an input: registers lie where vectors do, planes where they happen to


@dataclass(frozen=True, eq=False)
class Instructions:
    """What the kernel runs.

    Attributes
    ----------
    code : int32 (instructions, INSTRUCTION_COLUMNS)
    registers : how many it takes; the first two hold the constants 0 and 1.  Where nothing is
        held, registers from this number on are the answers, one for each root
    results : int64, the register that each root ends in
    """

    code: np.ndarray
    registers: int
    results: np.ndarray


def instructions(gates: Gates, roots: Sequence[int], held: int = 0) -> Instructions:
    """Return the instructions that compute the roots, registers used again where they can be.

    Parameters
    ----------
    held
        The first so many inputs are not loaded: they are held in the registers from 2 on.
    """
    steps = [
        step
        for step in _steps(gates.gates, _needed(gates.gates, roots))
        if not (step[0] == LOAD and step[2][0] < held)
    ]
    last: dict[int, int] = {}  # the step that uses a gate last
    uses: Counter[int] = Counter()
    for at, (operation, _, operands) in enumerate(steps):
        if operation != LOAD:
            last |= dict.fromkeys(operands, at)
            uses.update(operands)
    last |= dict.fromkeys(roots, len(steps))
    place = {gate: 2 + gates.gates[gate].operands[0] for gate in _inputs(gates.gates, held)}
    kept = {FALSE, TRUE, *place}  # registers that are never free
    place |= {FALSE: 0, TRUE: 1}
    if not held:  # what is asked for is made in its place: below 0 until `count` is known
        answers: dict[int, int] = {}
        for number, root in enumerate(roots):
            if gates.gates[root].kind not in (CONSTANT, LOAD):
                answers.setdefault(root, -1 - number)
        place |= answers
        kept |= {*answers}
    free: list[int] = []
    count = 2 + held
    code = np.zeros((len(steps), INSTRUCTION_COLUMNS), dtype=np.int32)
    for at, (operation, made, operands) in enumerate(steps):
        row = [operation]
        for gate in made:  # taken before the operands' are given back: none is its own source
            if gate not in place:
                if not free:
                    free.append(count)
                    count += 1
                place[gate] = free.pop()
            row.append(place[gate])
        row += [0] * (3 - len(row))
        if operation == LOAD:
            row += (*operands, int(uses[made[0]] >= WORTH_COPYING))
        else:
            row += (place[gate] for gate in operands)
        code[at, : len(row)] = row
        if operation != LOAD:
            free += [place[g] for g in {*operands} - kept if last[g] == at]
        free += [place[g] for g in made if g not in last]
    results = [place[root] for root in roots]
    if held:  # a result that is a present value: a copy, since present values give way one by one
        present = sorted({register for register in results if 2 <= register < 2 + held})
        copies = dict(zip(present, [*free, *range(count, count + len(present))], strict=False))
        count = max(count, 1 + max(copies.values(), default=0))
        rows = [[OR, copy, 0, register, 0, 0] for register, copy in copies.items()]
        code = np.concatenate((code, np.array(rows, np.int32).reshape(-1, INSTRUCTION_COLUMNS)))
        results = [copies.get(register, register) for register in results]
    code[code < 0] = count - 1 - code[code < 0]
    results = [count - 1 - register if register < 0 else register for register in results]
    return Instructions(code, count, np.array(results, dtype=np.int64))


def _inputs(gates: list[Gate], held: int) -> list[int]:
    return [n for n, g in enumerate(gates) if g.kind == LOAD and g.operands[0] < held]


def _needed(gates: list[Gate], roots: Iterable[int]) -> set[int]:
    needed: set[int] = set()
    walk = list(roots)
    while walk:
        gate = walk.pop()
        if gate not in needed:
            needed.add(gate)
            if gates[gate].kind not in (CONSTANT, LOAD):
                walk += gates[gate].operands
    return needed


def _steps(
    gates: list[Gate], needed: set[int]
) -> Iterator[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    """Yield (operation, the gates it makes, their operands), operands before what uses them."""
    known = {gate: number for number, gate in enumerate(gates)}
    done: set[int] = set()
    for number in sorted(needed):
        kind, operands = gates[number]
        if kind == CONSTANT or number in done:
            continue
        if kind == LOAD:
            yield LOAD, (number,), operands
            continue
        twin = None  # a parity and a majority of the same three are one full adder
        if kind in (PARITY, MAJORITY):
            twin = known.get(Gate(MAJORITY if kind == PARITY else PARITY, operands))
        if twin in needed and twin is not None:
            pair = (number, twin) if kind == PARITY else (twin, number)
            done.add(twin)
            yield ADD, pair, operands
        else:
            yield kind, (number,), operands
