"""The way back through a recurrent layer (Werbos 1990): what `recurrent` kept, from the last step.

The answers of the gates are replaced by the cotangents of their net inputs, step by step.  Those
times what was heard, summed over steps and sequences, are the gradients of the weights: a product
of a stretch of steps and a panel of `block` inputs at a time, so that what the innermost loop reads
lies in the first cache.
"""

from __future__ import annotations

from . import rules
from .jit import inner, kernel, rule
from .recurrent import add_weighted, copy, fill, keep_masked, times
from .tables import LSTM_GATES

LOGISTIC, TANH = rules.LOGISTIC, rules.TANH

slope = rule(rules.slope_at_answer)
sent_back = rule(rules.sent_back)
flush = rule(rules.flush)


@inner
def find_slopes(code, answers, slopes):
    """Write the slope of a transfer function at each of its answers."""
    if code == LOGISTIC:
        for e in range(len(answers)):
            slopes[e] = slope(LOGISTIC, answers[e])
    elif code == TANH:
        for e in range(len(answers)):
            slopes[e] = slope(TANH, answers[e])
    else:
        for e in range(len(answers)):
            slopes[e] = slope(code, answers[e])


@inner
def through_cell(codes, gates, old, squashed, slopes, dh, dc, tiny):
    """From the cotangents of h and c to those of the net inputs, in the gates, and of the old c."""
    code, gate_code = codes
    n = len(dc)
    i, f, g, o = gates[:n], gates[n : 2 * n], gates[2 * n : 3 * n], gates[3 * n :]
    of_i, of_f, of_g = slopes[:n], slopes[n : 2 * n], slopes[2 * n : 3 * n]
    of_o, of_c = slopes[3 * n : 4 * n], slopes[4 * n :]
    find_slopes(gate_code, gates[: 2 * n], slopes[: 2 * n])
    find_slopes(code, g, of_g)
    find_slopes(gate_code, o, of_o)
    find_slopes(code, squashed, of_c)
    for e in range(n):
        dc[e] += sent_back(dh[e], o[e], of_c[e])
    for e in range(n):
        o[e] = sent_back(dh[e], squashed[e], of_o[e])
    for e in range(n):
        candidate = g[e]
        g[e] = sent_back(dc[e], i[e], of_g[e])
        i[e] = sent_back(dc[e], candidate, of_i[e])
    for e in range(n):
        forget = f[e]
        f[e] = sent_back(dc[e], old[e], of_f[e])
        dc[e] = flush(dc[e] * forget, tiny)


@inner
def hear_cotangent(g, chunk, t, steps, size, dh):
    """Add the cotangent of step t of `steps`."""
    sequences, units, block = size[0], size[4], size[6]
    for b in range(min(block, sequences - chunk * block)):
        at = ((chunk * block + b) * steps + t) * units
        row = g[at : at + units]
        for j in range(units):
            dh[j * block + b] += row[j]


@inner
def silence_masked(present, sheet, size, chunk):
    """Where a sequence is masked, write 0."""
    block = size[6]
    for b in range(min(block, size[0] - chunk * block)):
        if not present[chunk * block + b]:
            for at in range(b, len(sheet), block):
                sheet[at] = 0


@inner
def add_heard(weights, rows, masks, begin, chunk, size, dz, summed, totals):
    """Add to totals (rows, block) the weights (rows, gates·units) times dz.

    Through the masks by which those rows, from `begin` on, were heard.
    """
    _, chunks, _, inputs, units, gates, block, groups = size
    width, n = gates * units, rows * block
    of_one = width // max(1, groups)
    for m in range(max(1, groups)):
        fill(summed[:n], 0)
        part = dz[m * of_one * block : (m + 1) * of_one * block]
        add_weighted(weights, m * of_one, width, rows, of_one, part, block, summed, 0)
        if groups:
            at = ((m * chunks + chunk) * (inputs + units) + begin) * block
            times(summed, masks[at : at + n], summed)
        for e in range(n):
            totals[e] += summed[e]


@inner
def load_panel(heard, masks, chunk, t, stop, first, m, size, panel):
    """Write some inputs' values over steps [t, stop): (step, sequence) by `block` inputs."""
    _, chunks, steps, inputs, units, _, block, groups = size
    width = inputs + units
    for i in range(block):
        inside = first + i < width
        factors = (m * chunks + chunk) * width + first + i
        for s in range(t, stop):
            at = ((chunk * steps + s) * width + first + i) * block
            to = (s - t) * block * block + i
            for b in range(block):
                value = panel.dtype.type(0)
                if inside:
                    value = heard[at + b]
                    if groups:
                        value *= masks[factors * block + b]
                panel[to + b * block] = value


@inner
def add_to_gradients(heard, gates, masks, chunk, t, stop, size, scratch, totals, bias):
    """Add the products of steps [t, stop) to those of the weights, and their sums to the bias's."""
    _, _, steps, inputs, units, each, block, groups = size
    stretch, panel = scratch
    rows = each * units
    apart = len(stretch) // rows
    for s in range(t, stop):
        at = (chunk * steps + s) * rows * block
        dz = gates[at : at + rows * block]
        for e in range(rows * block):
            bias[e] += dz[e]
        for r in range(rows):
            to = r * apart + (s - t) * block
            copy(dz[r * block : (r + 1) * block], stretch[to : to + block])
    of_one = rows // max(1, groups)
    for p in range((inputs + units + block - 1) // block):
        for m in range(max(1, groups)):
            load_panel(heard, masks, chunk, t, stop, p * block, m, size, panel)
            add_weighted(
                stretch, m * of_one * apart, apart, of_one, (stop - t) * block, panel, block,
                totals, p * rows + m * of_one,
            )  # fmt: skip


@kernel
def unroll_back(
    size, part, codes, tiny, g, sequences, present, masks, weights,
    heard, gates, cells, squashed, scratch, scratch_of_sums, totals, bias,
):  # fmt: skip
    """Go back through a part of the chunks; all arrays are flat.

    Parameters
    ----------
    size, part, codes, present, masks, cells, squashed
        As `recurrent.unroll` has and left them; so `heard`.
    g, sequences
        The cotangent of its answers.
    weights
        (units, gates·units), the recurrent ones.
    gates
        From the answers to the cotangents of the net inputs.
    scratch
        (cotangents of h, of c, and both as they were, sums before a mask, slopes: of each gate and,
        of an LSTM, of what is released of the cells).
    scratch_of_sums
        ((gates·units, stretch, block), (stretch, block, block)), for so many steps at once.
    totals, bias
        Added to (panels, gates·units, block), the gradients of the weights, inputs in panels of
        `block`, and to (gates·units, block).
    """
    _, _, steps, inputs, units, each, block, _ = size
    dh, dc, dh_before, dc_before, summed, slopes = scratch
    n = units * block
    stretch = len(scratch_of_sums[0]) // (each * n)
    for chunk in range(part[0], part[1]):
        fill(dh, 0)
        fill(dc, 0)
        stop = steps
        for t in range(steps - 1, -1, -1):
            at = chunk * steps + t
            dz = gates[at * each * n : (at + 1) * each * n]
            if sequences:
                hear_cotangent(g, chunk, t, steps, size, dh)
            elif t == steps - 1:
                hear_cotangent(g, chunk, 0, 1, size, dh)
            for e in range(n):
                dh[e] = flush(dh[e], tiny)
            mask = present[t * size[0] : (t + 1) * size[0]]
            if len(mask):
                copy(dh, dh_before)
                copy(dc, dc_before)
            if each == LSTM_GATES:
                old = cells[(at + chunk) * n : (at + chunk + 1) * n]
                out = squashed[at * n : (at + 1) * n]
                through_cell(codes, dz, old, out, slopes, dh, dc, tiny)
            else:
                find_slopes(codes[0], dz, slopes)
                times(slopes, dh, dz)
            if len(mask):
                silence_masked(mask, dz, size, chunk)
                keep_masked(mask, dc_before, dc, size, chunk)
            fill(dh, 0)
            add_heard(weights, units, masks, inputs, chunk, size, dz, summed, dh)
            if len(mask):
                keep_masked(mask, dh_before, dh, size, chunk)
            if t % stretch == 0:
                add_to_gradients(
                    heard, gates, masks, chunk, t, stop, size, scratch_of_sums, totals, bias
                )
                stop = t


@kernel
def hear_back(size, part, masks, weights, gates, scratch, dx):
    """Write the cotangents of a part of the inputs, from those that `unroll_back` left.

    Parameters
    ----------
    size, part, masks
        As `recurrent.unroll` has them.
    weights
        (inputs, gates·units).
    gates
        (chunks, steps, gates·units, block).
    scratch
        (inputs × block, inputs × block).
    dx
        To (sequences, steps, inputs).
    """
    sequences, _, steps, inputs, units, each, block, _ = size
    totals, summed = scratch
    n = each * units * block
    for chunk in range(part[0], part[1]):
        for t in range(steps):
            at = (chunk * steps + t) * n
            fill(totals, 0)
            dz = gates[at : at + n]
            add_heard(weights, inputs, masks, 0, chunk, size, dz, summed, totals)
            for b in range(min(block, sequences - chunk * block)):
                at = ((chunk * block + b) * steps + t) * inputs
                row = dx[at : at + inputs]
                for i in range(inputs):
                    row[i] = totals[i * block + b]
