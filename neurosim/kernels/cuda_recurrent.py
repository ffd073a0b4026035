"""A step of recurrent layers on cards, and one back: all but the products of matrices.

What the cells hear of the inputs stands there for all steps, and what they hear of one another is
a product before each step.  A thread takes a cell in one sequence; neighbours lie side by side.

Of each gate there is (batch, units) a step: `gates` is (steps, parts, batch, width).  Where all
hear alike they stand side by side in one part, width = gates·units; where each hears through
dropout of its own, each is a part.
"""

from __future__ import annotations

from . import cuda_activations, rules
from .cuda_jit import cuda, inner, kernel, quiet, rule

of_most = cuda_activations.answer
gate = rule(rules.gate, tanh=rule(rules.tanh))
slope = rule(rules.slope_at_answer)
remembered = rule(rules.remembered)
sent_back = rule(rules.sent_back)
flush = rule(rules.flush)

INPUT, FORGET, CANDIDATE, OUTPUT = range(4)  # the order of an LSTM's gates


@inner
def answer(code, x):
    """f(x), the logistic as `recurrent` has it on the CPU: within two roundings of 1."""
    return gate(x) if code == rules.LOGISTIC else of_most(code, x)


@inner
def place(k, j, units, width):
    """Return the part and the column where gate k of cell j stands."""
    return (0, k * units + j) if width > units else (k, j)


@inner
def net_input(k, t, b, j, units, bias, drive, gates):
    """Return what gate k of cell j hears at step t: of the inputs, of the cells, and its bias."""
    part, column = place(k, j, units, gates.shape[3])
    return gates[t, part, b, column] + drive[part, b, column] + bias[k * units + j]


@inner
def read(k, t, b, j, units, gates):
    """Return what gate k of cell j answered at step t."""
    part, column = place(k, j, units, gates.shape[3])
    return gates[t, part, b, column]


@inner
def write(k, t, b, j, units, gates, value):
    """Keep a value of gate k of cell j at step t."""
    part, column = place(k, j, units, gates.shape[3])
    gates[t, part, b, column] = value


@inner
def is_masked(present, b, t):
    """Return whether a sequence is passed over at step t; an empty mask masks nothing."""
    return present.size > 0 and not present[b, t]


@inner
def send(t, b, j, h, factors, hidden, heard):
    """Keep what a cell answers at step t, and what the gates hear of it through dropout."""
    hidden[t + 1, b, j] = h
    for part in range(factors.shape[0]):
        heard[part, b, j] = h * factors[part, b, j]


@inner
def cotangent(t, b, j, tiny, g, factors, back, carried, gates):
    """Return the cotangent of h: of what was answered, heard by the cells, and stayed."""
    total = back[0, b, j] * factors[0, b, j] if factors.size else back[0, b, j]
    for part in range(1, factors.shape[0]):
        total += back[part, b, j] * factors[part, b, j]
    if carried.size:
        total += carried[b, j]
    seen = t - (gates.shape[0] - g.shape[1])  # g is of all steps, or of the last
    if seen >= 0:
        total += g[b, seen, j]
    return flush(total, tiny)


@kernel
def step_lstm(
    t, code, gate_code, tiny, bias, present, factors, drive, gates, cells, hidden, heard
):  # fmt: skip
    """Take step t of an LSTM.

    Parameters
    ----------
    code, gate_code
        Of the transfer functions: of candidates and cells, and of the other gates.
    bias
        (4·units,).
    present
        (batch, steps), bool: where not, the states stay; empty: all are.
    factors
        (parts, batch, units): of what the cells hear of one another; empty: 1.
    drive
        (parts, batch, width): what the gates hear of the cells.
    gates
        (steps, parts, batch, width): what they hear of the inputs, then what they answer.
    cells, hidden
        (steps + 1, batch, units): step t is written as t + 1.
    heard
        To (parts, batch, units), the hidden states times the factors.
    """
    quiet()
    batch, units = hidden.shape[1], hidden.shape[2]
    for at in range(cuda.grid(1), batch * units, cuda.gridsize(1)):
        b, j = at // units, at % units
        i = answer(gate_code, net_input(INPUT, t, b, j, units, bias, drive, gates))
        f = answer(gate_code, net_input(FORGET, t, b, j, units, bias, drive, gates))
        g = answer(code, net_input(CANDIDATE, t, b, j, units, bias, drive, gates))
        o = answer(gate_code, net_input(OUTPUT, t, b, j, units, bias, drive, gates))
        write(INPUT, t, b, j, units, gates, i)
        write(FORGET, t, b, j, units, gates, f)
        write(CANDIDATE, t, b, j, units, gates, g)
        write(OUTPUT, t, b, j, units, gates, o)
        masked = is_masked(present, b, t)
        before = cells[t, b, j]
        c = before if masked else flush(remembered(before, i, f, g), tiny)
        cells[t + 1, b, j] = c
        h = hidden[t, b, j] if masked else flush(o * answer(code, c), tiny)
        send(t, b, j, h, factors, hidden, heard)


@kernel
def step_lstm_back(
    t, code, gate_code, tiny, g, present, factors, back, gates, cells, of_cells, carried
):  # fmt: skip
    """Go back through step t of an LSTM.

    Parameters
    ----------
    g
        (batch, steps, units), or (batch, 1, units) of the last: the answers' cotangent.
    back
        (parts, batch, units): that of what the cells heard, from the step after.
    gates
        What they answered, then the cotangents of what they heard.
    of_cells
        (batch, units): the cells' cotangent, here that of the step after, then of this one.
    carried
        (batch, units): the cotangent of what stayed as it was, likewise; empty without a mask.
    code, gate_code, present, factors, cells
        As `step_lstm` has them.
    """
    quiet()
    batch, units = of_cells.shape
    for at in range(cuda.grid(1), batch * units, cuda.gridsize(1)):
        b, j = at // units, at % units
        dh = cotangent(t, b, j, tiny, g, factors, back, carried, gates)
        zero = type(dh)(0)
        masked = is_masked(present, b, t)
        if carried.size:
            carried[b, j] = dh if masked else zero
        if masked:
            for k in range(4):
                write(k, t, b, j, units, gates, zero)
        else:
            i = read(INPUT, t, b, j, units, gates)
            f = read(FORGET, t, b, j, units, gates)
            candidate = read(CANDIDATE, t, b, j, units, gates)
            o = read(OUTPUT, t, b, j, units, gates)
            released = answer(code, cells[t + 1, b, j])
            dc = of_cells[b, j] + sent_back(dh, o, slope(code, released))
            of_o = sent_back(dh, released, slope(gate_code, o))
            of_g = sent_back(dc, i, slope(code, candidate))
            of_i = sent_back(dc, candidate, slope(gate_code, i))
            of_f = sent_back(dc, cells[t, b, j], slope(gate_code, f))
            write(OUTPUT, t, b, j, units, gates, of_o)
            write(CANDIDATE, t, b, j, units, gates, of_g)
            write(INPUT, t, b, j, units, gates, of_i)
            write(FORGET, t, b, j, units, gates, of_f)
            of_cells[b, j] = flush(dc * f, tiny)


@kernel
def step_simple(t, code, tiny, bias, present, factors, drive, gates, hidden, heard):
    """Take step t of a simple recurrent layer; what is given as `step_lstm` has it."""
    quiet()
    batch, units = hidden.shape[1], hidden.shape[2]
    for at in range(cuda.grid(1), batch * units, cuda.gridsize(1)):
        b, j = at // units, at % units
        y = answer(code, net_input(0, t, b, j, units, bias, drive, gates))
        gates[t, 0, b, j] = y
        h = hidden[t, b, j] if is_masked(present, b, t) else flush(y, tiny)
        send(t, b, j, h, factors, hidden, heard)


@kernel
def step_simple_back(t, code, tiny, g, present, factors, back, gates, carried):
    """Go back through step t of a simple recurrent layer, as `step_lstm_back`."""
    quiet()
    batch, units = gates.shape[2], gates.shape[3]
    for at in range(cuda.grid(1), batch * units, cuda.gridsize(1)):
        b, j = at // units, at % units
        dh = cotangent(t, b, j, tiny, g, factors, back, carried, gates)
        masked = is_masked(present, b, t)
        zero = type(dh)(0)
        if carried.size:
            carried[b, j] = dh if masked else zero
        gates[t, 0, b, j] = zero if masked else dh * slope(code, gates[t, 0, b, j])
