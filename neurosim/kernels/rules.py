"""Each equation of the simulator once, as a plain scalar function.

The engines (`cpu`, `bits`) wrap these functions and add nothing but loops; called from Python they
are their own slow reference.  No function here allocates, branches on a type, or knows an array.
"""

from __future__ import annotations

import math

import numpy as np

from .tables import REFLECT, WRAP

# Transfer functions by code; `neurons.TRANSFERS` gives them their names.
IDENTITY, STEP, THRESHOLD_LINEAR, LOGISTIC, TANH, SOFTPLUS, POWER, NAKA_RUSHTON = range(8)
EXPONENTIAL = 8


# Learning rules by code; 0 is a connection that does not learn.
FIXED, HEBB, OJA, DELTA = range(4)

# Slopes that learning takes in place of a step's, by code; `networks` gives them their names.
FAST_SIGMOID, HARD_TANH, STRAIGHT_THROUGH = range(3)

# Of a value: by less than this, what the order of a sum leaves may differ from another order's.
ROUNDING = 2.0**-40

# So near to 0 and 1 a probability may come where its logarithm is taken, as in Keras.
CLIPPED = 1e-7


def net_input(drive, pool, vetoed):
    """u = (bias + E − S) / (σ + D): `drive` over `pool`, 0/0 = 0, and 0 under a veto."""
    return type(drive)(0) if vetoed or pool == 0 else drive / pool


def fires(drive, bar, vetoed):
    """Return whether a binary neuron fires: bias + E − S ≥ θ·(σ + D), never under a veto.

    `bar` is θ·(σ + D).  A cell with σ = 0 and a silent pool has u = 0/0 = 0 and fires iff
    0 ≥ θ; for that cell the engines pass the bar as +∞ where θ > 0.
    """
    return drive >= bar and not vetoed


def silent_bar(bar, threshold):
    """θ·(σ + D) of a cell with σ = 0: +∞ where the pool is silent and θ > 0 (0/0 = 0 < θ)."""
    if bar == 0 and threshold > 0:
        return math.inf
    return bar


def folded(at, n, border):
    """Return where position `at` lies in [0, n) under the border rule; −1 is nowhere."""
    if 0 <= at < n:
        return at
    if border == WRAP:
        return at % n
    if border == REFLECT:
        at = at % (2 * n)
        return at if at < n else 2 * n - 1 - at
    return -1


def hears(number, before, stride, size, n):
    """Return the first of the n pixels along an axis that a window has, and the one after its last.

    Window 0 begins so far before the first pixel.
    """
    first = number * stride - before
    return max(first, 0), min(first + size, n)


def hearers(at, before, stride, size, windows):
    """Return the first of the windows along an axis that have a pixel, and the one after the last.

    There may be none: then the first is not below the last.
    """
    return max((at + before - size) // stride + 1, 0), min((at + before) // stride + 1, windows)


def larger(x, most):
    """Return the larger one; NaN is larger than any."""
    return most if x <= most or most != most else x


def is_largest(x, most):
    """Return whether a value is the largest one of several, `most`; NaN is where there is any."""
    return x == most or x != x


def complement(a):
    """¬a, on every bit of a word."""
    return ~a


def conjunction(a, b):
    """a ∧ b, on every bit of two words."""
    return a & b


def disjunction(a, b):
    """a ∨ b."""
    return a | b


def difference(a, b):
    """a ⊕ b."""
    return a ^ b


def parity(a, b, c):
    """The sum bit of three bits, on every bit of three words."""
    return a ^ b ^ c


def majority(a, b, c):
    """The carry of three bits, on every bit of three words."""
    return (a & b) | (c & (a ^ b))


def threshold_linear(x):
    """[x]₊."""
    return type(x)(0) if x <= 0 else x


def power(x, n):
    """[x]₊ⁿ, silent for x ≤ 0 whatever n; a square and a root take a tenth of another power."""
    if x <= 0:
        y = type(x)(0)
    elif n == 1:
        y = x
    elif n == 2:
        y = x * x
    elif n == 0.5:
        y = math.sqrt(x)
    else:
        y = x**n
    return y


def power_slope(x, n):
    """n·[x]₊ⁿ⁻¹, n ≥ 1; 0 for x ≤ 0, where the slope of n = 1 has its step."""
    if x <= 0:
        y = type(x)(0)
    elif n == 1:
        y = type(x)(1)
    else:
        y = n * power(x, n - type(n)(1))
    return y


def tanh(x):
    """tanh x, to three units in the last place, in arithmetic that vector registers have.

    tanh|x| = (1 − e^−z)/(1 + e^−z) with z = 2|x| = n·ln 2 − r, so e^−z = e^r/2ⁿ; the polynomial
    is e^r − 1 (Taylor to r¹³, |r| ≤ ln 2/2), which keeps small x exact.  Beyond z = 40 it is 1.
    """
    real = type(x)  # of which every constant is: else float32 would be computed in float64
    one = real(1)
    z = min(real(2) * abs(x), real(40)) if x == x else real(0)
    times = np.int32(z * real(1.4426950408889634) + real(0.5))  # 64 bits fill no vector of AVX2
    n = real(times)
    r = (n * real(0.6931471803691238) - z) + n * real(1.9082149292705877e-10)
    s = r * r  # in pairs, pairs of pairs …: each step of a plain chain would wait for the last
    t = s * s
    low = (one + real(0.5) * r) + (real(1 / 6) + real(1 / 24) * r) * s
    low += ((real(1 / 120) + real(1 / 720) * r) + (real(1 / 5040) + real(1 / 40320) * r) * s) * t
    high = (real(1 / 362880) + real(1 / 3628800) * r) + (
        real(1 / 39916800) + real(1 / 479001600) * r
    ) * s
    q = (low + (high + real(1 / 6227020800) * t) * (t * t)) * r
    half = times >> 1  # 2ⁿ in two factors, each of 32 bits
    scale = real(np.int32(1 << (half & 31))) * real(np.int32(1 << ((times - half) & 31)))
    y = ((scale - one) - q) / ((scale + one) + q)
    return x if x != x else (y if x >= 0 else -y)


def exponential(z):
    """e^−z for z ≥ 0, to two units in the last place, in arithmetic that vector registers have.

    z = n·ln 2 − r, so e^−z = e^r/2ⁿ, by Taylor's polynomial to r¹³, |r| ≤ ln 2/2; 2^−n is written
    as the bits of a number.  Beyond z = 700 it is 0; NaN stays NaN.
    """
    real = type(z)
    one = real(1)
    held = z if z <= real(700) else real(0)
    times = np.int32(held * real(1.4426950408889634) + real(0.5))
    n = real(times)
    r = (n * real(0.693145751953125) - held) + n * real(1.4286068203094173e-06)
    s = r * r
    t = s * s
    low = (one + r) + (real(1 / 2) + real(1 / 6) * r) * s
    low += ((real(1 / 24) + real(1 / 120) * r) + (real(1 / 720) + real(1 / 5040) * r) * s) * t
    high = (real(1 / 40320) + real(1 / 362880) * r) + (
        real(1 / 3628800) + real(1 / 39916800) * r
    ) * s
    high += (real(1 / 479001600) + real(1 / 6227020800) * r) * t
    scale = real(np.int64((np.int64(1023) - times) << 52).view(np.float64))
    y = (low + high * (t * t)) * scale
    return y if z <= real(700) else (z if z != z else real(0))


def logistic(x, e):
    """1/(1 + e^−x), maximal slope ¼, where e = e^−|x|: it never overflows."""
    one = type(x)(1)
    return (one if x >= 0 else e) / (one + e)


def softplus(x, e):
    """ln(1 + eˣ), where e = e^−|x|: it never overflows."""
    return math.log1p(e) + (x if x > 0 else type(x)(0))


def logistic_surprise(x, wanted, e):
    """−t·ln y − (1 − t)·ln(1 − y) of y = logistic(x) and t wanted; e = e^−|x|: never overflows."""
    return softplus(x, e) - x * wanted


def gate(x):
    """The logistic as (1 + tanh(x/2))/2, for whole vectors: within two roundings of 1."""
    half = type(x)(0.5)
    return half + half * tanh(half * x)


def remembered(c, i, f, g):
    """f·c + i·g: what a cell of an LSTM keeps of what it held, and what it takes in."""
    return f * c + i * g


def sent_back(cotangent, factor, slope):
    """The cotangent of what came through f into a product with `factor`; `slope` is f′ there."""
    return cotangent * factor * slope


def transfer(code, x, a, b, c):
    """f(x) for the transfer function `code` with the parameters a, b, c of `neurons.TRANSFERS`.

    Each is written so that nothing overflows on the way to a finite answer, and NaN stays NaN.
    """
    y = x
    zero = type(x)(0)
    if code == STEP:
        y = type(x)(1) if x >= 0 else zero
    elif code == THRESHOLD_LINEAR:
        y = zero if x <= 0 else x
    elif code == LOGISTIC:
        y = logistic(x, math.exp(-abs(x)))
    elif code == TANH:
        y = tanh(x)
    elif code == SOFTPLUS:
        y = softplus(x, math.exp(-abs(x)))
    elif code == POWER:
        y = power(x, a)
    elif code == NAKA_RUSHTON:  # a = Rmax, b = c50, c = n (Naka & Rushton 1966)
        if x <= 0:
            y = zero
        elif x < b:
            y = a * (x / b) ** c / (1 + (x / b) ** c)
        else:
            y = a / (1 + (b / x) ** c)
    elif code == EXPONENTIAL:  # beyond 709 only ∞ is left; NaN·∞ is NaN
        y = math.exp(x) if x <= 709 else x * type(x)(math.inf)
    return y


def learned(weight, pre, change):
    """w + change·pre; the change is η·post for HEBB and OJA, η·δ for DELTA.

    OJA's pre is what is `unexplained` of it.
    """
    return weight + change * pre


def within(x, low, high):
    """Return x, or the limit that it is beyond; NaN is within."""
    x = low if x < low else x
    return high if x > high else x


def slope_at_answer(code, y):
    """f′ where f answers y; of step, power law and Naka–Rushton y alone does not tell it.

    Threshold-linear: 1 where the cell answers, 0 where it is silent.
    """
    one = type(y)(1)
    slope = one  # of identity
    if code == THRESHOLD_LINEAR:
        slope = one if y > 0 else type(y)(0)
    elif code == LOGISTIC:
        slope = y * (one - y)
    elif code == TANH:
        slope = (one - y) * (one + y)
    elif code == SOFTPLUS:  # the logistic of x is 1 − e^−y where y = ln(1 + eˣ)
        slope = -math.expm1(-y)
    return slope


def heaviside(x):
    """1 where x ≥ 0, else 0; NaN stays NaN, so that training sees it."""
    answer = type(x)(1) if x >= 0 else type(x)(0)
    return answer if x == x else x


def surrogate_slope(code, z):
    """The slope at z = β·x that learning takes in place of a step's, which is 0 wherever it is one.

    FAST_SIGMOID: 1/(1 + |z|)², 0 where the square overflows; HARD_TANH: 1 where |z| ≤ 1, else 0.
    """
    one = type(z)(1)
    slope = one  # of straight-through
    if code == FAST_SIGMOID:
        divisor = one + abs(z)
        slope = one / (divisor * divisor)
    elif code == HARD_TANH:
        slope = one if abs(z) <= one else type(z)(0)
    return slope


def is_mistaken(drive, label):
    """Return whether a perceptron errs: y·(w·x + b) ≤ 0, where the label y is −1 or +1."""
    return label * drive <= 0


def delta_signal(code, y, wanted):
    """δ = (t − y)·f′, by which a cell that answers y misses what is wanted of it, t."""
    return (wanted - y) * slope_at_answer(code, y)


def unexplained(pre, weight, post):
    """What of an input is left where a cell has taken its part, y·w (Oja 1982, Sanger 1989)."""
    return pre - post * weight


def is_larger(x, y):
    """Return whether x > y ≥ 0 by more than rounding."""
    return x - y > ROUNDING * y


def cognitron_response(e, h):
    """u = [(e − h)/(1 + h)]₊ of the excitation e and the inhibition h (Fukushima 1975)."""
    return (e - h) / (1 + h) if is_larger(e, h) else 0.0


def excitatory_growth(rate, share, pre):
    """Δa = q·c·u of a cell that is reinforced at the rate q; of a silent one the rate is q′."""
    return rate * share * pre


def inhibitory_growth(rate, power, average):
    """Δb = q·Σc·u²/(2v) of a cell that is reinforced; 0 where it hears nothing, v = 0."""
    return rate * power / (2 * average) if average > 0 else 0.0


def silent_growth(rate, average):
    """Δb = q′·v of a cell that is silent, with all its vicinity."""
    return rate * average


def relax(activity, target, decay):
    """One exact step of τ dy/dt = −y + y∞ under a held y∞; `decay` = e^(−dt/τ), 0 for τ = 0."""
    return target + (activity - target) * decay if decay != 0 else target


def bounded(x, most):
    """Return whether |x| ≤ most, which NaN is not."""
    return abs(x) <= most


def flush(x, tiny):
    """Return 0 for a magnitude below `tiny`: denormal numbers are many times slower."""
    return x if not (abs(x) < tiny) else type(x)(0)


def descended(w, m, g, rate, momentum, nesterov, tiny):
    """(w, m) after a step of gradient descent: m ← μm − αg, w ← w + m (Polyak 1964).

    With `nesterov`, w ← w + μm − αg, m the new one (Sutskever, Martens, Dahl & Hinton 2013).
    """
    m = momentum * m - rate * g
    change = momentum * m - rate * g if nesterov else m
    return w + change, flush(m, tiny)


def rate_at(rate, decay, step):
    """α/(1 + decay·t): the rate of step t, from 0."""
    return rate / (1 + decay * step)


def rmsprop(v, g, rate, rho, epsilon):
    """(change, v) of RMSprop (Tieleman & Hinton 2012): v ← ρv + (1 − ρ)g², change αg/√(v + ε).

    The ε stands inside of the root, as Keras has it.
    """
    v = rho * v + (type(g)(1) - rho) * (g * g)
    return rate * g / math.sqrt(v + epsilon), v


def adam_rate(rate, power_1, power_2):
    """α·√(1 − β₂ᵗ)/(1 − β₁ᵗ), the rate of Adam's step t = 1, 2, … (Kingma & Ba 2015, section 2).

    In the precision of the powers β₁ᵗ and β₂ᵗ, as Keras has it: in float32, 1 − 0.999ᵗ is 10⁻⁵ off,
    and a unit that this sends over its threshold parts two trainings by 10⁻³ in fifty steps.
    """
    return rate * math.sqrt(1 - power_2) / (1 - power_1)


def adam(w, m, v, g, rate, rise_1, rise_2, epsilon, tiny):
    """(w, m, v) after a step of Adam (Kingma & Ba 2015, section 2, with the ε outside of the root).

    m ← m + (1 − β₁)(g − m), v ← v + (1 − β₂)(g² − v), w ← w − rate·m/(√v + ε): `rise_1` is
    1 − β₁, `rise_2` 1 − β₂, and `rate` that of `adam_rate`.
    """
    m = m + rise_1 * (g - m)
    v = v + rise_2 * (g * g - v)
    return w - rate * m / (math.sqrt(v) + epsilon), flush(m, tiny), flush(v, tiny)


def decay(dt, tau):
    """e^(−dt/τ), and 0 for τ = 0: the cell is at its steady value at once."""
    return math.exp(-dt / tau) if tau > 0 else 0.0


def noise_scale(strength, dt, tau):
    """Standard deviation of the noise that is added to u each step.

    s·√coth(dt/2τ), which leaves a linear cell's activity with standard deviation gain·s for any
    dt; s itself for τ = 0.
    """
    if tau == 0:
        return strength
    return strength / math.sqrt(math.tanh(dt / (2 * tau)))
