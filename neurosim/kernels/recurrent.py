"""Recurrent layers over time: what each step hears, times the weights, through the gates.

A chunk of `block` sequences goes through all steps by itself, so that threads share nothing but
the weights.  Its sequences lie side by side: a unit's values are one vector register or a few, a
step's product is `dense`'s of many trials, and whatever the time of a step, its activities stay in
the first cache.  The product of one step is too small for a BLAS, and its threads, which wait
spinning for the next, would take the processors from ours.

`size` is everywhere (sequences, chunks, steps, inputs, units, gates, block, masks); rows × block
values of one step are called a sheet.
"""

from __future__ import annotations

from . import rules
from .dense import add_product
from .jit import inner, kernel, rule
from .tables import LSTM_GATES

LOGISTIC, TANH = rules.LOGISTIC, rules.TANH
THRESHOLD_LINEAR, SOFTPLUS = rules.THRESHOLD_LINEAR, rules.SOFTPLUS

tanh = rule(rules.tanh)
gate = rule(rules.gate, tanh=tanh)
exponential = rule(rules.exponential)
softplus = rule(rules.softplus)
threshold_linear = rule(rules.threshold_linear)
remembered = rule(rules.remembered)
flush = rule(rules.flush)


@inner
def answer(code, values):
    """Put net inputs through a transfer function, in place."""
    if code == LOGISTIC:
        for e in range(len(values)):
            values[e] = gate(values[e])
    elif code == TANH:
        for e in range(len(values)):
            values[e] = tanh(values[e])
    elif code == THRESHOLD_LINEAR:
        for e in range(len(values)):
            values[e] = threshold_linear(values[e])
    elif code == SOFTPLUS:
        for e in range(len(values)):
            values[e] = softplus(values[e], exponential(abs(values[e])))


@inner
def fill(values, value):
    """Write one value into all places."""
    for e in range(len(values)):
        values[e] = value


@inner
def copy(values, copies):
    """Write the values elsewhere."""
    for e in range(len(copies)):
        copies[e] = values[e]


@inner
def times(values, factors, products):
    """Write values · factors."""
    for e in range(len(products)):
        products[e] = values[e] * factors[e]


@inner
def remember(gates, before, cells, tiny):
    """c = f·c′ + i·g of an LSTM's gates i, f, g."""
    n = len(cells)
    i, f, g = gates[:n], gates[n : 2 * n], gates[2 * n : 3 * n]
    for e in range(n):
        cells[e] = flush(remembered(before[e], i[e], f[e], g[e]), tiny)


@inner
def release(gate, answers, hidden, tiny):
    """h = o·tanh(c)."""
    for e in range(len(hidden)):
        hidden[e] = flush(gate[e] * answers[e], tiny)


@inner
def load_step(x, chunk, t, size, sheet):
    """Write what the sequences of a chunk give at one step; those that there are not give 0."""
    sequences, _, steps, inputs, _, _, block, _ = size
    for b in range(block):
        if chunk * block + b < sequences:
            at = ((chunk * block + b) * steps + t) * inputs
            given = x[at : at + inputs]
            for i in range(inputs):
                sheet[i * block + b] = given[i]
        else:
            for i in range(inputs):
                sheet[i * block + b] = 0


@inner
def store_step(hidden, chunk, t, steps, size, answers):
    """Write the hidden states of a chunk's sequences as step t of `steps`."""
    sequences, units, block = size[0], size[4], size[6]
    for b in range(min(block, sequences - chunk * block)):
        at = ((chunk * block + b) * steps + t) * units
        row = answers[at : at + units]
        for j in range(units):
            row[j] = hidden[j * block + b]


@inner
def keep_masked(present, before, after, size, chunk):
    """Where a sequence is masked, what was before stays."""
    units, block = size[4], size[6]
    for b in range(min(block, size[0] - chunk * block)):
        if not present[chunk * block + b]:
            for j in range(units):
                after[j * block + b] = before[j * block + b]


@inner
def add_weighted(weights, first, stride, rows, width, heard, block, sums, target):
    """Add weights times what is heard: compiled once, for all who call it."""
    add_product(weights, first, stride, rows, width, heard, 0, block, sums, target)


@inner
def add_net_inputs(weights, masks, chunk, size, sheet, masked, z):
    """Add to z the weights (gates·units, inputs + units) times what is heard, through its masks."""
    _, chunks, _, inputs, units, gates, block, groups = size
    width = inputs + units
    of_one = gates * units // max(1, groups)
    heard = sheet
    for m in range(max(1, groups)):
        if groups:
            at = (m * chunks + chunk) * width * block
            times(sheet, masks[at : at + width * block], masked)
            heard = masked
        add_weighted(weights, m * of_one * width, width, of_one, width, heard, block, z, m * of_one)


@kernel
def unroll(
    size, part, codes, tiny, x, present, masks, weights, bias,
    heard, gates, cells, squashed, kept, scratch, answers, sequences,
):  # fmt: skip
    """Run a part of the chunks through all steps; all arrays are flat.

    Parameters
    ----------
    part
        The first chunk, and that after the last.
    codes
        Of the transfer functions: of candidates and cells, and of the other gates.
    x
        (sequences, steps, inputs).
    present
        (steps, sequences), bool: where not, a sequence's state stays; empty: all are.
    masks
        (masks, chunks, inputs + units, block): factors of what is heard, by all gates or by each.
    weights, bias
        (gates·units, inputs + units) and (gates·units,).
    heard, gates, cells, squashed
        To (chunks, steps, rows, block), of what `unroll_back` needs.  Rows: inputs + units; gates ×
        units, their answers; units, the cells before each step, one step more; units, what is
        released of them.  The last two are an LSTM's.
    kept
        Whether they are; else they are scratch of one step, and two of cells.
    scratch
        (hidden states, what was there before, what is heard through a mask).
    answers
        To (sequences, steps, units), or where not `sequences` to the last of each.
    """
    _, _, steps, inputs, units, each, block, _ = size
    code, gate_code = codes
    hidden, before, masked = scratch
    width, n = (inputs + units) * block, units * block
    for chunk in range(part[0], part[1]):
        fill(hidden, 0)
        if each == LSTM_GATES:
            first = chunk * (steps + 1) * n if kept else 0
            fill(cells[first : first + n], 0)
        for t in range(steps):
            at = chunk * steps + t if kept else 0
            last, next_ = (at + chunk, at + chunk + 1) if kept else (t % 2, (t + 1) % 2)
            sheet = heard[at * width : (at + 1) * width]
            z = gates[at * each * n : (at + 1) * each * n]
            load_step(x, chunk, t, size, sheet)
            copy(hidden, sheet[inputs * block :])
            copy(hidden, before)
            for j in range(each * units):
                fill(z[j * block : (j + 1) * block], bias[j])
            add_net_inputs(weights, masks, chunk, size, sheet, masked, z)
            mask = present[t * size[0] : (t + 1) * size[0]]
            if each == LSTM_GATES:
                old = cells[last * n : (last + 1) * n]
                new = cells[next_ * n : (next_ + 1) * n]
                out = squashed[at * n : (at + 1) * n]
                answer(gate_code, z[: 2 * n])
                answer(code, z[2 * n : 3 * n])
                answer(gate_code, z[3 * n :])
                remember(z, old, new, tiny)
                if len(mask):
                    keep_masked(mask, old, new, size, chunk)
                copy(new, out)
                answer(code, out)
                release(z[3 * n :], out, hidden, tiny)
            else:
                answer(code, z)
                for e in range(n):
                    hidden[e] = flush(z[e], tiny)
            if len(mask):
                keep_masked(mask, before, hidden, size, chunk)
            if sequences:
                store_step(hidden, chunk, t, steps, size, answers)
        if not sequences:
            store_step(hidden, chunk, 0, 1, size, answers)
