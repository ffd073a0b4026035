"""Convolutions of images (batch, height, width, channels) with many kernels, and their gradients.

Threads share one call: each takes the next images as soon as it has done its own.  Images that
have a border are first copied into a frame of zeros, a few at a time, which stay in cache.
"""

from __future__ import annotations

import math

from numba.core import config

from . import rules
from .activations import activate
from .barrier import atomic_add
from .jit import inner, kernel, rule
from .patches import panel_width, write_panels, write_patch_products

slope_at_answer = rule(rules.slope_at_answer)

IDENTITY, THRESHOLD_LINEAR = rules.IDENTITY, rules.THRESHOLD_LINEAR
LOGISTIC, TANH, SOFTPLUS = rules.LOGISTIC, rules.TANH, rules.SOFTPLUS


def _plain_next(taken):
    """Return what is to be done next, and count it."""
    taken[0] += 1
    return taken[0] - 1


@inner
def _atomic_next(taken):
    """As `_plain_next`, where several threads take."""
    return atomic_add(taken, 0, 1)


take_next = inner(_plain_next) if config.DISABLE_JIT else _atomic_next


@inner
def write_signals(code, g, y, at, signals, to, n):
    """Write n of the signals g·f′, where f answered y."""
    cotangents, answers, written = g[at : at + n], y[at : at + n], signals[to : to + n]
    if code == IDENTITY:
        for j in range(n):
            written[j] = cotangents[j]
    elif code == THRESHOLD_LINEAR:
        for j in range(n):
            written[j] = cotangents[j] * slope_at_answer(THRESHOLD_LINEAR, answers[j])
    elif code == LOGISTIC:
        for j in range(n):
            written[j] = cotangents[j] * slope_at_answer(LOGISTIC, answers[j])
    elif code == TANH:
        for j in range(n):
            written[j] = cotangents[j] * slope_at_answer(TANH, answers[j])
    else:
        for j in range(n):
            written[j] = cotangents[j] * slope_at_answer(SOFTPLUS, answers[j])


@inner
def fill_zeros(values, first, n):
    """Write n zeros."""
    zeros = values[first : first + n]
    for j in range(n):
        zeros[j] = 0


@inner
def write_frame(code, x, y, at, frame, window, to):
    """Write an image, or the signals of one, into a frame of zeros."""
    height, width, channels, top, left, rows, columns = frame
    line = columns * channels
    inside = min(width, columns - left) * channels
    right = left * channels + inside
    for r in range(rows):
        place = to + r * line
        if r < top or r >= top + height:
            fill_zeros(window, place, line)
            continue
        fill_zeros(window, place, left * channels)
        write_signals(
            code, x, y, at + (r - top) * width * channels, window, place + left * channels, inside
        )
        fill_zeros(window, place + right, line - right)


@kernel
def write_kernel_panels(weights, taps, panels):
    """Write a kernel's taps into panels.

    Parameters
    ----------
    weights
        Flat, of the shape (rows, columns, channels, kernels).
    taps
        The (row, column) of the first, the steps to the next, the kernel's shape, whether it goes
        backwards, and where the panels begin.  Forwards a term is a tap's channel and a column a
        kernel, backwards a term is a tap's kernel and a column a channel.
    """
    first, steps, shape, backwards, origin = taps
    rows, columns, channels, kernels = shape
    heard, width = (kernels, channels) if backwards else (channels, kernels)
    apart, beside = (1, kernels) if backwards else (kernels, 1)
    terms = (
        ((rows - first[0] + steps[0] - 1) // steps[0])
        * ((columns - first[1] + steps[1] - 1) // steps[1])
        * heard
    )
    o = 0
    while o < width:
        wide = panel_width(width - o, weights.itemsize)
        at = origin + o * terms
        for p in range(first[0], rows, steps[0]):
            for q in range(first[1], columns, steps[1]):
                tap = (p * columns + q) * channels * kernels + o * beside
                for k in range(heard):
                    for c in range(wide):
                        panels[at + c] = weights[tap + k * apart + c * beside]
                    at += wide
        o += wide


@kernel
def convolve_images(
    x, answers, slope, tables, panels, begun, bias, y, rows, code, images, group, window, taken,
):  # fmt: skip
    """Write y = f(x ∗ kernel + bias); of signals, the gradient of what was convolved.

    Parameters
    ----------
    x, y
        Flat, of (images, height, width, channels).
    answers, slope
        The code of the transfer function whose answers stand beside x, by whose slope x is first
        multiplied; of the identity there need be none.
    tables
        frame: (height, width, channels) of an image of x, (top, left) zeros before it, and the
        (rows, columns) of its frame, which may cut it off.
        phases, (phases, 5): of each set of pixels that hear the same taps, the first of its places,
        how many there are an image, its first offset, how many taps, and where its panels begin.
        places: where in the frames of `group` images each pixel's patch begins.
        offsets: where the taps lie from there.
        targets: where in y each pixel stands.
    panels
        The kernel as `patches` takes it.
    begun, bias
        (channels,): what each sum begins with, and what is added to it where f is neither the
        identity nor threshold-linear, whose bias it begins with.
    rows
        y as (pixels, channels).
    code
        Of the transfer function f.
    window
        Scratch for the frames; empty: x needs none.
    taken
        (1,): how many groups of images threads have taken.
    """
    frame, phases, places, offsets, targets = tables
    height, width, channels = frame[0], frame[1], frame[2]
    size, framed = height * width * channels, frame[5] * frame[6] * channels
    channels_out = len(bias)
    size_out = phases[:, 1].sum() * channels_out
    least = y.dtype.type(0 if code == THRESHOLD_LINEAR else -math.inf)
    while True:
        first = take_next(taken) * group
        if first >= images:
            return
        count = min(group, images - first)
        source, at = x, first * size
        if len(window) > 0:
            for k in range(count):
                write_frame(slope, x, answers, (first + k) * size, frame, window, k * framed)
            source, at = window, 0
        for p in range(len(phases)):
            write_patch_products(
                source, at, places, phases[p, 0], count * phases[p, 1], offsets, phases[p, 2],
                phases[p, 3], panels, phases[p, 4], channels_out, begun, 0, least, y,
                first * size_out, targets,
            )  # fmt: skip
        if code != IDENTITY and code != THRESHOLD_LINEAR:
            pixels = size_out // channels_out
            activate(code, rows[first * pixels : (first + count) * pixels], bias)


@kernel
def add_kernel_gradients(
    x, g, answers, slope, tables, pixels, kernels, biases, images, group, stretch, window, signals,
    panels, taken,
):  # fmt: skip
    """Write the gradients of the kernel and the bias, those of each part of the images by itself.

    Parts and not threads have a sum of their own, so that it does not depend on who added it.

    Parameters
    ----------
    x, group, window
        As `convolve_images` takes them.
    g, answers, slope
        Flat, of (images, pixels, channels): cotangents, and answers of the transfer function.
    tables
        frame, offsets, places: as `convolve_images` takes them.
        targets: where each tap's row stands in the gradient of the kernel.
    pixels
        How many an image of g has.
    kernels, biases
        (parts, taps · channels) and (parts, channels).
    stretch
        How many pixels are added at a time.
    signals, panels
        (stretch · channels,), scratch.
    taken
        (1,): how many parts threads have taken.
    """
    frame, offsets, places, targets = tables
    height, width, channels = frame[0], frame[1], frame[2]
    size, framed = height * width * channels, frame[5] * frame[6] * channels
    parts, channels_out = biases.shape
    groups = (images + group - 1) // group
    each = (groups + parts - 1) // parts
    least = kernels.dtype.type(-math.inf)
    while True:
        part = take_next(taken)
        if part >= parts:
            return
        total, bias = kernels[part], biases[part]
        fill_zeros(total, 0, len(total))
        fill_zeros(bias, 0, channels_out)
        for first in range(part * each * group, min((part + 1) * each * group, images), group):
            count = min(group, images - first)
            source, at = x, first * size
            if len(window) > 0:
                for k in range(count):
                    write_frame(IDENTITY, x, x, (first + k) * size, frame, window, k * framed)
                source, at = window, 0
            for begin in range(0, count * pixels, stretch):
                n = min(stretch, count * pixels - begin)
                heard, begun = g, (first * pixels + begin) * channels_out
                if slope != IDENTITY:
                    write_signals(slope, g, answers, begun, signals, 0, n * channels_out)
                    heard, begun = signals, 0
                write_panels(heard, begun, n, channels_out, panels, bias)
                write_patch_products(
                    source, at, offsets, 0, len(offsets), places, begin, n, panels, 0,
                    channels_out, total, 1, least, total, 0, targets,
                )  # fmt: skip
